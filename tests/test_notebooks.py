"""The notebooks: valid, in order, complete, and some of them shown as pages."""

import re
from pathlib import Path
from urllib.parse import urljoin

import nbformat
import pytest

from docs._tools.lessons import (
    LANGUAGES,
    ROOT,
    lesson_of,
    lessons,
    page_of,
    record_folder,
    script_path,
)
from docs._tools.markup import TEMPLATES
from docs._tools.notebooks import RUN, has_notebook, in_cells, notebook
from docs._tools.pages import shown
from docs._tools.parts import cells_of
from docs._tools.records import Records
from tests.test_site import address, article, html

RECORDS = Records(ROOT)
SHOWN = {
    language: [
        lesson_of(name.removesuffix(".md"))
        for where, _, name in (x.partition("/notebooks/") for x in shown(ROOT))
        if where == language
    ]
    for language in LANGUAGES
}


def outputs_of(lesson: str) -> dict[str, str]:
    """Return what each cell printed, by its name, from output.txt itself."""
    path = record_folder(lesson, ROOT) / "output.txt"
    first, *texts = re.split(r"(?m)^# %% (\w+)\n", path.read_text("utf-8"))
    assert not first
    pairs = zip(texts[::2], texts[1::2], strict=True)
    return {name: text.strip("\n") + "\n" for name, text in pairs}


@pytest.mark.parametrize("lesson", lessons())
def test_notebook_holds_the_whole_script(site: Path, lesson: str) -> None:
    """Its code cells, one after the other, are the script's lines."""
    source = script_path(lesson).read_text(encoding="utf-8")
    path = site / "notebooks" / f"{lesson}.ipynb"
    if not has_notebook(source):
        assert not path.exists()
        return
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    held = [
        line
        for cell in cells
        for line in cell.source.splitlines()
        if line.strip()
    ]
    after_docstring = source.split('"""', 2)[2]
    in_script = [
        line
        for line in after_docstring.splitlines()
        if line.strip() and not line.startswith("# %% ")
    ]
    assert held == in_script
    names = [cell.name for cell in cells_of(in_cells(source))]
    ids = ["imports", *(name.replace("_", "-") for name in names)]
    assert [cell.id for cell in cells] == ids
    assert [cell.execution_count for cell in cells] == [
        *range(1, len(cells) + 1)
    ]


@pytest.mark.parametrize("lesson", lessons())
def test_notebook_shows_the_recorded_output(lesson: str) -> None:
    """Under each cell stands what output.txt holds under its name."""
    book = notebook(lesson, RECORDS)
    if book is None:
        return
    printed = {
        cell.id: [output.text for output in cell.outputs]
        for cell in book.cells
        if cell.cell_type == "code"
    }
    recorded = {
        {"main": RUN}.get(name, name).replace("_", "-"): [text]
        for name, text in outputs_of(lesson).items()
    }
    assert recorded
    assert {name: text for name, text in printed.items() if text} == recorded


def test_notebooks_are_shown_in_both_languages() -> None:
    """Each script with cells has a page that shows its notebook."""
    assert SHOWN["ja"] == SHOWN["en"]
    assert SHOWN["ja"] == [x for x in lessons() if notebook(x, RECORDS)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lesson", SHOWN["ja"])
def test_shown_notebook_has_the_same_cells(
    site: Path, lesson: str, language: str
) -> None:
    """Each cell and its output stand on the page, in order, unchanged."""
    book = notebook(lesson, RECORDS)
    assert book is not None
    page = article(site, language, f"notebooks/{page_of(lesson)}.md")
    cells = page.select("section.notebook-cell")
    wanted_cells = book.cells[1:]
    assert [cell["id"] for cell in cells] == [
        f"cell-{cell['id']}" for cell in wanted_cells
    ]
    for cell, wanted_cell in zip(cells, wanted_cells, strict=True):
        code, *outputs = (block.get_text() for block in cell.select("code"))
        assert code == wanted_cell["source"] + "\n"
        assert outputs == [out["text"] for out in wanted_cell["outputs"]]
        for label in cell.select(".filename"):
            assert (
                label.get_text() == RECORDS.words("words")["output"][language]
            )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lesson", SHOWN["ja"])
def test_shown_notebook_and_lesson_lead_to_each_other(
    site: Path, lesson: str, language: str
) -> None:
    """From the lesson's bar there, back from the first cell, over languages."""
    home = "https://site/"
    view = home + address(language, f"notebooks/{page_of(lesson)}.md")
    page = home + address(language, f"{page_of(lesson)}.md")
    built = html(site, language, f"notebooks/{page_of(lesson)}.md")
    assert built.html is not None
    assert built.html["lang"] == language
    there = html(site, language, f"{page_of(lesson)}.md").select(
        "aside.lesson a"
    )
    assert view in [urljoin(page, str(link["href"])) for link in there]
    back = built.select("article.md-content__inner > p a")
    assert page in [urljoin(view, str(link["href"])) for link in back]
    heading, title = (
        one.select_one("h1")
        for one in (built, html(site, language, f"{page_of(lesson)}.md"))
    )
    assert heading is not None
    assert title is not None
    assert heading.get_text().startswith(title.get_text().rstrip("¶"))
    (other,) = {*LANGUAGES} - {language}
    link = built.select_one(f'a.other-language[hreflang="{other}"]')
    assert link is not None
    assert urljoin(view, str(link["href"])) == home + address(
        other, f"notebooks/{page_of(lesson)}.md"
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lesson", SHOWN["ja"])
def test_shown_notebook_is_lean(site: Path, lesson: str, language: str) -> None:
    """It brings no style and no script; its headings are the lesson's."""
    path = (
        site
        / address(language, f"notebooks/{page_of(lesson)}.md")
        / "index.html"
    )
    assert path.stat().st_size < 102_000
    page = article(site, language, f"notebooks/{page_of(lesson)}.md")
    assert not page.select("style, script, link, [style]")
    assert not page.select("[class^=jp-], [class*=ipynb]")
    assert [one["id"] for one in page.select("h1")] == ["notebook"]
    sections = article(site, language, f"{page_of(lesson)}.md").select("h2, h3")
    theirs = {one["id"]: one.get_text() for one in sections}
    heads = {one["id"]: one.get_text() for one in page.select("h2")}
    assert heads
    assert heads.items() <= theirs.items()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lesson", SHOWN["ja"])
def test_shown_notebook_stands_in_the_menu_behind_its_lesson(
    site: Path, lesson: str, language: str
) -> None:
    """In the section of the lesson, whose page leads on to the next lesson."""
    here = address(language, f"{page_of(lesson)}.md")
    built = html(site, language, f"{page_of(lesson)}.md")
    links = [
        urljoin(f"https://site/{here}", str(link["href"]))
        for link in built.select(".md-nav__item--section a.md-nav__link")
        if "#" not in str(link["href"])
    ]
    view = "https://site/" + address(
        language, f"notebooks/{page_of(lesson)}.md"
    )
    assert links[links.index(f"https://site/{here}") + 1] == view
    for link in built.select("a.md-footer__link"):
        assert "notebooks/" not in str(link["href"])


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
