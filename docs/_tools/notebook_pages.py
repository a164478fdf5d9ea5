"""Show a lesson's notebook as a page, rendered by mkdocs-jupyter.

A page that says ``notebook: true`` in its front matter gets a second page,
``notebooks/<lesson>/``, in its language. mkdocs-static-i18n knows only files
that lie in ``docs/``, so the notebooks are written there when MkDocs starts;
git ignores them. mkdocs-jupyter takes a second to import. So it is no entry
under ``plugins:`` but is imported here, for a notebook that ``.cache/`` lacks.
"""

import functools
import hashlib
import json
import os
from importlib.metadata import version
from pathlib import Path
from types import MethodType
from typing import Any

import markdown
from mkdocs import utils
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents

from docs._tools.lessons import LANGUAGES, ROOT, lessons
from docs._tools.notebooks import WORDS, notebook, translated

FOLDER = "notebooks"
TEMPLATES = Path(__file__).with_name("templates")

# MkDocs makes pages of such files, and mkdocs-static-i18n keeps them.
if ".ipynb" not in utils.markdown_extensions:
    utils.markdown_extensions += (".ipynb",)  # type: ignore[assignment]


def wanted(root: Path = ROOT) -> dict[Path, str]:
    """Return the notebooks to be written below ``docs/``, with their text."""
    found = {}
    for language in LANGUAGES:
        for lesson in lessons(root):
            made = translated(lesson, language, root)
            if made and _asked(root / "docs" / language / f"{lesson}.md"):
                path = root / "docs" / language / FOLDER / f"{lesson}.ipynb"
                found[path] = text_of(made)
    return found


def _asked(page: Path) -> bool:
    _, said = utils.meta.get_data(page.read_text(encoding="utf-8-sig"))
    return bool(said.get("notebook"))


def text_of(notebook: dict[str, Any]) -> str:
    """Return a notebook as it stands in its file."""
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def write_all(root: Path = ROOT) -> None:
    """Write the notebooks that changed and remove those of other times."""
    keep = wanted(root)
    for language in LANGUAGES:
        folder = root / "docs" / language / FOLDER
        for path in set(folder.rglob("*.ipynb")) - keep.keys():
            path.unlink(missing_ok=True)
    for path, text in keep.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            _write(path, text, root)


def address(lesson: str, language: str, files: Files) -> str | None:
    """Return where the page of a lesson's notebook is, or None."""
    file = files.get_file_from_path(f"{language}/{FOLDER}/{lesson}.ipynb")
    return file.url if file else None


def lesson_of(file: File) -> tuple[str, str] | None:
    """Return the lesson and the language of a notebook that is shown."""
    language, _, name = file.src_uri.partition(f"/{FOLDER}/")
    return (name.removesuffix(".ipynb"), language) if name else None


def drop_stale(files: Files) -> None:
    """Take out notebooks whose lesson is no more."""
    for file in files.documentation_pages():
        shown = lesson_of(file)
        if shown and translated(*shown) is None:
            files.remove(file)


def prepare(page: Page, lesson: str, language: str) -> None:
    """Let a page show the notebook as the script and record are now."""
    made = translated(lesson, language)
    if made is None:
        return
    about = made["cells"][0]["source"]
    page.meta["title"] = about.partition("\n")[0].removeprefix("# ")
    page.meta["search"] = {"exclude": True}

    def render(page: Page, config: MkDocsConfig, files: Files) -> None:
        label = f'"filename">{WORDS[language]["output"]}<'
        cells = _code_cells(lesson).replace('"filename">OUTPUT<', label)
        page.content = f"{_first_cell(about)}\n{cells}"
        page.toc = TableOfContents([])

    page.render = MethodType(render, page)  # type: ignore[method-assign]


def _first_cell(source: str) -> str:
    heading = {
        "permalink": True,
        "permalink_title": "PERMALINK",  # worded by the theme
        "slugify": lambda *_: "notebook",
    }
    return markdown.markdown(
        source, extensions=["toc"], extension_configs={"toc": heading}
    )


def _code_cells(lesson: str, root: Path = ROOT) -> str:
    """Return the code cells, which are the same in all languages, as HTML."""
    text = text_of(notebook(lesson, root) or {})
    key = hashlib.sha256(f"{_renderer()} {text}".encode()).hexdigest()
    cache = root / ".cache" / FOLDER / f"{lesson}.html"
    if cache.is_file():
        head, _, kept = cache.read_text(encoding="utf-8").partition("\n")
        if head == key:
            return kept
    source = cache.with_suffix(".ipynb")
    _write(source, text, root)
    made = _convert(source)
    _write(cache, f"{key}\n{made}", root)
    return made


@functools.cache
def _renderer() -> str:
    template = TEMPLATES / "mkdocs_html" / "notebook.html.j2"
    versions = [version(name) for name in ("mkdocs-jupyter", "nbconvert")]
    return f"{versions} {template.read_text(encoding='utf-8')}"


def _convert(path: Path) -> str:
    from mkdocs_jupyter import config  # type: ignore[import-untyped]
    from mkdocs_jupyter.convert import (  # type: ignore[import-untyped]
        nb2html,
    )

    config.settings.templates_dir = str(TEMPLATES)
    made: str = nb2html(str(path))
    return made.rpartition("<style>")[0].strip()


def _write(path: Path, text: str, root: Path) -> None:
    """Write at once, for another build may be reading."""
    draft = root / ".cache" / FOLDER / f"{os.getpid()}.draft"
    for file in (draft, path):
        file.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text(text, encoding="utf-8", newline="\n")
    draft.replace(path)
