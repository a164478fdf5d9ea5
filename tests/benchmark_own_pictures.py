"""Measure the program's way of training a head against the plain way.

Run: python -m tests.benchmark_own_pictures PHOTOS WEIGHTS [--count 1100]

PHOTOS holds a folder a class, WEIGHTS is a state_dict of MobileNetV2. The
photos are enlarged to 500 x 375 and split once. The plain way is the program
as it stood in a commit (--before), which runs the frozen layers in every
epoch. Both train a head for ten epochs; CPU seconds are of all threads.
"""

import argparse
import json
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


def enlarge(photos: Path, data: Path, count: int) -> None:
    """Write about `count` photos of 500 x 375, every fifth into val."""
    classes = sorted(path for path in photos.iterdir() if path.is_dir())
    for folder in classes:
        found = sorted(folder.rglob("*.jpg"))[: count // len(classes)]
        for index, path in enumerate(found):
            part = "val" if index % 5 == 0 else "train"
            new = data / part / folder.name / path.name
            new.parent.mkdir(parents=True, exist_ok=True)
            with Image.open(path) as image:
                large = ImageOps.fit(image.convert("RGB"), (500, 375))
            large.save(new, quality=90)


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


def main() -> None:
    """Print both ways side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--count", type=int, default=1100)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--before", default=BEFORE)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        enlarge(args.photos, folder / "data", args.count)
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
    print(f"threads: {os.environ.get('OMP_NUM_THREADS', 'as torch chooses')}")


if __name__ == "__main__":
    main()
