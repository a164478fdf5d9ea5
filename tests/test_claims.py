"""Rules of the functions below ``tests/claims``, read and not run."""

import ast
import contextlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from docs._tools.lessons import LANGUAGES, ROOT, lessons, page_of, scripts

CLAIMS = ROOT / "tests/claims"
# Kana or kanji.
JAPANESE = re.compile(r"[぀-ヿ㐀-鿿]")
# Shares, points and decimals: "95 %", "3 points", "0.05".
NUMBER = re.compile(r"(\d+(?:\.\d+)?)(\s?(?:%|points?|ポイント))?")

MARK = re.compile(r"\{\{ ?claim (?:(?P<of>\S+/\S+) )?(?P<name>\S+) ?\}\}")
SURE = 0.2  # by so much more, two claims share words with the other's sentence


@dataclass(frozen=True)
class Claim:
    """A claim as its source has it."""

    path: Path
    line: int
    name: str
    texts: dict[str, str]
    numbers: frozenset[float]

    @property
    def place(self) -> str:
        """Return file, line and name."""
        path = self.path.relative_to(ROOT).as_posix()
        return f"{path}:{self.line}: {self.name}"


def read_claims(path: Path) -> Iterator[Claim]:
    """Yield the functions of a file that bear ``@claim(...)``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and (
                ast.unparse(decorator.func) == "claim"
            ):
                yield Claim(
                    path,
                    node.lineno,
                    node.name,
                    read_texts(decorator),
                    read_numbers(node.body),
                )


def read_texts(decorator: ast.Call) -> dict[str, str]:
    """Return the texts of a claim by language."""
    return {
        keyword.arg: keyword.value.value
        for keyword in decorator.keywords
        if keyword.arg
        and isinstance(keyword.value, ast.Constant)
        and isinstance(keyword.value.value, str)
    }


def read_numbers(body: list[ast.stmt]) -> frozenset[float]:
    """Return the numbers in a function, and in keys such as "1e-01"."""
    found = set()
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Constant) and node.value is not None:
                with contextlib.suppress(ValueError):
                    found.add(float(node.value))  # type: ignore[arg-type]
    return frozenset(found)


def promised(text: str) -> Iterator[tuple[str, float]]:
    """Yield the shares, points and decimals that a text names."""
    for match in NUMBER.finditer(text):
        number, unit = match.groups()
        if unit:
            yield match[0], round(float(number) / 100, 6)
        elif "." in number:
            yield match[0], float(number)


FILES = sorted(CLAIMS.rglob("*.py"))
ALL = [claim for path in FILES for claim in read_claims(path)]


@pytest.mark.parametrize(
    "path", FILES, ids=lambda path: path.relative_to(CLAIMS).as_posix()
)
def test_file_belongs_to_a_lesson(path: Path) -> None:
    """It stands where its lesson's script stands below ``examples/``."""
    lesson = path.relative_to(CLAIMS).with_suffix("").as_posix()
    assert lesson in scripts(), (
        f"{path.relative_to(ROOT)}: no script examples/{lesson}.py;"
        " rename the file as the script, or delete it"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_in_both_languages(language: str) -> None:
    """The Japanese text is Japanese, and the English one is not."""
    for claim in ALL:
        text = claim.texts.get(language, "")
        assert text, f"{claim.place}: write @claim({language}=...) as one text"
        assert bool(JAPANESE.search(text)) == (language == "ja"), (
            f"{claim.place}: {language}={text!r} is in the wrong language"
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_of_the_text_are_thresholds(language: str) -> None:
    """What a reader is told in numbers is what is compared."""
    faults = [
        f"{claim.place}: {language} says {words!r}, but the function holds "
        f"{sorted(claim.numbers)}; compare with {number:g}, or change the text"
        for claim in ALL
        for words, number in promised(claim.texts[language])
        if number not in claim.numbers
    ]
    assert not faults, "\n".join(faults)


def turned_margins(tree: ast.Module) -> Iterator[int]:
    """Yield the lines of comparisons with a margin below zero."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.keyword):
            continue
        if node.arg in ("by", "within") and isinstance(node.value, ast.UnaryOp):
            yield node.value.lineno


def test_no_margin_is_negative() -> None:
    """A claim "by 5 points" with by=-0.05 would hold for what is worse."""
    faults = [
        f"{path.relative_to(ROOT)}:{line}: a margin below zero holds for the "
        "opposite too: write by= as a positive number"
        for path in FILES
        for line in turned_margins(ast.parse(path.read_text("utf-8")))
    ]
    assert not faults, "\n".join(faults)
    assert [*turned_margins(ast.parse("more(a, b, by=-0.1)"))] == [1]
    assert not [*turned_margins(ast.parse("more(a, -b, by=0.1)"))]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("reaches 95 % in all five runs", [0.95]),
        ("3ポイントより良くならない", [0.03]),
        ("At 0.05, 2 points above", [0.05, 0.02]),
        ("With 50 pictures, near ln 10", []),
    ],
)
def test_promised_numbers(text: str, numbers: list[float]) -> None:
    """Shares, points and decimals are found, counts are not."""
    assert [number for _, number in promised(text)] == numbers


def words(text: str, language: str) -> set[str]:
    """Return the beginnings of English words; pairs of kanji and katakana."""
    if language == "en":
        return {x[:5] for x in re.findall(r"[a-z]{4,}|\d+", text.lower())}
    runs = re.findall(r"[一-龥]+|[ァ-ヶー]+|[A-Za-z_]+|\d+", text)
    return {run[i : i + 2] for run in runs for i in range(len(run) or 1)}


def marks(text: str, lesson: str) -> Iterator[tuple[int, str, Claim]]:
    """Yield line, what stands before, and claim of each mark of a page."""
    for number, line in enumerate(text.splitlines(), 1):
        start = 0
        for match in MARK.finditer(line):
            file = CLAIMS / f"{match['of'] or lesson}.py"
            name = match["name"].replace("-", "_")
            for claim in ALL:
                if (claim.path, claim.name) == (file, name):
                    yield number, line[start : match.start()], claim
            start = match.end()


def gain(before: list[str], texts: list[str], language: str) -> float:
    """Return how much more two texts fit if they are exchanged, -2 to 2."""
    said = [words(one, language) for one in before]
    told = [words(one, language) for one in texts]
    fit = [[len(a & b) / max(1, len(b)) for b in told] for a in said]
    return fit[0][1] + fit[1][0] - fit[0][0] - fit[1][1]


def exchanged(pages: dict[str, str], lesson: str) -> Iterator[str]:
    """Yield neighbouring marks that fit each other's sentences better."""
    found = [[*marks(pages[lang], lesson)] for lang in LANGUAGES]
    for pairs in itertools.pairwise(zip(*found, strict=True)):
        gains = [
            gain(
                [before for _, before, _ in two],
                [claim.texts[lang] for _, _, claim in two],
                lang,
            )
            for lang, two in zip(
                LANGUAGES, zip(*pairs, strict=True), strict=True
            )
        ]
        if min(gains) > SURE:
            one, other = (pair[0] for pair in pairs)
            yield (
                f"docs/ja/{page_of(lesson)}.md:{one[0]}: {one[2].name} and "
                f"(line {other[0]}) {other[2].name}: each fits the other's "
                "sentence better in both languages: exchange the marks, or "
                "say it nearer to the claim"
            )


@pytest.mark.parametrize("lesson", lessons())
def test_a_mark_stands_behind_what_it_claims(lesson: str) -> None:
    """Exchanged in both languages, each would vouch for the other."""
    pages = {
        lang: (ROOT / f"docs/{lang}/{page_of(lesson)}.md").read_text("utf-8")
        for lang in LANGUAGES
    }
    if faults := [*exchanged(pages, lesson)]:
        pytest.fail("\n".join(faults), pytrace=False)


def test_exchanged_marks_are_found() -> None:
    """The marks of a page with two claims, as they are and exchanged."""
    pages = {
        lang: (ROOT / f"docs/{lang}/transfer/freezing.md").read_text("utf-8")
        for lang in LANGUAGES
    }
    assert not [*exchanged(pages, "transfer/freezing")]
    one, other = "only-the-new-head-is-trained", "statistics-move-in-training"
    turned = {
        lang: text.replace(one, "X").replace(other, one).replace("X", other)
        for lang, text in pages.items()
    }
    assert len([*exchanged(turned, "transfer/freezing")]) == 1
