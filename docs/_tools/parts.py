"""Find a named part of an example or of its recorded output.

A part of a script is a top-level function or class (``train``), a method
(``Digits.__len__``) or a cell headed ``# %% name``. A part of an output file
is what stands under its heading ``# %% name``. Nothing is found by line
number, so that a page survives any edit that keeps the names.
"""

import ast
import re
import textwrap
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

    def part(self, name: str | None) -> Excerpt:
        """Return the part ``name``, or the whole file.

        Raises:
            PartError: the name is unknown, or stands for two parts.
        """
        if name is None:
            return excerpt(self.lines)
        named = [part for part in self.sections if part.name == name]
        if not named:
            names = ", ".join(part.name for part in self.sections) or "nothing"
            raise PartError(f"{self.name} has no {name!r}; it has: {names}")
        if len(named) > 1:
            where = " and ".join(f"line {part.first}" for part in named)
            raise PartError(f"{name!r} is ambiguous in {self.name}: {where}")
        part = named[0]
        return excerpt(self.lines[part.first - 1 : part.last], part.first)


def excerpt(lines: list[str], first: int = 1) -> Excerpt:
    """Drop blank lines at both ends and the indentation that all share."""
    filled = [at for at, line in enumerate(lines) if line.strip()] or [0]
    text = "\n".join(lines[filled[0] : filled[-1] + 1])
    return Excerpt(textwrap.dedent(text).split("\n"), first + filled[0])


def sections_of(source: str, *, python: bool) -> list[Section]:
    """List the named parts of ``source`` in the order of their lines."""
    definitions = list(_definitions(ast.parse(source))) if python else []
    sections = definitions + _cells(source, python=python)
    return sorted(sections, key=lambda section: section.first)


def has_main(source: str) -> bool:
    """Say whether a script has a ``main`` that returns its numbers."""
    return "\ndef main(" in source


def cells_of(source: str) -> list[Section]:
    """List the cells of a script, each without its heading ``# %% name``."""
    return _cells(source, python=True)


def _cells(source: str, *, python: bool) -> list[Section]:
    lines = source.splitlines()
    inside = _inside_strings(ast.parse(source)) if python else set()
    sections: list[Section] = []
    end = len(lines)
    for number in range(end, 0, -1):
        head = CELL.match(lines[number - 1])
        if head and number not in inside:
            sections.insert(0, Section(head["name"], number + 1, end))
            end = number - 1
    return sections


def _inside_strings(module: ast.Module) -> set[int]:
    """Return the lines that begin inside of a text."""
    return {
        line
        for node in ast.walk(module)
        if isinstance(node, ast.Constant | ast.JoinedStr)
        for line in range(node.lineno + 1, (node.end_lineno or 0) + 1)
    }


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
