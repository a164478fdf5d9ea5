"""What a page held when its snapshot was written, it still holds."""

import difflib

import pytest

from tests.page_snapshot import Item, path_of, snapshot
from tests.page_source import pages

RENEW = (
    "If this is intended, run `uv run pytest --record pages` and commit the "
    "changed snapshot with the page."
)


@pytest.mark.parametrize("page", pages())
def test_a_page_holds_what_its_snapshot_lists(page: str) -> None:
    """Each lost, new or moved item is named with the heading above it."""
    path = path_of(page)
    if not path.is_file():
        pytest.fail(f"docs/en/{page} has no snapshot. {RENEW}", pytrace=False)
    old = path.read_text("utf-8").splitlines()
    faults = changes(page, old, snapshot(page))
    if faults:
        pytest.fail("\n".join([*faults, RENEW]), pytrace=False)


def changes(page: str, old: list[str], new: list[Item]) -> list[str]:
    """Say what was lost from a page and what is new on it."""
    texts = [item.text for item in new]
    faults = []
    matcher = difflib.SequenceMatcher(None, old, texts, autojunk=False)
    for kind, start, end, to, until in matcher.get_opcodes():
        if kind == "equal":
            continue
        number = new[min(to, len(new) - 1)].line if new else 1
        heading = heading_above(old, start)
        place = f"docs/en/{page}:{number}:"
        for word, lines in (("lost", old[start:end]), ("new", texts[to:until])):
            faults += [
                f"{place} {word} after {heading}: {text.strip()}"
                for text in lines
            ]
    return faults


def heading_above(lines: list[str], index: int) -> str:
    """Return the id of the heading that line ``index`` stands under."""
    above = (line for line in lines[index - 1 :: -1] if line.startswith("#"))
    return f"#{next(above, '').lstrip('# ')}" if index else "the beginning"


def test_no_snapshot_is_left_over() -> None:
    """A page that went takes its snapshot along."""
    kept = {path_of(page) for page in pages()}
    left = sorted(set(path_of("index.md").parent.rglob("*.txt")) - kept)
    assert not left, f"of no page: {left}. {RENEW}"


def test_a_loss_is_named_with_its_place() -> None:
    """The message says what went, where, and on which line of the page."""
    old = [
        "# top",
        "paragraph: One  [ja 1, en 1]",
        "paragraph: Two  [ja 1, en 1]",
    ]
    new = [Item(1, "# top"), Item(5, "paragraph: Two  [ja 1, en 1]")]
    assert changes("a/b.md", old, new) == [
        "docs/en/a/b.md:5: lost after #top: paragraph: One  [ja 1, en 1]"
    ]
