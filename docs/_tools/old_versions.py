"""Read the table of old versions.

``docs/diary/old_versions.json`` holds, for each version of a library that was
run, what it does. ``python -m tests.old_versions`` writes it.
"""

import itertools
import json
from pathlib import Path
from typing import Any

from docs._tools.lessons import ROOT

PATH = Path("docs/diary/old_versions.json")
Rows = dict[str, dict[str, Any]]


def order(version: str) -> list[int]:
    """Return what a version is sorted by."""
    return [int(part) for part in version.split(".")]


def load(root: Path = ROOT) -> dict[str, Rows]:
    """Return the rows of each library, by version, the oldest first."""
    table: dict[str, Rows] = json.loads((root / PATH).read_text("utf-8"))
    return table


def spans(behaviour: str, rows: Rows) -> list[tuple[str, str, str]]:
    """Return first and last version of each outcome in a row, and what it is.

    A version that was not asked, since its row is older, is left out.
    """
    asked = [
        (version, row["does"][behaviour])
        for version, row in rows.items()
        if behaviour in row["does"]
    ]
    spans = []
    for outcome, group in itertools.groupby(asked, key=lambda one: one[1]):
        versions = [version for version, _ in group]
        spans.append((versions[0], versions[-1], outcome))
    return spans
