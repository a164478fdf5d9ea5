"""The figures: what they show, what they refuse, and how they look."""

import copy
import itertools
import math
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.recorder.figures import Axis, draw, spread, ticks

ROOT = Path(__file__).resolve().parent.parent
CSS = (ROOT / "docs/assets/css/figures.css").read_text("utf-8")
SVG = "{http://www.w3.org/2000/svg}"
BACKGROUNDS = {"default": "#ffffff", "slate": "#1e2129"}

EPOCHS = list(range(1, 13))
VALUES: dict[str, Any] = {
    "history": {
        "epoch": EPOCHS,
        "train_loss": [2.2 * 0.6**epoch for epoch in EPOCHS],
        "val_loss": [2.1 * 0.6**epoch + 0.15 for epoch in EPOCHS],
    },
    "best_epoch": 9,
    "mlp": {"mean": 0.912, "std": 0.006},
    "cnn": {"mean": 0.951, "std": 0.004},
    "confusion": [
        [
            30 + row if row == column else (row * column) % 3
            for column in range(10)
        ]
        for row in range(10)
    ],
    "mistakes": {
        "pictures": [
            [
                [(i * row * column) % 17 for column in range(8)]
                for row in range(8)
            ]
            for i in range(10)
        ],
        "captions": [f"{i} -> {i + 1} <&>" for i in range(10)],
    },
}
SPECS: dict[str, dict[str, Any]] = {
    "lines": {
        "kind": "lines",
        "x": "history.epoch",
        "x_label": {"ja": "エポック", "en": "epoch"},
        "y_label": {"ja": "損失", "en": "loss"},
        "lines": [
            {"y": "history.train_loss", "ja": "訓練", "en": "training"},
            {"y": "history.val_loss", "ja": "検証", "en": "validation"},
        ],
        "marks": [{"x": "best_epoch", "ja": "最良", "en": "best"}],
    },
    "bars": {
        "kind": "bars",
        "format": ".1%",
        "y_label": {"ja": "正解率", "en": "accuracy"},
        "groups": [
            {
                "value": "mlp.mean",
                "error": "mlp.std",
                "ja": "全結合",
                "en": "MLP",
            },
            {
                "value": "cnn.mean",
                "error": "cnn.std",
                "ja": "畳み込み",
                "en": "CNN",
            },
        ],
    },
    "matrix": {
        "kind": "matrix",
        "values": "confusion",
        "row_label": {"ja": "正解", "en": "true digit"},
        "column_label": {"ja": "予測", "en": "predicted"},
    },
    "pictures": {
        "kind": "pictures",
        "pictures": "mistakes.pictures",
        "captions": "mistakes.captions",
        "maximum": 16,
    },
}
KEYS = {  # by kind: the key of a number that the picture shows
    "lines": ("history", "val_loss", 3),
    "bars": ("cnn", "mean"),
    "matrix": ("confusion", 4, 4),
    "pictures": ("mistakes", "pictures", 2, 1, 1),
}
every_kind = pytest.mark.parametrize("kind", SPECS)


def parse(svg: str) -> ElementTree.Element:
    """Return the root element of a figure."""
    return ElementTree.fromstring(svg)


def of_class(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    """Return the elements of a class."""
    return [e for e in root.iter() if name in e.get("class", "").split()]


def texts(root: ElementTree.Element) -> list[str]:
    """Return the words of each text that has no languages."""
    return [e.text for e in root.iter(f"{SVG}text") if e.text]


def changed(keys: tuple[Any, ...], value: object) -> dict[str, Any]:
    """Return the values with one of them replaced."""
    values = copy.deepcopy(VALUES)
    inner: Any = values
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    return values


def number_at(keys: tuple[Any, ...]) -> float:
    """Return one of the values."""
    inner: Any = VALUES
    for key in keys:
        inner = inner[key]
    return float(inner)


def points(d: str) -> list[tuple[float, float]]:
    """Return the points of a line's path."""
    pairs = re.findall(r"[ML] ([-\d.]+) ([-\d.]+)", d)
    return [(float(x), float(y)) for x, y in pairs]


def line_figure(ys: list[float | None], **more: object) -> ElementTree.Element:
    """Draw one line."""
    one = {"y": "y", "ja": "線", "en": "line"}
    spec = {**SPECS["lines"], "x": "x", "lines": [one], **more}
    spec.pop("marks")
    return parse(draw(spec, {"x": list(range(len(ys))), "y": ys}))


# What every figure is.


@every_kind
def test_svg_is_small_and_stands_on_its_own(kind: str) -> None:
    """A figure is small ASCII without ids, styles, scripts and fixed sizes."""
    svg = draw(SPECS[kind], VALUES)
    root = parse(svg)
    assert root.tag == f"{SVG}svg"
    assert root.attrib.keys() == {"viewBox", "class"}
    assert root.get("class") == f"figure-svg figure-{kind}"
    assert svg.isascii()
    assert "\n\n" not in svg, "a blank line ends HTML within Markdown"
    assert len(svg) < 10_000
    for element in root.iter():
        assert element.tag not in {f"{SVG}style", f"{SVG}script"}
        assert not {"id", "style"} & element.attrib.keys()


@every_kind
def test_each_label_is_in_both_languages(kind: str) -> None:
    """Each label of the sidecar is there once, first in Japanese."""
    labels = re.findall(r"'ja': '([^']+)', 'en': '([^']+)'", str(SPECS[kind]))
    root = parse(draw(SPECS[kind], VALUES))
    spoken = [
        tuple((span.get("lang"), span.text) for span in element)
        for element in root.iter(f"{SVG}text")
        if len(element)
    ]
    arrows = re.compile(r" [\u2192\u2193]$")
    shown = [
        tuple(arrows.sub("", words or "") for _, words in pair)
        for pair in spoken
    ]
    assert Counter(shown) == Counter(labels)
    assert all([lang for lang, _ in pair] == ["ja", "en"] for pair in spoken)


@every_kind
def test_same_values_draw_the_same(kind: str) -> None:
    """A figure depends on nothing but its settings and values."""
    once = draw(SPECS[kind], VALUES)
    assert draw(copy.deepcopy(SPECS[kind]), copy.deepcopy(VALUES)) == once


@every_kind
def test_another_value_draws_another_figure(kind: str) -> None:
    """A picture follows its values."""
    keys = KEYS[kind]
    other = number_at(keys) + (1 if kind in {"matrix", "pictures"} else 0.02)
    if kind == "pictures":
        other = 16
    assert draw(SPECS[kind], changed(keys, other)) != draw(SPECS[kind], VALUES)


@pytest.mark.parametrize("kind", ["lines", "bars", "pictures"])
def test_tiny_drift_draws_the_same(kind: str) -> None:
    """The last digits of a value are no change of the figure."""
    keys = KEYS[kind]
    drifted = changed(keys, number_at(keys) * (1 + 1e-7))
    assert draw(SPECS[kind], drifted) == draw(SPECS[kind], VALUES)


@every_kind
def test_everything_is_inside_the_view_box(kind: str) -> None:
    """No text starts outside the picture."""
    root = parse(draw(SPECS[kind], VALUES))
    _, _, width, height = map(float, root.get("viewBox", "").split())
    for element in root.iter(f"{SVG}text"):
        assert 0 <= float(element.get("x", 0)) <= width
        assert 10 <= float(element.get("y", 0)) <= height - 3


@every_kind
def test_classes_have_a_rule(kind: str) -> None:
    """The stylesheet knows each class that is drawn."""
    for element in parse(draw(SPECS[kind], VALUES)).iter():
        for name in element.get("class", "").split():
            if name != f"figure-{kind}":
                assert re.search(rf"\.{name}\b(?!-)", CSS), name


# What is refused.


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        (kind, bad)
        for kind in SPECS
        for bad in (None, math.nan, math.inf, "0.5", True)
        if kind != "lines" or isinstance(bad, str | bool)  # else a gap
    ],
)
def test_what_is_no_number_is_refused(kind: str, bad: object) -> None:
    """Nothing is drawn for what is not a number."""
    with pytest.raises(ValueError, match="is not a finite number"):
        draw(SPECS[kind], changed(KEYS[kind], bad))


def test_missing_key_is_named_with_those_that_exist() -> None:
    """A misspelt key is told with the keys to choose from."""
    spec = {**SPECS["lines"], "x": "history.epochs"}
    with pytest.raises(
        ValueError, match=r"'history\.epochs'.*epoch, train_loss, val_loss"
    ):
        draw(spec, VALUES)
    spec = {**SPECS["matrix"], "values": "history.epoch.12.mean"}
    with pytest.raises(ValueError, match=r"no '12', only 0, 1, .*11$"):
        draw(spec, VALUES)


def test_list_index_is_a_number_in_a_key() -> None:
    """A key may go through a list."""
    spec = {**SPECS["pictures"], "pictures": "all.0.digits"}
    values = {**VALUES, "all": [{"digits": VALUES["mistakes"]["pictures"]}]}
    assert draw(spec, values) == draw(SPECS["pictures"], VALUES)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "line"}, "figure kind 'line' is none of lines, bars"),
        ({"ymin": 0}, "has no ymin"),
        ({"x_label": {"ja": "エポック"}}, "not a text for ja and one for en"),
        ({"lines": []}, "'lines' is not a list"),
        ({"lines": [{"ja": "a", "en": "b"}]}, "an entry of lines lacks y"),
        ({"y_min": 2, "y_max": 1}, "cannot go from 2 to 1"),
        ({"y_label": {"ja": "長" * 40, "en": "long"}}, "too long"),
        ({"x": "confusion.0"}, "is not 10 numbers"),
    ],
)
def test_mistake_in_the_sidecar_is_told(
    change: dict[str, object], message: str
) -> None:
    """A wrong setting ends in a message that names it."""
    with pytest.raises(ValueError, match=message):
        draw({**SPECS["lines"], **change}, VALUES)


def test_missing_option_is_told() -> None:
    """A kind has settings that it cannot do without."""
    spec = {k: v for k, v in SPECS["matrix"].items() if k != "row_label"}
    with pytest.raises(ValueError, match="matrix lacks row_label"):
        draw(spec, VALUES)


# Axes.


@pytest.mark.parametrize("low", [-3.7, -1e-3, 0, 0.2, 0.93, 1, 17, 12345.6])
@pytest.mark.parametrize("span", [0.002, 0.07, 1.3, 3, 29, 1400, 5e6])
def test_ticks_are_round_and_inside(low: float, span: float) -> None:
    """Ticks are evenly spaced round numbers of the axis."""
    found = ticks(Axis(low, low + span, 0, 100))
    assert 2 <= len(found) <= 7
    assert low - span * 1e-6 <= found[0] <= found[-1] <= low + span * (1 + 1e-6)
    steps = {f"{b - a:.6g}" for a, b in itertools.pairwise(found)}
    assert len(steps) == 1, "evenly spaced"
    digits = f"{float(steps.pop()):.9e}".split("e")[0].rstrip("0")
    assert digits in {"1.", "2.", "2.5", "5."}


@pytest.mark.parametrize("last", [1, 2, 3, 5, 8, 12, 25, 99, 1000])
def test_ticks_of_epochs_are_whole(last: int) -> None:
    """There is no epoch 2.5."""
    found = ticks(Axis(0, last, 0, 100), whole=True)
    assert len(found) > 1
    assert all(value == int(value) for value in found)


@pytest.mark.parametrize(
    ("low", "high"), [(1e-5, 1), (0.02, 3), (0.3, 0.4), (1, 1e9)]
)
def test_ticks_of_a_logarithmic_axis(low: float, high: float) -> None:
    """Ticks are 1, 2 or 5 times powers of ten."""
    found = ticks(Axis(low, high, 0, 100, log=True))
    assert 2 <= len(found) <= 8
    assert all(low <= value <= high for value in found)
    if high / low > 10:
        assert all(f"{value:e}"[:3] in {"1.0", "2.0", "5.0"} for value in found)


def test_learning_rates_are_written_as_powers() -> None:
    """A logarithmic x reads 1e-5, 1e-4 and so on."""
    rates = [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1]
    spec = {**SPECS["lines"], "x": "rates", "log_x": True}
    del spec["marks"]
    spec["lines"] = [{"y": "loss", "ja": "損失", "en": "loss"}]
    svg = draw(spec, {"rates": rates, "loss": [2, 2, 1, 0.3, 0.2, 9]})
    line = of_class(parse(svg), "figure-line")[0].get("d", "")
    widths = [b[0] - a[0] for a, b in itertools.pairwise(points(line))]
    assert widths == pytest.approx([widths[0]] * 5, abs=0.11)
    assert texts(parse(svg))[-6:] == [
        "1e-5",
        "1e-4",
        "1e-3",
        "1e-2",
        "1e-1",
        "1",
    ]
    with pytest.raises(ValueError, match="logarithmic"):
        draw(spec, {"rates": [0, *rates[1:]], "loss": rates})


def test_percent_axis() -> None:
    """A format of per cent holds for the axis too."""
    root = line_figure([0.1, 0.5, 0.98], format=".0%")
    assert texts(root)[:3] == ["0%", "20%", "40%"]


@pytest.mark.parametrize("seed", range(20))
def test_spread_labels_never_overlap(seed: int) -> None:
    """Labels move apart, inside their limits, and no more than needed."""
    some = random.Random(seed)
    wanted = [some.choice([50, some.uniform(0, 100)]) for _ in range(5)]
    sizes = [some.uniform(5, 20) for _ in wanted]
    found = spread(wanted, sizes, 0, 100)
    boxes = sorted(
        (c - s / 2, c + s / 2) for c, s in zip(found, sizes, strict=True)
    )
    assert boxes[0][0] > -1e-9
    assert boxes[-1][1] < 100 + 1e-9
    for (_, end), (start, _) in itertools.pairwise(boxes):
        assert start > end - 1e-9
    free = [20.0, 80.0]
    assert spread(free, [10, 10], 0, 100) == free, "not moved without need"


# Lines.


@pytest.mark.parametrize("more", [{}, {"y_min": -1, "y_max": 1}, {"y_max": 2}])
@pytest.mark.parametrize("seed", range(5))
def test_points_are_inside_the_plot(seed: int, more: dict[str, object]) -> None:
    """A line is cut off where the plot ends."""
    some = random.Random(seed)
    root = line_figure([some.gauss(0, 3) for _ in range(30)], **more)
    (line,) = of_class(root, "figure-line")
    frame = of_class(root, "figure-axis")[0].get("d", "")
    left, bottom, right = map(float, re.findall(r"[\d.]+", frame)[:3])
    found = points(line.get("d", ""))
    assert found
    for x, y in found:
        assert left <= x <= right
        assert bottom - 190 <= y <= bottom
    heights = {y for _, y in found}
    assert (bottom in heights or bottom - 190 in heights) == bool(more)


def test_line_stands_where_the_grid_says() -> None:
    """A value and the grid line of that value have one height."""
    root = line_figure([0, 1, 2, 3])
    grid = of_class(root, "figure-grid")
    levels = [float(line.get("d", "").split()[2]) for line in grid]
    numbers = [e for e in root.iter(f"{SVG}text") if e.text][: len(grid)]
    assert [float(e.get("y", 0)) - 5 for e in numbers] == levels
    level = dict(
        zip((float(e.text or "") for e in numbers), levels, strict=True)
    )
    (line,) = of_class(root, "figure-line")
    heights = [y for _, y in points(line.get("d", ""))]
    assert heights == [level[i] for i in range(4)]


def test_no_number_is_a_gap_and_a_lone_point_is_seen() -> None:
    """None, NaN and infinity interrupt a line."""
    root = line_figure([1, 2, None, 3, math.nan, 2, 1, math.inf])
    (line,) = of_class(root, "figure-line")
    d = line.get("d", "")
    assert d.count("M") == d.count("L") == 2
    (dot,) = of_class(root, "figure-dot")
    left, right = points(d)[1][0], points(d)[2][0]
    assert left < float(dot.get("cx", 0)) < right
    with pytest.raises(ValueError, match="is not 2 numbers"):
        line_figure([None, None])


def test_single_epoch_and_constant_can_be_drawn() -> None:
    """An axis of one value is widened."""
    assert of_class(line_figure([0.5]), "figure-dot")
    assert of_class(line_figure([1, 1, 1]), "figure-line")


def test_band_lies_between_its_two_series() -> None:
    """A line's spread is an area, and has its edges within the plot."""
    values: dict[str, Any] = {
        "epoch": [1, 2, 3],
        "loss": {"mean": [3, 2, 2], "low": [2, 1, 1], "high": [4, 3, 3]},
    }
    label = {"ja": "損失", "en": "loss"}
    spec: dict[str, Any] = {
        **{"kind": "lines", "x": "epoch", "x_label": label},
        "y_label": label,
        "lines": [{**label, "y": "loss.mean", "band": "loss"}],
    }
    drawn = ElementTree.fromstring(draw(spec, values))
    (band,) = [
        path
        for path in drawn.iter(f"{SVG}path")
        if "figure-band" in path.get("class", "")
    ]
    numbers = [float(one) for one in re.findall(r"[\d.]+", band.get("d", ""))]
    xs, ys = numbers[::2], numbers[1::2]
    assert xs == xs[:3] + xs[2::-1]
    assert all(y < below for y, below in zip(ys[:3], ys[:2:-1], strict=True))
    values["loss"]["low"].pop()
    with pytest.raises(ValueError, match="'loss' is not 3 numbers"):
        draw(spec, values)


def test_lines_differ_without_colour() -> None:
    """Each line has its own dashes."""
    lines = [{"y": "history.val_loss", "ja": "線", "en": "line"}] * 5
    root = parse(draw({**SPECS["lines"], "lines": lines}, VALUES))
    drawn = of_class(root, "figure-line")
    assert len({line.get("stroke-dasharray") for line in drawn}) == 5
    assert len({line.get("class") for line in drawn}) == 5
    with pytest.raises(ValueError, match="more than 5 lines"):
        draw({**SPECS["lines"], "lines": lines * 2}, VALUES)


def test_names_at_the_ends_of_equal_lines_stand_apart() -> None:
    """Names do not cover one another."""
    lines = [{"y": "history.val_loss", "ja": "線", "en": "line"}] * 4
    root = parse(draw({**SPECS["lines"], "lines": lines}, VALUES))
    heights = [
        float(name[1].get("y", 0)) for name in of_class(root, "figure-name")
    ]
    assert len(heights) == 4
    for one, other in itertools.pairwise(heights):
        assert other - one >= 17.9


def test_long_names_go_into_a_legend() -> None:
    """A long name does not take the room of the plot."""
    lines = copy.deepcopy(SPECS["lines"]["lines"])
    lines[1]["en"] = "validation data of other writers"
    root = parse(draw({**SPECS["lines"], "lines": lines}, VALUES))
    assert not of_class(root, "figure-name")
    assert len(of_class(root, "figure-line")) == 4, "two lines, two samples"


def test_mark_stands_at_its_value() -> None:
    """A mark is where the line has the same x."""
    root = parse(draw(SPECS["lines"], VALUES))
    (mark,) = of_class(root, "figure-mark")
    line = of_class(root, "figure-line")[0]
    x = float(mark.get("d", "").split()[1])
    assert x == points(line.get("d", ""))[VALUES["best_epoch"] - 1][0]


# Bars.


def test_bars_are_as_long_as_their_values() -> None:
    """Bars start at zero and show value and error."""
    root = parse(draw(SPECS["bars"], VALUES))
    bars = [bar.get("d", "").split() for bar in of_class(root, "figure-bar")]
    lengths = [float(end) - float(start) for _, start, _, _, end, *_ in bars]
    assert lengths[0] / lengths[1] == pytest.approx(0.912 / 0.951, abs=1e-3)
    assert "91.2% \u00b1 0.6%" in texts(root)
    assert len(of_class(root, "figure-error")) == 2


def test_axis_without_zero_shows_points_instead_of_bars() -> None:
    """A bar that does not start at zero would exaggerate."""
    root = parse(draw({**SPECS["bars"], "y_min": 0.9, "y_max": 0.96}, VALUES))
    assert not of_class(root, "figure-bar")
    assert len(of_class(root, "figure-dot")) == 2


def test_bar_beyond_the_axis_is_refused() -> None:
    """A bar is not cut off, and an error not negative."""
    with pytest.raises(ValueError, match=r"does not end between 0 and 0\.9"):
        draw({**SPECS["bars"], "y_max": 0.9}, VALUES)
    with pytest.raises(ValueError, match="error bar"):
        draw(SPECS["bars"], changed(("cnn", "std"), -0.1))


# Matrix.


def test_matrix_shows_each_count_once() -> None:
    """Counts are all there, right ones apart from wrong ones."""
    root = parse(draw(SPECS["matrix"], VALUES))
    shown = [
        int(cell.text or "")
        for kind in ("right", "wrong", "zero")
        for group in of_class(root, f"figure-{kind}")
        for cell in group.iter(f"{SVG}text")
    ]
    assert Counter(shown) == Counter(itertools.chain(*VALUES["confusion"]))
    (right,) = of_class(root, "figure-right")
    places = {(t.get("x"), t.get("y")) for t in right.iter(f"{SVG}text")}
    assert len(right.findall(f"{SVG}text")) == len(places) == 10
    shades = [
        float(cell.get("fill-opacity", 0)) for cell in right.iter(f"{SVG}rect")
    ]
    assert shades == sorted(shades)
    assert shades[-1] <= 0.5, "the count stays readable"


def test_matrix_names() -> None:
    """Classes are named by the sidecar or by the record."""
    names = [{"ja": f"名前{i}", "en": f"name {i}"} for i in range(10)]
    svg = draw({**SPECS["matrix"], "names": names}, VALUES)
    assert svg.count(">name 3<") == 2
    assert svg.count("rotate(-90)") == 10
    recorded = {**VALUES, "classes": list("abcdefghij")}
    root = parse(draw({**SPECS["matrix"], "names": "classes"}, recorded))
    assert texts(root)[:4] == ["a", "a", "b", "b"]
    with pytest.raises(ValueError, match="9 names for 10 x 10"):
        draw({**SPECS["matrix"], "names": names[:9]}, VALUES)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[1, 2], [3]], "rows of unequal length"),
        ([[1, -2]], "below 0"),
        ([[1, 0.5]], "not a count"),
        ([], "with something in it"),
        ([[10**9] * 10], "wider than its cells"),
    ],
)
def test_what_is_no_matrix_is_refused(values: object, message: str) -> None:
    """Only a matrix of counts is drawn as one."""
    with pytest.raises(ValueError, match=message):
        draw(SPECS["matrix"], {**VALUES, "confusion": values})


# Pictures.


def test_pictures_show_their_pixels() -> None:
    """The runs give back the grey of every pixel."""
    root = parse(draw(SPECS["pictures"], VALUES))
    drawn = of_class(root, "figure-ink")
    for ink, picture in zip(drawn, VALUES["mistakes"]["pictures"], strict=True):
        levels = [[0] * 8 for _ in range(8)]
        for path in ink:
            level = round(float(path.get("stroke-opacity", 0)) * 8)
            runs = re.findall(r"M(\d+) (\d+)h(\d+)", path.get("d", ""))
            for x, y, length in runs:
                for column in range(int(x), int(x) + int(length)):
                    assert levels[int(y)][column] == 0, "drawn twice"
                    levels[int(y)][column] = level
        assert levels == [[round(v / 2) for v in row] for row in picture]
    assert texts(root) == VALUES["mistakes"]["captions"]


def test_pictures_without_captions_or_maximum() -> None:
    """The highest value is black by default."""
    spec = {"kind": "pictures", "pictures": "p"}
    root = parse(draw(spec, {"p": [[[0, 0.5], [0.25, 0.25]]]}))
    (ink,) = of_class(root, "figure-ink")
    assert {path.get("stroke-opacity") for path in ink} == {"0.5", "1"}
    assert of_class(parse(draw(spec, {"p": [[[0, 0]]]})), "figure-paper")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"maximum": 15}, "above 15"),
        ({"captions": "confusion.0.0"}, "is not a list"),
        ({"captions": "history.epoch"}, "12 captions, 10 pictures"),
        ({"pictures": "history.epoch"}, "is not a list"),
    ],
)
def test_what_is_no_picture_is_refused(
    change: dict[str, object], message: str
) -> None:
    """Pictures and captions have to fit."""
    with pytest.raises(ValueError, match=message):
        draw({**SPECS["pictures"], **change}, VALUES)


# Colours and languages.


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb, as WCAG defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", BACKGROUNDS)
def test_series_stand_out_from_the_background(scheme: str) -> None:
    """Colours of lines can be read on the page."""
    block = re.search(rf'"{scheme}"\] {{(.*?)}}', CSS, re.DOTALL)
    assert block
    colours = re.findall(r"--figure-\d: (#[0-9a-f]{6});", block[1])
    assert len(colours) == 5
    for colour in colours:
        pair = sorted(map(luminance, (colour, BACKGROUNDS[scheme])))
        # Names of lines are written in their colour: 4.5, as for text.
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, colour


def test_page_shows_its_own_language() -> None:
    """The other language of a label is hidden."""
    for page, other in (("ja", "en"), ("en", "ja")):
        rule = f'html[lang="{page}"] .figure-svg tspan[lang="{other}"]'
        assert rule in CSS
