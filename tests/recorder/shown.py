"""What readers see of the records, so that a recording tells what changed."""

import contextlib
import html
import re
from collections.abc import Iterator
from pathlib import Path

from docs._tools.expand import Embed, Expander, Page, parse
from docs._tools.lessons import LANGUAGES, ROOT, SiteError, lesson_of
from docs._tools.records import Records

Shown = dict[tuple[str, int, int], tuple[str, str]]


def shown_values(root: Path = ROOT) -> Shown:
    """Return what each value and table of a page shows, by its place.

    What cannot be shown counts too: its text is the reason.
    """
    records = Records(root)
    shown: Shown = {}
    for language in LANGUAGES:
        folder = root / "docs" / language
        for path in sorted(folder.rglob("*.md")):
            page = path.relative_to(folder).with_suffix("").as_posix()
            name = path.relative_to(root).as_posix()
            about = Page(name, lesson_of(page), language)
            expander = Expander(about, records)
            with contextlib.suppress(SiteError):  # the build says what is wrong
                for one in parse(path.read_text(encoding="utf-8")):
                    if one.kind in ("value", "table"):
                        place = name, one.line, one.start
                        shown[place] = one.what, _text(one, expander)
    return shown


def changes_of_pages(before: Shown, after: Shown) -> Iterator[str]:
    """Yield a line for each number that a reader sees change."""
    for place, (what, text) in after.items():
        old = before.get(place, ("", ""))[1]
        if old != text:
            page, line, _ = place
            yield f"{page}:{line}: {what}: {old} -> {text}"


def _text(embed: Embed, expander: Expander) -> str:
    try:
        written = expander.write(embed)
    except SiteError as error:
        return f"({error})"
    return html.unescape(re.sub(r"<[^>]+>", "", written))
