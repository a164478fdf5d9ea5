"""General checks of the built site: blocks, languages, order, values, hosts."""

import ast
import copy
import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlparse

import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from bs4.element import Comment, Doctype, PageElement

from docs._tools.expand import EXCERPT
from docs._tools.lessons import LANGUAGES, ROOT, last_runs, lessons, page_of
from tests.page_source import cut, line_with, lines_of, outlined, pages, read
from tests.shared import RECORDS
from tests.test_site import address, article, everything, html

# Fences that may be typed by hand: what a reader types or writes to a file.
TYPED = {"console", "toml", "markdown", "yaml", "ini", "csv"}
COMMANDS = {"python", "uv", "pip", "git", "cd", "source"}
DIARY = "diary/index.md"  # home leads to it, and it to the entries
HOSTS = {
    "arxiv.org",
    "colab.research.google.com",
    "creativecommons.org",
    "cs.toronto.edu",
    "cs231n.github.io",
    "discuss.pytorch.org",
    "distill.pub",
    "docs.astral.sh",
    "docs.python.org",
    "docs.pytorch.org",
    "doi.org",
    "github.com",
    "kaggle.com",
    "lightning.ai",
    "myrtle.ai",
    "numpy.org",
    "pytorch.org",
    "scikit-learn.org",
    "sidc.be",
}

JAPANESE = re.compile(r"[\u3041-\u30fa\u30fc-\u30ff\u3400-\u9fff]")
LETTERS_LEFT_IN_ENGLISH = 20
ENGLISH_RUN = re.compile(r"(?:[A-Za-z'’-]+[ ,;:]+){6}")
# A short sentence: it begins or ends as one, and holds a word of grammar.
ENGLISH_SENTENCE = re.compile(
    r"(?<![A-Za-z.,:] )\b[A-Z][a-z'’]*(?: [A-Za-z'’-]+){1,5}[.!?]"
    r"(?=\s|$|[」）)])"
)
GRAMMAR = re.compile(
    r"\b(?:the|an?|is|are|was|it|its|this|that|these|you|your|we|to|of|with|not"
    r"|never|and|or|but|for|from|by|on|at|be|do|does|can|has|have|see|try|run"
    r"|again|here|now|only|what|why|how|more|all|no)\b",
    re.IGNORECASE,
)
ATTRIBUTES = ("alt", "title", "aria-label", "placeholder", "content")
BLOCKS = {"h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "td", "th", "dt"}
BLOCKS |= {"dd", "figcaption", "summary", "title", "div", "section", "label"}
BLOCKS |= {"article", "aside", "nav", "ul", "ol", "table", "button", "body"}
Around = tuple[str, Tag, bool]  # language, block, whether it is hidden
NO_TEXT = ("script", "style", "code", "pre", "template", "math")

MOST_LINES = 30  # of one message
NUMBER = re.compile(r"[-+\u2212]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
RANGE = re.compile(r"(-?[\d.]+)[–〜](-?[\d.]+)( ?%)?")  # of what varies by seed
FOREIGN = re.compile(
    r"(?:\b(?:https?|wss?):|(?<![:/\w])//[\w-]+[.:])[^\s\"'<>)]*"
)
ALLOWED_ADDRESS = re.compile(
    r'xmlns(?::\w+)?="[^"]*"|<a\b[^>]*\bhref="https:[^"]*"'
)
SENDERS = re.compile(
    r"\b(?:sendBeacon|XMLHttpRequest|WebSocket|EventSource|RTCPeerConnection)"
    r"|\b(?:fetch|import|importScripts)\((?!\s*[`\"']\.\.?/)"
)


def fail_with(faults: list[str], what_to_do: str) -> None:
    """End the test with one line a fault, and what mends them."""
    if faults:
        shown = faults[:MOST_LINES]
        if rest := len(faults) - len(shown):
            shown.append(f"… and {rest} more like these")
        pytest.fail("\n".join([*shown, what_to_do]), pytrace=False)


def squeezed(text: str) -> str:
    """Drop all white space and the marks of links to a heading."""
    return re.sub(r"[\s¶]+", "", text)


def place(language: str, page: str, words: str = "") -> str:
    """Return the file and line of a page's source that holds ``words``."""
    return f"docs/{language}/{page}:{line_with(read(language, page), words)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_block_of_code_is_embedded_or_names_its_source(
    site: Path, language: str
) -> None:
    """No code and no output on a page is typed by hand."""
    faults = []
    for page in pages():
        text = outlined(language, page)
        shown = _embedded(text) | _sourced(text)
        for block in article(site, language, page)("pre"):
            fault = _fault_of_block(block, shown)
            if fault:
                first = block.get_text().strip().partition("\n")[0]
                where = place(language, page, first)
                faults.append(f"{where}: {first[:60]!r} {fault}")
        faults += [
            f"docs/{language}/{page}:{line.number}: ~~~ is no fence here"
            for line in lines_of(text)
            if line.text.strip().startswith("~~~")
        ]
    fail_with(
        faults,
        'Embed it (--8<-- "snippets/…/output.txt:name"), or begin a ```text '
        "fence with `source: ADDRESS`; commands stand in ```console.",
    )


def _fault_of_block(block: Tag, shown: set[str]) -> str:
    classes = block.parent.get_attribute_list("class") if block.parent else []
    language = str(classes[0]).removeprefix("language-") if classes else ""
    text = re.sub(r" +# \(\d+\)!$", "", block.get_text(), flags=re.M)
    if language not in TYPED:
        known = squeezed(text) in shown
        return "" if known else "is typed by hand, not embedded"
    if language == "console":
        for line in filter(None, text.strip().splitlines()):
            if line.split()[0] not in COMMANDS and not line.startswith(" "):
                return f"holds {line[:40]!r}, which is no command"
    return ""


def _embedded(text: str) -> set[str]:
    """Return what the fences of a page embed, without white space."""
    fences: list[str] = []
    for line in lines_of(text):
        if line.fence is not None and line.text.strip().startswith("```"):
            fences.append("")
        if fences and (part := EXCERPT.match(line.text.strip())):
            lines = cut(ROOT / part["path"], part["name"])
            fences[-1] += squeezed("".join(lines))
    return set(filter(None, fences))


def _sourced(text: str) -> set[str]:
    """Return the ``text`` fences that name their source, without it."""
    fences: list[list[str]] = []
    for line in lines_of(text):
        if line.fence == "text":
            if line.text.strip().startswith("```"):
                fences.append([])
            else:
                fences[-1].append(line.text.strip())
    return {
        squeezed("".join(body[1:]))
        for body in fences
        if body and re.match(r"source: (?:https://|[\w./-]+/)\S+$", body[0])
    }


def test_each_text_stands_under_its_language(site: Path) -> None:
    """No Japanese outside lang=ja and no paragraph of English inside it."""
    faults: dict[str, str] = {}
    for name, built in everything(site):
        for language, where, text in _texts(built):
            if fault := _fault_of_language(language, text):
                line = f"<{where}> {text[:60]!r} {fault}"
                source = source_of(name, text)
                if source.startswith("docs/") or line not in faults:
                    faults[line] = source  # a menu repeats a title
    fail_with(
        sorted(f"{source}: {line}" for line, source in faults.items()),
        "Translate it, or give the element around it its lang attribute "
        "(theme: docs/_tools/theme, menu: mkdocs.yml nav_translations).",
    )


def _fault_of_language(language: str, text: str) -> str:
    if language != "ja":
        japanese = JAPANESE.search(text)
        return f"is Japanese under lang={language}" if japanese else ""
    for sentence in ENGLISH_SENTENCE.finditer(text):
        if GRAMMAR.search(sentence[0]):
            return f"is English: {sentence[0]!r}"
    if not JAPANESE.search(text):
        letters = len(re.findall("[A-Za-z]", text))
        long = letters >= LETTERS_LEFT_IN_ENGLISH
        return "is English under lang=ja" if long else ""
    run = ENGLISH_RUN.search(text)
    return f"is English from {run[0][:30]!r} on" if run else ""


def source_of(name: str, text: str) -> str:
    """Return file and line of the source of a text on a built page."""
    language = "en" if name.startswith("en/") else "ja"
    page = name.removeprefix("en/").removesuffix("/index.html") + ".md"
    page = "index.md" if page == "index.html.md" else page
    if page not in pages():
        return name
    source = read(language, page)
    for start in range(0, max(1, len(text) - 20), 10):
        words = text[start : start + 20].strip()
        if words in source:
            return f"docs/{language}/{page}:{line_with(source, words)}"
    return name


def _texts(built: BeautifulSoup) -> Iterator[tuple[str, str, str]]:
    """Yield (language, where, text) of each block and attribute in words."""
    blocks: dict[tuple[int, str], tuple[Tag, list[str]]] = {}
    around: dict[int, Around] = {id(built): ("none", built, False)}
    for node in built.descendants:
        language, block, hidden = around[id(node.parent)]
        if isinstance(node, Tag):
            language = str(node.get("lang") or language)
            block = node if node.name in BLOCKS else block
            yield from _attributes(node, language, hidden=hidden)
            hidden = hidden or node.name in NO_TEXT
            around[id(node)] = language, block, hidden
        elif isinstance(node, Comment | Doctype) or not str(node).strip():
            continue
        elif hidden:
            yield from _script_text(node, language)
        else:
            _, words = blocks.setdefault((id(block), language), (block, []))
            words.append(str(node))
    for (_, language), (block, words) in blocks.items():
        yield language, block.name, " ".join("".join(words).split())


def _attributes(
    tag: Tag, language: str, *, hidden: bool
) -> Iterator[tuple[str, str, str]]:
    for name in ATTRIBUTES:
        if tag.get(name) and _is_read(tag, name, hidden=hidden):
            yield language, f"{tag.name} {name}", str(tag[name])


def _is_read(tag: Tag, attribute: str, *, hidden: bool) -> bool:
    """Say whether people read an attribute; keys and settings are none."""
    if attribute == "content":
        name = str(tag.get("name") or tag.get("property"))
        return name.endswith(("description", "title"))
    return tag.name != "data" and not hidden


def _script_text(
    node: PageElement, language: str
) -> Iterator[tuple[str, str, str]]:
    """Yield the words that Material's scripts show: its translations."""
    parent = node.parent
    if parent is not None and parent.get("id") == "__config":
        for text in json.loads(str(node))["translations"].values():
            yield language, "script", text


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("重みを保存します。Run it again.", "'Run it again.'"),
        ("Try it.", "'Try it.'"),
        ("損失は下がります。", ""),
        ("Adamが速いです。He et al. を参照。", ""),
        ("PyTorch 2.15。CNN。", ""),
        ("Weights and Biases の Sweeps を使います。", ""),
    ],
)
def test_a_short_english_sentence_is_found(text: str, fault: str) -> None:
    """A name in Latin letters is no sentence."""
    told = _fault_of_language("ja", text)
    assert fault in told if fault else not told


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_menu_names_the_other_language_in_it(
    site: Path, language: str
) -> None:
    """A screen reader says 日本語 and English as they are said there."""
    missing = {
        f'{link.get_text(strip=True)!r} has no lang="{link["hreflang"]}"': page
        for page in pages()
        for link in html(site, language, page).select("a[hreflang]")
        if link.get("lang") != link["hreflang"]
    }
    faults = [f"{page}: {fault}" for fault, page in missing.items()]
    fail_with(faults, "Mend docs/_tools/theme/partials/alternate.html.")


@pytest.mark.parametrize("page", pages())
def test_both_languages_link_to_the_same_places(site: Path, page: str) -> None:
    """The n-th link of the one leads where the n-th of the other leads."""
    ja, en = (_targets(site, language, page) for language in LANGUAGES)
    faults = [
        f"{place('en', page, words)}: {words!r} leads to {there}, "
        f"but in Japanese link {number} ({wanted_words!r}) to {wanted}"
        for number, ((wanted_words, wanted), (words, there)) in enumerate(
            zip(ja, en, strict=False), 1
        )
        if wanted != there
    ][:1]
    if not faults and len(ja) != len(en):
        rest = (ja + en)[min(len(ja), len(en)) :][:1]
        faults = [f"docs/en/{page}: {len(ja)} links in ja, {len(en)}: {rest}"]
    fail_with(faults, "Let both languages link to the same pages and ids.")


def _targets(site: Path, language: str, page: str) -> list[tuple[str, str]]:
    here = "https://site/" + address(language, page)
    home = "https://site/" + address(language, "index.md")
    return [
        (
            link.get_text(strip=True),
            urljoin(here, str(link["href"])).removeprefix(home),
        )
        for link in article(site, language, page).select("a[href]")
        if not set(link.get_attribute_list("class"))
        & {"headerlink", "lesson__file", "md-content__button", "evidence"}
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_alternative_texts_differ(site: Path, language: str) -> None:
    """Each picture has a text of its own, and it is not the caption."""
    faults = []
    for page in pages():
        texts: list[str] = []
        for picture in article(site, language, page).select("svg[role=img]"):
            figure = picture.find_parent("figure")
            caption = figure.find("figcaption") if figure else None
            texts.append(str(picture.get("aria-label", "")))
            if caption and squeezed(caption.get_text()) == squeezed(texts[-1]):
                where = place(language, page, texts[-1][:15])
                faults.append(
                    f"{where}: the caption repeats {texts[-1][:50]!r}"
                )
        faults += [
            f"{place(language, page, text[:15])}: two pictures say "
            f"{text[:50]!r}"
            for text, times in Counter(texts).items()
            if times > 1
        ]
    fail_with(faults, "Say what each picture shows, in ![…](…).")


def nav_order() -> list[str]:
    """List the pages in the order of ``nav`` in mkdocs.yml."""

    class Loader(yaml.SafeLoader):
        """Reads over what only MkDocs understands."""

    Loader.add_multi_constructor("!", lambda *_: None)
    text = (ROOT / "mkdocs.yml").read_text("utf-8")

    def leaves(entry: object) -> Iterator[str]:
        if isinstance(entry, str):
            yield entry
            return
        values = entry.values() if isinstance(entry, dict) else entry
        for value in values:  # type: ignore[attr-defined]
            yield from leaves(value)

    return list(leaves(yaml.load(text, Loader)["nav"]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_lessons_come_in_one_order(site: Path, language: str) -> None:
    """Menu, home page, numbers of the steps and their table agree."""
    order = nav_order()
    home = article(site, language, "index.md")
    tabs = html(site, language, "index.md").select_one("nav.md-tabs")
    menu: list[str] = []
    for first in _pages_linked(tabs, "index.md", language):
        section = html(site, language, first)
        open_part = section.select_one(".md-nav__item--active")
        alone = "/" not in first  # a tab that is one page
        menu += [first] if alone else _pages_linked(open_part, first, language)
    listed = _pages_linked(home, "index.md", language, after="map")
    mapped = [x for x in order if x == DIARY or not x.startswith("diary/")]
    steps = [page for page in order if _number(site, language, page)]
    numbers = [_number(site, language, page) for page in steps]
    steps_page = "workflow/nine_steps.md"
    table = article(site, language, steps_page).find("table")
    tabled = _pages_linked(table, steps_page, language)
    faults = [
        f"{where}: {_parting(got, wanted)}"
        for where, got, wanted in (
            ("menu", menu, order),
            (f"docs/{language}/index.md, {{#map}}", listed[:-1], mapped[1:]),
            ("mkdocs.yml nav, numbers of the steps", numbers, sorted(numbers)),
            (f"docs/{language}/{steps_page}", tabled, steps),
        )
        if got != wanted
    ]
    fail_with(faults, "Put them into the order of the lessons.")


def _parting(got: list[Any], wanted: list[Any]) -> str:
    """Say where two lists part."""
    for place, (one, other) in enumerate(zip_longest(got, wanted), 1):
        if one != other:
            return f"number {place} is {one}, but {other} in the other list"
    return "equal"


def _number(site: Path, language: str, page: str) -> int:
    """Return n of a title "Step n" or 「ステップn」, else 0."""
    title = article(site, language, page).find("h1")
    number = re.match(
        r"(?:Step|ステップ)\s*(\d+)", title.get_text() if title else ""
    )
    return int(number[1]) if number else 0


def _pages_linked(
    within: Tag | None, page: str, language: str, after: str | None = None
) -> list[str]:
    """List the pages that a page's links lead to, each once, in order."""
    assert within is not None
    start = within.find(id=after) if after else within
    assert start is not None, f"no heading {{#{after}}} in {language}"
    links = start.find_all_next("a", href=True) if after else within("a")
    here = "https://site/" + address(language, page)
    addresses = {"/" + address(language, one): one for one in pages()}
    targets = [
        urlparse(urljoin(here, str(link["href"])))
        for link in links
        if within in link.parents
    ]
    return list(
        dict.fromkeys(
            addresses[target.path]
            for target in targets
            if target.hostname == "site"
            and target.path in addresses
            and not target.fragment
        )
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_search_index_holds_each_paragraph(
    site: Path, language: str
) -> None:
    """What stands on a page can be found by its words."""
    index = json.loads((site / f"search/{language}.json").read_text("utf-8"))
    texts = {
        entry["url"]: " ".join(
            " ".join(map(" ".join, entry["sections"])).split()
        )
        for entry in index["pages"]
    }
    faults = []
    for page in pages():
        indexed = texts.get(address(language, page), "")
        for block in article(site, language, page)(("p", "li", "td", "pre")):
            if block.find_parent("aside") or block.find(("svg", "pre", "p")):
                continue
            block = copy.copy(block)
            for mark in block.select(".claim, .claim-text"):
                mark.replace_with("\0")
            for words in _phrases(block):
                if words not in indexed:
                    where = place(language, page, words[:10])
                    faults.append(f"{where}: {words[:30]!r} … {words[-30:]!r}")
    fail_with(
        faults,
        f"search/{language}.json lacks it: see docs/_tools/search_index.py.",
    )


def _phrases(block: Tag) -> Iterator[str]:
    """Yield the text of a block between its links, or each of its lines.

    Spaces count: a value must not be parted from its unit, or from a word.
    """
    if block.name == "pre":
        parts = block.get_text().splitlines()
    else:
        for formula in block("math"):
            formula.replace_with("\0")
        for tag in block(("a", "br", "small")):
            tag.insert_before("\0")
            tag.insert_after("\0")
        parts = re.split("[\0¶]", block.get_text())
    for part in parts:
        if words := " ".join(part.split()):
            yield words


def test_the_text_of_a_value_is_its_value(site: Path) -> None:
    """Each number shown is the recorded one, rounded to the digits shown."""
    faults = []
    for name, built in everything(site):
        for data in built.select("data.recorded"):
            shown, value = data.get_text(), str(data.get("value", ""))
            if not _agree(shown, value):
                key = data.get("title", "no title")
                source = source_of(name, str(key).partition(": ")[2])
                faults.append(f"{source}: {key} is {value}, shown as {shown!r}")
    fail_with(
        faults, "The page must show its record: see the values' formatting."
    )


def _agree(shown: str, value: str) -> bool:
    if lowest_to_highest := RANGE.fullmatch(shown):
        low, high, percent = lowest_to_highest.groups()
        number = float(value) * (100 if percent else 1)
        return float(low) <= number <= float(high)
    scale = 100 if re.search(r"[%％]", shown) else 1
    texts, numbers = NUMBER.findall(shown), _numbers(value)
    if verdict := RECORDS.words("verdicts").get(value):
        return shown in verdict.values()
    if not texts or not numbers:
        return squeezed(shown).strip("()[]") == squeezed(value).strip("()[]")
    return all(
        _rounds_to(text, number * scale)
        for text, number in zip(texts, numbers, strict=False)
    )


def _numbers(value: str) -> list[float]:
    """Read the numbers of a value: one, those of a list, mean before std."""
    try:
        parsed = ast.literal_eval(value)
    except (ValueError, SyntaxError):
        parsed = None
    if isinstance(parsed, dict):
        return [parsed[k] for k in ("mean", "std") if k in parsed]
    return [
        float(x.replace(",", "").replace("−", "-"))
        for x in NUMBER.findall(value)
    ]


def _rounds_to(text: str, number: float) -> bool:
    text = text.replace(",", "").replace("−", "-")
    digits, _, exponent = text.lower().partition("e")
    places = len(digits.partition(".")[2])
    if "." not in digits:  # 640: a zero at the end may stand for no digit
        places -= len(digits) - len(digits.rstrip("0") or "0")
    unit = 10.0 ** (int(exponent or 0) - places)
    return abs(float(text) - number) <= 0.5 * unit + 1e-9 * abs(number)


def test_our_own_files_name_no_other_host() -> None:
    """Scripts, styles and templates ask nobody else for anything."""
    faults = []
    for path in _own_files():
        text = path.read_text("utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            rest = ALLOWED_ADDRESS.sub("", line)
            match = FOREIGN.search(rest)
            if match is None and path.suffix in (".js", ".html", ".j2"):
                match = SENDERS.search(rest)
            if match:
                where = f"{path.relative_to(ROOT)}:{number}"
                faults.append(f"{where}: {match[0]!r}")
    fail_with(
        faults,
        "Keep the file in docs/assets and address it relative to the page; "
        "a script fetches only from ../ or ./.",
    )


def _own_files() -> list[Path]:
    folders = ("assets", "_tools/theme", "_tools/templates")
    return sorted(
        path
        for folder in folders
        for path in (ROOT / "docs" / folder).rglob("*")
        if path.suffix in (".js", ".css", ".svg", ".html", ".j2")
    )


def test_no_inline_script_names_another_host(site: Path) -> None:
    """What a build writes between <script> tags stays at home too."""
    named = {
        match[0]: name
        for name, built in everything(site)
        for script in built("script")
        if (match := FOREIGN.search(script.get_text()))
    }
    faults = [f"{page}: <script> names {url!r}" for url, page in named.items()]
    fail_with(faults, "Take the address out of theme or mkdocs.yml.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_to_other_sites_lead_to_known_hosts(
    site: Path, language: str
) -> None:
    """No test asks the network; a slip in a host's name shows here."""
    faults = []
    for page in pages():
        for link in article(site, language, page).select("a[href]"):
            target = urlparse(str(link["href"]))
            if not target.scheme and not target.netloc:
                continue
            host = (target.hostname or "").removeprefix("www.")
            if target.scheme != "https" or host not in HOSTS:
                where = place(language, page, str(link["href"]))
                faults.append(f"{where}: {link['href']}")
    fail_with(
        faults,
        "Is it right, and https? Then add its host to HOSTS in "
        "tests/test_built_pages.py.",
    )


def test_a_lesson_last_ran_on_the_newest_day_of_its_record(
    tmp_path: Path,
) -> None:
    """As git tells it, also where a page is younger than its record."""
    record = tmp_path / "snippets/basics/tensors/record.json"
    record.parent.mkdir(parents=True)
    git = ["git", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q"], check=True)
    for day, file in (
        ("2025-01-01", record),
        ("2025-02-02", record),
        ("2025-03-03", tmp_path / "page.md"),
    ):
        file.write_text(day, "utf-8")
        subprocess.run([*git, "add", "."], check=True)
        named = ["-c", "user.name=A", "-c", "user.email=a@b.example"]
        subprocess.run(
            [*git, *named, "commit", "-qm", day],
            env={**os.environ, "GIT_COMMITTER_DATE": f"{day}T12:00:00"},
            check=True,
        )
    assert last_runs(tmp_path) == {"basics/tensors": "2025-02-02"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bar_of_a_lesson_says_what_its_record_says(
    site: Path, language: str
) -> None:
    """Versions, and seconds: under one only where the run took less."""
    words = RECORDS.words("words")
    faults = []
    for lesson in lessons():
        about = RECORDS.record(lesson).tree["record"]
        built = article(site, language, f"{page_of(lesson)}.md")
        shown = str(built.select_one("aside.lesson"))
        seconds = round(about["cpu_seconds"])
        time = words["seconds"][language] % seconds
        if about["cpu_seconds"] < 1:
            time = words["under"][language]
        for part in (f"PyTorch {about['torch']}", time):
            if part not in shown:
                faults.append(
                    f"docs/{language}/{page_of(lesson)}.md: no {part!r}"
                )
    fail_with(faults, "Mend docs/_tools/theme/partials/lesson.html.")
