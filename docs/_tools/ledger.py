"""Read the diary's one table, ``docs/diary/ledger.toml``.

What four learners noted, item by item::

    [L031]
    date = 2021-06-26
    kind = "claim"  # or topic, figure, question
    quote = { ja = "…", en = "…" }  # theirs, and no more of it
    claim = { ja = "…", en = "…" }  # one plain sentence
    noted = [0.49, 0.5]  # of figures: their numbers, as they stand in the quote
    verdict = "needs nuance"  # of [verdicts] in docs/terms.toml; topics: none
    today = { ja = "…", en = "…" }  # what PyTorch does, or why nobody can tell
    since = "torch 1.11"  # the first version that does otherwise
    probe = "conv_without_batch"  # what old versions were asked about it
    evidence = ["models/linear_regression target-shape-matters"]  # claims
    shows = ["examples/diary/shapes.py:target"]  # cells; outputs follow
    lesson = "workflow/loss#shape"
    old = "…"  # of what changed: the line as it was noted,
    new = "…"  # and the line to write
"""

import datetime
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docs._tools.lessons import LANGUAGES, ROOT, SiteError

PATH = Path("docs/diary/ledger.toml")
KINDS = ("claim", "figure", "question", "topic")
UNTESTED = "untested"
UNDATED = "none"  # in place of a year
ID = re.compile(r"L\d{3}$")


class LedgerError(SiteError):
    """A fault of the table; the message begins with the id."""


@dataclass(frozen=True)
class Entry:
    """One thing that a learner noted."""

    id: str
    kind: str
    quote: Mapping[str, str]
    lesson: str
    claim: Mapping[str, str] = field(default_factory=dict)
    verdict: str = ""
    today: Mapping[str, str] = field(default_factory=dict)
    date: datetime.date | None = None
    since: str = ""
    probe: str = ""
    noted: Sequence[float] = ()
    evidence: Sequence[str] = ()
    shows: Sequence[str] = ()
    old: str = ""
    new: str = ""

    @property
    def section(self) -> str:
        """Return the section of the lesson that teaches it."""
        return self.lesson.partition("/")[0]

    @property
    def year(self) -> str:
        """Return the year of the note, or UNDATED."""
        return str(self.date.year) if self.date else UNDATED


def load(root: Path = ROOT) -> dict[str, Entry]:
    """Return the table, by id.

    Raises:
        LedgerError: an item lacks something, or says what it may not.
    """
    try:
        table = tomllib.loads((root / PATH).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise LedgerError(f"{PATH}: {error}") from None
    return {name: _entry(name, item) for name, item in table.items()}


def _entry(name: str, item: dict[str, Any]) -> Entry:
    try:
        entry = Entry(id=name, **item)
    except TypeError as error:
        told = str(error).replace("Entry.__init__() ", "")
        raise LedgerError(f"{PATH}: {name}: {told}") from None
    for rule, kept in _rules(entry).items():
        if not kept:
            raise LedgerError(f"{PATH}: {name}: {rule}")
    return entry


def _rules(entry: Entry) -> dict[str, object]:
    """Return what an item has to be like, and whether it is."""
    topic = entry.kind == "topic"
    untested = topic or entry.verdict == UNTESTED
    changed = entry.old or entry.probe or entry.verdict == "outdated"
    rules: dict[str, object] = {
        "an id is L and three digits": ID.match(entry.id),
        f"kind is one of {', '.join(KINDS)}": entry.kind in KINDS,
    }
    for name in ("quote",) if topic else ("quote", "claim", "today"):
        texts = map(getattr(entry, name).get, LANGUAGES)
        rules[f"{name} needs {' and '.join(LANGUAGES)}"] = all(texts)
    shown = entry.evidence or entry.shows
    return rules | {
        "a verdict stands beside all but topics": topic != bool(entry.verdict),
        "`old` and `new` go together": bool(entry.old) == bool(entry.new),
        "`since` says when that changed": entry.since or not changed,
        "what is shown is tested": not (untested and shown),
        "evidence is a claim that tests it": untested or entry.evidence,
    }
