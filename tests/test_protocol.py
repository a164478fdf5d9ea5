"""The protocol of a comparison, held over the records of lessons.

It is written down in docs/en/contributing.md, "Comparing ways". A script
tells how a way was trained by a dict of ``rates`` (all that were tried),
``chosen`` and ``epochs`` (for each network: the best epoch, the epochs run),
anywhere in what main returns; older records are read as they are.
"""

import ast
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest

from docs._tools.lessons import script_path
from tests.recorder.settings import load_settings
from tests.shared import RECORDS

FURTHEST = 3.4  # 1, 3, 10 are neighbours
MEASURES = {"evaluate", "measure", "score"}
COMPARING = {
    "transfer/few_pictures",
    "transfer/flowers",
    "transfer/learning_rates",
    "transfer/transfer_vs_finetuning",
    "transfer/which_when",
}


@dataclass(frozen=True)
class Trained:
    """How a way was trained: rates tried, rates chosen, epochs.

    ``ended`` says how where no epoch is told: it was ``solved``, or a
    training with a schedule was also tried ``longer``.
    """

    way: str
    rates: Sequence[float]
    chosen: Sequence[float]
    epochs: Sequence[Sequence[int]] = ()
    ended: str = ""


def told(tree: Any, path: str = "") -> Iterator[Trained]:
    """Yield what a script tells of its ways, wherever it stands."""
    if not isinstance(tree, dict):
        return
    if {"rates", "chosen", "epochs"} <= tree.keys():
        chosen = tree["chosen"]
        chosen = chosen if isinstance(chosen, list) else [chosen]
        yield Trained(path, tree["rates"], chosen, tree["epochs"])
    for name, branch in tree.items():
        yield from told(branch, f"{path}.{name}".strip("."))


def option(arguments: Sequence[str], name: str) -> str:
    """Return what follows an option."""
    return arguments[arguments.index(name) + 1]


def longer(sweeps: dict[str, Any], way: str) -> str:
    """Say whether a way was also trained longer: ``..._longer``."""
    return "longer" if f"{way}_longer" in sweeps else ""


def of_flowers(data: dict[str, Any]) -> Iterator[Trained]:
    """Yield its ways: sweeps ``choose_...`` try, the others use the choice."""
    ways = defaultdict[tuple[str, ...], dict[bool, list[Any]]](dict)
    for name, sweep in data["real"].items():
        way = tuple(
            option(sweep["arguments"], x) for x in ("--mode", "--weights")
        )
        ways[way].setdefault(name.startswith("choose"), []).extend(
            sweep["runs"]
        )
    for (mode, weights), runs in ways.items():
        used = runs.get(False, [])
        ended = "solved" if mode == "head" else ""
        epochs = [(x["best_epoch"], len(x["history"]) - 1) for x in used]
        yield Trained(
            f"{mode} of {weights.rpartition('/')[2]}",
            [run["rate"] for run in runs.get(True, [])],
            [run["rate"] for run in used],
            () if ended else epochs,
            ended,
        )


def of_few(data: dict[str, Any]) -> Iterator[Trained]:
    """Yield its ways: ``..._lower`` and ``..._higher`` stand beside each."""
    sweeps = data["sweeps"]
    for way in (name for name in sweeps if f"{name}_lower" in sweeps):
        losses: dict[float, float] = {}
        for end in ("_lower", "", "_higher"):
            sweep = sweeps[f"{way}{end}"]
            rate = float(option(sweep["arguments"], "--recipe"))
            losses[rate] = math.fsum(x["val_loss"]["80"] for x in sweep["runs"])
        best = min(losses, key=losses.__getitem__)
        yield Trained(way, [*losses], [best], ended=longer(sweeps, way))


def of_rates(data: dict[str, Any]) -> Iterator[Trained]:
    """Yield its ways, at the rate with the lowest mean validation loss."""
    for way, rows in data["main"]["values"].items():
        if way != "rates":
            losses = {
                float(rate): row["loss"]["mean"]
                for rate, row in rows.items()
                if rate != "test"
            }
            yield Trained(way, [*losses], [min(losses, key=losses.__getitem__)])


def of_modes(data: dict[str, Any]) -> Iterator[Trained]:
    """Yield its modes, at the rate with the highest mean accuracy."""
    source = script_path("transfer/transfer_vs_finetuning").read_text("utf-8")
    modes = next(
        ast.literal_eval(node.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "MODES"
    )
    sweeps = data["sweeps"]
    for mode, (_, rates) in modes.items():
        runs = [run["accuracy_by_rate"] for run in sweeps[mode]["runs"]]
        means = [math.fsum(column) for column in zip(*runs, strict=True)]
        best = rates[means.index(max(means))]
        yield Trained(mode, rates, [best], ended=longer(sweeps, mode))


READERS = {
    "transfer/few_pictures": of_few,
    "transfer/flowers": of_flowers,
    "transfer/learning_rates": of_rates,
    "transfer/transfer_vs_finetuning": of_modes,
}


def ways_of(lesson: str) -> list[Trained]:
    """Return how each way of a lesson was trained."""
    data = RECORDS.record(lesson).data
    found = [*told(data["main"]["values"])]
    for name, sweep in (data["sweeps"] | data["real"]).items():
        for run in sweep["runs"]:
            found += told(run, name)
    return found or [*READERS[lesson](data)]


def faults(lesson: str, one: Trained) -> Iterator[tuple[str, str]]:
    """Yield what is against the protocol: what kind, and in words."""
    where, rates = f"{lesson}: {one.way}", sorted({*one.rates})
    reason = f"or say why not under [ends] in examples/{lesson}.toml"
    if len(rates) < 3:
        yield "grid", f"{where}: tried only at {rates}; try three rates or more"
        return
    for lower, higher in pairwise(rates):
        if higher > FURTHEST * lower > 0:
            between = f"{where}: nothing between rate {lower:g} and {higher:g}"
            yield "grid", f"{between}; try one, at most a factor of 3 apart"
    for rate in sorted({*one.chosen}):
        if rate not in rates:
            yield "grid", f"{where}: rate {rate:g} is none of those tried"
        elif rate in (rates[0], rates[-1]):
            yield (
                "edge",
                f"{where}: its best rate {rate:g} is at the edge of "
                f"{[*map(float, rates)]}; try further ones, or say why not "
                f"under [edges] in examples/{lesson}.toml",
            )
    for best, run in one.epochs:
        if 1.5 * best > run + 0.5:  # a whole number of epochs
            yield (
                "end",
                f"{where}: at rate {one.chosen[0]:g} the best epoch {best} is "
                f"in the last third of {run}; train longer, {reason}",
            )
    if not one.epochs and not one.ended:
        yield (
            "end",
            f"{where}: at rate {one.chosen[0]:g} it tells no best epochs, and "
            f"no sweep {one.way}_longer trains it longer; add it, {reason}",
        )


@pytest.mark.parametrize("lesson", sorted(COMPARING))
def test_each_way_is_at_its_best(lesson: str) -> None:
    """No best rate at an edge, no gap in a grid, no training cut short."""
    settings, found = load_settings(lesson), ways_of(lesson)
    reasons = {"edge": settings.edges, "end": settings.ends}
    needed: set[tuple[str, str]] = set()
    wrong: list[str] = []
    for one in found:
        for kind, words in faults(lesson, one):
            given = reasons.get(kind, {})
            names = {one.way, one.way.rpartition(".")[2]} & given.keys()
            needed |= {(kind, name) for name in names}
            wrong += [] if names else [words]
    wrong += [
        f"{lesson}: {name}: the reason under [{kind}s] in "
        f"examples/{lesson}.toml is not needed; remove it"
        for kind, given in reasons.items()
        for name in given
        if (kind, name) not in needed
    ]
    assert found, f"{lesson}: its record tells no rates"
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


def reads_test(node: ast.AST) -> bool:
    """Say whether something measures the test part."""
    return any(
        isinstance(call, ast.Call)
        and getattr(call.func, "id", getattr(call.func, "attr", "")) in MEASURES
        and any(
            "test" in ast.unparse(given) or ast.unparse(given) == "*parts[2]"
            for given in call.args
        )
        for call in ast.walk(node)
    )


def reads_of(tree: ast.AST, loops: tuple[str, ...]) -> Iterator[str]:
    """Yield where the test part is measured: the loops around it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.For | ast.While):
            around = node.target if isinstance(node, ast.For) else node.test
            yield from reads_of(node, (*loops, ast.unparse(around)))
        elif isinstance(node, ast.FunctionDef | ast.If | ast.With):
            yield from reads_of(node, loops)
        elif isinstance(node, ast.stmt) and reads_test(node):
            yield " ".join(loops)


@pytest.mark.parametrize("lesson", sorted(COMPARING))
def test_the_test_part_is_read_once(lesson: str) -> None:
    """After the choice: in no loop over rates or epochs."""
    tree = ast.parse(script_path(lesson).read_text("utf-8"))
    reads = {
        node.name: [*reads_of(node, ())]
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }
    assert any(reads.values()), f"{lesson}: it never measures its test part"
    for function, loops in reads.items():
        where = f"{lesson}: {function} measures the test part"
        advice = "choose on validation, read the test once, at the end"
        assert len(loops) < 2, f"{where} {len(loops)} times: {advice}"
        again = [loop for loop in loops if {*loop.split()} & {"rate", "epoch"}]
        assert not again, f"{where} in a loop over {again}: {advice}"


def test_what_a_script_tells_is_found() -> None:
    """Wherever it stands, with one choice or one for each network."""
    one = {"rates": [1, 0.3, 0.1], "chosen": 0.3, "epochs": [[6, 9]]}
    tree = {"digits": {"head": one, "accuracy": 0.9}, "all": one}
    assert [*told(tree)] == [
        Trained("digits.head", [1, 0.3, 0.1], [0.3], [[6, 9]]),
        Trained("all", [1, 0.3, 0.1], [0.3], [[6, 9]]),
    ]


@pytest.mark.parametrize(
    ("one", "kinds"),
    [
        (Trained("head", [1, 0.3, 0.1], [0.3], [(6, 9)]), []),
        (Trained("head", [1, 0.3, 0.1], [0.1], [(6, 9)]), ["edge"]),
        (Trained("head", [1, 0.3, 0.1], [0.3, 1], [(6, 9)]), ["edge"]),
        (Trained("head", [1, 0.1, 0.01], [0.1], [(6, 9)]), ["grid", "grid"]),
        (Trained("head", [1, 0.3], [0.3]), ["grid"]),
        (Trained("head", [1, 0.3, 0.1], [0.5], [(6, 9)]), ["grid"]),
        (Trained("head", [1, 0.3, 0.1], [0.3], [(7, 9)]), ["end"]),
        (Trained("head", [1, 0.3, 0.1], [0.3]), ["end"]),
        (Trained("head", [1, 0.3, 0.1], [0.3], ended="longer"), []),
    ],
)
def test_faults_are_found(one: Trained, kinds: list[str]) -> None:
    """What is wrong is told with lesson, way and rate."""
    found = [*faults("transfer/x", one)]
    assert [kind for kind, _ in found] == kinds
    for kind, words in found:
        assert words.startswith("transfer/x: head: ")
        assert kind == "grid" or f"rate {one.chosen[-1]:g} " in words
