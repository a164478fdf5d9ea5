"""The lists of lessons: the menu, home and READMEs name all, in one order."""

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from mkdocs.utils.yaml import yaml_load

from docs._tools.lessons import LANGUAGES, ROOT, lesson_of, lessons, page_of

LESSON = re.compile(r"\]\((?:docs/\w+/)?(\w+/\w+)\.md\)")
LISTS = {
    "docs/ja/index.md": "## ページの一覧 {#map}",
    "docs/en/index.md": "## The pages {#map}",
    "README.md": "## Lessons",
    "README.ja.md": "## レッスン",
}

APART = {"contributing"}  # the foot of each page links to it


def nav() -> list[str]:
    """List the pages of the menu in its order, without ``.md``."""

    def flat(entry: Any) -> list[str]:
        if isinstance(entry, str):
            return [entry.removesuffix(".md")]
        parts = entry.values() if isinstance(entry, dict) else entry
        return [page for part in parts for page in flat(part)]

    with (ROOT / "mkdocs.yml").open("rb") as file:
        return flat(yaml_load(file)["nav"])


def test_menu_holds_every_page() -> None:
    """A page outside the menu is not built strictly."""
    pages = {
        path.relative_to(ROOT / "docs" / language).with_suffix("").as_posix()
        for language in LANGUAGES
        for path in (ROOT / "docs" / language).rglob("*.md")
    }
    faults = [
        f"mkdocs.yml: {page}.md is missing in `nav`: add it where it is read"
        for page in sorted(pages - set(nav()) - APART)
    ] + [
        f"mkdocs.yml: `nav` names {page}.md, which is no page: write it or "
        "take it out"
        for page in nav()
        if page not in pages
    ]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def sections() -> dict[str, str]:
    """Return the folder of each section's first page, by its title."""
    with (ROOT / "mkdocs.yml").open("rb") as file:
        entries = yaml_load(file)["nav"]
    return {
        title: re.split(r"[/.]", str(next(iter(inside))))[0]
        for entry in entries
        for title, inside in entry.items()
        if isinstance(inside, list) and isinstance(inside[0], str)
    }


def test_each_section_has_the_name_of_its_folder_in_english() -> None:
    """Two titles that change places lead to each other's pages."""
    with (ROOT / "mkdocs.yml").open("rb") as file:
        (plugin,) = (
            x["i18n"] for x in yaml_load(file)["plugins"] if "i18n" in x
        )
    english = plugin["languages"][1]["nav_translations"]
    assert len(sections()) > 4
    wrong = [
        f"mkdocs.yml: {title}: {english[title]} holds the pages of {folder}/"
        for title, folder in sections().items()
        if folder not in english[title].lower()
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", LISTS)
def test_list_names_each_lesson_in_the_order_of_the_menu(name: str) -> None:
    """A new lesson is seen where readers choose."""
    text = Path(ROOT / name).read_text(encoding="utf-8")
    _, heading, below = text.partition(LISTS[name] + "\n")
    assert heading, f"{name} has no heading {LISTS[name]!r}"
    found = LESSON.findall(below.partition("\n## ")[0])
    # What the menu lacks is told above.
    unlisted = {page_of(x) for x in lessons()} - set(nav())
    listed = [x for x in found if x != "diary/index" and x not in unlisted]
    wanted = [page for page in nav() if lesson_of(page) in lessons()]
    lines = [x for x in difflib.ndiff(listed, wanted) if x[0] in "-+"]
    if lines:
        pytest.fail(
            f"{name}, below {LISTS[name]!r}: + is missing there, - does not "
            "belong there; the order is that of `nav` in mkdocs.yml\n"
            + "\n".join(lines),
            pytrace=False,
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_labels_are_the_same(language: str) -> None:
    """Two columns of one name cannot be told apart.

    A key that spells out its English text is a text of figures.
    """
    text = (ROOT / "docs/terms.toml").read_text(encoding="utf-8")
    keys: dict[str, str] = {}
    for key, words in tomllib.loads(text)["labels"].items():
        if key.replace("_", " ").lower() == words["en"].lower():
            continue
        other = keys.setdefault(words[language], key)
        assert other == key, (
            f"docs/terms.toml [labels]: {key} and {other} are both "
            f"{words[language]!r} ({language}): give one another word"
        )


def test_licence_links_are_the_same_everywhere() -> None:
    """What one language allows, the other allows too."""
    names = ["mkdocs.yml", "README.md", "README.ja.md", "LICENSE"]
    names += [f"docs/{language}/contributing.md" for language in LANGUAGES]
    kinds = {
        name: set(
            re.findall(r"creativecommons.org/licenses/([\w-]+/[\d.]+)", text)
        )
        for name in names
        if (text := (ROOT / name).read_text(encoding="utf-8"))
    }
    odd = {name: kind for name, kind in kinds.items() if kind - {"by/4.0"}}
    assert not odd, f"another licence than by/4.0: {odd}: write one everywhere"
