"""Formulas: MathML in a line and by itself, and faults with their line."""

import re

import markdown
import pytest

from docs._tools import formulas
from docs._tools.expand import EmbedError, parse, verbatim
from docs._tools.search_index import plain

EXTENSIONS = {
    "pymdownx.superfences": {
        "custom_fences": [
            {"name": "math", "class": "", "format": formulas.block},
            {"name": "raw", "class": "", "format": verbatim},
        ]
    },
    "pymdownx.inlinehilite": {
        "custom_inline": [
            {"name": "math", "class": "", "format": formulas.inline}
        ]
    },
}


def drawn(text: str) -> str:
    """Return Markdown as HTML."""
    return markdown.markdown(
        text, extensions=[*EXTENSIONS], extension_configs=EXTENSIONS
    )


def test_a_formula_in_a_line_is_mathml() -> None:
    """The signs of LaTeX mean nothing to Markdown there."""
    html = drawn(r"so `#!math -\log p_y * q_*` is it")
    assert re.match(r'<p>so <math display="inline">.*</math> is it</p>', html)
    assert "<code" not in html
    assert "xmlns" not in html


def test_a_formula_by_itself_is_mathml() -> None:
    """A fence, also within a fold."""
    html = drawn("```math\n\\frac{1}{N}\\sum_i x_i\n```\n")
    assert '<math display="block">' in html
    assert "<mfrac>" in html
    assert "<pre" not in html


def test_a_formula_embeds_nothing() -> None:
    """Double braces in it are LaTeX, and no value."""
    assert not parse("```math\nx^{{2}}\n```\n\n`#!math x_{{i}}` it is\n")


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        (r"\fooo x", r"no command \\fooo"),
        (r"\frac{1", "a brace is open"),
        ("x^", "MissingSuperScriptOrSubscriptError"),
        (r"\left( x", "ExtraLeft"),
    ],
)
def test_a_fault_in_a_formula_is_told_with_its_line(
    latex: str, message: str
) -> None:
    """The build ends there."""
    with pytest.raises(EmbedError, match=message) as fault:
        parse(f"one\n\ntwo `#!math {latex}`\n")
    assert fault.value.line == 3
    with pytest.raises(EmbedError, match=message) as fault:
        parse(f"one\n\n```math\n{latex}\n```\n")
    assert fault.value.line == 3


def test_the_search_reads_a_formula_as_one_word() -> None:
    """Its letters would else be found everywhere."""
    assert plain(drawn("`#!math p_y` ends")) == "py ends"
