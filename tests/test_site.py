"""The built site: links, languages, downloads, and no foreign host."""

import gc
import json
import os
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urljoin, urlparse
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup, Tag
from jinja2 import Environment, FileSystemLoader

from docs._tools.expand import parse
from docs._tools.lessons import (
    LANGUAGES,
    ROOT,
    lesson_of,
    lessons,
    page_of,
    script_path,
)
from docs._tools.packages import packages
from tests.page_source import outlined, read
from tests.test_pages import (
    first_difference,
    headings,
    pages,
)

THEME = ROOT / "docs/_tools/theme"
LANGUAGE_FOLDER = {"ja": "", "en": "en/"}
LESSON_PAGES = [f"{page_of(lesson)}.md" for lesson in lessons()]
# What a browser loads by itself when it shows a page.
LOADED = {
    "script": "src",
    "img": "src",
    "source": "src",
    "iframe": "src",
    "link": "href",
    "use": "href",
}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NOT_LOADED = {"alternate", "canonical", "next", "prev"}
BLOCKS = (
    *("h1", "h2", "h3", "h4", "p", "li", "pre", "tr", "details", "figure"),
    *("blockquote", "dt", "dd"),
)


def address(language: str, page: str) -> str:
    """Return where a page stands in the site, ending in a slash or empty."""
    name = page.removesuffix(".md")
    folder = f"{name}/".removesuffix("index/")
    return LANGUAGE_FOLDER[language] + folder


@cache
def soup(path: Path) -> BeautifulSoup:
    """Return the parsed HTML file, which is kept: no garbage is in it."""
    gc.disable()
    parsed = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    gc.freeze()
    gc.enable()
    return parsed


@cache
def ids(path: Path) -> set[str]:
    """Return all ids of an HTML file."""
    return {str(tag["id"]) for tag in soup(path).find_all(id=True)}


def html(site: Path, language: str, page: str) -> BeautifulSoup:
    """Return the built page."""
    return soup(site / address(language, page) / "index.html")


def article(site: Path, language: str, page: str) -> Tag:
    """Return what the author of a page wrote."""
    found = html(site, language, page).select_one("article.md-content__inner")
    assert found is not None
    return found


def everything(site: Path) -> Iterator[tuple[str, BeautifulSoup]]:
    """Yield every HTML file of the site with its address."""
    for path in sorted(site.rglob("*.html")):
        yield path.relative_to(site).as_posix(), soup(path)


@pytest.mark.parametrize("page", pages("ja"))
def test_languages_have_the_same_blocks(site: Path, page: str) -> None:
    """Paragraphs, items, rows, pictures and folds come in the same order."""
    blocks = {
        language: [
            block.name for block in article(site, language, page)(BLOCKS)
        ]
        for language in LANGUAGES
    }
    difference = first_difference(blocks["ja"], blocks["en"])
    assert not difference, f"blocks of {page} differ:\n{difference}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", pages("ja"))
def test_python_blocks_are_embeds(site: Path, page: str, language: str) -> None:
    """What Markdown made of the page holds no code but the embedded."""
    text = outlined(language, page)
    wanted = [one for one in parse(text) if '"examples/' in one.what]
    shown = article(site, language, page).select(".highlight.language-python")
    assert len(shown) <= len(wanted), f"{page}: a block that is no embed"
    assert bool(shown) == bool(wanted)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", pages("ja"))
def test_page_is_in_its_language(site: Path, page: str, language: str) -> None:
    """The language is declared, and the other one is a link to this page."""
    built = html(site, language, page)
    assert built.html is not None
    assert built.html["lang"] == language
    other = "en" if language == "ja" else "ja"
    here = "https://site/" + address(language, page)
    links = {
        urljoin(here, str(link["href"]))
        for link in built.select(f'a[hreflang="{other}"]')
    }
    assert links == {"https://site/" + address(other, page)}


def test_links_and_anchors_resolve(site: Path) -> None:
    """Every link inside the site leads to a file, and to an id in it."""
    faults = []
    for name, built in everything(site):
        if name.endswith("404.html") and os.environ.get("SITE_URL"):
            continue  # its links are absolute, below the site's address
        here = "https://site/" + name
        for link in built.select("a[href]"):
            target = urlparse(urljoin(here, str(link["href"])))
            if target.hostname != "site":
                continue
            file = site / unquote(target.path).lstrip("/")
            file = file / "index.html" if file.is_dir() else file
            if not file.is_file():
                faults.append(f"{name}: {link['href']} leads nowhere")
            elif target.fragment and file.suffix == ".html":
                fragment = unquote(target.fragment)
                if fragment not in ids(file):
                    faults.append(f"{name}: {link['href']} has no such id")
    assert not faults, "\n".join(faults)


def test_each_page_is_called_by_its_heading_and_the_site(site: Path) -> None:
    """A tab of the browser and a search engine show nothing else of it."""
    wrong = []
    for name, built in everything(site):
        names = [home(site, name).select_one("h1"), built.select_one("h1")]
        texts = [str(tag and tag.find(string=True)).strip() for tag in names]
        wanted = " - ".join(dict.fromkeys(reversed(texts)))
        assert built.title is not None
        if built.title.get_text().replace(" ", "") != wanted.replace(" ", ""):
            wrong.append(f"{name}: {built.title.get_text()!r}, not {wanted!r}")
    assert not wrong, "see block htmltitle in the theme:\n" + "\n".join(wrong)


def home(site: Path, name: str) -> BeautifulSoup:
    """Return the first page of the language of a file of the site."""
    folder = "en" if name.startswith("en/") else ""
    return soup(site / folder / "index.html")


def test_sitemap_has_whole_addresses_or_is_not_there(site: Path) -> None:
    """Without the site's address it could only tell search engines wrongly."""
    assert not (site / "sitemap.xml").exists(), "it lacks the site's address"
    theme = Environment(loader=FileSystemLoader(THEME), autoescape=True)
    base = "https://example.org/notes/"
    addresses = {"ja": "./", "en": "en/"}
    pages = {
        language: SimpleNamespace(
            url=url,
            page=SimpleNamespace(canonical_url=base + url.replace("./", "")),
        )
        for language, url in addresses.items()
    }
    for page in pages.values():
        page.alternates = pages
    told = theme.get_template("sitemap.xml").render(
        config={"site_url": base},
        i18n_alternates={language: [page] for language, page in pages.items()},
    )
    links = [
        (found.get("hreflang", "loc"), found.get("href") or found.text)
        for found in ElementTree.fromstring(told).findall("*/*")
    ]
    ja, en = (base, f"{base}en/")
    assert links == [
        *(("loc", ja), ("ja", ja), ("en", en)),
        *(("loc", en), ("ja", ja), ("en", en)),
    ]


def test_each_column_of_a_table_has_a_name(site: Path) -> None:
    """A screen reader says it before each cell, and a phone shows it there."""
    wrong = [
        f"{name}: | {' | '.join(row.stripped_strings)} |"
        for name, built in everything(site)
        for row in built.select("article thead tr")
        if not all(cell.get_text(strip=True) for cell in row.find_all("th"))
    ]
    assert not wrong, "a column without a name:\n" + "\n".join(wrong)


def test_each_page_names_the_feed_of_its_language(site: Path) -> None:
    """A reader of feeds who asks an English page gets English entries."""
    wrong = []
    for name, built in everything(site):
        assert built.html is not None
        language = str(built.html["lang"])
        for link in built.select('link[type="application/atom+xml"]'):
            feed = urlparse(urljoin(f"https://site/{name}", str(link["href"])))
            told = ElementTree.parse(site / feed.path.lstrip("/")).getroot()
            if (given := told.get(XML_LANG)) != language:
                wrong.append(f"{name}: in {language}, names a feed in {given}")
    assert not wrong, "see theme/main.html:\n" + "\n".join(wrong)


def test_ids_are_unique_on_each_page(site: Path) -> None:
    """Two equal ids make a link ambiguous."""
    for name, built in everything(site):
        found = Counter(str(tag["id"]) for tag in built.find_all(id=True))
        twice = [one for one, times in found.items() if times > 1]
        assert not twice, f"{name}: {twice}"


def test_no_page_loads_from_another_host(site: Path) -> None:
    """Scripts, styles, pictures and fonts are the site's own."""
    for name, built in everything(site):
        for tag, attribute in LOADED.items():
            for found in built.select(f"{tag}[{attribute}]"):
                if NOT_LOADED & set(found.get_attribute_list("rel")):
                    continue
                host = urlparse(str(found[attribute])).netloc
                assert not host, f"{name} loads from {host}"
    for path in site.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert "url(http" not in text, f"{path.name} loads from elsewhere"
        assert "url(//" not in text, f"{path.name} loads from elsewhere"
        assert "@import" not in text, f"{path.name} imports a style"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", LESSON_PAGES)
def test_lesson_offers_its_script_and_says_what_ran_it(
    site: Path, page: str, language: str
) -> None:
    """The download is the very script that was recorded."""
    lesson = lesson_of(page.removesuffix(".md"))
    script = script_path(lesson)
    here = "https://site/" + address(language, page)
    target = f"https://site/examples/{lesson}.py"
    bar = html(site, language, page).select_one("aside.lesson")
    assert bar is not None, f"{page} has no lesson bar"
    links = [urljoin(here, str(link["href"])) for link in bar.select("a")]
    assert target in links
    copied = site / "examples" / f"{lesson}.py"
    assert copied.read_bytes() == script.read_bytes()
    asked = bar.select_one(".lesson__install code")
    assert asked is not None
    wanted = ["pip", "install", *packages(lesson)]
    assert asked.get_text().split() == wanted, "see partials/lesson.html"


def test_pictures_have_alternative_texts(site: Path) -> None:
    """Whoever does not see a picture is told what it says."""
    for name, built in everything(site):
        for figure in built.select("figure.figure > svg"):
            assert len(str(figure.get("aria-label", ""))) > 10, name
        for picture in built.select("article img"):
            assert picture.get("alt"), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_search_index_is_of_one_language(site: Path, language: str) -> None:
    """Every page, with its headings, is in its own language's index only."""
    index = json.loads((site / "search" / f"{language}.json").read_text())
    found = {entry["url"]: entry for entry in index["pages"]}
    assert found.keys() == {address(language, page) for page in pages(language)}
    for page in pages(language):
        ids = [one.partition(" ")[2] for one in headings(read(language, page))]
        entry = found[address(language, page)]
        anchors = [anchor for anchor, _, _ in entry["sections"] if anchor]
        assert set(anchors) <= set(ids)
        assert len(anchors) >= len(ids) - 1, f"{page}: headings not indexed"
        for _, heading, text in entry["sections"]:
            assert not (heading and text.startswith(f"{heading} ")), (
                f"{page}: the text of {heading!r} holds its heading again"
            )
