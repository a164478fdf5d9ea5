"""Both languages of a page have the same blocks, seen without a build."""

import itertools
import re
from typing import NamedTuple

import pytest

from docs._tools.lessons import LANGUAGES, ROOT

FENCE = re.compile(r"(?P<marks>`{3,}|~{3,})\s*(?P<language>[\w-]*)")
KINDS = {
    "heading": re.compile(r"#+ "),
    "admonition": re.compile(r"(?:!!!|\?\?\?\+?) \w+"),
    "list item": re.compile(r"(?:[-*+]|\d+\.) "),
    "table row": re.compile(r"\|"),
    "figure": re.compile(r"!\["),
    "quotation": re.compile(r">"),
    "footnote": re.compile(r"\[\^[^\]]+\]:"),
}
# What a translation keeps: code, values, the targets of links, numbers.
KEPT = re.compile(r"`[^`]+`|\{\{.*?\}\}|\]\([^)]+\)|\{ ?#[\w-]+ ?\}|\d+")


class Block(NamedTuple):
    """One line of a page that is a block of its own, or one whole fence."""

    line: int
    kind: str
    text: str


def blocks(text: str) -> list[Block]:
    """List the blocks of a page."""
    lines = text.splitlines()
    start = lines.index("---", 1) + 1 if lines[:1] == ["---"] else 0
    found, marks = [], ""
    for number, line in enumerate(lines[start:], start + 1):
        stripped = line.strip()
        if marks:
            marks = "" if stripped == marks else marks
        elif fence := FENCE.match(stripped):
            marks = fence["marks"]
            kind = f"fence of {fence['language'] or 'nothing'}"
            found.append(Block(number, kind, stripped))
        elif stripped:
            found.append(Block(number, kind_of(stripped), stripped))
    return found


def kind_of(line: str) -> str:
    """Name the kind of block that a line outside of fences is."""
    for kind, start in KINDS.items():
        if match := start.match(line):
            level = f" of level {match.end() - 1}"
            return kind + level * (kind == "heading")
    return "paragraph"


def kinds(of: list[Block]) -> list[str]:
    """List the kinds of blocks."""
    return [block.kind for block in of]


def likeness(ja: Block, en: Block) -> float:
    """Return 0 for different kinds, else 1 to 2: how much both keep."""
    if ja.kind != en.kind:
        return 0
    left, right = (set(KEPT.findall(block.text)) for block in (ja, en))
    return 1 + len(left & right) / max(1, len(left | right))


def first_alone(ja: list[Block], en: list[Block]) -> tuple[str, Block] | None:
    """Return the first block without a partner, and its language."""
    if kinds(ja) == kinds(en):
        return None
    # The likeness of the best pairing of all that follows i and j.
    best = [[0.0] * (len(en) + 1) for _ in range(len(ja) + 1)]
    for i, j in itertools.product(range(len(ja))[::-1], range(len(en))[::-1]):
        pair = likeness(ja[i], en[j]) + best[i + 1][j + 1]
        best[i][j] = max(pair, best[i + 1][j], best[i][j + 1])
    i = j = 0
    while i < len(ja) and j < len(en):
        pair = likeness(ja[i], en[j])
        if not pair or best[i][j] > pair + best[i + 1][j + 1]:
            alone = best[i][j] == best[i + 1][j]
            return ("ja", ja[i]) if alone else ("en", en[j])
        i, j = i + 1, j + 1
    return ("ja", ja[i]) if i < len(ja) else ("en", en[j])


def pages() -> list[str]:
    """List the pages that either language has."""
    return sorted(
        {
            path.relative_to(ROOT / "docs" / language).as_posix()
            for language in LANGUAGES
            for path in (ROOT / "docs" / language).rglob("*.md")
        }
    )


@pytest.mark.parametrize("page", pages())
def test_each_block_has_a_partner(page: str) -> None:
    """A paragraph in one language only is named by its line and text."""
    paths = {lang: ROOT / "docs" / lang / page for lang in LANGUAGES}
    for language, path in paths.items():
        if not path.is_file():
            pytest.fail(f"docs/{language}/{page} is missing: write it", False)
    both = {
        lang: blocks(path.read_text("utf-8")) for lang, path in paths.items()
    }
    if alone := first_alone(both["ja"], both["en"]):
        language, block = alone
        other = "en" if language == "ja" else "ja"
        pytest.fail(
            f"docs/{language}/{page}:{block.line}: this {block.kind} has no "
            f"partner in docs/{other}/{page}: {block.text[:80]!r}; write it "
            "there too, or take it out here",
            pytrace=False,
        )


LEFT = "# T {#t}\n\nOne `a`.\n\nTwo 2.\n\n- x\n- y\n\n```python\n# no\n```\n"


@pytest.mark.parametrize(
    ("other", "language", "line", "kind"),
    [
        (LEFT.replace("One `a`.\n\n", ""), "ja", 3, "paragraph"),
        (LEFT.replace("Two 2.\n", "2.\n\nMore 3.\n"), "en", 7, "paragraph"),
        (LEFT.replace("- y\n", ""), "ja", 8, "list item"),
        (LEFT.replace("- x\n", "| x |\n"), "ja", 7, "list item"),
        (LEFT.replace("# T", "## T"), "ja", 1, "heading of level 1"),
        (LEFT.replace("python", "text"), "ja", 10, "fence of python"),
    ],
)
def test_block_without_partner_is_found(
    other: str, language: str, line: int, kind: str
) -> None:
    """Each kind of difference leads to the line that made it."""
    found = first_alone(blocks(LEFT), blocks(other))
    assert found
    assert (found[0], found[1].line, found[1].kind) == (language, line, kind)


def test_translated_blocks_are_partners() -> None:
    """Other words, other numbers and longer fences are no difference."""
    other = LEFT.replace("One `a`", "`b`が1つ").replace("# no", "# no\n# more")
    assert first_alone(blocks(LEFT), blocks(other)) is None


def test_front_matter_is_no_block() -> None:
    """Lines are counted from the top of the file all the same."""
    (block,) = blocks("---\ndescription: x\n---\n\nText.\n")
    assert block == Block(5, "paragraph", "Text.")
