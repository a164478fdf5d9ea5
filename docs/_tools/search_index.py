"""One search index for each language, for docs/assets/js/search.js.

Material's own index mixes the languages, every page loads it, and it parses
each page once more. Here a page's sections are cut out of its HTML; the worker
fetches its language's file at the first query.
"""

import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docs._tools.lessons import LANGUAGES

HEADING = re.compile(
    r'<h[1-6][^>]*\bid="([^"]+)"[^>]*>(.*?)</h[1-6]>', re.DOTALL
)
# Of no use to a search: links to a heading, marks of claims, and what stands
# in a picture.
LEFT_OUT = re.compile(
    r'<a class="headerlink".*?</a>|<svg\b.*?</svg>|<button\b.*?</button>'
    r'|<span class="claim-text".*?</span>',
    re.DOTALL,
)
JOINING_TAG = re.compile(
    r"</?(?:code|data|em|m(?:ath|i|n|o|row|s\w+|frac)|span|strong|su[bp])\b[^>]*>"
)
TAG = re.compile(r"<[^>]+>")


class SearchIndex:
    """The pages of one build, by language."""

    def __init__(self) -> None:
        self.languages: dict[str, list[dict[str, object]]] = {}

    def begin(self, language: str) -> None:
        """Forget a language's pages: it is built anew."""
        self.languages[language] = []

    def add(
        self, language: str, url: str, title: str, body: str, boost: float = 1
    ) -> None:
        """Take in a rendered page, given as HTML."""
        page: dict[str, object] = {
            "url": url,
            "title": html.unescape(title),
            "boost": boost,
            "sections": sections(body),
        }
        self.languages[language].append(page)

    def write(self, site: Path, terms: Mapping[str, Mapping[str, Any]]) -> None:
        """Write ``search/ja.json`` and ``search/en.json``."""
        folder = site / "search"
        folder.mkdir(parents=True, exist_ok=True)
        for language, pages in self.languages.items():
            home = "" if language == LANGUAGES[0] else f"{language}/"
            words = [
                {
                    "page": f"{home}{term['page']}/",
                    "words": [term["ja"], term["en"], *term["also"]],
                }
                for term in terms.values()
            ]
            index = {"pages": pages, "terms": words}
            text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
            (folder / f"{language}.json").write_text(text, encoding="utf-8")


def sections(content: str) -> list[tuple[str, str, str]]:
    """Cut a page into (anchor, heading, text).

    What stands under the page's title comes first, without an anchor.
    """
    _, *parts = map(plain, HEADING.split(LEFT_OUT.sub(" ", content)))
    parts[:2] = ["", ""]
    return [*zip(parts[::3], parts[1::3], parts[2::3], strict=False)]


def plain(markup: str) -> str:
    """Return the text of HTML: inline tags join words, others part them."""
    text = TAG.sub(" ", JOINING_TAG.sub("", markup))
    return " ".join(html.unescape(text).split())
