"""What stands where in the Markdown of a page, for the tests of the pages."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from docs._tools import expand
from docs._tools.lessons import LANGUAGES, ROOT
from docs._tools.parts import Source
from tests.shared import RECORDS

DOCS = ROOT / "docs"
FENCE = re.compile(r"^\s*(?P<marks>`{3,}|~{3,})\s*(?P<language>[\w-]*)")
HEADING = re.compile(r"^#+ .*\{ ?#(?P<id>[\w-]+) ?\}")
BLOCK_MARK = re.compile(r"^\s*(?:[-*>#|]|\d+\. |\?\?\?|!!!)")


class Embed(NamedTuple):
    """One thing that a page takes from a script, a record or a drawing."""

    line: int
    kind: str  # code, output, figure, value or claim
    text: str


class Line(NamedTuple):
    """A line of a page outside of its front matter."""

    number: int
    text: str
    fence: str | None  # language of the fence that it stands in, or opens


def pages() -> list[str]:
    """List the pages by their path below a language's folder."""
    folder = DOCS / LANGUAGES[0]
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*.md")
    )


def missing(page: str) -> list[str]:
    """List the languages that a page is missing in."""
    return [one for one in LANGUAGES if not (DOCS / one / page).is_file()]


def read(language: str, page: str) -> str:
    """Return the Markdown of a page; without one, the test is skipped.

    One test says so: tests/test_twins.py if the other language has the page,
    else tests/test_pages.py.
    """
    if language in missing(page):
        pytest.skip(f"docs/{language}/{page} is missing")
    return (DOCS / language / page).read_text(encoding="utf-8")


def outlined(language: str, page: str) -> str:
    """Return it with the folds and lists that the diary's table gives."""
    about = expand.Page(f"docs/{language}/{page}", None, language)
    return expand.outlined(read(language, page), about, RECORDS)


def parse(text: str) -> list[Embed]:
    """List the embeds of a page, each part of a fence by itself."""
    embeds = []
    for embed in expand.parse(text):
        if embed.kind != "code":
            what = embed.what.removeprefix("claim ").rstrip(":")
            text = what.replace("\n", "; ")
            embeds.append(Embed(embed.line, embed.kind, text))
        for line, body in embed.body if embed.kind == "code" else ():
            if part := expand.EXCERPT.match(body):
                kind = "output" if part["path"].endswith(".txt") else "code"
                place = f"{part['path']}:{part['name'] or ''}"
                embeds.append(Embed(line, kind, place))
    return embeds


@cache
def _source(path: Path) -> Source:
    return Source.read(path, path.name)


def cut(path: Path, name: str | None) -> list[str]:
    """Return the lines of a part of a file, which is read once."""
    return _source(path).part(name).lines


def without_code(text: str) -> str:
    """Blank out what stands in backticks."""
    return re.sub(r"`[^`]*`", "", text)


def telling(text: str) -> set[str]:
    """Return a text's numbers, stems, and pairs of kanji or katakana."""
    text = unicodedata.normalize("NFKC", text.replace("_", " ")).lower()
    pairs = re.findall(r"(?=([\u4e00-\u9fff\u3005\u30a1-\u30fc]{2}))", text)
    text = re.sub(r"(?<=[a-z]{3})(?:es|s|ed|ing)\b", "", text)
    return {*re.findall(r"[a-z]{3,}|\d[\d.]*", text), *pairs}


Words = tuple[set[str], set[str]]  # what a text says, and what is there


def better_crossed(one: Words, other: Words) -> list[str]:
    """Return the words that two texts share with each other's place.

    Nothing, if they share as many with their own. What both texts say, or
    both places, tells neither from the other.
    """
    (a, at_a), (b, at_b) = one, other
    fits = [(a - b) & (at_a - at_b), (b - a) & (at_b - at_a)]
    crosses = [(a - b) & (at_b - at_a), (b - a) & (at_a - at_b)]
    is_better = sum(map(len, crosses)) > sum(map(len, fits))
    return sorted(set.union(*crosses)) if is_better else []


def lines_of(text: str) -> Iterator[Line]:
    """Yield the lines of a page and the fence that each stands in."""
    language, marks = None, ""
    front_matter = text.startswith("---\n")
    for number, line in enumerate(text.splitlines(), 1):
        if front_matter:
            front_matter = number == 1 or line != "---"
            continue
        opening = FENCE.match(line)
        if language is None and opening:
            language, marks = opening["language"], opening["marks"]
            yield Line(number, line, language)
        else:
            yield Line(number, line, language)
            if language is not None and line.strip() == marks:
                language = None


def line_with(text: str, words: str) -> int:
    """Return the first line of a page that holds ``words``, or 1."""
    for number, line in enumerate(text.splitlines(), 1):
        if words and words in line:
            return number
    return 1
