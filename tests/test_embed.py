"""The embed extension: what it shows, and how it refuses what is not there."""

import json
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import markdown
import pytest

from docs._tools.embed import CURRENT_PAGE, EmbedError, EmbedExtension, Page
from docs._tools.lessons import PROVENANCE
from docs._tools.sections import SectionError, cut

SCRIPT = '''\
"""Doc."""

import functools

NOT_A_CELL = """
# %% inside_a_string
"""

# %% setup
x = 1
print(x)  # (1,)


# %% twice
y = 2


def train(model):
    """Train."""
    for step in range(3):
        loss = model(step)
        loss.backward()


class Net:
    @functools.cache
    def forward(self, x):
        return x


# %% twice
z = 3
'''
RECORD = {
    **dict.fromkeys(PROVENANCE, "2.15.0"),
    "values": {
        "accuracy": 0.91234,
        "losses": [0.5, 0.25],
        "count": 1797,
        "message": "shapes cannot be multiplied",
        "nested": {"runs": [{"epoch": 7}]},
    },
    "tensors": {"images": {"shape": [64, 1], "dtype": "torch.float32"}},
    "sweeps": {},
}
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><g/></svg>'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Make a project with one lesson, ``basics/tiny``."""
    script = tmp_path / "examples/basics/tiny.py"
    folder = tmp_path / "snippets/basics/tiny"
    script.parent.mkdir(parents=True)
    folder.mkdir(parents=True)
    script.write_text(SCRIPT)
    (folder / "output.txt").write_text("# %% setup\n1\n\n# %% twice\n2\n")
    (folder / "record.json").write_text(json.dumps(RECORD))
    (folder / "curves.svg").write_text(SVG)
    return tmp_path


@pytest.fixture(autouse=True)
def _fresh_page() -> Iterator[None]:
    token = CURRENT_PAGE.set(Page())
    yield
    CURRENT_PAGE.reset(token)


def render(root: Path, text: str) -> str:
    """Render a page of ``basics/tiny`` whose front matter has two lines."""
    text = dedent(text)
    CURRENT_PAGE.set(Page("docs/ja/basics/tiny.md", "basics/tiny", text, 2))
    return markdown.markdown(
        text,
        extensions=[
            EmbedExtension(root),
            "tables",
            "pymdownx.details",
            "pymdownx.highlight",
            "pymdownx.superfences",
        ],
    )


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("setup", "x = 1", "print(x)  # (1,)"),
        ("train", "def train(model):", "        loss.backward()"),
        ("Net", "class Net:", "        return x"),
        ("Net.forward", "@functools.cache", "    return x"),
        (None, '"""Doc."""', "z = 3"),
    ],
)
def test_part_is_cut_by_name(
    root: Path, name: str | None, first: str, last: str
) -> None:
    """A part begins and ends where its name says, without indentation."""
    lines = cut(root / "examples/basics/tiny.py", name)
    assert (lines[0], lines[-1]) == (first, last)


def test_output_is_cut_by_its_cell(root: Path) -> None:
    """A recorded output has the sections of the script's cells."""
    assert cut(root / "snippets/basics/tiny/output.txt", "twice") == ["2"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("test", "has no 'test'; it has: setup, twice, train, Net, Net.forw"),
        ("twice", "'twice' is ambiguous in tiny.py: line 15 and line 32"),
        ("inside_a_string", "has no 'inside_a_string'"),
    ],
)
def test_unknown_and_ambiguous_names(
    root: Path, name: str, message: str
) -> None:
    """The message holds the names that exist, or the lines that clash."""
    with pytest.raises(SectionError, match=message.replace(".", r"\.")):
        cut(root / "examples/basics/tiny.py", name)


def test_code_is_highlighted_and_annotated_by_its_text(root: Path) -> None:
    """A highlight and a note find their lines by what these contain."""
    shown = render(
        root,
        """\
        ```python title="tiny.py"
        --8<-- "examples/basics/tiny.py:train"
        highlight: loss
        note: loss.backward() -- 勾配は**足し込まれます**。
        ```
        """,
    )
    assert shown.count('<span class="hll">') == 2
    assert '<span class="c1"># (1)!</span>' in shown
    assert "<li>勾配は<strong>足し込まれます</strong>。</li>" in shown
    assert '<span class="filename">tiny.py</span>' in shown


def test_embed_inside_a_folded_answer(root: Path) -> None:
    """An indented fence keeps its block, notes included."""
    shown = render(
        root,
        """\
        ??? question "なぜ?"

            ```python
            --8<-- "examples/basics/tiny.py:setup"
            note: print -- 出力
            ```
        """,
    )
    inside = shown[shown.index("<details") : shown.index("</details>")]
    assert "print" in inside
    assert "<li>出力</li>" in inside


def test_values_in_prose_and_tables(root: Path) -> None:
    """Formats belong to the embed; text and shapes come out as code."""
    shown = render(
        root,
        """\
        正解率{{ accuracy:.1% }}、**{{ basics/tiny count:, }}枚**、
        {{ losses:.2f }} `{{ count }}` {{ nested.runs.0.epoch }}

        | 形 | 型 | torch |
        |---|---|---|
        | {{ images.shape }} | {{ images.dtype }} | {{ record.torch }} |
        """,
    )
    assert ">91.2%</data>" in shown
    assert ">1,797</data>枚</strong>" in shown
    assert "<code>(0.50, 0.25)</code></data>" in shown
    assert "<code>{{ count }}</code>" in shown
    assert ">7</data>" in shown
    assert "<td><data" in shown
    assert "<code>(64, 1)</code>" in shown
    assert "<code>torch.float32</code>" in shown
    assert "<code>2.15.0</code>" in shown


def test_figure_is_inline_with_alternative_text(root: Path) -> None:
    """The picture stands in the page; its caption is Markdown."""
    shown = render(
        root,
        '![損失 {{ count }}回](snippets/basics/tiny/curves.svg "*図* '
        '{{ accuracy:.0% }}")\n',
    )
    assert '<figure class="figure"><svg role="img" ' in shown
    assert 'aria-label="損失 1797回"' in shown
    assert "<figcaption><em>図</em> <data" in shown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("一行\n\n{{ nope }}", ":5: {{ nope }}: no 'nope' in 'nope'; there is"),
        ("{{ accuracy.x }}", "no 'x' in 'accuracy.x'; there is: a plain val"),
        ("{{ losses.2:.1f }}", "no '2' in 'losses.2'; there is: 0 to 1"),
        ("{{ accuracy }}", "a decimal number needs a format"),
        ("{{ message:.1% }}", "Unknown format code '%'"),
        ("{{ nested }}", "dict is not a plain value"),
        ("{{ basics/none x }}", "no record of 'basics/none': run `uv run py"),
        (
            '```python\n--8<-- "examples/basics/tiny.py:nope"\n```',
            ":4: examples/basics/tiny.py: tiny.py has no 'nope'; it has: set",
        ),
        (
            '```python\n--8<-- "examples/basics/none.py:x"\n```',
            "none.py does not exist",
        ),
        (
            '```python\n--8<-- "../secret.py:x"\n```',
            "only files below examples, snippets, docs/assets/drawings",
        ),
        (
            '```text\n--8<-- "snippets/basics/tiny/output.txt"\n```',
            "name the section of the output",
        ),
        ("```python\nx = 1\n```", ":4: 'x = 1' is typed by hand"),
        ("~~~py\nx = 1\n~~~", "typed by hand"),
        ("```text\n0.95\n```", "'0.95' is typed by hand"),
        (
            '```python\n--8<-- "examples/basics/tiny.py:train"\nhighlight: '
            "optimizer.step()\n```",
            ":5: no embedded line above contains 'optimizer.step()'",
        ),
        (
            '```python\n--8<-- "examples/basics/tiny.py:train"\nnote: loss '
            "-- x\n```",
            "'loss' stands on 2 lines of this embed; a note needs exactly one",
        ),
        ('```python\n--8<-- "examples/basics/tiny.py"', "never closes"),
        ("![](snippets/basics/tiny/curves.svg)", "needs an alternative text"),
        ("![a](snippets/basics/tiny/no.svg)", "no.svg does not exist"),
    ],
)
def test_what_cannot_be_embedded_ends_the_build(
    root: Path, text: str, message: str
) -> None:
    """One line: the page's file and line, and what there is instead."""
    with pytest.raises(EmbedError) as caught:
        render(root, text)
    assert str(caught.value).startswith("docs/ja/basics/tiny.md:")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_markdown_fence_is_left_alone(root: Path) -> None:
    """A page may show how an embed is written."""
    shown = render(
        root,
        """\
        ````markdown
        ```python
        --8<-- "examples/basics/none.py:x"
        ```
        ````
        """,
    )
    assert "none.py:x" in shown
