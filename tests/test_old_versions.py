"""“Changed in” rests on runs of versions on both sides of the change."""

import ast
from itertools import pairwise

import pytest

from docs._tools import ledger
from docs._tools.old_versions import load, order, spans
from tests.old_versions import probe
from tests.shared import RECORDS

TABLE = load()
CHANGED = [one for one in ledger.load().values() if one.since]


def rows_of(entry: ledger.Entry) -> tuple[list[int], dict[str, dict[str, str]]]:
    """Return the version that an item names, and the rows of its library."""
    library, _, since = entry.since.partition(" ")
    return order(since), TABLE.get(library, {})


@pytest.mark.parametrize("entry", CHANGED, ids=lambda one: one.id)
def test_what_changed_was_run_on_both_sides(entry: ledger.Entry) -> None:
    """The behaviour changes once, from the version before to the named one.

    What changed before the oldest version that still installs cannot be run.
    """
    since, rows = rows_of(entry)
    oldest = order(next(iter(rows), "0"))
    if not entry.probe and since < oldest:
        return
    known = f"{entry.id}: `probe` names a function of {probe.__file__}"
    assert entry.probe in RECORDS.words("probes"), known
    (_, last, _), (first, _, _) = spans(entry.probe, rows)
    told = f"{entry.id} says {entry.since}, but {last} and {first} differ"
    assert order(first)[: len(since)] == since, told
    assert is_before(order(last), since), f"{told}: run one between them"


def is_before(old: list[int], new: list[int]) -> bool:
    """Tell whether a version is of the release just before another."""
    *front, last = new
    if last:
        return old[: len(new)] == [*front, last - 1]
    return old[: len(front)] == [*front[:-1], front[-1] - 1]


def test_each_behaviour_has_its_words_and_its_rows() -> None:
    """The probe, the table and the page name the same ones."""
    asked = {
        library: [one.__name__ for one in behaviours]
        for library, behaviours in probe.BEHAVIOURS.items()
    }
    assert [x for one in asked.values() for x in one] == [
        *RECORDS.words("probes")
    ]
    for library, names in asked.items():
        newest = [*TABLE[library].values()][-1]
        assert [*newest["does"]] == names
    changing = [
        name
        for library, names in asked.items()
        for name in names
        if len(spans(name, TABLE[library])) > 1
    ]
    assert changing == [*RECORDS.words("probes")]


def test_rows_say_where_they_come_from() -> None:
    """The oldest version stands first, and each tells how it was asked."""
    for rows in TABLE.values():
        assert all(order(x) < order(y) for x, y in pairwise(rows))
        for row in rows.values():
            assert row["provenance"] in RECORDS.words("words")
            assert row["python"]


def test_what_is_installed_does_as_the_table_says() -> None:
    """As its own row, or as the last one that was run before it."""
    for library, found in probe.main().items():
        version = order(found["version"].partition("+")[0])
        rows = [row for x, row in TABLE[library].items() if order(x) <= version]
        assert found["does"] == rows[-1]["does"], f"{library} changed"


def test_the_probe_runs_on_old_versions_of_python() -> None:
    """Its text is that of Python 3.6."""
    with open(probe.__file__, encoding="utf-8") as file:
        ast.parse(file.read(), feature_version=(3, 6))
