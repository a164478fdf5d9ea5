"""The built site in a real browser: layout, languages, colours, code, search.

A third of the pages, another one each day, is opened once and asked all that
concerns every page; the tests read the answers. ``--full`` opens all. What runs
inside a page stands in tests/browser/. The site is opened under an invented
host name through a proxy that serves it and refuses every other name: what a
page does only away from the author's machine, or while it is being left, is
seen too. Each language is one group of tests with a browser of its own, so that
two processes share the work.
"""

import contextlib
import datetime
import functools
import http.server
import json
import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    Response,
    ViewportSize,
    sync_playwright,
)

from tests.page_source import cut

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[1]
TOOLS = Path(__file__).with_name("browser")
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HOST = "notes.example"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
# A page takes the system's palette only when it is opened.
PALETTES = {"light": "default", "dark": "slate"}
WEAR = "name => document.body.setAttribute('data-md-color-scheme', name)"


@dataclass
class Visit:
    """What one page said when it was opened."""

    complaints: list[str] = field(default_factory=list)
    too_wide: list[str] = field(default_factory=list)
    scrollbars: list[str] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    faint: dict[str, list[str]] = field(default_factory=dict)
    barriers: list[str] = field(default_factory=list)


STRANGERS: list[str] = []  # hosts that were asked for, beside our own
# What Chromium asks by itself; a page that asks there is seen by `listen`.
BROWSERS_OWN = re.compile(
    r"(?:https?://)?(?:accounts\.google\.com"
    r"|(?:content-autofill|update|optimizationguide-pa)\.googleapis\.com"
    r"|(?:android\.clients|clients2)\.google\.com|redirector\.gvt1\.com)[:/]"
)


class Handler(http.server.SimpleHTTPRequestHandler):
    """A proxy for one site, below /notes/ as a project's pages are hosted."""

    protocol_version = "HTTP/1.1"

    def translate_path(self, path: str) -> str:
        """Find the file; outside of /notes/ there is none."""
        place = urlparse(path)
        if place.hostname != HOST:
            self.note_stranger()
        if place.hostname != HOST or not place.path.startswith("/notes/"):
            return str(Path(self.directory) / "none")
        return super().translate_path(place.path.removeprefix("/notes"))

    def do_CONNECT(self) -> None:
        """Refuse https: nothing here speaks it."""
        self.note_stranger()
        self.send_error(502)

    def do_POST(self) -> None:
        """Refuse what a page wants to tell somebody."""
        self.note_stranger()
        self.send_error(502)

    def note_stranger(self) -> None:
        """Write down a host that a page asked for."""
        if not BROWSERS_OWN.match(self.path):
            STRANGERS.append(self.path)

    def end_headers(self) -> None:
        """Let the browser keep scripts and styles from page to page."""
        self.send_header("Cache-Control", "max-age=600")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the requests out of the test's output."""


@pytest.fixture(scope="module")
def proxy(site: Path) -> Iterator[str]:
    """Serve the site and return the proxy's address."""
    handler = functools.partial(Handler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def address() -> str:
    """Return the site's address, as the proxy knows it."""
    return f"http://{HOST}/notes/"


@pytest.fixture(scope="module")
def browser(proxy: str) -> Iterator[Browser]:
    """Start one Chromium for all tests; it trusts the site as if by https."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium here (on Debian: apt install chromium)")
    with sync_playwright() as playwright:
        trust = f"--unsafely-treat-insecure-origin-as-secure=http://{HOST}"
        started = playwright.chromium.launch(
            executable_path=found, args=[*FLAGS, trust], proxy={"server": proxy}
        )
        yield started
        started.close()


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """Open one tab: the light palette of the system, no animation."""
    context = browser.new_context(
        viewport=WIDE, color_scheme="light", reduced_motion="reduce"
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(tab: Page) -> Page:
    """Return the tab as a first visitor finds it."""
    tab.set_viewport_size(WIDE)
    tab.emulate_media(color_scheme="light")
    if tab.url != "about:blank":
        tab.evaluate("localStorage.clear()")
    return tab


@pytest.fixture(scope="module", params=["ja", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """Return the language whose pages are looked at."""
    return str(request.param)


@pytest.fixture(scope="module")
def home(address: str, language: str) -> str:
    """Return the address of a language's home."""
    return address + ("" if language == "ja" else "en/")


@pytest.fixture(scope="module")
def paths(site: Path, language: str) -> list[str]:
    """List a language's pages by their address below the site's root."""
    found = [page.parent.relative_to(site) for page in site.rglob("index.html")]
    return sorted(
        "" if path == Path() else f"{path.as_posix()}/"
        for path in found
        if (path.parts[:1] == ("en",)) == (language == "en")
    )


@pytest.fixture(scope="module")
def lessons(paths: list[str]) -> list[str]:
    """List the pages that have a script."""
    return [path for path in paths if script_of(path).is_file()]


@pytest.fixture(scope="module")
def visits(
    tab: Page,
    address: str,
    paths: list[str],
    language: str,
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
    pytestconfig: pytest.Config,
) -> dict[str, Visit]:
    """Open today's pages once, wide and narrow, and ask them everything.

    A page begins with the size and the palette that the last one ended with:
    laying it out anew is what takes the time.
    """
    base = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        once = base.parent / f"visited_{language}"
        assert not once.exists(), "two processes: see group_of in conftest.py"
        once.touch()
    today = datetime.datetime.now(datetime.UTC).toordinal()
    all_of_it = pytestconfig.getoption("--full")
    asked = paths if all_of_it else third(paths, today)
    searched = asked if all_of_it else asked[today // 3 % 9 :: 9]
    visits = {path: Visit() for path in asked}
    said: list[str] = []
    sizes, schemes = [WIDE, NARROW], [*SCHEMES]
    listen(tab, address, said)
    for path, visit in visits.items():
        tab.goto(address + path)
        if script_of(path).is_file():
            visit.copied = tab.evaluate(tool("copied"))
        visit.classes = tab.evaluate(tool("classes"))
        for size in sizes:
            tab.set_viewport_size(size)
            if size is WIDE and script_of(path).is_file():
                visit.late = tab.evaluate(tool("late"))
            tab.evaluate(tool("settle"))
            visit.too_wide += tab.evaluate(tool("too_wide"))
            if size is WIDE:
                visit.scrollbars = tab.evaluate(tool("scrollbars"))
            else:
                visit.hidden = tab.evaluate(tool("hidden"))
                visit.strange = tab.evaluate(tool("strange"))
        for scheme in schemes:
            tab.evaluate(WEAR, PALETTES[scheme])
            visit.faint[scheme] = tab.evaluate(tool("faint"))
        if path in searched:
            visit.barriers = barriers(tab, sizes if all_of_it else sizes[-1:])
        sizes.reverse()
        schemes.reverse()
        visit.complaints += [*said, *(f"asked {x}" for x in STRANGERS)]
        said.clear()
        STRANGERS.clear()
    tab.goto("about:blank")
    visit.complaints += [f"asked {x} when left" for x in STRANGERS]
    return visits


def barriers(tab: Page, sizes: list[ViewportSize]) -> list[str]:
    """Return what axe-core finds on the open page."""
    found = set()
    for size in sizes:
        tab.set_viewport_size(size)
        for rule in Axe().run(tab).response["violations"]:
            for node in rule["nodes"]:
                where = f"{rule['id']} at {size['width']}: {node['target'][0]}"
                found.add(f"{where} {node['html'][:80]} ({rule['help']})")
    return sorted(found)


def third(paths: list[str], day: int) -> list[str]:
    """Return the pages whose turn it is on a day; ``--full`` visits all."""
    return paths[day % 3 :: 3]


def fail_with(wrong: dict[str, list[str]], what_to_do: str) -> None:
    """End the test with one line for each thing that a page said."""
    lines = [f"{path or '(home)'}: {x}" for path in wrong for x in wrong[path]]
    if lines:
        pytest.fail("\n".join([*lines, what_to_do]), pytrace=False)


def listen(tab: Page, address: str, said: list[str]) -> None:
    """Write down errors, missing files and requests to other hosts."""

    def console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    def request(request: Request) -> None:
        if not request.url.startswith((address, "data:")):
            said.append(f"asked {request.url}")

    def response(response: Response) -> None:
        if response.status >= 400:
            said.append(f"{response.status} {response.url}")

    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("console", console)
    tab.on("request", request)
    tab.on("response", response)


def script_of(path: str) -> Path:
    """Return where the script of a page would be."""
    lesson = path.removeprefix("en/").removesuffix("/")
    return ROOT / f"examples/{lesson}.py"


def tool(name: str) -> str:
    """Return a function that runs inside a page."""
    return (TOOLS / f"{name}.js").read_text("utf-8")


def embedded_code(markdown: str) -> list[str]:
    """Cut the code of every Python fence of a page from the scripts."""
    fences = re.findall(
        r"^ *```python[^\n]*\n(.*?)^ *```", markdown, re.M | re.S
    )
    embeds = [
        re.findall(r'--8<-- "([^":]+)(?::([\w.]+))?"', fence)
        for fence in fences
    ]
    return [
        "\n\n".join(
            "\n".join(cut(ROOT / path, name or None)) for path, name in parts
        )
        for parts in embeds
    ]


def test_axe_finds_no_barrier(visits: dict[str, Visit]) -> None:
    """What a screen reader or a keyboard would stumble over."""
    fail_with(
        {path: visit.barriers for path, visit in visits.items()},
        "Each rule is explained in the documentation of axe-core; pages stand "
        "in docs/, their frame in docs/_tools/theme, styles in docs/assets/css",
    )


def test_no_page_complains_or_asks_another_host(
    visits: dict[str, Visit],
) -> None:
    """No error, no warning, no missing file, no foreign request."""
    wrong = {path: visit.complaints for path, visit in visits.items()}
    fail_with(
        wrong,
        "Look at the page with `uv run mkdocs serve`; our scripts stand in "
        "docs/assets/js, the theme in docs/_tools/theme.",
    )


def test_no_page_scrolls_sideways(visits: dict[str, Visit]) -> None:
    """Not on a phone (390 pixels) and not on a desktop (1280)."""
    wrong = {path: visit.too_wide for path, visit in visits.items()}
    assert not {path: said for path, said in wrong.items() if said}


def test_no_table_of_a_phone_hides_a_column(visits: dict[str, Visit]) -> None:
    """What does not fit stands as one block a row, each cell with its head."""
    fail_with(
        {path: visit.hidden[:3] for path, visit in visits.items()},
        "See docs/assets/js/page.js and the styles of tables on a phone.",
    )


def test_code_fits_on_a_desktop(visits: dict[str, Visit]) -> None:
    """80 columns, with a note behind them, need no scrollbar."""
    wrong = {path: visit.scrollbars for path, visit in visits.items()}
    assert not {path: said for path, said in wrong.items() if said}


def test_a_copied_block_is_the_text_of_the_script(
    visits: dict[str, Visit], language: str
) -> None:
    """The copy button gives the embedded code, without marks of notes."""
    for path, visit in visits.items():
        if script_of(path).is_file():
            name = path.removeprefix("en/").removesuffix("/")
            page = ROOT / f"docs/{language}/{name}.md"
            copied = [text.removesuffix("\n") for text in visit.copied]
            assert copied == embedded_code(page.read_text("utf-8")), page


def test_answer_and_picture_are_in_the_first_screen(
    visits: dict[str, Visit],
) -> None:
    """Whoever opens a lesson on a desktop sees both without scrolling."""
    fail_with(
        {path: visit.late for path, visit in visits.items()},
        "Order of a page: title, one sentence, picture, answer. Make the "
        f"picture lower; both end a line above {WIDE['height']} pixels.",
    )


def test_each_page_is_visited_on_one_day_of_three(paths: list[str]) -> None:
    """None is left out for good."""
    days = [third(paths, day) for day in range(5, 8)]
    assert sorted(path for day in days for path in day) == sorted(paths)


def test_the_language_menu_stays_on_the_page(
    page: Page, address: str, language: str, lessons: list[str]
) -> None:
    """From a lesson to the other language and back, from home there."""
    folders = {"ja": "", "en": "en/"}
    other = "ja" if language == "en" else "en"
    lesson = lessons[0].removeprefix(folders[language])
    for path, turns in ((lesson, [other, language]), ("", [other])):
        page.goto(address + folders[language] + path)
        for turn in turns:
            page.locator(f".other-language[hreflang={turn}]").click()
            page.wait_for_url(address + folders[turn] + path)
            assert page.locator("html").get_attribute("lang") == turn


def test_the_language_link_keeps_the_place(
    page: Page, address: str, language: str, lessons: list[str]
) -> None:
    """That of the address, and the heading that was scrolled to."""
    other = "ja" if language == "en" else "en"
    mend = "See .other-language in docs/assets/js/page.js"
    for scrolled in (False, True):
        page.goto(address + lessons[0])
        ids = page.locator("article h2[id]").evaluate_all(
            "heads => heads.map(head => head.id)"
        )
        if scrolled:
            page.locator(f"[id='{ids[1]}']").evaluate(
                "head => head.scrollIntoView({behavior: 'instant'})"
            )
        else:
            page.goto(f"{address}{lessons[0]}#{ids[1]}")
        page.locator(f".other-language[hreflang={other}]").click()
        page.wait_for_function(
            "lang => document.documentElement.lang == lang", arg=other
        )
        assert page.url.partition("#")[2] == ids[1], mend


def test_each_page_shows_its_own_language(visits: dict[str, Visit]) -> None:
    """A drawing holds the words of both, and shows those of the page."""
    fail_with(
        {path: visit.strange for path, visit in visits.items()},
        "docs/assets/css/figures.css hides the other language.",
    )


def test_the_dark_palette_changes_page_code_and_figures(
    page: Page, address: str, site: Path, paths: list[str]
) -> None:
    """The button goes from the system's palette to the other and back."""
    figured = [
        path
        for path in paths
        if "<figure" in (site / path / "index.html").read_text("utf-8")
    ]
    page.goto(address + [*figured, ""][0])
    page.evaluate(tool("settle"))
    colours = [page.evaluate(tool("colours"))]
    for name in (r"暗い|dark", r"明るい|light"):
        button = page.locator("[data-md-component=palette] label:visible")
        promised = str(button.get_attribute("title"))
        assert re.search(name, promised), "mkdocs.yml: palette, toggle, name"
        button.click()
        colours.append(page.evaluate(tool("colours")))
    system, dark, light = colours
    assert system == light
    assert not [part for part in light if light[part] == dark[part]]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_stands_out_from_its_ground(
    visits: dict[str, Visit], scheme: Scheme
) -> None:
    """Contrast as WCAG 2 AA asks for: code, tables, figures, folded text."""
    first: dict[str, list[str]] = {}
    kinds: set[str] = set()
    for path, visit in visits.items():
        for text in visit.faint[scheme]:
            if (kind := text.partition(": ")[0]) not in kinds:
                kinds.add(kind)  # contrast, element and class
                first.setdefault(path, []).append(text)
    fail_with(
        first,
        f"Mend the colours of the {scheme} palette in docs/assets/css/: "
        "extra.css, for figures figures.css, for notebooks notebook.css.",
    )


def test_the_keyboard_shows_where_it_is(
    page: Page, address: str, home: str, lessons: list[str]
) -> None:
    """What Tab reaches has an outline, or another ground, in each palette."""
    wrong: dict[str, list[str]] = {}
    for path in (home, address + lessons[0]):
        page.goto(path)
        page.evaluate(tool("settle"))
        page.keyboard.press("Tab")  # from here on, focus is the keyboard's
        for scheme in SCHEMES:
            page.evaluate(WEAR, PALETTES[scheme])
            found = page.evaluate(tool("unfocused"))
            where = f"{path.removeprefix(address)} in the {scheme} palette"
            wrong[where] = [f"no outline on {kind}" for kind in found]
    fail_with(wrong, "See :focus-visible in docs/assets/css/extra.css.")


UNUSED = {"source"}  # of output from elsewhere, which no page shows yet


@pytest.mark.parametrize("style", ["extra", "notebook"])
def test_every_class_with_a_style_is_on_some_page(
    visits: dict[str, Visit], site: Path, style: str
) -> None:
    """Else no test sees whether its text stands out."""
    path = ROOT / f"docs/assets/css/{style}.css"
    rules = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.S)
    selectors = re.sub(r"\{[^{}]*\}", "{}", rules)
    seen = {name for visit in visits.values() for name in visit.classes}
    lost = (site / "404.html").read_text("utf-8")
    material = "".join(
        path.read_text("utf-8")
        for path in site.glob("assets/stylesheets/**/*.css")
    )
    unseen = {
        name: ["is on no page"]
        for name in re.findall(r"\.([a-zA-Z_][\w-]*)", selectors)
        if name not in seen
        and name not in UNUSED
        and f'class="{name}"' not in lost
        and f".{name}" not in material  # the theme's, for pages to come
    }
    fail_with(unseen, f"Delete its rules in docs/assets/css/{style}.css.")


def test_the_bar_of_a_lesson_offers_its_script(
    site: Path, lessons: list[str]
) -> None:
    """The download link, in both languages, is the script as it is."""
    for path in lessons:
        text = (site / path / "index.html").read_text("utf-8")
        link = re.search(r'class="lesson__file" href="([^"]+)" download', text)
        assert link, path
        download = site / path / link[1]
        assert download.read_bytes() == script_of(path).read_bytes()


def test_the_page_for_lost_readers_speaks_both_languages(site: Path) -> None:
    """404.html exists once, for all addresses."""
    text = (site / "404.html").read_text("utf-8")
    assert '<html lang="ja"' in text
    assert "ページが見つかりません" in text
    assert "Page not found" in text


def test_search_finds_the_page(
    page: Page, home: str, address: str, paths: list[str], language: str
) -> None:
    """The first hit is the page, and high up the section, looked for."""
    queries = json.loads((TOOLS / "queries.json").read_text("utf-8"))[language]
    page.goto(home)
    page.evaluate(tool("search"))
    below = home.removeprefix(address)
    wrong = {}
    for query, answer in queries.items():
        page_of_answer = (answer or "").partition("#")[0]
        assert answer is None or below + page_of_answer in paths, answer
        links = page.evaluate("query => searchFor(query)", query)
        found = [link.removeprefix(home) for link in links]
        if answer is None:
            right = not found
        else:
            first = found[0].partition("#")[0] if found else None
            right = first == page_of_answer and answer in found[:3]
        foreign = [x for x in links if ("/en/" in x) != (language == "en")]
        if foreign or not right:
            wrong[query] = found[:3]
    assert not wrong


def test_the_index_is_fetched_at_the_first_query(
    page: Page, home: str, language: str
) -> None:
    """A reader who does not search does not load the index."""
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.goto(home)
    page.wait_for_load_state("networkidle")
    page.evaluate(tool("search"))
    index = f"/search/{language}.json"
    assert not [url for url in asked if url.endswith(index)]
    page.evaluate("searchFor('ＰｙＴｏｒｃｈ')")
    marked = page.locator(".md-search-result mark").all_text_contents()
    assert {text.lower() for text in marked} == {"pytorch"}
    assert [url for url in asked if url.endswith(index)]


@contextlib.contextmanager
def searching(
    page: Page, home: str, site: Path, language: str, *, name: str
) -> Iterator[None]:
    """Open the search over an index in which PyTorch has another name."""
    index = (site / f"search/{language}.json").read_text("utf-8")
    index = index.replace("PyTorch", name)
    address = f"**/search/{language}.json"
    page.context.route(address, lambda route: route.fulfill(body=index))
    try:
        page.goto(home)
        page.evaluate(tool("search"))
        yield
    finally:
        page.context.unroute(address)


def test_search_shows_titles_and_texts_as_text(
    page: Page, home: str, site: Path, language: str
) -> None:
    """What looks like HTML in a page is no HTML in the results."""
    trap = "<img src=x>"
    with searching(page, home, site, language, name=f"{trap} PyTorch"):
        assert page.evaluate("searchFor('PyTorch')"), "nothing found"
        results = page.locator(".md-search-result__list")
        assert trap in results.inner_text(), "the index with the trap is shown"
        assert not results.locator("img").count(), (
            "docs/assets/js/search.js: a title or a text of the index becomes "
            "HTML: escape it before it is sent to the page"
        )


def test_width_of_letters_makes_no_difference(
    page: Page, home: str, site: Path, language: str
) -> None:
    """A page that writes in full width is found, and marked."""
    with searching(page, home, site, language, name="ＰｙＴｏｒｃｈ"):
        assert page.evaluate("searchFor('pytorch')"), "nothing found"
        marked = page.locator(".md-search-result mark").all_text_contents()
        assert "ＰｙＴｏｒｃｈ" in marked, (
            "docs/assets/js/search.js: fold() leaves full-width letters of a "
            "page as they are: normalize them by NFKC, as the query is"
        )


def test_a_link_to_a_verdict_opens_it(
    page: Page, address: str, language: str
) -> None:
    """And the list of all shows what is ticked, by ids that lead there."""
    home = address + ("en/" if language == "en" else "")
    page.goto(f"{home}diary/all_claims/")
    shown = page.locator("li:has(> .ledger-item):visible")
    everything = shown.count()
    page.locator("[name=verdict][value=holds]").check()
    assert 0 < shown.count() < everything
    assert page.locator(".ledger-filter output").inner_text() == str(
        shown.count()
    )
    shown.first.locator("a").click()
    page.wait_for_url(re.compile("/diary/20.*#l"))
    verdict = page.locator("details.verdict:has(:target)")
    assert verdict.get_attribute("open") is not None
