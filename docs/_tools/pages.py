"""What a build shows besides the Markdown files: a lesson's bar and notebook.

The notebook of a lesson is a second page, ``notebooks/<lesson>/``, in each
language. mkdocs-jupyter makes its cells. It takes a second to import and so is
no entry under ``plugins:`` but is imported here, for a notebook that
``.cache/`` lacks.
"""

import hashlib
import re
import shutil
import uuid
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat

from docs._tools import diary, expand, timeline
from docs._tools.lessons import (
    EVIDENCE,
    LANGUAGES,
    data_files,
    last_runs,
    lesson_of,
    lessons,
    page_of,
    script_path,
    scripts,
)
from docs._tools.markup import TEMPLATES, head
from docs._tools.notebooks import has_notebook, notebook
from docs._tools.packages import packages
from docs._tools.records import Records
from docs._tools.search_index import SearchIndex

FOLDER = "notebooks"
HEADING = re.compile(r"^#+ (.+?) \{ ?#([\w-]+) ?\}$", re.M)
CELLS = re.compile(
    r'(?P<all><section [^>]*id="cell-(?P<name>[\w-]+)">.*?</section>)', re.S
)


class Site:
    """A project that is built; its files are read until they change."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.records = Records(root)
        self.index = SearchIndex()
        self.days = last_runs(root)

    def lesson(self, page: str) -> str | None:
        """Return the lesson that a page, or that a notebook's page, is of."""
        name = page.removesuffix(".md").partition("/")[2]
        lesson = lesson_of(name.removeprefix(f"{FOLDER}/"))
        shown = script_path(lesson, self.root).is_file()
        return lesson if shown and not lesson.startswith(EVIDENCE) else None

    def expand(self, name: str, markdown: str, lines_before: int) -> str:
        """Return the Markdown of a page with its embeds.

        Args:
            name: its file below ``docs/``.
            markdown: the page without its front matter.
            lines_before: the lines of that.
        """
        language, _, page = name.removesuffix(".md").partition("/")
        about = expand.Page(
            f"docs/{name}", self.lesson(name), language, lines_before
        )
        markdown += diary.asked(page, language, self.records)
        return expand.expand(markdown, about, self.records)

    def write(self, target: Path) -> None:
        """Write what is no page: indexes, feeds, scripts, notebooks, data."""
        self.index.write(target, self.records.words("terms"))
        for language in LANGUAGES:
            place = target if language == LANGUAGES[0] else target / language
            days = timeline.days(self.root / "docs" / language / "diary")
            if days:
                told = {"days": days[::-1], "urn": _urn}
                feed = self.records.render("feed.xml.j2", language, **told)
                _file(place / "feed.xml").write_text(feed, encoding="utf-8")
        for lesson in scripts(self.root):
            files = [f"snippets/{x}" for x in data_files(lesson, self.root)]
            for name in [f"examples/{lesson}.py", *files]:
                shutil.copyfile(self.root / name, _file(target / name))
            if book := notebook(lesson, self.records):
                nbformat.write(book, _file(target / FOLDER / f"{lesson}.ipynb"))


def _file(path: Path) -> Path:
    """Return a path whose folder is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _urn(name: str) -> str:
    """Return an identifier that stays, wherever the site moves."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"diary/{name}").urn


def shown(root: Path) -> list[str]:
    """List the pages that show a notebook, by path below ``docs/``."""
    return [
        f"{language}/{FOLDER}/{page_of(lesson)}.md"
        for language in LANGUAGES
        for lesson in lessons(root)
        if (root / "docs" / language / f"{page_of(lesson)}.md").is_file()
        and has_notebook(script_path(lesson, root).read_text("utf-8"))
    ]


def notebook_page(view: str, records: Records) -> str:
    """Return the Markdown of the page that shows a notebook.

    Its headings are those of the lesson that embed the cells below them.
    """
    language, _, page = view.partition(f"/{FOLDER}/")
    lesson = lesson_of(page.removesuffix(".md"))
    path = records.root / "docs" / language / page
    output = records.word(language, "output")
    title = records.word(language, "notebook_title")
    headings, seen, cells = _headings(path, lesson), set(), []
    for cell, name in CELLS.findall(_cells(lesson, records)):
        heading = headings.get(name)
        markup = cell.replace("OUTPUT<", f"{output}<")
        cells.append((None if heading in seen else heading, expand.raw(markup)))
        seen.add(heading)
    return records.render(
        "notebook.md.j2",
        language,
        title=title.format(title=head(path)[0]),
        back="../" * (lesson.count("/") + 1) + page,
        cells=cells,
    )


def _headings(page: Path, lesson: str) -> dict[str, tuple[str, str]]:
    """Return, for each cell that a page embeds, the heading above it."""
    text = page.read_text("utf-8")
    found: dict[str, tuple[str, str]] = {}
    for embed in expand.parse(text):
        above = HEADING.findall(text, 0, embed.start)
        for cell in re.findall(rf"examples/{lesson}\.py:(\w+)", embed.what):
            found.setdefault(cell.replace("_", "-"), above[-1])
    return found


def lesson_bar(lesson: str, records: Records) -> dict[str, Any]:
    """Return what the bar under a lesson's title says."""
    data = {}
    for name in data_files(lesson, records.root):
        owner, _, file = name.rpartition("/")
        data[f"snippets/{name}"] = records.record(owner).data["files"][file]
    source = records.source(f"examples/{lesson}.py")
    book = has_notebook(source.text)
    return {
        **records.record(lesson).tree["record"],
        "script_url": f"examples/{lesson}.py",
        "notebook_url": f"{FOLDER}/{lesson}.ipynb" if book else "",
        "data": data,
        "packages": packages(lesson, root=records.root),
    }


def _cells(lesson: str, records: Records) -> str:
    """Return the code cells, which are the same in all languages, as HTML."""
    text = nbformat.writes(notebook(lesson, records))
    template = TEMPLATES / "mkdocs_html" / "notebook.html.j2"
    versions = [version(name) for name in ("mkdocs-jupyter", "nbconvert")]
    made_of = f"{versions} {template.read_text(encoding='utf-8')} {text}"
    key = hashlib.sha256(made_of.encode()).hexdigest()
    cache = records.root / ".cache" / FOLDER / lesson / f"{key[:16]}.html"
    if not cache.is_file():
        source = _file(cache.with_suffix(".ipynb"))
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
