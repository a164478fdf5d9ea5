"""Find a named part of an example or of its recorded output.

A part of a script is a top-level function or class (``train``), a method
(``Digits.__len__``) or a cell headed ``# %% name``. A part of an output file
is what stands under its heading ``# %% name``. Nothing is found by line
number, so that a page survives any edit that keeps the names.
"""

import ast
import functools
import io
import itertools
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path

from docs._tools.rebuild import note_read

CELL = re.compile(r"# %% (?P<name>\w+)\s*$")


class SectionError(ValueError):
    """A part that is missing or ambiguous; the message names what exists."""


@dataclass(frozen=True)
class Section:
    """Lines ``first`` to ``last`` of a file, counted from 1, inclusive."""

    name: str
    first: int
    last: int


def cut(path: Path, name: str | None) -> list[str]:
    """Return the lines of the part ``name`` of ``path``, or of all of it.

    Raises:
        SectionError: the file is missing, or the name is unknown in it or
            stands for two parts.
    """
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        raise SectionError(f"{path.name} does not exist") from None
    note_read(path, changed)
    lines, sections = _parse(path, changed)
    if name is None:
        return trim(lines)
    found = [section for section in sections if section.name == name]
    if not found:
        names = ", ".join(section.name for section in sections) or "nothing"
        raise SectionError(f"{path.name} has no {name!r}; it has: {names}")
    if len(found) > 1:
        where = " and ".join(f"line {section.first}" for section in found)
        raise SectionError(f"{name!r} is ambiguous in {path.name}: {where}")
    return trim(lines[found[0].first - 1 : found[0].last])


def trim(lines: list[str]) -> list[str]:
    """Drop blank lines at both ends and the indentation that all share."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    if not filled:
        return []
    kept = lines[filled[0] : filled[-1] + 1]
    indents = [len(line) - len(line.lstrip()) for line in kept if line.strip()]
    return [line[min(indents) :] for line in kept]


def sections_of(source: str, *, python: bool) -> list[Section]:
    """List the named parts of ``source`` in the order of their lines."""
    if not python:
        return _between(_text_heads(source), source)
    sections = cells_of(source) + _definitions(ast.parse(source))
    return sorted(sections, key=lambda section: section.first)


def cells_of(source: str) -> list[Section]:
    """List the cells of a script, each without its heading ``# %% name``."""
    return _between(_cell_heads(source), source)


def _between(heads: list[tuple[int, str]], source: str) -> list[Section]:
    after_last = (len(source.splitlines()) + 1, "")
    return [
        Section(name, line + 1, following - 1)
        for (line, name), (following, _) in itertools.pairwise(
            [*heads, after_last]
        )
    ]


@functools.lru_cache(maxsize=256)
def _parse(path: Path, changed: int) -> tuple[list[str], list[Section]]:
    source = path.read_text(encoding="utf-8")
    return source.splitlines(), sections_of(source, python=path.suffix == ".py")


def _text_heads(source: str) -> list[tuple[int, str]]:
    return [
        (number, head["name"])
        for number, line in enumerate(source.splitlines(), 1)
        if (head := CELL.match(line))
    ]


def _cell_heads(source: str) -> list[tuple[int, str]]:
    if "# %% " not in source:
        return []
    return [
        (token.start[0], head["name"])
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
        and token.start[1] == 0
        and (head := CELL.match(token.string))
    ]


def _definitions(module: ast.Module) -> list[Section]:
    found = []
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.append(_section(node, node.name))
        if isinstance(node, ast.ClassDef):
            found += [
                _section(method, f"{node.name}.{method.name}")
                for method in node.body
                if isinstance(method, ast.FunctionDef)
            ]
    return found


def _section(node: ast.FunctionDef | ast.ClassDef, name: str) -> Section:
    decorators = [decorator.lineno for decorator in node.decorator_list]
    first = min([node.lineno, *decorators])
    return Section(name, first, node.end_lineno or node.lineno)
