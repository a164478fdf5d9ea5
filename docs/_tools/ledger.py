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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docs._tools.lessons import LANGUAGES, ROOT, SiteError

PATH = Path("docs/diary/ledger.toml")
KINDS = ("claim", "figure", "question", "topic")
LISTS = ("evidence", "shows", "noted")
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
    noted: tuple[float, ...] = ()
    evidence: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
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
    """Return the table, by id; empty where there is none.

    Raises:
        LedgerError: an item lacks something, or says what it may not.
    """
    path = root / PATH
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LedgerError(f"{PATH}: {error}") from None
    return {name: _entry(name, item) for name, item in table.items()}


def _entry(name: str, item: dict[str, Any]) -> Entry:
    lists = {key: tuple(item.get(key, ())) for key in LISTS}
    try:
        entry = Entry(id=name, **(item | lists))
    except TypeError as error:
        told = str(error).replace("Entry.__init__() ", "")
        raise LedgerError(f"{PATH}: {name}: {told}") from None
    if fault := next(_faults(entry), None):
        raise LedgerError(f"{PATH}: {name}: {fault}")
    return entry


def _faults(entry: Entry) -> Iterator[str]:
    if not ID.match(entry.id):
        yield "an id is L and three digits"
    if entry.kind not in KINDS:
        yield f"kind is one of {', '.join(KINDS)}"
    topic = entry.kind == "topic"
    for name in ("quote",) if topic else ("quote", "claim", "today"):
        texts = getattr(entry, name)
        if set(texts) != {*LANGUAGES} or not all(texts.values()):
            yield f"{name} needs {' and '.join(LANGUAGES)}"
    if bool(entry.verdict) == topic:
        yield "a verdict stands beside all but topics"
    if entry.verdict == "outdated" and not entry.since:
        yield "`since` says when it became outdated"
    if bool(entry.old) != bool(entry.new):
        yield "`old` and `new` go together"
    if (entry.old or entry.probe) and not entry.since:
        yield "`since` says when the old line changed"
    untested = topic or entry.verdict == UNTESTED
    if untested and (entry.evidence or entry.shows):
        yield "what is shown is tested"
    if not untested and not entry.evidence:
        yield "evidence is missing: name a claim that tests it"
