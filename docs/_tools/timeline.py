"""Write when each learner did what, from the entries and the diary's table."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from docs._tools.ledger import Entry
from docs._tools.markup import ABOUT, DAY, TITLE

ANOTHER = datetime.timedelta(days=31)  # without an entry: another learner


def timeline(
    folder: Path,
    items: Mapping[str, list[Entry]],
    word: Callable[[str, str], str],
) -> str:
    """Return the days of each learner as a list, with their verdicts.

    Args:
        folder: the pages of the diary in one language.
        items: what each page tells of, by its name.
        word: gives a word in the page's language, by name and group.
    """
    lines: list[str] = []
    for group in _groups(_in_order(folder, items)):
        first = _date(group[0])
        last = _date(group[-1])
        until = f" – {last}" if last > first else ""
        lines += [f"**{first}{until}**", ""]
        for page in group:
            told = [x for x in items.get(page.stem, []) if x.verdict]
            lines.append(_day(page, (_date(page) - first).days, told, word))
        lines.append("")
    return "\n".join(lines[:-1])


def _in_order(folder: Path, items: Mapping[str, list[Entry]]) -> list[Path]:
    """Return the dated pages; those of one day by their first item."""

    def key(page: Path) -> tuple[datetime.date, str]:
        ids = [entry.id for entry in items.get(page.stem, [])]
        return _date(page), min(ids, default="")

    pages = [page for page in folder.glob("*.md") if DAY.match(page.stem)]
    return sorted(pages, key=key)


def _groups(pages: list[Path]) -> Iterator[list[Path]]:
    """Yield the pages of one learner after the other's."""
    group: list[Path] = []
    for page in pages:
        if group and _date(page) - _date(group[-1]) > ANOTHER:
            yield group
            group = []
        group.append(page)
    if group:
        yield group


def _date(page: Path) -> datetime.date:
    return datetime.date.fromisoformat(page.stem.partition("_")[0])


def _day(
    page: Path,
    days: int,
    told: list[Entry],
    word: Callable[[str, str], str],
) -> str:
    text = page.read_text("utf-8")
    title, about = TITLE.search(text), ABOUT.search(text)
    name = title[1] if title else page.stem
    day = word("day", "words") % (days + 1)
    marks = " ".join(_marks(told, word))
    text = about[1] if about else ""
    return f"- {day} · [{name}]({page.name})<br>{text}<br>{marks}"


def _marks(told: list[Entry], word: Callable[[str, str], str]) -> Iterator[str]:
    """Yield how often each verdict stands on a page, by its sign."""
    count = Counter(entry.verdict for entry in told)
    for verdict, number in sorted(count.items(), key=lambda one: -one[1]):
        yield (
            f'<span class="day-verdict">{word(verdict, "verdicts")} '
            f"{number}</span>"
        )
