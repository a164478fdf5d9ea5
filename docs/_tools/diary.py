"""Write the diary's verdicts and lists from its table (ledger.py), as Markdown.

The templates in ``templates/diary/`` say how; what they make holds embeds of
its own: cells, outputs and claims.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from docs._tools import old_versions, timeline
from docs._tools.ledger import UNDATED, Entry, LedgerError
from docs._tools.lessons import EVIDENCE, LANGUAGES, ROOT, page_of
from docs._tools.markup import DAY, head
from docs._tools.records import Records

FENCE = re.compile(r"^```verdicts\n((?:.*\n)*?)```$", re.M)
LISTS = ("all", "topics", "changed", "versions", "timeline")


def places(root: Path = ROOT) -> dict[str, str]:
    """Return the page of the diary that tells of each item, without ``.md``."""
    found: dict[str, str] = {}
    folder = root / "docs" / LANGUAGES[0] / "diary"
    for path in sorted(folder.glob("*.md")):
        for fence in FENCE.findall(path.read_text("utf-8")):
            found |= dict.fromkeys(fence.split(), f"diary/{path.stem}")
    return found


def asked(lesson: str, language: str, records: Records) -> str:
    """Return a line with links to the entries that a lesson answers, or ""."""
    writer = Writer(records, f"docs/{language}/{lesson}.md", language)
    places = writer.places
    told = [
        places[entry.id]
        for entry in (writer.told if places else ())
        if entry.lesson.partition("#")[0] == lesson
    ]
    links = " · ".join(map(writer.link, sorted({*told})))
    line = records.word(language, "asked")
    return f"\n\n{line % links}\n" if links else ""


@dataclass
class Writer:
    """Writes what the table says, for one page of one language."""

    records: Records
    page: str
    language: str

    @property
    def entries(self) -> dict[str, Entry]:
        """The table, by id."""
        return self.records.ledger()

    def write(self, kind: str, names: list[str]) -> str:
        """Return what a fence asks for: verdicts, quotations or a list.

        Raises:
            LedgerError: there is no such item, or no such list.
        """
        if kind == "ledger":
            kind, *names = names or [""]
            if kind not in LISTS:
                raise LedgerError(f"{kind!r} is no list: {', '.join(LISTS)}")
        if unknown := [name for name in names if name not in self.entries]:
            raise LedgerError(f"the ledger has no {', '.join(unknown)}")
        return self.records.render(
            f"diary/{kind}.md.j2",
            self.language,
            diary=self,
            entries=[self.entries[name] for name in names],
            old_versions=old_versions,
            undated=UNDATED,
        )

    @cached_property
    def places(self) -> dict[str, str]:
        """The page that tells of each item."""
        return places(self.records.root)

    @cached_property
    def told(self) -> list[Entry]:
        """The entries that a page tells of, in the order of the table."""
        return [one for one in self.entries.values() if one.id in self.places]

    def entry(self, entry: Entry) -> str:
        """Return a link to the place that tells of an item."""
        return self.link(f"{self.places[entry.id]}#{entry.id.lower()}")

    def link(self, place: str) -> str:
        """Return a link to a page, or to a place in it.

        It says an entry's day, or the title of the page.

        Raises:
            LedgerError: there is no such page.
        """
        lesson, _, anchor = place.partition("#")
        page = page_of(lesson)
        name = page.removeprefix("diary/")
        if not DAY.match(name):
            file = self.records.root / "docs" / self.language / f"{page}.md"
            if not file.is_file():
                raise LedgerError(f"there is no page {page}.md")
            name = head(file)[0]
        up = "../" * (len(Path(self.page).parts) - 3)
        return f"[{name}]({up}{page}.md{'#' * bool(anchor)}{anchor})"

    def cells(self, entry: Entry) -> Iterator[tuple[str, str]]:
        """Yield each cell that is shown, and what it prints, or ""."""
        for place in entry.shows:
            script, _, name = place.partition(":")
            lesson = script.removeprefix("examples/").removesuffix(".py")
            output = f"snippets/{lesson}/output.txt"
            parts = self.records.source(output).sections
            prints = name in [part.name for part in parts]
            yield place, f"{output}:{name}" if prints else ""

    def scripts(self, entry: Entry) -> list[str]:
        """List the scripts without a page that are shown, from the site."""
        shown = dict.fromkeys(place.partition(":")[0] for place in entry.shows)
        return [x for x in shown if x.startswith(f"examples/{EVIDENCE}")]

    @property
    def site(self) -> str:
        """The way from the page to the root of the site."""
        folders = len(Path(self.page).with_suffix("").parts) - 2
        # The first language stands at the root.
        return "../" * (folders + (self.language != LANGUAGES[0]))

    def claims(self, entry: Entry) -> Iterator[Mapping[str, Any]]:
        """Yield the claims that an entry rests on."""
        for name in entry.evidence:
            lesson, _, claim = name.partition(" ")
            yield self.records.record(lesson).claim(claim)

    def changed(self) -> list[Entry]:
        """List the entries with an old line, the oldest version first."""
        return sorted((x for x in self.told if x.old), key=_version)

    def learners(self) -> list[list[timeline.Day]]:
        """List the days of each learner; those of one by their first item."""
        folder = self.records.root / "docs" / self.language / "diary"
        days = timeline.days(folder)
        days.sort(key=lambda day: (day.date, min(self.ids(day), default="")))
        return timeline.learners(days)

    def ids(self, day: timeline.Day) -> list[str]:
        """List the items that a page tells of."""
        page = f"diary/{day.name}"
        return [name for name, place in self.places.items() if place == page]

    def verdicts(self, day: timeline.Day) -> list[tuple[str, int]]:
        """List how often each verdict stands on a page, the most first."""
        told = (self.entries[name].verdict for name in self.ids(day))
        return Counter(told).most_common()


def _version(entry: Entry) -> tuple[str, list[int]]:
    library, _, version = entry.since.partition(" ")
    return library, old_versions.order(version)
