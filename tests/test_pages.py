"""The pages' sources: two languages in step, nothing typed that was run."""

import difflib
import functools
import posixpath
import re
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from docs._tools.expand import parse
from docs._tools.lessons import LANGUAGES, ROOT, lessons, page_of
from tests.page_source import (
    DOCS,
    Line,
    better_crossed,
    lines_of,
    missing,
    read,
    telling,
)
from tests.shared import RECORDS

HEADING = re.compile(r"^(?P<level>#+) .*\{ ?#(?P<id>[a-z0-9-]+) ?\}$")
KANA = re.compile(r"[\u3040-\u30ff]")
# A number that a run may have given: a decimal or a percentage.
RESULT = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.])|\d+(?:\.\d+)? ?[%％]")
# Versions of a library are no results: "torch 2.15", "since 1.11".
VERSION = re.compile(
    r"(?i)(?:python|torch|pytorch|torchvision|numpy|cuda|CC BY) ?>?=? ?\d[\d.]*"
)


def pages(language: str) -> list[str]:
    """List a language's pages by their path below its folder."""
    folder = DOCS / language
    found = [path.relative_to(folder) for path in folder.rglob("*.md")]
    return sorted(path.as_posix() for path in found)


def embeds(text: str) -> list[str]:
    """List all that a page embeds, in order, without what is translated."""
    return [f"{embed.kind} {embed.what}" for embed in parse(text)]


def headings(text: str) -> list[str]:
    """List the levels and ids of a page's headings."""
    return [
        f"{found['level']} {found['id']}"
        for line in lines_of(text)
        if line.fence is None and (found := HEADING.match(line.text))
    ]


def first_difference(ja: list[str], en: list[str]) -> str:
    """Say where two lists part, in both languages."""
    found = difflib.unified_diff(ja, en, "docs/ja", "docs/en", "", "", 1, "")
    return "\n".join(found)


@pytest.mark.parametrize("page", pages("ja"))
def test_both_languages_say_the_same_things_in_the_same_order(
    page: str,
) -> None:
    """Heading ids, embeds, notes and record values are equal."""
    ja, en = read("ja", page), read("en", page)
    for what, list_of in (("headings", headings), ("embeds", embeds)):
        if difference := first_difference(list_of(ja), list_of(en)):
            pytest.fail(
                f"docs/ja/{page} and docs/en/{page}: the {what} differ; write "
                f"the same in both, in one order:\n{difference}",
                pytrace=False,
            )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", pages("ja"))
def test_page_is_written_by_the_rules(page: str, language: str) -> None:
    """Ids on headings, one line a paragraph, no result typed by hand."""
    text = read(language, page)
    faults = [f"docs/{language}/{page}:1: begin with `---`, `description: …`"]
    faults *= not re.match(r"---\ndescription: .+\n", text)
    faults += [
        f"docs/{language}/{page}:{number}: {fault}"
        for number, fault in sorted(_faults(text, language))
    ]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def _faults(text: str, language: str) -> Iterator[tuple[int, str]]:
    lines = list(lines_of(text))
    for line in lines:
        if line.fence is not None:
            continue
        if line.text.startswith("#") and not HEADING.match(line.text):
            yield line.number, "a heading needs an id: ## … {#id}"
        prose = re.sub(r"`[^`]*`|\]\([^)]*\)|\{\{[^}]*\}\}", "", line.text)
        for result in RESULT.finditer(VERSION.sub("", prose)):
            yield (
                line.number,
                f"{result[0]!r} looks like a result: embed it from a record, "
                "or put a constant of the code into backticks",
            )
        if language == "en" and KANA.search(prose):
            yield line.number, "Japanese on the English page"
    for before, line in pairwise(lines):
        if _is_prose(before) and _is_prose(line):
            yield line.number, "a paragraph is one line of the source"


def _is_prose(line: Line) -> bool:
    text = line.text.strip()
    return (
        line.fence is None
        and bool(text)
        and not re.match(r"[#|>!:\-*<\[{]|\d+\. |\?\?\?", text)
    )


LINK = re.compile(
    r"(?<!!)\[(?P<text>[^]]+)\]\((?P<target>[^)#\s]*\.md)(?:#[\w-]+)?\)"
)
NAME = re.compile(r"`([A-Za-z_]\w+)(?:\(\))?`")  # one name, as code
TITLE = re.compile(r"(?m)^# (.+?) ?\{ ?#")


def misled(page: str, language: str, titles: dict[str, str]) -> Iterator[str]:
    """Yield links of a page that name another page, or code not in theirs."""
    for line in lines_of(read(language, page)):
        for link in LINK.finditer(line.text) if line.fence is None else ():
            beside = posixpath.join(posixpath.dirname(page), link["target"])
            to = posixpath.normpath(beside)
            here = f"docs/{language}/{page}:{line.number}: {link[0]}"
            named = titles.get(link["text"].casefold(), to)
            if named != to and not to.startswith("diary/"):
                yield f"{here} is the title or the term of {named}: link there"
            elif to in titles.values():
                known = read(language, to) + script_of(to)
                for name in NAME.findall(link["text"]):
                    if name not in known:
                        yield f"{here}: {to} has no {name}: link to where it is"


def script_of(page: str) -> str:
    """Return the script of a page, or nothing."""
    path = ROOT / "examples" / page.replace(".md", ".py")
    return path.read_text("utf-8") if path.is_file() else ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_lead_to_what_they_name(language: str) -> None:
    """One to another lesson leads somewhere, too."""
    titles = {
        term[language].casefold(): f"{term['page']}.md"
        for term in RECORDS.words("terms").values()
    }
    for page in pages(language):
        if title := TITLE.search(read(language, page)):
            titles[title[1].casefold()] = page
    assert len(titles) > 50
    faults = [
        x for page in pages(language) for x in misled(page, language, titles)
    ]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


UNIT = re.compile(
    r"\{\{ ?(?P<of>[a-z]+/\w+ )?[^}]*\}\} ?(?P<unit>kB|MB|GB|ms)(?![A-Za-z])"
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_units_of_values_are_those_of_the_script(language: str) -> None:
    """A value is recorded without its unit, which the script prints."""
    faults = []
    for page in pages(language):
        for line in lines_of(read(language, page)):
            for found in UNIT.finditer(line.text):
                of = found["of"]
                script = script_of(f"{of.strip()}.md" if of else page)
                if not re.search(rf"(?<![A-Za-z]){found['unit']}\b", script):
                    faults.append(
                        f"docs/{language}/{page}:{line.number}: {found[0]}: "
                        f"the script that recorded it names no "
                        f"{found['unit']}: write its unit"
                    )
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def test_every_page_belongs_somewhere() -> None:
    """A page is a lesson's, the diary's, or one of the few that stand alone.

    One that is missing in one language only is told by tests/test_twins.py.
    """
    wanted = {"index.md", "contributing.md", "glossary.md"}
    wanted |= {f"{page_of(x)}.md" for x in lessons()}
    wanted |= {one for one in pages("ja") if one.startswith("diary/")}
    both = [*LANGUAGES]
    faults = [
        f"docs/{language}/{page} is {fault}"
        for language in LANGUAGES
        for fault, odd in (
            ("missing: write it", {x for x in wanted if missing(x) == both}),
            (
                "no lesson's page: write its script (examples/SECTION/NAME.py) "
                "or remove it",
                set(pages(language)) - wanted,
            ),
        )
        for page in sorted(odd)
    ]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def test_no_picture_lies_outside_its_folder() -> None:
    """Recorded pictures lie in snippets/, drawn ones in docs/assets/."""
    pictures = [
        path
        for language in LANGUAGES
        for path in (DOCS / language).rglob("*")
        if path.is_file() and path.suffix not in (".md", ".ipynb")
    ]
    if pictures:
        pytest.fail(
            f"{', '.join(map(str, pictures))}: a drawing stands in "
            "docs/assets/drawings/, a figure of a run in snippets/",
            pytrace=False,
        )


def test_every_drawn_figure_is_shown() -> None:
    """A picture or a recorded figure that no page shows is left over."""
    shown = {
        embed.what
        for language in LANGUAGES
        for page in pages(language)
        for embed in parse(read(language, page))
        if embed.kind == "figure"
    }
    drawn = {
        path.relative_to(ROOT).as_posix()
        for folder in (DOCS / "assets/drawings", ROOT / "snippets")
        for path in Path(folder).rglob("*.svg")
    }
    if left := sorted(drawn - shown):
        pytest.fail(
            f"shown on no page: {', '.join(left)}: embed it as a figure, or "
            "let its script draw it no more",
            pytrace=False,
        )


class Link(NamedTuple):
    """A link within the site: the words on it, those of where it leads."""

    line: int
    text: str
    target: str
    said: set[str]
    there: set[str]


WITHIN = re.compile(
    r"\[(?P<text>[^\[\]]+)\]\((?P<path>(?!\w+:)[^)\s#]*)(?:#(?P<id>[\w-]+))?\)"
)
TITLED = re.compile(r"^(#+) (.*?)(?:\{ ?#([\w-]+) ?\})?\s*$", re.M)


@functools.cache
def place_words(language: str, page: str, anchor: str | None) -> set[str]:
    """Return the words of a page's title, address and terms, and a heading."""
    path = DOCS / language / page
    text = path.read_text("utf-8") if path.is_file() else ""
    words = [page.replace("/", " "), (anchor or "").replace("-", " ")]
    for level, heading, own in TITLED.findall(text):
        words += [heading] * (level == "#" or own == anchor)
    for term in RECORDS.words("terms").values():
        if term.get("page") == page.removesuffix(".md"):
            words += [term["ja"], term["en"], *term["also"]]
    return telling(" ".join(words))


def links_of(line: Line, page: str, language: str) -> Iterator[Link]:
    """Yield the links of a line to headings and other pages."""
    for found in WITHIN.finditer(line.text):
        path = posixpath.join(posixpath.dirname(page), found["path"])
        there = posixpath.normpath(path) if found["path"] else page
        yield Link(
            line.number,
            found["text"],
            f"{found['path']}#{found['id'] or ''}",
            telling(found["text"]),
            place_words(language, there, found["id"]),
        )


def swapped(one: Link, other: Link) -> str | None:
    """Say which words of two links belong to where the other one leads."""
    shared = better_crossed((one.said, one.there), (other.said, other.there))
    if len(shared) < 2:  # one word may be there by chance
        return None
    return (
        f"{one.text!r} leads to {one.target} and {other.text!r} to "
        f"{other.target}, but {', '.join(shared)} is of "
        "where the other one leads: exchange the targets, or say on each link "
        "where it leads"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_of_a_paragraph_are_not_swapped(language: str) -> None:
    """Both targets exist, and each language has as many of each."""
    faults = [
        f"docs/{language}/{page}:{line.number}: {told}"
        for page in pages(language)
        for line in lines_of(read(language, page))
        if line.fence is None
        for pair in combinations(links_of(line, page, language), 2)
        if (told := swapped(*pair))
    ]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_swapped_links_are_found(language: str) -> None:
    """Between two lessons whose titles share no word."""
    ways = "data/augmentation.md", "models/lstm.md"
    said = "augmentation データ拡張", "LSTM states 形と状態"
    for targets, is_wrong in ((ways, False), (ways[::-1], True)):
        line = " ".join(
            f"[{x}]({y})" for x, y in zip(said, targets, strict=True)
        )
        one, other = links_of(Line(1, line, None), "index.md", language)
        assert bool(swapped(one, other)) == is_wrong
