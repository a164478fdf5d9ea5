"""The form of a lesson, measured: lengths of scripts, minutes of pages.

Run: python -m tests.form [SITE]

It prints the table of all lessons; without the folder of a built site, it
builds one first. What passes a limit is marked by ``!``, and ends the command
with status 1. The tests hold each lesson to the same limits.

A first reading is what stands on a page, without what is folded: prose (450
characters a minute in Japanese, 200 words in English), output (12 lines a
minute) and code (25 lines, as the script shows it too).
"""

import ast
import gzip
import re
import statistics
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from bs4.element import CData, NavigableString

from docs._tools.lessons import (
    LANGUAGES,
    ROOT,
    page_of,
    record_folder,
    script_path,
    scripts,
)
from docs._tools.parts import has_main
from docs._tools.records import RecordError, Records
from tests.recorder.settings import load_settings

LONGEST = {"concept": 90, "lesson": 150, "program": 800}  # lines of code
LONGEST_FUNCTION = 30  # lines
COPY = 8  # lines: a shorter function that two scripts share is no copy
FIRST, BOTH, MEDIAN = 12, 20, 10  # minutes; both: with what is folded
WEIGHT = 17.0  # kB of a lesson's HTML as it is sent, the median
FIGURE = 2.0  # kB of a figure as it is sent
CHARACTERS, WORDS, OUTPUT, CODE = 450, 200, 12, 25  # a minute
PARAGRAPH, UNITS = {"ja": 200, "en": 90}, {"ja": "characters", "en": "words"}
RESULTS = 3  # measured results in one paragraph

NO_LESSONS = {"index", "contributing"}
NOTES = re.compile(
    r"(?<!学習)(?<!リリース)ノート(?!ブック|パソコン|を取)|\b[Tt]he notes\b"
)


@dataclass(frozen=True)
class Script:
    """What is counted in a script."""

    lesson: str
    kind: str  # concept, lesson or program
    code: int  # lines that are no blank, comment or docstring
    guards: int  # of these, lines that only catch, raise or end
    long: dict[str, tuple[int, int]]  # functions: first line, length
    functions: dict[str, str]  # text of functions and classes

    @property
    def limit(self) -> int:
        """Return the most lines of code that its kind may have."""
        return LONGEST[self.kind]


def half_typed(root: Path = ROOT) -> list[str]:
    """List what cannot be read: most tests would end there, each at length."""
    faults = []
    records = Records(root)
    for lesson in scripts(root):
        try:
            ast.parse(script_path(lesson, root).read_text(encoding="utf-8"))
        except SyntaxError as error:
            line = (error.text or "").strip()
            told = f"{error.lineno}: {error.msg}: {line!r}: mend the line"
            faults.append(f"examples/{lesson}.py:{told}")
        where = f"examples/{lesson}.toml: "
        try:
            load_settings(lesson, root)
        except ValueError as error:
            faults.append(where + str(error).removeprefix(where))
        try:
            if (record_folder(lesson, root) / "record.json").is_file():
                records.record(lesson)
        except RecordError as error:
            faults.append(str(error))
    return faults and [*faults, "No test runs before that is mended."]


def kind_of(lesson: str, text: str) -> str:
    """Tell a program, a lesson with a ``main`` and a concept script apart."""
    if lesson.startswith("programs/"):
        return "program"
    return "lesson" if has_main(text) else "concept"


@cache
def script(lesson: str, root: Path = ROOT) -> Script:
    """Count a script."""
    text = script_path(lesson, root).read_text(encoding="utf-8")
    tree, lines = ast.parse(text), text.splitlines(keepends=True)
    code = _code_lines(text, tree)
    nodes = [*ast.walk(tree)]
    lengths = {
        node.name: (node.lineno, _last(node) - node.lineno + 1)
        for node in nodes
        if isinstance(node, ast.FunctionDef)
    }
    return Script(
        lesson,
        kind_of(lesson, text),
        len(code),
        len(code.intersection(_guard_lines(nodes))),
        {n: at for n, at in lengths.items() if at[1] > LONGEST_FUNCTION},
        {
            node.name: _text_of(node, lines)
            for node in nodes
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        },
    )


def _text_of(node: ast.stmt, lines: list[str]) -> str:
    """Return a function's text as ``ast.get_source_segment`` does, at once."""
    held = "".join(lines[node.lineno - 1 : _last(node)]).encode()
    end = len(lines[_last(node) - 1].encode()) - (node.end_col_offset or 0)
    return held[node.col_offset : len(held) - end].decode()


def _last(node: ast.stmt | ast.excepthandler) -> int:
    return node.end_lineno or node.lineno


def _code_lines(text: str, tree: ast.Module) -> set[int]:
    told: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (
            ast.get_docstring(node)
        ):
            told |= {*range(node.body[0].lineno, _last(node.body[0]) + 1)}
    return {
        number
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.strip().startswith("#")
    } - told


def _guard_lines(nodes: list[ast.AST]) -> Iterator[int]:
    for node in nodes:
        if isinstance(node, ast.Try):
            yield node.lineno
        if isinstance(node, ast.ExceptHandler | ast.Raise):
            yield from range(node.lineno, _last(node) + 1)


def copies(root: Path = ROOT) -> dict[str, dict[str, str]]:
    """Return the functions of each script that an earlier one holds too.

    Each function leads to the first script that holds the same text.
    """
    first: dict[str, str] = {}
    found: dict[str, dict[str, str]] = {}
    for lesson in scripts(root):
        for name, text in script(lesson, root).functions.items():
            if text.count("\n") + 1 < COPY:
                continue
            if text in first:
                found.setdefault(lesson, {})[name] = first[text]
            first.setdefault(text, lesson)
    return found


def mentions(language: str, lesson: str) -> list[int]:
    """List the lines of a page that speak of the notes behind the project."""
    path = ROOT / "docs" / language / f"{page_of(lesson)}.md"
    return [
        number
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for _ in NOTES.finditer(line)
    ]


def _all_mentions(language: str) -> int:
    folder = ROOT / "docs" / language
    names = [
        path.relative_to(folder).with_suffix("")
        for path in folder.rglob("*.md")
        if path.stem not in NO_LESSONS and "diary" not in path.parts
    ]
    return sum(len(mentions(language, name.as_posix())) for name in names)


@dataclass(frozen=True)
class Minutes:
    """How long a page is read."""

    first: float
    folded: float
    figures: int

    @property
    def both(self) -> float:
        """Return the minutes of the page with all that is folded."""
        return self.first + self.folded

    @property
    def too_long(self) -> bool:
        """Say whether it passes a limit of a single page."""
        return self.first > FIRST or self.both > BOTH


def minutes(article: Tag, language: str) -> Minutes:
    """Count the minutes of what an author wrote."""
    first = folded = 0.0
    for node in article.find_all(string=True):
        if type(node) not in (NavigableString, CData):
            continue  # a comment, a script
        if not node.find_parent("pre"):
            cost = _prose(str(node), language)
        else:
            cost = 0.0
        if _is_folded(node):
            folded += cost
        else:
            first += cost
    for block in article("pre"):
        cost = _block(block)
        if _is_folded(block):
            folded += cost
        else:
            first += cost
    figures = len(article.select("figure, svg.figure, img"))
    return Minutes(first, folded, figures)


def length(text: str, language: str) -> int:
    """Count the words of English, the characters of Japanese."""
    if language == "en":
        return len(text.split())
    return len(re.sub(r"\s", "", text))


def _prose(text: str, language: str) -> float:
    return length(text, language) / (WORDS if language == "en" else CHARACTERS)


def _block(pre: Tag) -> float:
    box = pre.find_parent(class_=re.compile("^language-"))
    classes = box.get_attribute_list("class") if box else []
    lines = [line for line in pre.get_text().splitlines() if line.strip()]
    return len(lines) / (CODE if "language-python" in classes else OUTPUT)


def _is_folded(node: NavigableString | Tag) -> bool:
    return node.find_parent("details", open=False) is not None


@dataclass(frozen=True)
class Built:
    """A page of a built site."""

    language: str
    name: str  # its path below a language's folder, without ``.md``
    path: Path

    @property
    def is_lesson(self) -> bool:
        """Say whether a limit of the lessons together counts it."""
        return "/" in self.name

    @property
    def kilobytes(self) -> float:
        """Return what is sent for its HTML."""
        return sent(self.path)

    @property
    def label(self) -> str:
        """Return its address below the site's root."""
        return self.name if self.language == "ja" else f"en/{self.name}"


def sent(path: Path) -> float:
    """Return the size of a file in kB as a server sends it."""
    return len(gzip.compress(path.read_bytes(), mtime=0)) / 1024


def built_pages(site: Path) -> list[Built]:
    """List the pages that have a limit: not home, notebooks, guides."""
    found = []
    for path in sorted(site.rglob("index.html")):
        parts = path.parent.relative_to(site).parts
        language = "en" if parts[:1] == ("en",) else "ja"
        name = "/".join(parts[language == "en" :])
        if name and name.split("/")[0] not in {
            *("notebooks", "diary"),
            *NO_LESSONS,
        }:
            found.append(Built(language, name, path))
    return found


def article_of(path: Path) -> Tag | None:
    """Return what the author of a built page wrote."""
    text = path.read_text(encoding="utf-8")
    return BeautifulSoup(text, "html.parser").find("article")


def _script_rows() -> Iterator[tuple[bool, str]]:
    yield (
        False,
        f"{'script':38}kind     code guards copied  (copied, !too long)",
    )
    found, copied = copies(), 0
    for lesson in scripts():
        one = script(lesson)
        names = found.get(lesson, {})
        same = sum(one.functions[name].count("\n") + 1 for name in names)
        copied += same
        yield (
            one.code > one.limit or bool(one.long),
            f"{lesson:38}{one.kind:9}{one.code:4} {one.guards:6} {same:6}  "
            + " ".join([*names, *(f"!{name}" for name in one.long)]),
        )
    counted = [script(lesson) for lesson in scripts()]
    yield (
        False,
        f"sum: {sum(one.code for one in counted)} lines of code, {copied} "
        f"copied, {sum(one.guards for one in counted)} guards",
    )


def _page_rows(site: Path) -> Iterator[tuple[bool, str]]:
    yield (
        False,
        "page                                     minutes folded figures   kB",
    )
    read: dict[str, list[float]] = {language: [] for language in LANGUAGES}
    weights = []
    for page in built_pages(site):
        article = article_of(page.path)
        if article is None:
            continue  # a redirect
        told, weight = minutes(article, page.language), page.kilobytes
        if page.is_lesson:
            read[page.language].append(told.first)
            weights.append(weight)
        yield (
            told.too_long,
            f"{page.label:40} {told.first:6.1f} {told.folded:6.1f} "
            f"{told.figures:5}   {weight:5.1f}",
        )
    for language, all_minutes in read.items():
        middle = median(all_minutes)
        yield (
            middle > MEDIAN,
            f"{language}: {len(all_minutes)} lessons, median {middle:.1f} "
            f"minutes, largest {max(all_minutes, default=0):.1f}",
        )
    weight = statistics.median(weights) if weights else 0.0
    yield weight > WEIGHT, f"weight of a lesson's HTML, median {weight:.1f} kB"


def median(values: list[float]) -> float:
    """Return the middle value, the upper of two."""
    return statistics.median_high(values) if values else 0.0


def heavy_figures() -> dict[str, float]:
    """Return the figures that weigh too much, with their kB."""
    folders = (ROOT / "snippets", ROOT / "docs/assets/drawings")
    weights = {
        path.relative_to(ROOT).as_posix(): sent(path)
        for folder in folders
        for path in sorted(folder.rglob("*.svg"))
    }
    return {name: kb for name, kb in weights.items() if kb > FIGURE}


def waiting() -> dict[str, dict[str, str]]:
    """Return what does not pass yet: test, parameters, reason."""
    return tomllib.loads((ROOT / "tests/waiting.toml").read_text("utf-8"))


def main(argv: list[str]) -> int:
    """Print the table; return 1 if a limit is passed."""
    with tempfile.TemporaryDirectory() as folder:
        site = Path(argv[0] if argv else folder)
        if not argv:
            command = (sys.executable, "-m", "mkdocs", "build", "--quiet")
            subprocess.run([*command, "-d", folder], cwd=ROOT, check=True)
        passed = 0
        notes = {language: _all_mentions(language) for language in LANGUAGES}
        rows = [
            *_script_rows(),
            (any(notes.values()), f"mentions of the notes in lessons: {notes}"),
            *((True, f"{n}: {kb:.1f} kB") for n, kb in heavy_figures().items()),
            *_page_rows(site),
        ]
        for over, line in rows:
            passed += over
            print(f"{'!' if over else ' '} {line}")
    return min(passed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
