"""Whatever somebody does, the program ends in a line that helps."""

import ast
import contextlib
import io
import pickle
import runpy
import sys
from email.message import Message
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest
import torch
from torchvision import models

from docs._tools.lessons import script_path
from tests.programs.drawn import draw, save, scene, training
from tests.programs.small import stand_in
from tests.programs.told import Command

TRAIN = ("train", "--data=x", "--out=y")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "command"),
        (["learn"], "learn"),
        (["train"], "--data"),
        (["train", "--data=x"], "--out"),
        (["predict"], "checkpoint"),
        (["predict", "best.pt"], "source"),
        (["evaluate", "best.pt"], "folder"),
        (["demo", "--device=warp"], "'warp'"),
        (["demo", "--device=cuda:99"], "'cuda:99'"),
        (["demo", "--device="], "''"),
        (["demo", "--epochs=0"], "1 or more"),
        (["demo", "--epochs=ten"], "--epochs"),
        (["demo", "--epochs=1.5"], "--epochs"),
        (["demo", "--seed=-1"], "0 or more"),
        (["demo", f"--seed={2**64}"], "--seed"),
        ([*TRAIN, "--size=8"], "32 or more"),
        ([*TRAIN, "--size=99999"], "--size"),
        ([*TRAIN, "--batch-size=1"], "2 or more"),
        ([*TRAIN, "--learning-rate=nan"], "--learning-rate"),
        ([*TRAIN, "--learning-rate=inf"], "--learning-rate"),
        ([*TRAIN, "--learning-rate=-1"], "--learning-rate"),
        ([*TRAIN, "--weight-decay=-0.1"], "--weight-decay"),
        ([*TRAIN, "--weight-decay=nan"], "--weight-decay"),
        ([*TRAIN, "--min-crop=0"], "--min-crop"),
        ([*TRAIN, "--min-crop=2"], "--min-crop"),
        ([*TRAIN, "--min-crop=nan"], "--min-crop"),
        ([*TRAIN, "--patience=0"], "--patience"),
        ([*TRAIN, "--freeze-epochs=-1"], "--freeze-epochs"),
        ([*TRAIN, "--workers=-1"], "--workers"),
        ([*TRAIN, "--model=alexnet9"], "alexnet9"),
        ([*TRAIN, "--mode=best"], "best"),
        ([*TRAIN, "--nonsense"], "--nonsense"),
        ([*TRAIN, "picture.png"], "picture.png"),
        ([*TRAIN, "--mode=scratch", "--weights=z"], "takes no --weights"),
        ([*TRAIN, "--mode=scratch", "--body-rate=1"], "takes no --body-rate"),
        ([*TRAIN, "--mode=head", "--body-rate=1"], "takes no --body-rate"),
        (
            [*TRAIN, "--mode=finetune", "--freeze-epochs=1"],
            "takes no --freeze-epochs",
        ),
        (["predict", "b.pt", "x.png", "--top=0"], "--top"),
        (["predict", "b.pt", "x.png", "--batch-size=0"], "--batch-size"),
    ],
    ids=str,
)
def test_wrong_arguments(command: Command, argv: list[str], words: str) -> None:
    """One line names what is wrong; status 2."""
    done = command(argv, status=2)
    assert words in done.line
    assert "--help" in done.line
    assert len(done.err.strip().splitlines()) == 1


def test_more_frozen_epochs_than_epochs(
    command: Command, tmp_path: Path, weights: Path
) -> None:
    """It says so, or does only the frozen ones."""
    argv = training(draw(tmp_path / "data"), tmp_path / "run")
    argv = [one for one in argv if one != "--mode=scratch"]
    argv += [f"--weights={weights}", "--freeze-epochs=5", "--epochs=2"]
    done = command(argv, status=None)
    if done.status:
        assert "--freeze-epochs" in done.line
    else:
        assert len(done.result["history"]) == 2


@pytest.mark.parametrize("words", [["--help"], ["train", "--help"]])
def test_help(
    program: ModuleType, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """It lists the commands and the options with their defaults."""
    with pytest.raises(SystemExit) as caught:
        program.main(words)
    assert caught.value.code == 0
    said = capsys.readouterr().out
    if words[0] == "--help":
        for name in ("train", "evaluate", "predict", "demo"):
            assert name in said
    else:
        for name in ("--freeze-epochs", "--group-by", "--no-flip", "--balance"):
            assert name in said


@pytest.mark.parametrize("name", ["predict", "evaluate"])
@pytest.mark.parametrize(
    "fault", ["absent", "folder", "text", "empty", "weights", "list", "old"]
)
def test_wrong_checkpoint(
    command: Command,
    tmp_path: Path,
    weights: Path,
    finished: Path,
    name: str,
    fault: str,
) -> None:
    """One line names the file."""
    path = tmp_path / "best.pt"
    if fault == "folder":
        path.mkdir()
    elif fault == "text":
        path.write_text("no checkpoint")
    elif fault == "empty":
        path.touch()
    elif fault == "weights":
        path = weights
    elif fault == "list":
        torch.save([1, 2], path)
    elif fault == "old":
        kept = torch.load(finished, weights_only=True)
        torch.save({"state_dict": kept["state_dict"]}, path)
    data = str(finished.parent.parent / "data")
    done = command([name, str(path), data, "--device=cpu"], status=1)
    assert str(path) in done.line
    assert len(done.line) < 400


@pytest.mark.parametrize("name", ["predict", "evaluate"])
def test_wrong_source(
    command: Command, tmp_path: Path, finished: Path, name: str
) -> None:
    """Nothing there, or nothing in it: one line names it."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.txt").write_text("no picture")
    for source in ("nowhere", "empty", "text.txt", "nowhere/*.png"):
        path = str(tmp_path / source)
        argv = [name, str(finished), path, "--device=cpu"]
        done = command(argv, status=1)
        assert source.partition("/")[0] in done.line


# An old torch ---------------------------------------------------------------


def test_old_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before 2.6, without torch.accelerator: a line instead of a traceback."""
    monkeypatch.setattr(torch, "__version__", "2.5.1")
    monkeypatch.delattr(torch, "accelerator")
    with pytest.raises(
        SystemExit, match=r"torch 2\.5\.1 is too old: see Needs"
    ):
        runpy.run_path(str(script_path("programs/own_pictures")))


# Weights --------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", ["absent", "folder", "text", "empty", "half", "other", "list"]
)
def test_weights_that_do_not_fit(
    command: Command, tmp_path: Path, weights: Path, fault: str
) -> None:
    """The line names the file and the ways out; nothing is kept."""
    path = tmp_path / "weights.pth"
    if fault == "folder":
        path.mkdir()
    elif fault == "text":
        path.write_text("no weights")
    elif fault == "empty":
        path.touch()
    elif fault == "half":
        path.write_bytes(weights.read_bytes()[:-9000])
    elif fault == "other":
        torch.save({"conv.weight": torch.zeros(1)}, path)
    elif fault == "list":
        torch.save([1, 2], path)
    data = draw(tmp_path / "data", each=2)
    more = ("--mode=head", f"--weights={path}")
    done = command(training(data, tmp_path / "run", *more), status=1)
    assert "weights.pth" in done.line
    assert "squeezenet1_1" in done.line
    assert len(done.line) < 600
    assert not list(tmp_path.glob("run/*.pt"))


class Answer(io.BytesIO):
    """What a server sends."""

    def info(self) -> Message:
        """Return no headers."""
        return Message()


@pytest.mark.parametrize("fault", ["no net", "other content", "cut"])
def test_failed_download(
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    """The line names the network, the reason and the two ways out."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))

    def urlopen(*_: object, **__: object) -> Answer:
        if fault == "no net":
            raise OSError("no net")
        if fault == "cut":
            raise TimeoutError("timed out")
        return Answer(b"not the weights")

    data = draw(tmp_path / "data", each=2)
    argv = training(data, tmp_path / "run", "--mode=head")
    with patch("torch.hub.urlopen", urlopen):
        done = command(argv, status=1)
    for word in ("squeezenet1_1", "--weights FILE", "--mode scratch"):
        assert word in done.line
    if fault == "other content":
        assert "hash" in done.line
    assert not list((tmp_path / "home").rglob("*.pth"))


@pytest.mark.parametrize("content", [b"", b"half a file", None])
def test_broken_download_in_the_cache(
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    weights: Path,
    content: bytes | None,
) -> None:
    """It names the file in the cache and says how to begin again."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    url = models.get_model_weights("squeezenet1_1").DEFAULT.url
    path = tmp_path / "home/hub/checkpoints" / url.rpartition("/")[2]
    path.parent.mkdir(parents=True)
    path.write_bytes(
        weights.read_bytes()[:-9000] if content is None else content
    )
    data = draw(tmp_path / "data", each=2)
    argv = training(data, tmp_path / "run", "--mode=head")
    with patch("torch.hub.urlopen", side_effect=OSError("no net")):
        done = command(argv, status=1)
    assert str(path) in done.line
    assert "delete" in done.line.lower() or "remove" in done.line.lower()


# Files that could run code --------------------------------------------------


class Harmful:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (Path.touch, (self.path,))


def test_no_file_runs_code(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """A file of somebody else is read as tensors and plain values only."""
    trace = tmp_path / "trace"
    kept = torch.load(finished, weights_only=True)
    bad = tmp_path / "run" / "last.pt"
    bad.parent.mkdir()
    data = finished.parent.parent / "data"
    for write in ("torch", "pickle"):
        content = kept | {"more": Harmful(trace)}
        if write == "torch":
            torch.save(content, bad)
        else:
            bad.write_bytes(pickle.dumps(Harmful(trace)))
        for argv in (
            ["predict", str(bad), str(data), "--device=cpu"],
            ["evaluate", str(bad), str(data), "--device=cpu"],
            training(data, bad.parent, "--mode=scratch", "--resume"),
            training(data, tmp_path / "x", f"--weights={bad}"),
        ):
            done = command(argv, status=1)
            assert "last.pt" in done.line
    assert not trace.exists()


def test_weights_only_always(
    command: Command, tmp_path: Path, weights: Path
) -> None:
    """Every file is loaded with weights_only=True, and never unpickled."""
    asked: list[Any] = []
    real = torch.load

    def load(*given: Any, **options: Any) -> Any:
        asked.append(options.get("weights_only"))
        return real(*given, **options)

    def unpickle(*_: object, **__: object) -> None:
        asked.append("pickle.load")

    data, run = draw(tmp_path / "data"), tmp_path / "run"
    more = (f"--weights={weights}", "--freeze-epochs=1")
    with (
        patch("torch.load", load),
        patch("pickle.load", unpickle),
        patch("pickle.loads", unpickle),
    ):
        command(training(data, run, *more))
        command(training(data, run, *more, "--resume", "--epochs=2"))
        best = str(run / "best.pt")
        command(["predict", best, str(data), "--device=cpu"])
        command(["evaluate", best, str(data), "--device=cpu"])
        command(training(data, tmp_path / "x", f"--weights={best}"))
    assert len(asked) >= 5
    assert set(asked) == {True}


# Where it runs --------------------------------------------------------------


def test_out_of_memory(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """The line says what to lower."""
    argv = training(draw(tmp_path / "data"), tmp_path / "run")
    error = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate")
    with patch("torch.nn.functional.cross_entropy", side_effect=error):
        done = command(argv, status=1)
    assert "--batch-size" in done.line
    data = str(finished.parent.parent / "data")
    with patch("torch.nn.Conv2d.forward", side_effect=error):
        argv = ["predict", str(finished), data, "--device=cpu"]
        assert "--batch-size" in command(argv, status=1).line


def test_out_of_memory_on_a_cpu(command: Command, tmp_path: Path) -> None:
    """So does that of the main memory."""
    argv = training(draw(tmp_path / "data"), tmp_path / "run")
    for error in (
        MemoryError(),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:121] . DefaultCPUAllocator: can't "
            "allocate memory: you tried to allocate 9 bytes. Error code 12"
        ),
    ):
        with patch("torch.nn.functional.cross_entropy", side_effect=error):
            done = command(argv, status=1)
        assert "memory" in done.line


def test_in_a_notebook(
    program: ModuleType,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Pasted into a cell it says what to write instead, or does the demo."""
    assert program.__file__
    text = Path(program.__file__).read_text("utf-8")
    monkeypatch.setattr(
        "sys.argv", ["ipykernel_launcher.py", "-f", "/run/kernel-1.json"]
    )
    with pytest.raises(SystemExit) as caught:
        exec(compile(text, "cell", "exec"), {"__name__": "__main__"})
    said = f"{caught.value.code} {capsys.readouterr().err}"
    assert "Traceback" not in said
    assert "notebook" in said
    assert "main([" in said


def test_older_torch(
    program: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without torch.accelerator (before 2.6) it runs, or says what it needs."""
    monkeypatch.delattr("torch.accelerator", raising=False)
    monkeypatch.delattr("torch.OutOfMemoryError", raising=False)
    assert program.__file__
    text = Path(program.__file__).read_text("utf-8")
    names: dict[str, Any] = {"__name__": "old"}
    argv = ["demo", "--epochs=1", "--model=squeezenet1_1", "--device=cpu"]
    needs = ""
    try:
        exec(compile(text, "old", "exec"), names)
        names["main"](argv)
        with pytest.raises(SystemExit):
            names["main"](["predict", "nowhere.pt", "x.png"])
    except SystemExit as error:
        needs = str(error.code)
    assert not needs or "torch 2" in needs


def test_one_file_to_copy(program: ModuleType) -> None:
    """It imports the standard library, torch, torchvision and Pillow alone."""
    assert program.__file__
    tree = ast.parse(Path(program.__file__).read_text("utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level
            names.add(str(node.module).partition(".")[0])
        assert not (isinstance(node, ast.Name) and node.id == "__file__")
    others = names - sys.stdlib_module_names
    assert others <= {"torch", "torchvision", "PIL", "numpy"}


def test_reader_of_the_output_went_away(
    program: ModuleType, tmp_path: Path, finished: Path
) -> None:
    """``predict … | head`` closes the pipe: no traceback."""

    class Closed(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError(32, "Broken pipe")

    for index in range(3):
        save(scene(index), tmp_path / f"{index}.png")
    argv = ["predict", str(finished), str(tmp_path), "--device=cpu"]
    with (
        stand_in(),
        patch("sys.stdout", Closed()),
        contextlib.suppress(SystemExit),
    ):
        program.main(argv)
