"""The notebooks: valid, in order, complete, and some of them shown as pages."""

import json
import re
from pathlib import Path
from urllib.parse import urljoin

import nbformat
import pytest

from docs._tools.lessons import LANGUAGES, ROOT, lessons, script_path
from docs._tools.notebook_pages import TEMPLATES, wanted, write_all
from docs._tools.notebooks import WORDS, notebook
from tests.recorder.run import is_training
from tests.test_site import address, article, html

SHOWN = {
    language: [
        path.relative_to(ROOT / "docs" / language / "notebooks")
        .with_suffix("")
        .as_posix()
        for path in wanted()
        if path.is_relative_to(ROOT / "docs" / language)
    ]
    for language in LANGUAGES
}
SCRIPT = '''"""Count.

Run: python count.py
"""

# %% setup
number = 1
print(number)
'''


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


def test_notebooks_are_shown_in_both_languages() -> None:
    """`notebook: true` stands in the front matter of both pages or of none."""
    assert SHOWN["ja"] == SHOWN["en"]
    assert SHOWN["ja"], "no page shows its notebook"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lesson", SHOWN["ja"])
def test_shown_notebook_has_the_same_cells(
    site: Path, lesson: str, language: str
) -> None:
    """Each cell and its output stand on the page, in order, unchanged."""
    made = notebook(lesson)
    assert made is not None
    page = article(site, language, f"notebooks/{lesson}.md")
    cells = page.select("section.notebook-cell")
    wanted_cells = made["cells"][1:]
    assert [cell["id"] for cell in cells] == [
        f"cell-{cell['id']}" for cell in wanted_cells
    ]
    for cell, wanted_cell in zip(cells, wanted_cells, strict=True):
        code, *outputs = (block.get_text() for block in cell.select("code"))
        assert code == wanted_cell["source"] + "\n"
        assert outputs == [out["text"] for out in wanted_cell["outputs"]]
        for label in cell.select(".filename"):
            assert label.get_text() == WORDS[language]["output"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lesson", SHOWN["ja"])
def test_shown_notebook_and_lesson_lead_to_each_other(
    site: Path, lesson: str, language: str
) -> None:
    """From the lesson's bar there, back from the first cell, over languages."""
    home = "https://site/"
    view = home + address(language, f"notebooks/{lesson}.md")
    page = home + address(language, f"{lesson}.md")
    built = html(site, language, f"notebooks/{lesson}.md")
    assert built.html is not None
    assert built.html["lang"] == language
    there = html(site, language, f"{lesson}.md").select("aside.lesson a")
    assert view in [urljoin(page, str(link["href"])) for link in there]
    back = built.select("article.md-content__inner > p a")
    assert page in [urljoin(view, str(link["href"])) for link in back]
    heading, title = (
        one.select_one("h1")
        for one in (built, html(site, language, f"{lesson}.md"))
    )
    assert heading is not None
    assert title is not None
    assert heading.get_text().startswith(title.get_text().rstrip("¶"))
    for other in LANGUAGES:
        menu = built.select_one(f'a.md-select__link[hreflang="{other}"]')
        assert menu is not None
        assert urljoin(view, str(menu["href"])) == home + address(
            other, f"notebooks/{lesson}.md"
        )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lesson", SHOWN["ja"])
def test_shown_notebook_is_lean(site: Path, lesson: str, language: str) -> None:
    """It brings no style or script of its own, and is no entry of the menu."""
    path = site / address(language, f"notebooks/{lesson}.md") / "index.html"
    assert path.stat().st_size < 100_000
    page = article(site, language, f"notebooks/{lesson}.md")
    assert not page.select("style, script, link, [style]")
    assert not page.select("[class^=jp-], [class*=ipynb]")
    assert [one["id"] for one in page.select("h1")] == ["notebook"]
    menu = html(site, language, f"{lesson}.md").select(".md-nav a[href]")
    assert not [link for link in menu if "notebooks/" in str(link["href"])]


def test_styles_of_notebooks_are_those_that_are_used() -> None:
    """A class of the template has a rule, and each rule a class."""
    styles = ROOT / "docs/assets/css" / "notebook.css"
    template = TEMPLATES / "mkdocs_html" / "notebook.html.j2"
    ruled, used = (
        set(re.findall(r"notebook-[\w-]+", re.sub(r"(?s)/\*.*?\*/", "", text)))
        for text in (styles.read_text("utf-8"), template.read_text("utf-8"))
    )
    assert ruled == used
    assert styles.stat().st_size < 4000


def test_notebooks_are_written_once_and_stale_ones_removed(
    tmp_path: Path,
) -> None:
    """A file changes only with its text: `mkdocs serve` watches docs/."""
    script = tmp_path / "examples" / "basics" / "count.py"
    page = tmp_path / "docs" / "ja" / "basics" / "count.md"
    made = tmp_path / "docs" / "ja" / "notebooks" / "basics" / "count.ipynb"
    for path, text in (
        (script, SCRIPT),
        (page, "---\nnotebook: true\n---\n\n# 数える {#count}\n"),
    ):
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    write_all(tmp_path)
    nbformat.validate(json.loads(made.read_text("utf-8")))
    assert "# 数える（ノートブック）" in made.read_text("utf-8")
    before = made.stat()
    write_all(tmp_path)
    assert made.stat().st_mtime_ns == before.st_mtime_ns
    assert made.stat().st_ino == before.st_ino
    page.write_text("# 数える {#count}\n", encoding="utf-8")
    write_all(tmp_path)
    assert not made.exists()
