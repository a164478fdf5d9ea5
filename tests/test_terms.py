"""The glossary: its pages exist, its words are distinct, pages keep to it."""

import re
import tomllib

import pytest

from docs._tools.lessons import LANGUAGES, ROOT
from tests.page_source import lines_of, pages, read, without_code

WORDS = tomllib.loads((ROOT / "docs/terms.toml").read_text("utf-8"))
TERMS, AVOID = WORDS["terms"], WORDS["avoid"]
LONGEST = 90  # letters of an explanation


def faults_of(page: str) -> list[str]:
    """List what a Japanese page says otherwise than the glossary."""
    return [
        f"docs/ja/{page}:{line.number}: {found[0]!r}: say {better}"
        for line in lines_of(read("ja", page))
        if line.fence is None
        for pattern, better in AVOID.items()
        if (found := re.search(pattern, without_code(line.text)))
    ]


@pytest.mark.parametrize("page", pages())
def test_a_page_says_what_the_glossary_says(page: str) -> None:
    """One word for one thing, and the word of the field."""
    if faults := faults_of(page):
        pytest.fail("\n".join(faults), pytrace=False)


@pytest.mark.parametrize("name", TERMS)
def test_a_term_is_explained_in_one_line(name: str) -> None:
    """In both languages, with the page that has more."""
    term = TERMS[name]
    assert f"{term['page']}.md" in pages(), (
        f"docs/terms.toml [terms.{name}]: {term['page']} is no page"
    )
    about = [term.get(f"about_{language}", "") for language in LANGUAGES]
    assert all(about) or not any(about), f"[terms.{name}] lacks an explanation"
    assert max(map(len, about)) <= LONGEST, f"[terms.{name}] is long-winded"


def test_a_word_stands_for_one_term() -> None:
    """Else the search takes it for two things."""
    found: dict[str, str] = {}
    for name, term in TERMS.items():
        for word in {term["ja"], term["en"], *term["also"]}:
            other = found.setdefault(word.lower(), name)
            assert other == name, (
                f"docs/terms.toml: {word!r} stands in {other} and in {name}"
            )
