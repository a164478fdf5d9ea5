"""Numbers and names in the text of a lesson stand in what ran."""

import ast
import builtins
import io
import itertools
import json
import re
import tokenize
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy
import pytest

from docs._tools.lessons import (
    LANGUAGES,
    lessons,
    page_of,
    record_folder,
    script_path,
)
from tests.page_source import lines_of, read

EMBED_IN_TEXT = re.compile(r"\{\{.*?\}\}")
LINK = re.compile(r"\]\((?P<target>[^)\s]*)[^)]*\)")
HEADING_ID = re.compile(r"\{ ?#[\w-]+ ?\}")
NOTE = re.compile(r"^note: .+? -- (?P<note>.+)$")
# Not within a name or a longer number: ResNet-18, float32, 1.2.3, IMAGENET1K.
NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.#-])(?:(?<=[\s(`=])-)?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<exponent>e-?\d+)?(?P<share>\s?(?:%|percent\b|パーセント)|分の1)?"
    r"(?![A-Za-z_]|[.,]?\d|-[A-Za-z])"
)
RAW_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?(?:e-?\d+)?")
YEAR = re.compile(r"(?:19|20)\d\d")
VERSION = re.compile(
    r"(?i)(?:python|torch|pytorch|torchvision|numpy|matplotlib|mkdocs|cuda"
    r"|scikit-learn|version|バージョン|CC BY)[`\s]*(?:[<>]?=*)[`\s]*\d[\d.]*"
    r"(?:`?(?: and | to |から|と|、|, )`?\d[\d.]*)*"
)
DATE = re.compile(
    r"\d{1,2} (?:January|February|March|April|May|June|July|August|September"
    r"|October|November|December)\b|\d{1,2}月|\d{1,2}日"
)
NAMED = re.compile(
    r"[A-Za-z]+-\d+(?:(?: and |と|、|・)\d+)*"
    r"|\d+ ?(?:%|percent|パーセント)の?(?: confidence|信頼区間)"
)
SMALLEST = 13  # smaller whole numbers are counts of what the reader sees

LESSONS = lessons()
IN_BACKTICKS = re.compile(r"`([^`]+)`")
NAME = re.compile(r"(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*(?P<call>\(.*\))?")
FILE = re.compile(r"[\w/{}-]+\.(?:py|pt|pth|md|txt|json|toml|jpg|png|csv|yml)")


@cache
def script_numbers(lesson: str) -> frozenset[str]:
    """Return the constants of a script, and the arguments of its runs."""
    source = script_path(lesson).read_text("utf-8")
    numbers = _numbers_in(" ".join(arguments_of(lesson)))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and not isinstance(node.value, bool):
            numbers |= _numbers_in(str(node.value))
    return frozenset(numbers)


@cache
def known_numbers(lesson: str) -> frozenset[str]:
    """Return the numbers of a lesson: its script's, its output's, its record's.

    Of the record only whole numbers and sizes count: a decimal is embedded.
    """
    numbers = set(script_numbers(lesson))
    folder = record_folder(lesson)
    for path in folder.glob("output.txt"):
        numbers |= _numbers_in(path.read_text("utf-8"))
    for path in folder.glob("record.json"):
        numbers |= set(_sizes(json.loads(path.read_text("utf-8"))))
    return frozenset(numbers)


def arguments_of(lesson: str) -> Iterator[str]:
    """Yield the arguments of the runs that a lesson's sidecar lists."""
    sidecar = script_path(lesson).with_suffix(".toml")
    tables = (
        [tomllib.loads(sidecar.read_text("utf-8"))] if sidecar.exists() else []
    )
    while tables:
        for key, value in tables.pop().items():
            if isinstance(value, dict):
                tables.append(value)
            elif key in ("arguments", "short", "everyday"):
                yield from value


def _numbers_in(text: str) -> set[str]:
    return {plain(number) for number in RAW_NUMBER.findall(text)}


def _sizes(record: object) -> Iterator[str]:
    """Yield the whole numbers of a record, but not those of long lists."""
    if isinstance(record, dict):
        for value in record.values():
            yield from _sizes(value)
    elif isinstance(record, list) and len(record) <= 12:
        for value in record:
            yield from _sizes(value)
    elif isinstance(record, int):
        yield str(int(record))


def plain(number: str) -> str:
    """Write a number in one way: 1,400 and 1400.0 are the same."""
    return f"{float(number.replace(',', '')):.12g}"


def readings(match: re.Match[str]) -> set[str]:
    """Return the ways to write a number of the text in a script."""
    number = float(plain(match["digits"] + (match["exponent"] or "")))
    ways = [number]
    if match["share"] == "分の1":
        ways.append(1 / number)
    elif match["share"]:
        ways = [number / 100, 1 - number / 100]
    return {plain(str(way)) for way in ways}


class Prose(NamedTuple):
    """A line that a reader reads, with the question that it answers."""

    number: int
    text: str
    question: str


def prose_of(text: str) -> Iterator[Prose]:
    """Yield what a reader reads in words: text, captions, notes on code."""
    description = re.search(r"^description: (.*)$", text, re.M)
    if description:
        yield Prose(2, description[1], "")
    question = ""
    for line in lines_of(text):
        if line.text.startswith("??? question"):
            question = line.text
        elif re.match(r"\S", line.text):
            question = ""
        if line.fence is None:
            yield Prose(line.number, line.text, question)
        elif note := NOTE.match(line.text.strip()):
            yield Prose(line.number, note["note"], question)


def words_of(text: str) -> str:
    """Return a line without embeds, links, ids, dates, versions and names."""
    text = unicodedata.normalize("NFKC", HEADING_ID.sub("", text))
    text = LINK.sub("]", EMBED_IN_TEXT.sub("", text))
    return NAMED.sub("", DATE.sub("", VERSION.sub("", text)))


def unknown_numbers(line: Prose, lesson: str) -> list[str]:
    """List the numbers of a line that nothing vouches for.

    A question sets its own numbers; and what one operation makes of two known
    numbers of the same line is known: 1,000 pictures are 15 batches of 64.
    """
    if "](https://" in line.text:
        return []  # the paragraph names its source
    sources = [lesson, *lessons_named(line.text)]
    asked = _numbers_in(words_of(line.question))
    constants = asked.union(*map(script_numbers, sources))
    known = asked.union(*map(known_numbers, sources))
    numbers = [
        match
        for match in NUMBER.finditer(words_of(line.text))
        if _needs_a_source(match)
    ]
    unknown = [
        match  # a share is a result: embedded, unless the script sets it
        for match in numbers
        if not readings(match) & (constants if match["share"] else known)
    ]
    near = _numbers_in(words_of(line.text + line.question))
    while unknown:
        computed = _computed(near - _plain_of(unknown))
        rest = [match for match in unknown if not readings(match) & computed]
        if rest == unknown:
            break
        unknown = rest
    return [match[0] for match in unknown]


def lessons_named(text: str) -> list[str]:
    """List the lessons that a line links to or embeds from."""
    places = [match["target"] for match in LINK.finditer(text)]
    named = " ".join(places + EMBED_IN_TEXT.findall(text))
    return [
        other
        for other in LESSONS
        if re.search(rf"\b{other}\b|\b{other.partition('/')[2]}\.md", named)
    ]


def _plain_of(matches: list[re.Match[str]]) -> set[str]:
    return {plain(match["digits"]) for match in matches}


def _computed(numbers: set[str]) -> set[str]:
    """Return the sums, differences, products and quotients of all pairs."""
    results: set[float] = set()
    for a, b in itertools.permutations(map(float, numbers), 2):
        results |= {a + b, a - b, a * b}
        results |= {a / b, a // b, a % b} if b else set()
    return {plain(str(number)) for number in results}


def _needs_a_source(match: re.Match[str]) -> bool:
    digits = match["digits"]
    if match["share"] or "." in digits or "," in digits or match["exponent"]:
        return True
    return int(digits) >= SMALLEST and not YEAR.fullmatch(digits)


@pytest.mark.parametrize("lesson", lessons())
def test_numbers_in_the_text_stand_in_the_lesson(lesson: str) -> None:
    """A number is a constant of the script, or recorded, or has a source."""
    faults = [
        f"docs/{language}/{page_of(lesson)}.md:{line.number}: {number!r} is "
        f"neither in the script nor in the record of {lesson}"
        for language in LANGUAGES
        for line in prose_of(read(language, f"{page_of(lesson)}.md"))
        for number in unknown_numbers(line, lesson)
    ]
    if faults:
        what_to_do = (
            "Embed the value ({{ key:format }}), drop the number, or link its "
            "source in the same paragraph."
        )
        pytest.fail("\n".join([*faults, what_to_do]), pytrace=False)


WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
WORDS |= {"eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12}
# How often something ran: "two epochs", 5 seeds, 3エポック. One is an idiom.
COUNTED = re.compile(
    rf"(?i)\b(?P<en>{'|'.join(WORDS)}|\d+) (?:more |different |random )?"
    r"(?P<unit>epoch|seed)s\b"
    r"|(?P<ja>\d+)(?:つの|個の)?(?:乱数の)?(?P<of>エポック|シード)(?!目)"
)
UNITS = {"エポック": "epoch", "シード": "seed"}


@cache
def counts(lesson: str, unit: str) -> frozenset[int]:
    """Return all whole numbers that have to do with epochs, or with seeds.

    In the script: what stands in a line that names the unit. In the record:
    what stands below such a key, and how many runs a sweep has.
    """
    texts = [
        script_path(lesson).read_text("utf-8"),
        " ".join(arguments_of(lesson)),
    ]
    texts += [
        x.read_text("utf-8") for x in record_folder(lesson).glob("output.txt")
    ]
    words = ("patience", unit) if unit == "epoch" else (unit,)
    numbers = {
        int(number)
        for line in "\n".join(texts).splitlines()
        if any(word in line.lower() for word in (*words, "in range("))
        for number in re.findall(r"(?<![\w.])\d+(?![\w.])", line)
    }
    for path in record_folder(lesson).glob("record.json"):
        record = json.loads(path.read_text("utf-8"))
        numbers |= set(_counts_below(record, unit, inside=False))
        numbers |= {len(x["runs"]) for x in record.get("sweeps", {}).values()}
    return frozenset(numbers)


def _counts_below(record: object, unit: str, *, inside: bool) -> Iterator[int]:
    if isinstance(record, dict):
        for key, value in record.items():
            below = inside or unit in key
            yield from _counts_below(value, unit, inside=below)
            if isinstance(value, list) and (
                below or key in ("history", "curves")
            ):
                yield len(value)
    elif isinstance(record, list):
        for value in record:
            yield from _counts_below(value, unit, inside=inside)
    elif inside and isinstance(record, int | float) and record == int(record):
        yield int(record)


def unknown_counts(line: Prose, lesson: str) -> list[str]:
    """List the counts of epochs and seeds that no run has had."""
    if "](https://" in line.text or line.question:
        return []  # it names its source, or sets its own numbers
    unknown = []
    for match in COUNTED.finditer(words_of(line.text)):
        said = (match["en"] or match["ja"]).lower()
        number = WORDS.get(said) or int(said)
        unit = UNITS.get(match["of"] or "", (match["unit"] or "").lower())
        known = {
            count
            for source in (lesson, *lessons_named(line.text))
            for count in counts(source, unit)
        }
        if number > 1 and number not in known:
            unknown.append(match[0])
    return unknown


@pytest.mark.parametrize("lesson", lessons())
def test_counts_in_words_are_those_of_a_run(lesson: str) -> None:
    """The text says two epochs where the script makes two."""
    faults = [
        f"docs/{language}/{page_of(lesson)}.md:{line.number}: {count!r} stands "
        f"neither in the script of {lesson} nor in its record"
        for language in LANGUAGES
        for line in prose_of(read(language, f"{page_of(lesson)}.md"))
        for count in unknown_counts(line, lesson)
    ]
    if faults:
        faults.append("Embed the number ({{ key }}), or say it without one.")
        pytest.fail("\n".join(faults), pytrace=False)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("After eleven epochs it stops.", ["eleven epochs"]),
        ("11エポックで止まります。", ["11エポック"]),
        ("It takes one epoch, and 3 steps.", []),
        ("2エポック目から下がります。", []),
        ("Five random seeds agree.", ["Five random seeds"]),
    ],
)
def test_counts_of_no_run_are_found(text: str, unknown: list[str]) -> None:
    """In a lesson that trains nothing."""
    assert unknown_counts(Prose(1, text, ""), "basics/tensors") == unknown


@cache
def known_names() -> frozenset[str]:
    """Return the names in all scripts, in torch and in what comes with it."""
    names: set[str] = set()
    for lesson in lessons():
        source = script_path(lesson).read_text("utf-8")
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            names |= set(re.findall(r"[A-Za-z_]\w*", token.string))
        names |= set(lesson.split("/"))
        names |= set(
            re.findall(r"[A-Za-z_]\w*", " ".join(arguments_of(lesson)))
        )
    return frozenset(names.union(*map(dir, _places())))


def _places() -> list[object]:
    import sklearn.model_selection
    import torch
    import torchvision
    from torchvision.transforms import v2

    nn, optim, data = torch.nn, torch.optim, torch.utils.data
    transforms = torchvision.transforms
    return [
        sklearn.model_selection,
        *(builtins, list, dict, str, int, float, tuple, numpy, numpy.ndarray),
        *(torch, torch.Tensor, torch.cuda, torch.autograd, torch.backends),
        *(nn, nn.functional, nn.init, nn.utils, nn.Parameter),
        *(nn.Sequential, nn.BatchNorm2d(1), nn.Conv2d(1, 1, 1)),
        *(optim, optim.Optimizer, optim.lr_scheduler, optim.SGD),
        *(data, data.DataLoader, data.Dataset, torchvision, transforms),
        *(torchvision.models, torchvision.datasets, v2),
        *(transforms.functional, torchvision.models.WeightsEnum),
        *(torchvision.models.ResNet50_Weights, torchvision.models.resnet18()),
        torchvision.models.vision_transformer,
    ]


def unknown_names(line: str) -> Iterator[str]:
    """Yield the names in backticks that exist nowhere."""
    for code in IN_BACKTICKS.findall(EMBED_IN_TEXT.sub("", line)):
        match = NAME.fullmatch(code)
        if not match or FILE.fullmatch(code):
            continue
        name = code.partition("(")[0]
        looks_like_one = "_" in name or "." in name or match["call"]
        if looks_like_one and not set(name.split(".")) <= known_names():
            yield code


@pytest.mark.parametrize("lesson", lessons())
def test_names_in_backticks_exist(lesson: str) -> None:
    """A function that the text names is in a script or in a library."""
    faults = [
        f"docs/{language}/{page_of(lesson)}.md:{line.number}: `{name}` is in "
        "no script, nor in torch, torchvision, numpy or Python"
        for language in LANGUAGES
        for line in prose_of(read(language, f"{page_of(lesson)}.md"))
        for name in unknown_names(line.text)
    ]
    if faults:
        faults.append("Write the name as the script writes it.")
        pytest.fail("\n".join(faults), pytrace=False)


# Words of the three parts of the data; a record's keys begin with the name.
PARTS = {
    "train": r"training|trained|訓練|学習",
    "val": r"validat\w+|検証",
    "test": r"\btest|テスト",
}
KEY = re.compile(r"\{\{ *(?!claim)(?:\w+/\w+ +)?(?P<key>[\w.]+)[^}]*\}\}")


def parts_of(sentence: str) -> tuple[list[str], list[str]]:
    """Return the parts whose values a sentence embeds, and those it names."""
    embedded = [
        part
        for key in KEY.finditer(sentence)
        for part in PARTS
        if re.search(rf"(?:^|[_.]){part}", key["key"])
    ]
    text = KEY.sub("", sentence)
    named = sorted(
        (word.start(), part)
        for part, words in PARTS.items()
        for word in re.finditer(words, text)
        if part in embedded
    )
    return [*dict.fromkeys(embedded)], [*dict.fromkeys(p for _, p in named)]


def exchanged_parts(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that name the parts in another order than the values."""
    for number, line in enumerate(text.splitlines(), 1):
        for sentence in re.split(r"(?<=。)|(?<=[.?]) ", line):
            embedded, named = parts_of(sentence)
            if sorted(embedded) == sorted(named) and embedded != named:
                yield (
                    number,
                    f"the values are of {', '.join(embedded)}, the words of "
                    f"{', '.join(named)}: exchange one of them",
                )


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_of_train_val_and_test_follow_the_words(language: str) -> None:
    """Two values exchanged in both languages are right for no other test."""
    faults = [
        f"docs/{language}/{path}:{line}: {told}"
        for path in map("{}.md".format, map(page_of, LESSONS))
        for line, told in exchanged_parts(read(language, path))
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("{{ train_size }} to train, for training and validation", 0),
        ("{{ train_size }} for training, {{ val_size }} for validation", 0),
        ("{{ val_size }} for training, {{ train_size }} for validation", 1),
        ("訓練用{{ x.val_loss:% }}、検証用{{ x.train_loss }}です。", 1),
        ("{{ val_size }} and {{ train_size }} pictures for training", 0),
    ],
)
def test_exchanged_values_are_found(sentence: str, found: int) -> None:
    """Where a sentence names the same parts as its values."""
    assert len([*exchanged_parts(sentence)]) == found
