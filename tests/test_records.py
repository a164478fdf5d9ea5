"""Every lesson has a record that fits its script, its settings, its files."""

from collections.abc import Iterator
from typing import Any

import pytest

from docs._tools.lessons import ROOT, scripts
from docs._tools.records import RecordError
from tests.recorder.record import record_faults
from tests.recorder.settings import load_settings
from tests.shared import RECORDS


@pytest.mark.parametrize("lesson", scripts())
def test_record_fits_its_lesson(lesson: str) -> None:
    """Nothing is missing, stale or edited, and every claim holds."""
    try:
        faults = list(record_faults(lesson))
    except RecordError as error:
        faults = [str(error)]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


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


def test_settings_have_a_script_and_are_read_whole() -> None:
    """A settings file belongs to a lesson; an unknown key is an error."""
    found = (ROOT / "examples").rglob("*.toml")
    named = {
        path.relative_to(ROOT / "examples").with_suffix("").as_posix()
        for path in found
    }
    assert named <= set(scripts())
    for lesson in named:
        load_settings(lesson)


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
