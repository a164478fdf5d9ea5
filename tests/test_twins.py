"""Both languages of a page have the same blocks, seen without a build."""

import itertools
import re
import unicodedata
from collections import Counter, defaultdict
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
NAME = re.compile(r"`([A-Za-z_][\w.]*)(?:\(\))?`")
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
# Pairs of opposites: a word and its opposite, in Japanese and in English. What
# is right of either stands on both sides, or on none.
Pole = tuple[str, str]
OPPOSITES: dict[str, tuple[Pole, Pole]] = {
    "direction": (
        (
            "上が|上げ|増|上昇|大きく|高く|伸び|広が|育|強|長く|深",
            r"ris(?:es?|ing|en)|rose|gr[oe]w(?:s|n|ing)?|increas\w+",
        ),
        (
            "下が|下げ|減|小さく|低く|縮|落|浅|短",
            r"fall(?:s|en|ing)?|fell|decreas\w+|shrinks?",
        ),
    ),
    "height": (("高", "high(?:er|est)?"), ("低", "low(?:er|est)?")),
    "number": (
        ("多", "more|most|many|little|common"),
        ("少な", r"fewer|fewest|(?<!a )few|less|least|little|rare\w*"),
    ),
    "size": (
        ("大き(?!さ)", "large(?:r|st)?|big(?:ger|gest)?"),
        ("小さ", "small(?:er|est)?"),
    ),
    "pace": (("速", "fast(?:er|est)?|quick(?:er|ly)?"), ("遅", r"slow\w*")),
    "worth": (
        ("良|よ[いかさ]|よく(?!似)", "better|best|good"),
        ("悪", r"worse|worst|bad\w*"),
    ),
    "time": (("早", "early|earlier|earliest"), ("遅", "late(?:r|st)?")),
    "length": (("長", "long(?:er|est)?"), ("短", "short(?:er|est)?")),
    "depth": (("深", "deep(?:er|est)?"), ("浅", r"shallow\w*")),
    "strength": (("強", "strong(?:er|est|ly)?"), ("弱", r"weak\w*")),
    "ease": (("簡単|やさし", "eas(?:y|ier|ily)"), ("難し", "hard|harder")),
    "light": (
        ("明る|白", "light(?:er)?|bright(?:er)?|white"),
        ("暗|黒", r"dark\w*|black"),
    ),
    "side": (("左", "left"), ("右", "right")),
    "pass": (("順伝播", "forward"), ("逆伝播", "backward")),
    "mode": (
        (r"train\(\)|訓練モード|学習モード", r"train(?:\(\)|ing mode)"),
        (r"eval\(\)|評価モード|推論モード", r"eval(?:\(\)|uation mode)"),
    ),
    "with": (
        ("あり(?![ま、])", "with|no|plain|even"),
        ("なし(?!い)", "without|no|plain|even"),
    ),
    "split": (
        ("訓練", "training (?:set|data|loss|accuracy|pictures?|photos?)"),
        ("検証|テスト", "validation|(?<!the )test"),
    ),
    "held out": (("検証", "validation"), ("テスト", "(?<!to the )test")),
    "extreme": (
        ("最大|最も[多高]|最も大き", "maximum|largest|highest"),
        ("最小|最も[少低]|最も小さ", "minimum|smallest|lowest"),
    ),
}
# These are words of so many meanings that one sentence must face another.
IN_SENTENCES: dict[str, tuple[Pole, Pole]] = {
    "age": (
        ("新し(?!い位置|い層に付)", "new(?:er|est)?"),
        ("古", "old(?:er|est)?|before"),
    ),
    "ends": (("入力", "inputs?"), ("出力", "outputs?")),
    "order": (
        ("前に|直前|以前|先の|前の", "before|previous"),
        ("(?<!最)後|あと", "(?<!named )after(?! this page| an? |  )"),
    ),
    "place": (
        ("最初|初め|はじめ", "first|beginning|start|scratch"),
        ("最後|末", "last|end(?:s|ing|ed)?|final(?:ly)?"),
    ),
    "table": (
        ("(?<![実一改並])行(?![うわいっえ])", "rows?|lines?"),
        ("(?<![1一])列|桁", "columns?"),
    ),
    "truth": (
        ("正し(?!く[なは])|正解(?!率)", "right|correct(?:ly)?"),
        ("違|誤[っりら]", r"wrong\w*|incorrect\w*|mistake\w*"),
    ),
}
# In one language only, it turns the sense around, but for the direction.
NEGATED = {
    "ja": "ない|なく|なか|ません|なし|ずに|ず[、。]|抑|しか|だけ",
    "en": r"(?i)\b(?:not?|none|never|n?either|nor|without|cannot|hardly|little"
    r"|only)\b|n't\b",
}
PARTED = re.compile(
    rf"\{{\{{ ?claim .*?\}}\}}|{CELL_END.pattern}|\]\([^)\s]+ \"|\"\)$"
)
SENTENCE = {"en": r"(?<=[.?])(?:\*\*)? +(?=[A-Z*\[])", "ja": r"(?<=[。？])"}
# A unit and another one of the same kind, which is wrong by a factor.
UNITS = {
    "bytes": r"\bbytes?\b|バイト",
    "kB": r"(?<![A-Za-z])kB(?![A-Za-z])",
    "MB": r"(?<![A-Za-z])MB(?![A-Za-z])",
    "GB": r"(?<![A-Za-z])GB(?![A-Za-z])",
}
# As digits: 1億3800万 and 138 million are one number that both write alike.
DIGITS = re.compile(r"(?<![A-Za-z\d.])\d[\d,]*(?:\.\d+)?(?!\d*[億万]| million)")
SMALLEST = 13  # a smaller number of a text may be said in many ways
# What comes before or after something else, beside code, values and links.
STEPS = {
    "freezing": ("(?<!解)凍結", r"fr(?:ee|o)z\w+"),
    "unfreezing": ("解凍", r"unfr(?:ee|o)z\w+"),
    "replacing": ("付け替え|置き換え", r"replac\w+"),
    "loading": ("読み込", r"load\w*"),
    "saving": ("保存", "save[ds]?|saving"),
    "training": ("学習(?!率|済)|訓練", "train(?:s|ing)?(?! set| data| loss)"),
    "measuring": ("測|評価|比べ", r"measur\w+|evaluat\w+|compar\w+"),
    "splitting": ("分け|分割", r"split\w*|divid\w+|cuts?"),
    "moving": ("移", r"mov\w+"),
    "making": ("作[っるりら]", r"mak\w+|made|creat\w+|build\w*|built"),
    "adding": ("足し|加え", r"add\w*"),
    "rising": ("上が|上げ|増え", r"ris\w+|rose|raise[sd]?|grow\w*"),
    "falling": ("下が|下げ|減", r"fall\w*|fell|lower\w*"),
    "growing": ("大き[くい]", r"larg\w+"),
    "shrinking": ("小さ[くい]", r"small\w*"),
    "shuffling": ("シャッフル", r"shuffl\w+"),
    "converting": ("変換", r"convert\w*"),
    "copying": ("コピー", r"cop(?:y|ie)\w*"),
    "counting": ("数え", r"count\w*"),
    "looking": ("見(?!え|出)|確かめ|調べ", r"look\w*|check\w*"),
    "installing": ("(?<!アン)インストール|入れます", r"install\w*"),
    "uninstalling": ("アンインストール", r"uninstall\w*"),
    "inverting": ("反転", r"invert\w*"),
    "joining": ("まとめ|つな", r"join\w*|stack\w*"),
    "normalizing": ("(?<!バッチ)正規化", r"normali[sz]\w+"),
    "augmentation": ("データ拡張", r"augment\w*"),
    "batch norm": ("BatchNorm|バッチ正規化", r"BatchNorm|batch norm\w+"),
    "convolution": ("畳み込み", r"convolution\w*"),
    "pooling": ("プーリング", r"pool\w*"),
    "ReLU": ("ReLU", "ReLU"),
    "the head": ("出力層", "heads?|last layer"),
    "all layers": ("全層", "all layers|all|everything"),
    "the optimizer": ("オプティマイザ", r"optimizer\w*"),
    "the schedule": ("スケジュー", r"schedul\w+"),
    "the model": ("モデル|ネットワーク", "models?|networks?"),
    "the weights": ("重み", "weights?"),
}
# Between what comes first and what follows, and the other way round.
THEN = {
    "ja": r"[てで]から(?!は)|たあと|た後|の[あ後]と?|、次に|続けて|それから",
    "en": r"(?i)\b(?:then|before)\b",
}
SINCE = {
    "ja": "(?:の|る|より)直?前",
    "en": r"(?i)\bafter\b",
}
CLAUSE_END = {"ja": r"[。、；：]|: ", "en": r"[.;:,](?=\s|$)"}
# "Before A, B" is "B before A".
AHEAD = re.compile(
    r"(?:^|(?<=[:;.] ))(?P<word>Before|After|before|after)\b(?P<one>[^,;.:]*), "
    r"(?P<then>[^,;.:]*)"
)
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


def values(text: str, least: float) -> set[float]:
    """Return the numbers of a text, as digits or words, without its code."""
    text = unicodedata.normalize("NFKC", ADDRESS.sub("]", CODE.sub(" ", text)))
    found = {float(x.replace(",", "")) for x in DIGITS.findall(text)}
    words = re.findall(rf"(?i)\b(?:{'|'.join(WORDS)})\b", text)
    found |= {float(WORDS[word.lower()]) for word in words}
    return {x for x in found if x >= least or not x.is_integer()}


def other_values(ja: Block, en: Block) -> str | None:
    """Say which numbers stand in one language only, where both have some."""
    cells = [[ja.text], [en.text]]
    if ja.kind == "table row":
        cells = [CELL_END.split(block.text) for block in (ja, en)]
    least = 3 if ja.kind == "table row" else SMALLEST
    for left, right in itertools.zip_longest(*cells, fillvalue=""):
        ours, theirs = values(left, least), values(right, least)
        if ours - theirs and theirs - ours:
            told = [
                [f"{x:g}" for x in y] for y in (ours - theirs, theirs - ours)
            ]
            return (
                f"ja says {', '.join(told[0])}, en {', '.join(told[1])}: one "
                "is wrong, or two cells are swapped"
            )
    return None


def other_links(ja: Block, en: Block) -> str | None:
    """Say which targets only one of two blocks links to."""
    left, right = (Counter(LINK.findall(block.text)) for block in (ja, en))
    if left == right:
        return None
    return (
        f"ja links to {[*(left - right)]}, en to {[*(right - left)]}: link to "
        "the same place, anchor included"
    )


def other_names(ja: Block, en: Block) -> str | None:
    """Say which name of code stands in the place of another one."""
    left, right = (set(NAME.findall(block.text)) for block in (ja, en))
    if not (left - right and right - left):
        return None  # one language may leave a name out
    return (
        f"ja names {', '.join(sorted(left - right))}, en "
        f"{', '.join(sorted(right - left))}: name the same code in both"
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


def sentences(text: str, language: str) -> list[str]:
    """Part what a text says itself: no code, value, address or quotation."""
    hidden = re.compile(
        rf"{CODE.pattern}|{ADDRESS.pattern}|\"[^\"]*\"|「[^」]*」"
    )
    parts = re.split(SENTENCE[language], hidden.sub("", text))
    return [part for part in parts if re.search(r"\w", part)]


def facing(ja: Block, en: Block) -> Iterator[tuple[str, str, bool]]:
    """Pair what both say, and say of each pair if it is one sentence each.

    Cell by cell, claim by claim, a figure and its caption; and there sentence
    by sentence, if both have as many.
    """
    texts = [PARTED.split(block.text) for block in (ja, en)]
    if len(texts[0]) != len(texts[1]):
        texts = [[ja.text], [en.text]]
    for left, right in zip(*texts, strict=True):
        parts = sentences(left, "ja"), sentences(right, "en")
        if len(parts[0]) == len(parts[1]):
            yield from ((*pair, True) for pair in zip(*parts, strict=True))
        else:
            yield " ".join(parts[0]), " ".join(parts[1]), False


def opposite(ja: Block, en: Block) -> str | None:
    """Say where one language has the opposite of the other's word."""
    for left, right, alone in facing(ja, en):
        negated = [
            re.search(NEGATED[language], text) is None
            for language, text in zip(LANGUAGES, (left, right), strict=True)
        ]
        for name, poles in (
            OPPOSITES | (IN_SENTENCES if alone else {})
        ).items():
            (up, rise), (down, fall) = (
                (re.findall(ja, left), re.findall(rf"(?i)\b(?:{en})\b", right))
                for ja, en in poles
            )
            ours, theirs = up + down, rise + fall
            if len(up) == len(rise) or not (ours and theirs):
                continue
            if negated[0] != negated[1] and name != "direction":
                continue
            as_many = alone and len(ours) == len(theirs)
            if as_many or not ((up and rise) or (down and fall)):
                return (
                    f"ja says {', '.join(ours)}, en {', '.join(theirs)}, in "
                    f"{right.strip()!r}: mend what is wrong, or say it with "
                    "like words in both"
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


def steps(text: str, language: str) -> set[str]:
    """Return what a clause names: steps, code, values and pages."""
    found = {*CODE.findall(text)}
    found |= {one.partition("#")[0] for one in LINK.findall(text)}
    text = CODE.sub("", ADDRESS.sub("", text))
    for step, words in STEPS.items():
        word = words[LANGUAGES.index(language)]
        edge = r"\b" if language == "en" else ""
        if re.search(rf"(?i){edge}(?:{word}){edge}", text):
            found.add(step)
    return found


def orders(text: str, language: str) -> dict[tuple[str, str], list[float]]:
    """Return pairs of steps, the first one first, and where a text says so."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    text = CODE.sub(lambda code: code[0].replace(" ", ""), text)
    parts = re.split(SENTENCE[language], text)
    for place, sentence in enumerate(parts):
        turned = AHEAD.sub(r"\g<then> \g<word> \g<one>", sentence)
        for words, forward in ((THEN, True), (SINCE, False)):
            for match in re.finditer(words[language], turned):
                before = turned[: match.start()].rstrip(" ,、")
                after = turned[match.end() :].lstrip(" ,、")
                left = re.split(CLAUSE_END[language], before)[-1]
                right = re.split(CLAUSE_END[language], after)[0]
                one, two = (steps(side, language) for side in (left, right))
                for pair in itertools.product(one - two, two - one):
                    said = pair if forward else pair[::-1]
                    found[said].append(place / len(parts))
    return found


def other_order(ja: Block, en: Block) -> str | None:
    """Say which of two steps comes first in one language, last in the other.

    A block may name both orders: then the nearest sentence is the partner.
    """
    ours, theirs = orders(ja.text, "ja"), orders(en.text, "en")
    for (one, other), places in sorted(ours.items()):
        turned = theirs.get((other, one), [])
        same = theirs.get((one, other), [])
        for place in places if turned and (other, one) not in ours else ():
            apart = min(abs(x - place) for x in turned)
            if all(abs(x - place) > apart for x in same):
                return (
                    f"ja has {one} before {other}, en {other} before {one}: "
                    "mend the order that is wrong"
                )
    return None


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


FINDERS = (
    *(other_counts, other_values, other_links, other_names, moved_cells),
    *(opposite, other_units, other_order),
)


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
        ("`int64`か`uint8`です。", "`int64` or `int32` will do.", "en int32"),
        ("`int64`です。", "`int64` or `int32` will do.", ""),
        ("損失が下がります。", "The loss rises.", "下が, en rises"),
        (
            "前。損失が上がる。後。",
            "A. The loss fell. It grew.",
            "上が, en fell",
        ),
        ("上がって下がります。", "It rises.", ""),
        (
            "検証の正解率は低い。",
            "Validation has the higher one.",
            "低, en high",
        ),
        ("低い率で高い。", "At low rates it is lower.", "低, en low, lower"),
        ('![x](x.svg "上が元の画像")', '![x](x.svg "lower: from left")', ""),
        (
            '![x](x.svg "左が元の画像")',
            '![x](x.svg "Right: a copy")',
            "左, en R",
        ),
        ("正解率は低くない。", "Its accuracy is the higher one.", ""),
        ("| 速い | 遅い |", "| slower | faster |", "速, en slow"),
        ("前の行です。", "See the row after it.", "前の, en after"),
        (
            "小さい。{{ claim a }}大きい。",
            "It is small. {{ claim a }} Small.",
            "大",
        ),
        ("「下がる」とは違います。", "It rises.", ""),
        ("凍結してから付け替えます。", "Freeze it, then replace it.", ""),
        ("付け替えてから凍結します。", "Freeze, then replace.", "before free"),
        (
            "凍結されました。付け替えてから凍結します。数えます。",
            "It was replaced, then frozen. Freeze, then replace. Count it.",
            "before freezing",
        ),
        ("`a`の前に`b`を置きます。", "Before `a`, write `b`.", ""),
        ("`a`の前に`b`を置きます。", "After `a` comes `b`.", ""),
        ("`a`にしてから`b`です。", "After `b`, write `a`.", "en `b`"),
        ("`a`のあとに`b`を置きます。", "`a` comes after `b`.", "en `b`"),
        ("| 群 | 384 |", "| batch | 12 |", "ja says 384, en 12"),
        ("| 群 | 10分の1 |", "| batch | a tenth |", ""),
        ("約4.6です。", "It is about 6.4.", "ja says 4.6, en 6.4"),
        ("1億3800万個です。", "138 million in VGG16.", ""),
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
