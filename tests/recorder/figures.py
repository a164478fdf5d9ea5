"""Draw the figures of a lesson from its recorded values, as inline SVG.

A lesson's sidecar asks for a figure in ``[figures.NAME]``, by its kind::

    lines     x, lines = [{y, ja, en}], x_label, y_label; optional marks =
              [{x, ja, en}], y_min, y_max, log_x, log_y, format
    bars      groups = [{value, error, ja, en}], y_label; optional format,
              y_min, y_max, error (in each group)
    matrix    values, row_label, column_label; optional names (of both)
    pictures  pictures; optional captions, maximum, columns

Values are named by dotted keys into the record, labels are ``{ja, en}``.
The colours and the choice of language are in docs/stylesheets/figures.css.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
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
LARGEST_CELL = 52.0
LARGEST_PICTURE = 92.0
GREY_LEVELS = 8

Table: TypeAlias = Mapping[str, object]
Point: TypeAlias = tuple[float, float]


class Label(NamedTuple):
    """A text in the two languages of the site."""

    ja: str
    en: str


class Drawing(NamedTuple):
    """What stands inside the root element, and how high it is."""

    parts: list[str]
    height: float


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
    """Draw one figure; what cannot be drawn honestly is a ValueError."""
    kind = spec.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"figure kind {kind!r} is none of {', '.join(KINDS)}")
    painter, needed, optional = KINDS[kind]
    check_names(spec, f"kind {needed}", optional, f"a figure of kind {kind}")
    parts, height = painter(spec, values)
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg"'
        f' viewBox="0 0 {short(WIDTH)} {short(height)}"'
        f' class="figure-svg figure-{kind}">\n'
        f'<g font-size="{short(FONT)}">\n'
        + "\n".join(parts)
        + "\n</g>\n</svg>\n"
    )
    return svg.encode("ascii", "xmlcharrefreplace").decode("ascii")


# What the sidecar asks for, and what was recorded


def check_names(table: Table, needed: str, optional: str, what: str) -> None:
    """Refuse a table that lacks an option or has one that is misspelt."""
    if missing := [name for name in needed.split() if name not in table]:
        raise ValueError(f"{what} lacks {', '.join(missing)}")
    known = f"{needed} {optional}".split()
    if unknown := [name for name in table if name not in known]:
        raise ValueError(
            f"{what} has no option {', '.join(unknown)}, but {', '.join(known)}"
        )


def tables(
    spec: Table, name: str, needed: str, optional: str = ""
) -> list[Table]:
    """Return an option that is a list of labelled tables."""
    found = spec.get(name, [])
    if not isinstance(found, list) or (name in spec and not found):
        raise ValueError(f"{name} is not a list of tables")
    for table in found:
        if not isinstance(table, Mapping):
            raise ValueError(f"{name} is not a list of tables")
        check_names(table, f"{needed} ja en", optional, f"an entry of {name}")
    return found


def read_label(table: object) -> Label:
    """Return the two texts of a label."""
    match table:
        case {"ja": str(ja), "en": str(en)}:
            return Label(ja, en)
    raise ValueError(f"label {table!r} is not a text for ja and one for en")


def option(spec: Table, name: str) -> float | None:
    """Return a number that the sidecar itself holds."""
    return None if name not in spec else finite(spec[name], name)


def find(values: Table, key: object) -> object:
    """Return the recorded value under a dotted key."""
    if not isinstance(key, str):
        raise ValueError(f"figure key {key!r} is not a dotted key")
    found: object = values
    for part in key.split("."):
        if isinstance(found, Mapping):
            known = [str(name) for name in found]
            if part in known:
                found = found[part]
                continue
        elif isinstance(found, list | tuple):
            known = [f"0 to {len(found) - 1}"] if found else []
            if part.isdecimal() and int(part) < len(found):
                found = found[int(part)]
                continue
        else:
            known = []
        raise ValueError(
            f"figure key {key!r}: there is no {part!r}, "
            f"but {', '.join(known) or 'nothing'}"
        )
    return found


def finite(value: object, where: object) -> float:
    """Return a number, and refuse NaN, None and what else is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if math.isfinite(value):
            return value
    raise ValueError(f"{where}: {value!r} is not a finite number")


def read_number(values: Table, key: object) -> float:
    """Return the recorded number under a key."""
    return finite(find(values, key), f"figure key {key!r}")


def read_list(found: object, where: object) -> Sequence[object]:
    """Return a recorded list that holds something."""
    if isinstance(found, list | tuple) and found:
        return found
    raise ValueError(f"figure key {where!r} is not a list with something in it")


def read_grid(found: object, where: object) -> list[list[float]]:
    """Return a recorded list of equally long rows of numbers from 0 on."""
    grid = [
        [finite(value, where) for value in read_list(row, where)]
        for row in read_list(found, where)
    ]
    if len({len(row) for row in grid}) > 1:
        raise ValueError(f"figure key {where!r} has rows of unequal length")
    if any(value < 0 for row in grid for value in row):
        raise ValueError(f"figure key {where!r} has a value below 0")
    return grid


def read_series(values: Table, key: object) -> list[float | None]:
    """Return recorded numbers; None, NaN and infinity become None: a gap."""
    found = read_list(find(values, key), key)
    return [
        None
        if value is None
        or (isinstance(value, float) and not math.isfinite(value))
        else finite(value, f"figure key {key!r}")
        for value in found
    ]


# Scales


def nice_step(span: float, most: int, whole: bool) -> float:
    """Return 1, 2, 2.5 or 5 times a power of ten, for `most` steps at most."""
    power = 10.0 ** math.floor(math.log10(span / most))
    steps = [
        factor * power * ten for ten in (1, 10) for factor in (1, 2, 2.5, 5)
    ]
    return next(
        step
        for step in [*steps, math.ceil(span)]
        if span / step <= most + 1e-9 and not (whole and step % 1)
    )


def decades(low: float, high: float, factors: str) -> list[float]:
    """Return factors times powers of ten, over all that low to high touches."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [float(f"{f}e{power}") for power in powers for f in factors]


def ticks(
    low: float,
    high: float,
    most: int = 6,
    log: bool = False,
    whole: bool = False,
) -> list[float]:
    """Return round values from low to high."""
    if log:
        for factors in ("1", "125"):
            every = decades(low, high, factors)
            inside = [value for value in every if low <= value <= high]
            if len(inside) > 2:
                return inside[:: math.ceil(len(inside) / (most + 1))]
    step = nice_step(high - low, most, whole)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{k * step:.10g}") for k in range(first, last + 1)]


def bounds(
    seen: Sequence[float], low: float | None, high: float | None, log: bool
) -> tuple[float, float]:
    """Return the limits that are given, else round ones around what is seen."""
    lowest = min(seen) if low is None else low
    highest = max(seen) if high is None else high
    if lowest == highest and low is None and high is None:
        half = abs(lowest) / 2 or 0.5
        lowest, highest = lowest - half, highest + half
    if lowest >= highest or (log and lowest <= 0):
        raise ValueError(f"an axis cannot go from {lowest:g} to {highest:g}")
    if log:
        every = decades(lowest, highest, "125")
        below = max(value for value in every if value <= lowest)
        above = min(value for value in every if value >= highest)
    else:
        step = nice_step(highest - lowest, 6, whole=False)
        below = math.floor(lowest / step + 1e-9) * step
        above = math.ceil(highest / step - 1e-9) * step
    return below if low is None else low, above if high is None else high


def tick_texts(values: Sequence[float], form: object = "") -> list[str]:
    """Write the ticks of an axis, all with the same number of decimals."""
    sizes = [abs(value) for value in values if value]
    if sizes and (max(sizes) >= 1e6 or min(sizes) < 1e-3):
        return [
            re.sub(r"e([+-])0*", r"e\1", f"{v:.3g}").replace("+", "")
            for v in values
        ]
    percent = isinstance(form, str) and form.endswith("%")
    factor, unit = (100, "%") if percent else (1, "")
    plain = [f"{value * factor:.10g}" for value in values]
    decimals = max((len(text.partition(".")[2]) for text in plain), default=0)
    return [f"{value * factor:,.{decimals}f}{unit}" for value in values]


def spread(
    wanted: Sequence[float], sizes: Sequence[float], low: float, high: float
) -> list[float]:
    """Return centres as near to the wanted ones as they go without overlap."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    before = {i: sum(sizes[k] for k in order[:n]) for n, i in enumerate(order)}
    room = high - low - sum(sizes)
    if room < 0:
        raise ValueError(
            "the labels of the figure need more room than there is"
        )
    blocks: list[list[int]] = []

    def start(block: list[int]) -> float:
        lefts = [wanted[i] - sizes[i] / 2 - before[i] for i in block]
        return min(max(sum(lefts) / len(lefts), low), low + room)

    for i in order:
        blocks.append([i])
        while len(blocks) > 1 and start(blocks[-2]) > start(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    centres = {
        i: start(b) + before[i] + sizes[i] / 2 for b in blocks for i in b
    }
    return [centres[i] for i in range(len(wanted))]


# The parts of a picture


def short(value: float) -> str:
    """Write a length: one decimal at most, so that drift does not show."""
    return f"{round(value, 1) + 0:g}"


def node(tag: str, *content: str, **attributes: str | float) -> str:
    """Write an element; `text_anchor` is `text-anchor`, `css` is `class`."""
    written = "".join(
        f" {'class' if name == 'css' else name.replace('_', '-')}="
        + quoteattr(value if isinstance(value, str) else short(value))
        for name, value in attributes.items()
    )
    inside = "".join(content)
    return (
        f"<{tag}{written}>{inside}</{tag}>" if content else f"<{tag}{written}/>"
    )


def text_width(content: str | Label) -> float:
    """Estimate the width of a text, in the wider of its languages."""
    if isinstance(content, Label):
        return max(text_width(content.ja), text_width(content.en))
    wide = sum(unicodedata.east_asian_width(c) in "FWA" for c in content)
    return FONT * (wide + 0.58 * (len(content) - wide))


def text(
    x: float, y: float, content: str | Label, anchor: str = "start"
) -> str:
    """Write a text, and refuse one that would be cut off at an edge."""
    width = text_width(content)
    left = x - width * ("start", "middle", "end").index(anchor) / 2
    if left < -1 or left + width > WIDTH + 1:
        raise ValueError(f"{content!r} is too long for its place in the figure")
    anchors = {} if anchor == "start" else {"text_anchor": anchor}
    if isinstance(content, str):
        return node("text", escape(content), x=x, y=y, **anchors)
    spans = (
        node("tspan", escape(content.ja), lang="ja"),
        node("tspan", escape(content.en), lang="en"),
    )
    return node("text", *spans, x=x, y=y, **anchors)


def line_path(points: Sequence[Point | None], top: float, bottom: float) -> str:
    """Join points: gaps at None, cut off at the plot's edges."""
    pieces = []
    pen = None
    for start, end in pairwise(points):
        if start and end and (piece := cut_off(start, end, top, bottom)):
            move, draw_to = (f"{short(x)} {short(y)}" for x, y in piece)
            pieces.append(
                f"L{draw_to}" if move == pen else f"M{move}L{draw_to}"
            )
            pen = draw_to
    padded = [None, *points, None]
    for before, point, after in zip(padded, points, padded[2:], strict=False):
        if point and not before and not after and top <= point[1] <= bottom:
            pieces.append(f"M{short(point[0] - 2)} {short(point[1])}h4")
    return "".join(pieces)


def cut_off(
    start: Point, end: Point, top: float, bottom: float
) -> tuple[Point, Point] | None:
    """Return what of a segment lies between top and bottom."""
    if max(start[1], end[1]) < top or min(start[1], end[1]) > bottom:
        return None

    def inside(point: Point) -> Point:
        y = min(max(point[1], top), bottom)
        if y == point[1]:
            return point
        share = (y - start[1]) / (end[1] - start[1])
        return start[0] + share * (end[0] - start[0]), y

    return inside(start), inside(end)


def x_scale(axis: Axis, y: float, whole: bool, form: object) -> list[str]:
    """Draw ticks and numbers under a horizontal axis, as many as fit."""
    for most in (8, 6, 5, 4, 3, 2):
        places = ticks(axis.low, axis.high, most, axis.log, whole)
        texts = tick_texts(places, form)
        room = (axis.end - axis.start) / len(places)
        if max(map(text_width, texts)) + 12 <= room:
            break
    at = [axis.place(value) for value in places]
    path = f"M{short(axis.start)} {short(y)}H{short(axis.end)}" + "".join(
        f"M{short(x)} {short(y)}v5" for x in at
    )
    return [
        node("path", d=path, css="figure-axis"),
        *(
            text(x, y + ROW, t, "middle")
            for x, t in zip(at, texts, strict=True)
        ),
    ]


# The kinds of figures


def draw_lines(spec: Table, values: Table) -> Drawing:
    """Draw series over a common x, each with its name at its end."""
    lines = tables(spec, "lines", "y")
    if len(lines) > len(DASHES):
        raise ValueError(f"more than {len(DASHES)} lines cannot be told apart")
    key = f"figure key {spec['x']!r}"
    xs = [finite(x, key) for x in read_list(find(values, spec["x"]), spec["x"])]
    series = [read_series(values, line["y"]) for line in lines]
    for line, ys in zip(lines, series, strict=True):
        if len(ys) != len(xs) or not any(y is not None for y in ys):
            raise ValueError(
                f"figure key {line['y']!r} does not hold {len(xs)} numbers"
            )
    marks = tables(spec, "marks", "x")
    stops = [read_number(values, mark["x"]) for mark in marks]
    names = [read_label(line) for line in lines]
    beside = max(map(text_width, names)) <= WIDEST_DIRECT_LABEL

    seen = [y for ys in series for y in ys if y is not None]
    log_x, log_y = spec.get("log_x") is True, spec.get("log_y") is True
    if (log_x and min(*xs, *stops) <= 0) or (log_y and min(seen) <= 0):
        raise ValueError("a logarithmic axis has no place for a value up to 0")
    low, high = bounds(
        seen, option(spec, "y_min"), option(spec, "y_max"), log_y
    )
    heights = ticks(low, high, log=log_y)
    numbers = tick_texts(heights, spec.get("format"))

    key_parts, top = ([], ROW) if beside else legend(names, ROW)
    top += 30 if marks else 12
    bottom = top + PLOT_HEIGHT
    left = max(map(text_width, numbers)) + 8
    right = WIDTH - (max(map(text_width, names)) + 16 if beside else 22)
    ends = min(*xs, *stops), max(*xs, *stops)
    if ends[0] == ends[1]:
        ends = ends[0] - 0.5, ends[1] + 0.5
    across = Axis(*ends, left + 6, right, log_x)
    up = Axis(low, high, bottom, top, log_y)

    levels = [up.place(value) for value in heights]
    grid = "".join(f"M{short(left)} {short(h)}H{short(right)}" for h in levels)
    whole = all(x == int(x) for x in xs)
    paths = [
        [
            None if y is None else (across.place(x), up.place(y))
            for x, y in pairs
        ]
        for pairs in (zip(xs, ys, strict=True) for ys in series)
    ]
    parts = [
        text(0, 15, read_label(spec["y_label"])),
        *key_parts,
        node("path", d=grid, css="figure-grid"),
        *(
            text(left - 4, level + 5, number, "end")
            for level, number in zip(levels, numbers, strict=True)
        ),
        *x_scale(across, bottom, whole, ""),
        text(
            (left + right) / 2,
            bottom + 2 * ROW,
            read_label(spec["x_label"]),
            "middle",
        ),
        *mark_lines(marks, [across.place(x) for x in stops], top, bottom),
        *(
            node(
                "path",
                d=line_path(path, top, bottom),
                css=f"figure-line figure-{i}",
                fill="none",
                stroke_dasharray=dash,
            )
            for i, (path, dash) in enumerate(
                zip(paths, DASHES, strict=False), 1
            )
        ),
        *(end_labels(names, paths, top, bottom, right) if beside else []),
    ]
    return Drawing(parts, bottom + 2 * ROW + 8)


def legend(names: Sequence[Label], top: float) -> tuple[list[str], float]:
    """Name the lines above the plot, in as many rows as they need."""
    parts = []
    x = 0.0
    for i, (name, dash) in enumerate(zip(names, DASHES, strict=False), 1):
        if x and x + 42 + text_width(name) > WIDTH:
            x, top = 0, top + ROW
        parts.append(
            node(
                "path",
                d=f"M{short(x)} {short(top + 10)}h34",
                css=f"figure-line figure-{i}",
                stroke_dasharray=dash,
            )
            + text(x + 40, top + 15, name)
        )
        x += 40 + text_width(name) + 16
    return parts, top + ROW


def end_labels(
    names: Sequence[Label],
    paths: Sequence[Sequence[Point | None]],
    top: float,
    bottom: float,
    right: float,
) -> list[str]:
    """Name each line at its end."""
    last = [[point for point in path if point][-1] for path in paths]
    ends = [(x, min(max(y, top), bottom)) for x, y in last]
    sizes = [ROW - 2] * len(ends)
    levels = spread([y for _, y in ends], sizes, top - 9, bottom + 9)
    return [
        node(
            "g",
            node(
                "path",
                d=f"M{short(x)} {short(y)}L{short(right + 12)} {short(level)}",
                css="figure-leader",
            ),
            text(right + 16, level + 5, name),
            css=f"figure-name figure-{i}",
        )
        for i, ((x, y), level, name) in enumerate(
            zip(ends, levels, names, strict=True), 1
        )
    ]


def mark_lines(
    marks: Sequence[Table], places: Sequence[float], top: float, bottom: float
) -> list[str]:
    """Draw vertical lines with their labels side by side above the plot."""
    names = [read_label(mark) for mark in marks]
    sizes = [text_width(name) + 8 for name in names]
    middles = spread(places, sizes, -4, WIDTH + 4)
    return [
        node(
            "g",
            node(
                "path",
                d=f"M{short(x)} {short(bottom)}V{short(top)}"
                f"L{short(middle)} {short(top - 8)}",
                fill="none",
            ),
            text(middle, top - 12, name, "middle"),
            css="figure-mark",
        )
        for x, middle, name in zip(places, middles, names, strict=True)
    ]


def draw_bars(spec: Table, values: Table) -> Drawing:
    """Draw a bar under each name, with its value as text and its error."""
    form = spec.get("format", "")
    groups = tables(spec, "groups", "value", "error")
    sizes = [read_number(values, group["value"]) for group in groups]
    errors = [
        read_number(values, group["error"]) if "error" in group else 0.0
        for group in groups
    ]
    if min(errors) < 0:
        raise ValueError("an error bar has a negative length")
    reach = [
        v + sign * e
        for v, e in zip(sizes, errors, strict=True)
        for sign in (-1, 1)
    ]
    zero = [] if "y_min" in spec else [0.0]
    low, high = bounds(
        [*reach, *zero], option(spec, "y_min"), option(spec, "y_max"), log=False
    )
    if not low <= min(reach) <= max(reach) <= high:
        raise ValueError(
            f"a bar goes beyond {low:g} to {high:g}: set y_min or y_max"
        )
    axis = Axis(low, high, 22, WIDTH - 22)
    parts = []
    y = 0.0
    for group, size, error in zip(groups, sizes, errors, strict=True):
        name = read_label(group)
        written = format(size, str(form))
        if error:
            written += f" \u00b1 {format(error, str(form))}"
        if text_width(name) + text_width(written) > axis.end - axis.start - 8:
            raise ValueError(
                f"{name!r} is too long for its place in the figure"
            )
        parts += [
            text(axis.start, y + 15, name),
            text(axis.end, y + 15, written, "end"),
            bar(axis, y + ROW, size, error),
        ]
        y += ROW + BAR + 10
    parts += x_scale(axis, y, whole=False, form=form)
    middle = (axis.start + axis.end) / 2
    parts.append(
        text(middle, y + 2 * ROW, read_label(spec["y_label"]), "middle")
    )
    return Drawing(parts, y + 2 * ROW + 8)


def bar(axis: Axis, top: float, size: float, error: float) -> str:
    """Draw a bar from zero, or a point where the axis has no zero."""
    x, middle = axis.place(size), top + BAR / 2
    if axis.low <= 0 <= axis.high:
        foot = axis.place(0)
        shape = node(
            "rect",
            x=min(foot, x),
            y=top,
            width=abs(x - foot),
            height=BAR,
            css="figure-bar",
        )
    else:
        shape = node(
            "path",
            d=f"M{short(axis.start)} {short(middle)}H{short(axis.end)}",
            css="figure-grid",
        ) + node("circle", cx=x, cy=middle, r=5, css="figure-dot")
    if not error:
        return shape
    low, high = axis.place(size - error), axis.place(size + error)
    ends = "".join(f"M{short(e)} {short(middle - 5)}v10" for e in (low, high))
    d = f"{ends}M{short(low)} {short(middle)}H{short(high)}"
    return shape + node("path", d=d, css="figure-error")


def draw_matrix(spec: Table, values: Table) -> Drawing:
    """Draw counts, rows against columns, the diagonal apart from errors."""
    key = spec["values"]
    grid = read_grid(find(values, key), key)
    if any(count % 1 for row in grid for count in row):
        raise ValueError(f"figure key {key!r} holds what is not a count")
    names = read_names(spec, values, len(grid), len(grid[0]))
    widest = max(map(text_width, names))
    cell = min(LARGEST_CELL, (WIDTH - widest - 10) // len(grid[0]))
    if max(text_width(f"{v:.0f}") for row in grid for v in row) > cell:
        raise ValueError("the counts of the matrix are wider than its cells")
    upright = widest <= cell - 4
    left = (WIDTH - len(grid[0]) * cell + widest + 10) // 2
    top = ROW + 10 + (ROW if upright else widest)

    titles = read_label(spec["row_label"]), read_label(spec["column_label"])
    if sum(map(text_width, titles)) > WIDTH - 4 * FONT:
        raise ValueError("row_label and column_label together are too long")
    down, across = (
        Label(f"{title.ja} {arrow}", f"{title.en} {arrow}")
        for title, arrow in zip(titles, "\u2193\u2192", strict=True)
    )
    parts = [text(0, 15, down), text(WIDTH, 15, across, "end")]
    for i, name in enumerate(names):
        middle = (i + 0.5) * cell
        if i < len(grid):
            parts.append(text(left - 8, top + middle + 5, name, "end"))
        if i < len(grid[0]) and upright:
            parts.append(text(left + middle, top - 8, name, "middle"))
        elif i < len(grid[0]):
            place = f"translate({short(left + middle + 5)} {short(top - 8)})"
            turned = f"{place} rotate(-90)"
            parts.append(node("g", text(0, 0, name), transform=turned))
    parts += matrix_cells(grid, left, top, cell)
    return Drawing(parts, top + len(grid) * cell + 4)


def read_names(
    spec: Table, values: Table, rows: int, columns: int
) -> Sequence[str | Label]:
    """Return the names of the classes, else their numbers."""
    match spec.get("names"):
        case None:
            return [str(i) for i in range(max(rows, columns))]
        case str(key):
            names: list[str | Label] = [
                str(name) for name in read_list(find(values, key), key)
            ]
        case labels:
            names = [read_label(name) for name in read_list(labels, "names")]
    if not len(names) == rows == columns:
        raise ValueError(
            f"{len(names)} names for {rows} rows and {columns} columns"
        )
    return names


def matrix_cells(
    grid: list[list[float]], left: float, top: float, cell: float
) -> list[str]:
    """Draw the shaded cells: what is right, what is wrong, what is zero."""
    most = max(1, *(count for row in grid for count in row))
    cells: dict[str, list[str]] = {"right": [], "wrong": [], "zero": []}
    for i, row in enumerate(grid):
        for k, count in enumerate(row):
            x, y = left + k * cell, top + i * cell
            kind = "zero" if not count else "right" if i == k else "wrong"
            if count:
                shade = f"{0.1 + 0.4 * math.sqrt(count / most):.2f}"
                box = node(
                    "rect",
                    x=x,
                    y=y,
                    width=cell,
                    height=cell,
                    fill_opacity=shade,
                )
                cells[kind].append(box)
            middle = {"x": x + cell / 2, "y": y + cell / 2 + 5}
            cells[kind].append(node("text", f"{count:.0f}", **middle))
    right, bottom = left + len(grid[0]) * cell, top + len(grid) * cell
    lines = "".join(
        [
            f"M{short(left)} {short(top + i * cell)}H{short(right)}"
            for i in range(len(grid) + 1)
        ]
        + [
            f"M{short(left + k * cell)} {short(top)}V{short(bottom)}"
            for k in range(len(grid[0]) + 1)
        ]
    )
    return [
        *(
            node("g", *inside, css=f"figure-{kind}", text_anchor="middle")
            for kind, inside in cells.items()
            if inside
        ),
        node("path", d=lines, css="figure-grid"),
    ]


def draw_pictures(spec: Table, values: Table) -> Drawing:
    """Draw small grey pictures, dark where the value is high."""
    key = spec["pictures"]
    found = read_list(find(values, key), key)
    pictures = [read_grid(one, f"{key}.{i}") for i, one in enumerate(found)]
    sizes = {(len(picture), len(picture[0])) for picture in pictures}
    if len(sizes) > 1:
        raise ValueError(f"figure key {key!r} has pictures of unequal size")
    brightest = max(v for picture in pictures for row in picture for v in row)
    most = option(spec, "maximum") or brightest or 1.0
    if brightest > most:
        raise ValueError(f"figure key {key!r} has a value above {most:g}")
    captions: list[str] = []
    if "captions" in spec:
        names = read_list(find(values, spec["captions"]), spec["captions"])
        captions = [str(name) for name in names]
        if len(captions) != len(pictures):
            raise ValueError(
                f"{len(captions)} captions for {len(pictures)} pictures"
            )
    widest = max(map(text_width, captions), default=0)
    fitting = max(1, min(5, int(WIDTH / (widest + 8))))
    most_columns = int(option(spec, "columns") or fitting)
    columns = math.ceil(len(pictures) / math.ceil(len(pictures) / most_columns))

    ((rows_of_one, columns_of_one),) = sizes
    step = min(WIDTH / columns, max(LARGEST_PICTURE, widest) + 12)
    width = min(LARGEST_PICTURE, step - 8)
    height = width * rows_of_one / columns_of_one
    left = (WIDTH - columns * step) / 2
    row = height + (ROW + 8 if captions else 8)
    parts = []
    for i, picture in enumerate(pictures):
        x = left + (i % columns + 0.5) * step
        y = 2 + i // columns * row
        parts.append(
            grey_picture(picture, most, x - width / 2, y, width, height)
        )
        if captions:
            parts.append(text(x, y + height + 16, captions[i], "middle"))
    return Drawing(parts, math.ceil(len(pictures) / columns) * row)


def grey_picture(
    picture: list[list[float]],
    most: float,
    x: float,
    y: float,
    width: float,
    height: float,
) -> str:
    """Draw a picture on paper, one path of runs for each level of grey."""
    runs: dict[int, str] = {}
    for i, row in enumerate(picture):
        start = 0
        for level, run in groupby(row, lambda v: round(v / most * GREY_LEVELS)):
            length = len(list(run))
            if level:
                runs[level] = runs.get(level, "") + f"M{start} {i}h{length}"
            start += length
    scale = f"{width / len(picture[0]):.3f}"
    half = width / len(picture[0]) / 2
    return node(
        "rect", x=x, y=y, width=width, height=height, css="figure-paper"
    ) + node(
        "g",
        *(
            node("path", d=d, stroke_opacity=f"{level / GREY_LEVELS:g}")
            for level, d in sorted(runs.items())
        ),
        transform=f"translate({short(x)} {short(y + half)}) scale({scale})",
        css="figure-ink",
    )


KINDS: dict[str, tuple[Callable[[Table, Table], Drawing], str, str]] = {
    "lines": (
        draw_lines,
        "x lines x_label y_label",
        "marks y_min y_max log_x log_y format",
    ),
    "bars": (draw_bars, "groups y_label", "format y_min y_max"),
    "matrix": (draw_matrix, "values row_label column_label", "names"),
    "pictures": (draw_pictures, "pictures", "captions maximum columns"),
}
