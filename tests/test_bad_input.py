"""Bad input to a training script ends in one line that tells the way out.

Every script with a ``main`` is walked, except programs with commands of their
own (``arguments`` in the sidecar), which have their own tests; a script
without one of the flags is not asked about it. The scripts are loaded once and
called in this process: importing torch for each case would take seconds.
"""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
import torch

from docs._tools.lessons import lessons, script_path
from tests.recorder.run import is_training
from tests.recorder.settings import load_settings

GUARD = (
    "carry the text of OneLineParser, number, usable_device, check_folder and "
    "one_line_errors from examples/workflow/nine_steps.py"
)


@dataclass(frozen=True)
class Case:
    """Arguments, the status they end with, and what the line must name."""

    arguments: tuple[str, ...]
    status: int
    words: tuple[str, ...]


CASES = {
    "unknown device": Case(
        ("--device", "warp"), 2, ("--device", "'warp'", "try cpu")
    ),
    "no such GPU": Case(
        ("--device", "cuda:99"), 2, ("--device", "'cuda:99'", "try cpu")
    ),
    "no GPU": Case(("--device", "cuda"), 2, ("'cuda'", "try cpu")),
    "zero epochs": Case(("--epochs", "0"), 2, ("--epochs", "0", "1 or more")),
    "negative epochs": Case(
        ("--epochs", "-3"), 2, ("--epochs", "-3", "1 or more")
    ),
    "seed is a word": Case(
        ("--seed", "lucky"), 2, ("--seed", "int", "'lucky'", "--help")
    ),
    "seed is too large": Case(
        ("--seed", str(2**70)), 2, ("--seed", str(2**70), "below")
    ),
    "learning rate is no number": Case(
        ("--learning-rate", "nan"), 2, ("--learning-rate", "nan", "0 or more")
    ),
    "unknown flag": Case(("--seeds", "1"), 2, ("--seeds", "--help")),
    "loss becomes NaN": Case(
        ("--learning-rate", "1e18", "--epochs", "1"),
        1,
        ("loss", "epoch 1", "lower --learning-rate"),
    ),
    "folder below a file": Case(
        ("--out", "a_file/runs"), 1, ("a_file/runs", "choose another --out")
    ),
    "folder is a file": Case(
        ("--out", "a_file"), 1, ("a_file", "choose another --out")
    ),
    "folder is taken": Case(
        ("--out", "taken"), 1, ("taken", "best.pt", "choose another --out")
    ),
}


def training_scripts() -> list[str]:
    """List the lessons whose script has a ``main`` and no commands."""
    return [
        lesson
        for lesson in lessons()
        if is_training(script_path(lesson).read_text(encoding="utf-8"))
        and not load_settings(lesson).arguments
    ]


def saving_scripts() -> list[str]:
    """List those that save their best model."""
    return [
        lesson
        for lesson in training_scripts()
        if '"--out"' in script_path(lesson).read_text(encoding="utf-8")
    ]


def end_of(main: Callable[[list[str]], object], argv: list[str]) -> object:
    """Return what ``main`` hands to ``sys.exit``, or how it ends instead."""
    try:
        main(argv)
    except SystemExit as end:
        return end.code
    except BaseException as error:
        return f"it ends in a traceback of {error!r}"
    return "it ends without an error"


def faults(case: Case, code: object, written: str) -> Iterator[str]:
    """Yield what is wrong with the way a script ended."""
    if isinstance(code, str) and code.startswith("it ends"):
        yield code
        return
    status = 1 if isinstance(code, str) else code
    if isinstance(code, str):  # Python itself prints it
        written += f"{code}\n"
    if status != case.status:
        yield f"status {status} instead of {case.status}"
    if written.count("\n") != 1 or not written.endswith("\n"):
        yield f"not one line on stderr: {written!r}"
    if not written.startswith("error: "):
        yield f"{written!r} does not start with 'error: '"
    for word in case.words:
        if word not in written:
            yield f"{written!r} does not name {word!r}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a file and the checkpoint of an earlier run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a_file").write_text("kept")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "best.pt").write_text("kept")
    return tmp_path


def contents(folder: Path) -> dict[str, str]:
    """Return all that lies in a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        if path.is_file()
        else "a folder"
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("lesson", training_scripts())
def test_bad_input_ends_in_one_line(
    lesson: str,
    name: str,
    folder: Path,
    load_script: Callable[[Path], ModuleType],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Cause and way out on one line, the right status, nothing written."""
    case = CASES[name]
    path = script_path(lesson)
    flags = {part for part in case.arguments if part.startswith("--")}
    source = path.read_text(encoding="utf-8")
    if name != "unknown flag" and any(f'"{f}"' not in source for f in flags):
        pytest.skip(f"{path.name} has no {', '.join(sorted(flags))}")
    if name == "no GPU" and torch.cuda.is_available():
        pytest.skip("there is a GPU")
    before = contents(folder)
    code = end_of(load_script(path).main, [*case.arguments])
    printed = capsys.readouterr()
    wrong = list(faults(case, code, printed.err))
    if case.status == 2 and printed.out:
        wrong.append(f"it prints before it fails: {printed.out!r}")
    if contents(folder) != before:
        wrong.append(f"it leaves {contents(folder)}")
    if wrong:
        pytest.fail(
            f"{path.name} {' '.join(case.arguments)}: {'; '.join(wrong)}\n"
            f"To mend it, {GUARD}.",
            pytrace=False,
        )


@pytest.mark.parametrize("lesson", training_scripts())
def test_stop_before_the_first_checkpoint(
    lesson: str,
    folder: Path,
    load_script: Callable[[Path], ModuleType],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Ctrl-C says that nothing is kept, if nothing is."""
    module = load_script(script_path(lesson))
    saves = lesson in saving_scripts()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(torch.Tensor, "backward", interrupted)
    assert end_of(module.main, ["--out", "new"] if saves else []) == 130
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == "stopped: nothing is kept"
    assert not saves or list((folder / "new").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a child")
@pytest.mark.parametrize("lesson", saving_scripts())
def test_stop_keeps_the_best_model(
    lesson: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C after an epoch: one line, status 130, a whole checkpoint."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell's background job ignores Ctrl-C, and so would its child.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    command = [sys.executable, str(script_path(lesson)), "--device", "cpu"]
    many = ["--epochs", "10000", "--patience", "10000"]
    with subprocess.Popen(
        [*command, *many, "--out", "kept"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("epoch  1")
        process.send_signal(signal.SIGINT)
        _, written = process.communicate(timeout=60)
    assert process.returncode == 130, written
    assert written == "stopped: the best model so far is in kept/best.pt\n"
    assert [path.name for path in Path("kept").iterdir()] == ["best.pt"]
    checkpoint = torch.load("kept/best.pt", weights_only=True)
    assert checkpoint["state_dict"]
    assert checkpoint["settings"]["epochs"] == 10000


def test_a_missing_guard_is_named() -> None:
    """A script without guards gets told what it lacks."""

    def unguarded(argv: list[str]) -> None:
        torch.device(argv[1])

    case = CASES["unknown device"]
    wrong = list(faults(case, end_of(unguarded, [*case.arguments]), ""))
    assert len(wrong) == 1
    assert wrong[0].startswith("it ends in a traceback of RuntimeError")
    wrong = list(faults(case, 2, "usage: script.py\nerror: no\n"))
    assert wrong[0].startswith("not one line on stderr")
