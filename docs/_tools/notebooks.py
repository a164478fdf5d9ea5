"""Turn a concept script and its recorded output into a Jupyter notebook.

Each cell of the script is a cell of the notebook, with what it printed under
it. A training script has no cells, and no notebook.
"""

import ast
import functools
import re
from pathlib import Path
from typing import Any

from docs._tools.lessons import ROOT, record_folder, script_path
from docs._tools.sections import SectionError, cells_of, cut, trim

WORDS = {
    "ja": {
        "title": "{title}（ノートブック）",
        "about": "[レッスンのページ]({page})に出てくるコードの全体と、"
        "記録した実行の出力です。",
        "output": "出力",
    },
    "en": {
        "title": "{title} (notebook)",
        "about": "All of the code of the [lesson's page]({page}), with the "
        "output of the recorded run.",
        "output": "Output",
    },
}


def notebook(lesson: str, root: Path = ROOT) -> dict[str, Any] | None:
    """Return a lesson's notebook (nbformat 4.5), or None if it has no cells."""
    files = (
        script_path(lesson, root),
        record_folder(lesson, root) / "output.txt",
    )
    changed = [file.stat().st_mtime_ns for file in files if file.exists()]
    return _notebook(lesson, root, tuple(changed))


def translated(
    lesson: str, language: str, root: Path = ROOT
) -> dict[str, Any] | None:
    """Return the notebook with a first cell that leads to the lesson's page."""
    page = root / "docs" / language / f"{lesson}.md"
    if not (page.is_file() and script_path(lesson, root).is_file()):
        return None
    made = notebook(lesson, root)
    found = re.search(
        r"^# (.+?)(?: \{.*\})?$", page.read_text(encoding="utf-8-sig"), re.M
    )
    if made is None or found is None:
        return None
    words = WORDS[language]
    title = words["title"].format(title=found[1])
    back = "../" * (lesson.count("/") + 2) + f"{lesson}/"
    about = {
        **made["cells"][0],
        "source": f"# {title}\n\n{words['about'].format(page=back)}",
    }
    return {**made, "cells": [about, *made["cells"][1:]]}


@functools.lru_cache(maxsize=256)
def _notebook(
    lesson: str, root: Path, changed: tuple[int, ...]
) -> dict[str, Any] | None:
    source = script_path(lesson, root).read_text(encoding="utf-8")
    lines = source.splitlines()
    module = ast.parse(source)
    cells = cells_of(source)
    if not cells:
        return None
    said = module.body[0].end_lineno or 0
    made = [_text(ast.get_docstring(module) or "")]
    if before := trim(lines[said : cells[0].first - 2]):
        made.append(_code("imports", before, []))
    made += [
        _code(
            cell.name,
            trim(lines[cell.first - 1 : cell.last]),
            _output(lesson, cell.name, root),
        )
        for cell in cells
    ]
    for count, cell in enumerate(made[1:], 1):
        cell["execution_count"] = count
    kernel = {"name": "python3", "display_name": "Python 3"}
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {**kernel, "language": "python"},
            "language_info": {"name": "python"},
        },
        "cells": made,
    }


def _output(lesson: str, cell: str, root: Path) -> list[str]:
    try:
        return cut(record_folder(lesson, root) / "output.txt", cell)
    except SectionError:
        return []  # this cell prints nothing


def _text(docstring: str) -> dict[str, Any]:
    title, _, rest = docstring.partition("\n")
    return {
        "cell_type": "markdown",
        "id": "about",
        "metadata": {},
        "source": f"# {title}\n\n{rest.strip()}".strip(),
    }


def _code(name: str, lines: list[str], output: list[str]) -> dict[str, Any]:
    printed = {
        "output_type": "stream",
        "name": "stdout",
        "text": "\n".join(output) + "\n",
    }
    return {
        "cell_type": "code",
        "id": name.replace("_", "-")[:64],
        "metadata": {},
        "source": "\n".join(lines),
        "outputs": [printed] if output else [],
    }
