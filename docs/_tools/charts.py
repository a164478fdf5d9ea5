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

import html
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from docs._tools.lessons import SiteError
from docs._tools.records import Records, has_spread, is_number

LINE = re.compile(r"(alt|caption|scale|row|noted)(?:: (.+?))?(?: -- (.+))?$")
SCALE = re.compile(r"(%|n)( log)? (\S+) (\S+)$")
WIDTH, LEFT, RIGHT, HIGH = 360, 10, 346, 35
FRAME = (
    '<svg role="img" aria-label="{alt}" xmlns="http://www.w3.org/2000/svg" '
    'class="plot" viewBox="0 0 {width} {height}" style="max-width:29rem">'
    '<g font-size="11.5">{inside}</g></svg>'
)


@dataclass(frozen=True)
class Row:
    """One line of dots."""

    label: str
    dots: tuple[float, ...]
    mean: float | None = None
    ends: tuple[float, float] | None = None
    noted: bool = False


@dataclass(frozen=True)
class Scale:
    """Where a value lies from left to right."""

    unit: str
    log: bool
    low: float
    high: float

    def at(self, value: float) -> float:
        """Return the place of a value.

        Raises:
            SiteError: it lies outside.
        """
        if not self.low <= value <= self.high:
            raise SiteError(f"{value:g} is outside of the scale")
        low, high, here = self.low, self.high, value
        if self.log:
            low, high, here = map(math.log, (low, high, value))
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
    lines: list[tuple[int, str]],
    records: Records,
    word: Callable[[str], str],
) -> tuple[str, str]:
    """Return a chart as SVG, and its caption.

    Args:
        lines: the fence's lines with their numbers.
        records: what was run, and the diary's table.
        word: gives a word of the interface in the page's language.

    Raises:
        SiteError: a line says something else, or names what does not exist.
    """
    told: dict[str, str] = {}
    rows: list[Row] = []
    for _, text in lines:
        if not (line := LINE.match(text)):
            raise SiteError(f"{text!r}: expected alt, caption, scale, row:")
        name, what, words = (group or "" for group in line.groups())
        if name in ("row", "noted"):
            row = _measured if name == "row" else _noted
            rows.append(row(records, what, words))
        else:
            told[name] = what or words
    if {*told} != {"alt", "caption", "scale"} or not rows:
        raise SiteError("a chart needs alt, caption, scale and a row")
    scale = _scale(told["scale"])
    return _draw(rows, scale, told["alt"], word), told["caption"]


def _scale(text: str) -> Scale:
    if not (asked := SCALE.match(text)):
        raise SiteError(f"scale: {text!r}: expected % 0 1")
    return Scale(asked[1], bool(asked[2]), float(asked[3]), float(asked[4]))


def _measured(records: Records, what: str, label: str) -> Row:
    lesson, _, key = what.partition(" ")
    key, best = key.removesuffix(" best"), key.endswith(" best")
    value = _find(records.record(lesson).tree, key.split("."), what)
    if best:
        at = max(range(len(value["mean"])), key=value["mean"].__getitem__)
        parts = ("mean", "std", "min", "max")
        value = {name: value[name][at] for name in parts} | {"n": value["n"]}
    if has_spread(value):
        ends = value["min"], value["max"]
        return Row(label, tuple(value.get("values", ())), value["mean"], ends)
    dots = value if isinstance(value, list) else [value]
    if not all(map(is_number, dots)):
        raise SiteError(f"{what} is no number")
    return Row(label, tuple(dots), sum(dots) / len(dots))


def _find(tree: Any, parts: list[str], what: str) -> Any:
    """Follow a key; a name in it may hold a dot, such as 0.3."""
    if not parts:
        return tree
    for end in range(len(parts), 0, -1):
        name = ".".join(parts[:end])
        if isinstance(tree, Mapping) and name in tree:
            return _find(tree[name], parts[end:], what)
    names = ", ".join(tree) if isinstance(tree, Mapping) else "a plain value"
    raise SiteError(f"no {'.'.join(parts)!r} in {what!r}; there is: {names}")


def _noted(records: Records, what: str, label: str) -> Row:
    entry = records.ledger().get(what)
    if entry is None or not entry.noted:
        raise SiteError(f"{what} notes no number (`noted` in the ledger)")
    return Row(label, entry.noted, noted=True)


def _draw(
    rows: list[Row], scale: Scale, alt: str, word: Callable[[str], str]
) -> str:
    legend = 22 * any(row.noted for row in rows)
    bottom = legend + HIGH * len(rows) + 4
    inside = [*_axis(scale, legend, bottom)]
    if legend:
        inside += _legend(word)
    for number, row in enumerate(rows):
        inside += _row(row, scale, legend + HIGH * number)
    return FRAME.format(
        alt=html.escape(alt, quote=True),
        width=WIDTH,
        height=bottom + 18,
        inside="".join(inside),
    )


def _axis(scale: Scale, top: float, bottom: float) -> Iterator[str]:
    yield f'<path class="sk" stroke-width="0.8" d="M{LEFT} {bottom}H{RIGHT}"/>'
    for value in scale.ticks():
        x = round(scale.at(value), 1)
        yield f'<path class="sl" d="M{x} {top}V{bottom}"/>'
        yield (
            f'<text x="{x}" y="{bottom + 14}" text-anchor="middle" '
            f'font-size="10.5">{scale.text(value)}</text>'
        )


def _legend(word: Callable[[str], str]) -> Iterator[str]:
    yield _diamond(LEFT + 5, 8)
    yield f'<text x="{LEFT + 16}" y="12">{word("theirs")}</text>'
    yield f'<circle class="f1" cx="{WIDTH / 2 + 5}" cy="8" r="4"/>'
    yield f'<text x="{WIDTH / 2 + 16}" y="12">{word("ours")}</text>'


def _diamond(x: float, y: float) -> str:
    return (
        f'<path class="s2 fw" stroke-width="2" d="M{x:.1f} {y - 5}l5 5l-5 5'
        'l-5 -5z"/>'
    )


def _row(row: Row, scale: Scale, top: float) -> Iterator[str]:
    y = top + 26
    yield f'<text x="{LEFT}" y="{top + 15}">{html.escape(row.label)}</text>'
    if row.noted:
        first, *_ = places = [scale.at(one) for one in row.dots]
        if places[1:]:
            path = f"M{first:.1f} {y}H{places[-1]:.1f}"
            yield f'<path class="s2" stroke-width="1.5" d="{path}"/>'
        yield from (_diamond(x, y) for x in places)
        return
    if row.ends:
        low, high = map(scale.at, row.ends)
        yield (
            f'<path class="s1" stroke-width="5" stroke-linecap="round" '
            f'stroke-opacity="0.3" d="M{low:.1f} {y}H{high:.1f}"/>'
        )
    for one in row.dots:
        yield (
            f'<circle class="f1" fill-opacity="0.6" cx="{scale.at(one):.1f}" '
            f'cy="{y}" r="3.5"/>'
        )
    if row.mean is not None and len(row.dots) != 1:
        x = scale.at(row.mean)
        yield (
            f'<path class="sk" stroke-width="2" d="M{x:.1f} {y - 6}V{y + 6}"/>'
        )
