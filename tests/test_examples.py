"""Every script runs, and leaves what its record says.

With ``--record`` the same run writes the record instead.
"""

from collections.abc import Sequence

import pytest
import torch
from pytest_examples import EvalExample

from docs._tools.lessons import lessons
from tests.recorder.record import (
    make_record,
    missing_values,
    run_differences,
    write_record,
)
from tests.recorder.run import Outcome, run_lesson
from tests.recorder.settings import load_settings

DEVICES = [
    "cpu",
    pytest.param(
        "cuda",
        marks=pytest.mark.skipif(
            not torch.cuda.is_available(), reason="torch sees no CUDA device"
        ),
    ),
]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("lesson", lessons())
def test_example(
    lesson: str,
    device: str,
    eval_example: EvalExample,
    request: pytest.FixtureRequest,
) -> None:
    """Run a lesson; compare it with its record, or write that."""

    def run(arguments: Sequence[str]) -> Outcome:
        return run_lesson(
            eval_example, lesson, device=device, arguments=arguments
        )

    if request.config.getoption("--record"):
        real = bool(request.config.getoption("--real"))
        write_record(make_record(lesson, run, real=real))
        return
    full = bool(request.config.getoption("--full"))
    settings = load_settings(lesson)
    shorter = not full and settings.everyday
    outcome = run(settings.everyday if shorter else settings.arguments)
    if device == "cpu":
        differences = list(run_differences(lesson, outcome, full=full))
    else:
        differences = list(missing_values(lesson, outcome))
    if differences:
        pytest.fail(
            f"examples/{lesson}.py no longer gives what snippets/{lesson} "
            "holds; mend the script, or record it anew with `uv run pytest "
            f"--record {lesson}`:\n  " + "\n  ".join(differences[:20]),
            pytrace=False,
        )
