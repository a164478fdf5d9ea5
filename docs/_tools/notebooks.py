"""Turn a lesson's script and its recorded output into a Jupyter notebook.

Each cell of the script is a cell of the notebook, with what it printed under
it. Of a lesson with ``main`` each function is one, and the last cell runs it. A
script that does not take what Jupyter passes on has no notebook.
"""

import ast
import copy
import functools
from typing import Any

import jupytext
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output

from docs._tools.parts import PartError, sections_of
from docs._tools.records import Records

MARK = "\n# %% "
RUN = "call_main"  # the cell that calls main()
CALLS_MAIN = 'if __name__ == "__main__":'
# An option that Jupyter passes; who does not take it is no notebook.
TAKES_KERNEL_FILE = '"--f"'
METADATA = {
    "kernelspec": {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    },
    "language_info": {"name": "python"},
}


def notebook(lesson: str, records: Records) -> NotebookNode | None:
    """Return a lesson's notebook, or None if it cannot run as one.

    Raises:
        PartError: the script is missing, or has a syntax error.
    """
    script = records.source(f"examples/{lesson}.py").text
    if not has_notebook(script):
        return None
    book = copy.deepcopy(_read(script))
    book.metadata = NotebookNode(METADATA)
    first = book.cells[0]
    about, first.source = _parted(first.source)
    first.metadata = {"title": "imports"}
    for number, cell in enumerate(book.cells, 1):
        _finish(cell, number, lesson, records)
    book.cells.insert(0, new_markdown_cell(about, id="about"))
    return book


@functools.cache
def _read(script: str) -> NotebookNode:
    """Return a script as a notebook without outputs, which is made once."""
    book: NotebookNode = jupytext.reads(in_cells(script), "py:percent")
    return book


def has_notebook(script: str) -> bool:
    """Say whether a script has cells, or runs when pasted into one."""
    return MARK in script or TAKES_KERNEL_FILE in script


def in_cells(script: str) -> str:
    """Return a script that has a notebook with ``# %% name`` above each cell.

    Raises:
        SyntaxError: it has no cells of its own, and is no Python.
    """
    if MARK in script:
        return script
    lines = script.splitlines()
    lines.insert(lines.index(CALLS_MAIN), f"# %% {RUN}")
    for part in reversed(sections_of(script, python=True)):
        if "." not in part.name:  # no method
            lines.insert(part.first - 1, f"# %% {part.name}")
    return "\n".join(lines) + "\n"


def _parted(source: str) -> tuple[str, str]:
    """Return a script's docstring as Markdown, and what follows it."""
    module = ast.parse(source)
    title, _, rest = (ast.get_docstring(module) or "").partition("\n")
    after = source.splitlines()[module.body[0].end_lineno :]
    return f"# {title}\n\n{rest.strip()}".strip(), "\n".join(after).strip("\n")


def _finish(cell: Any, count: int, lesson: str, records: Records) -> None:
    """Number a code cell, and put its recorded output under it."""
    name = cell.metadata["title"]
    printed = {RUN: "main", "main": ""}.get(name, name)
    cell.id = name.replace("_", "-")[:64]
    cell.metadata = NotebookNode()
    cell.execution_count = count
    try:
        part = records.source(f"snippets/{lesson}/output.txt").part(printed)
    except PartError:
        return  # this cell prints nothing
    text = "\n".join(part.lines) + "\n"
    cell.outputs = [new_output("stream", name="stdout", text=text)]
