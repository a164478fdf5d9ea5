"""Write an Atom feed of the diary's entries (RFC 4287), one a language.

Its links are relative, so that it holds at whatever address the site stands.
"""

import uuid
from pathlib import Path
from xml.etree import ElementTree

from docs._tools.timeline import days

ATOM = "http://www.w3.org/2005/Atom"


def write(folder: Path, target: Path, language: str, title: str) -> None:
    """Write the feed of a language's entries, the newest first.

    Args:
        folder: the Markdown files of the diary, named by their day.
        target: the file to write; entries stand in ``diary/`` beside it.
        language: the language of the entries.
        title: what the feed is called.
    """
    pages = days(folder)[::-1]
    if not pages:
        return
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed", {"xml:lang": language})
    _add(feed, "title", title)
    _add(feed, "id", _urn(language))
    _add(feed, "updated", f"{pages[0].date}T00:00:00Z")
    _add(_add(feed, "author"), "name", title)
    _add(feed, "link", rel="self", href="feed.xml")
    _add(feed, "link", rel="alternate", href="diary/")
    for page in pages:
        entry = _add(feed, "entry")
        _add(entry, "title", page.title)
        _add(entry, "summary", page.about)
        _add(entry, "id", _urn(f"{language}/{page.name}"))
        _add(entry, "updated", f"{page.date}T00:00:00Z")
        _add(entry, "link", href=f"diary/{page.name}/")
    target.parent.mkdir(parents=True, exist_ok=True)
    tree = ElementTree.ElementTree(feed)
    tree.write(target, encoding="utf-8", xml_declaration=True)


def _add(
    parent: ElementTree.Element, name: str, text: str = "", **given: str
) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", given)
    child.text = text or None
    return child


def _urn(name: str) -> str:
    """Return an identifier that stays, wherever the site moves."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"diary/{name}").urn
