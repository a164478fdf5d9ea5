"""The figures: taken from what scripts draw, small, and readable anywhere."""

import ast
import base64
import functools
import gzip
import html
import io
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest
from PIL import Image
from pytest_examples import EvalExample

from docs._tools.expand import FIGURE_TEXT, WORDS, Expander, Page, expand, parse
from docs._tools.lessons import LANGUAGES, ROOT, SiteError, scripts
from docs._tools.records import Records
from tests.page_source import better_crossed, telling
from tests.recorder import figures, record, runs, svg
from tests.recorder.run import Outcome, run_lesson
from tests.shared import RECORDS

CSS = (ROOT / "docs/assets/css/figures.css").read_text("utf-8")
BACKGROUNDS = {"default": "#ffffff", "slate": "#1e2129"}
LARGEST = 2048  # bytes, compressed as a server sends them
HEAD = "import matplotlib.pyplot as plt\n"
LESSON = "basics/drawn"
Run = Callable[..., Outcome]
RECORDED = sorted((ROOT / "snippets").rglob("*.svg"))


def lesson(root: Path, source: str) -> Path:
    """Write a lesson below a root of its own."""
    path = root / f"examples/{LESSON}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")
    return root


@pytest.fixture
def run_script(tmp_path: Path, eval_example: EvalExample) -> Run:
    """Run a script as the recorder does."""

    def run(source: str, *, drawn: bool = True) -> Outcome:
        root = lesson(tmp_path / "it", source)
        return run_lesson(eval_example, LESSON, root=root, drawn=drawn)

    return run


def drawn(source: str) -> dict[str, str]:
    """Return the figures of some lines, without a run."""
    with figures.drawing(LESSON, HEAD) as take:
        exec(HEAD + source, {})
        return take()


def one(
    source: str, start: str = "figure, axes = plt.subplots(num='x')\n"
) -> ElementTree.Element:
    """Return the only figure of some lines, parsed."""
    (text,) = drawn(start + source).values()
    return ElementTree.fromstring(text)


def of(root: ElementTree.Element, tag: str) -> list[ElementTree.Element]:
    """Return the elements of a kind."""
    return list(root.iter(figures.SVG + tag))


def words(root: ElementTree.Element) -> list[str]:
    """Return the texts of a figure."""
    return ["".join(text.itertext()) for text in of(root, "text")]


def classes(root: ElementTree.Element) -> set[str]:
    """Return the classes of a figure's elements, but its own."""
    found = {name for e in root.iter() for name in e.get("class", "").split()}
    return found - {"plot"}


# What is taken.


def test_named_figures_are_taken_and_closed(run_script: Run) -> None:
    """Each open figure with a name is there, and none is left open."""
    from matplotlib import pyplot

    outcome = run_script(
        HEAD + "for name in ('one', 'two'):\n"
        "    figure, axes = plt.subplots(num=name)\n"
        "    axes.plot([1, 2], label=name)\n"
        "plt.show()\n"
    )
    assert [*outcome.figures] == ["one", "two"]
    assert all('class="plot"' in text for text in outcome.figures.values())
    assert not pyplot.get_fignums()
    assert pyplot.rcParams["figure.figsize"] != [4.2, 2.6]


def test_figures_are_taken_in_the_main_run_only(run_script: Run) -> None:
    """A run of a sweep draws for nobody."""
    assert not run_script(HEAD + "plt.subplots(num='x')\n", drawn=False).figures


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("plt.plot([1])", r"no name: write plt\.subplots\(num=\"curves\"\)"),
        ("plt.subplots(num='Two words')", "has the name 'Two words'"),
        ("for _ in 'ab':\n    plt.figure('x')", "draws two figures 'x'"),
        ("plt.subplots(num='x')[1].plot([1], color='red')", "#ff0000: leave"),
        ("plt.subplots(num='x')[1].set_title(r'$\\alpha$')", "without LaTeX"),
    ],
)
def test_what_cannot_be_shown_is_told(source: str, message: str) -> None:
    """A figure that no page could show ends the run with its reason."""
    with pytest.raises(ValueError, match=rf"examples/basics/drawn.*{message}"):
        drawn(source)


def test_lesson_without_matplotlib_does_not_pay() -> None:
    """Nothing is imported, and nothing taken."""
    with figures.drawing(LESSON, "import torch\n") as take:
        assert take() == {}


def test_same_lines_draw_the_same() -> None:
    """A figure depends on nothing but what is drawn."""
    source = (
        "figure, axes = plt.subplots(num='x')\n"
        "axes.plot([1, 3, 2], label='training')\naxes.legend()\n"
        "axes.imshow([[1, 2], [3, 4]], extent=(0, 2, 0, 4))\n"
    )
    assert drawn(source) == drawn(source)


# A lesson with main draws from its results.

WITH_DRAW = (
    '"""Two numbers."""\n' + HEAD + "import torch\n\n\n"
    "def main(argv=None):\n"
    "    ones = torch.ones(2)\n"
    "    return {'loss': [3, 1, 2], 'by': {1: ones.sum().item()}}\n\n\n"
    "def plot_loss(axes, loss):\n    axes.plot(loss)\n\n\n"
    "def draw(results):\n"
    "    figure, axes = plt.subplots(num='loss')\n"
    "    plot_loss(axes, results['loss'])\n\n\n"
    "if __name__ == '__main__':\n    draw(main())\n    plt.show()\n"
)
CUT = "loss)\n    axes.set_ylim(0, 5)\n\n\ndef draw"


def test_lesson_is_drawn_from_its_record(
    run_script: Run, tmp_path: Path
) -> None:
    """What draw() makes of the record is what it makes after a run."""
    outcome = run_script(WITH_DRAW)
    held: dict[str, Any] = {"main": {"values": outcome.values}}
    assert figures.redrawn(LESSON, held, tmp_path / "it") == outcome.figures
    assert [*outcome.figures] == ["loss"]
    held["main"]["values"]["loss"] = [1, 1, 1]
    assert figures.redrawn(LESSON, held, tmp_path / "it") != outcome.figures


def test_draw_is_given_the_sweeps_if_it_can_show_them(tmp_path: Path) -> None:
    """They are lists of results, one for each seed."""
    source = WITH_DRAW.replace("(results)", "(results, sweeps=None)").replace(
        "results['loss'])", "sweeps['more'][1]['loss'])"
    )
    lesson(tmp_path, source)
    runs = [{"loss": [1]}, {"loss": [2, 1]}]
    held: dict[str, Any] = {
        "main": {"values": {}},
        "sweeps": {"more": {"runs": runs}},
        "real": {},
    }
    assert [*figures.redrawn(LESSON, held, tmp_path)] == ["loss"]


def code(root: Path, source: str) -> str:
    """Return the key of a script's main run."""
    return runs.code_hash(runs.Run(LESSON), lesson(root, source))


def test_drawing_is_no_part_of_the_key(tmp_path: Path) -> None:
    """Whatever only draws may change, come or go, and nothing runs anew."""
    key = code(tmp_path, WITH_DRAW)
    without = ast.parse(WITH_DRAW)
    without.body = [
        node
        for node in without.body
        if getattr(node, "name", "main") == "main"
        and "matplotlib" not in ast.unparse(node)
    ]
    plain = ast.unparse(without).replace(
        "draw(main())\n    plt.show()", "main()"
    )
    assert "plt" not in plain
    assert code(tmp_path, plain) == key
    argument = ("def main", "def other(draw):\n    draw()\n\n\ndef main")
    assert code(tmp_path, WITH_DRAW.replace(*argument)) == code(
        tmp_path, plain.replace(*argument)
    )
    changed = WITH_DRAW.replace("axes.plot(loss)", "axes.bar([0, 1, 2], loss)")
    assert code(tmp_path, changed) == key
    assert code(tmp_path, WITH_DRAW.replace("[3, 1, 2]", "[3, 1]")) != key


@pytest.mark.parametrize(
    "change",
    [
        ("return {", "plot_loss(None, [])\n    return {"),
        ("return {", "plt.rcParams\n    return {"),
        ("return {", "(lambda: plot_loss)()\n    return {"),
        ("def draw(results)", "def draw(results, at=torch.manual_seed(3))"),
        ("def plot_loss", "@torch.no_grad()\ndef plot_loss"),
    ],
)
def test_what_a_result_may_rest_on_stays_in_the_key(
    tmp_path: Path, change: tuple[str, str]
) -> None:
    """A function that main() reaches, or that runs code early, counts."""
    source = WITH_DRAW.replace(*change)
    body = ("axes.plot(loss)", "axes.scatter(loss, loss)")
    if "manual_seed" in change[1]:
        body = ("num='loss'", "num='other'")
    assert code(tmp_path, source) != code(tmp_path, source.replace(*body))


@pytest.mark.parametrize("line", ["return results", "print(results)"])
def test_draw_does_nothing_but_draw(run_script: Run, line: str) -> None:
    """It neither returns nor prints: no run would show it."""
    source = WITH_DRAW.replace(
        "    figure, axes", f"    {line}\n    figure, axes"
    )
    with pytest.raises(ValueError, match=r"draw\(\) only draws"):
        run_script(source)


# Nothing is cut off unasked.


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "plot([1, 9, 2], label='a')",
            r"drawn\.py:1: .*'x' cuts off 1 of 3.*'a'",
        ),
        ("scatter([1, 2], [1, 9])", "1 of 2 points"),
        ("scatter([1], [1])", ""),
        ("bar([1, 2], [1, 9])", "of 5 points"),
        ("fill_between([1, 2], [1, 1], [2, 9])", "of 7 points"),
        ("plot([1, float('nan'), 2])", ""),
        ("plot([1, 9, 2], color='gray')", ""),
        ("axhline(2)", ""),
        ("axhline(9)", "2 of 2"),
        ("plot([1, 9, 2], clip_on=False)", ""),
    ],
)
def test_limits_that_cut_data_off_are_told(source: str, message: str) -> None:
    """The part outside is not drawn, and a reader cannot know."""
    source = f"plt.subplots(num='x')[1].{source}\nplt.gca().set_ylim(0, 5)"
    if not message:
        assert drawn(source)
        return
    with pytest.raises(ValueError, match=message) as told:
        drawn(source)
    assert "[exempt], cut_off" in str(told.value)


def test_cut_can_be_meant(tmp_path: Path) -> None:
    """A sidecar gives the reason; without a cut it is not needed."""
    lesson(tmp_path, WITH_DRAW.replace("loss)\n\n\ndef draw", CUT))
    results: dict[str, Any] = {"main": {"values": {"loss": [3, 1, 9]}}}
    with pytest.raises(ValueError, match="cuts off 1 of 3"):
        figures.redrawn(LESSON, results, tmp_path)
    sidecar = tmp_path / f"examples/{LESSON}.toml"
    sidecar.write_text('[exempt]\ncut_off = "the end matters"\n', "utf-8")
    assert [*figures.redrawn(LESSON, results, tmp_path)] == ["loss"]
    results["main"]["values"]["loss"] = [3, 1, 2]
    with pytest.raises(ValueError, match="not needed"):
        figures.redrawn(LESSON, results, tmp_path)


# What every figure is.

KINDS = {
    "lines": "for n in range(5):\n    axes.plot([n, n + 1], label=f's {n}')\n"
    "axes.axvline(1, color='gray')\naxes.grid()\naxes.legend()",
    "bars": "axes.bar(['CNN', 'MLP'], [1, 2], yerr=[.1, .2], capsize=3)",
    "errorbar": "axes.errorbar([1, 2], [1, 2], yerr=.5, marker='o')",
    "band": "axes.fill_between([1, 2], [1, 2], [2, 3], alpha=.2)",
    "scatter": "for n in range(5):\n    axes.scatter([n, 1], [2, n])",
    "log": "axes.loglog([1, 10, 1000], [1e-4, 1, 10])",
    "imshow": "axes.imshow([[0, 9], [9, 0]])\naxes.text(0, 0, 0)",
    "text": "axes.annotate('a < b', (0, 0), (1, 1), arrowprops={})",
    "hist": "axes.hist([1, 2, 2, 3])",
    "squares": "axes.plot([1, 2], 's-')\naxes.axhspan(1, 2, alpha=.3)",
}
every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
def test_svg_is_small_and_stands_on_its_own(kind: str) -> None:
    """A figure is ASCII without ids, styles, fonts, clip paths and colours."""
    root = one(KINDS[kind])
    text = ElementTree.tostring(root, encoding="unicode")
    assert len(gzip.compress(text.encode())) < LARGEST
    assert "\n\n" not in text, "a blank line ends HTML within Markdown"
    assert not re.search(r"#[0-9a-f]{6}|font-family|clip|<(defs|use)", text)
    for element in root.iter():
        assert "id" not in element.attrib
        for number in re.findall(r"\d*\.\d+", element.get("d", "")):
            assert len(number.partition(".")[2]) == 1, number
    assert classes(root) <= set(re.findall(r"\.([\w-]+)", CSS))


def test_lines_differ_without_colour() -> None:
    """Each line has its own dashes, each scatter its own mark."""
    lines = [
        e.get("stroke-dasharray")
        for e in of(one(KINDS["lines"]), "path")
        if re.fullmatch(r"s\d", e.get("class", ""))
    ]
    assert len(set(lines)) == 5
    marks = {
        (e.get("stroke-linecap"), re.sub(r"M[-\d. ]+", "", e.get("d", "")))
        for e in of(one(KINDS["scatter"]), "path")
        if re.search(r"\d", e.get("class", ""))
    }
    assert len(marks) == 5


def test_points_stand_where_their_values_are() -> None:
    """A line, its marks and a bar end where the axis says."""
    root = one(
        "x, y = [0, 1, 2], [0, 5, 10]\n"
        "axes.plot(x, y)\naxes.plot(x, y, 'oC0')\n"
        "axes.set(xticks=[0, 2], yticks=[0, 10], xlim=(0, 2), ylim=(0, 10))"
    )
    line, marks = (e for e in of(root, "path") if e.get("class") == "s1")
    start = re.match(r"M([\d.]+) ([\d.]+)", line.get("d", ""))
    assert start
    first, *_, last = re.findall(r"M([\d.]+) ([\d.]+)", marks.get("d", ""))
    assert first == start.groups()
    steps = [float(n) for n in re.findall(r"-?[\d.]+", line.get("d", ""))]
    end = steps[0] + sum(steps[2::2]), steps[1] + sum(steps[3::2])
    assert end == pytest.approx([float(n) for n in last], abs=0.05)


def test_drawing_is_cut_off_at_the_axes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing lies outside although there is no clip path."""
    monkeypatch.setattr(figures, "cut_off", lambda figure: iter(()))
    root = one(
        "axes.plot([0, 1, 2], [-50, 50, -50])\naxes.bar([1], [90])\n"
        "axes.scatter([1], [99])\naxes.set_ylim(0, 10)"
    )
    height = float(root.get("viewBox", "").split()[3])
    for element in of(root, "path"):
        if element.get("class") in ("s1", "b1"):
            y = 0.0
            for letter, rest in re.findall(
                r"([Mlhv])([-\d. ]*)", element.get("d", "")
            ):
                numbers = [float(n) for n in re.findall(r"-?[\d.]+", rest)]
                if letter == "M":
                    y = numbers[1]
                elif letter in "lv":
                    y += numbers[-1]
                assert -2 <= y <= height


def test_picture_keeps_its_pixels() -> None:
    """Imshow is a PNG of its own resolution, the first row above."""
    root = one("axes.imshow([[0, 1, 2], [3, 4, 5]], cmap='gray')")
    (image,) = of(root, "image")
    data = base64.b64decode(image.get("href", "").partition(",")[2])
    picture = Image.open(io.BytesIO(data)).convert("L")
    assert picture.size == (3, 2)
    assert [*picture.tobytes()] == [0, 51, 102, 153, 204, 255]
    width, height = (float(image.get(name, 0)) for name in ("width", "height"))
    assert width / height == pytest.approx(1.5, abs=0.01)
    assert "pixelated" in CSS


def test_number_on_a_picture_can_be_read() -> None:
    """It is black or white, whatever the palette of the page."""
    root = one(
        "axes.imshow([[0, 9]], cmap='gray_r')\naxes.axis('off')\n"
        "axes.text(0, 0, 4, ha='center', va='center')\n"
        "axes.text(1, 0, 5, ha='center', va='center')\n"
    )
    shown = {text.text: text.get("class") for text in of(root, "text")}
    assert shown == {"4": "on-light", "5": "on-dark"}


def test_powers_are_raised_and_signs_are_escaped() -> None:
    """A logarithmic axis is text, and so is what HTML would read as a tag."""
    root = one(KINDS["log"])
    assert "10\u22124" in words(root)
    assert words(one("axes.set_title('a < b & c')"))[-1] == "a < b & c"


def test_text_is_anchored_where_another_language_fits() -> None:
    """Labels grow from their middle, a legend's from its start."""
    root = one(
        "axes.plot([1, 2], label='y')\naxes.legend()\n"
        "axes.set(xlabel='x', ylabel='z')"
    )
    anchors = {text.text: text.get("text-anchor") for text in of(root, "text")}
    assert anchors["x"] == anchors["z"] == "middle"
    assert anchors["y"] is None


# On a page.


def page_with(root: Path, source: str, labels: str, language: str) -> str:
    """Return a page that shows a figure."""
    (text,) = drawn(f"figure, axes = plt.subplots(num='x')\n{source}").values()
    folder = root / "snippets/basics/drawn"
    folder.mkdir(parents=True)
    (folder / "x.svg").write_text(text, encoding="utf-8")
    (root / "docs").mkdir()
    (root / "docs/terms.toml").write_text(f"[labels]\n{labels}\n", "utf-8")
    page = Page("docs/ja/basics/drawn.md", LESSON, language)
    shown = "# x\n\n![What it says](snippets/basics/drawn/x.svg)\n"
    return expand(shown, page, Records(root))


LABELS = (
    'learning_rate = { ja = "\u5b66\u7fd2\u7387 <r>", en = "learning rate" }\n'
    '"rate #, #" = { ja = "# \u3068 #", en = "rate #, #" }\n'
)


@pytest.mark.parametrize(
    ("language", "label", "title"),
    [
        ("ja", "\u5b66\u7fd2\u7387 &lt;r&gt;", "0.1 \u3068 3"),
        ("en", "learning rate", "rate 0.1, 3"),
    ],
)
def test_texts_are_in_the_language_of_the_page(
    tmp_path: Path, language: str, label: str, title: str
) -> None:
    """They come from terms.toml; numbers and single letters need no entry."""
    source = (
        "axes.set(xlabel='Learning rate', title='rate 0.1, 3', ylabel='N x')\n"
        "axes.text(0, 0, '7 -> 9')"
    )
    shown = page_with(tmp_path, source, LABELS, language)
    for text in (label, title, "N x", "7 -&gt; 9"):
        assert f">{text}</text>" in shown


def test_unknown_text_ends_the_build(tmp_path: Path) -> None:
    """One message names the page, its line, and all that is missing."""
    source = "axes.set(xlabel='epoch', ylabel='loss', title='x')"
    with pytest.raises(
        SiteError, match=r"drawn\.md:3: .*'epoch', 'loss': .*docs/terms\.toml"
    ):
        page_with(tmp_path, source, LABELS, "en")


# Each page's texts stand at their own figure.


class Shown(NamedTuple):
    """A figure of a page: the words in it, in its texts, and of its name."""

    line: int
    path: str
    alt: set[str]
    title: set[str]
    drawn: set[str]


def shown_on(text: str, language: str) -> Iterator[Shown]:
    """Yield the figures of a page."""
    expander = Expander(Page("", None, language), RECORDS)
    for embed in parse(text):
        if embed.kind != "figure":
            continue
        svg_text = (ROOT / embed.what).read_text("utf-8")
        words = map(html.unescape, FIGURE_TEXT.findall(svg_text))
        inside = [expander.figure_text(word) or word for word in words]
        yield Shown(
            embed.line,
            embed.what,
            telling(embed.groups["alt"]),
            telling(embed.groups["title"] or ""),
            telling(f"{Path(embed.what).stem} {' '.join(inside)}"),
        )


def exchanged(one: Shown, other: Shown) -> str | None:
    """Say which texts of two figures would fit better the other way around."""
    ours = {"alternative text": (one.alt, one.drawn)}
    theirs = {"alternative text": (other.alt, other.drawn)}
    ours["caption"] = one.title, one.drawn | one.alt
    theirs["caption"] = other.title, other.drawn | other.alt
    for kind in ours:
        if shared := better_crossed(ours[kind], theirs[kind]):
            return (
                f"the {kind} shares {', '.join(shared)} with what is at line "
                f"{other.line}, {other.path}: are the two exchanged? If not, "
                f"name what {one.path} shows, its axes or its legend"
            )
    return None


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_of_figures_are_not_exchanged(language: str) -> None:
    """They share more words with their own figure than with the next."""
    faults = [
        f"{path.relative_to(ROOT)}:{one.line}: {told}"
        for path in sorted((ROOT / "docs" / language).rglob("*.md"))
        for one, other in itertools.combinations(
            shown_on(path.read_text("utf-8"), language), 2
        )
        if (told := exchanged(one, other))
    ]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


@pytest.mark.parametrize("kind", ["alt", "title"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_exchanged_texts_are_found(language: str, kind: str) -> None:
    """On a page whose figures have words of their own."""
    path = ROOT / "docs" / language / "models/batch_memory.md"
    one, other = shown_on(path.read_text("utf-8"), language)
    assert exchanged(one, other) is None
    swapped = [
        a._replace(**{kind: getattr(b, kind)})
        for a, b in ((one, other), (other, one))
    ]
    assert "exchanged" in (exchanged(*swapped) or "")


# What is recorded.


def is_ours(path: Path) -> bool:
    """Say whether a script drew it; others come from their records."""
    return 'class="plot"' in path.read_text("utf-8")


OURS = [path for path in RECORDED if is_ours(path)]
each_recorded = pytest.mark.parametrize(
    "path", OURS, ids=lambda path: f"{path.parent.name}/{path.stem}"
)


@each_recorded
def test_recorded_figure_is_small(path: Path) -> None:
    """A page with several figures stays quick."""
    size = len(gzip.compress(path.read_bytes()))
    assert size <= LARGEST, f"{path.relative_to(ROOT)}: {size} bytes compressed"


@each_recorded
def test_recorded_figure_has_its_words(path: Path) -> None:
    """Each text is in terms.toml, in both languages."""
    texts = map(html.unescape, FIGURE_TEXT.findall(path.read_text("utf-8")))
    for language in LANGUAGES:
        expander = Expander(Page("", None, language), RECORDS)
        for text in texts:
            known = not WORDS.search(text) or expander.figure_text(text)
            assert known, f"docs/terms.toml, [labels], lacks {text!r}"


@functools.cache
def figures_shown() -> set[str]:
    """Return the figures that pages embed, by their files."""
    return {
        embed.what
        for language in LANGUAGES
        for page in (ROOT / "docs" / language).rglob("*.md")
        for embed in parse(page.read_text("utf-8"))
        if embed.kind == "figure"
    }


@pytest.mark.parametrize("name", scripts())
def test_recorded_figures_are_shown(name: str) -> None:
    """A figure that no page shows is left over."""
    for figure in record.recorded_figures(name):
        assert f"snippets/{name}/{figure}.svg" in figures_shown()


def keep_runs(evaluate: EvalExample, root: Path) -> int:
    """Record the lesson below a root; return how many runs that took."""
    count = 0
    while missing := record.Recording(LESSON, root).missing():
        count += len(missing)
        for run in missing:
            outcome = run_lesson(evaluate, LESSON, root=root)
            runs.keep(run, outcome, root)
    record.Recording(LESSON, root).write()
    return count


def test_figures_stay_with_their_record(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """They are kept with a run, held by the record, and not to be edited."""
    source = '"""One."""\n' + HEAD + "# %% draw\nplt.subplots(num='x')\nz = 1\n"
    assert keep_runs(eval_example, lesson(tmp_path, source))
    (svg_file,) = record.recorded_figures(LESSON, tmp_path).items()
    assert not [*record.record_faults(LESSON, tmp_path)]
    for kept in (tmp_path / ".cache/runs").iterdir():
        kept.unlink()
    lesson(tmp_path, source.replace("One.", "Another docstring."))
    assert not keep_runs(eval_example, tmp_path)
    assert record.recorded_figures(LESSON, tmp_path) == dict([svg_file])
    path = tmp_path / f"snippets/{LESSON}/x.svg"
    path.write_text(path.read_text().replace("stroke", "strike"))
    assert "was edited" in "".join(record.record_faults(LESSON, tmp_path))


def test_changed_drawing_runs_nothing(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """A lesson's figure is drawn anew from the record that is there."""
    assert keep_runs(eval_example, lesson(tmp_path, WITH_DRAW))
    before = record.recorded_figures(LESSON, tmp_path)
    lesson(
        tmp_path, WITH_DRAW.replace("axes.plot(loss)", "axes.plot(loss, 'o')")
    )
    told = "".join(record.record_faults(LESSON, tmp_path))
    assert "loss.svg is drawn otherwise" in told
    assert not keep_runs(eval_example, tmp_path)
    assert not [*record.record_faults(LESSON, tmp_path)]
    assert record.recorded_figures(LESSON, tmp_path) != before


def test_figures_are_compared_as_far_as_they_hold() -> None:
    """Exactly, by what numbers do not move, or by their names."""
    start = "figure, axes = plt.subplots(num='x')\naxes.set_xlabel('epoch 1')\n"
    was = drawn(start + "axes.plot([1, 2, 3])")
    now = drawn(start + "axes.plot([1, 2, 9])")
    more = drawn(start + "axes.plot([1, 2], label='it')\naxes.legend()")

    def told(now: dict[str, str], **how: bool) -> str:
        return "".join(figures.differences(was, now, LESSON, **how))

    assert "drawn otherwise" in told(now, exact=True)
    assert not told(now, exact=False)
    assert "['it'" in told(more, exact=False)
    assert not told(more, exact=False, short=True)
    assert "holds the figures ['x']" in told({}, exact=False, short=True)


# Colours.


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb."""
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return svg.luminance(parts)


@pytest.mark.parametrize("scheme", BACKGROUNDS)
def test_series_stand_out_from_the_background(scheme: str) -> None:
    """Lines need 3:1, and texts in their colour 4.5:1."""
    block = re.search(rf'"{scheme}"\] {{(.*?)}}', CSS, re.DOTALL)
    assert block
    colours = re.findall(r"--figure-\d: (#[0-9a-f]{6});", block[1])
    assert len(colours) == 5
    if scheme == "default":
        assert tuple(colours) == svg.SERIES
    for colour in colours:
        pair = sorted(map(luminance, (colour, BACKGROUNDS[scheme])))
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, colour


@pytest.mark.parametrize("grey", range(0, 256, 5))
def test_number_on_any_grey_can_be_read(grey: int) -> None:
    """The better of black and white has 4.5:1."""
    light = svg.luminance([grey] * 3)
    dark = light < 0.18
    assert (1.05 / (light + 0.05) if dark else (light + 0.05) / 0.05) >= 4.5


# Room.


def width(text: str) -> float:
    """Estimate how many letters' heights a text is wide."""
    wide = sum(unicodedata.east_asian_width(sign) in "FWA" for sign in text)
    return wide + 0.55 * (len(text) - wide)


@each_recorded
@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_have_room(path: Path, language: str) -> None:
    """None runs over the edge, in the wider language either."""
    root = ElementTree.fromstring(path.read_text("utf-8"))
    right, bottom = map(float, root.get("viewBox", "").split()[2:])
    expander = Expander(Page("", None, language), RECORDS)
    for element in of(root, "text"):
        text = "".join(element.itertext())
        shown = (WORDS.search(text) and expander.figure_text(text)) or text
        size = float(element.get("font-size", svg.FONT))
        share = svg.SHARES[element.get("text-anchor", "start")]
        turned = element.get("transform", "")
        place, end = float(element.get("x", 0)), right
        if turned:
            place, end = float(turned.split()[1].split(")")[0]), bottom
            share = 1 - share
        start = place - width(shown) * size * share
        assert start > -9, f"{shown!r} begins outside"
        assert start + width(shown) * size < end + 9, f"{shown!r} is too long"
