"""The program for a reader's own pictures: odd folders, files and endings."""

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest
import torch
from PIL import Image
from torchvision import models

from docs._tools.lessons import script_path
from tests.recorder.settings import data_folder

SCRIPT = script_path("transfer/own_pictures")
FAST = ("--model=squeezenet1_1", "--size=32", "--device=cpu", "--epochs=1")
DATA = data_folder()
COLOURS = {"ants": (200, 40, 40), "bees": (40, 40, 200)}


@pytest.fixture(scope="module")
def program(load_script: Callable[[Path], ModuleType]) -> ModuleType:
    """Return the loaded script."""
    return load_script(SCRIPT)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a file of weights for SqueezeNet, from random numbers."""
    path = tmp_path_factory.mktemp("weights") / "squeezenet.pth"
    torch.manual_seed(0)
    torch.save(models.squeezenet1_1(weights=None).state_dict(), path)
    return path


@pytest.fixture(scope="module")
def finished(
    program: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a checkpoint of two classes."""
    folder = tmp_path_factory.mktemp("finished")
    program.main(arguments(draw(folder / "data"), folder / "run"))
    return folder / "run" / "best.pt"


def picture(path: Path, colour: Any = (9, 9, 9), size: Any = (40, 36)) -> Path:
    """Write one picture of one colour; the ending says the format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


def draw(data: Path, each: int = 5, parts: tuple[str, ...] = ("",)) -> Path:
    """Write class folders with a few pictures each."""
    for part in parts:
        for name, colour in COLOURS.items():
            for index in range(each):
                one = tuple(value + 5 * index for value in colour)
                picture(data / part / name / f"{index}.png", one)
    return data


def arguments(data: Path, out: Path, *more: str) -> list[str]:
    """Return a short training's command line."""
    given = ["train", f"--data={data}", f"--out={out}", *FAST]
    return [*given, *(more or ("--mode=scratch",))]


def line_of(
    program: ModuleType,
    argv: list[str],
    capsys: pytest.CaptureFixture[str],
    status: int = 1,
) -> str:
    """Return the one line that a failing command ends with."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as caught:
        program.main(argv)
    if isinstance(caught.value.code, str):
        assert status == 1
        text = caught.value.code
    else:
        assert caught.value.code == status
        text = capsys.readouterr().err.strip()
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    ("parts", "counts"),
    [
        (("",), ("8 + 2", "4 train, 1 val")),
        (("train", "val"), ("10 + 10", "5 train, 5 val")),
        (("train", "valid", "test"), ("10 + 10", "5 train, 5 val")),
        (("Train", "Validation"), ("10 + 10", "5 train, 5 val")),
        (("train", "test"), ("8 + 2", "4 train, 1 val")),
    ],
    ids=" ".join,
)
def test_layouts(
    program: ModuleType,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    parts: tuple[str, ...],
    counts: tuple[str, str],
) -> None:
    """The usual layouts are understood, classes and counts printed first."""
    data = draw(tmp_path, parts=parts)
    train, val, classes = program.load_pairs(data)
    said = capsys.readouterr().out
    assert f"2 classes, {counts[0]} pictures" in said
    assert f"ants: {counts[1]}" in said
    assert classes == ["ants", "bees"]
    assert not {path for path, _ in train} & {path for path, _ in val}
    assert all(classes[label] == path.parent.name for path, label in train)


def test_a_class_missing_in_val_shifts_no_label(
    program: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Train alone decides the numbers; hidden folders are no classes."""
    draw(tmp_path, parts=("train", "val"))
    shutil.rmtree(tmp_path / "val" / "ants")
    picture(tmp_path / "train" / ".ipynb_checkpoints" / "0.png")
    picture(tmp_path / "train" / "ants" / ".ipynb_checkpoints" / "0.png")
    picture(tmp_path / "train" / "ants" / "._0.png")
    train, val, classes = program.load_pairs(tmp_path)
    assert classes == ["ants", "bees"]
    assert {label for _, label in val} == {1}
    assert len(train) == 10
    said = capsys.readouterr().out
    assert "ants: 5 train, 0 val (none to validate with)" in said


def test_a_single_picture_goes_to_training(
    program: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It trains, and the program says that nothing validates the class."""
    draw(tmp_path)
    picture(tmp_path / "wasps" / "only.png")
    train, val, _ = program.load_pairs(tmp_path)
    assert sum(label == 2 for _, label in train) == 1
    assert sum(label == 2 for _, label in val) == 0
    assert "wasps: 1 train, 0 val (none" in capsys.readouterr().out


def spoil_layout(data: Path, fault: str) -> Path:
    """Make a layout that cannot work; return what to give as --data."""
    if fault == "missing":
        return data / "nowhere"
    if fault == "val alone":
        return draw(data, parts=("val",))
    if fault == "level too high":
        draw(data / "inner", parts=("train", "val"))
    elif fault == "only class is train":
        draw(data / "train", parts=("train",))
    elif fault == "level too low":
        return draw(data) / "ants"
    elif fault == "empty class":
        (draw(data) / "wasps").mkdir()
    elif fault == "class only in val":
        draw(data, parts=("train", "val"))
        picture(data / "val" / "wasps" / "0.png")
    elif fault == "one each":
        draw(data, each=1)
    return data


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("missing", ("nowhere is not a folder",)),
        ("val alone", ("folder val, but no train",)),
        ("level too high", ("one level too high", "inner")),
        ("only class is train", ("one level too high", "--data", "train")),
        ("level too low", ("two or more class folders", "too low?")),
        ("empty class", ("'wasps'", "no picture", ".jpg")),
        ("class only in val", ("train lacks", "'wasps'")),
        ("one each", ("no picture is left for validation",)),
    ],
)
def test_layouts_that_cannot_work(
    program: ModuleType,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    fault: str,
    words: tuple[str, ...],
) -> None:
    """Each ends in one line that tells the way out."""
    data = spoil_layout(tmp_path / "data", fault)
    argv = arguments(data, tmp_path / "run")
    line = line_of(program, argv, capsys)
    assert line.startswith("error: ")
    for word in words:
        assert word in line


@pytest.mark.parametrize("mode", ["scratch", "head", "partial", "finetune"])
def test_modes(
    program: ModuleType, tmp_path: Path, weights: Path, mode: str
) -> None:
    """What a mode freezes stays as it was in the file of weights."""
    more = [f"--mode={mode}"]
    if mode != "scratch":
        more.append(f"--weights={weights}")
    data = draw(tmp_path / "data")
    program.main(arguments(data, tmp_path / "run", *more))
    kept = torch.load(tmp_path / "run" / "best.pt", weights_only=True)
    before = torch.load(weights, weights_only=True)
    assert kept["classes"] == ["ants", "bees"]
    assert kept["settings"]["size"] == 32
    same = {
        name
        for name, value in before.items()
        if not name.startswith("classifier")
        and torch.equal(value, kept["state_dict"][name])
    }
    if mode in ("head", "partial"):
        assert "features.0.weight" in same
    else:
        assert "features.0.weight" not in same
    assert ("features.12.squeeze.weight" in same) == (mode == "head")


def test_last_block_of_every_network(program: ModuleType) -> None:
    """Each beginning fits some layers, and together the end of a network."""
    for network, beginnings in program.LAST_BLOCK.items():
        with torch.device("meta"):
            model = models.get_model(network, weights=None)
        names = [name for name, _ in model.named_parameters()]
        trained = [name.startswith(beginnings) for name in names]
        first = trained.index(True)
        assert first > 0, network
        assert all(trained[first:]), network
        for beginning in beginnings:
            assert any(name.startswith(beginning) for name in names), network


@pytest.mark.parametrize("mode", ["head", "finetune"])
def test_statistics_of_frozen_layers(
    program: ModuleType, tmp_path: Path, mode: str
) -> None:
    """BatchNorm of a frozen layer stands still, in its statistics too."""
    network = "mobilenet_v3_small"
    before = models.get_model(network, weights=None).state_dict()
    torch.save(before, tmp_path / "weights.pth")
    more = (f"--model={network}", f"--weights={tmp_path / 'weights.pth'}")
    data = draw(tmp_path / "data", each=3)
    program.main(arguments(data, tmp_path / "run", f"--mode={mode}", *more))
    kept = torch.load(tmp_path / "run" / "best.pt", weights_only=True)
    name = "features.0.1.running_mean"
    same = torch.equal(before[name], kept["state_dict"][name])
    assert same == (mode == "head")


@pytest.mark.parametrize("fault", ["absent", "text", "other network"])
def test_weights_that_do_not_fit(
    program: ModuleType,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    fault: str,
) -> None:
    """The line names the file of weights, and lists what does not fit."""
    path = tmp_path / "weights.pth"
    if fault == "text":
        path.write_text("no weights")
    elif fault == "other network":
        torch.save({"conv.weight": torch.zeros(1)}, path)
    data = draw(tmp_path / "data", each=2)
    more = ("--mode=head", f"--weights={path}")
    argv = arguments(data, tmp_path / "run", *more)
    line = line_of(program, argv, capsys)
    assert "weights.pth" in line
    assert len(line) < 400 or fault == "other network"
    if fault == "other network":
        assert 'Unexpected key(s) in state_dict: "conv.weight"' in line
        assert '"features.0.weight"' in line


def test_failed_download(
    program: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a net, the line names the two ways out."""
    data = draw(tmp_path / "data", each=2)
    argv = arguments(data, tmp_path / "run", "--mode=head")
    with patch("torch.hub.urlopen", side_effect=OSError("no net")):
        line = line_of(program, argv, capsys)
    for word in ("squeezenet1_1", "no net", "--weights FILE", "--mode scratch"):
        assert word in line


def interrupt(program: ModuleType, after: int) -> Any:
    """Return a patch that presses Ctrl-C in the epoch after ``after``."""
    real = program.run_epoch

    def run_epoch(model: Any, optimizer: Any, loaders: Any, *rest: Any) -> Any:
        if rest[0] > after:
            raise KeyboardInterrupt
        return real(model, optimizer, loaders, *rest)

    return patch.object(program, "run_epoch", run_epoch)


def test_resumed_run_is_the_uninterrupted_run(
    program: ModuleType,
    tmp_path: Path,
    weights: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Ctrl-C after epoch 1 of 3, then --resume: the same numbers."""
    data = draw(tmp_path / "data")
    path = tmp_path / "weights.pth"
    path.write_bytes(weights.read_bytes())
    more = ("--mode=finetune", f"--weights={path}", "--epochs=3")
    whole = program.main(arguments(data, tmp_path / "whole", *more))
    argv = arguments(data, tmp_path / "run", *more)
    with interrupt(program, after=1):
        line = line_of(program, argv, capsys, status=130)
    assert line.startswith("stopped: ")
    assert "--resume" in line
    assert "holds a run: add --resume" in line_of(program, argv, capsys)
    path.unlink()  # the run holds all that it needs
    torch.manual_seed(123)
    resumed = program.main([*argv, "--resume"])
    assert resumed == whole
    states = [
        torch.load(tmp_path / one / "last.pt", weights_only=True)["state_dict"]
        for one in ("whole", "run")
    ]
    for name, value in states[0].items():
        assert torch.equal(value, states[1][name])
    assert "has 3 epochs" in line_of(program, [*argv, "--resume"], capsys)


def test_resume_refuses_another_run(
    program: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Other pictures, another network or mode: one line."""
    data, out = draw(tmp_path / "data", each=2), tmp_path / "run"
    more = ("--mode=scratch", "--resume", "--epochs=2")
    program.main(arguments(data, out, "--mode=scratch", "--resume"))
    other = arguments(data, out, *more, "--model=mobilenet_v3_small")
    assert "--model squeezenet1_1, not mob" in line_of(program, other, capsys)
    other = arguments(data, out, *more, "--mode=head")
    assert "--mode scratch, not head" in line_of(program, other, capsys)
    picture(data / "ants" / "one_more.png")
    argv = arguments(data, out, *more)
    assert "other pictures" in line_of(program, argv, capsys)


def test_interrupted_before_the_first_epoch(
    program: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is nothing to resume, and the line does not promise it."""
    argv = arguments(draw(tmp_path / "data", each=2), tmp_path / "run")
    with interrupt(program, after=0):
        line = line_of(program, argv, capsys, status=130)
    assert line == "stopped: nothing is kept"


def test_loss_that_is_not_finite(
    program: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line, and no checkpoint of ruined weights."""
    more = ("--mode=scratch", "--learning-rate=1e18", "--batch-size=2")
    data = draw(tmp_path / "data", each=6)
    argv = arguments(data, tmp_path / "run", *more)
    line = line_of(program, argv, capsys)
    assert "not finite: lower --learning-rate" in line
    assert not (tmp_path / "run" / "best.pt").exists()


def odd_pictures(folder: Path) -> Path:
    """Write pictures of every odd kind that can be read."""
    folder.mkdir(parents=True, exist_ok=True)
    Image.new("L", (40, 40), 99).save(folder / "grey.png")
    Image.new("I;16", (40, 40), 30000).save(folder / "deep.png")
    Image.new("LA", (40, 40), (9, 0)).save(folder / "clear grey.png")
    Image.new("RGBA", (40, 40), (9, 9, 9, 0)).save(folder / "clear.png")
    Image.new("CMYK", (40, 40), (9, 9, 9, 9)).save(folder / "print.jpg")
    palette = Image.new("P", (40, 40), 1)
    palette.putpalette([0, 0, 0, 200, 100, 50])
    palette.save(folder / "palette.png", transparency=b"\x00\x80")
    frames = [Image.new("RGB", (40, 40), (one, 0, 0)) for one in (0, 250)]
    frames[0].save(
        folder / "moving.gif", save_all=True, append_images=frames[1:]
    )
    picture(folder / "tiny.png", size=(1, 1))
    picture(folder / "wide.png", size=(6000, 200))
    picture(folder / "strip.png", size=(1, 6000))
    picture(folder / "small.JPG")
    picture(folder / "two words.png")
    picture(folder / "蜂 写真.jpeg")
    return folder


def damage(folder: Path) -> Path:
    """Write a file that ends too early, and one that is no picture."""
    whole = picture(folder / "cut.jpg", size=(400, 400)).read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "text.png").write_text("no picture")
    (folder / "empty.png").touch()
    return folder


def test_odd_pictures_train(program: ModuleType, tmp_path: Path) -> None:
    """Every kind that can be read is one picture, warnings or not."""
    data = draw(tmp_path / "data", parts=("train", "val"))
    odd_pictures(data / "train" / "ants")
    odd_pictures(data / "val" / "ants")
    results = program.main(arguments(data, tmp_path / "run"))
    assert results["train_size"] == results["val_size"] == 10 + 13


def test_odd_pictures_predict(
    program: ModuleType,
    tmp_path: Path,
    finished: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The readable are classified; each of the others gets one line."""
    folder = damage(odd_pictures(tmp_path / "odd"))
    capsys.readouterr()
    argv = ["predict", str(finished), str(folder), "--device=cpu"]
    answers = program.main(argv)["predictions"]
    said = capsys.readouterr()
    assert len(answers) == len(said.out.splitlines()) == 13
    assert "two words.png" in answers
    assert re.search(r"^small\.JPG: \w+ [\d.]+%, \w+ [\d.]+%$", said.out, re.M)
    assert len(said.err.splitlines()) == 3
    for name in ("cut.jpg", "empty.png", "text.png"):
        assert re.search(rf"^skipped: \S+{name} \(.+\)$", said.err, re.M)
    argv[2] = str(folder / "cut.jpg")
    assert "no readable picture" in line_of(program, argv, capsys)
    argv[2] = str(folder / "absent.png")
    assert "no readable picture" in line_of(program, argv, capsys)


def test_colours_survive(program: ModuleType, tmp_path: Path) -> None:
    """16 bit are scaled, not cut; what is transparent is white."""
    odd_pictures(tmp_path)
    for name, colour in {
        "grey.png": (99, 99, 99),
        "deep.png": (117, 117, 117),
        "clear.png": (255, 255, 255),
        "clear grey.png": (255, 255, 255),
        "palette.png": (227, 177, 152),
        "moving.gif": (0, 0, 0),
    }.items():
        assert program.open_picture(tmp_path / name).getpixel((0, 0)) == colour
    Image.new("F", (4, 4), 1).save(tmp_path / "measured.tiff")
    with pytest.raises(OSError, match=r"measured\.tiff \(decimal numbers"):
        program.open_picture(tmp_path / "measured.tiff")


def test_damaged_pictures_are_found_before_training(
    program: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line counts them and names the first."""
    data = draw(tmp_path / "data")
    damage(data / "ants")
    argv = arguments(data, tmp_path / "run")
    line = line_of(program, argv, capsys)
    start = "error: 3 of 13 pictures cannot be read, first: "
    assert line.startswith(start)
    assert re.search(r"(cut\.jpg|text\.png|empty\.png) \(.+\): remove", line)
    assert not (tmp_path / "run" / "last.pt").exists()


def test_photo_of_a_turned_camera_stands_upright(
    program: ModuleType, tmp_path: Path
) -> None:
    """A telephone writes how it was held into the file (EXIF)."""
    image = Image.new("RGB", (40, 20))
    image.paste((250, 0, 0), (0, 0, 20, 20))  # left half red
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise: left becomes top
    image.save(tmp_path / "turned.png", exif=exif)
    upright = program.open_picture(tmp_path / "turned.png")
    assert upright.size == (20, 40)
    assert upright.getpixel((10, 5)) == (250, 0, 0)


def test_predict_names_three_classes_at_most(
    program: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The likeliest first; the shares of all classes sum to one."""
    data = draw(tmp_path / "data", each=2)
    for name in ("wasps", "flies"):
        for index in range(2):
            picture(data / name / f"{index}.png")
    program.main(arguments(data, tmp_path / "run"))
    one = str(data / "ants" / "0.png")
    checkpoint = str(tmp_path / "run" / "last.pt")
    argv = ["predict", checkpoint, one, "--device=cpu"]
    top = list(program.main(argv)["predictions"]["0.png"].values())
    assert len(top) == 3
    assert top == sorted(top, reverse=True)
    assert sum(top) < 1


@pytest.mark.parametrize("fault", ["absent", "text", "weights", "list"])
def test_predict_with_a_wrong_checkpoint(
    program: ModuleType,
    tmp_path: Path,
    weights: Path,
    capsys: pytest.CaptureFixture[str],
    fault: str,
) -> None:
    """One line names the file."""
    path = tmp_path / "best.pt"
    if fault == "text":
        path.write_text("no checkpoint")
    elif fault == "weights":
        path = weights
    elif fault == "list":
        torch.save([1, 2], path)
    argv = ["predict", str(path), str(tmp_path), "--device=cpu"]
    assert str(path) in line_of(program, argv, capsys)


def test_names_in_any_alphabet_on_a_narrow_terminal(
    program: ModuleType, tmp_path: Path, finished: Path
) -> None:
    """Where stdout knows only ASCII, a name is escaped, not a crash."""
    picture(tmp_path / "odd" / "蜂.png")
    raw = io.BytesIO()
    narrow = io.TextIOWrapper(raw, encoding="ascii")
    with patch("sys.stdout", narrow):
        program.main(
            ["predict", str(finished), str(tmp_path / "odd"), "--device=cpu"]
        )
        narrow.flush()
    assert raw.getvalue().startswith(rb"\u8702.png: ")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "command"),
        (["train"], "--data"),
        (["predict", "best.pt"], "source"),
        (["demo", "--device=warp"], "'warp'"),
        (["demo", "--epochs=0"], "1 or more"),
        (["train", "--data=x", "--out=y", "--size=8"], "32 or more"),
        (
            ["train", "--data=x", "--out=y", "--mode=scratch", "--weights=z"],
            "takes no --weights",
        ),
    ],
    ids=str,
)
def test_wrong_arguments(
    program: ModuleType,
    capsys: pytest.CaptureFixture[str],
    argv: list[str],
    words: str,
) -> None:
    """One line on stderr, status 2."""
    assert words in line_of(program, argv, capsys, status=2)


def test_out_that_cannot_be_written(
    program: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Found before any picture is opened."""
    (tmp_path / "file").touch()
    data = draw(tmp_path / "data", each=2)
    argv = arguments(data, tmp_path / "file" / "run")
    assert "cannot write to" in line_of(program, argv, capsys)


def test_batch_norm_never_meets_a_single_picture(
    program: ModuleType, tmp_path: Path
) -> None:
    """A last batch of one picture is left out."""
    data = draw(tmp_path / "data", each=2, parts=("train", "val"))
    picture(data / "train" / "ants" / "more.png")
    more = ("--mode=scratch", "--model=mobilenet_v3_small", "--batch-size=2")
    results = program.main(arguments(data, tmp_path / "run", *more))
    assert results["train_size"] == 5


def test_ctrl_c_of_a_real_process(tmp_path: Path) -> None:
    """The demo in its own process leaves no trace of a traceback."""
    code = (
        "import own_pictures as program\n"
        "def stop(*_): raise KeyboardInterrupt\n"
        "program.pass_over = stop\n"
        "program.main(['demo', '--device=cpu'])\n"
    )
    run = subprocess.run(
        [sys.executable, "-B", "-c", code],
        env={**os.environ, "PYTHONPATH": str(SCRIPT.parent)},
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert run.returncode == 130
    assert b"Traceback" not in run.stderr
    assert run.stderr.splitlines() == [b"stopped: nothing is kept"]
    assert not list(tmp_path.iterdir())


def test_real_photos(
    program: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A few photos of ants and bees, with ImageNet weights."""
    photos = DATA / "hymenoptera_data"
    weights = DATA / "weights" / "squeezenet1_1_from_ncnn_fp16.pth"
    if not photos.is_dir() or not weights.is_file():
        pytest.skip(f"no photos in {DATA}: STUDY_DATA names their folder")
    odd = ("formica.jpeg", "imageNotFound.gif")
    for part, count in (("train", 6), ("val", 4)):
        for name in COLOURS:
            found = sorted(
                (photos / part / name).iterdir(),
                key=lambda one: (one.name not in odd, one.name),
            )
            (tmp_path / "data" / part / name).mkdir(parents=True)
            for one in found[:count]:
                copy = tmp_path / "data" / part / name / one.name
                shutil.copyfile(one, copy)
    results = program.main(
        [
            *("train", f"--data={tmp_path / 'data'}", "--model=squeezenet1_1"),
            *("--mode=head", f"--weights={weights}", "--epochs=1"),
            *(f"--out={tmp_path / 'run'}", "--device=cpu"),
        ]
    )
    assert (results["train_size"], results["val_size"]) == (12, 8)
    capsys.readouterr()
    checkpoint = str(tmp_path / "run" / "best.pt")
    folder = str(tmp_path / "data" / "val")
    program.main(["predict", checkpoint, folder, "--device=cpu"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 8
    assert all(re.search(r"(ants|bees) [\d.]+%", line) for line in lines)
