"""What each page holds, one line an item, so that a loss shows in a diff.

A snapshot ``tests/snapshots/<page>.txt`` lists, in the order of the page, its
headings' ids, kinds of blocks, embeds, claims and links. A paragraph is told by
the first words of the English page and the number of stops and commas in each
language. What both languages lose at once is then seen; a changed word is not.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from docs._tools.lessons import LANGUAGES, ROOT, page_of
from tests.page_source import HEADING, lines_of, missing, pages, parse, read

LENGTH = 40
KINDS = (
    (re.compile(r"\s*(?:\?\?\?|!!!)\+? *(\w+)"), "{}"),
    (re.compile(r"\s*[-*] "), "item"),
    (re.compile(r"\s*\d+\. "), "step"),
    (re.compile(r"\s*\|[-:| ]+\|$"), ""),
    (re.compile(r"\s*\|"), "row"),
    (re.compile(r"!\["), "figure"),
)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)")
EMBED = re.compile(r"\{\{.*?\}\}")
STOP = re.compile(r"[。？！、；]|[.?!:;,](?=[\s\"”)*]|$)")


class Item(NamedTuple):
    """One line of a snapshot, and the line of the page that it is of."""

    line: int
    text: str


def snapshot(page: str) -> list[Item]:
    """List what a page holds; the lines are those of the English page."""
    ja, en = (list(_items(read(language, page))) for language in LANGUAGES)
    items = []
    for (_, _, other), (line, text, sentences) in zip_longest(
        ja, en, fillvalue=(0, "", 0)
    ):
        if sentences or other:
            text = f"{text}  [ja {other}, en {sentences}]"
        items.append(Item(line, text))
    return items


def _items(text: str) -> Iterator[tuple[int, str, int]]:
    """Yield (line, what stands there, number of stops and commas)."""
    embeds: dict[int, list[tuple[str, int]]] = {}
    for embed in parse(text):
        line = text.split("\n")[embed.line - 1]
        before, claim, _ = line.partition(f"claim {embed.text}")
        said = _sentences(before) if claim else 0  # what a claim stands behind
        shown = f"{embed.kind} {embed.text}", said
        embeds.setdefault(embed.line, []).append(shown)
    for one in lines_of(text):
        stripped = one.text.strip()
        if one.fence is None and stripped:
            yield from _prose(one.number, one.text)
        elif one.fence is not None and stripped.startswith("```"):
            if stripped.strip("`"):
                yield one.number, f"```{one.fence}", 0
        elif stripped.startswith(("note: ", "highlight: ")):
            yield one.number, f"    {stripped.partition(' -- ')[0]}", 0
        elif one.fence and stripped and one.number not in embeds:
            yield one.number, f"    {stripped[:LENGTH]}", 0
        for what, said in embeds.get(one.number, []):
            yield one.number, f"    {what}", said


def _prose(number: int, line: str) -> Iterator[tuple[int, str, int]]:
    heading = HEADING.match(line)
    if heading:
        level = line.partition(" ")[0]
        yield number, f"{level} {heading['id']}", 0
    elif kind := _kind(line):
        words = re.sub(r"\]\([^)]*\)|[*`[]", "", EMBED.sub("…", line))
        words = " ".join(words.split()).removeprefix("- ")
        yield number, f"{kind}: {words[:LENGTH]}", _sentences(line)
    for link in LINK.finditer(line):
        yield number, f"    -> {link['target']}", 0


def _kind(line: str) -> str:
    for pattern, kind in KINDS:
        if match := pattern.match(line):
            return kind.format(*match.groups())
    return "folded" if line.startswith("    ") else "paragraph"


def _sentences(line: str) -> int:
    prose = re.sub(r"`[^`]*`|\]\([^)]*\)", "", EMBED.sub("", line))
    return len(STOP.findall(prose))


def path_of(page: str, root: Path = ROOT) -> Path:
    """Return where the snapshot of a page stands."""
    return root / "tests/snapshots" / page.replace(".md", ".txt")


def write_page_snapshots(
    lessons: Sequence[str] = (), root: Path = ROOT
) -> None:
    """Write the snapshots of some lessons' pages, or without any of all.

    Then those of pages gone are deleted.
    """
    wanted = {f"{page_of(lesson)}.md" for lesson in lessons}
    kept = set()
    for page in pages():
        path = path_of(page, root)
        kept.add(path)
        if wanted and page not in wanted:
            continue
        if lacking := missing(page):
            print(f"no snapshot: docs/{lacking[0]}/{page} is missing: write it")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [item.text for item in snapshot(page)]
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    for path in (root / "tests/snapshots").rglob("*.txt"):
        if path not in kept:
            path.unlink()
