"""Draw values of records, one line of dots a row, as SVG.

A page asks for one by a fence; what stands behind `` -- `` is its own words::

    ```chart
    alt -- What the picture shows, for those who do not see it
    caption -- What stands below it
    scale: % 0 1
    row: data/augmentation seeds.mirror.late -- mirrored
    row: models/batch_memory seeds.accuracy.batch 8 best -- batches of 8
    noted: L114 -- the first network
    ```

A row takes a number, a list of numbers (of several seeds) or a summary over
seeds; ``best`` takes the highest mean of a list over settings. ``noted`` takes
what a learner noted, from the diary's table. The scale is ``%`` or ``n``, and
``log`` behind it makes it logarithmic; then come its two ends.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docs._tools.lessons import SiteError
from docs._tools.records import Records, has_spread, is_number

LINE = re.compile(r"(alt|caption|scale|row|noted)(?:: (.+?))?(?: -- (.+))?$")
SCALE = re.compile(r"(%|n)( log)? (\S+) (\S+)$")
LEFT, RIGHT = 10, 346


@dataclass(frozen=True)
class Row:
    """One line of dots."""

    label: str
    dots: Sequence[float]
    mean: float | None = None
    ends: tuple[float, float] | None = None
    noted: bool = False


class Scale:
    """Where a value lies from left to right.

    Raises:
        SiteError: the page writes it otherwise.
    """

    def __init__(self, text: str) -> None:
        if not (asked := SCALE.match(text)):
            raise SiteError(f"scale: {text!r}: expected % 0 1")
        self.unit, self.log = asked[1], bool(asked[2])
        self.low, self.high = float(asked[3]), float(asked[4])

    def at(self, value: float) -> float:
        """Return the place of a value.

        Raises:
            SiteError: it lies outside.
        """
        if not self.low <= value <= self.high:
            raise SiteError(f"{value:g} is outside of the scale")
        ends = self.low, self.high, value
        low, high, here = map(math.log, ends) if self.log else ends
        return LEFT + (RIGHT - LEFT) * (here - low) / (high - low)

    def ticks(self) -> list[float]:
        """Return the values that are written below."""
        if self.log:
            first, last = (math.log10(x) for x in (self.low, self.high))
            powers = range(math.ceil(first), math.floor(last) + 1)
            return [10.0**power for power in powers]
        wide = self.high - self.low
        steps = next((x for x in (3, 4, 5) if wide * 10 % x < 1e-6), 4)
        return [self.low + wide * x / steps for x in range(steps + 1)]

    def text(self, value: float) -> str:
        """Return a value as it is written below."""
        return f"{value:.0%}" if self.unit == "%" else f"{value:g}"


def chart(
    lines: Iterable[str], records: Records, language: str
) -> tuple[str, str]:
    """Return a chart as SVG, and its caption.

    Args:
        lines: the fence's lines.
        records: what was run, and the diary's table.
        language: that of the page.

    Raises:
        SiteError: a line says something else, or names what does not exist.
    """
    told, rows = _told(lines, records)
    if {*told} != {"alt", "caption", "scale"} or not rows:
        raise SiteError("a chart needs alt, caption, scale and a row")
    svg = records.render(
        "chart.svg.j2",
        language,
        alt=told["alt"],
        scale=Scale(told["scale"]),
        rows=rows,
        left=LEFT,
        right=RIGHT,
    )
    return svg.replace("\n", ""), told["caption"]


def _told(
    lines: Iterable[str], records: Records
) -> tuple[dict[str, str], list[Row]]:
    told: dict[str, str] = {}
    rows: list[Row] = []
    for text in lines:
        if not (line := LINE.match(text)):
            raise SiteError(f"{text!r}: expected alt, caption, scale, row:")
        name, what, words = (group or "" for group in line.groups())
        if name in ("row", "noted"):
            row = _measured if name == "row" else _noted
            rows.append(row(records, what, words))
        else:
            told[name] = what or words
    return told, rows


def _measured(records: Records, what: str, label: str) -> Row:
    lesson, _, key = what.partition(" ")
    record, best = records.record(lesson), key.endswith(" best")
    key = key.removesuffix(" best")
    value = record.look_up(key)
    if best:
        at = value["mean"].index(max(value["mean"]))
        value = record.look_up(f"{key}.{at}")
    if has_spread(value):
        ends = value["min"], value["max"]
        return Row(label, value.get("values", ()), value["mean"], ends)
    dots = value if isinstance(value, list) else [value]
    if not all(map(is_number, dots)):
        raise SiteError(f"{what} is no number")
    return Row(label, dots, sum(dots) / len(dots))


def _noted(records: Records, what: str, label: str) -> Row:
    entry = records.ledger().get(what)
    if entry is None or not entry.noted:
        raise SiteError(f"{what} notes no number (`noted` in the ledger)")
    return Row(label, entry.noted, noted=True)
