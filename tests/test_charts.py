"""Charts of recorded values, and what the learners noted beside them."""

import re

import pytest

from docs._tools import charts, ledger
from docs._tools.lessons import SiteError
from tests.shared import RECORDS

NOTED = [one for one in ledger.load().values() if one.noted]
TWO = "data/augmentation seeds.none.late"
WORDS = ["alt -- a picture", "caption -- below it", "scale: % 0 1"]


def drawn(*rows: str) -> str:
    """Return the SVG of a chart with these rows."""
    svg, caption = charts.chart([*WORDS, *rows], RECORDS, "en")
    assert caption == "below it"
    return svg


def test_a_dot_stands_for_each_seed() -> None:
    """At its place on the scale, with its row's own words."""
    svg = drawn(f"row: {TWO} -- as they <are>")
    values = RECORDS.record("data/augmentation").look_up("seeds.none.late")
    places = [float(x) for x in re.findall(r'<circle[^>]* cx="([\d.]+)"', svg)]
    width = charts.RIGHT - charts.LEFT
    assert places == pytest.approx(
        [charts.LEFT + width * one for one in values["values"]], abs=0.06
    )
    assert "as they &lt;are&gt;" in svg


def test_the_best_of_several_settings_is_that_of_the_highest_mean() -> None:
    """The bar reaches from its worst run to its best."""
    svg = drawn("row: models/batch_memory seeds.accuracy.batch 8 best -- 8")
    key = "seeds.accuracy.batch 8"
    value = RECORDS.record("models/batch_memory").look_up(key)
    at = value["mean"].index(max(value["mean"]))
    ends = [value[name][at] for name in ("min", "max")]
    width = charts.RIGHT - charts.LEFT
    low, high = (charts.LEFT + width * one for one in ends)
    assert f"M{low:.1f} 26H{high:.1f}" in svg


def test_a_key_may_hold_a_dot() -> None:
    """As the name of a rate does."""
    row = "row: diary/losses_and_rates needed.0.3 -- 0.3"
    lines = [*WORDS[:2], "scale: n log 1 100", row]
    svg, _ = charts.chart(lines, RECORDS, "en")
    assert svg.count("<circle") == 3


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("rows: a b -- c", "expected alt"),
        ("row: data/augmentation seeds.nothing -- c", "there is"),
        ("row: data/augmentation seeds.none.versions -- c", "there is"),
        ("row: diary/losses_and_rates needed.1.0 -- c", "outside"),
        ("noted: L030 -- c", "notes no number"),
        ("scale: percent", "expected % 0 1"),
    ],
)
def test_a_fault_of_a_chart_is_told(row: str, message: str) -> None:
    """With what is wrong, so that the build can name the line."""
    with pytest.raises(SiteError, match=message):
        drawn(f"row: {TWO} -- one", row)


@pytest.mark.parametrize("entry", NOTED, ids=lambda one: one.id)
def test_what_is_noted_stands_in_the_quotation(entry: ledger.Entry) -> None:
    """A share is noted in per cent."""
    numbers = re.findall(r"[\d.]+%?", entry.quote["ja"])
    shares = [
        round(float(one[:-1]) / 100, 6) if one.endswith("%") else float(one)
        for one in numbers
    ]
    odd = sorted(set(entry.noted) - {*shares})
    assert not odd, f"docs/diary/ledger.toml: {entry.id}: not quoted: {odd}"
