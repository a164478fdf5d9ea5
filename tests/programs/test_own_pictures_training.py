"""The program trains as practice does: head, then all, with a schedule."""

import contextlib
import functools
import itertools
import math
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
import torch
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile
from torch import nn
from torchvision import models

from tests.programs import watched
from tests.programs.drawn import draw, save, scene, tinted, training
from tests.programs.small import SMALL, stand_in
from tests.programs.told import Command, counts

HEAD = "classifier.1."
LAST = "features.12."


def kept(run: Path, name: str = "best.pt") -> Any:
    """Return what a run kept."""
    return torch.load(run / name, weights_only=True)


def moved(run: Path, weights: Path, head: str = HEAD) -> set[str]:
    """Return the layers (but the head's) that differ from the weights."""
    before = torch.load(weights, weights_only=True)
    after = kept(run, "last.pt")["state_dict"]
    return {
        key
        for key, value in before.items()
        if value.shape == after[key].shape
        and not key.startswith(head)
        and not torch.equal(value, after[key])
    }


@pytest.mark.parametrize(
    "mode", ["scratch", "head", "partial", "finetune", "head_then_all"]
)
def test_modes(
    command: Command, tmp_path: Path, weights: Path, mode: str
) -> None:
    """What a mode freezes stays as it was in the file of weights."""
    more = [f"--mode={mode}", "--epochs=2"]
    if mode != "scratch":
        more.append(f"--weights={weights}")
    run = tmp_path / "run"
    command(training(draw(tmp_path / "data"), run, *more))
    assert kept(run)["classes"] == ["ants", "bees"]
    changed = moved(run, weights)
    if mode == "head":
        assert not changed
    elif mode == "partial":
        assert changed
        assert all(name.startswith(LAST) for name in changed)
    else:
        assert "features.0.weight" in changed


def test_head_then_all_is_what_happens_unasked(
    command: Command, tmp_path: Path, weights: Path
) -> None:
    """Frozen first, and then everything from the head that was trained."""
    data = draw(tmp_path / "data")
    more = (f"--weights={weights}", "--freeze-epochs=2")
    whole, frozen = tmp_path / "whole", tmp_path / "frozen"
    command(training(data, whole, *more, "--epochs=3"))
    assert kept(whole)["settings"]["mode"] == "head_then_all"
    assert "features.0.weight" in moved(whole, weights)
    command(training(data, frozen, *more, "--epochs=2"))
    assert not moved(frozen, weights)


def test_frozen_epochs_come_first(
    command: Command, tmp_path: Path, weights: Path
) -> None:
    """No layer but the head has a gradient before the frozen epochs end."""
    data = draw(tmp_path / "data", each=10)
    more = (f"--weights={weights}", "--freeze-epochs=2", "--epochs=4")
    argv = training(data, tmp_path / "run", *more, "--batch-size=8")
    with watched.steps() as seen:
        command(argv)
    sizes = [sum(len(group.shapes) for group in step) for step in seen]
    assert len(sizes) == 8  # 16 pictures in batches of 8, four epochs
    assert sizes[:4] == [2] * 4
    assert all(size > 10 for size in sizes[4:])


def test_the_head_goes_on_from_where_it_was(
    command: Command, tmp_path: Path, weights: Path
) -> None:
    """When the rest thaws, the head is not drawn anew."""
    data = draw(tmp_path / "data", each=10)
    heads: list[torch.Tensor] = []

    def note(optimizer: torch.optim.Optimizer) -> None:
        for group in optimizer.param_groups:
            for one in group["params"]:
                if tuple(one.shape) == (2, 64, 1, 1):
                    heads.append(one.detach().clone())

    more = (f"--weights={weights}", "--freeze-epochs=1", "--epochs=2")
    with watched.at_each_step(note):
        command(training(data, tmp_path / "run", *more, "--batch-size=8"))
    assert len(heads) == 4
    jumps = [
        (after - before).abs().max().item() for before, after in pairwise(heads)
    ]
    assert max(jumps) < 0.01  # some steps of 1e-3; a new head is 0.03 away


def test_rates_rise_and_fall(
    command: Command, tmp_path: Path, weights: Path
) -> None:
    """A schedule: highest at what was asked for, and small at the end."""
    data = draw(tmp_path / "data", each=10)
    more = (f"--weights={weights}", "--mode=finetune", "--epochs=5")
    rate = ("--learning-rate=0.01", "--body-rate=0.001", "--batch-size=4")
    with watched.steps() as seen:
        command(training(data, tmp_path / "run", *more, *rate))
    top = [max(group.rate for group in step) for step in seen]
    low = [min(group.rate for group in step) for step in seen]
    assert max(top) == pytest.approx(0.01, rel=0.05)
    assert max(low) == pytest.approx(0.001, rel=0.05)
    assert top[-1] < 0.1 * max(top)
    assert low[-1] < 0.1 * max(low)
    highest = top.index(max(top))
    assert highest < len(top) / 2
    assert all(one >= other for one, other in pairwise(top[highest:]))


@pytest.mark.parametrize("mode", ["partial", "finetune", "head_then_all"])
def test_old_layers_learn_at_a_tenth(
    command: Command, tmp_path: Path, weights: Path, mode: str
) -> None:
    """Unless --body-rate says otherwise."""
    more = (f"--weights={weights}", f"--mode={mode}", "--epochs=2")
    with watched.steps() as seen:
        command(training(draw(tmp_path / "data"), tmp_path / "run", *more))
    for step in seen[-1:] if mode == "head_then_all" else seen:
        rates = {group.rate for group in step if group.shapes}
        assert max(rates) == pytest.approx(10 * min(rates))


@pytest.mark.parametrize("mode", ["finetune", "head_then_all", "scratch"])
def test_no_decay_of_norms_and_biases(
    command: Command, tmp_path: Path, mode: str
) -> None:
    """Weights shrink; BatchNorm's and all biases never do."""
    name = "mobilenet_v3_small"
    file = tmp_path / "weights.pth"
    torch.save(models.get_model(name, weights=None).state_dict(), file)
    more = [f"--mode={mode}", f"--model={name}", "--epochs=2"]
    if mode != "scratch":
        more.append(f"--weights={file}")
    argv = training(draw(tmp_path / "data", each=3), tmp_path / "run", *more)
    with watched.steps() as seen:
        command([*argv, "--weight-decay=0.125"])
    assert seen
    for group in seen[-1]:
        for shape in group.shapes:
            assert group.decay == (0.125 if len(shape) > 1 else 0), shape


def test_early_stopping(command: Command, tmp_path: Path) -> None:
    """With patience the run ends when validation no longer improves."""
    data = draw(tmp_path / "data", each=10)
    more = ("--mode=scratch", "--learning-rate=0", "--epochs=5")
    done = command(training(data, tmp_path / "run", *more, "--patience=2"))
    assert len(done.result["history"]) == 3  # the first, and two no better
    assert "patience" in done.out or "no better" in done.out.lower()
    done = command(training(data, tmp_path / "all", *more))
    assert len(done.result["history"]) == 5


def test_patience_begins_when_all_layers_learn(
    command: Command, tmp_path: Path, weights: Path
) -> None:
    """A head that stands still is no reason not to try the rest."""
    data = draw(tmp_path / "data")
    more = (f"--weights={weights}", "--freeze-epochs=4", "--patience=1")
    argv = training(data, tmp_path / "run", *more, "--epochs=9")
    done = command([*argv, "--learning-rate=0"])
    assert 4 < len(done.result["history"]) < 9


def test_best_epoch_is_that_of_validation(
    command: Command, tmp_path: Path
) -> None:
    """best.pt is of the lowest validation loss, last.pt of the last."""
    data = draw(tmp_path / "data", each=10, parts=("train", "val"))
    for old, new in (("ants", "x"), ("bees", "ants"), ("x", "bees")):
        (data / "val" / old).rename(data / "val" / new)  # worse and worse
    more = ("--mode=scratch", "--learning-rate=0.03", "--epochs=5")
    run = tmp_path / "run"
    done = command(training(data, run, *more, "--batch-size=4"))
    losses = [row["val_loss"] for row in done.result["history"]]
    best = losses.index(min(losses)) + 1
    assert best < 5
    assert done.result["best"]["epoch"] == best
    assert f"best epoch {best}" in done.out
    assert any(
        not torch.equal(value, kept(run, "last.pt")["state_dict"][key])
        for key, value in kept(run)["state_dict"].items()
    )


def test_best_epoch_is_not_that_of_accuracy(
    command: Command, tmp_path: Path, able: Path
) -> None:
    """All are right from early on, and the loss tells which is better."""
    data = draw(tmp_path / "data", each=20)
    more = ("--mode=head", f"--weights={able}", "--model=mobilenet_v2")
    argv = training(data, tmp_path / "run", *more, "--epochs=4")
    done = command([*argv, "--learning-rate=0.003", "--batch-size=8"])
    rows = done.result["history"]
    first = max(rows, key=lambda row: row["val_accuracy"])
    best = min(rows, key=lambda row: row["val_loss"])
    assert first["epoch"] < best["epoch"], "choose another rate"
    assert done.result["best"] == best
    assert f"best epoch {best['epoch']}" in done.out


def test_loss_that_is_not_finite(command: Command, tmp_path: Path) -> None:
    """One line says what to lower; no checkpoint of ruined weights."""
    more = ("--mode=scratch", "--learning-rate=1e18", "--batch-size=2")
    data = draw(tmp_path / "data", each=6)
    argv = training(data, tmp_path / "run", *more)
    done = command(argv, status=1)
    assert "not finite" in done.line
    assert "--learning-rate" in done.line
    assert not (tmp_path / "run" / "best.pt").exists()
    command(training(data, tmp_path / "run", "--mode=scratch"))


# Pictures as the network sees them ------------------------------------------


def halves(folder: Path) -> Path:
    """Write pictures that are dark on the left and bright on the right."""
    for name, shade in (("ants", 200), ("bees", 250)):
        for index in range(20):
            image = Image.new("L", (64, 64), index)
            image.paste(shade - index, (32, 0, 64, 64))
            part = "val" if index < 4 else "train"
            save(image, folder / part / name / f"{index}.png")
    return folder


def mirrored(batches: list[torch.Tensor]) -> tuple[int, int]:
    """Count pictures that are bright on the left, and all."""
    images = torch.cat(batches)
    left = images[..., :8].mean(dim=(1, 2, 3))
    right = images[..., -8:].mean(dim=(1, 2, 3))
    return int((left > right + 0.01).sum()), len(images)


def test_training_pictures_are_mirrored(
    command: Command, tmp_path: Path
) -> None:
    """About half of them, with --no-flip none, in validation none."""
    data = halves(tmp_path / "data")
    more = ("--mode=scratch", "--epochs=3", "--min-crop=0.9")
    with watched.pictures() as seen:
        command(training(data, tmp_path / "run", *more))
    left, count = mirrored(seen.learned)
    assert 0.25 * count < left < 0.75 * count
    assert mirrored(seen.measured)[0] == 0
    with watched.pictures() as seen:
        command(training(data, tmp_path / "kept", *more, "--no-flip"))
    assert mirrored(seen.learned)[0] == 0


def test_no_flip_reaches_cached_features(
    command: Command, tmp_path: Path, weights: Path
) -> None:
    """A frozen network's readings are mirrored as often, or not."""
    data = halves(tmp_path / "data")
    more = ["--mode=head", f"--weights={weights}", "--min-crop=0.9"]
    more.append("--epochs=4")
    with watched.pictures() as seen:
        command(training(data, tmp_path / "run", *more))
    assert mirrored(seen.learned + seen.measured)[0] > 0
    with watched.pictures() as seen:
        command(training(data, tmp_path / "kept", *more, "--no-flip"))
    assert mirrored(seen.learned + seen.measured)[0] == 0


def shown(batches: list[torch.Tensor]) -> float:
    """Return the mean share of a slope's width that crops show."""
    images = torch.cat(batches)
    spread = images.amax(dim=(1, 2, 3)) - images.amin(dim=(1, 2, 3))
    return spread.mean().item()


def test_each_reading_is_another(command: Command, tmp_path: Path) -> None:
    """One picture under many names is cut in as many ways, in each epoch."""
    data = draw(tmp_path / "data", each=2, parts=("val",))
    for name in ("ants", "bees"):
        for index in range(4):
            image = scene("one", (90, 90))
            save(image, data / "train" / name / f"{index}.png")
    more = ("--mode=scratch", "--no-flip", "--epochs=2", "--min-crop=0.2")
    with watched.pictures() as seen:
        command(training(data, tmp_path / "run", *more))
    images = torch.cat(seen.learned)
    assert len({image.numpy().tobytes() for image in images}) == 16
    measured = torch.cat(seen.measured)
    assert len({image.numpy().tobytes() for image in measured}) == 4


def test_nothing_drops_out_in_validation(
    command: Command, tmp_path: Path
) -> None:
    """Dropout is on while the network learns, and off while it is measured."""
    found: set[tuple[bool, bool]] = set()

    def note(module: nn.Module, given: Any) -> None:
        if isinstance(module, nn.Dropout):
            found.add((torch.is_grad_enabled(), module.training))

    data, run = draw(tmp_path / "data"), tmp_path / "run"
    with watched.at_each_pass(note):
        command(training(data, run))
        best = str(run / "best.pt")
        command(["predict", best, str(data), "--device=cpu"])
    assert found == {(True, True), (False, False)}


def test_loss_and_accuracy_of_validation(
    command: Command, tmp_path: Path, able: Path
) -> None:
    """They are means over pictures, and predict gives the same shares."""
    data = draw(tmp_path / "data", each=8, parts=("train",))
    draw(data, each=30, parts=("val",), classes=("ants",))
    draw(data, each=5, parts=("val",), classes=("bees",))
    run = tmp_path / "run"
    more = ("--mode=head", f"--weights={able}", "--model=mobilenet_v2")
    best = command(training(data, run, *more)).result["best"]
    losses, right = [], []
    for name in ("ants", "bees"):
        folder = str(data / "val" / name)
        argv = ["predict", str(run / "best.pt"), folder, "--device=cpu"]
        for answer in command(argv).result["predictions"].values():
            losses.append(-math.log(answer[name]))
            right.append(next(iter(answer)) == name)
    assert len(losses) == 35
    assert best["val_loss"] == pytest.approx(np.mean(losses), rel=1e-3)
    assert best["val_accuracy"] == pytest.approx(np.mean(right), abs=1e-6)


def test_min_crop(command: Command, tmp_path: Path) -> None:
    """--min-crop=1 shows the whole picture, a small one cuts out more."""
    data = tmp_path / "data"
    slope = Image.linear_gradient("L").resize((64, 64))
    for name, way in (("ants", 0), ("bees", 90)):
        for index in range(20):
            part = "val" if index < 4 else "train"
            path = data / part / name / f"{index}.png"
            save(slope.rotate(way).crop((0, 0, 64, 64 - index)), path)
    spreads = []
    for share in ("1", "0.5", "0.05"):
        more = ("--mode=scratch", "--no-flip", f"--min-crop={share}")
        with watched.pictures() as seen:
            argv = training(data, tmp_path / share, *more, "--epochs=2")
            command(argv)
        spreads.append(shown(seen.learned))
    assert spreads[0] > 1.05 * spreads[1] > 1.1 * spreads[2]


def test_size(command: Command, tmp_path: Path) -> None:
    """--size is the side of the square that the network sees."""
    argv = training(draw(tmp_path / "data"), tmp_path / "run")
    with watched.pictures() as seen:
        command([*argv, "--size=40"])
    for batch in seen.learned + seen.measured:
        assert batch.shape[1:] == (3, 40, 40)


@pytest.mark.parametrize("ending", ["png", "jpg", "turned.jpg"])
def test_pictures_are_prepared_as_torchvision_does(
    command: Command, tmp_path: Path, finished: Path, ending: str
) -> None:
    """The part, the colours and the smoothing of the weights' own way."""
    coarse = scene("photo", (330, 250))
    grain = np.random.default_rng(0).normal(0, 60, (250, 330, 1))
    pixels = np.clip(np.asarray(coarse) + grain, 0, 255).astype("uint8")
    image, note = Image.fromarray(pixels), Image.Exif()
    if "turned" in ending:
        note[0x0112] = 6
        image = image.transpose(Image.Transpose.ROTATE_90)
    path = save(image, tmp_path / f"x.{ending}", exif=note, quality=95)
    argv = ["predict", str(finished), str(path), "--device=cpu"]
    with watched.pictures() as seen:
        command(argv)
    preset = models.get_model_weights("squeezenet1_1").DEFAULT.transforms
    usual = preset(crop_size=32, resize_size=36)(Image.fromarray(pixels))
    (found,) = seen.measured + seen.learned
    assert (found[0] - usual).abs().mean() < 0.25  # nearest: above 0.7


def test_pictures_are_prepared_as_for_the_weights(
    command: Command, tmp_path: Path
) -> None:
    """Mean and deviation of the weights' own preparation, not 0 to 1."""
    data = draw(tmp_path / "data", each=3)
    for name in ("ants", "bees"):
        for path in (data / name).iterdir():
            image = Image.new("RGB", (48, 40))
            image.putpixel((int(path.stem), 0), (255, 255, 255))
            save(image, path)
    with watched.pictures() as seen:
        command(training(data, tmp_path / "run"))
    black = torch.tensor([-2.1179, -2.0357, -1.8044])
    middle = torch.cat(seen.measured)[0, :, 16, 16]
    assert torch.allclose(middle, black, atol=0.01)


def test_photos_are_decoded_no_larger_than_needed(
    command: Command, tmp_path: Path
) -> None:
    """A JPEG of 2000 x 1500 is never decoded whole for 32 pixels."""
    data = draw(tmp_path / "data", each=4)
    for name in ("ants", "bees"):
        image = tinted("large", name).resize((2000, 1500))
        save(image, data / name / "large.jpg")
    sizes: list[tuple[int, int]] = []
    real = JpegImageFile.load

    def load(self: JpegImageFile) -> Any:
        done = real(self)
        sizes.append(self.size)
        return done

    with patch.object(JpegImageFile, "load", load):
        command(training(data, tmp_path / "run"))
    assert sizes
    assert max(map(max, sizes)) <= 1000
    assert min(map(min, sizes)) >= 36


def test_size_of_a_decoded_photo_does_not_change_its_answer(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """A large JPEG and the same as PNG get nearly the same answer."""
    image = scene("same", (1600, 1200))
    save(image, tmp_path / "new" / "a.jpg", quality=95)
    save(image, tmp_path / "new" / "b.png")
    argv = ["predict", str(finished), str(tmp_path / "new"), "--device=cpu"]
    answers = command(argv).result["predictions"]
    for name, share in answers["a.jpg"].items():
        assert share == pytest.approx(answers["b.png"][name], abs=0.02)


# How far it is --------------------------------------------------------------


def test_what_takes_long_is_counted(
    command: Command, tmp_path: Path, weights: Path
) -> None:
    """After five seconds: while it opens, reads ahead, and computes features.

    The clock is one that jumps four seconds whenever it is looked at.
    """
    data, run = draw(tmp_path / "data", each=60), tmp_path / "run"
    clock = functools.partial(next, itertools.count(0, 4))
    more = (f"--weights={weights}", "--epochs=2", "--freeze-epochs=1")
    with patch("time.monotonic", clock):
        done = command(training(data, run, *more))
        folder = str(data / "ants")
        argv = ["predict", str(run / "best.pt"), folder, "--device=cpu"]
        answers = command([*argv, "--batch-size=5"])
    lines = done.err.splitlines()
    for what in ("pictures looked at", "reading 0, batch", "epoch 2, batch"):
        found = [line for line in lines if line.startswith(what)]
        assert found, what
        assert len(found) < 20  # the waits grow
        for line in found:
            assert re.fullmatch(rf"{what}: \d+ of \d+", line)
    assert "pictures looked at: 2 of 120" in lines
    assert "pictures as they are, batch: 2 of 12" in answers.err
    assert answers.out.count(".png: ") == 60


def test_what_is_quick_is_not_counted(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """Nothing is on stderr where all goes well and no wait is long."""
    data = draw(tmp_path / "data", each=3)
    assert not command(training(data, tmp_path / "run")).err


# Frozen layers --------------------------------------------------------------


def test_features_of_a_frozen_body_are_computed_once(
    command: Command, tmp_path: Path, weights: Path
) -> None:
    """Nine epochs cost a few readings, not nine."""
    data = draw(tmp_path / "data", each=10)
    more = ("--mode=head", f"--weights={weights}", "--epochs=9")
    with watched.pictures() as seen:
        done = command(training(data, tmp_path / "run", *more))
    assert len(done.result["history"]) == 9
    assert 2 * 16 <= seen.count <= 5 * 20


def test_features_are_of_several_readings(
    command: Command, tmp_path: Path, weights: Path
) -> None:
    """Crops and mirrors still count where features are kept."""
    data = draw(tmp_path / "data", each=10)
    more = ("--mode=head", f"--weights={weights}", "--epochs=6")
    with watched.pictures() as seen:
        command(training(data, tmp_path / "run", *more))
    images = torch.cat(seen.learned + seen.measured)
    assert len({image.numpy().tobytes() for image in images}) >= 2 * 16


@pytest.mark.parametrize("name", ["mobilenet_v3_small", "efficientnet_b0"])
@pytest.mark.parametrize("flag", ["--no-flip", "--balance"])
def test_frozen_layers_stand_still(
    command: Command, tmp_path: Path, name: str, flag: str
) -> None:
    """Neither BatchNorm nor StochasticDepth of a frozen body trains."""
    file = tmp_path / "weights.pth"
    torch.save(models.get_model(name, weights=None).state_dict(), file)
    before = torch.load(file, weights_only=True)
    learning: set[str] = set()

    def note(module: nn.Module, given: Any) -> None:
        kind = type(module).__name__
        if module.training and kind in ("BatchNorm2d", "StochasticDepth"):
            learning.add(kind)

    data = draw(tmp_path / "data", each=3)
    more = ("--mode=head", f"--model={name}", f"--weights={file}", flag)
    with watched.at_each_pass(note):
        command(training(data, tmp_path / "run", *more))
    assert not learning
    after = kept(tmp_path / "run")["state_dict"]
    for key, value in before.items():
        if not key.startswith("classifier."):
            assert torch.equal(value, after[key]), key


@pytest.mark.parametrize("mode", ["finetune", "partial"])
def test_statistics_of_trained_layers_are_counted(
    command: Command, tmp_path: Path, mode: str
) -> None:
    """BatchNorm learns its statistics where its layer learns."""
    name = "mobilenet_v3_small"
    file = tmp_path / "weights.pth"
    torch.save(models.get_model(name, weights=None).state_dict(), file)
    before = torch.load(file, weights_only=True)
    data = draw(tmp_path / "data", each=3)
    more = (f"--mode={mode}", f"--model={name}", f"--weights={file}")
    command(training(data, tmp_path / "run", *more))
    after = kept(tmp_path / "run")["state_dict"]
    learning = {"features.0": mode == "finetune", "features.12": True}
    for layer, learns in learning.items():
        key = f"{layer}.1.running_mean"
        assert torch.equal(before[key], after[key]) != learns, key


# Networks -------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "resnet18",
        "resnet50",
        "convnext_tiny",
        "vit_b_16",
        "vgg16",
        "squeezenet1_1",
        "mobilenet_v2",
        "mobilenet_v3_small",
        "efficientnet_b0",
    ],
)
def test_networks_of_today(program: ModuleType, name: str) -> None:
    """Each can be chosen, and what partial trains is its end."""
    settings = program.parse_arguments(
        ["train", "--data=d", "--out=o", f"--model={name}", "--device=cpu"]
    )
    assert settings.model == name
    with torch.device("meta"):
        model = models.get_model(name, weights=None)
    names = [key for key, _ in model.named_parameters()]
    trained = [key.startswith(program.LAST_BLOCK[name]) for key in names]
    first = trained.index(True)
    assert first > len(names) / 4


def test_every_network_is_listed(program: ModuleType) -> None:
    """--help lists them, and all are torchvision's."""
    for name in program.LAST_BLOCK:
        assert name in models.list_models()


@pytest.mark.parametrize("name", ["convnext_tiny", "vit_b_16", "swin_t"])
def test_kinds_of_networks_train(
    command: Command, tmp_path: Path, name: str
) -> None:
    """Head then all, with kept features, then predict: small stand-ins."""
    more = {"image_size": 64} if name == "vit_b_16" else {}
    torch.manual_seed(0)
    file, run = tmp_path / "weights.pth", tmp_path / "run"
    torch.save(SMALL[name](**more).state_dict(), file)
    data = draw(tmp_path / "data", each=6)
    with stand_in(name):
        done = command(
            [
                *training(data, run, f"--weights={file}", f"--model={name}"),
                *("--size=64", "--epochs=2", "--freeze-epochs=1"),
            ]
        )
        assert len(done.result["history"]) == 2
        one = str(data / "ants" / "0.png")
        command(["predict", str(run / "best.pt"), one, "--device=cpu"])
    changed = moved(run, file, head="head")
    assert len(changed) > 5


def test_size_that_does_not_fit_the_weights(
    command: Command, tmp_path: Path
) -> None:
    """A vision transformer's weights are of one size: told in a line."""
    file = tmp_path / "weights.pth"
    torch.save(SMALL["vit_b_16"](image_size=224).state_dict(), file)
    data = draw(tmp_path / "data", each=2)
    more = (f"--weights={file}", "--model=vit_b_16", "--size=64")
    with stand_in("vit_b_16"):
        done = command(training(data, tmp_path / "run", *more), status=None)
    if done.status:
        assert "--size" in done.line
        assert len(done.line) < 500


# Rare classes ---------------------------------------------------------------


def mass_of_classes(command: Command, argv: list[str]) -> tuple[float, float]:
    """Return how much each of two classes weighs in all losses together."""
    mass = torch.zeros(2)
    real = nn.functional.cross_entropy

    def note(logits: Any, labels: Any, *rest: Any, **more: Any) -> Any:
        if logits.requires_grad:
            weight = rest[0] if rest else more.get("weight")
            each = torch.ones(2) if weight is None else weight.detach().cpu()
            share = each[labels.cpu()]
            mass.index_add_(0, labels.cpu(), share / share.sum())
        return real(logits, labels, *rest, **more)

    with patch("torch.nn.functional.cross_entropy", note):
        command(argv)
    return mass[0].item(), mass[1].item()


@pytest.mark.parametrize("mode", ["scratch", "head"])
def test_balance(
    command: Command, tmp_path: Path, weights: Path, mode: str
) -> None:
    """With --balance a rare class counts as much as a frequent one."""
    data = draw(tmp_path / "data", each=30, classes=("common",))
    draw(data, each=5, classes=("rare",))
    more = [f"--mode={mode}", "--epochs=3"]
    if mode == "head":
        more.append(f"--weights={weights}")
    plain = mass_of_classes(command, training(data, tmp_path / "run", *more))
    assert plain[0] > 4 * plain[1]
    more.append("--balance")
    equal = mass_of_classes(command, training(data, tmp_path / "eq", *more))
    assert 0.6 < equal[0] / equal[1] < 1.7


def test_rare_class_is_not_overlooked_in_silence(
    command: Command, tmp_path: Path
) -> None:
    """Nine of one for each of the other: results per class, a warning."""
    data = draw(tmp_path / "data", each=45, classes=("common",))
    draw(data, each=5, classes=("rare",))
    more = ("--mode=scratch", "--learning-rate=0.003", "--epochs=2")
    done = command(training(data, tmp_path / "run", *more))
    after = done.out[done.out.index("epoch") :]
    assert re.search(r"common.*\d", after)
    assert re.search(r"rare.*\d", after)
    before = done.out[: done.out.index("epoch")]
    assert re.search(r"common.* (8\d|9\d)\.\d%", before)  # its share
    assert re.search(r"(?i)rare.*never|never.*rare", done.said)
    assert "--balance" in done.said


def test_balanced_classes_are_not_warned_of(
    command: Command, tmp_path: Path
) -> None:
    """No advice on rare classes where there is none."""
    done = command(training(draw(tmp_path / "data"), tmp_path / "run"))
    assert "--balance" not in done.said


# Mixed precision ------------------------------------------------------------


@pytest.mark.parametrize("mode", ["head", "head_then_all", "scratch"])
def test_mixed_precision(
    command: Command, tmp_path: Path, able: Path, mode: str
) -> None:
    """Layers compute with 16 bits, weights and losses keep their 32."""
    data = draw(tmp_path / "data", each=8)
    more = [f"--mode={mode}", "--model=mobilenet_v2", "--epochs=2"]
    more += ["--learning-rate=0.003"]
    if mode != "scratch":
        more.append(f"--weights={able}")
    losses = []
    for name, flags in {"plain": [], "mixed": ["--amp"]}.items():
        kinds: set[torch.dtype] = set()
        told: set[torch.dtype] = set()

        def note(
            module: nn.Module, given: Any, to: Any = (kinds, told)
        ) -> None:
            loss = isinstance(module, nn.CrossEntropyLoss)
            to[loss].add(given[0].dtype)

        argv = training(data, tmp_path / name, *more, *flags)
        with watched.at_each_pass(note):
            done = command(argv)
        assert (torch.bfloat16 in kinds) == bool(flags)
        assert told == {torch.float32}
        losses.append([row["val_loss"] for row in done.result["history"]])
        for value in kept(tmp_path / name)["state_dict"].values():
            assert value.dtype in (torch.float32, torch.int64)
    assert losses[0] != losses[1]
    assert np.allclose(losses[0], losses[1], atol=0.1), losses


# Starts and seeds -----------------------------------------------------------


@pytest.mark.parametrize("mode", ["head", "finetune", "head_then_all"])
def test_own_network_as_a_start_for_more_classes(
    command: Command, tmp_path: Path, finished: Path, mode: str
) -> None:
    """The body is the own one, and known classes keep what they learned."""
    names = ("aardvarks", "ants", "bees", "wasps")
    data = draw(tmp_path / "data", classes=names)
    run = tmp_path / "run"
    more = (f"--mode={mode}", f"--weights={finished}", "--learning-rate=0")
    command(training(data, run, *more))
    before, after = torch.load(finished, weights_only=True), kept(run)
    assert after["classes"] == sorted(names)
    for key, value in before["state_dict"].items():
        if key.startswith(HEAD):
            for number, name in enumerate(before["classes"]):
                row = after["state_dict"][key][after["classes"].index(name)]
                assert torch.equal(row, value[number])
        else:
            assert torch.equal(value, after["state_dict"][key])


def test_own_network_keeps_its_preparation(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """A run from an own best.pt sees pictures in the size of that run."""
    data, run = draw(tmp_path / "data"), tmp_path / "run"
    argv = ["train", f"--data={data}", f"--out={run}", "--epochs=1"]
    argv += ["--model=squeezenet1_1", f"--weights={finished}", "--device=cpu"]
    with watched.pictures() as seen:
        command(argv)
        command(["predict", str(run / "best.pt"), str(data), "--device=cpu"])
    assert {one.shape[-1] for one in seen.learned + seen.measured} == {32}


def test_own_network_of_another_kind(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """One short line says which network the file holds."""
    more = ("--mode=head", f"--weights={finished}")
    argv = training(draw(tmp_path / "data"), tmp_path / "run", *more)
    done = command([*argv, "--model=mobilenet_v3_small"], status=1)
    assert "squeezenet1_1" in done.line
    assert len(done.line) < 400


def test_seed_decides(command: Command, tmp_path: Path) -> None:
    """Equal seeds give equal bits, whatever ran before; others do not."""
    data = draw(tmp_path / "data", each=8)
    states: list[dict[str, torch.Tensor]] = []
    for name, seed, workers in (("a", 0, 1), ("b", 0, 3), ("c", 1, 1)):
        torch.manual_seed(len(states) + 99)
        run = tmp_path / name
        more = ("--mode=scratch", f"--seed={seed}", f"--workers={workers}")
        command(training(data, run, *more, "--epochs=2"))
        states.append(kept(run, "last.pt")["state_dict"])
    for key, value in states[0].items():
        assert torch.equal(value, states[1][key])
    other = states[2].items()
    assert any(not torch.equal(value, states[0][key]) for key, value in other)


@pytest.mark.parametrize("mode", ["scratch", "head"])
@pytest.mark.parametrize("count", [3, 5, 7])
def test_every_picture_counts_once_an_epoch(
    command: Command, tmp_path: Path, weights: Path, mode: str, count: int
) -> None:
    """Also where a last batch of one is left over."""
    data = draw(tmp_path / "data", each=1, parts=("train", "val"))
    for index in range(1, count - 1):
        image = tinted(f"more {index}", "ants")
        save(image, data / "train" / "ants" / f"{index}.png")
    more = [f"--mode={mode}", "--batch-size=2", "--no-flip", "--min-crop=1"]
    if mode == "head":
        more.append(f"--weights={weights}")
    with watched.pictures() as seen, batches() as sizes:
        command(training(data, tmp_path / "run", *more))
    images = torch.cat(seen.learned or seen.measured)
    learned = {image.numpy().tobytes() for image in images}
    assert len(learned) == count + 2 * (mode == "head")
    assert sum(sizes) == count
    assert min(sizes) > 1


@contextlib.contextmanager
def batches() -> Iterator[list[int]]:
    """Collect the sizes of the batches that are learned from."""
    sizes: list[int] = []
    real = nn.functional.cross_entropy

    def note(logits: Any, labels: Any, *rest: Any, **more: Any) -> Any:
        if logits.requires_grad:
            sizes.append(len(labels))
        return real(logits, labels, *rest, **more)

    with patch("torch.nn.functional.cross_entropy", note):
        yield sizes


def test_last_batch_of_one(command: Command, tmp_path: Path) -> None:
    """BatchNorm never meets a single picture."""
    data = draw(tmp_path / "data", each=2, parts=("train", "val"))
    save(scene("more"), data / "train" / "ants" / "more.png")
    more = ("--mode=scratch", "--model=mobilenet_v3_small", "--batch-size=2")
    done = command(training(data, tmp_path / "run", *more))
    assert done.result["train_size"] == 5
    assert counts(done)["ants"] == (3, 2)


@pytest.mark.parametrize("mode", ["head", "head_then_all"])
def test_it_learns(
    command: Command, tmp_path: Path, able: Path, mode: str
) -> None:
    """Two tints are told apart after some epochs."""
    data = draw(tmp_path / "data", each=20)
    more = (f"--weights={able}", "--model=mobilenet_v2", f"--mode={mode}")
    argv = training(data, tmp_path / "run", *more, "--epochs=4")
    done = command([*argv, "--learning-rate=0.003", "--batch-size=8"])
    assert done.result["best"]["val_accuracy"] >= 0.85


def test_demo(command: Command) -> None:
    """It draws, trains, and predicts, and leaves nothing behind."""
    done = command(
        ["demo", "--device=cpu", "--model=squeezenet1_1", "--epochs=1"]
    )
    assert done.result["predictions"]
    assert "best epoch" in done.out
