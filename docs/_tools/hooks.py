"""MkDocs hooks: they hand each step of a build to the site (pages.py)."""

import functools
import sys
from pathlib import Path

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from docs._tools import formulas
from docs._tools.expand import verbatim
from docs._tools.pages import Site


@functools.cache
def _site(settings: str) -> Site:
    """Return the project, whose files are read once in `mkdocs serve`."""
    return Site(Path(settings).parent)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Draw formulas, and leave HTML alone that stands in a ``raw`` fence."""
    configs = config.mdx_configs
    raw = {"name": "raw", "class": "", "format": verbatim}
    block = {"name": "math", "class": "", "format": formulas.block}
    inline = {"name": "math", "class": "", "format": formulas.inline}
    configs["pymdownx.superfences"] = {"custom_fences": [raw, block]}
    configs["pymdownx.inlinehilite"] = {"custom_inline": [inline]}
    return config


def on_files(files: Files, /, *, config: MkDocsConfig) -> Files:
    """Begin a language, with pages for the notebooks that are shown."""
    _site(config.config_file_path).begin(files, config)
    return files


def on_page_read_source(*, page: Page, config: MkDocsConfig) -> str | None:
    """Return the Markdown of a page that is no file: a notebook's."""
    return _site(config.config_file_path).read(page)


def on_page_markdown(
    markdown: str, /, *, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Write out all that a page embeds, and say what lesson it is of."""
    return _site(config.config_file_path).expand(markdown, page, files)


def on_page_content(
    html: str, /, *, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Take the page into its language's search index."""
    language = config.theme["language"]
    _site(config.config_file_path).add_to_index(html, page, language)
    return html


def on_env(
    env: Environment, /, *, config: MkDocsConfig, files: Files
) -> Environment:
    """Give the theme its words."""
    records = _site(config.config_file_path).records
    env.globals["words"] = records.words("words")
    return env


def on_post_build(config: MkDocsConfig) -> None:
    """Write what is no page: search indexes, scripts and notebooks."""
    _site(config.config_file_path).write(Path(config.site_dir))
