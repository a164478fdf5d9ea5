"""The glossary: its pages exist, its words are distinct, pages keep to it."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from docs._tools.lessons import LANGUAGES, ROOT
from tests.page_source import lines_of, pages, read, without_code
from tests.test_twins import FINDERS, Block

WORDS = tomllib.loads((ROOT / "docs/terms.toml").read_text("utf-8"))
TERMS, AVOID = WORDS["terms"], WORDS["avoid"]
LONGEST = 90  # letters of an explanation
# Parts of the data, which a row or a legend names by one word.
PARTS = {
    "training": ("訓練|学習(?!率|済)", r"train\w*"),
    "validation": ("検証", "validation"),
    "test": ("テスト", "test"),
}


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


def both(table: Any) -> Iterator[tuple[str, str]]:
    """Yield all texts of a table that stand in it in both languages."""
    for name, value in table.items() if isinstance(table, dict) else ():
        yield from both(value)
        if name.endswith("ja") and isinstance(value, str):
            other = table.get(f"{name.removesuffix('ja')}en")
            if isinstance(other, str):
                yield value, other


def line_of(text: str, value: str) -> int:
    """Return the line of a file on which a value begins."""
    return text[: max(0, text.find(f'"{value}"'))].count("\n") + 1


def told(ja: str, en: str) -> Iterator[str]:
    """Yield how two texts differ in numbers, opposites, order or parts.

    Parts only if all that the texts are is a label.
    """
    blocks = Block(0, "paragraph", ja), Block(0, "paragraph", en)
    yield from filter(None, (find(*blocks) for find in FINDERS))
    if {"ja": ja, "en": en} in WORDS["labels"].values():
        for part, (ours, theirs) in PARTS.items():
            found = re.search(rf"(?i)\b(?:{theirs})\b", en)
            if bool(re.search(ours, ja)) != bool(found):
                yield f"only one of both names {part}: mend the other"


@pytest.mark.parametrize("file", ["terms.toml", "diary/ledger.toml"])
def test_both_languages_of_an_entry_say_the_same(file: str) -> None:
    """As on pages: an entry with its neighbour's translation lies quietly."""
    text = (ROOT / "docs" / file).read_text("utf-8")
    faults = [
        f"docs/{file}:{line_of(text, ja)}: {ja!r} and {en!r}: {what}"
        for ja, en in both(tomllib.loads(text))
        for what in told(ja, en)
    ]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


@pytest.mark.parametrize(
    ("ja", "en", "faults"),
    [
        ("訓練", "training", 0),
        ("検証", "training", 2),
        ("学習率", "learning rate", 0),
        ("検証の正解率", "test accuracy", 3),
        ("5枚", "7 pictures", 1),
    ],
)
def test_other_entries_are_found(
    monkeypatch: pytest.MonkeyPatch, ja: str, en: str, faults: int
) -> None:
    """By the part of the data, and by what tells partners on pages apart."""
    monkeypatch.setitem(WORDS["labels"], "tried", {"ja": ja, "en": en})
    assert len([*told(ja, en)]) == faults
