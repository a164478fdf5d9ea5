"""Write one search index per language, for docs/javascripts/search.js.

Material's search plugin writes a single index that mixes the languages and that
every page loads. This hook sorts it by language and by page into
`search/ja.json` and `search/en.json`, which the worker fetches at the first
query, and leaves an empty index where Material's own script looks for one.
"""

import html
import json
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority

Page = dict[str, Any]


@event_priority(
    -200
)  # after mkdocs-static-i18n, which builds one language inside another
def on_post_build(config: MkDocsConfig) -> None:
    folder = Path(config.site_dir) / "search"
    mixed = folder / "search_index.json"
    if not mixed.exists():
        return
    entries = json.loads(mixed.read_text("utf-8"))["docs"]
    languages = config.plugins["i18n"].config.languages
    default = next(
        language.locale for language in languages if language.default
    )
    others = [language.locale for language in languages if not language.default]
    for locale in [default, *others]:
        own = [
            entry
            for entry in entries
            if language_of(entry, default, others) == locale
        ]
        write(folder / f"{locale}.json", pages_of(own))
    write(mixed, {"config": {}, "docs": []})


def language_of(entry: dict[str, str], default: str, others: list[str]) -> str:
    first = entry["location"].partition("/")[0]
    return first if first in others else default


def pages_of(entries: list[dict[str, str]]) -> list[Page]:
    """Gather the sections of each page; what opens a page has no id."""
    pages: dict[str, Page] = {}
    for entry in entries:
        address, _, anchor = entry["location"].partition("#")
        title, text = plain(entry["title"]), plain(entry["text"])
        page = pages.setdefault(
            address, {"url": address, "title": title, "sections": []}
        )
        page["sections"].append([anchor, title if anchor else "", text])
    return list(pages.values())


def plain(markup: str) -> str:
    """Take the text out of markup; inline tags join, block tags separate."""
    markup = re.sub(r"</?(?:code|sub|sup)>", "", markup)
    text = html.unescape(re.sub(r"<[^>]+>", " ", markup))
    text = re.sub(r" *# \(\d+\)!|↩", "", text)  # marks of notes
    return re.sub(r"\s+", " ", text).strip()


def write(path: Path, content: object) -> None:
    path.write_text(
        json.dumps(content, ensure_ascii=False, separators=(",", ":")), "utf-8"
    )
