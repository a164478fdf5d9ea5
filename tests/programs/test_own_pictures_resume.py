"""The program can be stopped at any moment, and overwrites nothing."""

import contextlib
import errno
import io
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest
import torch

from tests.programs import watched
from tests.programs.drawn import draw, save, scene, training
from tests.programs.told import Command

EPOCHS = ("--epochs=3", "--freeze-epochs=1", "--batch-size=5")


def same(one: Any, other: Any) -> bool:
    """Return whether two things from files are equal, bit for bit."""
    if isinstance(one, torch.Tensor):
        return isinstance(other, torch.Tensor) and torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(
            same(value, other[key]) for key, value in one.items()
        )
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def assert_same_run(one: Path, other: Path) -> None:
    """Both runs hold the same files, networks, numbers and answers."""
    for name in ("best.pt", "last.pt"):
        first = torch.load(one / name, weights_only=True)
        second = torch.load(other / name, weights_only=True)
        assert first.keys() == second.keys()
        for key in first:
            assert same(first[key], second[key]), f"{name}: {key}"
    names = [
        {path.name for path in run.iterdir() if not path.is_dir()}
        for run in (one, other)
    ]
    assert names[0] == names[1]
    assert not [name for name in names[0] if "tmp" in name]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the pictures of all runs."""
    return draw(tmp_path_factory.mktemp("resumed") / "data", each=6)


@pytest.fixture(scope="module")
def more(weights: Path) -> tuple[str, ...]:
    """Return the options of all runs: a frozen epoch, then two more."""
    return (f"--weights={weights}", *EPOCHS)


@pytest.fixture(scope="module")
def whole(
    command: Command,
    data: Path,
    more: tuple[str, ...],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Return the run that nobody interrupted."""
    run = tmp_path_factory.mktemp("whole") / "run"
    command(training(data, run, *more))
    return run


class Bell:
    """Rings at a call of some kind: raises, or whatever it was given."""

    def __init__(self, after: int, ring: Callable[[], Any]) -> None:
        self.left, self.ring = after, ring

    def __call__(self, *_: object, **__: object) -> None:
        """Count a call, and ring at the chosen one."""
        self.left -= 1
        if self.left == 0:
            self.ring()


def press() -> None:
    """Press Ctrl-C."""
    raise KeyboardInterrupt


def before(target: str, bell: Bell) -> Any:
    """Patch a function: the bell is asked before each call."""
    place, _, name = target.rpartition(".")
    real = getattr(resolve(place), name)

    def call(*given: Any, **options: Any) -> Any:
        bell()
        return real(*given, **options)

    return patch(target, call)


def resolve(place: str) -> Any:
    """Return a module or a class by its name."""
    first, *rest = place.split(".")
    found: Any = sys.modules[first]
    for name in rest:
        found = getattr(found, name)
    return found


def half_saved(bell: Bell) -> Any:
    """Patch torch.save: the bell is asked when half is written."""
    real = torch.save

    def call(content: Any, place: Any, *rest: Any, **options: Any) -> None:
        real(content, place, *rest, **options)
        if isinstance(place, str | os.PathLike):
            path = Path(place)
            written = path.read_bytes()
            path.write_bytes(written[: len(written) // 2])
        bell()
        if isinstance(place, str | os.PathLike):
            path.write_bytes(written)

    return patch("torch.save", call)


@contextlib.contextmanager
def ringing(moment: str, bell: Bell) -> Iterator[None]:
    """Let a bell ring at a moment of a training."""
    if moment == "step":
        with watched.at_each_step(bell):
            yield
    elif moment == "pass":
        with watched.at_each_pass(bell):
            yield
    elif moment == "half saved":
        with half_saved(bell):
            yield
    elif moment == "renamed":
        with (
            before("pathlib.Path.replace", bell),
            before("os.replace", bell),
            before("pathlib.Path.rename", bell),
        ):
            yield
    else:
        target = {"save": "torch.save", "opened": "PIL.Image.open"}[moment]
        with before(target, bell):
            yield


MOMENTS = [
    ("opened", 1),
    ("opened", 15),
    ("opened", 40),
    ("pass", 3),
    ("pass", 150),
    *(("step", number) for number in (1, 2, 3, 4, 6)),
    *(("half saved", number) for number in range(1, 5)),
    *(("renamed", number) for number in range(1, 7)),
]


@pytest.mark.parametrize(("moment", "number"), MOMENTS)
def test_interrupted_at_any_moment(
    command: Command,
    tmp_path: Path,
    data: Path,
    more: tuple[str, ...],
    whole: Path,
    moment: str,
    number: int,
) -> None:
    """Ctrl-C, then the same command with --resume: the same bits."""
    run = tmp_path / "run"
    argv = training(data, run, *more)
    with ringing(moment, bell := Bell(number, press)):
        stopped = command(argv, status=None)
    if not stopped.status:
        assert bell.left > 0, "it went on after Ctrl-C"
        assert number > 2, "the moment never came"
        return
    assert stopped.status == 130
    if (run / "last.pt").exists():
        assert "--resume" in stopped.line
    else:
        assert "--resume" not in stopped.line
    command([*argv, "--resume"])
    assert_same_run(whole, run)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("step", 4),
        *(("half saved", number) for number in (1, 2, 3)),
        *(("renamed", number) for number in (1, 2, 3, 4)),
    ],
)
def test_killed_at_any_moment(
    command: Command,
    tmp_path: Path,
    data: Path,
    more: tuple[str, ...],
    whole: Path,
    moment: str,
    number: int,
) -> None:
    """No time to tidy up (kill -9): no half file is taken for a whole."""
    run = tmp_path / "run"
    argv = training(data, run, *more)
    child = os.fork()
    if not child:
        with ringing(moment, Bell(number, lambda: os._exit(9))):
            command(argv, status=None)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    for name in ("best.pt", "last.pt"):
        if (run / name).exists():
            torch.load(run / name, weights_only=True)
    command([*argv, "--resume"])
    assert_same_run(whole, run)


def test_interrupted_again_and_again(
    command: Command,
    tmp_path: Path,
    data: Path,
    more: tuple[str, ...],
    whole: Path,
) -> None:
    """A run of many parts is the run of one."""
    run = tmp_path / "run"
    argv = [*training(data, run, *more), "--resume"]
    for number in (1, 3, 2, 3):
        with ringing("step", Bell(number, press)):
            command(argv, status=130)
    command(argv)
    assert_same_run(whole, run)


@pytest.mark.parametrize("kept", ["weights", "features"])
def test_the_run_holds_all_that_it_needs(
    command: Command,
    tmp_path: Path,
    data: Path,
    weights: Path,
    whole: Path,
    kept: str,
) -> None:
    """Without the file of weights, or without kept features, it goes on."""
    file = tmp_path / "weights.pth"
    file.write_bytes(weights.read_bytes())
    run = tmp_path / "run"
    argv = training(data, run, f"--weights={file}", *EPOCHS)
    with ringing("step", Bell(3, press)):
        command(argv, status=130)
    if kept == "weights":
        file.unlink()
    else:
        for path in run.iterdir():
            if path.name not in ("best.pt", "last.pt"):
                path.unlink()
    torch.manual_seed(123)
    command([*argv, "--resume"])
    for name in ("best.pt", "last.pt"):
        states = [
            torch.load(one / name, weights_only=True)["state_dict"]
            for one in (whole, run)
        ]
        assert same(*states)


@pytest.mark.parametrize(
    "options",
    [
        ("--mode=scratch", "--balance"),
        ("--mode=scratch", "--patience=1", "--epochs=3"),
        ("--mode=head",),
        ("--mode=head", "--amp"),
        ("--mode=partial", "--workers=3"),
        ("--mode=finetune", "--model=mobilenet_v3_small"),
    ],
    ids=" ".join,
)
def test_every_kind_of_run_is_resumed(
    command: Command,
    tmp_path: Path,
    weights: Path,
    data: Path,
    options: tuple[str, ...],
) -> None:
    """Whatever was chosen, the resumed run is the uninterrupted one."""
    more = ["--epochs=2", *options, "--batch-size=5"]
    if "--model=mobilenet_v3_small" in options:
        from torchvision import models

        torch.manual_seed(0)
        weights = tmp_path / "weights.pth"
        state = models.mobilenet_v3_small(weights=None).state_dict()
        torch.save(state, weights)
    if "--mode=scratch" not in options:
        more.append(f"--weights={weights}")
    one, run = tmp_path / "one", tmp_path / "run"
    command(training(data, one, *more))
    argv = training(data, run, *more)
    with ringing("step", Bell(3, press)):
        command(argv, status=130)
    command([*argv, "--resume"])
    assert_same_run(one, run)


def test_epochs_are_added(command: Command, tmp_path: Path, data: Path) -> None:
    """A finished run goes on with more --epochs; with as many it says so."""
    run = tmp_path / "run"
    argv = training(data, run, "--mode=scratch", "--resume")
    command([*argv, "--epochs=2"])
    done = command([*argv, "--epochs=2"], status=1)
    assert "2 epochs" in done.line
    assert "--epochs" in done.line
    done = command([*argv, "--epochs=3"])
    assert [row["epoch"] for row in done.result["history"]] == [1, 2, 3]


def test_resume_without_a_run_begins_one(
    command: Command, tmp_path: Path, data: Path
) -> None:
    """The same command can stand in a script from the first time on."""
    run = tmp_path / "run"
    command(training(data, run, "--mode=scratch", "--resume"))
    assert (run / "best.pt").exists()


def test_resume_refuses_another_run(
    command: Command, tmp_path: Path, weights: Path
) -> None:
    """Other pictures, network, mode or rate: one line, nothing changes."""
    data, run = draw(tmp_path / "data", each=4), tmp_path / "run"
    argv = training(data, run, "--mode=scratch")
    command(argv)
    held = {path.name: path.read_bytes() for path in run.iterdir()}
    argv += ["--resume", "--epochs=2"]
    for other, words in {
        "--model=mobilenet_v3_small": "--model squeezenet1_1, not mob",
        "--mode=head": "--mode scratch, not head",
        "--learning-rate=0.5": "--learning-rate",
        "--seed=7": "--seed",
        "--size=40": "--size",
        "--batch-size=4": "--batch-size",
        "--weight-decay=0.5": "--weight-decay",
        "--min-crop=0.9": "--min-crop",
        "--no-flip": "--no-flip",
        "--balance": "--balance",
        "--amp": "--amp",
        "--group-by=\\d": "--group-by",
    }.items():
        done = command([*argv, other], status=1)
        assert words in done.line, other
    save(scene("more"), data / "ants" / "one_more.png")
    done = command(argv, status=1)
    assert "other pictures" in done.line
    assert held == {path.name: path.read_bytes() for path in run.iterdir()}


def test_resume_sees_a_changed_picture(
    command: Command, tmp_path: Path
) -> None:
    """The same name with other content is another picture."""
    data, run = draw(tmp_path / "data", each=6), tmp_path / "run"
    argv = training(data, run, "--mode=scratch")
    command(argv)
    save(scene("changed", (90, 90)), data / "ants" / "2.png")
    done = command([*argv, "--resume", "--epochs=2"], status=None)
    if done.status:
        assert "other pictures" in done.line


def test_nothing_is_overwritten(
    command: Command, tmp_path: Path, data: Path, finished: Path
) -> None:
    """A run, or a part of one, is never replaced without a word."""
    source = finished.parent
    for names in (("best.pt", "last.pt"), ("best.pt",), ("last.pt",)):
        run = tmp_path / " ".join(names)
        run.mkdir()
        for name in names:
            shutil.copy(source / name, run / name)
        held = {path.name: path.read_bytes() for path in run.iterdir()}
        done = command(training(data, run), status=1)
        assert "--resume" in done.line or "--out" in done.line
        assert held == {path.name: path.read_bytes() for path in run.iterdir()}


@pytest.mark.parametrize("name", ["history.csv", "best.pt.tmp", "notes.txt"])
def test_files_of_others_in_out_stay(
    command: Command, tmp_path: Path, data: Path, name: str
) -> None:
    """A folder may hold other things; none is lost without a word."""
    run = tmp_path / "run"
    run.mkdir()
    (run / name).write_text("mine")
    done = command(training(data, run), status=None)
    if done.status:
        assert name in done.line or "--out" in done.line
    if not name.endswith(".tmp"):
        assert (run / name).read_text() == "mine"


def test_resume_with_a_part_of_a_run(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """best.pt alone cannot be resumed, and is not lost by trying."""
    run, pictures = tmp_path / "run", finished.parent.parent / "data"
    run.mkdir()
    shutil.copy(finished, run)
    argv = training(pictures, run, "--mode=scratch", "--resume", "--epochs=2")
    done = command(argv, status=1)
    assert "last.pt" in done.line
    assert (run / "best.pt").read_bytes() == finished.read_bytes()


def test_resume_where_best_is_lost(
    command: Command, tmp_path: Path, data: Path
) -> None:
    """The best epoch is not the last one: nothing can bring it back."""
    run = tmp_path / "run"
    argv = training(data, run, "--mode=scratch", "--learning-rate=0")
    done = command([*argv, "--epochs=2"])
    assert done.result["best"]["epoch"] == 1
    (run / "best.pt").unlink()
    done = command([*argv, "--resume", "--epochs=3"], status=1)
    assert "lacks best.pt of an earlier epoch: change --out" in done.line
    assert not (run / "best.pt").exists()


@pytest.mark.parametrize("name", ["best.pt", "last.pt"])
@pytest.mark.parametrize("content", [b"", b"half", None])
def test_resume_with_a_broken_file(
    command: Command,
    tmp_path: Path,
    finished: Path,
    name: str,
    content: bytes | None,
) -> None:
    """Its name is told, and nothing is thrown away."""
    run, pictures = tmp_path / "run", finished.parent.parent / "data"
    shutil.copytree(finished.parent, run)
    if content is None:
        content = (run / name).read_bytes()[:-2000]
    (run / name).write_bytes(content)
    argv = training(pictures, run, "--mode=scratch", "--resume", "--epochs=2")
    done = command(argv, status=None)
    if name == "last.pt":
        assert done.status
        assert "last.pt" in done.line
        assert (run / name).read_bytes() == content


def test_nothing_is_promised_before_the_first_epoch(
    command: Command, tmp_path: Path, data: Path
) -> None:
    """There is nothing to resume, and the line does not promise it."""
    argv = training(data, tmp_path / "run")
    with ringing("step", Bell(1, press)):
        done = command(argv, status=130)
    assert done.line == "stopped: nothing is kept"


def test_interrupted_predict_and_evaluate(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """Ctrl-C leaves no file that looks whole."""
    folder, out = finished.parent.parent / "data", tmp_path / "out"
    out.mkdir()
    for name, source in (("predict", folder / "ants"), ("evaluate", folder)):
        for ending in ("json", "csv"):
            argv = [name, str(finished), str(source), "--device=cpu"]
            argv += [f"--{ending}={out / ('x.' + ending)}", "--batch-size=2"]
            with ringing("opened", Bell(4, press)):
                command(argv, status=130)
    assert not [path for path in out.iterdir() if path.suffix != ".tmp"]


# A full disk ----------------------------------------------------------------


@contextlib.contextmanager
def small_disk(size: int) -> Iterator[None]:
    """Let no file grow above a size, as where a disk is full."""
    resource = pytest.importorskip("resource")
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, old)


@pytest.mark.parametrize(
    ("mode", "size"),
    [
        ("scratch", 0),
        ("scratch", 5_000),
        ("scratch", 50_000),
        ("head", 3),
        ("head", 15_000),
    ],
)
def test_full_disk(
    command: Command,
    tmp_path: Path,
    data: Path,
    weights: Path,
    mode: str,
    size: int,
) -> None:
    """One line names what could not be written; then it goes on as new."""
    run = tmp_path / "run"
    more = [f"--mode={mode}"]
    if mode == "head":
        more.append(f"--weights={weights}")
    argv = training(data, run, *more)
    with small_disk(size):
        done = command(argv, status=1)
    assert "write" in done.line
    assert str(run) in done.line
    assert not (run / "best.pt").exists()
    assert not (run / "last.pt").exists()
    command([*argv, "--resume"])


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        *((number, OSError) for number in (1, 2, 3, 4)),
        *((number, RuntimeError) for number in (1, 3)),
    ],
)
def test_disk_that_fills_while_training(
    command: Command,
    tmp_path: Path,
    data: Path,
    more: tuple[str, ...],
    whole: Path,
    number: int,
    kind: type[Exception],
) -> None:
    """What was kept before stays whole, and the run goes on from there."""
    run = tmp_path / "run"
    argv = training(data, run, *more)

    def fill() -> None:
        if kind is OSError:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise RuntimeError(  # what torch's own writer says
            "[enforce fail at inline_container.cc:664] . "
            "unexpected pos 64 vs 0\nand more lines"
        )

    with ringing("half saved", bell := Bell(number, fill)):
        done = command(argv, status=None)
    if not done.status:
        assert bell.left > 0, "it went on after a failure"
        assert number > 3, "the moment never came"
        return
    assert done.status == 1
    assert "write" in done.line
    for name in ("best.pt", "last.pt"):
        if (run / name).exists():
            torch.load(run / name, weights_only=True)
    command([*argv, "--resume"])
    assert_same_run(whole, run)


def test_full_disk_for_answers(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """JSON, CSV and the picture of evaluate: one line names the file."""
    folder = str(finished.parent.parent / "data")
    out = tmp_path / "out"
    out.mkdir()
    for name, option in (
        ("predict", "json"),
        ("predict", "csv"),
        ("evaluate", "json"),
        ("evaluate", "csv"),
        ("evaluate", "figure"),
    ):
        ending = {"figure": "png"}.get(option, option)
        path = out / f"{name}.{ending}"
        argv = [name, str(finished), folder, "--device=cpu"]
        with small_disk(3):
            done = command([*argv, f"--{option}={path}"], status=1)
        assert path.name in done.line
        assert not path.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_folder_that_is_read_only(
    command: Command, tmp_path: Path, data: Path
) -> None:
    """Found before any picture is opened."""
    (tmp_path / "kept").mkdir(mode=0o500)
    done = command(training(data, tmp_path / "kept" / "run"), status=1)
    assert "cannot write" in done.line


def test_out_that_cannot_be_written(
    command: Command, tmp_path: Path, data: Path
) -> None:
    """Found before any picture is opened."""
    (tmp_path / "file").touch()
    for out in (tmp_path / "file", tmp_path / "file" / "run"):
        with before("PIL.Image.open", Bell(1, press)):
            done = command(training(data, out), status=1)
        assert "cannot write" in done.line


# A real signal --------------------------------------------------------------


def child(program: ModuleType, argv: list[str], place: int) -> None:
    """Run a command line in a new process, and end it."""
    status = 1
    try:
        os.dup2(place, 1)
        os.dup2(place, 2)
        sys.stdout = io.TextIOWrapper(io.FileIO(1, "w"), line_buffering=True)
        sys.stderr = io.TextIOWrapper(io.FileIO(2, "w"), line_buffering=True)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        program.main(argv)
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("wait", [0, 0.03, 0.1])
def test_ctrl_c_of_a_real_process(
    program: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wait: float,
) -> None:
    """A signal at any moment of the demo: status 130, and nothing is left."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    argv = ["demo", "--device=cpu", "--epochs=500", "--model=squeezenet1_1"]
    ours, theirs = os.pipe()
    process = os.fork()
    if not process:
        child(program, argv, theirs)
    os.close(theirs)
    with open(ours, encoding="utf-8") as stream:
        for line in stream:
            if line.startswith("epoch"):
                break
        time.sleep(wait)
        os.kill(process, signal.SIGINT)
        said = stream.read()
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert status == 130, said
    assert "Traceback" not in said
    assert said.splitlines()[-1].startswith("stopped: ")
    assert not list(tmp_path.iterdir())
