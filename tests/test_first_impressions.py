"""What a visitor meets in the first minute: search, phone, menu, languages."""

import functools
import http.server
import json
import shutil
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.page_source import pages, read
from tests.test_site import address, article

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
QUERIES = tomllib.loads((HERE / "search_queries.toml").read_text("utf-8"))
SHARE = 0.9
# Found nothing at all in an earlier search; each must lead.
ALWAYS = ["微調整", "凍結", "データローダー", "オプティマイザ"]
ALWAYS += ["バッチノーマライゼーション", "DataLaoder", "てんそる"]
PHONE = {"width": 390, "height": 844}
# A page with notes on its code.
NOTED = next(page for page in pages() if "\nnote: " in read("en", page))


@pytest.fixture(scope="module")
def root(site: Path) -> Iterator[str]:
    """Serve the site and return its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Keep the requests out of the test's output."""

    serve = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    """Open one tab."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("no Chromium here (on Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(reduced_motion="reduce")
        context.set_default_timeout(20_000)
        yield context.new_page()
        browser.close()


@pytest.fixture
def wide(tab: Page) -> Page:
    """Return the tab as a desktop shows it."""
    tab.set_viewport_size({"width": 1280, "height": 900})
    return tab


@pytest.fixture
def phone(tab: Page) -> Page:
    """Return the tab as a phone shows it."""
    tab.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    return tab


def first_hits(
    tab: Page, root: str, language: str, queries: list[str]
) -> dict[str, str]:
    """Return the page, without language and anchor, that comes first."""
    home = root + address(language, "index.md")
    tab.goto(home)
    tab.evaluate((HERE / "browser/search.js").read_text("utf-8"))
    found = {}
    for query in queries:
        links = tab.evaluate("query => searchFor(query)", query)
        first = links[0].removeprefix(home) if links else ""
        found[query] = first.partition("#")[0].removesuffix("/")
    return found


@pytest.mark.parametrize("language", ["ja", "en"])
def test_search_finds_what_learners_type(
    wide: Page, root: str, language: str
) -> None:
    """Of the queries, nine in ten lead to their page first."""
    queries = QUERIES[language]
    found = first_hits(wide, root, language, list(queries))
    missed = {
        query: f"{found[query] or 'nothing'}, not {wanted}"
        for query, wanted in queries.items()
        if found[query] not in ([wanted] if isinstance(wanted, str) else wanted)
    }
    share = 1 - len(missed) / len(queries)
    assert share >= SHARE, f"{share:.0%} first: {json.dumps(missed, indent=1)}"
    assert not missed.keys() & {*ALWAYS, "optimzer"}


@pytest.mark.parametrize(
    ("plain", "pasted"),
    [
        (
            "mat1 and mat2 shapes cannot be multiplied",
            'File "train.py", line 12, in forward\n RuntimeError: '
            "mat1 and mat2 shapes cannot be multiplied (64x3 and 5x10)",
        ),
        (
            "element 0 of tensors does not require grad",
            "RuntimeError: element 0 of tensors does not require grad",
        ),
    ],
)
def test_a_pasted_error_is_found_as_its_words_are(
    wide: Page, root: str, plain: str, pasted: str
) -> None:
    """Type, path and numbers of a message are the learner's own."""
    found = first_hits(wide, root, "en", [plain, pasted])
    assert found[plain]
    assert found[pasted] == found[plain]


def test_search_helps_where_nothing_is_found(wide: Page, root: str) -> None:
    """A hint stands there, and what was typed is no markup."""
    typed = "<img src=x onerror=document.title='broken'>"
    first_hits(wide, root, "en", ["qqqqqqqq"])
    hint = wide.locator(".md-search-result__meta").inner_text()
    assert "glossary" in hint
    first_hits(wide, root, "en", [typed, "<b>tensor</b>"])
    assert wide.title() != "broken"
    assert not wide.locator(".md-search-result :is(img, b)").count()


def test_what_a_mouse_pastes_is_searched(wide: Page, root: str) -> None:
    """Material itself listens to keys alone."""
    wide.goto(root)
    wide.locator(".md-search__input").click()
    wide.evaluate(
        """() => {
          const box = document.querySelector(".md-search__input");
          box.value = "tensor";
          const inputType = "insertFromPaste";
          box.dispatchEvent(
            new InputEvent("input", { inputType, bubbles: true }));
        }"""
    )
    wide.locator(".md-search-result__item").first.wait_for()


def test_home_leads_to_each_step_by_keyboard(
    wide: Page, root: str, site: Path
) -> None:
    """Nine links in order within the first screen, and two entrances."""
    for language in ("ja", "en"):
        steps = article(site, language, "index.md").select(".steps a[href]")
        assert len(steps) == 9
        wide.goto(root + address(language, "index.md"))
        for link in wide.locator(".steps a, .entrance").all():
            box = link.bounding_box()
            assert box
            assert box["y"] + box["height"] < 900
            link.focus()
            assert link.evaluate("link => link === document.activeElement")


def test_other_language_opens_where_the_reader_is(
    wide: Page, root: str
) -> None:
    """The anchor is kept."""
    wide.goto(root + address("ja", NOTED) + "#pitfalls")
    wide.locator(".other-language").click()
    wide.wait_for_url("**/en/**")
    assert wide.url.endswith("#pitfalls")


def test_notes_and_copying_fit_a_phone(phone: Page, root: str) -> None:
    """A mark stands beside its line, its note below, no button on code."""
    phone.goto(root + address("en", NOTED))
    marks = phone.locator(".note-mark").all()
    assert marks, "no page has a note on its code"
    assert len(marks) == phone.locator(".notes > li").count()
    for mark in marks:
        box = mark.bounding_box()
        assert box
        assert 0 <= box["x"] < PHONE["width"] - box["width"]
    covered = phone.evaluate(
        """() => [...document.querySelectorAll(".copy")].filter(button =>
          button.getBoundingClientRect().bottom
          > button.nextElementSibling.getBoundingClientRect().top + 1).length"""
    )
    assert not covered


def test_menu_of_a_phone_opens_by_keyboard(phone: Page, root: str) -> None:
    """Its button is reached, and its links are out of reach while shut."""
    phone.goto(root + address("en", NOTED))
    links = phone.locator(".md-sidebar--primary a.md-nav__link")
    assert not links.first.is_visible()
    phone.locator(".menu-button").focus()
    phone.keyboard.press("Enter")
    links.first.wait_for()
