"""Both languages of a page have the same blocks, seen without a build."""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
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

LINK = re.compile(r"\]\((?P<target>[^)\s]+)[^)]*\)")
ADDRESS = re.compile(r"\]\([^)]*\)|\{ ?#[\w-]+ ?\}")
CODE = re.compile(r"`[^`]+`|\{\{.*?\}\}")
CELL_END = re.compile(r"(?<!\\)\|")
# Counts: "five epochs", 5エポック. A language may leave a count out, and one or
# two are often said otherwise; but both give no different ones.
WORDS = {"three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
WORDS |= {"nine": 9, "ten": 10, "eleven": 11, "twelve": 12}
COUNTED = {
    "en": re.compile(
        rf"(?i)(?<![\w.-])(?P<count>{'|'.join(WORDS)}|\d[\d,]*)"
        r"(?= (?:more |other |different |random |further |small |of the )?"
        r"(?:epoch|seed|picture|pixel|class|layer|form|network|training|update"
        r"|step|point|line|file|part|time|test|batch|value|number|row|column)"
        r"(?:e?s)?\b)"
    ),
    "ja": re.compile(
        r"(?<![A-Za-z0-9.,])(?P<count>\d[\d,]*)(?=(?:つの|個の|枚の|通りの)?"
        r"(?:乱数の)?(?:エポック|シード|画素|クラス|層|枚|ネットワーク|ポイント"
        r"|回|行|列|個|つ|本)(?!目))"
    ),
}
# What rises in one language does not fall in the other.
RISING = {
    "en": r"(?i)\b(?:ris(?:e|es|ing|en)|rose|gr[oe]w(?:s|n|ing)?|increas\w+)\b",
    "ja": "上が|上げ|増|上昇|大きく|高く|伸び|広が|育|強|長く|深",
}
FALLING = {
    "en": r"(?i)\b(?:fall(?:s|en|ing)?|fell|decreas\w+|shrinks?)\b",
    "ja": "下が|下げ|減|小さく|低く|縮|落|浅|短",
}
SENTENCE = {"en": r"(?<=[.?])(?:\*\*)? +(?=[A-Z*\[])", "ja": r"(?<=[。？])"}
# A unit and another one of the same kind, which is wrong by a factor.
UNITS = {
    "bytes": r"\bbytes?\b|バイト",
    "kB": r"(?<![A-Za-z])kB(?![A-Za-z])",
    "MB": r"(?<![A-Za-z])MB(?![A-Za-z])",
    "GB": r"(?<![A-Za-z])GB(?![A-Za-z])",
}
NUMBER = re.compile(rf"(?i)\b(?:{'|'.join(WORDS)})\b|\d+(?:,\d{{3}})*")


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


def numbers(found: list[str]) -> set[int]:
    """Return the numbers that words and digits say, from three on."""
    read = [WORDS.get(x.lower()) or int(x.replace(",", "")) for x in found]
    return {number for number in read if number > 2}


def other_counts(ja: Block, en: Block) -> str | None:
    """Say what each language counts where the other has other numbers."""
    texts = {
        language: unicodedata.normalize("NFKC", ADDRESS.sub("]", block.text))
        for language, block in zip(LANGUAGES, (ja, en), strict=True)
    }
    counted, named = (
        {lang: numbers(find[lang].findall(texts[lang])) for lang in LANGUAGES}
        for find in (COUNTED, dict.fromkeys(LANGUAGES, NUMBER))
    )
    alone = [counted[a] - named[b] for a, b in (LANGUAGES, LANGUAGES[::-1])]
    if not all(alone):
        return None
    told = [", ".join(map(str, sorted(one))) for one in alone]
    return f"ja counts {told[0]}, en {told[1]}: say the same number"


def other_links(ja: Block, en: Block) -> str | None:
    """Say which targets only one of two blocks links to."""
    left, right = (Counter(LINK.findall(block.text)) for block in (ja, en))
    if left == right:
        return None
    return (
        f"ja links to {[*(left - right)]}, en to {[*(right - left)]}: link to "
        "the same place, anchor included"
    )


def moved_cells(ja: Block, en: Block) -> str | None:
    """Say which code or value stands in another column of the same row."""
    if ja.kind != "table row":
        return None
    cells = [
        [CODE.findall(cell) for cell in CELL_END.split(block.text)]
        for block in (ja, en)
    ]
    rows = [Counter(itertools.chain(*row)) for row in cells]
    pairs = itertools.zip_longest(*cells)
    moved = [a or b for a, b in pairs if Counter(a) != Counter(b)]
    if rows[0] != rows[1] or not moved:
        return None  # a name may be missing in one language
    return f"{moved[0]} stands in another column: are two cells swapped?"


def sentences(block: Block, language: str) -> list[str]:
    """Part what a block says itself: no code, value, address or quotation."""
    hidden = re.compile(
        rf"{CODE.pattern}|{ADDRESS.pattern}|\"[^\"]*\"|「[^」]*」"
    )
    parts = re.split(SENTENCE[language], hidden.sub("", block.text))
    return [part for part in parts if re.search(r"\w", part)]


def opposite(ja: Block, en: Block) -> str | None:
    """Say where one language only has words of rising, the other of falling.

    Sentence by sentence, where both have as many.
    """
    parts = {
        language: sentences(block, language)
        for language, block in zip(LANGUAGES, (ja, en), strict=True)
    }
    if len(parts["ja"]) != len(parts["en"]):
        parts = {language: [" ".join(of)] for language, of in parts.items()}
    for pair in zip(*parts.values(), strict=True):
        ways = [
            [re.findall(way[lang], text) for way in (RISING, FALLING)]
            for lang, text in zip(LANGUAGES, pair, strict=True)
        ]
        (up, down), (rise, fall) = ways
        if (up and fall and not down + rise) or (
            down and rise and not up + fall
        ):
            told = [", ".join(up or down), ", ".join(rise or fall)]
            return (
                f"ja says {told[0]}, en {told[1]}, in {pair[1].strip()!r}: "
                "mend the direction, or say it with like words in both"
            )
    return None


def other_units(ja: Block, en: Block) -> str | None:
    """Say which unit only one of two blocks has, where both have one."""
    left, right = (
        {unit for unit, found in UNITS.items() if re.search(found, text)}
        for text in (CODE.sub("", ja.text), CODE.sub("", en.text))
    )
    if not (left - right and right - left):
        return None
    return (
        f"ja has {[*(left - right)]}, en {[*(right - left)]}: one unit in both"
    )


def differences(ja: list[Block], en: list[Block]) -> Iterator[tuple[int, str]]:
    """Yield the line in English, and what paired blocks say differently."""
    if kinds(ja) != kinds(en):
        return  # another test names the block without a partner
    for left, right in zip(ja, en, strict=True):
        if left.kind.startswith("fence"):
            continue
        for find in FINDERS:
            if told := find(left, right):
                yield right.line, f"(ja: line {left.line}): {told}"


FINDERS = (other_counts, other_links, moved_cells, opposite, other_units)


@pytest.mark.parametrize("page", pages())
def test_partners_say_the_same(page: str) -> None:
    """Counts, units, directions, links, and what stands in which column."""
    both = [
        blocks((ROOT / "docs" / language / page).read_text("utf-8"))
        for language in LANGUAGES
    ]
    faults = [
        f"docs/en/{page}:{line} {told}" for line, told in differences(*both)
    ]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


@pytest.mark.parametrize(
    ("ja", "en", "told"),
    [
        ("10エポックで20回。", "It ends after five epochs.", "10, 20, en 5"),
        ("3枚です。", "Three pictures, 4 forms.", ""),
        ("10回です。", "Ten runs.", ""),
        ("[x](a.md#b)です。", "See [x](a.md#c).", "a.md#b"),
        ("| `a` | `b`の形 |", "| shape of `b` | `a` |", "['`a`']"),
        ("| `a` | `b`の形 |", "| `a` | shape of `b` |", ""),
        ("| `a` | 形 |", "| `a` | shape of `b` |", ""),
        ("損失が下がります。", "The loss rises.", "下が, en rises"),
        (
            "前。損失が上がる。後。",
            "A. The loss fell. It grew.",
            "上が, en fell",
        ),
        ("上がって下がります。", "It rises.", ""),
        ("「下がる」とは違います。", "It rises.", ""),
        ("1枚ごとに{{ x }}MBです。", "{{ x }} GB a photo", "['MB'], en ['GB']"),
        ("{{ x }}MB（メモリ）です。", "{{ x }} of memory", ""),
    ],
)
def test_what_differs_between_partners_is_found(
    ja: str, en: str, told: str
) -> None:
    """Numbers, units, links, directions, cells; not what one leaves out."""
    found = [what for _, what in differences(blocks(ja), blocks(en))]
    assert len(found) == bool(told)
    assert told in "".join(found)


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
