"""Find a named part of an example or of its recorded output.

A part of a script is a top-level function or class (``train``), a method
(``Digits.__len__``) or a cell headed ``# %% name``. A part of an output file
is what stands under its heading ``# %% name``. Nothing is found by line
number, so that a page survives any edit that keeps the names.
"""

import ast
import io
import itertools
import re
import textwrap
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docs._tools.lessons import SiteError

CELL = re.compile(r"# %% (?P<name>\w+)\s*$")


class PartError(SiteError):
    """A part that is missing or ambiguous; the message names what exists."""


@dataclass(frozen=True)
class Section:
    """Lines ``first`` to ``last`` of a file, counted from 1, inclusive."""

    name: str
    first: int
    last: int


@dataclass(frozen=True)
class Excerpt:
    """Lines of a file, and the number of the first in it, from 1."""

    lines: list[str]
    first: int


@dataclass(frozen=True)
class Source:
    """The lines of a file and its named parts."""

    name: str
    lines: list[str]
    sections: list[Section]

    @classmethod
    def read(cls, path: Path, name: str) -> "Source":
        """Read a script or an output; ``name`` is how messages call it.

        Raises:
            PartError: the file is missing, or is no Python where it should be.
        """
        try:
            text = path.read_text(encoding="utf-8")
            sections = sections_of(text, python=path.suffix == ".py")
        except OSError:
            raise PartError(f"{name} does not exist") from None
        except SyntaxError as error:
            raise PartError(f"{name}:{error.lineno}: {error.msg}") from None
        return cls(name, text.splitlines(), sections)

    @property
    def text(self) -> str:
        """Return all lines, the last one ended too."""
        return "\n".join(self.lines) + "\n"

    def part(self, name: str | None) -> Excerpt:
        """Return the part ``name``, or the whole file.

        What is indented as a whole, and blank lines at both ends, are cut off.

        Raises:
            PartError: the name is unknown, or stands for two parts.
        """
        named = [part for part in self.sections if part.name == name]
        if name is None:
            named = [Section("", 1, len(self.lines))]
        if not named:
            names = ", ".join(part.name for part in self.sections) or "nothing"
            raise PartError(f"{self.name} has no {name!r}; it has: {names}")
        if len(named) > 1:
            where = " and ".join(f"line {part.first}" for part in named)
            raise PartError(f"{name!r} is ambiguous in {self.name}: {where}")
        lines = self.lines[named[0].first - 1 : named[0].last]
        text = textwrap.dedent("\n".join(lines))
        shown = text.lstrip("\n")
        first = named[0].first + len(text) - len(shown)
        return Excerpt(shown.rstrip("\n").split("\n"), first)


def sections_of(source: str, *, python: bool) -> list[Section]:
    """List the named parts of ``source`` in the order of their lines."""
    definitions = list(_definitions(ast.parse(source))) if python else []
    sections = definitions + cells_of(source, python=python)
    return sorted(sections, key=lambda section: section.first)


def has_main(source: str) -> bool:
    """Say whether a script has a ``main`` that returns its numbers."""
    return "\ndef main(" in source


def cells_of(source: str, *, python: bool = True) -> list[Section]:
    """List the cells, each without its heading ``# %% name``."""
    lines = source.splitlines()
    heads = [(at, CELL.match(line)) for at, line in enumerate(lines, 1)]
    cells = [(at, head["name"]) for at, head in heads if head]
    if python and cells:
        comments = _comments(source)
        cells = [(at, name) for at, name in cells if at in comments]
    cells.append((len(lines) + 1, ""))
    return [
        Section(name, first + 1, after - 1)
        for (first, name), (after, _) in itertools.pairwise(cells)
    ]


def _comments(source: str) -> set[int]:
    """Return the lines with a comment, which are none within a string."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {x.start[0] for x in tokens if x.type == tokenize.COMMENT}


def _definitions(
    parent: ast.Module | ast.ClassDef, prefix: str = ""
) -> Iterator[Section]:
    for node in parent.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            lines = [node.lineno, *(one.lineno for one in node.decorator_list)]
            name = f"{prefix}{node.name}"
            yield Section(name, min(lines), node.end_lineno or node.lineno)
            if isinstance(node, ast.ClassDef) and not prefix:
                yield from _definitions(node, f"{name}.")
