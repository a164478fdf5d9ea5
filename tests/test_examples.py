"""Every script runs, and leaves what its record says.

A lesson of at most eight CPU seconds runs in full every day, a longer one
shortened; of those that cannot be shortened, one runs each day. One of the
sweeps of at most fifteen CPU seconds a run runs too, with one seed, another
one each day. With ``--full`` every recorded run is repeated.
"""

import datetime
import functools
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import torch
from pytest_examples import EvalExample

from docs._tools.lessons import record_folder, script_path, scripts
from docs._tools.records import Record
from tests.recorder import claims, compare, figures, numerics, runs
from tests.recorder.record import recorded_figures, variant_trees
from tests.recorder.run import Outcome, run_lesson
from tests.recorder.settings import load_settings
from tests.shared import RECORDS

# What no single run shows, and what its figures show (recorder/figures.py).
OF_SEEDS = ("constant_metric", "other_means", "cut_off")
SWEEPS_A_DAY = 1
FULL_BELOW = 8  # CPU seconds of the recorded run
SWEEP_BELOW = 15  # CPU seconds of a sweep's longest run
CUDA = torch.cuda.is_available()
DEVICES = [
    "cpu",
    pytest.param(
        "cuda",
        marks=pytest.mark.skipif(not CUDA, reason="torch sees no CUDA device"),
    ),
]


def test_planned(run: runs.Run, eval_example: EvalExample) -> None:
    """Make a run for the recorder and keep what it left."""
    is_main = run.name == runs.MAIN and run.numerics == numerics.PINNED
    outcome = run_lesson(
        eval_example,
        run.lesson,
        arguments=run.full_arguments,
        drawn=is_main,
    )
    if run.numerics == numerics.PINNED:
        _check_guards(run.lesson, outcome, whole=run.name == runs.MAIN)
    runs.keep(run, outcome)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("lesson", scripts())
def test_example(
    lesson: str,
    device: str,
    eval_example: EvalExample,
    request: pytest.FixtureRequest,
) -> None:
    """Run a lesson in full or shortened, and compare it with its record."""
    record = RECORDS.record(lesson)
    settings = load_settings(lesson)
    full = bool(request.config.getoption("--full"))
    shortened = (
        bool(settings.short)
        and not full
        and record.data["cpu_seconds"] > FULL_BELOW
    )
    long = _long_ones()
    if not full and lesson in long and lesson != long[_today() % len(long)]:
        pytest.skip("longer than eight CPU seconds: another one's day")
    arguments = settings.short if shortened else settings.arguments
    outcome = run_lesson(
        eval_example, lesson, device=device, arguments=arguments
    )
    _check_guards(lesson, outcome, whole=not shortened)
    if shortened:
        differences = _short_differences(record, outcome)
    else:
        differences = list(_differences(record, outcome, device))
    differences += _figure_differences(record, outcome, shortened, device)
    _fail(lesson, differences)


def _figure_differences(
    record: Record, outcome: Outcome, shortened: bool, device: str
) -> list[str]:
    """Return how a run's figures differ: exactly where its values must not.

    What a lesson draws from its record is compared with its record.
    """
    lesson = record.data["lesson"]
    was = recorded_figures(lesson)
    source = script_path(lesson).read_text(encoding="utf-8")
    if figures.takes_sweeps(source):  # of one run, it shows less
        was = {name: was[name] for name in was.keys() & outcome.figures.keys()}
        shortened = True
    exact = (
        device == "cpu"
        and _is_like(record.data["fingerprint"])
        and record.data.get("drawn_with") == figures.drawn_with()
        and not figures.has_draw(source)
    )
    return list(
        figures.differences(
            was, outcome.figures, lesson, exact=exact, short=shortened
        )
    )


def _short_differences(record: Record, outcome: Outcome) -> list[str]:
    """Return how a short run differs from what it is most like.

    It may turn on what only a sweep does, as a training of many minutes.
    """
    sweeps = record.data["sweeps"].values()
    trees = [run for sweep in sweeps for run in sweep["runs"]]
    found = [
        list(
            compare.differences(
                _held(was, outcome.values), outcome.values, compare.alike
            )
        )
        for was in (record.data["main"]["values"], *trees)
    ]
    return min(found, key=len)


def _held(was: Any, now: Any) -> Any:
    """Return the part of a record that a short run can give."""
    if not (isinstance(was, dict) and isinstance(now, dict)):
        return was
    return {name: _held(was[name], now[name]) for name in was if name in now}


def _sweeps() -> Iterator[tuple[str, str]]:
    for lesson in scripts():
        for name, sweep in load_settings(lesson).sweeps.items():
            if not sweep.data:
                yield lesson, name


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give today's sweeps, or all of them, to the test that repeats them."""
    if "sweep" not in metafunc.fixturenames:
        return
    sweeps = list(_sweeps())
    if not metafunc.config.getoption("--full"):
        sweeps = [
            (lesson, name)
            for lesson, name in sweeps
            if (record_folder(lesson) / "record.json").exists()
            and _seconds_of(lesson, name) <= SWEEP_BELOW
        ]
        first = _today() * SWEEPS_A_DAY
        sweeps = [
            sweeps[(first + n) % len(sweeps)]
            for n in range(min(SWEEPS_A_DAY, len(sweeps)))
        ]
    metafunc.parametrize("sweep", sweeps, ids="-".join)


def _seconds_of(lesson: str, name: str) -> float:
    sweep = RECORDS.record(lesson).data["sweeps"].get(name, {})
    seconds: float = sweep.get("cpu_seconds", 0.0)
    return seconds


@functools.cache
def _long_ones() -> list[str]:
    """List the lessons that are long and cannot be cut short."""
    return [
        lesson
        for lesson in scripts()
        if not load_settings(lesson).short
        and (record_folder(lesson) / "record.json").exists()
        and RECORDS.record(lesson).data["cpu_seconds"] > FULL_BELOW
    ]


def _today() -> int:
    return datetime.datetime.now(datetime.UTC).toordinal()


def test_sweep(
    sweep: tuple[str, str],
    eval_example: EvalExample,
    request: pytest.FixtureRequest,
) -> None:
    """Repeat the seeds of a sweep: today's, or all of them."""
    lesson, name = sweep
    sweep_of = load_settings(lesson).sweeps[name]
    record = RECORDS.record(lesson)
    wanted = runs.sweep_runs(lesson, load_settings(lesson), name)
    seeds = [run.seed for run in wanted]
    if not request.config.getoption("--full"):
        wanted = [wanted[_today() % len(wanted)]]
    recorded = record.data["sweeps"][name]["runs"]
    now: list[dict[str, Any]] = []
    differences: list[str] = []
    for run in wanted:
        outcome = run_lesson(
            eval_example, lesson, arguments=run.full_arguments, drawn=False
        )
        now.append(outcome.values)
        was = recorded[seeds.index(run.seed)]
        like = _is_like(record.data["fingerprint"]) and not sweep_of.varies
        agree = compare.never if like else compare.alike
        changed = compare.differences(was, outcome.values, agree)
        differences += [f"seed {run.seed}: {line}" for line in changed]
    if len(now) > 1:
        differences += _sweep_differences(record, name, now)
    _fail(lesson, differences)


def _sweep_differences(
    record: Record, name: str, now: list[dict[str, Any]]
) -> Iterator[str]:
    """Yield how all runs of a sweep differ together: in means and claims."""
    lesson, was = record.data["lesson"], record.data["sweeps"]
    settings = load_settings(lesson)
    if not settings.sweeps[name].varies and (
        "other_means" not in settings.exempt
    ):
        yield from compare.mean_differences(was[name]["runs"], now)
    sweeps = {**was, name: {**was[name], "runs": now}}
    tree = Record({**record.data, "sweeps": sweeps}).tree
    yield from claims.failing(lesson, tree)


def _is_like(fingerprint: dict[str, Any]) -> bool:
    return fingerprint == numerics.fingerprint()


def _differences(
    record: Record, outcome: Outcome, device: str
) -> Iterator[str]:
    """Yield how a full run differs from its record, as far as it must not."""
    main = record.data["main"]
    if device == "cpu" and _is_like(record.data["fingerprint"]):
        yield from compare.line_differences(_output(record), outcome.output)
        yield from compare.differences(main["values"], outcome.values)
        yield from compare.differences(main["tensors"], outcome.tensors)
        return
    if device != "cpu":
        yield from compare.differences(
            main["values"], outcome.values, compare.alike
        )
    else:
        yield from _near_differences(record, outcome)
    values = {**main, "values": outcome.values}
    tree = Record({**record.data, "main": values}).tree
    yield from claims.failing(record.data["lesson"], tree)


def _output(record: Record) -> str:
    path = record_folder(record.data["lesson"]) / "output.txt"
    return path.read_text(encoding="utf-8")


def _near_differences(record: Record, outcome: Outcome) -> Iterator[str]:
    main, variants = record.data["main"], record.data["variants"]
    alike = variants.get(numerics.name())
    if alike and numerics.is_exact() and _is_like(alike["fingerprint"]):
        tree = variant_trees(record.data)[numerics.name()]
        was = {name: tree[name] for name in main["values"]}
        yield from compare.differences(was, outcome.values)
        return
    same_torch = (
        record.data["environment"]["torch"] == runs.environment()["torch"]
    )
    agree = compare.near(main["values"], variants, same_torch=same_torch)
    yield from compare.differences(main["values"], outcome.values, agree)
    if same_torch and variants:
        yield from compare.line_differences(
            _output(record), outcome.output, compare.near_lines(variants)
        )


def _check_guards(lesson: str, outcome: Outcome, *, whole: bool) -> None:
    """Fail if a guard fired unasked, or an exemption was not needed."""
    exempt = load_settings(lesson).exempt
    faults = [
        f"examples/{lesson}.py: {guard}: {message} (or exempt it with a "
        f"reason in examples/{lesson}.toml, [exempt])"
        for guard, message in outcome.faults.items()
        if guard not in exempt
    ]
    if whole:
        faults += [
            f"examples/{lesson}.toml: [exempt] {guard} is not needed: the "
            "guard does not fire; delete the line"
            for guard in exempt
            if guard not in outcome.faults and guard not in OF_SEEDS
        ]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def _fail(lesson: str, differences: Sequence[str]) -> None:
    if differences:
        pytest.fail(
            f"examples/{lesson}.py no longer gives what snippets/{lesson} "
            "holds. If it gives something else at each run, it lacks a seed; "
            "if several lessons differ a little, look at the fingerprint "
            "above and do not record; else mend the script, or record it "
            f"anew with `uv run pytest --record {lesson}`:\n  "
            + "\n  ".join(differences[:20]),
            pytrace=False,
        )
