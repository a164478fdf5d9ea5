"""Write an Atom feed of the diary's entries (RFC 4287), one a language.

Its links are relative, so that it holds at whatever address the site stands.
"""

import uuid
from pathlib import Path
from xml.etree import ElementTree

from docs._tools.markup import ABOUT, DAY, TITLE

ATOM = "http://www.w3.org/2005/Atom"


def write(folder: Path, target: Path, language: str, title: str) -> None:
    """Write the feed of a language's entries, the newest first.

    Args:
        folder: the Markdown files of the diary, named by their day.
        target: the file to write; entries stand in ``diary/`` beside it.
        language: the language of the entries.
        title: what the feed is called.
    """
    pages = [path for path in folder.glob("*.md") if DAY.match(path.stem)]
    pages.sort(key=lambda path: path.stem, reverse=True)
    if not pages:
        return
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed", {"xml:lang": language})
    _add(feed, "title", title)
    _add(feed, "id", _urn(language))
    _add(feed, "updated", _time(pages[0]))
    _add(_add(feed, "author"), "name", title)
    _add(feed, "link", rel="self", href="feed.xml")
    _add(feed, "link", rel="alternate", href="diary/")
    for path in pages:
        _add_page(_add(feed, "entry"), path, language)
    target.parent.mkdir(parents=True, exist_ok=True)
    tree = ElementTree.ElementTree(feed)
    tree.write(target, encoding="utf-8", xml_declaration=True)


def _add_page(entry: ElementTree.Element, path: Path, language: str) -> None:
    text = path.read_text(encoding="utf-8")
    for name, pattern in (("title", TITLE), ("summary", ABOUT)):
        found = pattern.search(text)
        _add(entry, name, found[1] if found else path.stem)
    _add(entry, "id", _urn(f"{language}/{path.stem}"))
    _add(entry, "updated", _time(path))
    _add(entry, "link", href=f"diary/{path.stem}/")


def _add(
    parent: ElementTree.Element, name: str, text: str = "", **given: str
) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", given)
    child.text = text or None
    return child


def _urn(name: str) -> str:
    """Return an identifier that stays, wherever the site moves."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"diary/{name}").urn


def _time(path: Path) -> str:
    return f"{path.stem[:10]}T00:00:00Z"
