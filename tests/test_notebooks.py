"""The notebooks for download: valid, in order, and nothing left out."""

import json
from pathlib import Path

import nbformat
import pytest

from docs._build.lessons import lessons, script_path
from docs._build.notebooks import notebook
from tests.recorder.run import is_training


@pytest.mark.parametrize("lesson", lessons())
def test_notebook_holds_the_whole_script(site: Path, lesson: str) -> None:
    """Its code cells, one after the other, are the script's lines."""
    source = script_path(lesson).read_text(encoding="utf-8")
    path = site / "notebooks" / f"{lesson}.ipynb"
    if is_training(source):
        assert not path.exists()
        return
    made = json.loads(path.read_text(encoding="utf-8"))
    nbformat.validate(made)
    assert made == notebook(lesson)
    in_cells = [
        line
        for cell in made["cells"]
        if cell["cell_type"] == "code"
        for line in cell["source"].splitlines()
        if line.strip()
    ]
    after_docstring = source.split('"""', 2)[2]
    in_script = [
        line
        for line in after_docstring.splitlines()
        if line.strip() and not line.startswith("# %% ")
    ]
    assert in_cells == in_script
    assert any(cell.get("outputs") for cell in made["cells"])
