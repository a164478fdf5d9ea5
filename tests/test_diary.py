"""The diary: one table, told once in each language, resting on claims."""

import datetime
import re
import shutil
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup, Tag

from docs._tools import diary, ledger, new_entry
from docs._tools.expand import parse
from docs._tools.ledger import LedgerError
from docs._tools.lessons import EVIDENCE, LANGUAGES, ROOT, scripts
from docs._tools.parts import cells_of
from tests.recorder.claims import failing
from tests.shared import RECORDS

ENTRIES = ledger.load()
TOLD = [one for one in ENTRIES.values() if one.verdict]
TESTED = [one for one in TOLD if one.evidence]
LAST = 413  # of what the notes name
LONGEST_QUOTE = 100  # characters of theirs; the rest is told in our words


def told_on(language: str) -> list[tuple[str, str]]:
    """List page and id of each fold of a language's diary, in order."""
    return [
        (path.stem, name)
        for path in sorted((ROOT / "docs" / language / "diary").glob("*.md"))
        for embed in parse(path.read_text(encoding="utf-8"))
        if embed.kind == "diary" and "verdicts" in embed.groups["info"]
        for name in embed.what.split()
    ]


def test_all_that_the_notes_name_is_in_the_table() -> None:
    """Nothing is left out, because it was hard or because it was wrong."""
    wanted = [f"L{number:03}" for number in range(1, LAST + 1)]
    missing = sorted({*wanted} - {*ENTRIES})
    assert not missing, f"{len(missing)} are missing: {', '.join(missing)}"


def test_the_table_is_in_the_order_of_its_ids() -> None:
    """What is looked for is found."""
    assert list(ENTRIES) == sorted(ENTRIES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_verdict_is_told_once(language: str) -> None:
    """An item stands on one page, a dated one on a page of its day."""
    told = told_on(language)
    names = [name for _, name in told]
    assert sorted(names) == sorted(one.id for one in TOLD)
    strayed = [
        f"{name} of {date} stands on {page}"
        for page, name in told
        if (date := ENTRIES[name].date) and not page.startswith(str(date))
    ]
    assert not strayed


def test_verdicts_are_of_the_list() -> None:
    """Their words and signs stand in terms.toml, in both languages."""
    words = RECORDS.words("verdicts")
    for entry in TOLD:
        assert set(words[entry.verdict]) == {*LANGUAGES}, entry.id
        for language in LANGUAGES:
            assert len(entry.quote[language]) <= LONGEST_QUOTE, entry.id


@cache
def broken(lesson: str) -> list[str]:
    """Return what its record says against the claims of a lesson."""
    return [*failing(lesson, RECORDS.record(lesson).tree)]


@pytest.mark.parametrize("verdict", sorted({one.verdict for one in TESTED}))
def test_verdicts_rest_on_evidence_that_passes(verdict: str) -> None:
    """Each claim holds in the record, and what is shown exists."""
    for entry in [one for one in TESTED if one.verdict == verdict]:
        for one in entry.evidence:
            lesson, _, claim = one.partition(" ")
            claims = RECORDS.record(lesson).claims
            assert claim in claims, f"{entry.id}: {lesson} has no {claim}"
            faults = [line for line in broken(lesson) if claim in line]
            assert not faults, faults
        for place in entry.shows:
            path, _, part = place.partition(":")
            RECORDS.source(path).part(part)


@pytest.mark.parametrize(
    "name", [one for one in scripts() if one.startswith(EVIDENCE)]
)
def test_evidence_is_used_whole(name: str) -> None:
    """Each claim and each cell of a script of the diary serves a verdict."""
    source = (ROOT / "examples" / f"{name}.py").read_text(encoding="utf-8")
    cells = {cell.name for cell in cells_of(source)} - {"show"}
    places = {place for one in ENTRIES.values() for place in one.shows}
    shown = {
        place.partition(":")[2]
        for place in places
        if place.startswith(f"examples/{name}.py:")
    }
    assert cells - _embedded(name) <= shown, f"unused: {cells - shown}"
    claims = {f"{name} {claim}" for claim in RECORDS.record(name).claims}
    used = {one for entry in ENTRIES.values() for one in entry.evidence}
    used |= {*re.findall(rf"claim ({name} [\w-]+) ", _pages())}
    assert claims <= used, f"unused: {sorted(claims - used)}"


def _embedded(name: str) -> set[str]:
    """Return the cells of a script that a page embeds by itself."""
    return {*re.findall(rf'--8<-- "examples/{name}\.py:(\w+)"', _pages())}


def _pages() -> str:
    folder = ROOT / "docs" / LANGUAGES[0]
    return "".join(x.read_text(encoding="utf-8") for x in folder.rglob("*.md"))


ITEM = """
[L001]
kind = "claim"
quote = { ja = "か", en = "q" }
claim = { ja = "か", en = "c" }
verdict = "holds"
today = { ja = "か", en = "t" }
evidence = ["basics/tensors stack-adds-a-dimension"]
lesson = "basics/tensors"
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[L001]", "[L1]", "three digits"),
        ('kind = "claim"', 'kind = "guess"', "kind is one of"),
        ('kind = "claim"', 'kind = "topic"', "a verdict stands"),
        ('en = "t"', 'en = ""', "today needs ja and en"),
        ('"holds"', '"outdated"', "`since` says when"),
        ('"holds"', '"untested"', "what is shown is tested"),
        ("evidence", "evidance", "evidance"),
        ('["basics/tensors stack-adds-a-dimension"]', "[]", "evidence is"),
        ("lesson =", 'old = "x"\nlesson =', "go together"),
        ("[L001]", "[L001", "Expected"),
    ],
)
def test_a_fault_of_the_table_is_told(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    """With the name of the file and what is wrong."""
    path = tmp_path / ledger.PATH
    path.parent.mkdir(parents=True)
    path.write_text(ITEM, encoding="utf-8")
    assert list(ledger.load(tmp_path)) == ["L001"]
    path.write_text(ITEM.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(LedgerError, match=re.escape(message)) as caught:
        ledger.load(tmp_path)
    assert str(ledger.PATH) in str(caught.value)


def test_a_broken_claim_names_the_verdict_that_changed() -> None:
    """Whoever runs another version learns what to write anew."""
    entry = TESTED[0]
    lesson, _, claim = entry.evidence[0].partition(" ")
    tree = {**RECORDS.record(lesson).tree}
    told = [
        line
        for name in tree
        for line in _failing(lesson, {**tree, name: _other(tree[name])})
        if f"claim {claim} " in line
    ]
    assert any(f"verdict of {entry.id} changed" in line for line in told)


def _failing(lesson: str, tree: dict[str, object]) -> list[str]:
    try:
        return list(failing(lesson, tree))
    except (AttributeError, KeyError, TypeError, IndexError):
        return []


def _other(value: object) -> object:
    return {**value, "shape": []} if isinstance(value, dict) else None


def test_lessons_lead_to_the_entries_that_they_answer() -> None:
    """And the entries lead to them: both ways from the table."""
    places = diary.places()
    wanted: dict[str, set[str]] = {}
    for entry in TOLD:
        page = places[entry.id]
        wanted.setdefault(entry.lesson.partition("#")[0], set()).add(page)
    for lesson, pages in wanted.items():
        line = diary.asked(lesson, "en", RECORDS)
        missing = [page for page in pages if f"](../{page}.md)" not in line]
        assert not missing, f"{lesson} does not lead to {missing}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_filter_offers_all_that_the_list_holds(
    site: Path, language: str
) -> None:
    """What has no date is found under a word of its own, like any year."""
    home = site / ("" if language == LANGUAGES[0] else language)
    page = (home / "diary/all_claims/index.html").read_text(encoding="utf-8")
    soup = BeautifulSoup(page, "html.parser")
    items = soup.select("li > .ledger-item")
    assert len(items) == len(TOLD)
    for group in ("verdict", "year", "topic"):
        boxes = soup.select(f".ledger-filter [name={group}]")
        offered = {str(box["value"]) for box in boxes}
        assert offered == {str(one[f"data-{group}"]) for one in items}
    assert any(one["data-year"] == ledger.UNDATED for one in items)


def texts(part: Tag, name: str) -> list[str]:
    """Return what stands in each tag of a name."""
    return [tag.get_text() for tag in part.find_all(name)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_old_and_new_lines_stand_under_their_names(
    site: Path, language: str
) -> None:
    """Changed places, they would send a reader back to what is outdated."""
    folder = site / ("" if language == "ja" else language) / "diary/changed"
    page = (folder / "index.html").read_text(encoding="utf-8")
    heads = [RECORDS.word(language, x) for x in ("old_line", "new_line")]
    (table,) = (
        one
        for one in BeautifulSoup(page, "html.parser").select("article table")
        if {*heads} <= {*texts(one, "th")}
    )
    names = texts(table, "th")
    rows = [texts(row, "td") for row in table.select("tbody tr")]
    told = [tuple(row[names.index(head)] for head in heads) for row in rows]
    wanted = [(one.old, one.new) for one in TOLD if one.old]
    assert sorted(told) == sorted(wanted), "see templates/diary/changed.md.j2"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_feed_names_each_dated_entry(site: Path, language: str) -> None:
    """The newest first, with links that lead to its page."""
    home = site / ("" if language == LANGUAGES[0] else language)
    feed = ElementTree.parse(home / "feed.xml").getroot()
    name = {"a": "http://www.w3.org/2005/Atom"}
    links = [
        link.attrib["href"] for link in feed.findall("a:entry/a:link", name)
    ]
    days = sorted(path.stem for path in (ROOT / "docs/ja/diary").glob("20*.md"))
    assert links == [f"diary/{day}/" for day in reversed(days)]
    for link in links:
        assert (home / link / "index.html").is_file()
    told = [one.text for one in feed.findall("a:entry/a:updated", name)]
    told.insert(0, feed.findtext("a:updated", "", name))
    right = [f"{link[6:16]}T00:00:00Z" for link in [links[0], *links]]
    assert told == right, f"{home / 'feed.xml'}: see templates/feed.xml.j2"
    ids = [one.text for one in feed.iter("{http://www.w3.org/2005/Atom}id")]
    assert len(ids) == len({*ids}) == 1 + len(days)
    page = (home / links[0] / "index.html").read_text(encoding="utf-8")
    assert re.search(r'type="?application/atom\+xml"?[^>]* href=\S+feed', page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_timeline_spans_what_it_lists(site: Path, language: str) -> None:
    """Each learner's first and last day, and each day counted from it."""
    home = site / ("" if language == LANGUAGES[0] else language)
    page = home / "diary/timeline/index.html"
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    listed: list[datetime.date] = []
    for items in soup.select("article ul:has(.day-verdict)"):
        days, counts = [], []
        for item in items.find_all("li", recursive=False):
            link = item.select_one("a[href]")
            assert link, item
            day = re.search(r"(\d{4}-\d{2}-\d{2})", str(link["href"]))
            count = re.search(r"\d+", item.get_text())
            assert day, item
            assert count, item
            days.append(datetime.date.fromisoformat(day[1]))
            counts.append(int(count[0]))
        head = items.find_previous("strong")
        assert head, items
        span = " – ".join(map(str, sorted({min(days), max(days)})))
        told = (head.get_text(), counts)
        right = (span, [(day - min(days)).days + 1 for day in days])
        assert told == right, "mend docs/_tools/templates/diary/timeline.md.j2"
        listed += days
    files = [path.stem[:10] for path in (ROOT / "docs/ja/diary").glob("20*.md")]
    assert sorted(map(str, listed)) == sorted(files), page


def test_one_command_begins_an_entry_in_both_languages(tmp_path: Path) -> None:
    """Its pages are built as they are; a second one of a day is refused."""
    shutil.copytree(ROOT / "docs/diary", tmp_path / "docs/diary")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    day = datetime.date(2031, 1, 2)
    titles = {"ja": "「新しい」日", "en": 'a "new" day'}
    new_entry.begin(titles, day, tmp_path)
    (added,) = set(ledger.load(tmp_path)) - set(ENTRIES)
    assert ledger.load(tmp_path)[added].claim == titles
    for language in LANGUAGES:
        page = tmp_path / f"docs/{language}/diary/{day}.md"
        (fold,) = parse(page.read_text(encoding="utf-8"))
        assert (fold.kind, fold.what) == ("diary", added)
    menu = (tmp_path / "mkdocs.yml").read_text(encoding="utf-8")
    entries = re.findall(r"- diary/(20.*)\.md", menu)
    assert entries[-1] == str(day)
    with pytest.raises(FileExistsError):
        new_entry.begin(titles, day, tmp_path)
