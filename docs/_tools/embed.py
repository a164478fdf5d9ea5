"""A Markdown extension that embeds code, output, values and figures.

Code and output, in a fence that holds nothing else::

    ```python
    --8<-- "examples/workflow/nine_steps.py:train_epoch"
    highlight: loss.backward()
    note: optimizer.zero_grad() -- Gradients add up, so clear them *here*.
    ```

A value of a record, in prose or in a table; the part behind the colon is
Python's format specification, and the lesson may be left out on its own page::

    {{ workflow/nine_steps cnn.test_accuracy.mean:.1% }}

A figure, on a line of its own, as inline SVG with its alternative text::

    ![What it says](snippets/workflow/nine_steps/curves.svg "Caption")

Whatever cannot be found, or is ambiguous, ends the build with the page's file
and line and the names that exist.
"""

import contextvars
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.util import AtomicString
from mkdocs.exceptions import BuildError

from docs._tools.lessons import (
    ROOT,
    RecordError,
    is_number,
    load_record,
    look_up,
    namespace,
)
from docs._tools.sections import SectionError, cut

FENCE = re.compile(r"^(?P<indent>[ \t]*)(?P<marks>`{3,}|~{3,})(?P<info>.*)$")
EMBED = re.compile(r'^--8<-- "(?P<path>[^":]+)(?::(?P<name>[\w.]+))?"$')
HIGHLIGHT = re.compile(r"^highlight: (?P<text>.+)$")
NOTE = re.compile(r"^note: (?P<text>.+?) -- (?P<note>.+)$")
VALUE = (
    r"\{\{ *(?:(?P<lesson>\w+/\w+) +)?"
    r"(?P<key>[\w.]+)(?::(?P<format>[^{}\s]+))? *\}\}"
)
LONGEST_ON_ONE_LINE = 60  # characters of a recorded text
FIGURE = re.compile(
    r"^!\[(?P<alt>[^\]]*)\]"
    r"\((?P<path>(?:snippets|docs/assets/drawings)/[\w/]+\.svg)"
    r'(?: "(?P<title>.*)")?\)$'
)

# Nothing of these languages is typed by hand: code has run, output is its own.
RECORDED_LANGUAGES = ("python", "py", "text")
EMBEDDED_FOLDERS = ("examples", "snippets", "docs/assets/drawings")


class EmbedError(BuildError):
    """An embed that cannot be resolved; ends the build with one line."""


@dataclass(frozen=True)
class Page:
    """The page being rendered: its file, its lesson, and the text before."""

    path: str = "<page>"
    lesson: str | None = None
    source: str = ""
    lines_before: int = 0

    def fail(self, line: int, message: str) -> EmbedError:
        """Make the error for ``line`` (from 1) of the page's Markdown."""
        return EmbedError(f"{self.path}:{line + self.lines_before}: {message}")

    def fail_at(self, text: str, message: str) -> EmbedError:
        """Make the error for the first line of the page that holds ``text``."""
        before, found, _ = self.source.partition(text)
        return self.fail(before.count("\n") + 1 if found else 0, message)


CURRENT_PAGE: contextvars.ContextVar[Page] = contextvars.ContextVar(
    "current_page",
    default=Page(),  # noqa: B039 (it is frozen)
)


class EmbedExtension(Extension):
    """Register the three kinds of embed below one root folder."""

    def __init__(self, root: Path = ROOT) -> None:
        super().__init__()
        self.root = root

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Add the processors: fences before all else, values before links."""
        md.preprocessors.register(FencePreprocessor(self.root), "embed", 32)
        md.parser.blockprocessors.register(
            FigureProcessor(md.parser, self.root), "figure", 105
        )
        md.inlinePatterns.register(
            ValueProcessor(VALUE, md, self.root), "value", 185
        )


class FencePreprocessor(Preprocessor):
    """Write code and output into the fences that ask for them."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root

    def run(self, lines: list[str]) -> list[str]:
        """Return the page with every embedding fence filled in."""
        result: list[str] = []
        rest = iter(enumerate(lines, 1))
        for number, line in rest:
            opening = FENCE.match(line)
            result += self.fence(number, opening, rest) if opening else [line]
        return result

    def fence(
        self,
        number: int,
        opening: re.Match[str],
        rest: Iterator[tuple[int, str]],
    ) -> list[str]:
        """Return the fence that opens on line ``number``, filled in."""
        body: list[tuple[int, str]] = []
        closing = None
        for inner, line in rest:
            if _closes(opening, line):
                closing = line
                break
            body.append((inner, line))
        if closing is None:
            raise CURRENT_PAGE.get().fail(number, "this fence never closes")
        language = opening["info"].split(maxsplit=1)[:1]
        embeds = any(text.strip().startswith("--8<--") for _, text in body)
        if language == ["markdown"] or not (
            embeds or (language[:1] and language[0] in RECORDED_LANGUAGES)
        ):
            return self.verbatim(opening, body, closing)
        return Block(self.root, number, body).render(opening, closing)

    @staticmethod
    def verbatim(
        opening: re.Match[str], body: list[tuple[int, str]], closing: str
    ) -> list[str]:
        """Return a fence that embeds nothing as it stands on the page."""
        return [opening[0], *(text for _, text in body), closing]


def _closes(opening: re.Match[str], line: str) -> bool:
    text = line.strip()
    marks = opening["marks"]
    return len(text) >= len(marks) and text == marks[0] * len(text)


class Block:
    """One embedding fence: the lines it shows and what is said of them."""

    def __init__(
        self, root: Path, number: int, body: list[tuple[int, str]]
    ) -> None:
        self.root = root
        self.lines: list[str] = []
        self.highlighted: set[int] = set()
        self.notes: list[tuple[int, str]] = []
        if not body:
            raise CURRENT_PAGE.get().fail(
                number, 'empty: expected --8<-- "examples/…:name"'
            )
        for line, text in body:
            self.read(line, text.strip())

    def read(self, line: int, text: str) -> None:
        """Take in one line of the fence's body."""
        if embed := EMBED.match(text):
            if self.lines:
                self.lines.append("")
            self.lines += self.excerpt(line, embed["path"], embed["name"])
        elif highlight := HIGHLIGHT.match(text):
            self.highlighted.update(self.find(line, highlight["text"]))
        elif note := NOTE.match(text):
            found = self.find(line, note["text"])
            if len(found) > 1:
                raise CURRENT_PAGE.get().fail(
                    line,
                    f"{note['text']!r} stands on {len(found)} lines of this "
                    "embed; a note needs exactly one",
                )
            self.notes.append((found[0], note["note"]))
        else:
            raise CURRENT_PAGE.get().fail(
                line,
                f"{text!r} is typed by hand; here stand only embeds "
                '(--8<-- "examples/…:name"), `highlight: TEXT` and '
                "`note: TEXT -- EXPLANATION`",
            )

    def excerpt(self, line: int, path: str, name: str | None) -> list[str]:
        """Return the part ``name`` of the embedded file."""
        page = CURRENT_PAGE.get()
        if path.endswith(".txt") and name is None:
            raise page.fail(line, f"{path}: name the section of the output")
        try:
            return cut(_inside(self.root, path), name)
        except SectionError as error:
            raise page.fail(line, f"{path}: {error}") from None

    def find(self, line: int, text: str) -> list[int]:
        """Return the embedded lines, counted from 0, that contain ``text``."""
        found = [at for at, shown in enumerate(self.lines) if text in shown]
        if not found:
            raise CURRENT_PAGE.get().fail(
                line, f"no embedded line above contains {text!r}"
            )
        return found

    def render(self, opening: re.Match[str], closing: str) -> list[str]:
        """Return the fence in the terms of superfences and Material."""
        lines = list(self.lines)
        for number, (at, _) in enumerate(self.notes, 1):
            lines[at] += f"  # ({number})!"
        head = opening[0]
        if self.highlighted:
            numbers = " ".join(str(at + 1) for at in sorted(self.highlighted))
            head += f' hl_lines="{numbers}"'
        indent = opening["indent"]
        result = [head, *(indent + line for line in lines), closing]
        if self.notes:
            result.append("")
            result += [
                f"{indent}{number}. {note}"
                for number, (_, note) in enumerate(self.notes, 1)
            ]
            result.append("")
        return result


class FigureProcessor(BlockProcessor):
    """Put a recorded or drawn SVG into the page itself."""

    def __init__(self, parser: BlockParser, root: Path) -> None:
        super().__init__(parser)
        self.root = root

    def test(self, parent: Element, block: str) -> bool:
        """Say whether the block is one figure and nothing else."""
        return FIGURE.match(block.strip()) is not None

    def run(self, parent: Element, blocks: list[str]) -> None:
        """Replace the block by ``<figure>`` with a ``<figcaption>``."""
        block = blocks.pop(0).strip()
        found = FIGURE.match(block)
        assert found
        page = CURRENT_PAGE.get()
        if not found["alt"].strip():
            raise page.fail_at(block, "a figure needs an alternative text")
        try:
            lines = cut(_inside(self.root, found["path"]), None)
        except SectionError as error:
            raise page.fail_at(block, f"{found['path']}: {error}") from None
        alt = re.sub(
            VALUE, lambda value: plain_value(value, self.root), found["alt"]
        )
        svg = "\n".join(lines).replace(
            "<svg ", f'<svg role="img" aria-label="{html.escape(alt)}" ', 1
        )
        figure = SubElement(parent, "figure", {"class": "figure"})
        stash = self.parser.md.htmlStash.store(svg)
        figure.text = AtomicString(stash)
        if found["title"]:
            SubElement(figure, "figcaption").text = found["title"]


class ValueProcessor(InlineProcessor):
    """Write a recorded value into the text, as a ``<data>`` element."""

    def __init__(self, pattern: str, md: Markdown, root: Path) -> None:
        super().__init__(pattern, md)
        self.root = root

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[Element, int, int]:
        """Return the value, as code where it is not a number."""
        lesson, value = resolve(m, self.root)
        element = Element("data", {"class": "recorded"})
        element.set("value", str(value))
        element.set("title", f"{lesson}: {m['key']}")
        shown = plain_value(m, self.root)
        if is_number(value):
            element.text = AtomicString(shown)
        else:
            code = SubElement(element, "code")
            code.text = AtomicString(shown)
            if len(shown) > LONGEST_ON_ONE_LINE:
                element.set("class", "recorded message")
        return element, m.start(0), m.end(0)


def resolve(match: re.Match[str], root: Path) -> tuple[str, Any]:
    """Return the lesson and the recorded value that an embed names."""
    page = CURRENT_PAGE.get()
    lesson = match["lesson"] or page.lesson
    if lesson is None:
        raise page.fail_at(match[0], f"{match[0]}: name the lesson")
    try:
        record = load_record(lesson, root)
        return lesson, look_up(namespace(record), match["key"])
    except RecordError as error:
        raise page.fail_at(match[0], f"{match[0]}: {error}") from None


def plain_value(match: re.Match[str], root: Path) -> str:
    """Return the text of a value embed."""
    _, value = resolve(match, root)
    try:
        return formatted(value, match["format"])
    except ValueError as error:
        page = CURRENT_PAGE.get()
        raise page.fail_at(match[0], f"{match[0]}: {error}") from None


def formatted(value: Any, spec: str | None) -> str:
    """Format a recorded value.

    Raises:
        ValueError: the format does not fit the value, or a decimal number has
            none (its digits would be those that the run happened to leave).
    """
    if isinstance(value, list):
        items = [formatted(item, spec) for item in value]
        return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
    if isinstance(value, dict) or value is None:
        raise ValueError(f"{type(value).__name__} is not a plain value")
    if isinstance(value, float) and not spec:
        raise ValueError("a decimal number needs a format, such as :.3f")
    return format(value, spec or "")


def _inside(root: Path, path: str) -> Path:
    allowed = [root / folder for folder in EMBEDDED_FOLDERS]
    target = (root / path).resolve()
    if not any(target.is_relative_to(folder) for folder in allowed):
        raise SectionError(
            f"only files below {', '.join(EMBEDDED_FOLDERS)} are embedded"
        )
    return target
