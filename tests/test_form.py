"""The form of a lesson: a short script, a page of ten minutes, in one order.

`python -m tests.form` prints the figures of all lessons; what does not hold to
the limits yet stands in waiting.toml.
"""

import itertools
import re
import statistics
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from docs._tools.lessons import LANGUAGES, ROOT, lessons, page_of, scripts
from tests import form
from tests.page_source import HEADING, lines_of, parse, read
from tests.test_built_pages import source_of
from tests.test_site import address, article

PAGES = [(language, lesson) for language in LANGUAGES for lesson in lessons()]
of_pages = pytest.mark.parametrize(
    ("language", "lesson"), PAGES, ids=[f"{x}/{lesson}" for x, lesson in PAGES]
)
SECTIONS = ["answer", "run", "pitfalls", "check", "next"]
QUESTIONS = 3
SHAPE = re.compile(r"[(\[].*[)\]]")  # shapes and lists are no results
LEFT_OUT = ".claim-text, .headerlink, svg, annotation"


def fail_with(faults: list[str], what_to_do: str) -> None:
    """End the test with one line a fault, and what mends them."""
    if faults:
        pytest.fail("\n".join([*faults, what_to_do]), pytrace=False)


@pytest.mark.parametrize("lesson", scripts())
def test_script_is_short(lesson: str) -> None:
    """Lines of code, without blanks, comments and docstrings."""
    one = form.script(lesson)
    fail_with(
        [
            f"examples/{lesson}.py:1: {one.code} lines of code, more than "
            f"{one.limit} for a {one.kind}"
        ]
        * (one.code > one.limit),
        "Take out what its page does not show; the rest is a second lesson.",
    )


@pytest.mark.parametrize("lesson", scripts())
def test_functions_of_a_script_are_short(lesson: str) -> None:
    """A function fits on a screen."""
    faults = [
        f"examples/{lesson}.py:{line}: {name} has {length} lines, more than "
        f"{form.LONGEST_FUNCTION}"
        for name, (line, length) in form.script(lesson).long.items()
    ]
    fail_with(faults, "Split it.")


@of_pages
def test_page_is_read_in_time(site: Path, language: str, lesson: str) -> None:
    """A first reading, and one with all that is folded."""
    told = _minutes(site, language, lesson)
    where = f"docs/{language}/{page_of(lesson)}.md:1"
    faults = []
    if told.first > form.FIRST:
        faults.append(
            f"{where}: {told.first:.1f} minutes of a first reading, more than "
            f"{form.FIRST}"
        )
    if told.both > form.BOTH:
        faults.append(
            f"{where}: {told.both:.1f} minutes with what is folded, more than "
            f"{form.BOTH}"
        )
    fail_with(
        faults,
        'Fold what a beginner can skip (??? note "…"), show less code and '
        "output, or make a second lesson of it.",
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_most_pages_are_read_in_ten_minutes(site: Path, language: str) -> None:
    """The median over the lessons of a language."""
    told = {x: _minutes(site, language, x).first for x in lessons()}
    middle = form.median([*told.values()])
    longest = sorted(told, key=lambda lesson: -told[lesson])[:5]
    fail_with(
        [
            f"docs/{language}: the median of a first reading is {middle:.1f} "
            f"minutes, more than {form.MEDIAN}"
        ]
        * (middle > form.MEDIAN),
        "Shorten the longest: "
        + ", ".join(f"{x} {told[x]:.1f}" for x in longest),
    )


@cache
def _minutes(site: Path, language: str, lesson: str) -> form.Minutes:
    return form.minutes(
        article(site, language, f"{page_of(lesson)}.md"), language
    )


@of_pages
def test_paragraphs_are_short(site: Path, language: str, lesson: str) -> None:
    """Nobody reads a wall of text."""
    limit, unit = form.PARAGRAPH[language], form.UNITS[language]
    faults = [
        f"{source_of(_html_name(language, lesson), text)}: {length} {unit} in "
        f"one paragraph, more than {limit}: {text[:30]!r} …"
        for block in _paragraphs(
            article(site, language, f"{page_of(lesson)}.md")
        )
        if (length := form.length(text := _text(block), language)) > limit
    ]
    fail_with(faults, "Split it, cut it, or make a list or a table of it.")


@of_pages
def test_a_paragraph_holds_few_results(
    site: Path, language: str, lesson: str
) -> None:
    """More than three numbers side by side are a table."""
    faults = [
        f"{source_of(_html_name(language, lesson), _text(block))}: "
        f"{len(found)} measured results in one paragraph, more than "
        f"{form.RESULTS}: {', '.join(found)}"
        for block in _paragraphs(
            article(site, language, f"{page_of(lesson)}.md")
        )
        if len(found := _results(block)) > form.RESULTS
    ]
    fail_with(faults, "Embed a table of them (a ```table fence), or say less.")


@pytest.mark.parametrize("lesson", lessons())
def test_a_result_stands_once_in_prose(lesson: str) -> None:
    """The answer tells it too, and a table; shapes and lists are no results."""
    page = f"{page_of(lesson)}.md"
    fail_with(
        [
            f"docs/*/{page}:{line}: {what} stands in prose a second time"
            for line, what in _repeated(read("en", page))
        ],
        "Say there what it means, without the number.",
    )


def _repeated(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and name of each value embedded twice in prose."""
    section, at = "", {}
    for line in lines_of(text):
        if line.fence is None and (head := HEADING.match(line.text)):
            section = head["id"]
        at[line.number] = section, line.text.lstrip().startswith("|")
    seen: set[str] = set()
    for embed in parse(text):
        part, in_table = at.get(embed.line, ("", True))
        if embed.kind != "value" or in_table or part == "answer":
            continue
        name = re.sub(r"(\.(mean|std))?(:\S*)?$", "", embed.text)
        if name in seen and not name.endswith((".shape", ".dtype")):
            yield embed.line, name
        seen.add(name)


def _paragraphs(page: Tag) -> Iterator[Tag]:
    """Yield paragraphs, and items of lists that hold no paragraph."""
    for block in page(("p", "li", "dd")):
        if not block.find("p") and not block.find_parent("aside"):
            yield block


def _text(block: Tag) -> str:
    """Return what is read of a block, without the lists inside it."""
    copied = BeautifulSoup(str(block), "html.parser")
    for part in copied.select(f"{LEFT_OUT}, pre, li ul, li ol, li table"):
        part.decompose()
    return " ".join(copied.get_text().split())


def _results(block: Tag) -> list[str]:
    """Return the measured results of a block; a shape is none."""
    return [
        data.get_text()
        for data in block.select("data.recorded")
        if not SHAPE.fullmatch(str(data.get("value", "")))
        and data.find_parent(("p", "li", "dd")) is block
        and not data.find_parent(class_="claim-text")
    ]


def _html_name(language: str, lesson: str) -> str:
    return address(language, f"{page_of(lesson)}.md") + "index.html"


@of_pages
def test_no_lesson_speaks_of_the_notes(language: str, lesson: str) -> None:
    """The reader never saw them; home and contributing may name them."""
    faults = [
        f"docs/{language}/{page_of(lesson)}.md:{line}: speaks of the notes"
        for line in form.mentions(language, lesson)
    ]
    fail_with(faults, "Ask what a learner would ask instead.")


@of_pages
def test_sections_come_in_one_order(language: str, lesson: str) -> None:
    """Title, picture and answer, run, parts, pitfalls, questions, next."""
    path, text = (
        f"docs/{language}/{page_of(lesson)}.md",
        read(language, f"{page_of(lesson)}.md"),
    )
    fail_with(
        [f"{path}:{line}: {fault}" for line, fault in _disorder(text)],
        "Order: title, picture, {#answer}, {#run}, parts, {#pitfalls}, "
        "{#check}, {#next}.",
    )


def _disorder(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and fault of what stands in a page at the wrong place."""
    at: dict[str, int] = {}
    first, questions = "", []
    for line in lines_of(text):
        if line.fence is None and (head := HEADING.match(line.text)):
            first = first or line.text
            at.setdefault(head["id"], line.number)
        elif line.text.startswith("??? question "):
            questions.append(line.number)
    if not first.startswith("# "):
        yield 1, "no title (# …) comes first"
    for name in SECTIONS:
        if name not in at:
            yield 1, f"there is no section {{#{name}}}"
    found = [name for name in SECTIONS if name in at]
    for before, name in itertools.pairwise(found):
        if at[before] > at[name]:
            yield at[name], f"{{#{name}}} comes before {{#{before}}}"
    if "next" in at and [*at][-1] != "next":
        yield at[[*at][-1]], "a section comes after {#next}"
    pictures = [x.line for x in parse(text) if x.kind == "figure"]
    if not pictures or pictures[0] > at.get("run", pictures[0]):
        yield at.get("run", 1), "no picture stands before {#run}"
    if len(questions) != QUESTIONS:
        yield (
            at.get("check", 1),
            f"{len(questions)} questions (??? question), not {QUESTIONS}",
        )
    for number in questions:
        if not at.get("check", 0) < number < at.get("next", number + 1):
            yield number, "a question stands outside of {#check}"


def test_pages_are_light(site: Path) -> None:
    """The median of what is sent for a lesson's HTML."""
    sizes = {
        page.label: page.kilobytes
        for page in form.built_pages(site)
        if page.is_lesson
    }
    middle = statistics.median(sizes.values())
    heavy = sorted(sizes, key=lambda name: -sizes[name])[:5]
    fail_with(
        [f"site: the median is {middle:.2f} kB, more than {form.WEIGHT}"]
        * (round(middle, 1) > form.WEIGHT),
        "Take weight off the heaviest, or off what the theme writes into each "
        "page: " + ", ".join(f"{name} {sizes[name]:.1f}" for name in heavy),
    )


def test_figures_are_light() -> None:
    """A figure is sent with its page."""
    fail_with(
        [
            f"{name}: {kb:.1f} kB as it is sent, more than {form.FIGURE:.0f}"
            for name, kb in form.heavy_figures().items()
        ],
        "Draw fewer points, lines or pictures.",
    )


PAGE = """<article>
<p>one two three</p><!-- no word -->
<details open><summary>four</summary><p>five <data>six</data></p></details>
<div class="language-python"><pre>
x = 1

y = 2
</pre></div>
<details><p>seven</p><details open><pre>eight
nine</pre></details></details></article>"""


def test_minutes_are_those_of_prose_code_and_output() -> None:
    """What is folded counts apart; a fold that is open is none."""
    page = BeautifulSoup(PAGE, "html.parser")
    english, japanese = (form.minutes(page, x) for x in ("en", "ja"))
    assert english.first == pytest.approx(6 / 200 + 2 / 25)
    assert english.folded == pytest.approx(1 / 200 + 2 / 12)
    assert japanese.first == pytest.approx(22 / 450 + 2 / 25)


def test_a_script_is_counted(tmp_path: Path) -> None:
    """Docstrings, comments and blanks are no code; a copy is found."""
    body = "\n".join(f"    x = {number}" for number in range(40))
    script = (
        f'"""Doc.\n\nMore.\n"""\n\n# no\nimport sys\n\n\ndef f():\n{body}\n'
    )
    for name in ("one", "two"):
        path = tmp_path / f"examples/a/{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(script)
    counted = form.script("a/one", tmp_path)
    assert (counted.kind, counted.code) == ("concept", 42)
    assert counted.long == {"f": (10, 41)}
    assert form.copies(tmp_path) == {"a/two": {"f": "a/one"}}


def test_what_is_half_typed_is_named(tmp_path: Path) -> None:
    """With its file, before any test would end there."""
    assert not form.half_typed()
    for name, text in (
        ("examples/a/one.py", "x = 1\ny = = 2\n"),
        ("examples/a/one.toml", "short = [\n"),
        ("examples/a/two.py", ""),
        ("examples/a/two.toml", "epochz = 3\n"),
        ("snippets/a/two/record.json", "{"),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    *told, end = form.half_typed(tmp_path)
    assert told[0].startswith("examples/a/one.py:2: invalid syntax: 'y = = 2'")
    assert told[1].startswith("examples/a/one.toml: ")
    assert re.match(r"examples/a/two.toml: .*'epochz'", told[2])
    assert told[3].startswith("snippets/a/two/record.json:1: ")
    assert len(told) == 4
    assert end


def test_a_repeated_result_is_found() -> None:
    """In prose and lists; not in the answer, and not in a table."""
    text = (
        "# T {#t}\n\n## A {#answer}\n\n{{ x.loss.mean:.2f }}\n\n## B {#b}\n\n"
        "| {{ x.loss }} |\n\n{{ x.loss }} {{ x.accuracy }}\n\n"
    )
    assert not [*_repeated(text)]
    found = [*_repeated(text + "- {{ x.loss.mean:.1f }}\n")]
    assert found == [(13, "x.loss")]


ORDER = (
    "# T {#t}\n\n![A](snippets/a/b/c.svg)\n\n## A {#answer}\n\n## R {#run}\n"
    "\n## P {#pitfalls}\n\n## C {#check}\n\n"
    + '??? question "Q"\n\n    A\n\n' * 3
    + "## N {#next}\n"
)


@pytest.mark.parametrize(
    ("change", "line", "fault"),
    [
        (("## A {#answer}\n\n", ""), 1, "no section {#answer}"),
        (("## R {#run}\n\n", ""), 1, "no section {#run}"),
        (("R {#run}", "R {#pitfalls}"), 1, "no section {#run}"),
        (("![A](snippets/a/b/c.svg)\n\n", ""), 5, "no picture"),
        (("# T", "## T"), 1, "no title"),
        (("N {#next}\n", "N {#next}\n\n## Z {#z}\n"), 27, "after {#next}"),
        (("??? question", "??? note"), 11, "0 questions"),
        (("## C {#check}\n\n", ""), 1, "no section {#check}"),
    ],
)
def test_disorder_is_found(
    change: tuple[str, str], line: int, fault: str
) -> None:
    """Each fault is told with its line."""
    assert not [*_disorder(ORDER)]
    found = [*_disorder(ORDER.replace(*change))]
    assert [x for x in found if x[0] == line and fault in x[1]], found


def test_what_waits_exists() -> None:
    """A test or a lesson that is gone waits for nothing."""
    tests = "".join(
        path.read_text("utf-8") for path in (ROOT / "tests").glob("test_*.py")
    )
    faults = [
        f"tests/waiting.toml: [{name}] {entry!r}: there is no such {what}"
        for name, entries in form.waiting().items()
        for entry in entries
        for what, known in (
            ("test", f"def {name}(" in tests),
            (
                "lesson",
                not re.search(r"\w/\w", entry)
                or any(
                    entry.removesuffix("-cpu").endswith(x) for x in lessons()
                ),
            ),
        )
        if not known
    ]
    fail_with(faults, "Delete the line.")
