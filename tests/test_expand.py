"""What a page embeds: how it is shown, and how what is not there is refused."""

import html
import json
import re
import subprocess
import sys
from itertools import product
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import markdown
import pytest

from docs._tools.expand import Page, dimmed, expand, parse, verbatim
from docs._tools.lessons import ROOT, SiteError
from docs._tools.numbers import DigitsError, render, render_spread
from docs._tools.parts import PartError
from docs._tools.records import Record, Records, summary
from docs._tools.search_index import SearchIndex, plain
from tests.page_source import cut

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
OUTPUT = (
    "# %% setup\n1\n\n# %% twice\n2\n\n# %% last\nloss 0.9416  ok\nred, green\n"
)
RUNS = [
    {"accuracy": 0.961, "loss": 0.31, "seed": 0, "curve": [0.5, 0.25]},
    {"accuracy": 0.972, "loss": 0.33, "seed": 1, "curve": [0.7, 0.35]},
    {"accuracy": 0.971, "loss": 0.29, "seed": 2, "curve": [0.6, 0.3]},
]
WILD = [{"accuracy": 0.41, "loss": 2.0}, {"accuracy": 0.78, "loss": 1.0}]


def recorded(**changes: Any) -> dict[str, Any]:
    """Return a record as the recorder writes it."""
    values = {
        "accuracy": 0.91234,
        "losses": [0.5, 0.25],
        "count": 1797,
        "message": "shapes cannot be multiplied",
        "nested": {"runs": [{"epoch": 7}]},
        "noisy": 0.9321,
        "wild": 0.41,
        "best_epoch": 3,
        "tiny_loss": 0.010,
    }
    native = {
        "values": {
            "noisy": 0.9375,
            "wild": 0.78,
            "best_epoch": 5,
            "tiny_loss": 0.02,
        },
        "lines": {"8": "loss 0.9389  ok"},
    }
    return {
        "lesson": "basics/tiny",
        "environment": {"python": "3.11", "torch": "2.15.0"},
        "wall_seconds": 4.6,
        "seeds": [0, 1, 2],
        "cpu_seconds": 1.5,
        "main": {
            "values": values,
            "tensors": {"images": {"shape": [64, 1], "dtype": "torch.float32"}},
        },
        "variants": {"native": native},
        "sweeps": {"cnn": {"runs": RUNS}, "mlp": {"runs": WILD}},
        "real": {},
        "claims": {
            "cnn-beats-mlp": {
                "ja": "CNNが_上回る_",
                "en": "The CNN wins",
                "compared": ["0.961 > 0.78 by 0.1", "a | b"],
            }
        },
        **changes,
    }


TERMS = """
[labels]
accuracy = { ja = "正解率", en = "accuracy" }
cnn = { ja = "畳み込み", en = "CNN" }
[words]
varies = { ja = "薄い数字", en = "dimmed digits" }
claim = { ja = "主張", en = "claim" }
source = { ja = "出典：", en = "Source: " }
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><g/></svg>'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Make a project with one lesson, ``basics/tiny``."""
    folder = tmp_path / "snippets/basics/tiny"
    for name, text in {
        "examples/basics/tiny.py": SCRIPT,
        "snippets/basics/tiny/output.txt": OUTPUT,
        "snippets/basics/tiny/record.json": json.dumps(recorded()),
        "docs/terms.toml": TERMS,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (folder / "curves.svg").write_text(SVG)
    return tmp_path


def expanded(root: Path, text: str, language: str = "ja") -> str:
    """Expand a page of ``basics/tiny`` whose front matter has two lines."""
    page = Page(f"docs/{language}/basics/tiny.md", "basics/tiny", language, 2)
    return expand(dedent(text), page, Records(root))


def render_page(root: Path, text: str, language: str = "ja") -> str:
    """Return the page as HTML."""
    fence = {"name": "raw", "class": "", "format": verbatim}
    return markdown.markdown(
        expanded(root, text, language),
        extensions=[
            "attr_list",
            "md_in_html",
            "tables",
            "pymdownx.details",
            "pymdownx.highlight",
            "pymdownx.superfences",
        ],
        extension_configs={"pymdownx.superfences": {"custom_fences": [fence]}},
    )


def text_of(markup: str) -> str:
    """Return the text of HTML."""
    return html.unescape(re.sub("<[^>]+>", "", markup))


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
    with pytest.raises(PartError, match=message.replace(".", r"\.")):
        cut(root / "examples/basics/tiny.py", name)


def test_code_is_highlighted_and_annotated_by_its_text(root: Path) -> None:
    """A highlight and a note find their lines by what these contain."""
    shown = render_page(
        root,
        """\
        ```python title="tiny.py"
        --8<-- "examples/basics/tiny.py:train"
        highlight: loss
        note: loss.backward() -- 勾配は**足し込まれます**。
        ```
        """,
    )
    code = shown[shown.index("<code>") : shown.index("</code>")].split("\n")
    marked = [text_of(line) for line in code if 'class="hll"' in line]
    assert marked == [
        "        loss = model(step)",
        "        loss.backward()  # (1)!",
    ]
    noted = [line for line in code if "# (1)!" in line]
    assert ["loss.backward()" in text_of(line) for line in noted] == [True]
    assert "<li>勾配は<strong>足し込まれます</strong>。</li>" in shown
    assert '<span class="filename">tiny.py</span>' in shown


def test_embed_inside_a_folded_answer(root: Path) -> None:
    """An indented fence keeps its block, notes included."""
    shown = render_page(
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
    shown = render_page(
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
    shown = render_page(
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
            ":4: examples/basics/tiny.py has no 'nope'; it has: set",
        ),
        (
            '```python\n--8<-- "examples/basics/none.py:x"\n```',
            "none.py does not exist",
        ),
        (
            '```python\n--8<-- "../secret.py:x"\n```',
            "only files below examples/, snippets/, docs/assets/drawings/",
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
        ("{{ a b }}", ":3: {{ a b }} is no embed: write {{ key }}"),
        (
            "{{ cnn.accuracy.mean:.2% }}",
            "96.80% has more digits than its spread allows; allowed is :.1% or",
        ),
        ("{{ count:.1% }} {{ accuracy:.7f }}", "allowed is :.6f"),
        ("{{ wild:% }}", "varies by 0.19: make it a claim"),
        ("{{ tiny_loss:.3f }}", "make it a claim"),
        ("{{ best_epoch }}", "differs under native: make it a claim"),
        (
            "{{ claim nope }}",
            ":3: {{ claim nope }}: basics/tiny has no such cl",
        ),
        ("{{ claim nope }}", "there is: cnn-beats-mlp"),
        (
            "{{ claim cnn-beats-mlp }}\n" * 7,
            ":9: {{ claim cnn-beats-mlp }}: a p",
        ),
        ("```table\nrows: cnn\n```", ":3: the table lacks columns:"),
        ("```table\nrow: cnn\n```", ":4: 'row: cnn': expected rows: or col"),
        ("```table\nrows: cnn\ncolumns: f1\n```", "no 'f1' in 'cnn.f1'; there"),
        ("```text\nsource: nowhere.txt\n```", "first, `source: https://…`"),
        ("![](snippets/basics/tiny/curves.svg)", "needs an alternative text"),
        ("![a](snippets/basics/tiny/no.svg)", "no.svg does not exist"),
    ],
)
def test_what_cannot_be_embedded_ends_the_build(
    root: Path, text: str, message: str
) -> None:
    """One line: the page's file and line, and what there is instead."""
    with pytest.raises(SiteError) as caught:
        expanded(root, text)
    assert str(caught.value).startswith("docs/ja/basics/tiny.md:")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_markdown_fence_is_left_alone(root: Path) -> None:
    """A page may show how an embed is written."""
    shown = render_page(
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


@pytest.mark.parametrize(
    "spec", [".0f", ".3f", "+.2f", ",.1f", ".1%", ".2e", "g"]
)
def test_text_of_a_value_is_what_its_format_says(spec: str) -> None:
    """Python's format, or a refusal where there are more than six digits."""
    for digits, power in product([1.0, -1.234567, 9.99999, 5.5], range(-8, 9)):
        number = digits * 10.0**power
        wanted = format(number, spec)
        try:
            assert render(number, 0.0, spec) == wanted
        except DigitsError:
            shown = re.sub(r"e.*|[^0-9]", "", wanted).lstrip("0")
            assert len(shown) > 6, wanted


@pytest.mark.parametrize(
    ("value", "spread", "spec", "text"),
    [
        (0.9683, 0.0061, "%", "96.8%"),
        (0.9683, 0.0123, "%", "96.8%"),
        (0.9683, 0.012, "+%", "+96.8%"),
        (0.9683, 0.0951, "", "0.97"),
        (0.3142, 0.021, "", "0.314"),
        (0.3142, 0.06, ".1f", "0.3"),
        (12345.6, 120.0, "", "12350"),
        (12345.6, 120.0, ",", "12,350"),
        (0.5, 0.0, "%", "50.0%"),
        (1.0, 0.0, "%", "100%"),
        (0.52439, 0.0, "%", "52.4%"),
        (0.01, 0.0, "g", "0.01"),
        (3, None, "", "3"),
        (7.0, 0.0, "", "7"),
    ],
)
def test_digits_end_where_the_spread_does(
    value: float, spread: float | None, spec: str, text: str
) -> None:
    """One or two digits of the spread, by the rule of the PDG."""
    assert render(value, spread, spec) == text


def test_mean_and_spread_have_the_same_decimals() -> None:
    """Both end at the digit that the spread allows."""
    assert render_spread(0.9683, 0.0061, "%") == "96.8 ± 0.6 %"
    assert render_spread(0.9683, 0.012, "%") == "96.8 ± 1.2 %"
    assert render_spread(0.314, 0.021) == "0.314 ± 0.021"
    assert render_spread(0.314, 0.06, "+") == "+0.31 ± 0.06"
    assert render_spread(0.5244, 0.0, "%") == "52.4 ± 0.0 %"
    assert render_spread(7.0, 0.0) == "7 ± 0"


@pytest.mark.parametrize(
    ("embed", "text"),
    [
        ("{{ cnn.accuracy:% }}", "96.8 ± 0.6 %"),
        ("{{ cnn.loss }}", "0.310 ± 0.020"),
        ("{{ cnn.accuracy.mean:% }}", "96.8%"),
        ("{{ cnn.accuracy.std:% }}", "0.6%"),
        ("{{ cnn.accuracy.min:.1% }}", "96.1%"),
        ("{{ cnn.accuracy.values.2:% }}", "97.1%"),
        ("{{ cnn.accuracy.n }}", "3"),
        ("{{ cnn.curve.1 }}", "0.30 ± 0.05"),
        ("{{ cnn.curve.max.1 }}", "0.35"),
        ("{{ noisy:% }}", "93.21%"),
        ("{{ noisy:.1% }}", "93.2%"),
        ("{{ record.seeds }}", "(0, 1, 2)"),
    ],
)
def test_measured_values(root: Path, embed: str, text: str) -> None:
    """Seeds, or other numerics, decide how many digits there are."""
    assert text_of(render_page(root, embed)) == text


def test_summary_over_seeds() -> None:
    """Numbers and series are summarised; the seed and texts are left out."""
    tree = summary([{"a": {"b": 1}, "seed": 0, "s": [1.0, 2.0], "t": "x"}] * 2)
    assert tree["a"]["b"] == {
        **{"n": 2, "mean": 1.0, "std": 0.0, "min": 1, "max": 1},
        "values": [1, 1],
    }
    assert tree["s"]["mean"] == [1.0, 2.0]
    assert tree.keys() == {"a", "s"}
    assert Record(recorded()).noise("noisy") == pytest.approx(0.0027)


def test_seconds_of_an_epoch_are_derived() -> None:
    """From those of all; the state before the first epoch is none."""
    run = {"fit_seconds": 6.0, "history": [[9.0], [8.0], [7.0], [7.5]]}
    assert summary([run])["epoch_seconds"]["mean"] == 2.0
    for other in ({**run, "history": [[9.0]]}, {"history": run["history"]}):
        assert "epoch_seconds" not in summary([other])


def test_claim_opens_what_was_compared(root: Path) -> None:
    """The mark is a button for a popover, in the language of the page."""
    for language, text in (("ja", "CNNが_上回る_"), ("en", "The CNN wins")):
        shown = render_page(root, "Yes. {{ claim cnn-beats-mlp }}", language)
        button = re.search(r'<button[^>]*popovertarget="([\w-]+)"', shown)
        assert button
        opened = re.search(
            rf'<span[^>]*id="{button[1]}" popover>.*</span>', shown
        )
        assert opened
        assert text_of(opened[0].replace("<br>", "\n")).split("\n") == [
            text,
            "0.961 > 0.78 by 0.1",
            "a | b",
        ]
        assert shown.startswith("<p>Yes. <button")
        assert "<em>" not in shown


def test_table_of_values(root: Path) -> None:
    """Rows and columns by key, labels by language, ranges where it varies."""
    fence = """\
        ```table
        rows: cnn mlp
        columns: accuracy:% loss
        ```
        """
    shown = render_page(root, fence)
    rows = re.findall(r"<tr>(.*?)</tr>", shown, re.DOTALL)
    cells = [re.findall(r"<t[hd]>(.*?)</t[hd]>", row) for row in rows]
    assert [[text_of(cell) for cell in row] for row in cells] == [
        ["", "正解率", "loss"],
        ["畳み込み", "96.8 ± 0.6 %", "0.310 ± 0.020"],
        ["mlp", "41–78 %", "1.0–2.0"],
    ]
    assert "<th>accuracy</th>" in render_page(root, fence, "en")
    assert "<code>mlp</code>" in cells[2][0]


def test_table_over_a_series(root: Path) -> None:
    """A row for each position; columns are told apart by what differs."""
    fence = """\
        ```table
        series: losses:.2f
        columns: losses:.1f
        ```
        """
    shown = render_page(root, fence)
    values = Records(root).record("basics/tiny").look_up("losses")
    rows = re.findall(r"<tr>(.*?)</tr>", shown, re.DOTALL)
    assert len(rows) == len(values) + 1
    assert text_of(rows[1]).split() == [f"{values[0]:.2f}", f"{values[0]:.1f}"]


def test_digits_that_vary_are_dimmed(root: Path) -> None:
    """From the first other digit on; a line says why, also in a fold."""
    fence = """\
        ```text title="Output"
        --8<-- "snippets/basics/tiny/output.txt:last"
        ```
        """
    folded = '??? note "More"\n\n' + indent(dedent(fence), "    ")
    for text in (fence, folded):
        shown = render_page(root, text)
        assert (
            '<div class="language-text highlight"><span class="filename">Output'
            '</span><pre><span></span><code>loss 0.9<span class="varies">416'
            "</span>  ok\nred, green\n</code></pre></div>" in shown
        )
        assert shown.count('<p class="varies-note">薄い数字</p>') == 1
    assert "</p></details>" in render_page(root, folded).replace("\n", "")


@pytest.mark.parametrize(
    ("line", "other", "shown"),
    [
        ("a 10.25 b", "a 10.31 b", "a 10.[25] b"),
        ("a  9.25", "a 10.25", "a  [9.25]"),
        ("a 1797", "a 1801", "a 1[797]"),
        ("blue, 3", "red, 3", "[blue], 3"),
        ("a b", "a b c", "[a b]"),
        ("a < 1.5", None, "[a < 1.5]"),
        ("2.5e-05", "2.6e-05", "2.[5e-05]"),
    ],
)
def test_what_differs_in_a_line(
    line: str, other: str | None, shown: str
) -> None:
    """A number from its first other digit on, a word as a whole."""
    markup = dimmed(line, [other])
    marked = markup.replace('<span class="varies">', "[").replace(
        "</span>", "]"
    )
    assert html.unescape(marked) == shown


def test_output_from_elsewhere_names_its_source(root: Path) -> None:
    """The first line of the fence becomes a caption."""
    place = "https://pytorch.org/docs"
    shown = render_page(root, f"```text\nsource: {place}\n  0.95\n```")
    block, _, rest = shown.partition("</pre>")
    assert "  0.95" in block
    assert "source:" not in block
    assert '<p class="source">出典：' in rest
    assert f'href="{place}"' in rest


def test_parse_lists_all_embeds_in_order() -> None:
    """Fences, notes, figures and their texts; nothing in backticks."""
    page = """\
---
description: "{{ no }}"
---
{{ a.b:.1% }} `{{ not.this }}` ``x ` {{ nor.this }}`` {{ claim c/d e-f }}
```python
--8<-- "examples/basics/tiny.py:train"
note: loss -- It is {{ loss:.2f }}.
```
![x {{ n }}](snippets/basics/tiny/curves.svg "y")
````markdown
{{ shown }}
````
"""
    for one in parse(page):
        if one.kind in ("value", "claim"):
            assert page[one.start : one.end] == f"{{{{ {one.what} }}}}"
    assert [(one.kind, one.line, one.what) for one in parse(page)] == [
        ("value", 4, "a.b:.1%"),
        ("claim", 4, "claim c/d e-f"),
        ("code", 5, '--8<-- "examples/basics/tiny.py:train"\nnote: loss'),
        ("value", 7, "loss:.2f"),
        ("figure", 9, "snippets/basics/tiny/curves.svg"),
        ("value", 9, "n"),
    ]


def build(root: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Build the tiny project with the site's own settings and hooks."""
    for name in ("mkdocs.yml", "docs/_tools", "docs/assets"):
        (root / name).symlink_to(ROOT / name)
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", *more],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


PAGE = """\
---
description: A page
---

# Tiny {#tiny}

"""


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        (
            "docs/ja/basics/tiny.md",
            "# Tiny",
            "{{ nope:.1f }}\n\n# Tiny",
            "docs/ja/basics/tiny.md:5: {{ nope:.1f }}: no 'nope' in 'nope'",
        ),
        (
            "examples/basics/tiny.py",
            "x = 1",
            "x = = 1",
            "examples/basics/tiny.py:10: invalid syntax",
        ),
        (
            "snippets/basics/tiny/record.json",
            '"seeds"',
            "",
            "snippets/basics/tiny/record.json:1: Expecting",
        ),
    ],
)
def test_fault_ends_a_build_with_one_line(
    root: Path, name: str, old: str, new: str, fault: str
) -> None:
    """File and line, counted with the front matter, and no traceback."""
    for language in ("ja", "en"):
        page = root / "docs" / language / "basics/tiny.md"
        page.parent.mkdir(parents=True)
        page.write_text(PAGE, encoding="utf-8")
    path = root / name
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    done = build(root)
    assert done.returncode == 1
    said = [line for line in done.stderr.splitlines() if fault in line]
    assert len(said) == 1, done.stderr
    assert "Traceback" not in done.stderr


def test_index_forgets_a_deleted_page(tmp_path: Path) -> None:
    """Each build of a language begins an empty index."""
    index = SearchIndex()
    for pages in (["a/", "b/"], ["a/"]):
        for language in ("ja", "en"):
            index.begin(language)
            for page in pages:
                index.add(language, page, "T", "<h1 id='t'>T</h1>")
        index.write(tmp_path, {})
        for language in ("ja", "en"):
            entries = json.loads(
                (tmp_path / f"search/{language}.json").read_text()
            )
            assert [entry["url"] for entry in entries["pages"]] == pages


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('at <data value="0.958">95.8 %</data>.', "at 95.8 %."),
        ('は<data value="0.958">95.8 %</data>です', "は95.8 %です"),
        ("<data>95.8</data> % ± <data>4.1</data> %", "95.8 % ± 4.1 %"),
        ('<span class="x">95</span><span>.8</span>&nbsp;%', "95.8 %"),
        ("<code>zero_<em>grad</em></code>()", "zero_grad()"),
        ("<p>one</p><p>two</p>", "one two"),
    ],
)
def test_search_finds_a_value_within_its_words(markup: str, text: str) -> None:
    """What stands together on a page stands together in the index."""
    assert plain(markup) == text
