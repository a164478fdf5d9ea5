"""Keep what a rebuild in ``mkdocs serve`` would make again.

A page is rendered anew only if its text, a file that it embeds, the list of
pages, or the configuration changed. Nothing is kept between two processes.
"""

import contextvars
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MethodType

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents

_reads: contextvars.ContextVar[dict[Path, int] | None] = contextvars.ContextVar(
    "reads", default=None
)


def note_read(path: Path, changed: int) -> None:
    """Note that the page being rendered depends on a file.

    Args:
        path: the file.
        changed: when it last changed, in nanoseconds.
    """
    reads = _reads.get()
    if reads is not None:
        reads[path] = changed


@contextmanager
def _noting_reads() -> Iterator[dict[Path, int]]:
    reads: dict[Path, int] = {}
    token = _reads.set(reads)
    try:
        yield reads
    finally:
        _reads.reset(token)


@dataclass(frozen=True)
class Rendered:
    """A rendered page and all on which it depends."""

    key: tuple[object, ...]
    reads: dict[Path, int]
    content: str | None
    toc: TableOfContents
    title: str | None
    anchors: set[str] | None
    links: dict[str, dict[str, str]]

    def fits(self, key: tuple[object, ...]) -> bool:
        """Say whether the page would come out the same now."""
        return self.key == key and all(
            path.exists() and path.stat().st_mtime_ns == changed
            for path, changed in self.reads.items()
        )


_rendered: dict[str, Rendered] = {}


def reuse(page: Page, text: str, config: MkDocsConfig, files: Files) -> None:
    """Let ``page`` come from an earlier build of this process, if it can."""
    settings = Path(config.config_file_path)
    names = frozenset(file.src_uri for file in files.documentation_pages())
    key = (text, names, settings.stat().st_mtime_ns)
    uri = page.file.src_uri
    kept = _rendered.get(uri)
    render = page.render

    def restore(page: Page, config: MkDocsConfig, files: Files) -> None:
        assert kept
        page.content, page.toc = kept.content, kept.toc
        page._title_from_render = kept.title
        page.present_anchor_ids = kept.anchors
        page.links_to_anchors = {
            file: links
            for name, links in kept.links.items()
            if (file := files.get_file_from_path(name))
        }

    def render_and_keep(page: Page, config: MkDocsConfig, files: Files) -> None:
        with _noting_reads() as reads:
            render(config, files)
        links = page.links_to_anchors or {}
        _rendered[uri] = Rendered(
            key,
            reads,
            page.content,
            page.toc,
            page._title_from_render,
            page.present_anchor_ids,
            {file.src_uri: found for file, found in links.items()},
        )

    how = restore if kept and kept.fits(key) else render_and_keep
    page.render = MethodType(how, page)  # type: ignore[method-assign]


class TemplateMemory(BytecodeCache):
    """Compiled templates, which both languages and all rebuilds share."""

    def __init__(self) -> None:
        self.code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket if its template was compiled before."""
        if bucket.key in self.code:
            bucket.bytecode_from_string(self.code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template."""
        self.code[bucket.key] = bucket.bytecode_to_string()


_templates = TemplateMemory()


def remember_templates(env: Environment) -> None:
    """Let a build use the templates that an earlier one compiled."""
    env.bytecode_cache = _templates
