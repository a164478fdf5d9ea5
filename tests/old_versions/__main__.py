"""Run the probe on old versions, and keep what it tells in the table.

    python -m tests.old_versions          # every version, about an hour
    python -m tests.old_versions 1.10.2   # only this version of torch

For each version uv makes an environment of its own with the Python that it
needs, and deletes it afterwards; that Python must be found by uv. A version
that does not install keeps the row that it has.
"""

import argparse
import datetime
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from docs._tools.lessons import ROOT
from docs._tools.old_versions import PATH, load, order

PROBE = Path(__file__).with_name("probe.py")

# torch: the Python that it runs on, and what goes with it.
VERSIONS = {
    "1.0.0": ("3.6", ["torchvision==0.2.1", "pillow<7"]),
    "1.0.1": ("3.6", ["torchvision==0.2.2", "pillow<7"]),
    "1.1.0": ("3.6", ["torchvision==0.3.0", "pillow<7"]),
    "1.6.0": ("3.6", ["torchvision==0.7.0"]),
    "1.7.0": ("3.6", ["torchvision==0.8.1"]),
    "1.10.2": ("3.7", ["torchvision==0.11.3"]),
    "1.11.0": ("3.8", ["torchvision==0.12.0"]),
    "1.12.1": ("3.8", ["torchvision==0.13.1"]),
    "1.13.0": ("3.8", ["torchvision==0.14.0"]),
    "1.13.1": ("3.8", ["torchvision==0.14.1"]),
    "2.0.0": ("3.8", ["torchvision==0.15.1"]),
    "2.1.2": ("3.8", ["torchvision==0.16.2"]),
    "2.2.0": ("3.8", ["torchvision==0.17.0"]),
    "2.5.1": ("3.11", ["torchvision==0.20.1", "tensorboard==2.15.2"]),
    "2.6.0": ("3.11", ["torchvision==0.21.0", "tensorboard==2.16.2"]),
    "2.11.0": ("3.11", ["torchvision==0.26.0"]),
    "2.15.0": ("3.11", ["torchvision==0.29.2", "tensorboard==2.21.0"]),
}
# What those on Python 3.6 to 3.8 import unasked, in a version of their time.
FIT = ["numpy<2", "packaging", "setuptools<60"]


def run(version: str) -> dict[str, dict[str, Any]]:
    """Return what the probe tells on a version of torch, by library.

    Raises:
        subprocess.CalledProcessError: it does not install, or does not run.
    """
    python, packages = VERSIONS[version]
    fit = FIT if python in ("3.6", "3.7", "3.8") else []
    named = [f"torch=={version}", *packages, *fit]
    alone = ("--isolated", "--no-project", "--no-config", "--no-cache")
    wanted = [f"--python={python}", *(f"--with={one}" for one in named)]
    told = subprocess.run(
        ["uv", "run", "-q", *alone, *wanted, str(PROBE)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, dict[str, Any]] = json.loads(told.stdout)
    return found


def keep(found: dict[str, dict[str, Any]]) -> None:
    """Merge rows into the table."""
    table = load()
    for library, row in found.items():
        version = row.pop("version")
        row |= {"provenance": "run", "date": str(datetime.date.today())}
        rows = table.get(library, {}) | {version: row}
        table[library] = {x: rows[x] for x in sorted(rows, key=order)}
    text = json.dumps(table, indent=1)
    (ROOT / PATH).write_text(f"{text}\n", encoding="utf-8")


def main() -> int:
    """Run the versions that are asked for, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m tests.old_versions")
    parser.add_argument("versions", nargs="*", metavar="VERSION")
    failed = []
    for version in parser.parse_args().versions or VERSIONS:
        if version not in VERSIONS:
            parser.error(f"{version}: choose from {', '.join(VERSIONS)}")
        print(f"torch {version} ...", file=sys.stderr)
        try:
            keep(run(version))
        except subprocess.CalledProcessError as error:
            failed.append(version)
            print(f"  its row stays as it is: {error}", file=sys.stderr)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
