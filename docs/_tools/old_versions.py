"""Read the table of old versions, and write it as Markdown.

``docs/diary/old_versions.json`` holds, for each version of a library that was
run, what it does. ``python -m tests.old_versions`` writes it.
"""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from docs._tools.ledger import Entry
from docs._tools.lessons import ROOT

PATH = Path("docs/diary/old_versions.json")
Rows = dict[str, dict[str, Any]]


def order(version: str) -> list[int]:
    """Return what a version is sorted by."""
    return [int(part) for part in version.split(".")]


def load(root: Path = ROOT) -> dict[str, Rows]:
    """Return the rows of each library, by version, the oldest first."""
    path = root / PATH
    read: dict[str, Rows]
    read = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return read


def spans(behaviour: str, rows: Rows) -> list[tuple[str, str, str]]:
    """Return first and last version of each outcome in a row, and what it is.

    A version that was not asked, since its row is older, is left out.
    """
    known = [
        (version, row["does"][behaviour])
        for version, row in rows.items()
        if behaviour in row["does"]
    ]
    groups = itertools.groupby(known, key=lambda one: one[1])
    found = [(outcome, [x for x, _ in group]) for outcome, group in groups]
    return [(names[0], names[-1], outcome) for outcome, names in found]


def table(
    libraries: Mapping[str, Rows],
    items: Mapping[str, tuple[Entry, str]],
    word: Callable[[str, str], str],
) -> str:
    """Return two tables: what changed when, and how that was found out.

    Args:
        libraries: the rows of each library.
        items: the items that rest on a behaviour, each with a link to it.
        word: gives a word in the page's language, by name and group.
    """
    return "\n".join(
        [
            *_behaviours(libraries, items, word),
            "",
            f'??? note "{word("versions_run", "words")}"',
            "",
            *(f"    {line}" for line in _runs(libraries, word)),
        ]
    )


def _behaviours(
    libraries: Mapping[str, Rows],
    items: Mapping[str, tuple[Entry, str]],
    word: Callable[[str, str], str],
) -> Iterator[str]:
    yield f"| {word('asked_of', 'words')} | {word('done_by', 'words')} |"
    yield "|---|---|"
    for library, rows in libraries.items():
        names = dict.fromkeys(x for row in rows.values() for x in row["does"])
        for name in names:
            links = [link for one, link in items.values() if one.probe == name]
            about = " · ".join([word(name, "probes"), *links])
            told = "<br>".join(
                f"`{library} {_range(first, last)}`: "
                f"{word(outcome, 'outcomes') or f'`{outcome}`'}"
                for first, last, outcome in spans(name, rows)
            )
            yield f"| {about} | {told} |"


def _range(first: str, last: str) -> str:
    return first if first == last else f"{first}–{last}"


def _runs(
    libraries: Mapping[str, Rows], word: Callable[[str, str], str]
) -> Iterator[str]:
    heads = [word(x, "words") for x in ("version", "python", "provenance")]
    yield f"| {' | '.join(heads)} |"
    yield "|---|---|---|"
    for library, rows in libraries.items():
        for version, row in rows.items():
            how = word(row["provenance"], "words") or row["provenance"]
            date = f" {row['date']}" if row.get("date") else ""
            yield f"| {library} {version} | {row['python']} | {how}{date} |"
