"""MkDocs hooks: they hand each step of a build to the site (pages.py)."""

import functools
import sys
from pathlib import Path

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from docs._tools import formulas
from docs._tools.expand import verbatim
from docs._tools.pages import Site


@functools.cache
def _project(root: Path) -> Site:
    """Return the project, whose files are read once in `mkdocs serve`."""
    return Site(root)


def _site(config: MkDocsConfig) -> Site:
    return _project(Path(config.config_file_path).parent)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Draw formulas, and leave HTML alone that stands in a ``raw`` fence."""
    configs = config.mdx_configs
    raw = {"name": "raw", "class": "", "format": verbatim}
    block = {"name": "math", "class": "", "format": formulas.block}
    inline = {"name": "math", "class": "", "format": formulas.inline}
    configs["pymdownx.superfences"] = {"custom_fences": [raw, block]}
    configs["pymdownx.inlinehilite"] = {"custom_inline": [inline]}
    return config


def on_files(files: Files, /, *, config: MkDocsConfig) -> None:
    """Begin a language, with a page for each notebook."""
    _site(config).begin(files, config)


def on_nav(nav: Navigation, /, *, config: MkDocsConfig, files: Files) -> None:
    """Put the notebooks into the menu."""
    _site(config).place(nav, files, config.theme["language"])


def on_page_read_source(*, page: Page, config: MkDocsConfig) -> str | None:
    """Return the Markdown of a page that is no file: a notebook's."""
    return _site(config).read(page)


def on_page_markdown(
    markdown: str, /, *, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Write out all that a page embeds, and say what lesson it is of."""
    return _site(config).expand(markdown, page, files)


def on_page_content(
    html: str, /, *, page: Page, config: MkDocsConfig, files: Files
) -> None:
    """Take the page into its language's search index."""
    _site(config).add_to_index(html, page, config.theme["language"])


def on_env(env: Environment, /, *, config: MkDocsConfig, files: Files) -> None:
    """Give the theme its words."""
    env.globals["words"] = _site(config).records.words("words")


def on_post_build(config: MkDocsConfig) -> None:
    """Write what is no page: search indexes, scripts and notebooks."""
    _site(config).write(Path(config.site_dir))
