"""Draw the figures of a lesson from its recorded values, as inline SVG.

A lesson's sidecar asks for a figure in ``[figures.NAME]``, by its kind::

    lines     x, x_label, y_label, lines = [{y, ja, en}]; optional marks =
              [{x, ja, en}], y_min, y_max, log_x, log_y, format
    bars      y_label, groups = [{value, ja, en}], each with an optional
              error; optional format, y_min, y_max
    matrix    values, row_label, column_label; optional names of the classes
    pictures  pictures; optional captions, maximum of the values, columns

Values are named by dotted keys into the record, labels are ``{ja, en}``.
The colours and the choice of language are in docs/assets/css/figures.css.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple, TypeAlias
from xml.sax.saxutils import escape, quoteattr

WIDTH = 400.0
FONT = 14.0
ROW = 20.0
PLOT_HEIGHT = 190.0
WIDEST_DIRECT_LABEL = 110.0
DASHES = ("none", "8 4", "3 3", "12 3 3 3", "6 3 2 3 2 3")
BAR = 16.0
LARGEST_CELL = 60.0
LARGEST_PICTURE = 120.0
GREY_LEVELS = 8

Table: TypeAlias = Mapping[str, object]
Point: TypeAlias = tuple[float, float]
Drawing: TypeAlias = tuple[list[str], float]


class Label(NamedTuple):
    """A text in the two languages of the site."""

    ja: str
    en: str


@dataclass(frozen=True)
class Axis:
    """Values from low to high, drawn from start to end."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def place(self, value: float) -> float:
        """Say where on the picture a value stands."""
        low, high = self.low, self.high
        if self.log:
            low, high, value = map(math.log10, (low, high, value))
        share = (value - low) / (high - low)
        return self.start + share * (self.end - self.start)


def draw(spec: Table, values: Table) -> str:
    """Draw one figure; what cannot be drawn as it is raises a ValueError."""
    kind = spec.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"figure kind {kind!r} is none of {', '.join(KINDS)}")
    painter, needed, optional = KINDS[kind]
    check_names(spec, f"kind {needed}", optional, f"a figure of kind {kind}")
    parts, height = painter(spec, values)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {short(WIDTH)}'
        f' {short(height)}" class="figure-svg figure-{kind}">',
        f'<g font-size="{short(FONT)}">',
        *parts,
        "</g>",
        "</svg>\n",
    ]
    return "\n".join(lines).encode("ascii", "xmlcharrefreplace").decode()


# What the sidecar asks for, and what was recorded.


def check_names(table: Table, needed: str, optional: str, what: str) -> None:
    """Refuse a table that lacks an option or has one that is misspelt."""
    known = [*needed.split(), *optional.split()]
    if missing := [name for name in needed.split() if name not in table]:
        raise ValueError(f"{what} lacks {', '.join(missing)}")
    if odd := [name for name in table if name not in known]:
        raise ValueError(f"{what} has no {', '.join(odd)}, but {known}")


def tables(
    spec: Table, name: str, needed: str, optional: str = ""
) -> list[Table]:
    """Return an option that is a list of labelled tables."""
    found = [
        entry if isinstance(entry, Mapping) else {}
        for entry in read_list(spec[name], name)
    ]
    for entry in found:
        check_names(entry, f"{needed} ja en", optional, f"an entry of {name}")
    return found


def read_label(table: object) -> Label:
    """Return the two texts of a label."""
    match table:
        case {"ja": str(ja), "en": str(en)}:
            return Label(ja, en)
    raise ValueError(f"label {table!r} is not a text for ja and one for en")


def option(spec: Table, name: str) -> float | None:
    """Return a number that the sidecar itself holds, if it does."""
    return finite(spec[name], name) if name in spec else None


def find(values: Table, key: object) -> object:
    """Return the recorded value under a dotted key."""
    found: object = values
    for part in str(key).split("."):
        inside: dict[str, object] = {}
        if isinstance(found, Mapping):
            inside = {str(name): value for name, value in found.items()}
        elif isinstance(found, list | tuple):
            inside = {str(i): value for i, value in enumerate(found)}
        if part not in inside:
            known = ", ".join(inside) or "nothing below it"
            raise ValueError(
                f"figure key {key!r}: there is no {part!r}, only {known}"
            )
        found = inside[part]
    return found


def finite(value: object, key: object) -> float:
    """Return a number, and refuse NaN, None and what else is none."""
    match value:
        case bool():
            pass
        case int() | float() if math.isfinite(value):
            return value
    raise ValueError(f"figure key {key!r}: {value!r} is not a finite number")


def read_number(values: Table, key: object) -> float:
    """Return the recorded number under a key."""
    return finite(find(values, key), key)


def read_list(found: object, key: object) -> Sequence[object]:
    """Return a list that holds something."""
    if isinstance(found, list | tuple) and found:
        return found
    raise ValueError(f"figure key {key!r} is not a list with something in it")


def read_numbers(values: Table, key: object) -> list[float]:
    """Return a recorded list of finite numbers."""
    return [finite(v, key) for v in read_list(find(values, key), key)]


def read_series(values: Table, key: object) -> list[float | None]:
    """Return recorded numbers; None, NaN and infinity become None: a gap."""
    gaps = (None, math.inf, -math.inf)
    return [
        None if v in gaps or v != v else finite(v, key)
        for v in read_list(find(values, key), key)
    ]


def read_grid(found: object, key: object) -> list[list[float]]:
    """Return a recorded list of equally long rows of numbers from 0 on."""
    rows = [read_list(row, key) for row in read_list(found, key)]
    grid = [[finite(value, key) for value in row] for row in rows]
    if len({len(row) for row in grid}) > 1:
        raise ValueError(f"figure key {key!r} has rows of unequal length")
    if min(map(min, grid)) < 0:
        raise ValueError(f"figure key {key!r} has a value below 0")
    return grid


# Scales.


def nice_step(span: float, most: int, whole: bool) -> float:
    """Return 1, 2, 2.5 or 5 times a power of ten: `most` steps at most."""
    power = 10.0 ** math.floor(math.log10(span / most))
    steps = [ten * f * power for ten in (1, 10, 100) for f in (1, 2, 2.5, 5)]
    return next(
        step
        for step in steps
        if span / step <= most + 1e-9 and not (whole and step % 1)
    )


def decades(low: float, high: float, factors: str) -> list[float]:
    """Return factors times powers of ten, from below low to above high."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [float(f"{f}e{p}") for p in range(first, last + 1) for f in factors]


def ticks(axis: Axis, most: int = 6, whole: bool = False) -> list[float]:
    """Return round values on an axis."""
    low, high = axis.low, axis.high
    for factors in ("1", "125") if axis.log else ():
        inside = [v for v in decades(low, high, factors) if low <= v <= high]
        if len(inside) > 2:
            return inside[:: math.ceil(len(inside) / (most + 1))]
    step = nice_step(high - low, most, whole)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{k * step:.10g}") for k in range(first, last + 1)]


def tick_texts(values: Sequence[float], log: bool, form: object) -> list[str]:
    """Write the numbers of an axis alike."""
    percent = isinstance(form, str) and form.endswith("%")
    if not percent and any(v and not 1e-3 <= abs(v) < 1e5 for v in values):
        powers = [f"{v:.2e}" for v in values]
        return [
            re.sub(r"\.?0*e\+?(-?)0*", r"e\1", power).removesuffix("e")
            for power in powers
        ]
    plain = [f"{v * 100 if percent else v:.10g}" for v in values]
    most = max(len(text.partition(".")[2]) for text in plain)
    unit = "%" if percent else ""
    return [
        f"{float(text):,.{len(text.partition('.')[2]) if log else most}f}{unit}"
        for text in plain
    ]


def limits(spec: Table, seen: Sequence[float], log: bool = False) -> Point:
    """Return y_min and y_max, else round limits around what was seen."""
    y_min, y_max = option(spec, "y_min"), option(spec, "y_max")
    low = min(seen) if y_min is None else y_min
    high = max(seen) if y_max is None else y_max
    if low == high and y_min is None and y_max is None:
        low, high = low - (abs(low) / 2 or 0.5), high + (abs(high) / 2 or 0.5)
    if low >= high or (log and low <= 0):
        raise ValueError(f"an axis cannot go from {low:g} to {high:g}")
    if log:
        every = decades(low, high, "125")
        below = max(value for value in every if value <= low)
        above = min(value for value in every if value >= high)
    else:
        step = nice_step(high - low, most=6, whole=False)
        below = math.floor(low / step + 1e-9) * step
        above = math.ceil(high / step - 1e-9) * step
    return below if y_min is None else low, above if y_max is None else high


def spread(
    wanted: Sequence[float], sizes: Sequence[float], low: float, high: float
) -> list[float]:
    """Return centres as near to the wanted ones as they go without overlap."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    before = {i: sum(sizes[k] for k in order[:n]) for n, i in enumerate(order)}
    free = high - low - sum(sizes)
    if free < 0:
        raise ValueError("the labels of the figure need more room than it has")

    def start(block: list[int]) -> float:
        starts = [wanted[i] - sizes[i] / 2 - before[i] for i in block]
        return min(max(sum(starts) / len(starts), low), low + free)

    blocks: list[list[int]] = []
    for i in order:
        blocks.append([i])
        while len(blocks) > 1 and start(blocks[-2]) > start(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    starts = {i: start(block) for block in blocks for i in block}
    return [starts[i] + before[i] + sizes[i] / 2 for i in range(len(wanted))]


# The parts of a picture.


def short(value: float) -> str:
    """Write a length with one decimal at most: drift does not show."""
    return f"{round(value, 1) + 0:g}"


def node(tag: str, *content: str, **attributes: str | float) -> str:
    """Write an element; `css` is its class, `text_anchor` `text-anchor`."""
    written = ""
    for name, value in attributes.items():
        key = "class" if name == "css" else name.replace("_", "-")
        worth = value if isinstance(value, str) else short(value)
        written += f" {key}={quoteattr(worth)}"
    if not content:
        return f"<{tag}{written}/>"
    return f"<{tag}{written}>{''.join(content)}</{tag}>"


def path(css: str, *steps: str | float, **attributes: str) -> str:
    """Draw along letters and numbers: `path("axis", "M", 0, 8, "H", 9)`."""
    d = " ".join(s if isinstance(s, str) else short(s) for s in steps)
    return node("path", d=d, css=css, **attributes)


def text_width(content: str | Label) -> float:
    """Estimate the width of a text, in the wider of its languages."""
    if isinstance(content, Label):
        return max(map(text_width, (content.ja, content.en)))
    wide = sum(unicodedata.east_asian_width(c) in "FWA" for c in content)
    signs = content.count("%")  # wider than a letter
    return FONT * (wide + 0.58 * (len(content) - wide) + 0.35 * signs)


def text(
    x: float, y: float, content: str | Label, anchor: str = "start"
) -> str:
    """Write a text, and refuse one that an edge would cut off."""
    width = text_width(content)
    left = x - width * ("start", "middle", "end").index(anchor) / 2
    if left < -1 or left + width > WIDTH + 1:
        raise ValueError(f"{content!r} is too long for its place in the figure")
    spans = [escape(content)] if isinstance(content, str) else []
    if isinstance(content, Label):
        for lang, words in content._asdict().items():
            spans.append(node("tspan", escape(words), lang=lang))
    anchors = {} if anchor == "start" else {"text_anchor": anchor}
    return node("text", *spans, x=x, y=y, **anchors)


def x_scale(axis: Axis, y: float, whole: bool, form: object = "") -> str:
    """Draw ticks and numbers under a horizontal axis, as many as fit."""
    for most in (8, 6, 5, 4, 3, 2):
        values = ticks(axis, most, whole)
        texts = tick_texts(values, axis.log, form)
        room = (axis.end - axis.start) / len(values)
        if max(map(text_width, texts)) + 12 <= room:
            break
    at = [axis.place(value) for value in values]
    strokes = [step for x in at for step in ("M", x, y, "v", 5)]
    numbers = [
        text(x, y + ROW, t, "middle") for x, t in zip(at, texts, strict=True)
    ]
    line = path("figure-axis", "M", axis.start, y, "H", axis.end, *strokes)
    return line + "".join(numbers)


def line_path(points: Sequence[Point | None], axis: Axis) -> str:
    """Join points; a gap at None, cut off at the upper and lower edge."""
    steps = []
    pen = None
    for before, point in pairwise(points):
        if before and point and (piece := cut_off(before, point, axis)):
            start, end = (f"{short(x)} {short(y)}" for x, y in piece)
            steps.append(f"L {end}" if start == pen else f"M {start} L {end}")
            pen = end
    return " ".join(steps)


def lone_points(points: Sequence[Point | None], axis: Axis) -> list[Point]:
    """Return the points between gaps, which no line would show."""
    around = zip([None, *points], [*points[1:], None], strict=False)
    return [
        point
        for point, neighbours in zip(points, around, strict=True)
        if point and not any(neighbours) and cut_off(point, point, axis)
    ]


def cut_off(start: Point, end: Point, axis: Axis) -> tuple[Point, Point] | None:
    """Return the part of a segment that lies inside a vertical axis."""
    low, high = sorted((axis.start, axis.end))
    if max(start[1], end[1]) < low or min(start[1], end[1]) > high:
        return None

    def inside(point: Point) -> Point:
        y = min(max(point[1], low), high)
        if y == point[1]:
            return point
        share = (y - start[1]) / (end[1] - start[1])
        return start[0] + share * (end[0] - start[0]), y

    return inside(start), inside(end)


# The kinds of figures.


def draw_lines(spec: Table, values: Table) -> Drawing:
    """Draw series over a common x, each named at its end or in a legend."""
    lines = tables(spec, "lines", "y", "band")
    xs = read_numbers(values, spec["x"])
    series = [read_series(values, line["y"]) for line in lines]
    for line, ys in zip(lines, series, strict=True):
        if len(ys) != len(xs) or not any(y is not None for y in ys):
            raise ValueError(
                f"figure key {line['y']!r} is not {len(xs)} numbers"
            )
    if len(lines) > len(DASHES):
        raise ValueError(f"more than {len(DASHES)} lines cannot be told apart")
    marks = tables(spec, "marks", "x") if "marks" in spec else []
    stops = [read_number(values, mark["x"]) for mark in marks]
    bands = [read_band(values, line, len(xs)) for line in lines]
    seen = [y for ys in series for y in ys if y is not None]
    seen += [y for band in bands for ys in band for y in ys]
    log_x, log_y = spec.get("log_x") is True, spec.get("log_y") is True
    if (log_x and min(xs + stops) <= 0) or (log_y and min(seen) <= 0):
        raise ValueError("a logarithmic axis cannot show what is not above 0")

    names = [read_label(line) for line in lines]
    widest = max(map(text_width, names))
    beside = widest <= WIDEST_DIRECT_LABEL
    named, top = ([], ROW) if beside else legend(names)
    top += 30 if marks else 12
    up = Axis(*limits(spec, seen, log_y), top + PLOT_HEIGHT, top, log_y)
    levels = ticks(up)
    numbers = tick_texts(levels, log_y, spec.get("format"))
    left = max(map(text_width, numbers)) + 8
    right = WIDTH - (widest + 20 if beside else 22)
    first, last = min(xs + stops), max(xs + stops)
    alone = 0.5 if first == last else 0.0
    across = Axis(first - alone, last + alone, left + 6, right, log_x)

    parts = [text(0, 15, read_label(spec["y_label"])), *named]
    for level, number in zip(map(up.place, levels), numbers, strict=True):
        parts.append(
            path("figure-grid", "M", left, level, "H", right)
            + text(left - 4, level + 5, number, "end")
        )
    parts.append(x_scale(across, up.start, all(x % 1 == 0 for x in xs)))
    title = read_label(spec["x_label"])
    parts.append(text((left + right) / 2, up.start + 2 * ROW, title, "middle"))
    parts += mark_lines(marks, [across.place(x) for x in stops], up)
    ends = []
    for i, ys in enumerate(series):
        points = [
            None if y is None else (across.place(x), up.place(y))
            for x, y in zip(xs, ys, strict=True)
        ]
        if bands[i]:
            parts.append(draw_band(bands[i], map(across.place, xs), up, i + 1))
        if steps := line_path(points, up):
            css = f"figure-line figure-{i + 1}"
            parts.append(path(css, steps, stroke_dasharray=DASHES[i]))
        for x, y in lone_points(points, up):
            css = f"figure-dot figure-{i + 1}"
            parts.append(node("circle", cx=x, cy=y, r=3.5, css=css))
        ends.append(last_point(points, up))
    if beside:
        parts += end_labels(names, ends, up, right)
    return parts, up.start + 2 * ROW + 8


def read_band(values: Table, line: Table, size: int) -> list[list[float]]:
    """Return the lower and the upper edge of a line's band, if it has one."""
    if "band" not in line:
        return []
    band = [
        read_numbers(values, f"{line['band']}.{edge}")
        for edge in ("low", "high")
    ]
    if any(len(ys) != size for ys in band):
        raise ValueError(f"figure key {line['band']!r} is not {size} numbers")
    return band


def draw_band(
    band: Sequence[Sequence[float]], xs: Iterable[float], axis: Axis, i: int
) -> str:
    """Draw the area between two series as a pale band."""
    low, high = (
        [axis.place(min(max(y, axis.low), axis.high)) for y in ys]
        for ys in band
    )
    places = list(xs)
    there = list(zip(places, high, strict=True))
    back = list(zip(places, low, strict=True))[::-1]
    steps = [part for point in (*there, *back) for part in ("L", *point)]
    return path(f"figure-band figure-{i}", "M", *steps[1:], "z")


def last_point(points: Sequence[Point | None], axis: Axis) -> Point:
    """Return where a line ends, or where it leaves the plot for good."""
    there = [point for point in points if point]
    for before, point in reversed([*pairwise([there[0], *there])]):
        if piece := cut_off(before, point, axis):
            return piece[1]
    x, y = there[-1]
    return x, min(max(y, axis.end), axis.start)


def legend(names: Sequence[Label]) -> Drawing:
    """Name the lines above the plot, in as many rows as they need."""
    parts = []
    x, y = 0.0, ROW
    for i, name in enumerate(names):
        if x + 40 + text_width(name) > WIDTH and x:
            x, y = 0.0, y + ROW
        css, dash = f"figure-line figure-{i + 1}", DASHES[i]
        sample = path(css, "M", x, y + 10, "h", 34, stroke_dasharray=dash)
        parts.append(sample + text(x + 40, y + 15, name))
        x += 40 + text_width(name) + 16
    return parts, y + ROW


def end_labels(
    names: Sequence[Label], ends: Sequence[Point], axis: Axis, right: float
) -> list[str]:
    """Name each line beside its end, apart from one another."""
    low, high = axis.end - ROW / 2, axis.start + ROW / 2
    levels = spread([y for _, y in ends], [ROW - 2] * len(ends), low, high)
    parts = []
    for i, ((x, y), level) in enumerate(zip(ends, levels, strict=True)):
        leader = path("figure-leader", "M", x, y, "L", right + 12, level)
        label = text(right + 16, level + 5, names[i])
        parts.append(
            node("g", leader, label, css=f"figure-name figure-{i + 1}")
        )
    return parts


def mark_lines(
    marks: Sequence[Table], places: Sequence[float], axis: Axis
) -> list[str]:
    """Draw vertical lines, their labels side by side above the plot."""
    names = [read_label(mark) for mark in marks]
    widths = [text_width(name) + 8 for name in names]
    parts = []
    for name, x, middle in zip(
        names, places, spread(places, widths, -4, WIDTH + 4), strict=True
    ):
        steps = ("M", x, axis.start, "V", axis.end, "L", middle, axis.end - 8)
        label = text(middle, axis.end - 12, name, "middle")
        parts.append(path("figure-mark", *steps) + label)
    return parts


def draw_bars(spec: Table, values: Table) -> Drawing:
    """Draw a bar under each name, its value as text, its error as a span."""
    form = str(spec.get("format", ""))
    groups = tables(spec, "groups", "value", "error")
    sizes = [read_number(values, group["value"]) for group in groups]
    errors = [
        read_number(values, group["error"]) if "error" in group else 0.0
        for group in groups
    ]
    if min(errors) < 0:
        raise ValueError("an error bar cannot be shorter than nothing")
    spans = list(zip(sizes, errors, strict=True))
    seen = [size + side * error for size, error in spans for side in (-1, 1)]
    low, high = limits(spec, seen if "y_min" in spec else [0, *seen])
    slack = 1e-6 * (high - low)
    if min(seen) < low - slack or max(seen) > high + slack:
        raise ValueError(f"a bar does not end between {low:g} and {high:g}")

    axis = Axis(low, high, 22, WIDTH - 22)
    parts = []
    y = 0.0
    for group, (size, error) in zip(groups, spans, strict=True):
        name, written = read_label(group), format(size, form)
        written += f" \u00b1 {format(error, form)}" if error else ""
        if text_width(name) + text_width(written) > axis.end - axis.start:
            raise ValueError(
                f"{name!r} is too long for its place in the figure"
            )
        parts += [text(axis.start, y + 15, name)]
        parts += [text(axis.end, y + 15, written, "end")]
        parts += [bar(axis, y + ROW + 1, size, error)]
        y += ROW + BAR + 10
    parts.append(x_scale(axis, y, whole=False, form=form))
    parts.append(
        text(WIDTH / 2, y + 2 * ROW, read_label(spec["y_label"]), "middle")
    )
    return parts, y + 2 * ROW + 8


def bar(axis: Axis, top: float, size: float, error: float) -> str:
    """Draw a bar from zero; a point, where the axis leaves zero out."""
    x, y = axis.place(size), top + BAR / 2
    if axis.low <= 0 <= axis.high:
        foot = axis.place(0)
        steps = ("M", foot, top, "H", x, "v", BAR, "H", foot, "z")
        shape = path("figure-bar", *steps)
    else:
        shape = path("figure-grid", "M", axis.start, y, "H", axis.end)
        shape += node("circle", cx=x, cy=y, r=5, css="figure-dot figure-1")
    if not error:
        return shape
    low, high = axis.place(size - error), axis.place(size + error)
    caps = [step for end in (low, high) for step in ("M", end, y - 5, "v", 10)]
    return shape + path("figure-error", *caps, "M", low, y, "H", high)


def draw_matrix(spec: Table, values: Table) -> Drawing:
    """Draw counts, rows against columns, the diagonal apart from errors."""
    key = spec["values"]
    grid = read_grid(find(values, key), key)
    if any(count % 1 for row in grid for count in row):
        raise ValueError(f"figure key {key!r} holds what is not a count")
    rows, columns = len(grid), len(grid[0])
    names = class_names(spec, values, rows, columns)
    widest = max(map(text_width, names))
    cell = min(LARGEST_CELL, (WIDTH - widest - 10) // columns)
    if max(text_width(f"{v:.0f}") for row in grid for v in row) > cell:
        raise ValueError("the counts of the matrix are wider than its cells")
    left = (WIDTH - columns * cell + widest + 10) // 2
    upright = widest <= cell - 4
    top = math.ceil(ROW + 10 + (ROW if upright else widest))

    down, across = (
        read_label(spec["row_label"]),
        read_label(spec["column_label"]),
    )
    free = WIDTH - text_width(down) - text_width(across) - 4 * FONT
    if free < 0:
        raise ValueError("row_label and column_label together are too long")
    edge = min(left - widest - 10, free / 2)
    down, across = (
        Label(*(f"{words} {arrow}" for words in label))
        for label, arrow in ((down, "\u2193"), (across, "\u2192"))
    )
    parts = [text(edge, 15, down), text(WIDTH - edge, 15, across, "end")]
    for i, name in enumerate(names):
        middle = (i + 0.5) * cell
        if i < rows:
            parts.append(text(left - 8, top + middle + 5, name, "end"))
        if i < columns and upright:
            parts.append(text(left + middle, top - 8, name, "middle"))
        elif i < columns:
            place = f"{short(left + middle + 5)} {short(top - 8)}"
            turned = f"translate({place}) rotate(-90)"
            parts.append(node("g", text(0, 0, name), transform=turned))
    return parts + cells(grid, left, top, cell), top + rows * cell + 4


def class_names(
    spec: Table, values: Table, rows: int, columns: int
) -> Sequence[str | Label]:
    """Return the names of the classes, else their numbers."""
    given = spec.get("names")
    if given is None:
        return [str(i) for i in range(max(rows, columns))]
    names: list[str | Label] = []
    if isinstance(given, str):
        names += [str(name) for name in read_list(find(values, given), given)]
    else:
        names += [read_label(name) for name in read_list(given, "names")]
    if not len(names) == rows == columns:
        raise ValueError(f"{len(names)} names for {rows} x {columns} cells")
    return names


def cells(
    grid: list[list[float]], left: float, top: float, cell: float
) -> list[str]:
    """Draw the shaded cells: what is right, what is wrong, what is zero."""
    most = max(max(map(max, grid)), 1)
    kinds: dict[str, list[str]] = {"right": [], "wrong": [], "zero": []}
    for i, row in enumerate(grid):
        for k, count in enumerate(row):
            x, y = left + k * cell, top + i * cell
            kind = "zero" if not count else "right" if i == k else "wrong"
            if count:
                shade = f"{0.1 + 0.4 * math.sqrt(count / most):.2f}"
                size = {"width": cell, "height": cell}
                kinds[kind].append(
                    node("rect", x=x, y=y, **size, fill_opacity=shade)
                )
            middle = {"x": x + cell / 2, "y": y + cell / 2 + 5}
            kinds[kind].append(node("text", f"{count:.0f}", **middle))
    width, height = len(grid[0]) * cell, len(grid) * cell
    lines: list[str | float] = []
    for i in range(len(grid) + 1):
        lines += ["M", left, top + i * cell, "h", width]
    for k in range(len(grid[0]) + 1):
        lines += ["M", left + k * cell, top, "v", height]
    groups = [
        node("g", *inside, css=f"figure-{kind}", text_anchor="middle")
        for kind, inside in kinds.items()
        if inside
    ]
    return [*groups, path("figure-grid", *lines)]


def draw_pictures(spec: Table, values: Table) -> Drawing:
    """Draw small grey pictures, dark where the value is high."""
    key = spec["pictures"]
    found = read_list(find(values, key), key)
    pictures = [read_grid(one, f"{key}.{i}") for i, one in enumerate(found)]
    if len({(len(one), len(one[0])) for one in pictures}) > 1:
        raise ValueError(f"figure key {key!r} has pictures of unequal size")
    highest = max(value for one in pictures for row in one for value in row)
    most = option(spec, "maximum") or highest or 1.0
    if highest > most:
        raise ValueError(f"figure key {key!r} has a value above {most:g}")
    captions = [""] * len(pictures)
    if "captions" in spec:
        key = spec["captions"]
        captions = [str(words) for words in read_list(find(values, key), key)]
    if len(captions) != len(pictures):
        raise ValueError(f"{len(captions)} captions, {len(pictures)} pictures")

    widest = max(map(text_width, captions))
    fitting = option(spec, "columns") or min(5, WIDTH // (widest + 8))
    rows = math.ceil(len(pictures) / max(1, fitting))
    columns = math.ceil(len(pictures) / rows)
    step = min(WIDTH / columns, max(LARGEST_PICTURE, widest) + 12)
    width = min(LARGEST_PICTURE, step - 8)
    height = width * len(pictures[0]) / len(pictures[0][0])
    pitch = height + (ROW + 8 if widest else 8)
    parts = []
    for i, picture in enumerate(pictures):
        row, column = divmod(i, columns)
        x, y = WIDTH / 2 + (column + 0.5 - columns / 2) * step, 2 + row * pitch
        parts.append(grey_picture(picture, most, x - width / 2, y, width))
        if captions[i]:
            parts.append(text(x, y + height + 16, captions[i], "middle"))
    return parts, 2 + rows * pitch


def grey_picture(
    picture: list[list[float]], most: float, x: float, y: float, width: float
) -> str:
    """Draw a picture on paper: a path of runs for each level of grey."""
    runs: dict[int, str] = {}
    for i, row in enumerate(picture):
        start = 0
        for level, run in groupby(round(v / most * GREY_LEVELS) for v in row):
            length = len(list(run))
            if level:
                runs[level] = runs.get(level, "") + f"M{start} {i}h{length}"
            start += length
    pixel = width / len(picture[0])
    box = {"x": x, "y": y, "width": width, "height": pixel * len(picture)}
    ink = [
        node("path", d=d, stroke_opacity=f"{level / GREY_LEVELS:g}")
        for level, d in sorted(runs.items())
    ]
    place = f"translate({short(x)} {short(y + pixel / 2)}) scale({pixel:.3f})"
    paper = node("rect", **box, css="figure-paper")
    return paper + node("g", *ink, css="figure-ink", transform=place)


Painter: TypeAlias = Callable[[Table, Table], Drawing]
KINDS: dict[str, tuple[Painter, str, str]] = {
    "lines": (
        draw_lines,
        "x lines x_label y_label",
        "marks y_min y_max log_x log_y format",
    ),
    "bars": (draw_bars, "groups y_label", "format y_min y_max"),
    "matrix": (draw_matrix, "values row_label column_label", "names"),
    "pictures": (draw_pictures, "pictures", "captions maximum columns"),
}
