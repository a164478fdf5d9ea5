"""Small folders on which other programs failed, with pictures of one colour.

All that tells pictures of one colour apart is the colour: whoever looks for
equal pictures must not take them for one, and what was seen in other projects
must not happen here. The odd pictures, broken downloads and notebooks of the
same collection stand with their kind in the other files.
"""

import os
import random
import shutil
import sys
import unicodedata
from pathlib import Path

import pytest
import torch
from PIL import Image

from tests.programs.drawn import draw_flat, flat, save, training
from tests.programs.told import Command


@pytest.mark.parametrize(
    "parts", [("Training", "Testing"), ("train_images", "val_images")]
)
def test_split_names_as_classes(
    command: Command, tmp_path: Path, parts: tuple[str, str]
) -> None:
    """It stops: these classes hold no pictures but equal folders."""
    for part in parts:
        draw_flat(tmp_path / "data" / part)
    done = command(training(tmp_path / "data", tmp_path / "run"), status=1)
    assert "train and val" in done.line


def test_ignored_endings(command: Command, tmp_path: Path) -> None:
    """50 .HEIC are told with how to convert them; .jfif is read or told."""
    data = draw_flat(tmp_path / "data")
    for index in range(50):
        (data / "ants" / f"IMG_{index}.HEIC").write_bytes(b"x")
    for index in range(30):
        image = Image.new("RGB", (40, 36), (9, index, 9))
        save(image, data / "bees" / f"web{index}.jfif", format="JPEG")
    said = command(training(data, tmp_path / "run")).said.lower()
    assert "50 .heic" in said
    assert "convert" in said
    assert "30 .jfif" in said


@pytest.mark.parametrize(
    "classes", [("valid", "invalid"), ("bus", "train", "tram")]
)
def test_class_named_like_a_split(
    command: Command, tmp_path: Path, classes: tuple[str, ...]
) -> None:
    """A folder that holds pictures itself is a class."""
    data = draw_flat(tmp_path / "data", classes)
    done = command(training(data, tmp_path / "run"))
    assert f"{len(classes)} classes" in done.out


def test_kana_in_two_forms(command: Command, tmp_path: Path) -> None:
    """Names are compared in one form, whatever system wrote them."""
    name = "ペンギン"
    for part, form in (("train", "NFC"), ("val", "NFD")):
        written = unicodedata.normalize(form, name)  # type: ignore[arg-type]
        draw_flat(tmp_path / "data" / part, (written, "b"))
    command(training(tmp_path / "data", tmp_path / "run"))


def test_what_a_mac_leaves_in_a_zip(command: Command, tmp_path: Path) -> None:
    """__MACOSX is passed over like a hidden folder."""
    data = draw_flat(tmp_path / "data")
    for name in ("ants", "bees"):
        for index in range(5):
            left = data / "__MACOSX" / name / f"._{index}.png"
            left.parent.mkdir(parents=True, exist_ok=True)
            left.write_bytes(b"\0\5\x16\7")
    (data / ".DS_Store").write_bytes(b"x")
    done = command(training(data, tmp_path / "run"))
    assert "2 classes, 8 + 2 pictures" in done.out


def test_many_bad_pictures(command: Command, tmp_path: Path) -> None:
    """It stops before training and names all: one round of cleaning."""
    data = draw_flat(tmp_path / "data", each=9)
    for index in (1, 4, 6):
        (data / "ants" / f"{index}.png").write_text("<html>404</html>")
    done = command(training(data, tmp_path / "run"), status=1)
    assert all(f"ants/{index}.png" in done.said for index in (1, 4, 6))


def test_own_run_as_weights(command: Command, tmp_path: Path) -> None:
    """A new run, with one class more, starts from an own checkpoint."""
    data = draw_flat(tmp_path / "data")
    command(training(data, tmp_path / "one"))
    draw_flat(data, ("ants", "bees", "wasps"))
    best = tmp_path / "one" / "best.pt"
    more = ("--mode=finetune", f"--weights={best}")
    command(training(data, tmp_path / "two", *more))
    kept = torch.load(tmp_path / "two" / "best.pt", weights_only=True)
    assert kept["classes"] == ["ants", "bees", "wasps"]


def test_rare_class_overlooked(command: Command, tmp_path: Path) -> None:
    """Beside the accuracy stands what always answering common reaches."""
    noise = random.Random(0)
    for name, count in (("common", 45), ("rare", 5)):
        for index in range(count):
            pixels = noise.randbytes(4320)
            image = Image.frombytes("RGB", (40, 36), pixels)
            save(image, tmp_path / "data" / name / f"{index}.png")
    more = ("--mode=scratch", "--learning-rate=0.003", "--epochs=3")
    done = command(training(tmp_path / "data", tmp_path / "run", *more))
    assert "always" in done.out
    assert "rare: 0 of " in done.out


def test_several_pictures_to_predict(command: Command, tmp_path: Path) -> None:
    """``predict best.pt *.png``, which the shell writes out."""
    data = draw_flat(tmp_path / "data")
    command(training(data, tmp_path / "run"))
    paths = map(str, sorted((data / "ants").iterdir()))
    argv = ["predict", str(tmp_path / "run" / "best.pt"), *paths]
    done = command([*argv, "--device=cpu"])
    assert len(done.result["predictions"]) == 5


def test_last_batch_of_one(command: Command, tmp_path: Path) -> None:
    """Five pictures in batches of two, with BatchNorm."""
    data = tmp_path / "data"
    for part in ("train", "val"):
        draw_flat(data / part, each=2)
    flat(data / "train" / "ants" / "more.png")
    more = ("--mode=scratch", "--model=mobilenet_v3_small", "--batch-size=2")
    command(training(data, tmp_path / "run", *more))


def test_resume_with_safe_loading(command: Command, tmp_path: Path) -> None:
    """A checkpoint that holds more than weights opens again."""
    data, run = draw_flat(tmp_path / "data"), tmp_path / "run"
    command(training(data, run))
    more = ("--mode=scratch", "--resume", "--epochs=2")
    assert len(command(training(data, run, *more)).result["history"]) == 2


def test_class_missing_in_val(command: Command, tmp_path: Path) -> None:
    """Later labels do not shift, and what is not validated is told."""
    names = ("0", "180", "270", "90")
    for part in ("train", "val"):
        draw_flat(tmp_path / "data" / part, names)
    shutil.rmtree(tmp_path / "data" / "val" / "180")
    done = command(training(tmp_path / "data", tmp_path / "run"))
    assert "180: 5 train, 0 val (none" in done.out


def test_hidden_files(command: Command, tmp_path: Path) -> None:
    """Two classes and ten pictures, whatever systems and tools leave."""
    data = draw_flat(tmp_path / "data")
    (data / ".DS_Store").write_bytes(b"x")
    (data / "ants" / "._0.png").write_bytes(b"x")
    (data / "ants" / "Thumbs.db").write_bytes(b"x")
    flat(data / ".ipynb_checkpoints" / "0.png")
    flat(data / "ants" / ".ipynb_checkpoints" / "0.png")
    done = command(training(data, tmp_path / "run"))
    assert "2 classes, 8 + 2 pictures" in done.out


def test_numbers_as_class_names(command: Command, tmp_path: Path) -> None:
    """Answers carry the folder's name, not a number of the order."""
    names = ("1", "2", "10", "100")
    data = draw_flat(tmp_path / "data", names)
    command(training(data, tmp_path / "run"))
    best = tmp_path / "run" / "best.pt"
    kept = torch.load(best, weights_only=True)
    assert set(kept["classes"]) == set(names)
    one = str(data / "100" / "0.png")
    command(["predict", str(best), one, "--device=cpu"])


@pytest.mark.skipif(sys.platform != "linux", reason="names must be Unicode")
def test_names_that_are_no_utf8(command: Command, tmp_path: Path) -> None:
    """From an old Japanese Windows: train and predict."""
    data = draw_flat(tmp_path / "data", ("bee", "ant"))
    for name, letter in (("bee", "蜂"), ("ant", "蟻")):
        new = os.fsencode(data) + b"/" + letter.encode("cp932")
        os.rename(os.fsencode(data / name), new)
    command(training(data, tmp_path / "run"))
    best = str(tmp_path / "run" / "best.pt")
    done = command(["predict", best, str(data), "--device=cpu"])
    assert len(done.result["predictions"]) == 10
