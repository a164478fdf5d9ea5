"""The dated pages of the diary, and which learner wrote them."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from docs._tools.markup import DAY, head

ANOTHER = datetime.timedelta(days=31)  # without an entry: another learner


@dataclass(frozen=True)
class Day:
    """A dated page: its file's name without ``.md``, and what heads it."""

    name: str
    title: str
    about: str

    @property
    def date(self) -> datetime.date:
        """Return the day, which begins its name."""
        return datetime.date.fromisoformat(self.name.partition("_")[0])


def days(folder: Path) -> list[Day]:
    """List the dated pages of a language's diary, the oldest first."""
    pages = sorted(page for page in folder.glob("*.md") if DAY.match(page.stem))
    return [Day(page.stem, *head(page)) for page in pages]


def learners(pages: Iterable[Day]) -> list[list[Day]]:
    """Part pages, the oldest first, into those of one learner each."""
    groups: list[list[Day]] = []
    for page in pages:
        if not groups or page.date - groups[-1][-1].date > ANOTHER:
            groups.append([])
        groups[-1].append(page)
    return groups
