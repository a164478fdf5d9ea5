"""Every lesson has a record that fits its script, its settings, its files."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from docs._tools.lessons import ROOT, record_folder, script_path, scripts
from docs._tools.parts import has_main
from docs._tools.records import RecordError, over_seeds
from tests.recorder.compare import tables
from tests.recorder.record import record_faults
from tests.shared import RECORDS

DECIMAL = re.compile(r"(?<![\w.])(-?\d+\.\d+)(%?)(?![\w.])")
LONGEST_SILENCE = 5  # CPU seconds
# Lessons whose last line holds a number that main() does not return, and why.
NOT_RETURNED = {
    "models/mlp": "the test loss is only printed",
    "workflow/workers": "random numbers, of which two draws are compared",
}


@pytest.mark.parametrize("lesson", scripts())
def test_record_fits_its_lesson(lesson: str) -> None:
    """Nothing is missing, stale or edited, and every claim holds."""
    try:
        faults = list(record_faults(lesson))
    except (RecordError, ValueError) as error:  # a draw() may raise, too
        faults = [str(error)]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


@pytest.mark.parametrize("lesson", scripts())
def test_no_run_is_silent_for_long(lesson: str) -> None:
    """Whoever waits sees that something goes on; a short run says nothing."""
    data = RECORDS.record(lesson).data
    silent = data.get("silent_seconds", data["cpu_seconds"])
    if silent > LONGEST_SILENCE:
        pytest.fail(
            f"examples/{lesson}.py:1: writes no line for {silent} CPU seconds, "
            f"more than {LONGEST_SILENCE}: count on stderr in the loop that "
            "takes so long, as examples/models/birds.py does, and run "
            f"`uv run pytest --record {lesson}`",
            pytrace=False,
        )


def test_no_record_without_a_lesson() -> None:
    """A lesson that was renamed leaves nothing behind."""
    folders = {
        path.parent.relative_to(ROOT / "snippets").as_posix()
        for path in (ROOT / "snippets").rglob("*")
        if path.is_file()
    }
    left_over = sorted(folders - set(scripts()))
    if left_over:
        pytest.fail(
            f"no script for snippets/{', snippets/'.join(left_over)}: remove "
            "the folder (`git rm -r`), or move it to the lesson's new name",
            pytrace=False,
        )


def test_settings_have_a_script() -> None:
    """A settings file belongs to a lesson; tests/conftest.py reads it whole."""
    found = (ROOT / "examples").rglob("*.toml")
    named = {
        path.relative_to(ROOT / "examples").with_suffix("").as_posix()
        for path in found
    }
    if odd := sorted(named - set(scripts())):
        pytest.fail(
            f"no script for examples/{'.toml, examples/'.join(odd)}.toml: "
            "rename the file as its script, or remove it",
            pytrace=False,
        )


def test_all_records_are_of_the_pinned_versions() -> None:
    """Else one page shows another torch's messages than the next."""
    versions: dict[tuple[str, str], list[str]] = {}
    for lesson in scripts():
        made_with = RECORDS.record(lesson).data["environment"]
        key = made_with["torch"], made_with["torchvision"]
        versions.setdefault(key, []).append(lesson)
    if len(versions) > 1:
        pytest.fail(
            f"records of several versions (torch, torchvision): {versions}: "
            "run `uv run pytest --record` with the pinned ones",
            pytrace=False,
        )


def numbers_in(tree: Any) -> Iterator[float]:
    """Yield all numbers of a tree of values."""
    if isinstance(tree, dict | list):
        for below in tree.values() if isinstance(tree, dict) else tree:
            yield from numbers_in(below)
    elif isinstance(tree, int | float):
        yield float(tree)


def contradicted(output: str, values: Any) -> list[str]:
    """List the decimals of the last line with any that no value gives."""
    found = [DECIMAL.findall(line) for line in output.splitlines()]
    last = [one for one in found if one][-1:]
    numbers = [*numbers_in(values)]
    odd = []
    for digits, percent in (number for line in last for number in line):
        unit = 10.0 ** -len(digits.partition(".")[2])
        shown = float(digits)
        factor = 100 if percent else 1
        if all(abs(x * factor - shown) > unit * 0.501 for x in numbers):
            odd.append(digits + percent)
    return odd


def uneven(values: Any) -> list[str]:
    """List what is not what follows from the numbers beside it.

    Accuracies are the diagonal of their confusions, means and standard
    deviations those of their values.
    """
    odd = []
    for path, table in tables(values):
        counts, accuracy = table.get("confusion"), table.get("accuracy")
        if isinstance(counts, list) and isinstance(accuracy, float):
            right = sum(row[at] for at, row in enumerate(counts))
            share = right / sum(map(sum, counts))
            if abs(share - accuracy) > 1e-5:
                odd.append(f"{path}accuracy is {accuracy}, not {share:.6f}")
        several = table.get("values", [])
        if {"mean", "std"} <= table.keys() and len(several) > 1:
            wanted = over_seeds(several)
            odd += [
                f"{path}{name} is {table[name]}, not {wanted[name]} (n - 1)"
                for name in ("mean", "std")
                if abs(table[name] - wanted[name]) > 1e-4 * abs(wanted["mean"])
            ]
    return odd


@pytest.mark.parametrize("lesson", scripts())
def test_what_is_told_twice_is_told_alike(lesson: str) -> None:
    """The last line says what main() returns; accuracy fits its confusions."""
    values = RECORDS.record(lesson).data["main"]["values"]
    faults = uneven(values)
    if has_main(script_path(lesson).read_text("utf-8")):
        output = (record_folder(lesson) / "output.txt").read_text("utf-8")
        odd = contradicted(output, values)
        if lesson not in NOT_RETURNED:
            faults += [
                f"the last line says {x}, and no value does" for x in odd
            ]
        elif not odd:
            faults += ["take it out of NOT_RETURNED in tests/test_records.py"]
    if faults:
        pytest.fail(
            f"snippets/{lesson}: {'; '.join(faults)}: let main() return what "
            f"examples/{lesson}.py prints, and record it anew with "
            f"`uv run pytest --record {lesson}`",
            pytrace=False,
        )


def test_a_contradiction_is_found() -> None:
    """In the last line that holds a decimal, and in a table of counts."""
    output = "loss 9.9\ntest 0.25  95.2%\nwritten to best.pt\n"
    assert contradicted(output, {"loss": [0.2512], "accuracy": 0.952}) == []
    assert contradicted(output, {"loss": [0.27], "accuracy": 0.951}) == [
        "0.25",
        "95.2%",
    ]
    counts = [[8, 2], [1, 9]]
    assert not uneven({"test": {"confusion": counts, "accuracy": 0.85}})
    (told,) = uneven({"test": {"confusion": counts, "accuracy": 0.95}})
    assert told == "test.accuracy is 0.95, not 0.850000"
    values = {"mean": 2.0, "std": 1.0, "values": [1.0, 3.0]}
    (told,) = uneven({"seeds": values})
    assert told == "seeds.std is 1.0, not 1.41421 (n - 1)"


def runs_of(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each run of a record with its place: the main one, every seed."""
    yield "main", data["main"]["values"]
    for name, sweep in {**data["sweeps"], **data["real"]}.items():
        for seed, run in zip(sweep["seeds"], sweep["runs"], strict=True):
            yield f"{name}, seed {seed}", run


def off_the_series(run: dict[str, Any]) -> Iterator[str]:
    """Yield what is said of the best epoch and is not of that epoch."""
    best, history = run.get("best_epoch"), run.get("history")
    if not isinstance(best, int) or not isinstance(history, list):
        return
    rows = [row if isinstance(row, list) else [row] for row in history]
    for key, value in run.items():
        if not key.startswith("best_") or not isinstance(value, float):
            continue
        of = [n for n, row in enumerate(rows, 1) if value in row]
        if best not in of:
            yield f"{key} is {value}, of epochs {of}, but best_epoch is {best}"


@pytest.mark.parametrize("lesson", scripts())
def test_best_numbers_are_of_the_best_epoch(lesson: str) -> None:
    """An index that is one off changes no shape and breaks no claim."""
    faults = [
        f"snippets/{lesson}/record.json: {place}: {fault}: mend "
        f"examples/{lesson}.py (epochs count from 1, rows from 0)"
        for place, run in runs_of(RECORDS.record(lesson).data)
        for fault in off_the_series(run)
    ]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


@pytest.mark.parametrize(("accuracy", "faults"), [(0.8, 0), (0.7, 1), (0.9, 1)])
def test_a_number_of_another_epoch_is_found(
    accuracy: float, faults: int
) -> None:
    """The second epoch is the best, and its row is the second."""
    history = [[0.9, 0.9], [0.2, 0.8], [0.3, 0.7]]
    run = {"best_epoch": 2, "history": history, "best_val_accuracy": accuracy}
    assert len([*off_the_series(run)]) == faults
