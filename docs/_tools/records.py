"""Read what a run left: values, spread over seeds, noise, claims.

The tree that pages and claims name things in holds the main run's values and
tensors, and for each sweep a summary that is computed here: a number becomes
``{n, mean, std, min, max, values}`` (std with n - 1), a list of numbers
``{n, mean, std, min, max}`` of lists.
"""

import contextlib
import functools
import json
import statistics
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeGuard, TypeVar

from docs._tools.ledger import PATH as LEDGER
from docs._tools.ledger import Entry, load
from docs._tools.lessons import ROOT, SiteError, record_folder
from docs._tools.markup import ENVIRONMENT
from docs._tools.parts import Source

T = TypeVar("T")

STATISTICS = ("mean", "std", "min", "max", "values")


class RecordError(SiteError):
    """A record, or a key in it, that does not exist."""


class Record:
    """One lesson's record."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self.lesson: str = data["lesson"]
        self.claims: dict[str, dict[str, Any]] = data.get("claims", {})

    @functools.cached_property
    def tree(self) -> dict[str, Any]:
        """All that a page or a claim can name."""
        sweeps = {**self.data["sweeps"], **self.data["real"]}
        about = {name: self.data[name] for name in ("seeds", "cpu_seconds")}
        return {
            **self.data["main"]["values"],
            **self.data["main"]["tensors"],
            **{name: summary(one["runs"]) for name, one in sweeps.items()},
            "record": {**self.data["environment"], **about},
        }

    def look_up(self, key: str) -> Any:
        """Return what stands under a dotted key.

        Raises:
            RecordError: there is no such key; names those that exist.
        """
        return look_up(self.tree, key)

    def claim(self, name: str) -> Mapping[str, Any]:
        """Return a claim: its text in each language, and what was compared.

        Raises:
            RecordError: there is no such claim; names those that exist.
        """
        if name not in self.claims:
            names = ", ".join(self.claims) or "nothing"
            told = f"{self.lesson} has no such claim; there is: {names}"
            raise RecordError(told)
        return self.claims[name]

    def others(self, key: str) -> dict[str, Any]:
        """Return, by name, what a key is under numerics where it differs."""
        parts = key.split(".")
        others: dict[str, Any] = {}
        for name, variant in self.data["variants"].items():
            for at in range(1, len(parts) + 1):
                path, rest = "/".join(parts[:at]), ".".join(parts[at:])
                if path in variant["values"]:
                    others[name] = None  # where its table has other keys
                    with contextlib.suppress(RecordError):
                        others[name] = look_up(variant["values"][path], rest)
        return others

    def noise(self, key: str) -> float:
        """Return the half-range of a number over main run and variants."""
        numbers = [self.look_up(key), *self.others(key).values()]
        numbers = [one for one in numbers if is_number(one)]
        return (max(numbers) - min(numbers)) / 2 if numbers else 0.0

    def deviation(self, key: str) -> float | None:
        """Return the standard deviation over seeds, None of a single run."""
        names = key.split(".")
        for at, name in enumerate(names):
            if at and name in STATISTICS:
                over = self.look_up(".".join(names[:at]))
                if is_series(over) and names[at + 1 :]:
                    over = look_up(over, names[at + 1])
                if is_measure(over):
                    return float(over["std"])
        return None

    def other_lines(self, number: int) -> list[str | None]:
        """Return what other numerics printed on a line of the output.

        Args:
            number: the line of output.txt, from 1.
        """
        lines = [one["lines"] for one in self.data["variants"].values()]
        return [one[str(number)] for one in lines if str(number) in one]


class Records:
    """All that pages embed below one root; read until it changes."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self._kept: dict[Path, tuple[int, Any]] = {}

    def record(self, lesson: str) -> Record:
        """Return a lesson's record.

        Raises:
            RecordError: the lesson has none, or it is damaged.
        """
        path = record_folder(lesson, self.root) / "record.json"
        return self._read(path, lambda: _load(path, lesson))

    def source(self, path: str) -> Source:
        """Return a script, an output or a picture with its parts.

        Raises:
            PartError: the file is missing, or is a script with a syntax error.
        """
        file = self.root / path
        return self._read(file, lambda: Source.read(file, path))

    def ledger(self) -> dict[str, Entry]:
        """Return the diary's table, by id."""
        return self._read(self.root / LEDGER, lambda: load(self.root))

    def words(self, group: str) -> dict[str, dict[str, Any]]:
        """Return a group of docs/terms.toml: by name, then by language."""
        file = self.root / "docs" / "terms.toml"
        terms = self._read(file, lambda: tomllib.loads(file.read_text("utf-8")))
        found: dict[str, dict[str, Any]] = terms.get(group, {})
        return found

    def word(self, language: str, name: str, group: str = "words") -> str:
        """Return a word of the interface in a language, or ""."""
        return str(self.words(group).get(name, {}).get(language, ""))

    def render(self, template: str, language: str, **told: Any) -> str:
        """Return what a template below ``templates/`` says in a language."""
        word = functools.partial(self.word, language)
        page = ENVIRONMENT.get_template(template)
        return page.render(told, language=language, word=word)

    def _read(self, path: Path, read: Callable[[], T]) -> T:
        changed = path.stat().st_mtime_ns if path.is_file() else -1
        if self._kept.get(path, (None,))[0] != changed:
            self._kept[path] = (changed, read())
        kept: T = self._kept[path][1]
        return kept


def _load(path: Path, lesson: str) -> Record:
    again = f"run `uv run pytest --record {lesson}`"
    try:
        return Record(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise RecordError(f"no record of {lesson!r}: {again}") from None
    except json.JSONDecodeError as error:
        where = f"snippets/{lesson}/record.json:{error.lineno}"
        raise RecordError(f"{where}: {error.msg}: {again}") from None


def look_up(tree: Any, key: str) -> Any:
    """Follow a dotted key through nested tables and lists.

    A number picks one element of a list, or of a list's summary over seeds.
    The last name may hold a dot, such as 0.3.

    Raises:
        RecordError: a part of the key is missing; names those that exist.
    """
    place, rest = tree, key
    while rest:
        if isinstance(place, Mapping) and rest in place:
            return place[rest]
        part, _, rest = rest.partition(".")
        try:
            if is_series(place) and part.isdigit():
                place = _element(place, int(part))
            else:
                place = place[int(part) if isinstance(place, list) else part]
        except (KeyError, IndexError, ValueError, TypeError):
            raise RecordError(
                f"no {part!r} in {key!r}; there is: {_choices(place)}"
            ) from None
    return place


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Summarise each number of several runs, and each number of a series."""
    tree: dict[str, Any] = {}
    runs = [_with_an_epoch(run) for run in runs]
    for name, value in runs[0].items():
        column = [run[name] for run in runs]
        if isinstance(value, dict):
            tree[name] = summary(column)
        elif is_number(value) and name != "seed":
            tree[name] = over_seeds(column)
        elif isinstance(value, list) and _are_numbers_of_one_length(column):
            tree[name] = _series_over_seeds(column)
    return {name: value for name, value in tree.items() if value}


def _with_an_epoch(run: dict[str, Any]) -> dict[str, Any]:
    """Add the seconds of an epoch, where a run tells those of all.

    The first entry of its history is the state before the first epoch.
    """
    epochs = len(run.get("history", ())) - 1
    if epochs < 1 or "fit_seconds" not in run:
        return run
    return {"epoch_seconds": run["fit_seconds"] / epochs, **run}


def over_seeds(numbers: list[float]) -> dict[str, Any]:
    """Summarise the results of several seeds (standard deviation: n - 1)."""
    mean = statistics.fmean(numbers)
    exact = min(numbers) == max(numbers)  # a count is not rounded
    return {
        "n": len(numbers),
        "mean": mean if exact else float(f"{mean:.6g}"),
        "std": 0.0 if exact else float(f"{statistics.stdev(numbers):.6g}"),
        "min": min(numbers),
        "max": max(numbers),
        "values": numbers,
    }


def _are_numbers_of_one_length(lists: list[list[Any]]) -> bool:
    numbers = bool(lists[0]) and all(map(is_number, lists[0]))
    return numbers and len({len(one) for one in lists}) == 1


def _series_over_seeds(series: list[list[float]]) -> dict[str, Any]:
    points = [over_seeds(list(one)) for one in zip(*series, strict=True)]
    kinds = ("mean", "std", "min", "max")
    told = {kind: [point[kind] for point in points] for kind in kinds}
    return {"n": len(series), **told}


def _element(series: Mapping[str, Any], at: int) -> dict[str, Any]:
    return {
        name: value[at] if isinstance(value, list) else value
        for name, value in series.items()
    }


def is_number(value: object) -> bool:
    """Say whether a recorded value is a number; True and False are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_measure(value: object) -> bool:
    """Say whether a value is a mean with its spread."""
    return has_spread(value) and is_number(value["mean"])


def is_series(value: object) -> bool:
    """Say whether a value is a list of means with their spreads."""
    return has_spread(value) and isinstance(value["mean"], list)


def has_spread(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Say whether a value is of several runs: one number, or a list.

    A lesson may name a mean and a std of its own, as those of pixels.
    """
    return isinstance(value, Mapping) and {"mean", "std", "n"} <= value.keys()


def _choices(place: Any) -> str:
    if isinstance(place, Mapping):
        return ", ".join(sorted(place)) or "nothing"
    if isinstance(place, list):
        return f"0 to {len(place) - 1}"
    return "a plain value"
