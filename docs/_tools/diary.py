"""Write the diary's verdicts and lists from its table (ledger.py), as Markdown.

What is returned holds embeds of its own: cells, outputs and claims.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from docs._tools import old_versions, timeline
from docs._tools.ledger import Entry, LedgerError
from docs._tools.lessons import EVIDENCE, LANGUAGES, ROOT, page_of
from docs._tools.markup import DAY, TITLE, literal
from docs._tools.records import Records

CELL = re.compile(r"examples/(\w+/\w+)\.py:(\w+)$")
FENCE = re.compile(r"^```verdicts\n((?:.*\n)*?)```$", re.M)
VERSION = re.compile(r"\d+")
UNDATED = "none"  # in place of a year
FOLD = '??? verdict {kind} "<span id="{anchor}">{sign}</span> {claim}"'


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
    pages = places(records.root)
    found = {
        pages[entry.id]
        for entry in records.ledger().values()
        if entry.id in pages and entry.lesson.partition("#")[0] == lesson
    }
    if not found:
        return ""
    links = [
        f"[{name_of(page, language, records.root)}](../{page}.md)"
        for page in sorted(found)
    ]
    words = records.words("words")["asked"][language]
    return f"\n\n{words % ' · '.join(links)}\n"


def name_of(page: str, language: str, root: Path) -> str:
    """Return what a link to a page says: an entry's day, or the title.

    Raises:
        LedgerError: there is no such page.
    """
    name = page.removeprefix("diary/")
    if DAY.match(name):
        return name
    file = root / "docs" / language / f"{page}.md"
    if not file.is_file():
        raise LedgerError(f"there is no page {page}.md")
    title = TITLE.search(file.read_text("utf-8"))
    return title[1] if title else page


class Writer:
    """Writes what the table says, for one page of one language."""

    def __init__(
        self,
        records: Records,
        page: str,
        language: str,
        word: Callable[[str, str], str],
    ) -> None:
        self.records = records
        self.page = page
        self.language = language
        self.word = word
        self.entries = records.ledger()

    def find(self, names: Iterable[str]) -> list[Entry]:
        """Return entries by their ids.

        Raises:
            LedgerError: the table has no such id.
        """
        wanted = [*names]
        if unknown := [one for one in wanted if one not in self.entries]:
            raise LedgerError(f"the ledger has no {', '.join(unknown)}")
        return [self.entries[one] for one in wanted]

    def folds(self, entries: Iterable[Entry]) -> str:
        """Return a fold for each entry: its verdict, and behind it why."""
        return "\n\n".join("\n".join(self._fold(one)) for one in entries)

    def quotes(self, entries: Iterable[Entry]) -> str:
        """Return what learners noted, in their own words."""
        words = self.word("quoted", "words")
        return "\n\n".join(
            f"> {words % one.quote[self.language]}" for one in entries
        )

    def _fold(self, entry: Entry) -> Iterator[str]:
        yield FOLD.format(
            kind=entry.verdict.replace(" ", "-") or entry.kind,
            anchor=entry.anchor,
            sign=self.word(entry.verdict, "verdicts"),
            claim=entry.claim[self.language].replace('"', "&quot;"),
        )
        yield ""
        for block in self._body(entry):
            yield from (f"    {line}" for line in block.split("\n"))
            yield ""

    def _body(self, entry: Entry) -> Iterator[str]:
        here = self.language
        noted = self.word("noted", "words")
        yield f"{noted}{self.word('quoted', 'words') % entry.quote[here]}"
        yield entry.today[here]
        for place in entry.shows:
            yield from self._shown(place)
        if entry.evidence:
            yield self.word("checked", "words")
            yield "\n".join(map(self._evidence, entry.evidence))
        if entry.old:
            yield f"{self.word('old', 'words')}`{entry.old}`"
            yield f"{self.word('new', 'words')}`{entry.new}`"
        since = [self.word("since", "words") % entry.since] * bool(entry.since)
        lesson = self.word("taught", "words") % self.link(entry.lesson)
        scripts = dict.fromkeys(map(self._script, entry.shows))
        yield " · ".join([*since, lesson, *filter(None, scripts)])

    def _script(self, place: str) -> str:
        """Return a link to the whole of a script that has no page, or ""."""
        name = place.partition(":")[0]
        if not name.startswith(f"examples/{EVIDENCE}"):
            return ""
        folders = len(Path(self.page).with_suffix("").parts) - 2
        folders += self.language != LANGUAGES[0]  # which is at the root
        text = self.word("evidence_script", "words")
        file = name.rpartition("/")[2]
        return (
            f'<a class="evidence" href="{"../" * folders}{name}" download>'
            f"{text}<code>{file}</code></a>"
        )

    def _shown(self, place: str) -> Iterator[str]:
        cell = CELL.match(place)
        if cell is None:
            raise LedgerError(f"{place!r} is no cell examples/…/….py:name")
        yield f'```python\n--8<-- "{place}"\n```'
        lesson, name = cell.groups()
        output = f"snippets/{lesson}/output.txt"
        parts = self.records.source(output).sections
        if name in [part.name for part in parts]:
            title = self.word("output", "words")
            yield (f'```text title="{title}"\n--8<-- "{output}:{name}"\n```')

    def _evidence(self, name: str) -> str:
        lesson, _, key = name.partition(" ")
        claims = self.records.record(lesson).claims
        if key not in claims:
            names = ", ".join(claims) or "nothing"
            raise LedgerError(f"{lesson} has no such claim; there is: {names}")
        compared = "; ".join(claims[key]["compared"])
        shown = f'<span lang="en">{literal(compared)}</span>'
        return f"- {claims[key][self.language]} ({shown})"

    def link(self, place: str) -> str:
        """Return a link to a lesson's page, or to a place in it."""
        lesson, _, anchor = place.partition("#")
        page = page_of(lesson)
        name = name_of(page, self.language, self.records.root)
        up = "../" * (len(Path(self.page).parts) - 3)
        return f"[{name}]({up}{page}.md{'#' * bool(anchor)}{anchor})"

    def list(self, name: str = "") -> str:
        """Return one of the lists that are made from all of the table.

        Raises:
            LedgerError: there is no such list.
        """
        lists = {
            "all": self._all,
            "topics": self._topics,
            "changed": self._changed,
            "versions": self._versions,
            "timeline": self._timeline,
        }
        if name not in lists:
            raise LedgerError(f"{name!r} is no list: {', '.join(lists)}")
        return lists[name]()

    def _all(self) -> str:
        """Return every verdict in a line, with a link to where it is told."""
        pages = places(self.records.root)
        lines = [
            self._line(entry, pages[entry.id])
            for entry in self.entries.values()
            if entry.verdict and entry.id in pages
        ]
        return "\n".join([self._filter(), "", *lines])

    def _line(self, entry: Entry, page: str) -> str:
        sign = (
            f'<span class="ledger-item" data-verdict="{entry.verdict}" '
            f'data-year="{_year(entry)}" data-topic="{entry.section}">'
            f"{self.word(entry.verdict, 'verdicts')}</span>"
        )
        link = self.link(f"{page}#{entry.anchor}")
        return f"- {sign} {entry.claim[self.language]} {link}"

    def _filter(self) -> str:
        """Return what page.js makes the filter of."""
        told = [entry for entry in self.entries.values() if entry.verdict]
        groups = {
            "verdict": {
                x.verdict: self.word(x.verdict, "verdicts") for x in told
            },
            "year": {_year(x): self._year_word(x) for x in told},
            "topic": {
                x.section: self.word(x.section, "sections") for x in told
            },
        }
        shown = "".join(
            f"<fieldset><legend>{self.word(f'by_{group}', 'words')}</legend>"
            + "".join(
                f'<label><input type="checkbox" name="{group}" '
                f'value="{value}"> {label}</label>'
                for value, label in sorted(options.items())
            )
            + "</fieldset>"
            for group, options in groups.items()
        )
        told_of = self.word("shown_items", "words")
        return (
            f'<form class="ledger-filter" hidden>{shown}'
            f"<p>{told_of}<output></output></p></form>"
        )

    def _year_word(self, entry: Entry) -> str:
        year = _year(entry)
        return self.word("no_date", "words") if year == UNDATED else year

    def _topics(self) -> str:
        """Return a table of what the notes name, and what teaches it."""
        heads = [self.word(name, "words") for name in ("noted_topic", "lesson")]
        rows = [
            [self._topic(entry), self.link(entry.lesson)]
            for entry in self.entries.values()
            if entry.kind == "topic"
        ]
        return _table([heads, ["---", "---"], *rows])

    def _topic(self, entry: Entry) -> str:
        """Return what was noted; English words are told to be such."""
        quote = entry.quote[self.language]
        if self.language == "en" or not quote.isascii():
            return quote
        return f'<span lang="en">{quote}</span>'

    def _changed(self) -> str:
        """Return a table of old lines and new ones, oldest version first."""
        pages = places(self.records.root)
        names = ("by_since", "old_line", "new_line", "today", "entry")
        rows = [[self.word(name, "words") for name in names], ["---"] * 5]
        found = [x for x in self.entries.values() if x.old and x.id in pages]
        for entry in sorted(found, key=_version):
            lines = [_code(entry.old), _code(entry.new)]
            link = self.link(f"{pages[entry.id]}#{entry.anchor}")
            rows.append([entry.since, *lines, entry.today[self.language], link])
        return _table(rows)

    def _versions(self) -> str:
        """Return what each old version does, with the items that it dates."""
        pages = places(self.records.root)
        items = {}
        for entry in self.entries.values():
            if entry.probe and entry.id in pages:
                page = pages[entry.id].removeprefix("diary/")
                items[entry.id] = entry, f"[{page}]({page}.md#{entry.anchor})"
        rows = old_versions.load(self.records.root)
        return old_versions.table(rows, items, self.word)

    def _timeline(self) -> str:
        """Return who did what on which day, with the verdicts of that day."""
        items: dict[str, list[Entry]] = {}
        for name, page in places(self.records.root).items():
            day = page.removeprefix("diary/")
            items.setdefault(day, []).extend(self.find([name]))
        folder = self.records.root / "docs" / self.language / "diary"
        return timeline.timeline(folder, items, self.word)


def _year(entry: Entry) -> str:
    return str(entry.date.year) if entry.date else UNDATED


def _code(line: str) -> str:
    """Return a line of code for a table."""
    return f"`{line}`".replace("|", "\\|")


def _table(rows: Iterable[Iterable[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _version(entry: Entry) -> tuple[str, list[int]]:
    library = entry.since.partition(" ")[0]
    return library, [int(part) for part in VERSION.findall(entry.since)]
