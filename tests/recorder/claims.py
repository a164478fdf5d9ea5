"""Claims: named comparisons that pages cite and every full run repeats.

A claim is a function below ``tests/claims`` that gets a lesson's results and
returns one comparison or several. Its margin must be at least twice the noise
of what it compares, over numerics and over seeds.
"""

import contextlib
import runpy
import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docs._tools import ledger
from docs._tools.lessons import ROOT
from docs._tools.records import is_number, over_seeds
from tests.recorder.compare import tables


class Results(dict[str, Any]):
    """A record's tree, read as ``r.cnn.test_accuracy.mean``."""

    def __getitem__(self, name: str) -> Any:
        """Return a result by its name."""
        value = super().__getitem__(name)
        return Results(value) if isinstance(value, dict) else value

    def __getattr__(self, name: str) -> Any:
        """Return a result by its name.

        Raises:
            AttributeError: there is none of that name.
        """
        try:
            return self[name]
        except KeyError:
            raise AttributeError(
                f"no result {name!r}; there is: {', '.join(sorted(self))}"
            ) from None


@dataclass(frozen=True)
class Comparison:
    """What was compared, as a reader sees it, and how it came out.

    ``distance`` is the measured quantity and ``margin`` how far it lies on
    the right side of its limit; an exact fact has neither.
    """

    text: str
    holds: bool
    distance: float | None = None
    margin: float | None = None


@dataclass(frozen=True)
class Claim:
    """A named claim with its text in both languages."""

    id: str
    en: str
    ja: str
    compare: Callable[[Results], Comparison | list[Comparison]]

    def comparisons(self, tree: dict[str, Any]) -> list[Comparison]:
        """Return what the claim compares in these results."""
        compared = self.compare(Results(tree))
        return compared if isinstance(compared, list) else [compared]


def claim(*, en: str, ja: str) -> Callable[[Callable[[Results], Any]], Claim]:
    """Make a function a claim of its lesson; its name becomes the id."""
    return lambda function: Claim(
        function.__name__.replace("_", "-"), en, ja, function
    )


def more(a: float, b: float, by: float = 0.0) -> Comparison:
    """Compare: ``a`` is above ``b`` by at least ``by``."""
    text = f"{_short(a)} ≥ {_short(b)}" + (f" + {by:g}" if by else "")
    return _measured(text, a - b, a - b - by)


def less(a: float, b: float, by: float = 0.0) -> Comparison:
    """Compare: ``a`` is below ``b`` by at least ``by``."""
    text = f"{_short(a)} ≤ {_short(b)}" + (f" − {by:g}" if by else "")
    return _measured(text, b - a, b - a - by)


def near(a: float, b: float, within: float) -> Comparison:
    """Compare: ``a`` and ``b`` differ by at most ``within``."""
    text = f"|{_short(a)} − {_short(b)}| ≤ {within:g}"
    return _measured(text, abs(a - b), within - abs(a - b))


def _measured(text: str, distance: float, margin: float) -> Comparison:
    return Comparison(text, margin >= 0, distance, margin)


def same(a: object, b: object) -> Comparison:
    """Compare: both are equal."""
    return Comparison(f"{_short(a)} = {_short(b)}", a == b)


def true(condition: object, what: str = "") -> Comparison:
    """Compare nothing but a fact: a shape, a count, equal texts."""
    return Comparison(what, bool(condition))


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3g}"
    text = str(value)
    return text if len(text) < 60 else f"{text[:57]}..."


def claims_of(lesson: str, root: Path = ROOT) -> dict[str, Claim]:
    """Load the claims of a lesson, by id, in the order of its file."""
    path = root / "tests/claims" / f"{lesson}.py"
    names = runpy.run_path(str(path)).values() if path.is_file() else ()
    return {item.id: item for item in names if isinstance(item, Claim)}


def claim_faults(
    lesson: str,
    tree: dict[str, Any],
    variants: Mapping[str, dict[str, Any]],
    root: Path = ROOT,
) -> Iterator[str]:
    """Yield the claims that fail, here or under other numerics or seeds.

    Args:
        lesson: the lesson whose claims are tried.
        tree: its results.
        variants: its results under other numerics, by their name.
        root: the repository.
    """
    for name, tried in claims_of(lesson, root).items():
        try:
            faults = list(_faults_of(tried, tree, variants))
        except (AttributeError, KeyError, IndexError, TypeError) as error:
            faults = [str(error)]
        for fault in faults:
            yield f"tests/claims/{lesson}.py: {name}: {fault}"


def _faults_of(
    tried: Claim, tree: dict[str, Any], variants: Mapping[str, dict[str, Any]]
) -> Iterator[str]:
    """Yield what does not hold, or by less than twice its noise."""
    trees = {"pinned numerics": tree, **variants}
    compared = {how: tried.comparisons(one) for how, one in trees.items()}
    without = [tried.comparisons(one) for one in leave_one_out(tree)]
    for at, here in enumerate(compared["pinned numerics"]):
        others = {how: every[at] for how, every in compared.items()}
        for how, one in others.items():
            if not one.holds:
                yield f"does not hold under {how}: {one.text}"
        if here.margin is None:
            continue
        distances = [one.distance or 0.0 for one in others.values()]
        noise = max(
            (max(distances) - min(distances)) / 2,
            jackknife([one[at].distance or 0.0 for one in without]),
        )
        if 0 <= here.margin < 2 * noise:
            yield (
                f"{here.text}: its margin {here.margin:.3g} is below twice "
                f"the noise {noise:.3g}: it needs more seeds or a lower "
                "threshold"
            )


def failing(lesson: str, tree: dict[str, Any]) -> Iterator[str]:
    """Yield the claims that do not hold in the results of one run."""
    for name, tried in claims_of(lesson).items():
        for comparison in tried.comparisons(tree):
            if not comparison.holds:
                told = f"the claim {name} does not hold: {comparison.text}"
                yield told + _verdicts(f"{lesson} {name}")


def _verdicts(evidence: str) -> str:
    """Name the diary's verdicts that rest on a claim."""
    resting = [x.id for x in ledger.load().values() if evidence in x.evidence]
    return f": verdict of {', '.join(resting)} changed" if resting else ""


def jackknife(without: list[float]) -> float:
    """Return the standard error of what was measured without each seed."""
    if len(without) < 2:
        return 0.0
    return float(statistics.pstdev(without) * (len(without) - 1) ** 0.5)


def leave_one_out(tree: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the results without the first seed, the second, and so on."""
    summaries = [one for _, one in tables(tree) if _is_summary(one)]
    most = max((len(one["values"]) for one in summaries), default=0)
    return [_without(tree, seed) for seed in range(most)]


def _is_summary(tree: dict[str, Any]) -> bool:
    values = tree.get("values")
    many = isinstance(values, list) and len(values) > 2
    return many and is_number(tree.get("mean"))


def _without(tree: Any, seed: int) -> Any:
    if not isinstance(tree, dict):
        return tree
    if _is_summary(tree) and seed < len(tree["values"]):
        values = [v for at, v in enumerate(tree["values"]) if at != seed]
        return {**tree, **over_seeds(values)}
    return {name: _without(branch, seed) for name, branch in tree.items()}


def told(
    lesson: str, tree: dict[str, Any], root: Path = ROOT
) -> dict[str, Any]:
    """Return what a record keeps of its lesson's claims, by id.

    A claim on what was never measured is left out; it is a fault of its own.
    """
    kept: dict[str, Any] = {}
    for name, item in claims_of(lesson, root).items():
        with contextlib.suppress(AttributeError, KeyError):
            compared = [one.text for one in item.comparisons(tree) if one.text]
            kept[name] = {"ja": item.ja, "en": item.en, "compared": compared}
    return kept
