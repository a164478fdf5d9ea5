"""Bad input to a lesson: the cause stands on the last line, nothing is half.

A lesson has no armour: an option that is wrong is argparse's own error, and for
the rest a traceback may stand above the cause. Programs keep their guards and
have tests of their own. The scripts are loaded once and called in this process:
importing torch for each case would take seconds.
"""

import ast
import contextlib
import functools
import io
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import nn

from docs._tools.lessons import lessons, script_path
from tests import form
from tests.recorder.settings import lay_files, load_settings

MOST_LOSSES = 200  # of a few epochs
LOSSES = ("cross_entropy", "mse_loss", "l1_loss", "nll_loss", "smooth_l1_loss")


@dataclass(frozen=True)
class Case:
    """Arguments, and the words of which the last line holds one."""

    arguments: tuple[str, ...]
    words: tuple[str, ...]
    statuses: tuple[int, ...] = (1, 2)
    traceback: bool = True  # may stand above the last line

    @property
    def option(self) -> str:
        """Return the option that is wrong."""
        return self.arguments[0]


CASES = {
    "seed is a word": Case(
        ("--seed", "lucky"), ("--seed",), statuses=(2,), traceback=False
    ),
    "epochs is a word": Case(
        ("--epochs", "many"), ("--epochs",), statuses=(2,), traceback=False
    ),
    "unknown option": Case(
        ("--no-such", "1"), ("--no-such",), statuses=(2,), traceback=False
    ),
    "unknown device": Case(("--device", "warp"), ("warp",)),
    "no such GPU": Case(
        ("--device", "cuda:99"), ("cuda", "CUDA", "NVIDIA", "device ordinal")
    ),
    "folder below a file": Case(("--out", "a_file/runs"), ("a_file",)),
    "folder is a file": Case(("--out", "a_file"), ("a_file",)),
    "data that is not there": Case(("--data", "no_such"), ("no_such",)),
}


def of_lessons() -> list[str]:
    """List the lessons with a ``main``; programs are tested by themselves."""
    return [x for x in lessons() if form.script(x).kind == "lesson"]


@functools.cache
def options_of(lesson: str) -> set[str]:
    """Return the texts of a script that look like an option."""
    tree = ast.parse(script_path(lesson).read_text(encoding="utf-8"))
    texts = {getattr(node, "value", None) for node in ast.walk(tree)}
    return {x for x in texts if isinstance(x, str) and x.startswith("--")}


def cases_of_lessons() -> Iterator[Any]:
    """Yield lesson and name of a case for each option that the lesson has."""
    for lesson in of_lessons():
        for name, case in CASES.items():
            if name == "unknown option" or case.option in options_of(lesson):
                yield pytest.param(lesson, name, id=f"{lesson}-{name}")


@dataclass
class End:
    """How a run of ``main`` ended, and what stands on stderr then."""

    status: int
    told: str
    traceback: bool = False

    @property
    def last(self) -> str:
        """Return the last line on stderr."""
        return (self.told.strip().splitlines() or [""])[-1]


def end_of(main: Callable[[list[str]], object], arguments: list[str]) -> End:
    """Run ``main`` and return how Python would end."""
    told = io.StringIO()
    try:
        with (
            contextlib.redirect_stderr(told),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            main(arguments)
    except SystemExit as end:
        if isinstance(end.code, str):
            return End(1, told.getvalue() + end.code)
        return End(end.code or 0, told.getvalue())
    except Exception as error:
        lines = traceback.format_exception_only(error)
        return End(1, told.getvalue() + "".join(lines), traceback=True)
    return End(0, told.getvalue())


def faults(case: Case, end: End) -> Iterator[str]:
    """Yield what is wrong with the way a script ended."""
    if end.status not in case.statuses:
        expected = " or ".join(map(str, case.statuses))
        yield f"it ends with status {end.status}, not {expected}"
    if end.traceback and not case.traceback:
        yield "it ends in a traceback: let argparse check it (type=…)"
    if not any(word in end.last for word in case.words):
        wanted = " or ".join(map(repr, case.words))
        yield f"its last line on stderr does not name {wanted}: {end.last!r}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a file in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a_file").write_text("kept")
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files in a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def quick(lesson: str) -> list[str]:
    """Return the arguments of a short run."""
    settings = load_settings(lesson)
    return [*(settings.short or settings.arguments)]


@pytest.mark.parametrize(("lesson", "name"), [*cases_of_lessons()])
def test_the_last_line_names_the_cause(
    lesson: str,
    name: str,
    folder: Path,
    load_script: Callable[[Path], ModuleType],
) -> None:
    """And nothing is written, whole or half."""
    case = CASES[name]
    lay_files(lesson, folder)
    if name == "no such GPU" and torch.cuda.device_count() > 99:
        pytest.skip("there is such a GPU")
    before = contents(folder)
    main = load_script(script_path(lesson)).main
    end = end_of(main, [*quick(lesson), *case.arguments])
    wrong = [*faults(case, end)]
    if contents(folder) != before:
        wrong.append(f"it leaves {sorted({*contents(folder)} - {*before})}")
    if wrong:
        pytest.fail(
            f"examples/{lesson}.py {' '.join(case.arguments)}: "
            f"{'; '.join(wrong)}",
            pytrace=False,
        )


@pytest.mark.parametrize("lesson", of_lessons())
def test_a_loss_that_is_not_finite_ends_the_run(
    lesson: str,
    folder: Path,
    load_script: Callable[[Path], ModuleType],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After an epoch, with one line and no file."""
    asked = 0

    def not_a_number(loss: Callable[..., torch.Tensor]) -> Callable[..., Any]:
        def given(*args: Any, **options: Any) -> torch.Tensor:
            nonlocal asked
            asked += 1
            if asked > MOST_LOSSES:
                raise SystemExit("it goes on and on")
            return loss(*args, **options) * float("nan")

        return given

    lay_files(lesson, folder)
    module = load_script(script_path(lesson))
    for name in LOSSES:
        original = getattr(nn.functional, name)
        monkeypatch.setattr(nn.functional, name, not_a_number(original))
    before = contents(folder)
    end = end_of(module.main, quick(lesson))
    if not asked:
        pytest.skip("it computes no loss")
    case = Case(("",), ("loss",), statuses=(1,))
    wrong = [*faults(case, end)]
    if contents(folder) != before:
        wrong.append(f"it leaves {sorted({*contents(folder)} - {*before})}")
    if wrong:
        pytest.fail(
            f"examples/{lesson}.py: when the loss becomes NaN, "
            f"{'; '.join(wrong)}; write after the epoch: if not "
            'math.isfinite(loss): raise SystemExit("the loss is not finite: '
            'lower the learning rate")',
            pytrace=False,
        )


def test_faults_of_an_end_are_named() -> None:
    """A traceback for an option, a wrong status, a last line without cause."""

    def unguarded(argv: list[str]) -> None:
        int(argv[1])

    case = CASES["seed is a word"]
    status, armour, cause = faults(case, end_of(unguarded, ["--seed", "lucky"]))
    assert "status 1, not 2" in status
    assert "traceback" in armour
    assert "'--seed'" in cause
    assert not [
        *faults(case, End(2, "usage: x\nx: error: argument --seed: no"))
    ]
    device = CASES["unknown device"]
    end = end_of(lambda argv: torch.zeros(1, device=argv[1]), ["", "warp"])
    assert not [*faults(device, end)], end
