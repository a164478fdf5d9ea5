"""Measure the program's way of training a head against the plain way.

Run: python -m tests.benchmark_own_pictures PHOTOS WEIGHTS [--count 1100]

PHOTOS holds a folder a class, WEIGHTS is a state_dict of MobileNetV2. The
photos are enlarged to 500 x 375 and split once: every fifth of --count
validates. The plain way is the program as it stood in a commit (--before),
which runs the frozen layers in every epoch. Both train a head for ten epochs;
CPU seconds are of all threads.

So few photos of validation chose the epoch and cannot tell two per cent apart.
The program's evaluate therefore measures both networks on --test other photos,
and what counts is how many of them only one of the two names rightly.

What was measured last stands in benchmark_own_pictures.txt.
"""

import argparse
import csv
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageOps

from docs._tools.lessons import ROOT

PROGRAM = "examples/programs/own_pictures.py"
BEFORE = "62fd2fe"  # the program with a plain loop over all epochs
RUN = (
    "import sys, json; sys.path.insert(0, sys.argv[1]); import own_pictures; "
    "print('RESULT', json.dumps(own_pictures.main(sys.argv[2:])['best']))"
)


def enlarge(photos: Path, data: Path, count: int, test: int) -> dict[str, int]:
    """Write photos of 500 x 375: `count` to train and val, others to test.

    Returns:
        How many there are of each part.
    """
    classes = sorted(path for path in photos.iterdir() if path.is_dir())
    parts = {"train": 0, "val": 0, "test": 0}
    learned, more = count // len(classes), test // len(classes)
    for folder in classes:
        found = sorted(folder.rglob("*.jpg"))[: learned + more]
        if len(found) < learned + more:
            sys.exit(f"{folder}: {len(found)} photos, {learned + more} needed")
        for index, path in enumerate(found):
            part = "val" if index % 5 == 0 else "train"
            part = part if index < learned else "test"
            root = data.parent / "other" if part == "test" else data / part
            new = root / folder.name / path.name
            new.parent.mkdir(parents=True, exist_ok=True)
            with Image.open(path) as image:
                large = ImageOps.fit(image.convert("RGB"), (500, 375))
            large.save(new, quality=90)
            parts[part] += 1
    return parts


def measure(script: Path, argv: list[str]) -> dict[str, float]:
    """Run a training in its own process; return seconds and accuracy."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    command = [sys.executable, "-c", RUN, str(script.parent), *argv]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    took = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(done.stdout)
    best = json.loads(done.stdout.rpartition("RESULT")[2])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": took, "cpu": cpu, "accuracy": best["val_accuracy"]}


def answers(folder: Path, way: str) -> dict[str, bool]:
    """Return which of the other photos a trained network names rightly."""
    table = folder / f"{way}.csv"
    argv = ["evaluate", str(folder / way / "best.pt"), str(folder / "other")]
    argv += [f"--csv={table}", "--device=cpu"]
    command = [sys.executable, str(ROOT / PROGRAM), *argv]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    with table.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return {row["picture"]: row["truth"] == row["answer"] for row in rows}


def compare(folder: Path) -> None:
    """Print both accuracies on other photos, and how far apart they are."""
    new, before = answers(folder, "new"), answers(folder, "before")
    for way, found in (("new", new), ("before", before)):
        right = sum(found.values())
        share = f"{right / len(found):.1%}"
        print(f"{way}: {right} of {len(found)} other photos right, {share}")
    gained = sum(new[one] and not before[one] for one in new)
    lost = sum(before[one] and not new[one] for one in new)
    error = 1.96 * math.sqrt(gained + lost) / len(new)
    gap = (gained - lost) / len(new)
    print(f"only new right: {gained}, only before: {lost}")
    print(f"new minus before: {gap:+.1%}, 95 % interval +- {error:.1%}")


def main() -> None:
    """Print both ways side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--count", type=int, default=1100)
    parser.add_argument("--test", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--before", default=BEFORE)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(enlarge(args.photos, folder / "data", args.count, args.test))
        old = folder / "old" / "own_pictures.py"
        old.parent.mkdir()
        show = ["git", "show", f"{args.before}:{PROGRAM}"]
        old.write_bytes(subprocess.check_output(show, cwd=ROOT))
        rows = {}
        for way, script in (("new", ROOT / PROGRAM), ("before", old)):
            argv = ["train", f"--data={folder}/data", f"--out={folder}/{way}"]
            argv += ["--model=mobilenet_v2", "--mode=head", "--device=cpu"]
            argv += [f"--weights={args.weights}", f"--epochs={args.epochs}"]
            rows[way] = measure(script, argv)
            told = "{wall:.0f} s, {cpu:.0f} s of CPU, val {accuracy:.1%}"
            print(f"{way}: {told.format(**rows[way])}", flush=True)
        for kind in ("wall", "cpu"):
            ratio = rows["before"][kind] / rows["new"][kind]
            print(f"{kind}: {ratio:.1f} times as fast")
        compare(folder)
    print(f"threads: {os.environ.get('OMP_NUM_THREADS', 'as torch chooses')}")


if __name__ == "__main__":
    main()
