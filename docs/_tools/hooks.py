"""MkDocs hooks: only what a Markdown extension cannot do.

They tell the embed extension which page is being rendered, give each lesson's
page its download link and provenance, show notebooks as pages, and copy the
scripts into the site.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from docs._tools import embed, lessons, notebook_pages, notebooks, rebuild
from docs._tools.search_index import SearchIndex

_search = SearchIndex()


def on_startup(**_: object) -> None:
    """Write the notebooks that are shown, once: no rebuild writes to docs/."""
    notebook_pages.write_all()


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Register the embed extension (once: a rebuild calls this again)."""
    known = config.markdown_extensions
    if not any(isinstance(one, embed.EmbedExtension) for one in known):
        known.append(embed.EmbedExtension())  # type: ignore[arg-type]
    return config


def on_files(files: Files, /, *, config: MkDocsConfig) -> Files:
    """Drop notebooks whose lesson went away since MkDocs started."""
    notebook_pages.drop_stale(files)
    return files


def on_page_markdown(
    markdown: str, /, *, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Tell the embeds where they stand, and the theme what lesson this is."""
    path = Path(page.file.abs_src_path or "")
    if shown := notebook_pages.lesson_of(page.file):
        notebook_pages.prepare(page, *shown)
        page.meta["lesson"] = _provenance(shown[0])
    if path.suffix != ".md":
        return markdown
    source = path.read_text(encoding="utf-8-sig")
    lesson = _lesson_of(path, Path(config.docs_dir))
    embed.CURRENT_PAGE.set(
        embed.Page(
            path=path.relative_to(lessons.ROOT).as_posix(),
            lesson=lesson,
            source=markdown,
            lines_before=source.rstrip().count("\n")
            - markdown.rstrip().count("\n"),
        )
    )
    if lesson:
        language = path.relative_to(config.docs_dir).parts[0]
        page.meta["lesson"] = _provenance(lesson) | {
            "view_url": notebook_pages.address(lesson, language, files)
        }
    rebuild.reuse(page, markdown, config, files)
    return markdown


def on_page_content(
    html: str, /, *, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Take the page into its language's search index."""
    _search.add(config.theme["language"], page, html)
    return html


def on_env(
    env: Environment, /, *, config: MkDocsConfig, files: Files
) -> Environment:
    """Compile the theme's templates once for all builds."""
    rebuild.remember_templates(env)
    return env


def on_post_build(config: MkDocsConfig) -> None:
    """Write what is no page: search indexes, scripts and notebooks."""
    site = Path(config.site_dir)
    _search.write(site)
    for lesson in lessons.lessons():
        target = site / "examples" / f"{lesson}.py"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(lessons.script_path(lesson), target)
        if made := notebooks.notebook(lesson):
            target = site / "notebooks" / f"{lesson}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(json.dumps(made, indent=1) + "\n", "utf-8")


def _lesson_of(path: Path, docs: Path) -> str | None:
    page = path.relative_to(docs).with_suffix("")
    lesson = "/".join(page.parts[1:])
    return lesson if lessons.script_path(lesson).is_file() else None


def _provenance(lesson: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "name": lesson,
        "script_url": f"examples/{lesson}.py",
    }
    if notebooks.notebook(lesson):
        said["notebook_url"] = f"notebooks/{lesson}.ipynb"
    try:
        record = lessons.load_record(lesson)
    except lessons.RecordError:
        return said
    for name in ("python", "torch", "torchvision", "device", "wall_seconds"):
        said[name] = record[name]
    return said
