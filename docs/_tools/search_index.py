"""One search index for each language, for docs/assets/js/search.js.

Material's own index mixes the languages, every page loads it, and it parses
each page once more. Here a page's sections are cut out of its HTML; the worker
fetches its language's file at the first query.
"""

import functools
import html
import json
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.pages import Page

HEADING = re.compile(
    r'<h[1-6][^>]*\bid="(?P<id>[^"]+)"[^>]*>(?P<title>.*?)</h[1-6]>', re.DOTALL
)
# Of no use to a search: links to a heading, and what stands in a picture.
LEFT_OUT = re.compile(
    r'<a class="headerlink".*?</a>|<svg\b.*?</svg>', re.DOTALL
)
JOINING_TAG = re.compile(r"</?(?:code|data|em|span|strong|sub|sup)\b[^>]*>")
TAG = re.compile(r"<[^>]+>")

Section = tuple[str, str, str]


class SearchIndex:
    """The pages of one build, by language and address."""

    def __init__(self) -> None:
        self.languages: dict[str, dict[str, Any]] = {}

    def add(self, language: str, page: Page, content: str) -> None:
        """Take in a rendered page, unless its front matter excludes it."""
        asked = page.meta.get("search") or {}
        if not asked.get("exclude"):
            pages = self.languages.setdefault(language, {})
            pages[page.url] = {
                "url": page.url,
                "title": html.unescape(str(page.title)),
                "sections": sections(content),
            }
        # Material's plugin, whose search box is used, need not parse it too.
        page.meta["search"] = {**asked, "exclude": True}

    def write(self, site: Path) -> None:
        """Write ``search/ja.json`` and ``search/en.json``."""
        folder = site / "search"
        folder.mkdir(parents=True, exist_ok=True)
        for language, pages in self.languages.items():
            text = json.dumps(
                list(pages.values()),
                ensure_ascii=False,
                separators=(",", ":"),
            )
            (folder / f"{language}.json").write_text(text, encoding="utf-8")


@functools.lru_cache(maxsize=512)
def sections(content: str) -> tuple[Section, ...]:
    """Cut a page into (anchor, heading, text).

    What stands under the page's title comes first, without an anchor.
    """
    content = LEFT_OUT.sub(" ", content)
    heads = list(HEADING.finditer(content))
    ends = [head.start() for head in heads[1:]] + [len(content)]
    found = [
        (head["id"], plain(head["title"]), plain(content[head.end() : end]))
        for head, end in zip(heads, ends, strict=True)
    ]
    if not found:
        return (("", "", plain(content)),)
    return (("", "", found[0][2]), *found[1:])


def plain(markup: str) -> str:
    """Return the text of HTML: inline tags join words, others part them."""
    text = TAG.sub(" ", JOINING_TAG.sub("", markup))
    return " ".join(html.unescape(text).split())
