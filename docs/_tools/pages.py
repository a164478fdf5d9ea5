"""What MkDocs shows besides the Markdown files: a lesson's bar and notebook.

The notebook of a lesson is a second page, ``notebooks/<lesson>/``, in each
language. mkdocs-jupyter makes its cells. It takes a second to import and so is
no entry under ``plugins:`` but is imported here, for a notebook that
``.cache/`` lacks.
"""

import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import BuildError
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from docs._tools import diary, expand, feed
from docs._tools.lessons import (
    LANGUAGES,
    SiteError,
    data_files,
    last_runs,
    lesson_of,
    lessons,
    page_of,
    script_path,
    scripts,
)
from docs._tools.notebooks import has_notebook, notebook
from docs._tools.packages import packages
from docs._tools.records import Records
from docs._tools.search_index import SearchIndex

FOLDER = "notebooks"
TEMPLATES = Path(__file__).with_name("templates")
HEADING = re.compile(r"^(#+) (.+?) \{ ?#([\w-]+) ?\}$", re.M)
START = '<section class="notebook-cell" id="cell-{}">'
CELLS = re.compile(START.format(r"([\w-]+)") + "(.*?</section>)", re.S)
PAGE = """---
title: "{title}"
description: "{title}"
icon: material/notebook-outline
search: {{exclude: true}}
---

# {title} {{#notebook}}

{about}
"""


class Site:
    """A project as MkDocs builds it; its files are read until they change."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.records = Records(root)
        self.index = SearchIndex()
        self.days = last_runs(root)

    def begin(self, files: Files, config: MkDocsConfig) -> None:
        """Empty a language's index, and add a page for each shown notebook."""
        self.index.begin(config.theme["language"])
        target = (config.docs_dir, config.site_dir, config.use_directory_urls)
        for language, lesson in shown(self.root):
            name = f"{language}/{FOLDER}/{page_of(lesson)}.md"
            files.append(File(name, *target))  # no such file is written

    def place(self, nav: Navigation, files: Files, language: str) -> None:
        """Let the menu hold each notebook behind its lesson."""
        words = self.records.words("words")
        for section in nav.items:
            for page in [*(section.children or [])]:
                lesson = page.file.src_uri if isinstance(page, Page) else ""
                view = lesson.replace("/", f"/{FOLDER}/", 1)
                if (file := files.get_file_from_path(view)) and file.page:
                    file.page.title = words["notebook"][language]
                    file.page.parent = section
                    at = section.children.index(page) + 1
                    section.children.insert(at, file.page)

    def read(self, page: Page) -> str | None:
        """Return the Markdown of a notebook's page, None of any other."""
        where = shown_in(page.file)
        with one_line():
            return notebook_page(*where, self.records) if where else None

    def expand(self, markdown: str, page: Page, files: Files) -> str:
        """Return the Markdown with its embeds, and fill the lesson's bar."""
        where = shown_in(page.file)
        name = page.file.src_uri
        language, _, rest = name.removesuffix(".md").partition("/")
        name_of = where[1] if where else lesson_of(rest)
        lesson = name_of if name_of in lessons(self.root) else None
        with one_line():
            if lesson:
                view = f"{language}/{FOLDER}/{page_of(lesson)}.md"
                file = None if where else files.get_file_from_path(view)
                bar = lesson_bar(lesson, self.records, file)
                page.meta["lesson"] = bar | {"day": self.days.get(lesson)}
            if where:
                return markdown
            source = Path(page.file.abs_src_path or "").read_text("utf-8-sig")
            ends = (source.rstrip(), markdown.rstrip())
            before = ends[0].count("\n") - ends[1].count("\n")
            about = expand.Page(f"docs/{name}", lesson, language, before)
            markdown += diary.asked(rest, language, self.records)
            return expand.expand(markdown, about, self.records)

    def add_to_index(self, html: str, page: Page, language: str) -> None:
        """Take a page in, unless its front matter excludes it."""
        asked = page.meta.get("search") or {}
        if not asked.get("exclude"):
            boost = asked.get("boost", 1)
            self.index.add(language, page.url, str(page.title), html, boost)
        # Material's plugin, whose search box is used, need not parse it too.
        page.meta["search"] = {**asked, "exclude": True}

    def write(self, target: Path) -> None:
        """Write what is no page: indexes, feeds, scripts, notebooks, data."""
        self.index.write(target, self.records.words("terms"))
        for language in LANGUAGES:
            title = self.records.words("words")["feed"][language]
            place = target if language == LANGUAGES[0] else target / language
            folder = self.root / "docs" / language / "diary"
            feed.write(folder, place / "feed.xml", language, title)
        for lesson in scripts(self.root):
            script = target / "examples" / f"{lesson}.py"
            script.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(script_path(lesson, self.root), script)
            for name in data_files(lesson, self.root):
                path = target / "snippets" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self.root / "snippets" / name, path)
            if book := notebook(lesson, self.records):
                path = target / FOLDER / f"{lesson}.ipynb"
                path.parent.mkdir(parents=True, exist_ok=True)
                nbformat.write(book, path)


@contextmanager
def one_line() -> Iterator[None]:
    """Let a fault of the sources end the build with one line."""
    try:
        yield
    except SiteError as error:
        raise BuildError(str(error)) from None


def shown(root: Path) -> list[tuple[str, str]]:
    """List language and lesson of the notebooks that are shown as pages."""
    return [
        (language, lesson)
        for language in LANGUAGES
        for lesson in lessons(root)
        if (root / "docs" / language / f"{page_of(lesson)}.md").is_file()
        and has_notebook(script_path(lesson, root).read_text("utf-8"))
    ]


def shown_in(file: File) -> tuple[str, str] | None:
    """Return language and lesson of a notebook's page, None of any other."""
    language, _, name = file.src_uri.partition(f"/{FOLDER}/")
    return (language, lesson_of(name.removesuffix(".md"))) if name else None


def notebook_page(language: str, lesson: str, records: Records) -> str:
    """Return the Markdown of the page that shows a notebook.

    Its headings are those of the lesson that embed the cells below them.

    Raises:
        SiteError: the lesson has none, or its page has no title.
    """
    where = f"docs/{language}/{page_of(lesson)}.md"
    text = (records.root / where).read_text(encoding="utf-8-sig")
    title, book = HEADING.search(text), notebook(lesson, records)
    if title is None or book is None:
        raise SiteError(f"{where}:1: no `# title`, or a script without cells")
    words = records.words("words")
    back = "../" * (lesson.count("/") + 1) + f"{page_of(lesson)}.md"
    about = words["notebook_about"][language].format(page=back)
    named = words["notebook_title"][language].format(title=title[2])
    page = [PAGE.format(title=named, about=about)]
    cells = _cells(nbformat.writes(book), lesson, records.root)
    cells = cells.replace("OUTPUT<", words["output"][language] + "<")
    headings, seen = _headings(text, lesson), {""}
    for cell, markup in CELLS.findall(cells):
        heading, anchor = headings.get(cell, ("", ""))
        if anchor not in seen:
            seen.add(anchor)
            link = words["explained"][language].format(page=back + "#" + anchor)
            page += [f"## {heading} {{#{anchor}}}", link]
        page.append(expand.raw(START.format(cell) + markup))
    return "\n\n".join(page)


def _headings(text: str, lesson: str) -> dict[str, tuple[str, str]]:
    """Return, for each cell that a page embeds, the heading above it."""
    found: dict[str, tuple[str, str]] = {}
    for embed in expand.parse(text):
        above = [*HEADING.finditer(text, 0, embed.start)][-1:]
        for cell in re.findall(rf"examples/{lesson}\.py:(\w+)", embed.what):
            for heading in above:
                name = cell.replace("_", "-")
                found.setdefault(name, (heading[2], heading[3]))
    return found


def lesson_bar(
    lesson: str, records: Records, view: File | None = None
) -> dict[str, Any]:
    """Return what the bar under a lesson's title says.

    Args:
        lesson: the lesson.
        records: the records of all lessons.
        view: the page that shows the notebook.
    """
    bar: dict[str, Any] = {
        "name": lesson,
        "script_url": f"examples/{lesson}.py",
    }
    bar["data"] = {
        f"snippets/{name}": records.record(owner).data["files"][file]
        for name in data_files(lesson, records.root)
        for owner, _, file in [name.rpartition("/")]
    }
    if notebook(lesson, records):
        bar["notebook_url"] = f"{FOLDER}/{lesson}.ipynb"
    if view:
        bar["view_url"] = view.url
    bar["packages"] = packages(lesson, root=records.root)
    return {**records.record(lesson).tree["record"], **bar}


def _cells(text: str, lesson: str, root: Path) -> str:
    """Return the code cells, which are the same in all languages, as HTML."""
    template = TEMPLATES / "mkdocs_html" / "notebook.html.j2"
    versions = [version(name) for name in ("mkdocs-jupyter", "nbconvert")]
    made_of = f"{versions} {template.read_text(encoding='utf-8')} {text}"
    key = hashlib.sha256(made_of.encode()).hexdigest()
    cache = root / ".cache" / FOLDER / lesson / f"{key[:16]}.html"
    if not cache.is_file():
        cache.parent.mkdir(parents=True, exist_ok=True)
        source = cache.with_suffix(".ipynb")
        source.write_text(text, encoding="utf-8")
        draft = cache.with_suffix(".draft")  # another build may be reading
        draft.write_text(_convert(source), encoding="utf-8", newline="\n")
        draft.replace(cache)
    return cache.read_text(encoding="utf-8").replace("\t", "&#9;")


def _convert(path: Path) -> str:
    from mkdocs_jupyter import config  # type: ignore[import-untyped]
    from mkdocs_jupyter.convert import (  # type: ignore[import-untyped]
        nb2html,
    )

    config.settings.templates_dir = str(TEMPLATES)
    page: str = nb2html(str(path))
    return page.rpartition("<style>")[0].strip()
