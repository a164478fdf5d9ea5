"""The program says how good a network is, and what new pictures show."""

import csv
import json
import math
import os
import shutil
import sys
import unicodedata
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import models, transforms

from tests.programs import watched
from tests.programs.drawn import draw, flat, save, scene, tinted, training
from tests.programs.small import stand_in
from tests.programs.told import Command, Ended, checked

NAMES = ("ants", "bees", "flies", "wasps")


@pytest.fixture(scope="module")
def trained(command: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkpoint of four classes; its pictures are in ../data."""
    folder = tmp_path_factory.mktemp("four")
    data = draw(folder / "data", classes=NAMES)
    command(training(data, folder / "run"))
    return folder / "run" / "best.pt"


def head_of(kept: dict[str, Any]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the weight and the bias of a SqueezeNet's last layer."""
    state = kept["state_dict"]
    return state["classifier.1.weight"], state["classifier.1.bias"]


def rigged(source: Path, path: Path, name: str = "ants") -> Path:
    """Write a checkpoint that answers one class, whatever it sees."""
    kept = torch.load(source, weights_only=True)
    weight, bias = head_of(kept)
    weight.zero_()
    bias.copy_(torch.tensor([2.0 * (one == name) for one in kept["classes"]]))
    torch.save(kept, path)
    return path


def lively(source: Path, path: Path) -> Path:
    """Write a checkpoint whose answers differ from picture to picture."""
    kept = torch.load(source, weights_only=True)
    generator = torch.Generator().manual_seed(1)
    weight, bias = head_of(kept)
    weight.copy_(torch.randn(weight.shape, generator=generator) * 0.3)
    bias.zero_()
    torch.save(kept, path)
    return path


def predict(command: Command, best: Path, *more: object) -> dict[str, Any]:
    """Return the program's answers."""
    argv = ["predict", str(best), *map(str, more), "--device=cpu"]
    answers: dict[str, Any] = command(argv).result["predictions"]
    return answers


def evaluate(command: Command, best: Path, *more: object) -> Ended:
    """Measure on a labelled folder."""
    argv = ["evaluate", str(best), *map(str, more), "--device=cpu"]
    return command(argv)


# Evaluate -------------------------------------------------------------------


def test_accuracy_with_its_interval(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """7 of 10 are right, and what that says of the next pictures."""
    best = rigged(finished, tmp_path / "best.pt")
    data = draw(tmp_path / "data", each=7, classes=("ants",))
    draw(data, each=3, classes=("bees",))
    done = evaluate(command, best, data)
    assert done.result["accuracy"] == pytest.approx(0.7)
    low, high = done.result["interval"]
    assert 0.34 < low < 0.41  # exact: 34.8 to 93.3 %, Wilson's: 39.7 to 89.2 %
    assert 0.88 < high < 0.94
    assert "70.0%" in done.out or "70%" in done.out
    assert f"{low:.1%}" in done.out or f"{low:.0%}" in done.out
    assert f"{high:.1%}" in done.out or f"{high:.0%}" in done.out
    assert "of 10" in done.out


@pytest.mark.parametrize("name", ["ants", "bees"])
def test_interval_is_one_at_the_edges(
    command: Command, tmp_path: Path, finished: Path, name: str
) -> None:
    """All right or all wrong of few: the rest is not known."""
    best = rigged(finished, tmp_path / "best.pt")
    data = draw(tmp_path / "data", each=5, classes=(name,))
    done = evaluate(command, best, data)
    low, high = done.result["interval"]
    if name == "ants":
        assert done.result["accuracy"] == 1
        assert 0.4 < low < 0.7
        assert high == pytest.approx(1)
    else:
        assert done.result["accuracy"] == 0
        assert low == pytest.approx(0, abs=1e-9)
        assert 0.3 < high < 0.6


def test_interval_narrows_with_pictures(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """Eight times as many pictures tell it nearly three times as well."""
    best = rigged(finished, tmp_path / "best.pt")
    widths = []
    for each in (8, 60):
        data = draw(tmp_path / str(each), each=each)
        low, high = evaluate(command, best, data).result["interval"]
        widths.append(high - low)
    assert 2 < widths[0] / widths[1] < 3.6


def test_evaluation_is_that_of_predict(
    command: Command, tmp_path: Path, trained: Path
) -> None:
    """Accuracy, classes, matrix and mistakes follow from the answers."""
    best = lively(trained, tmp_path / "best.pt")
    data = draw(tmp_path / "data", each=12, classes=NAMES)
    file = tmp_path / "found.json"
    done = evaluate(command, best, data, f"--json={file}")
    found = json.loads(file.read_text("utf-8"))
    matrix = [[0] * 4 for _ in NAMES]
    wrong = []
    for row, name in enumerate(NAMES):
        answers = predict(command, best, data / name, "--top=4")
        for one, shares in answers.items():
            said = max(shares, key=shares.__getitem__)
            matrix[row][NAMES.index(said)] += 1
            if said != name:
                wrong.append((shares[said], f"{name}/{one}", said))
    assert len(wrong) > 12
    assert found["names"] == [*NAMES]
    assert found["confusion"] == matrix
    right = sum(matrix[at][at] for at in range(4))
    assert found["accuracy"] == pytest.approx(right / 48)
    for row, name in enumerate(NAMES):
        own = {"right": matrix[row][row], "of": 12}
        assert found["classes"][name] == own
    wrong.sort(reverse=True)
    mistakes = found["mistakes"][:10]
    assert len(mistakes) == 10
    assert wrong[9][0] > wrong[10][0]
    for one, (share, path, said) in zip(mistakes, wrong, strict=False):
        assert one["share"] == pytest.approx(share, abs=1e-4)
        assert one["answer"] == said
        assert one["picture"] == path
        assert one["truth"] == path.split("/")[0]
    assert done.result["confusion"] == matrix


def test_mistakes_are_shown_with_their_paths(
    command: Command, tmp_path: Path, trained: Path
) -> None:
    """Ten, the surest first: often it is the label that is wrong."""
    best = lively(trained, tmp_path / "best.pt")
    data = draw(tmp_path / "data", each=12, classes=NAMES)
    done = evaluate(command, best, data)
    places = [
        (done.out.find(str(one["picture"])), one["share"])
        for one in done.result["mistakes"][:10]
    ]
    assert min(place for place, _ in places) > 0
    assert sorted(places) == places
    shares = [share for _, share in places]
    assert shares == sorted(shares, reverse=True)


def test_results_per_class_are_shown(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """How many of each class were found; one never predicted is warned of."""
    best = rigged(finished, tmp_path / "best.pt")
    data = draw(tmp_path / "data", each=7, classes=("ants",))
    draw(data, each=3, classes=("bees",))
    done = evaluate(command, best, data)
    assert any(
        "ants" in line and "100" in line and "7" in line
        for line in done.out.splitlines()
    )
    assert any(
        "never" in line and "bees" in line for line in done.said.splitlines()
    )


def test_matrix_as_text(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """A row is what the pictures are, a column what they were called."""
    best = rigged(finished, tmp_path / "best.pt")
    data = draw(tmp_path / "data", each=7, classes=("ants",))
    draw(data, each=3, classes=("bees",))
    done = evaluate(command, best, data)
    assert done.result["confusion"] == [[7, 0], [3, 0]]
    rows = [line.split() for line in done.out.splitlines()]
    assert any(row[-3:] == ["7", "0", "ants"] for row in rows)
    assert any(row[-3:] == ["3", "0", "bees"] for row in rows)


@pytest.mark.parametrize("count", [2, 30])
def test_matrix_as_a_picture(
    command: Command, tmp_path: Path, count: int
) -> None:
    """A PNG that can be opened, for two classes and for thirty."""
    names = [f"蜂{number:02} long name" for number in range(count)]
    data = draw(tmp_path / "data", each=2, classes=names)
    command(training(data, tmp_path / "run"))
    file = tmp_path / "matrix.png"
    best = tmp_path / "run" / "best.pt"
    evaluate(command, best, data, f"--figure={file}")
    image = Image.open(file).convert("RGB")
    assert min(image.size) >= 100
    assert len(image.getcolors(1 << 20) or [0] * 99) > 2


def test_evaluate_goes_on_with_classes_that_are_missing(
    command: Command, tmp_path: Path, trained: Path
) -> None:
    """A test folder may lack a class: nothing is divided by zero."""
    data = draw(tmp_path / "data", classes=("bees", "wasps"))
    file = tmp_path / "found.json"
    done = evaluate(command, trained, data, f"--json={file}")
    assert "NaN" not in file.read_text("utf-8")
    assert "nan" not in done.out
    confusion = done.result["confusion"]
    assert [sum(row) for row in confusion] == [0, 5, 0, 5]


def test_evaluate_tells_of_unknown_classes(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """A folder that is no class of the network is named, not misread."""
    data = draw(tmp_path / "data", classes=("ants", "bees", "beetles"))
    argv = ["evaluate", str(finished), str(data), "--device=cpu"]
    done = command(argv, status=None)
    assert "beetles" in done.said
    if not done.status:
        assert sum(map(sum, done.result["confusion"])) == 10


def test_evaluate_one_level_off(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """The folder of one class, or of a whole split: one line says so."""
    data = draw(tmp_path / "data", parts=("train", "val"))
    for source in (data, data / "val" / "ants"):
        argv = ["evaluate", str(finished), str(source), "--device=cpu"]
        done = command(argv, status=1)
        assert "ants" in done.line
        assert "bees" in done.line


def test_evaluate_names_what_it_cannot_read(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """They are no mistakes, and no reason to stop without naming all."""
    data = draw(tmp_path / "data")
    for index in range(3):
        (data / "ants" / f"bad{index}.png").write_text("no picture")
    argv = ["evaluate", str(finished), str(data), "--device=cpu"]
    done = command(argv, status=None)
    for index in range(3):
        assert f"bad{index}.png" in done.said
    if not done.status:
        assert sum(map(sum, done.result["confusion"])) == 10


def test_evaluate_as_csv(
    command: Command, tmp_path: Path, trained: Path
) -> None:
    """A row a picture: where it is, what it is, and what it was called."""
    best = lively(trained, tmp_path / "best.pt")
    data = draw(tmp_path / "data", classes=NAMES)
    file = tmp_path / "found.csv"
    done = evaluate(command, best, data, f"--csv={file}")
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 20
    right = sum(row["truth"] == row["answer"] for row in rows)
    assert done.result["accuracy"] == pytest.approx(right / 20)
    for row in rows:
        assert (data / row["picture"]).is_file()
        assert row["picture"].startswith(row["truth"])


# Files ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["predict", "evaluate"])
@pytest.mark.parametrize("option", ["json", "csv", "figure"])
def test_answers_overwrite_nothing(
    command: Command, tmp_path: Path, finished: Path, name: str, option: str
) -> None:
    """A file that is there stays, and that is said before the work."""
    if (name, option) == ("predict", "figure"):
        pytest.skip("predict draws none")
    file = tmp_path / ("x.png" if option == "figure" else f"x.{option}")
    file.write_text("mine")
    data = str(finished.parent.parent / "data")
    argv = [name, str(finished), data, f"--{option}={file}", "--device=cpu"]

    def never(*_: object) -> None:
        raise AssertionError("it began to work")

    with watched.at_each_pass(never):
        done = command(argv, status=None)
    assert done.status in (1, 2)
    assert file.name in done.line
    assert file.read_text() == "mine"


def test_two_answers_into_one_file(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """The second would overwrite the first."""
    file, data = tmp_path / "x", str(finished.parent.parent / "data")
    argv = ["evaluate", str(finished), data, "--device=cpu"]
    done = command([*argv, f"--json={file}", f"--csv={file}"], status=None)
    assert done.status in (1, 2)
    assert str(file) in done.line


@pytest.mark.parametrize("name", ["predict", "evaluate"])
@pytest.mark.parametrize("option", ["json", "csv", "figure"])
def test_answers_into_nowhere(
    command: Command, tmp_path: Path, finished: Path, name: str, option: str
) -> None:
    """A folder that is not there, or a folder itself: said at once."""
    if (name, option) == ("predict", "figure"):
        pytest.skip("predict draws none")
    data = str(finished.parent.parent / "data")
    ending = "png" if option == "figure" else option
    for file in (tmp_path / "no" / f"x.{ending}", tmp_path):
        argv = [name, str(finished), data, "--device=cpu"]
        done = command([*argv, f"--{option}={file}"], status=None)
        assert done.status in (1, 2)
        assert str(file) in done.line


def test_any_name_in_csv_and_json(command: Command, tmp_path: Path) -> None:
    """Other programs read them back as they were."""
    names = ("two words", "a, b; 'c' \"d\"", "line\nbreak", "蜂", "=1+1", "é")
    data = draw(tmp_path / "data", each=2, classes=names)
    command(training(data, tmp_path / "run"))
    best = tmp_path / "run" / "best.pt"
    for name in names:
        save(scene(name), tmp_path / "new" / f"{name}.png")
    files = [f"--json={tmp_path / 'x.json'}", f"--csv={tmp_path / 'x.csv'}"]
    answers = predict(command, best, tmp_path / "new", "--top=6", *files)
    assert set(answers) == {f"{name}.png" for name in names}
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 7
    for name in names:
        assert sum(f"{name}.png" in row for row in rows) == 1
        assert all(name in row for row in rows[1:])
    found = json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert found["predictions"] == answers


@pytest.mark.skipif(sys.platform != "linux", reason="names must be Unicode")
def test_names_that_are_no_utf8_in_csv_and_json(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """The files are UTF-8 all the same, and no picture is lost."""
    folder = tmp_path / "new"
    for index in range(3):
        path = save(scene(index), folder / f"{index}.png")
        name = os.fsencode(folder) + b"/\x83\x5c%d.png" % index
        os.rename(path, name)
    files = [f"--json={tmp_path / 'x.json'}", f"--csv={tmp_path / 'x.csv'}"]
    assert len(predict(command, finished, folder, *files)) == 3
    found = (tmp_path / "x.csv").read_text("utf-8-sig")
    assert found.count(".png") == 3
    json.loads((tmp_path / "x.json").read_text("utf-8"))


# Predict --------------------------------------------------------------------


def test_several_sources(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """Pictures, folders and patterns in one command; none is lost."""
    for folder in ("one", "two", "two/deep"):
        for index in range(3):
            path = tmp_path / folder / f"{index}.png"
            save(scene(f"{folder} {index}"), path)
    save(scene("jpg"), tmp_path / "x.jpg")
    save(scene("JPG"), tmp_path / "y.jpg")
    answers = predict(
        command,
        finished,
        tmp_path / "one",
        tmp_path / "two",
        tmp_path / "one" / "0.png",
        tmp_path / "*.jpg",
    )
    assert len(answers) in (11, 12)  # one picture was named twice
    for name in ("0.png", "1.png", "2.png"):
        assert sum(key.endswith(name) for key in answers) >= 3
    done = command(
        ["predict", str(finished), str(tmp_path / "*.jpg"), "--device=cpu"]
    )
    assert len(done.out.strip().splitlines()) == 2


def test_pattern_over_folders(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """Equal names in several folders are several pictures."""
    for folder in ("one", "two", "three"):
        save(scene(folder), tmp_path / folder / "0.png")
    answers = predict(command, finished, tmp_path / "*" / "0.png")
    assert len(answers) == 3


@pytest.mark.skipif(sys.platform == "darwin", reason="one form there")
def test_one_name_in_two_forms(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """Two files whose names look alike are two pictures."""
    for form in ("NFC", "NFD"):
        name = unicodedata.normalize(form, "ペンギン")
        save(tinted(form, "ants"), tmp_path / "new" / "ants" / f"{name}.png")
    assert len(predict(command, finished, tmp_path / "new")) == 2
    done = evaluate(command, finished, tmp_path / "new")
    assert sum(map(sum, done.result["confusion"])) == 2


def test_name_that_looks_like_a_pattern(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """A file that is there is taken as it is."""
    path = save(scene("x"), tmp_path / "photo [1]*.png")
    assert list(predict(command, finished, path)) == ["photo [1]*.png"]


def test_batches_are_single_predictions(
    command: Command, tmp_path: Path, trained: Path
) -> None:
    """In whatever company, a picture gets its own answer."""
    best = lively(trained, tmp_path / "best.pt")
    folder = tmp_path / "new"
    for index in range(11):
        save(scene(f"new {index}"), folder / f"{index:02}.png")
    (folder / "05b.png").write_text("no picture")
    flat(folder / "wide.png", size=(900, 30))
    whole = predict(command, best, folder, "--batch-size=4", "--top=4")
    assert len(whole) == 12
    for path in sorted(folder.glob("*.png")):
        if path.name == "05b.png":
            continue
        alone = predict(command, best, path, "--batch-size=1", "--top=4")
        assert alone[path.name] == pytest.approx(whole[path.name], abs=1e-5)
    assert len({tuple(one) for one in whole.values()}) > 1


def test_predict_reads_in_batches(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """Eleven pictures in batches of four are three passes."""
    for index in range(11):
        save(scene(index), tmp_path / "new" / f"{index}.png")
    with watched.pictures() as seen:
        predict(command, finished, tmp_path / "new", "--batch-size=4")
    sizes = [len(one) for one in seen.measured + seen.learned]
    assert max(sizes) == 4
    assert sum(sizes) == 11


def test_top_classes(command: Command, tmp_path: Path, trained: Path) -> None:
    """Three unless told, the likeliest first; all shares sum to one."""
    one = trained.parent.parent / "data" / "ants" / "0.png"
    for more, count in (([], 3), (["--top=1"], 1), (["--top=99"], 4)):
        answer = predict(command, trained, one, *more)["0.png"]
        shares = list(answer.values())
        assert len(shares) == count
        assert shares == sorted(shares, reverse=True)
        assert (math.isclose(sum(shares), 1, abs_tol=1e-4)) == (count == 4)


def test_answers_are_right(
    command: Command, tmp_path: Path, able: Path
) -> None:
    """Tints that were learned are named for new pictures."""
    data = draw(tmp_path / "data", each=20)
    more = ("--mode=head", f"--weights={able}", "--model=mobilenet_v2")
    argv = training(data, tmp_path / "run", *more, "--epochs=4")
    command([*argv, "--learning-rate=0.003", "--batch-size=8"])
    best = tmp_path / "run" / "best.pt"
    for name in ("ants", "bees"):
        for index in range(5):
            path = tmp_path / "new" / f"{name}{index}.png"
            save(tinted(f"new {index}", name), path)
    answers = predict(command, best, tmp_path / "new")
    right = [next(iter(one)) in name for name, one in answers.items()]
    assert sum(right) >= 9


# Years later ----------------------------------------------------------------


class Otherwise(transforms.Compose):  # type: ignore[misc]
    """What a later torchvision might think of pictures."""

    def __init__(self, **_: object) -> None:
        super().__init__([transforms.ToTensor()])
        self.resize_size, self.crop_size = [999], [888]
        self.mean, self.std = [9.0, 9.0, 9.0], [7.0, 7.0, 7.0]
        self.interpolation = transforms.InterpolationMode.NEAREST
        self.antialias = True


def test_checkpoint_carries_its_preparation(
    command: Command, tmp_path: Path, trained: Path
) -> None:
    """Another default of another torchvision changes no answer."""
    best = lively(trained, tmp_path / "best.pt")
    data = trained.parent.parent / "data"
    before = predict(command, best, data, "--top=4")
    rows = evaluate(command, best, data).result["confusion"]
    weights = models.get_model_weights("squeezenet1_1")
    changed = type(weights.DEFAULT.value)(
        url="nowhere", transforms=Otherwise, meta={}
    )
    with patch.object(weights.DEFAULT, "_value_", changed):
        assert weights.DEFAULT.transforms().resize_size == [999]
        assert predict(command, best, data, "--top=4") == before
        assert evaluate(command, best, data).result["confusion"] == rows
        command(training(data, tmp_path / "run"))
    assert predict(command, best, data, "--top=4") == before


def fixed_state() -> dict[str, torch.Tensor]:
    """Return a SqueezeNet for three classes, the same wherever it is made."""
    model, chance = (
        models.squeezenet1_1(num_classes=3),
        np.random.RandomState(1),
    )
    state = {}
    for key, value in model.state_dict().items():
        numbers = chance.standard_normal(value.shape)  # a frozen stream
        width = value[0].numel() if value.ndim > 1 else 1e4
        state[key] = torch.tensor(numbers * (2 / width) ** 0.5).float()
    state["classifier.1.weight"] *= 10
    state["classifier.1.bias"] += 3  # else its ReLU answers nothing
    return state


SETTINGS = {"model": "squeezenet1_1", "mode": "head", "size": 48, "seed": 0}
PREPARATION = {
    "crop": 48,
    "resize": 54,
    "mean": [0.485, 0.456, 0.406],
    "std": [0.229, 0.224, 0.225],
    "interpolation": "bilinear",
}


@pytest.mark.parametrize("layout", ["this", "later", "first"])
def test_checkpoint_opens_years_later(
    program: ModuleType, tmp_path: Path, layout: str
) -> None:
    """The layout of a file that exists never changes its answers.

    The first program kept no preparation, a later one may keep more.
    """
    command = partial(checked, program)  # with torchvision's own SqueezeNet
    kept: dict[str, Any] = {
        "settings": SETTINGS,
        "classes": ["ants", "bees", "ペンギン"],
        "history": [{"epoch": 1, "val_loss": 0.5, "val_accuracy": 1.0}],
        "state_dict": fixed_state(),
    }
    if layout == "first":
        kept["pictures"] = ["ants/0.png", "bees/0.png"]
    else:
        kept["preparation"] = PREPARATION
    if layout == "later":
        kept["something new"] = {"of": [1, 2.5, None, "later"]}
        kept["settings"] = {**SETTINGS, "something": "new"}
    best = tmp_path / "best.pt"
    torch.save(kept, best)
    image = Image.linear_gradient("L").resize((96, 72)).convert("RGB")
    image.paste((200, 30, 90), (10, 20, 50, 60))
    path = save(image, tmp_path / "x.png")
    answer = predict(command, best, path)["x.png"]
    assert answer == pytest.approx(FIXED, abs=0.01)
    data = draw(tmp_path / "data", classes=("bees", "ペンギン"))
    assert sum(map(sum, evaluate(command, best, data).result["confusion"]))


FIXED = {"ants": 0.1723, "bees": 0.1385, "ペンギン": 0.6891}


def test_checkpoint_moves(
    command: Command, tmp_path: Path, trained: Path
) -> None:
    """best.pt alone, anywhere, without the pictures of its training."""
    path = tmp_path / "other name.bin"
    shutil.copy(trained, path)
    save(scene("x"), tmp_path / "x.png")
    assert len(predict(command, path, tmp_path / "x.png")) == 1


def test_shared_checkpoint_names_no_picture(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """People share best.pt: it tells nothing of whose pictures they were."""
    data = draw(tmp_path / "data")
    save(tinted("s", "ants"), data / "ants" / "secret name.png")
    save(tinted("t", "ants"), data / "ants" / "secret too.png")
    command(training(data, tmp_path / "run"))
    kept = torch.load(tmp_path / "run" / "best.pt", weights_only=True)
    assert "secret" not in str({**kept, "state_dict": None})


def test_loads_without_the_program(program: ModuleType, finished: Path) -> None:
    """Tensors and plain values: other code can use it too."""
    kept = torch.load(finished, weights_only=True)
    with stand_in():
        model = models.get_model(kept["settings"]["model"], num_classes=2)
    model.load_state_dict(kept["state_dict"])
    assert kept["classes"] == ["ants", "bees"]
