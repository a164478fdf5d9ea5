"""The pages' sources: two languages in step, nothing typed that was run."""

import difflib
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from docs._tools.expand import parse
from docs._tools.lessons import LANGUAGES, ROOT, lessons, page_of
from tests.page_source import DOCS, Line, lines_of, missing, read

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
