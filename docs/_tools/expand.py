"""Write code, output, values, tables, claims and figures into a page.

Code and output, in a fence that holds nothing else::

    ```python
    --8<-- "examples/workflow/nine_steps.py:train_epoch"
    highlight: loss.backward()
    note: optimizer.zero_grad() -- Gradients add up, so clear them *here*.
    ```

A value of a record, in prose or in a table; the part behind the colon is
Python's format specification, and the lesson may be left out on its own page::

    {{ workflow/nine_steps cnn.test_accuracy:% }}

A table of values, with a row for each key and a column for each key below it::

    ```table
    rows: cnn mlp
    columns: test_accuracy:% best_epoch
    ```

The glossary of docs/terms.toml::

    ```table
    terms: all
    ```

The diary's verdicts, from its table, by the items' ids; a note as it stands
there; its lists::

    ```verdicts
    L030 L031
    ```

    ```quote
    L072
    ```

    ```ledger
    all
    ```

A chart of recorded values: see charts.py. A mark after a sentence that rests
on a claim, a figure as inline SVG on a line of its own, and output from
elsewhere that says where::

    {{ claim worst-cnn-beats-best-mlp }}
    ![What it says](snippets/workflow/nine_steps/curves.svg "Caption")
    ```text
    source: https://pytorch.org/docs/stable/notes/randomness.html
    ```

Formulas embed nothing: see formulas.py.

Whatever cannot be found, or is ambiguous, ends the build with the page's file
and line and the names that exist.
"""

import html
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import markdown

from docs._tools import charts, formulas, numbers
from docs._tools.diary import Writer
from docs._tools.lessons import SiteError
from docs._tools.markup import literal
from docs._tools.records import Record, Records, is_measure, is_number

LESSON = r"(?:(?P<lesson>\w+/\w+) +)?"
VALUE = rf"{LESSON}(?P<key>[\w.]+)(?::(?P<spec>\S+))?"
CLAIM = rf"claim +{LESSON}(?P<key>[\w-]+)"
# In a line: code in backticks, where nothing is embedded, and {{ … }}.
INLINE = (
    r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))"
    r"|\{\{ *(?P<curly>.*?) *\}\}"
)
FORMULA = re.compile(r"`+ ?#!math (?P<latex>[^`]*)`+")
FIGURE = (
    r"^[ \t]*!\[(?P<alt>[^\]]*)\]"
    r"\((?P<path>(?:snippets|docs/assets/drawings)/[\w/]+\.svg)"
    r'(?: "(?P<title>.*)")?\)[ \t]*$'
)
FENCE = (
    r"^(?P<indent>[ \t]*)(?P<marks>`{3,}|~{3,})(?P<info>[^`\n]*)$"
    r"(?P<closed>\n(?P<body>(?:.*\n)*?)[ \t]*(?P=marks)[`~]*[ \t]*$)?"
)
PLACES = re.compile(
    rf"(?P<front>\A---\n(?s:.*?)\n---$)|{FENCE}|{FIGURE}|{INLINE}", re.M
)
# What stands in a fence.
EXCERPT = re.compile(r'--8<-- "(?P<path>[^":]+)(?::(?P<name>[\w.]+))?"$')
HIGHLIGHT = re.compile(r"highlight: (?P<text>.+)$")
NOTE = re.compile(r"note: (?P<text>.+?) -- (?P<note>.+)$")
SETTING = re.compile(r"(lesson|rows|series|columns|terms): (.+)$")
SOURCE = re.compile(r"source: (?P<place>https://\S+)$")
# Of a figure: a text, and what in it is words that the other language lacks.
FIGURE_TEXT = re.compile(r"(?<=>)[^<>]*(?=</text>)")
WORDS = re.compile(r"[^\W\d_]{2}")
DIGITS = re.compile(r"\d+(?:\.\d+)?")
# A number, a word, or a sign: what two outputs of one script differ in.
TOKEN = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?|\w+|\s+|.")

# Nothing of these languages is typed by hand: code has run, output is its own.
RECORDED_LANGUAGES = ("python", "py", "text")
EMBEDDED_FOLDERS = ("examples/", "snippets/", "docs/assets/drawings/")
LONGEST_ON_ONE_LINE = 60  # characters of a recorded text
MOST_CLAIMS = 6  # on a page


class EmbedError(SiteError):
    """An embed that cannot be resolved, on a line of the page (from 1)."""

    def __init__(self, line: int, message: object) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class Page:
    """The page that embeds: its file below the root, its lesson, if any."""

    path: str
    lesson: str | None
    language: str
    lines_before: int = 0  # lines of front matter that the text lacks


@dataclass(frozen=True)
class Embed:
    """What one place of a page asks for."""

    kind: str  # code, table, chart, diary, source, figure, value or claim
    line: int  # from 1
    start: int  # its place in the text
    end: int
    what: str  # what is embedded, the same in all languages
    groups: Mapping[str, str]  # what the pattern found; "" where nothing
    body: tuple[tuple[int, str], ...] = ()  # a fence's lines, each numbered


def parse(text: str) -> list[Embed]:
    """List all that a page embeds, in order; the only parser of embeds.

    An embed in a note or in a figure's texts follows the one that it is in.

    Raises:
        EmbedError: something is typed by hand, or an embed is miswritten.
    """
    embeds: list[Embed] = []
    for place in PLACES.finditer(text):
        line = text.count("\n", 0, place.start()) + 1
        if place["curly"] is not None:
            embeds.append(_inline(place, line))
        elif place["path"]:
            groups = place.groupdict("")
            span = (line, *place.span())
            embeds.append(Embed("figure", *span, place["path"], groups))
            embeds += _inlines(place[0], line, place.start())
        elif place["marks"]:
            embeds += _fence(place, line)
        elif formula := FORMULA.fullmatch(place["code"] or ""):
            _check(line, formula["latex"])
    return embeds


def _check(line: int, latex: str) -> None:
    """Find a fault in a formula, which embeds nothing, before it is drawn."""
    try:
        formulas.inline(latex)
    except SiteError as error:
        raise EmbedError(line, error) from None


def _inlines(text: str, line: int, start: int = 0) -> Iterator[Embed]:
    """Yield the values and claims in a part of a line."""
    for place in re.finditer(INLINE, text):
        if place["curly"] is not None:
            yield _inline(place, line, start)


def _inline(place: re.Match[str], line: int, start: int = 0) -> Embed:
    claim = re.fullmatch(CLAIM, place["curly"])
    match = claim or re.fullmatch(VALUE, place["curly"])
    if match is None:
        raise EmbedError(
            line,
            f"{place[0]} is no embed: write {{{{ key }}}}, "
            "{{ section/lesson key:format }} or {{ claim ID }}",
        )
    span = (line, start + place.start(), start + place.end())
    what = " ".join(match[0].split())
    return Embed(
        "claim" if claim else "value", *span, what, match.groupdict("")
    )


def _fence(place: re.Match[str], line: int) -> Iterator[Embed]:
    if place["closed"] is None:
        raise EmbedError(line, "this fence never closes")
    lines = [
        one.removeprefix(place["indent"]) for one in place["body"].split("\n")
    ]
    body = tuple(enumerate(lines[:-1], line + 1))
    kind = _kind(line, place["info"], body)
    if kind is None:
        if place["info"].strip() == "math":
            _check(line, place["body"])
        return
    what = "\n".join(text.partition(" -- ")[0] for _, text in body)
    span = (line, *place.span())
    yield Embed(kind, *span, what, place.groupdict(""), body)
    for note in re.finditer("note: .*", place["body"]):
        at = line + 1 + place["body"].count("\n", 0, note.start())
        yield from _inlines(note[0], at, place.start("body") + note.start())


def _kind(
    line: int, info: str, body: tuple[tuple[int, str], ...]
) -> str | None:
    """Return what a fence embeds, or None if it stands as it is."""
    language = info.partition(" ")[0]
    embeds = any(text.startswith("--8<--") for _, text in body)
    if language in ("table", "chart"):
        return language
    if language in ("verdicts", "quote", "ledger"):
        return "diary"
    if language == "markdown" or not (embeds or language in RECORDED_LANGUAGES):
        return None
    if not body:
        raise EmbedError(line, 'empty: expected --8<-- "examples/…:name"')
    if language == "text" and SOURCE.match(body[0][1]):
        return "source"
    for at, text in body:
        if not any(one.match(text) for one in (EXCERPT, HIGHLIGHT, NOTE)):
            raise EmbedError(
                at,
                f"{text!r} is typed by hand; here stand only embeds "
                '(--8<-- "examples/…:name"), `highlight: TEXT` and `note: TEXT '
                "-- EXPLANATION`, or in a text fence, first, `source: https://…`",
            )
    return "code"


def expand(text: str, page: Page, records: Records) -> str:
    """Return a page's Markdown with all that it embeds written out.

    Raises:
        SiteError: something cannot be embedded; says where and what exists.
    """
    try:
        return _replace(text, parse(text), Expander(page, records).write)
    except EmbedError as error:
        where = f"{page.path}:{error.line + page.lines_before}"
        raise SiteError(f"{where}: {error}") from None


def outlined(text: str, page: Page, records: Records) -> str:
    """Return a page with what the diary's table says, embeds as they are."""
    embeds = [embed for embed in parse(text) if embed.kind == "diary"]
    return _replace(text, embeds, Expander(page, records).from_diary)


def _replace(
    text: str, embeds: Iterable[Embed], write: Callable[[Embed], str]
) -> str:
    shown, at = [], 0
    for embed in embeds:
        if embed.start >= at:  # else it is inside of the last one
            shown += [text[at : embed.start], write(embed)]
            at = embed.end
    return "".join([*shown, text[at:]])


def verbatim(source: str, *_: object, **__: object) -> str:
    """Return HTML as it stands: superfences' formatter of ``raw`` fences."""
    return source


def raw(markup: str, indent: str = "") -> str:
    """Return HTML as Markdown that leaves it alone, also inside of a fold."""
    return indented(["``````raw", *markup.split("\n"), "``````"], indent)


def indented(lines: Iterable[str], indent: str) -> str:
    """Join lines, each behind ``indent``."""
    return "\n".join(indent + line for line in lines)


def shown_text(record: Record, key: str, spec: str) -> str:
    """Return the text of a value, with the digits that its spread allows.

    Raises:
        SiteError: there is no such value, the format does not fit it, or
            other numerics contradict it.
    """
    value, others = record.look_up(key), record.others(key)
    if is_measure(value):
        if value.get("n") == 1:
            return numbers.render(value["mean"], None, spec)
        return numbers.render_spread(value["mean"], value["std"], spec)
    if isinstance(value, list):
        items = [f"{key}.{at}" for at in range(len(value))]
        texts = [shown_text(record, item, spec) for item in items]
        return f"({', '.join(texts)}{',' if len(texts) == 1 else ''})"
    if isinstance(value, dict) or value is None:
        raise SiteError(f"{type(value).__name__} is not a plain value")
    if isinstance(value, float) and all(map(is_number, others.values())):
        deviation, noise = record.deviation(key), record.noise(key)
        if deviation is None and numbers.varies_too_much(value, noise, spec):
            raise SiteError(f"varies by {noise:.2g}: make it a claim")
        spread = (noise or None) if deviation is None else deviation
        return numbers.render(value, spread, spec)
    if others:
        raise SiteError(f"differs under {', '.join(others)}: make it a claim")
    return numbers.formatted(value, spec)


def cell_text(record: Record, key: str, spec: str) -> str:
    """Return a value's text in a table: a range if it varies too much."""
    value = middle = record.look_up(key)
    spread, ends = record.noise(key), [value, *record.others(key).values()]
    if is_measure(value):
        middle, spread = value["mean"], value["std"]
        ends = [value.get("min"), value.get("max")]
    if all(map(is_number, ends)) and (
        numbers.varies_too_much(middle, spread, spec)
        or (isinstance(middle, int) and spread)
    ):
        return numbers.render_range(min(ends), max(ends), spec)
    return shown_text(record, key, spec)


def data(record: Record, key: str, shown: str) -> str:
    """Return the element that shows a recorded value."""
    value = record.look_up(key)
    value = value["mean"] if is_measure(value) else value
    text, kind = literal(shown), "recorded"
    if not is_number(value):
        text = f"<code>{text}</code>"
        kind += " message" if len(shown) > LONGEST_ON_ONE_LINE else ""
    value, title = literal(value), literal(f"{record.lesson}: {key}")
    return f'<data class="{kind}" value="{value}" title="{title}">{text}</data>'


def dimmed(line: str, others: Iterable[str | None]) -> str:
    """Return a line of output as HTML, what others print otherwise dimmed."""
    tokens = TOKEN.findall(line)
    theirs = [TOKEN.findall(other or "") for other in others]
    if any(len(other) != len(tokens) for other in theirs):
        tokens, theirs = [line], [[""]]
    shown = ""
    for token, *rivals in zip(tokens, *theirs, strict=True):
        kept = min([_common(token, one) for one in rivals], default=len(token))
        shown += html.escape(token[:kept], quote=False)
        if rest := html.escape(token[kept:], quote=False):
            shown += f'<span class="varies">{rest}</span>'
    return shown


def _common(token: str, other: str) -> int:
    """Count the first characters that stand for the same in two tokens."""
    if token == other or token.isspace():
        return len(token)
    wholes = {len(one.partition(".")[0]) for one in (token, other)}
    if not token[:1].isdigit() or len(wholes) > 1:
        return 0
    pairs = zip(token, other, strict=False)
    return len([*itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)])


@dataclass
class Block:
    """The lines that a fence shows and what is said of them."""

    lines: list[str] = field(default_factory=list)
    others: dict[int, list[str | None]] = field(default_factory=dict)
    highlighted: set[int] = field(default_factory=set)
    notes: list[tuple[int, str]] = field(default_factory=list)

    def find(self, text: str) -> list[int]:
        """Return the places, from 0, of the lines that contain ``text``."""
        places = [at for at, one in enumerate(self.lines) if text in one]
        if not places:
            raise SiteError(f"no embedded line above contains {text!r}")
        return places


@dataclass
class Expander:
    """Writes out what one page embeds."""

    page: Page
    records: Records
    claims: int = 0  # so far

    def write(self, embed: Embed) -> str:
        """Return the Markdown that stands in the place of an embed.

        Raises:
            EmbedError: it cannot be resolved.
        """
        try:
            written: str = getattr(self, f"write_{embed.kind}")(embed)
            return written
        except EmbedError:
            raise
        except SiteError as error:
            inline = embed.kind in ("value", "claim")
            named = f"{{{{ {embed.what} }}}}: " if inline else ""
            raise EmbedError(embed.line, f"{named}{error}") from None

    def word(self, name: str, group: str = "words") -> str:
        """Return a word of the interface in the page's language, or ""."""
        return self.records.word(self.page.language, name, group)

    def record(self, lesson: str) -> Record:
        """Return the record of a lesson, by default the page's."""
        name = lesson or self.page.lesson
        if name is None:
            raise SiteError("name the lesson: {{ section/lesson key }}")
        return self.records.record(name)

    def write_value(self, embed: Embed) -> str:
        """Write a value as a ``<data>`` element."""
        record = self.record(embed.groups["lesson"])
        key = embed.groups["key"]
        shown = shown_text(record, key, embed.groups["spec"])
        return data(record, key, shown)

    def write_claim(self, embed: Embed) -> str:
        """Write a mark that opens a claim and what was compared."""
        record = self.record(embed.groups["lesson"])
        claim = record.claim(embed.groups["key"])
        self.claims += 1
        if self.claims > MOST_CLAIMS:
            raise SiteError(f"a page cites at most {MOST_CLAIMS} claims")
        told = {"claim": claim, "number": self.claims}
        language = self.page.language
        return self.records.render("claim.html.j2", language, **told)

    def write_table(self, embed: Embed) -> str:
        """Write a Markdown table of values."""
        settings: dict[str, str] = {}
        for line, text in embed.body:
            if not (setting := SETTING.match(text)):
                raise EmbedError(line, f"{text!r}: expected rows: or columns:")
            settings[setting[1]] = setting[2]
        if "terms" in settings:
            terms = self.records.words("terms").values()
            language = self.page.language
            return self.records.render("glossary.md.j2", language, terms=terms)
        if "columns" not in settings:
            raise SiteError("the table lacks columns:")
        if len(settings.keys() & {"rows", "series"}) != 1:
            raise SiteError("the table needs either rows: or series:")
        record = self.record(settings.get("lesson", ""))
        columns = [one.partition(":") for one in settings["columns"].split()]
        heads = [self.label(key) for key in _told_apart(columns)]
        (first, *rows) = self.rows(record, settings)
        table = [[first[0], *heads], ["---"] * (len(heads) + 1)]
        for name, place in rows:
            table.append([name])
            for column, _, spec in columns:
                key = place.format(column)
                shown = cell_text(record, key, spec)
                table[-1].append(data(record, key, shown))
        lines = (f"| {' | '.join(row)} |" for row in table)
        return indented(lines, embed.groups["indent"])

    def rows(
        self, record: Record, settings: Mapping[str, str]
    ) -> Iterator[tuple[str, str]]:
        """Yield what each row is called, and where a column lies in it.

        The row above them, of the columns' names, comes first.
        """
        key, _, spec = settings.get("series", "").partition(":")
        if key:
            yield self.label(key), ""
            for at in range(len(record.look_up(key))):
                yield shown_text(record, f"{key}.{at}", spec), f"{{}}.{at}"
        else:
            yield f'<span class="hidden-name">{self.word("row")}</span>', ""
            for row in settings["rows"].split():
                yield self.label(row), f"{row}.{{}}"

    def write_chart(self, embed: Embed) -> str:
        """Draw recorded values into the page itself."""
        lines, language = (text for _, text in embed.body), self.page.language
        svg, caption = charts.chart(lines, self.records, language)
        return self.figure(svg, self.inline(caption, embed.line))

    def write_diary(self, embed: Embed) -> str:
        """Write folds or a list from the diary's table."""
        text = self.from_diary(embed)
        try:
            return _replace(text, parse(text), self.write)
        except EmbedError as error:
            lines = text.split("\n")
            where = lines[min(error.line, len(lines)) - 1].strip()
            raise SiteError(f"{error}, at {where!r}") from None

    def from_diary(self, embed: Embed) -> str:
        """Return what the diary's table says, with its own embeds."""
        writer = Writer(self.records, self.page.path, self.page.language)
        kind = embed.groups["info"].strip()
        return writer.write(kind, embed.what.split())

    def label(self, key: str) -> str:
        """Return what a row or a column is called in the page's language."""
        name = key.rpartition(".")[2]
        return self.word(name, "labels") or f"`{name}`"

    def write_figure(self, embed: Embed) -> str:
        """Write a recorded or drawn SVG into the page itself."""
        alt, title = embed.groups["alt"], embed.groups["title"]
        if not alt.strip():
            raise SiteError("a figure needs an alternative text")
        label = re.sub("<[^>]+>", "", self.inline(alt, embed.line))
        picture = self.records.source(embed.what).text.strip()
        named = f'<svg role="img" aria-label="{label}" '
        svg = picture.replace("<svg ", named, 1)
        if embed.what.startswith("snippets/"):
            svg = self.translated(svg)
        return self.figure(svg, self.inline(title, embed.line))

    def figure(self, svg: str, title: str) -> str:
        """Return a picture with its caption, which is Markdown."""
        text = markdown.markdown(title)[3:-4]
        caption = f"<figcaption>{text}</figcaption>" if title else ""
        return raw(f'<figure class="figure">{svg}{caption}</figure>')

    def translated(self, svg: str) -> str:
        """Return a figure with its texts in the page's language."""
        unknown: list[str] = []

        def word(match: re.Match[str]) -> str:
            text = html.unescape(match[0])
            if not WORDS.search(text):
                return match[0]
            shown = self.figure_text(text)
            if shown is None and text not in unknown:
                unknown.append(text)
            return html.escape(shown or "", quote=False)

        svg = FIGURE_TEXT.sub(word, svg)
        if unknown:
            raise SiteError(
                f"the figure says {', '.join(map(repr, unknown))}: write what "
                "that is in both languages into docs/terms.toml, [labels]"
            )
        return svg

    def figure_text(self, text: str) -> str | None:
        """Return a text of a figure in the page's language, if it is known.

        It is found by itself, in small letters with underscores, or with each
        number as ``#``.
        """
        numbers = iter(DIGITS.findall(text))
        plain = DIGITS.sub("#", text)
        for name in (text, text.lower().replace(" ", "_"), plain):
            if label := self.word(name, "labels").replace("`", ""):
                return re.sub("#", lambda _: next(numbers, "#"), label)
        return None

    def inline(self, text: str, line: int) -> str:
        """Write out the values in a text that stands inside of an embed."""
        return _replace(text, _inlines(text, line), self.write)

    def write_source(self, embed: Embed) -> str:
        """Write output from elsewhere with its source as a caption."""
        (_, first), *rest = embed.body
        groups, place = embed.groups, first.removeprefix("source: ")
        lines = [groups["marks"] + groups["info"], *(text for _, text in rest)]
        lines += [groups["marks"], "", f"{self.word('source')}<{place}>"]
        return indented([*lines, "{: .source }"], groups["indent"])

    def write_code(self, embed: Embed) -> str:
        """Write parts of a script, or of an output, into their fence."""
        block = Block()
        for line, text in embed.body:
            try:
                if part := EXCERPT.match(text):
                    self.add_part(block, part["path"], part["name"])
                elif marked := HIGHLIGHT.match(text):
                    block.highlighted.update(block.find(marked["text"]))
                elif note := NOTE.match(text):
                    places = block.find(note["text"])
                    if len(places) > 1:
                        raise SiteError(
                            f"{note['text']!r} stands on {len(places)} lines "
                            "of this embed; a note needs exactly one"
                        )
                    explained = self.inline(note["note"], line)
                    block.notes.append((places[0], explained))
            except SiteError as error:
                raise EmbedError(line, error) from None
        return (self.dim if block.others else fenced)(embed, block)

    def add_part(self, block: Block, path: str, name: str | None) -> None:
        """Add the part ``name`` of a file to a block."""
        if not path.startswith(EMBEDDED_FOLDERS) or ".." in path:
            folders = ", ".join(EMBEDDED_FOLDERS)
            raise SiteError(f"{path}: only files below {folders} are embedded")
        if path.endswith(".txt") and name is None:
            raise SiteError(f"{path}: name the section of the output")
        part = self.records.source(path).part(name)
        if block.lines:
            block.lines.append("")
        if output := re.fullmatch(r"snippets/(\w+/\w+)/output\.txt", path):
            record = self.records.record(output[1])
            for at in range(len(part.lines)):
                if others := record.other_lines(part.first + at):
                    block.others[len(block.lines) + at] = others
        block.lines.extend(part.lines)

    def dim(self, embed: Embed, block: Block) -> str:
        """Write an output whose digits differ between numerics."""
        if block.notes:
            raise SiteError("an output that varies bears no note")
        title = re.search(r'title="(.*?)"', embed.groups["info"])
        markup = self.records.render(
            "output.html.j2",
            self.page.language,
            title=title[1] if title else "",
            block=block,
            dimmed=dimmed,
        )
        return raw(markup, embed.groups["indent"])


def fenced(embed: Embed, block: Block) -> str:
    """Write a block in the terms of superfences and Material."""
    head, lines = embed.groups["marks"] + embed.groups["info"], [*block.lines]
    if block.highlighted:
        places = " ".join(str(at + 1) for at in sorted(block.highlighted))
        head += f' hl_lines="{places}"'
    notes = [""] * bool(block.notes)
    for number, (at, note) in enumerate(block.notes, 1):
        lines[at] += f"  # ({number})!"
        notes.append(f"{number}. {note}")
    lines = [head, *lines, embed.groups["marks"], *notes, *notes[:1]]
    return indented(lines, embed.groups["indent"])


def _told_apart(columns: list[tuple[str, str, str]]) -> list[str]:
    """Return the part of each column's key that the others do not share."""
    keys = [key.rpartition(".") for key, _, _ in columns]
    alike = len(keys) > 1 and len({last for _, _, last in keys}) == 1
    return [above if alike and above else last for above, _, last in keys]
