"""The program takes folders as people have them, in any language."""

import io
import os
import re
import shutil
import sys
import unicodedata
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import pytest
import torch

from tests.programs.drawn import draw, flat, save, scene, tinted, training
from tests.programs.small import stand_in
from tests.programs.told import Command, Ended, counts, totals

FIVE = {"ants": 5, "bees": 5}
WHOLE = {"ants": (5, 5), "bees": (5, 5)}


def trained(command: Command, data: Path, name: str = "run") -> Ended:
    """Train on a folder; the run is kept beside it."""
    return command(training(data, data.parent / name))


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (("",), False),
        (("train", "val"), True),
        (("train", "valid"), True),
        (("train", "validation", "test"), True),
        (("Train", "Validation"), True),
        (("TRAIN", "VAL", "TEST"), True),
        (("train", "test"), False),
    ],
    ids=str,
)
def test_layouts(
    command: Command, tmp_path: Path, parts: tuple[str, ...], whole: bool
) -> None:
    """The usual layouts are understood, classes and counts printed first."""
    done = trained(command, draw(tmp_path / "data", parts=parts))
    found = counts(done)
    if whole:
        assert found == WHOLE
    else:
        assert totals(done) == FIVE
    total = [sum(pair) for pair in zip(*found.values(), strict=True)]
    assert f"2 classes, {total[0]} + {total[1]} pictures" in done.out
    assert done.out.index("2 classes") < done.out.index("epoch")
    assert done.result["train_size"] == total[0]
    assert done.result["val_size"] == total[1]


@pytest.mark.parametrize(
    "parts",
    [
        ("Training", "Testing"),
        ("train_images", "val_images"),
        ("seg_train", "seg_test"),
        ("my-train", "my-val"),
        ("flowers_train", "flowers_validation", "flowers_test"),
    ],
    ids=" ".join,
)
def test_splits_called_otherwise(
    command: Command, tmp_path: Path, parts: tuple[str, ...]
) -> None:
    """Folders that hold the same folders are no classes: it stops."""
    data = draw(tmp_path / "data", parts=parts)
    done = command(training(data, tmp_path / "run"), status=1)
    assert parts[0] in done.said
    assert "train" in done.said
    assert "val" in done.said or "--data" in done.said
    assert not list(tmp_path.glob("run/*.pt"))


@pytest.mark.parametrize(
    "classes",
    [
        ("valid", "invalid"),
        ("bus", "train", "tram"),
        ("test", "train", "val", "x"),
        ("Validation", "sheep"),
    ],
    ids=" ".join,
)
def test_classes_called_like_splits(
    command: Command, tmp_path: Path, classes: tuple[str, ...]
) -> None:
    """A folder that holds pictures itself is a class."""
    data = draw(tmp_path / "data", classes=classes)
    assert totals(trained(command, data)) == dict.fromkeys(classes, 5)


def test_class_called_train_with_folders_in_it(
    command: Command, tmp_path: Path
) -> None:
    """No val or test beside train: the vehicle, with its two kinds."""
    names = ("plane", "train")
    data = tmp_path / "data"
    for name in names:
        draw(data / name, classes=("old", "new"))
    assert totals(trained(command, data)) == {"plane": 10, "train": 10}


def test_class_called_train_inside_a_split(
    command: Command, tmp_path: Path
) -> None:
    """train/train, train/val, val/train, val/val: two classes."""
    names = ("train", "val")
    data = draw(tmp_path / "data", classes=names, parts=("train", "val"))
    assert counts(trained(command, data)) == dict.fromkeys(names, (5, 5))


def test_class_missing_in_val_shifts_no_label(
    command: Command, tmp_path: Path
) -> None:
    """Train alone decides the numbers; that one is not validated is said."""
    names = ("0", "180", "270", "90")
    data = draw(tmp_path / "data", classes=names, parts=("train", "val"))
    shutil.rmtree(data / "val" / "180")
    done = trained(command, data)
    assert "180: 5 train, 0 val (none" in done.out
    kept = torch.load(tmp_path / "run" / "best.pt", weights_only=True)
    assert set(kept["classes"]) == set(names)


def test_numbers_as_class_names(command: Command, tmp_path: Path) -> None:
    """Answers carry the folder's name, not a number of the order."""
    names = ("1", "2", "10", "100")
    data = draw(tmp_path / "data", classes=names)
    assert set(counts(trained(command, data))) == set(names)
    one = str(data / "100" / "0.png")
    argv = ["predict", str(tmp_path / "run" / "best.pt"), one, "--device=cpu"]
    answer = command(argv).result["predictions"]["0.png"]
    assert set(answer) < set(names)


def test_a_single_picture_goes_to_training(
    command: Command, tmp_path: Path
) -> None:
    """It trains, and the program says that nothing validates the class."""
    data = draw(tmp_path / "data")
    flat(data / "wasps" / "only.png")
    done = trained(command, data)
    assert counts(done)["wasps"] == (1, 0)
    assert "wasps: 1 train, 0 val (none" in done.out


def spoil(data: Path, fault: str) -> Path:
    """Make a layout that cannot work; return what to give as --data."""
    if fault == "missing":
        return data / "nowhere"
    if fault == "a file":
        return flat(data / "one.png")
    if fault == "empty":
        data.mkdir(parents=True)
    elif fault == "val alone":
        return draw(data, parts=("val",))
    elif fault == "level too high":
        draw(data / "inner", parts=("train", "val"))
    elif fault == "only class is train":
        draw(data / "train", parts=("train",))
    elif fault == "level too low":
        return draw(data) / "ants"
    elif fault == "empty class":
        (draw(data) / "wasps").mkdir()
    elif fault == "class only in val":
        draw(data, parts=("train", "val"))
        flat(data / "val" / "wasps" / "0.png")
    elif fault == "one each":
        draw(data, each=1)
    elif fault == "only photos of a phone":
        draw(data)
        for index in range(9):
            path = data / "wasps" / f"IMG_{index}.HEIC"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"x")
    return data


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("missing", ("nowhere is not a folder",)),
        ("a file", ("one.png is not a folder",)),
        ("empty", ("two or more class folders",)),
        ("val alone", ("folder val, but no train",)),
        ("level too high", ("one level too high", "inner")),
        ("only class is train", ("one level too high", "--data", "train")),
        ("level too low", ("two or more class folders", "too low")),
        ("empty class", ("'wasps'", "no picture", ".jpg")),
        ("class only in val", ("train lacks", "'wasps'")),
        ("one each", ("no picture is left for validation",)),
        ("only photos of a phone", ("'wasps'", "no picture")),
    ],
)
def test_layouts_that_cannot_work(
    command: Command, tmp_path: Path, fault: str, words: tuple[str, ...]
) -> None:
    """Each ends in one line that tells the way out."""
    data = spoil(tmp_path / "data", fault)
    done = command(training(data, tmp_path / "run"), status=1)
    for word in words:
        assert word in done.line
    if "phone" in fault:
        assert "9 .heic" in done.said.lower()


def test_empty_val(command: Command, tmp_path: Path) -> None:
    """It is not said that there is none."""
    data = draw(tmp_path / "data", parts=("train",))
    (data / "val").mkdir()
    done = command(training(data, tmp_path / "run"), status=None)
    assert "no folder val" not in done.said
    assert done.status or totals(done) == FIVE


# What is left out -----------------------------------------------------------


def leave_out(folder: Path) -> None:
    """Write what no program without more packages reads."""
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(7):
        (folder / f"IMG_{index}.HEIC").write_bytes(b"x")
    for name in ("a.CR2", "b.nef", "c.mp4", "d.psd", "e.svg", "noending"):
        (folder / name).write_bytes(b"x")


def test_left_out_endings_are_told(command: Command, tmp_path: Path) -> None:
    """How many of which ending, and how to convert the phone's photos."""
    data = draw(tmp_path / "data")
    leave_out(data / "ants")
    for index in range(3):
        (data / "bees" / f"IMG_{index}.heic").write_bytes(b"x")
    done = trained(command, data)
    said = done.said.lower()
    assert "10 .heic" in said
    for ending in (".cr2", ".nef", ".mp4", ".psd", ".svg"):
        assert f"1 {ending}" in said
    assert "convert" in said
    assert totals(done) == FIVE


def test_left_out_endings_are_told_in_predict(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """New photos of a phone are not passed over in silence."""
    leave_out(tmp_path / "new")
    save(scene("x"), tmp_path / "new" / "x.png")
    argv = ["predict", str(finished), str(tmp_path / "new"), "--device=cpu"]
    assert "7 .heic" in command(argv).said.lower()


def test_heic_alone_to_predict(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """One photo of a phone: the line says how to convert it."""
    (tmp_path / "IMG_1.HEIC").write_bytes(b"\0\0\0\x18ftypheic")
    one = str(tmp_path / "IMG_1.HEIC")
    argv = ["predict", str(finished), one, "--device=cpu"]
    done = command(argv, status=1)
    assert "convert" in done.said.lower()


def test_jfif_is_a_picture(command: Command, tmp_path: Path) -> None:
    """What a browser saves is an ordinary JPEG: read, or told."""
    data = draw(tmp_path / "data", each=4)
    for name in ("ants", "bees"):
        save(tinted("web", name), data / name / "web.jfif", format="JPEG")
    done = trained(command, data)
    assert totals(done) == FIVE or "2 .jfif" in done.said.lower()


# Hidden and system folders, links, outputs ----------------------------------

SYSTEM = (
    ".ipynb_checkpoints",
    "__MACOSX",
    "@eaDir",
    "$RECYCLE.BIN",
    "System Volume Information",
    ".Trash-1000",
    ".thumbnails",
    "__pycache__",
    "lost+found",
)


@pytest.mark.parametrize("place", ["", "ants"])
def test_system_folders(command: Command, tmp_path: Path, place: str) -> None:
    """What systems leave behind is neither a class nor a picture."""
    data = draw(tmp_path / "data")
    for name in SYSTEM:
        save(scene(name), data / place / name / "0.png")
        save(scene(name), data / place / name / "ants" / "0.png")
    done = trained(command, data)
    assert totals(done) == FIVE
    assert "2 classes, 8 + 2 pictures" in done.out


def test_hidden_files(command: Command, tmp_path: Path) -> None:
    """._0.png, .DS_Store, Thumbs.db and desktop.ini: ten pictures stay."""
    data = draw(tmp_path / "data")
    for place in (data, data / "ants"):
        for name in (".DS_Store", "._0.png", "Thumbs.db", "desktop.ini"):
            (place / name).write_bytes(b"\0\5\x16\7")
    save(scene("hidden"), data / "ants" / ".hidden.png")
    assert "2 classes, 8 + 2 pictures" in trained(command, data).out


def test_hidden_above_the_folder(command: Command, tmp_path: Path) -> None:
    """Only what lies below --data may be hidden, not --data itself."""
    data = draw(tmp_path / ".cache" / "__MACOSX" / "data")
    assert totals(command(training(data, tmp_path / "run"))) == FIVE


def test_links(command: Command, tmp_path: Path) -> None:
    """Linked pictures, classes and data count; rings end."""
    stored = draw(tmp_path / "stored", each=4)
    data = tmp_path / "data"
    data.mkdir()
    (data / "ants").symlink_to(stored / "ants")
    draw(data, each=4, classes=("bees",))
    for name in ("ants", "bees"):
        more = save(tinted("more", name), tmp_path / f"{name}.png")
        (data / name / "4.png").symlink_to(more)
    (data / "bees" / "ring").symlink_to(data)
    (data / "broken").symlink_to(tmp_path / "nowhere")
    linked = tmp_path / "linked"
    linked.symlink_to(data)
    assert totals(command(training(linked, tmp_path / "run"))) == FIVE


def test_broken_link(command: Command, tmp_path: Path) -> None:
    """It is named as unreadable, or passed over."""
    data = draw(tmp_path / "data")
    (data / "bees" / "broken.png").symlink_to(tmp_path / "nowhere.png")
    done = command(training(data, tmp_path / "run"), status=None)
    if done.status:
        assert "bees/broken.png" in done.line
    else:
        assert totals(done) == FIVE


def test_folder_called_like_a_picture(command: Command, tmp_path: Path) -> None:
    """ants/deep.png is a folder: what is in it counts, it does not."""
    data = draw(tmp_path / "data", each=4)
    for name in ("ants", "bees"):
        save(tinted("deep", name), data / name / "deep.png" / "4.jpg")
    assert totals(trained(command, data)) == FIVE


@pytest.mark.timeout(30)
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipe_called_like_a_picture(command: Command, tmp_path: Path) -> None:
    """Nobody writes into it: whoever opened it would wait for ever."""
    data = draw(tmp_path / "data")
    os.mkfifo(data / "ants" / "pipe.png")
    assert totals(trained(command, data)) == FIVE


@pytest.mark.parametrize(
    "out", ["run", "ants/run", "train", ".", "ants", "run/deeper"]
)
def test_out_inside_data(command: Command, tmp_path: Path, out: str) -> None:
    """What the program writes is no class and no picture in a later run."""
    data = draw(tmp_path / "data")
    done = command(training(data, data / out), status=None)
    if done.status:
        assert out == "ants"  # a class's own folder may be refused
        assert "--out" in done.line
    done = trained(command, data)
    assert totals(done) == FIVE
    kept = sorted(path for path in data.rglob("*") if path.is_file())
    before = [path.read_bytes() for path in kept]
    trained(command, data, "once more")
    assert [path.read_bytes() for path in kept] == before


def test_evaluation_inside_data(command: Command, tmp_path: Path) -> None:
    """Pictures and tables that evaluate draws are no pictures to learn."""
    data = draw(tmp_path / "data")
    command(training(data, data / "run"))
    best = str(data / "run" / "best.pt")
    command(["evaluate", best, str(data), "--device=cpu"])
    done = trained(command, data)
    assert totals(done) == FIVE
    again = command(["evaluate", best, str(data), "--device=cpu"])
    assert "of 10)" in again.out


def test_half_written_files(command: Command, tmp_path: Path) -> None:
    """Downloads under way and leftovers of a crash are passed over."""
    data = draw(tmp_path / "data")
    for name in ("9.png.part", "9.png.crdownload", "9.png.tmp", "9.png~"):
        (data / "ants" / name).write_bytes(b"x")
    run = tmp_path / "run"
    run.mkdir()
    for name in ("last.tmp", "best.tmp", "best.pt.tmp", "features.tmp"):
        (run / name).write_bytes(b"half")
    assert totals(trained(command, data)) == FIVE


# Names ----------------------------------------------------------------------

PENGUIN = "ペンギン"
PLAIN, MARKED = (unicodedata.normalize(f, PENGUIN) for f in ("NFC", "NFD"))


@pytest.mark.parametrize(
    ("train", "val"), [(PLAIN, MARKED), (MARKED, PLAIN), (MARKED, MARKED)]
)
def test_kana_in_two_forms(
    command: Command, tmp_path: Path, train: str, val: str
) -> None:
    """A copy from a Mac writes names otherwise: it is the same class."""
    data = tmp_path / "data"
    draw(data, classes=(train, "b"), parts=("train",))
    draw(data, classes=(val, "b"), parts=("val",))
    done = trained(command, data)
    assert counts(done) == {PLAIN: (5, 5), "b": (5, 5)}
    kept = torch.load(tmp_path / "run" / "best.pt", weights_only=True)
    assert PLAIN in kept["classes"]
    best = str(tmp_path / "run" / "best.pt")
    done = command(["evaluate", best, str(data / "val"), "--device=cpu"])
    assert "of 10)" in done.out


def test_two_folders_of_one_name(command: Command, tmp_path: Path) -> None:
    """In two forms side by side they are one class, or it stops."""
    data = draw(tmp_path / "data", classes=(PLAIN, "b"))
    draw(data, each=3, classes=(MARKED,))
    done = command(training(data, tmp_path / "run"), status=None)
    if done.status:
        assert PLAIN in unicodedata.normalize("NFC", done.line)
    else:
        assert sorted(counts(done)) == sorted((PLAIN, "b"))
        assert sum(counts(done)[PLAIN]) == 8


def test_resume_after_a_copy_from_a_mac(
    command: Command, tmp_path: Path
) -> None:
    """The same names in the other form are the same pictures."""
    data, run = draw(tmp_path / "data", classes=(PLAIN, "b")), tmp_path / "run"
    save(tinted("more", "b"), data / "b" / f"{PLAIN}.png")
    command(training(data, run))
    (data / PLAIN).rename(data / MARKED)
    (data / "b" / f"{PLAIN}.png").rename(data / "b" / f"{MARKED}.png")
    argv = training(data, run, "--mode=scratch", "--resume", "--epochs=2")
    assert len(command(argv).result["history"]) == 2


ODD_NAMES = (
    "猫と犬",
    "كلب Ångström 🐝",
    "--resume",
    "100% {0} %s",
    "a, b; 'c' \"d\"",
    "a: 5 train",
    "[x]*?",
    "x" * 200,
    "c\\d.png",
    "line\nbreak",
)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_names_in_any_language(
    command: Command, tmp_path: Path, name: str
) -> None:
    """Of classes and of pictures, for every command."""
    data = draw(tmp_path / name / "data", classes=(name, "b"))
    save(tinted("more", name), data / name / f"{name}.png")
    run = tmp_path / "run"
    done = command(training(data, run))
    assert done.result["train_size"] + done.result["val_size"] == 11
    kept = torch.load(run / "best.pt", weights_only=True)
    assert unicodedata.normalize("NFC", name) in kept["classes"]
    best = str(run / "best.pt")
    done = command(["predict", best, str(data / name), "--device=cpu"])
    answers = done.result["predictions"]
    assert len(answers) == 6
    assert f"{name}.png" in answers
    command(["evaluate", best, str(data), "--device=cpu"])


@pytest.mark.skipif(sys.platform != "linux", reason="names must be Unicode")
def test_names_that_are_no_utf8(command: Command, tmp_path: Path) -> None:
    """An old Japanese Windows (cp932): train, evaluate, predict, resume."""
    data = draw(tmp_path / "data", classes=("a", "b"))
    for old, new in (("a", "蜂"), ("b", "蟻")):
        os.rename(data / old, os.fsencode(data) + b"/" + new.encode("cp932"))
        folder = os.fsencode(data) + b"/" + new.encode("cp932")
        os.rename(folder + b"/0.png", folder + b"/\x83\x5c.png")
    run = tmp_path / "run"
    command(training(data, run))
    best = str(run / "best.pt")
    done = command(["predict", best, str(data), "--device=cpu"])
    assert len(done.result["predictions"]) == 10
    command(["evaluate", best, str(data), "--device=cpu"])
    command(training(data, run, "--mode=scratch", "--resume", "--epochs=2"))


@pytest.mark.parametrize("encoding", ["ascii", "cp932", "latin-1"])
def test_names_on_a_narrow_terminal(
    program: ModuleType, tmp_path: Path, finished: Path, encoding: str
) -> None:
    """Where the output knows few letters a name is escaped, no crash."""
    for name in ("蜂", "🐝", "é"):
        save(scene(name), tmp_path / "odd" / f"{name}.png")
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    err = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    (tmp_path / "odd" / "壊れ🐝.png").write_text("no picture")
    argv = ["predict", str(finished), str(tmp_path / "odd"), "--device=cpu"]
    with stand_in(), patch("sys.stdout", out), patch("sys.stderr", err):
        program.main(argv)
        out.flush()
        err.flush()
    said = out.buffer.getvalue()
    assert said.count(b".png: ") == 3
    if encoding == "ascii":
        assert rb"\u8702.png: " in said


def test_classes_are_described_first(command: Command, tmp_path: Path) -> None:
    """Classes, counts, sizes and the share of the largest class."""
    data = draw(tmp_path / "data", each=10)
    draw(data, each=30, classes=("wasps",))
    save(scene("big", (300, 200)), data / "ants" / "big.png")
    out = trained(command, data).out
    before = out[: out.index("epoch")]
    assert "3 classes" in before
    assert "300" in before  # the largest side
    assert "200" in before
    assert "40" in before
    assert re.search(r"wasps.* [\d.]+%|[\d.]+% .*wasps", before)
