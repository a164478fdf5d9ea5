"""MkDocs hooks: the only part of the tools that knows MkDocs."""

import functools
import sys
from pathlib import Path

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from docs._tools import expand, formulas
from docs._tools.lessons import SiteError
from docs._tools.pages import FOLDER, Site, lesson_bar, notebook_page, shown

# The project below a root, whose files are read once in `mkdocs serve`.
_project = functools.cache(Site)


def _site(config: MkDocsConfig) -> Site:
    return _project(Path(config.config_file_path).parent)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Draw formulas, and leave HTML alone that stands in a ``raw`` fence."""
    configs = config.mdx_configs
    raw = {"name": "raw", "class": "", "format": expand.verbatim}
    block = {"name": "math", "class": "", "format": formulas.block}
    inline = {"name": "math", "class": "", "format": formulas.inline}
    configs["pymdownx.superfences"] = {"custom_fences": [raw, block]}
    configs["pymdownx.inlinehilite"] = {"custom_inline": [inline]}
    return config


def on_files(files: Files, /, *, config: MkDocsConfig) -> None:
    """Begin a language, with a page for each notebook."""
    site = _site(config)
    site.index.begin(config.theme["language"])
    target = (config.docs_dir, config.site_dir, config.use_directory_urls)
    for name in shown(site.root):
        files.append(File(name, *target))  # no such file is written


def on_nav(nav: Navigation, /, *, config: MkDocsConfig, files: Files) -> None:
    """Let the menu hold each notebook behind its lesson."""
    title = _site(config).records.word(config.theme["language"], "notebook")
    for section in nav.items:
        for page in [*(section.children or [])]:
            lesson = page.file.src_uri if isinstance(page, Page) else ""
            view = lesson.replace("/", f"/{FOLDER}/", 1)
            if (file := files.get_file_from_path(view)) and file.page:
                file.page.title = title
                file.page.parent = section
                at = section.children.index(page) + 1
                section.children.insert(at, file.page)


def on_page_read_source(*, page: Page, config: MkDocsConfig) -> str | None:
    """Return the Markdown of a page that is no file: a notebook's."""
    if FOLDER not in page.file.src_uri.split("/"):
        return None
    return notebook_page(page.file.src_uri, _site(config).records)


def on_page_markdown(
    markdown: str, /, *, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Write out all that a page embeds, and fill the lesson's bar."""
    site, name = _site(config), page.file.src_uri
    if lesson := site.lesson(name):
        view = files.get_file_from_path(name.replace("/", f"/{FOLDER}/", 1))
        page.meta["lesson"] = {
            **lesson_bar(lesson, site.records),
            "day": site.days.get(lesson),
            "view_url": view.url if view else "",
        }
    if f"/{FOLDER}/" in name:
        return markdown
    whole, text = (x.rstrip() for x in (page.file.content_string, markdown))
    lines_before = whole.count("\n") - text.count("\n")
    return site.expand(name, markdown, lines_before)


def on_page_content(
    html: str, /, *, page: Page, config: MkDocsConfig, files: Files
) -> None:
    """Take the page into its language's search index."""
    language, asked = config.theme["language"], page.meta.get("search", {})
    if not asked.get("exclude"):
        boost = asked.get("boost", 0.4 if "/diary/" in page.file.src_uri else 1)
        index = _site(config).index
        index.add(language, page.url, str(page.title), html, boost)
    # Material's plugin, whose search box is used, need not parse it too.
    page.meta["search"] = {"exclude": True}


def on_env(env: Environment, /, *, config: MkDocsConfig, files: Files) -> None:
    """Give the theme its words."""
    env.globals["words"] = _site(config).records.words("words")


def on_post_build(config: MkDocsConfig) -> None:
    """Write what is no page: search indexes, scripts and notebooks."""
    _site(config).write(Path(config.site_dir))


def on_build_error(error: Exception) -> None:
    """Let a fault of the sources end the build with one line."""
    if isinstance(error, SiteError):
        raise Abort(str(error)) from None
