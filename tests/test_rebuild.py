"""A rebuild renders again what changed, and nothing else."""

import os
from pathlib import Path

import pytest
from markdown import Markdown
from mkdocs.config.base import load_config
from mkdocs.structure.files import get_files
from mkdocs.structure.pages import Page

from docs._tools import rebuild
from docs._tools.embed import CURRENT_PAGE, EmbedExtension
from docs._tools.embed import Page as EmbeddingPage

EMBED = '```python\n--8<-- "examples/basics/tiny.py:setup"\n```\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project of two pages, of which one embeds a script."""
    monkeypatch.setattr(rebuild, "_rendered", {})
    (tmp_path / "docs").mkdir()
    (tmp_path / "examples/basics").mkdir(parents=True)
    (tmp_path / "mkdocs.yml").write_text(
        "site_name: Tiny\nmarkdown_extensions: [pymdownx.superfences]\n"
    )
    (tmp_path / "docs/index.md").write_text("# Home\n\n[Go](code.md#code)\n")
    (tmp_path / "docs/code.md").write_text(f"# Code\n\n{EMBED}")
    write(tmp_path / "examples/basics/tiny.py", "# %% setup\nx = 1\n")
    return tmp_path


def write(path: Path, text: str) -> None:
    """Write a file so that its time differs from what it was."""
    old = path.stat().st_mtime_ns if path.exists() else 10**18
    path.write_text(text)
    os.utime(path, ns=(old, old + 10**9))


def build(root: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Render all pages as MkDocs does; return the text of those made anew."""
    config = load_config(str(root / "mkdocs.yml"))
    config.markdown_extensions.append(EmbedExtension(root))  # type: ignore[arg-type]
    files = get_files(config)
    made: list[str] = []
    convert = Markdown.convert

    def noted(self: Markdown, source: str) -> str:
        made.append(source)
        return convert(self, source)

    anew = {}
    for file in files.documentation_pages():
        page = Page(None, file, config)
        page.read_source(config)
        text = page.markdown or ""
        CURRENT_PAGE.set(EmbeddingPage(file.src_uri, None, text))
        rebuild.reuse(page, text, config, files)
        before = len(made)
        with monkeypatch.context() as patch:
            patch.setattr(Markdown, "convert", noted)
            page.render(config, files)
        assert page.content
        assert page.present_anchor_ids
        assert page.title in ("Home", "Code")
        if file.src_uri == "index.md":
            assert [to.src_uri for to in page.links_to_anchors or ()] == [
                "code.md"
            ]
        if len(made) > before:
            anew[file.src_uri] = page.content
    return anew


def test_nothing_is_made_again_without_a_change(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second build takes every page from the first."""
    assert build(project, monkeypatch).keys() == {"index.md", "code.md"}
    assert build(project, monkeypatch) == {}


@pytest.mark.parametrize(
    ("name", "text", "anew"),
    [
        ("examples/basics/tiny.py", "# %% setup\nx = 2\n", {"code.md"}),
        ("docs/index.md", "# Home\n\n[On](code.md#code)\n", {"index.md"}),
        ("docs/more.md", "# Code\n", {"index.md", "code.md", "more.md"}),
    ],
)
def test_a_change_is_shown(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    text: str,
    anew: set[str],
) -> None:
    """A script, a page, and the list of pages: each renews what shows it."""
    build(project, monkeypatch)
    write(project / name, text)
    made = build(project, monkeypatch)
    assert made.keys() == anew
    if name.startswith("examples"):
        assert '<span class="mi">2</span>' in made["code.md"]
