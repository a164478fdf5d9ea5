"""The program's split leaks as little as one can know without asking."""

import hashlib
import random
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from PIL import Image, ImageEnhance

from tests.programs import watched
from tests.programs.drawn import draw, flat, save, scene, tinted, training
from tests.programs.told import Command, Ended, counts, totals


class Split(NamedTuple):
    """What a training set aside, and what it said."""

    train: set[str]
    val: set[str]
    done: Ended


def split(command: Command, data: Path, *more: str) -> Split:
    """Return which pictures a training learns from, and which not."""
    name = hashlib.sha256(f"{data}{more}".encode()).hexdigest()[:8]
    run = data.parent / f"run {name} {random.random()}"
    done = command(training(data, run, "--mode=scratch", *more))
    kept = torch.load(run / "last.pt", weights_only=True)
    shutil.rmtree(run)
    train, val = kept["pictures"]
    assert not set(train) & set(val)
    return Split(set(train), set(val), done)


def start(command: Command, data: Path) -> Ended:
    """Begin a training and end it before its first step."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with watched.at_each_step(stop):
        argv = training(data, data.parent / "run", "--mode=scratch")
        return command([*argv, "--batch-size=2"], status=130)


# Films and bursts -----------------------------------------------------------

Frame = Callable[[str, int], Image.Image]


def fixed_camera(film: str, index: int) -> Image.Image:
    """A small thing moves before a still background; the sensor is noisy."""
    image = scene(film, (96, 80))
    image.paste((250, 250, 90), (8 * index + 4, 40, 8 * index + 12, 48))
    return noisy(image, f"{film} {index}")


def slow_pan(film: str, index: int) -> Image.Image:
    """The camera turns: each frame shows one column more on the right."""
    image = scene(film, (130, 80)).crop((index, 0, index + 96, 80))
    return noisy(image, f"{film} {index}")


def burst(film: str, index: int) -> Image.Image:
    """The same scene, a little brighter or darker, by a shaking hand."""
    shake = random.Random(f"{film} {index}")
    left, top = shake.randrange(3), shake.randrange(3)
    image = scene(film, (99, 83)).crop((left, top, left + 96, top + 80))
    image = ImageEnhance.Brightness(image).enhance(shake.uniform(0.92, 1.08))
    return noisy(image, f"{film} {index}")


def noisy(image: Image.Image, seed: str) -> Image.Image:
    """Add the noise of a sensor."""
    number = int(hashlib.sha256(seed.encode()).hexdigest()[:8], 16)
    noise = np.random.default_rng(number).normal(0, 3, (80, 96, 3))
    return Image.fromarray(
        np.clip(np.asarray(image) + noise, 0, 255).astype("uint8")
    )


FRAMES: dict[str, Frame] = {
    "fixed camera": fixed_camera,
    "slow pan": slow_pan,
    "burst": burst,
}


def shoot(data: Path, frame: Frame, films: int = 20, each: int = 5) -> Path:
    """Write films of two classes whose labels mean nothing."""
    for film in range(films):
        for index in range(each):
            number = film * each + index
            name = f"IMG_{number:04}.jpg"
            image = frame(f"film {film}", index)
            save(image, data / "ab"[film % 2] / name, quality=90)
    return data


def film_of(path: str, each: int = 5) -> int:
    """Return the film that a picture belongs to."""
    return int(Path(path).stem.removeprefix("IMG_")) // each


def nearest(data: Path, train: Iterable[str], val: Iterable[str]) -> float:
    """Return how often the nearest training picture has the same label."""

    def read(names: list[str]) -> torch.Tensor:
        pixels = [
            np.asarray(Image.open(data / name).convert("RGB").resize((32, 32)))
            for name in names
        ]
        return torch.tensor(np.stack(pixels)).flatten(1).float()

    known, new = sorted(train), sorted(val)
    found = torch.cdist(read(new), read(known)).argmin(dim=1).tolist()
    same = [
        known[at].split("/")[0] == one.split("/")[0]
        for at, one in zip(found, new, strict=True)
    ]
    return float(np.mean(same))


@pytest.mark.parametrize("kind", FRAMES)
def test_films_stay_on_one_side(
    command: Command, tmp_path: Path, kind: str
) -> None:
    """Labels without meaning validate near chance, not at 100 %."""
    data = shoot(tmp_path / "data", FRAMES[kind])
    train, val, done = split(command, data)
    films = {film_of(path) for path in train}
    leaked = films & {film_of(path) for path in val}
    assert not leaked
    assert nearest(data, train, val) <= 0.8
    everything = sorted(train | val)
    careless = everything[::5]
    rest = set(everything) - set(careless)
    assert nearest(data, rest, careless) > 0.95
    said = done.out[: done.out.index("epoch")]
    assert "20" in said  # groups
    assert "one side" in said


def test_films_do_not_make_validation_empty_or_large(
    command: Command, tmp_path: Path
) -> None:
    """About a fifth of the pictures, in whole films."""
    data = shoot(tmp_path / "data", slow_pan, films=36, each=4)
    train, val, _ = split(command, data)
    assert 0.1 < len(val) / len(train | val) < 0.35


def test_the_same_picture_in_other_files(
    command: Command, tmp_path: Path
) -> None:
    """A copy, another format, another size and quality: on one side."""
    data = tmp_path / "data"
    for name in ("ants", "bees"):
        for index in range(9):
            image = tinted(f"large {index}", name).resize((144, 120))
            folder = data / name
            save(image, folder / f"{index}.png")
            save(image, folder / f"copy of {index}.png")
            save(image, folder / f"{index}.jpg", quality=60)
            save(image.resize((72, 60)), folder / f"small {index}.webp")
    train, val, _ = split(command, data)
    for name in ("ants", "bees"):
        for index in range(9):
            names = {
                f"{name}/{index}.png",
                f"{name}/copy of {index}.png",
                f"{name}/{index}.jpg",
                f"{name}/small {index}.webp",
            }
            assert names <= train or names <= val, index


def test_turned_copies_are_the_same_picture(
    command: Command, tmp_path: Path
) -> None:
    """A note of the camera's turn and turned pixels look the same."""
    data, note = tmp_path / "data", Image.Exif()
    note[0x0112] = 6
    for name in ("ants", "bees"):
        for index in range(12):
            image = tinted(index, name)
            save(image, data / name / f"{index}.png")
            stored = image.transpose(Image.Transpose.ROTATE_90)
            save(stored, data / name / f"t{index}.png", exif=note)
    train, val, _ = split(command, data)
    for name in ("ants", "bees"):
        for index in range(12):
            pair = {f"{name}/{index}.png", f"{name}/t{index}.png"}
            assert pair <= train or pair <= val


# Numbered names -------------------------------------------------------------


def photo(seed: str) -> Image.Image:
    """Draw a thing in the middle, before a background, in some light."""
    rng = random.Random(seed)
    ground = scene(f"{seed} ground", (48, 40))
    thing = scene(f"{seed} thing", (24, 20))
    ground.paste(thing, (rng.randrange(6, 18), rng.randrange(5, 15)))
    light = Image.linear_gradient("L").resize((48, 40)).convert("RGB")
    return Image.blend(ground, light, rng.uniform(0, 0.4))


@pytest.mark.parametrize(
    ("name", "each", "low", "high"),
    [
        ("IMG_{:04}.jpg", 700, 0.17, 0.23),
        ("frame{:05}.png", 150, 0.13, 0.27),
        ("2024-05-{:03}_12.jpg", 150, 0.13, 0.27),
    ],
)
def test_numbered_names_alone_are_no_group(
    command: Command,
    tmp_path: Path,
    name: str,
    each: int,
    low: float,
    high: float,
) -> None:
    """700 independent photos a class: 17 to 23 % validate."""
    data = tmp_path / "data"
    for label in ("ants", "bees"):
        for index in range(each):
            image = photo(f"{name} {label} {index}")
            save(image, data / label / name.format(index))
    for train, val in counts(start(command, data)).values():
        assert train + val == each
        assert low <= val / each <= high


def test_simple_pictures_are_not_all_alike(
    command: Command, tmp_path: Path
) -> None:
    """Handwritten digits on one background: still about a fifth."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    data = tmp_path / "data"
    for index in range(400):
        pixels = (255 - digits.images[index] * 15.9).astype("uint8")
        image = Image.fromarray(pixels).resize((32, 32))
        path = data / str(digits.target[index]) / f"{index}.png"
        save(image, path)
    done = start(command, data)
    found = counts(done).values()
    share = sum(val for _, val in found) / 400
    assert 0.12 <= share <= 0.28
    assert all(val >= 3 for _, val in found)


# Adding pictures ------------------------------------------------------------


def test_adding_pictures_moves_no_other(
    command: Command, tmp_path: Path
) -> None:
    """Wherever a name sorts, in its class and in the other one."""
    data = draw(tmp_path / "data", each=40)
    before = split(command, data)
    new = {f"ants/{name}.png" for name in ("0000", "0019b", "7 b", "zzzz")}
    for name in new:
        save(scene(name), data / name)
    after = split(command, data)
    assert after.train - new == before.train
    assert after.val - new == before.val
    draw(data, each=12, classes=("aphids", "wasps"))
    more = split(command, data)
    assert before.train <= more.train
    assert before.val <= more.val


def test_joining_two_groups_moves_only_them(
    command: Command, tmp_path: Path
) -> None:
    """The frames between two parts of films come later."""
    data = tmp_path / "data"
    parts = [0, 1, 2, 19, 20, 21]
    for film in range(14):
        for index in parts:
            image = slow_pan(f"film {film}", index)
            name = f"{film:02}_{index:02}.png"
            save(image, data / "ab"[film % 2] / name)
    before = split(command, data)
    for film in (4, 7, 11):
        for index in range(3, 19):
            image = slow_pan(f"film {film}", index)
            name = f"{film:02}_{index:02}.png"
            save(image, data / "ab"[film % 2] / name)
    after = split(command, data)
    for film in range(14):
        names = {
            one for one in after.train | after.val if f"/{film:02}_" in one
        }
        if film in (4, 7, 11):
            assert names <= after.train or names <= after.val
        else:
            assert names & before.val == names & after.val


def test_split_depends_on_no_place(command: Command, tmp_path: Path) -> None:
    """Another folder, times and order of files: the same split."""
    data = draw(tmp_path / "data", each=20)
    before = split(command, data)
    other = tmp_path / "far" / "away" / "pictures"
    for path in sorted(data.rglob("*.png"), reverse=True):
        save(Image.open(path), other / path.relative_to(data))
    after = split(command, other)
    assert (before.train, before.val) == (after.train, after.val)
    after = split(command, data, "--workers=3", "--epochs=2")
    assert (before.train, before.val) == (after.train, after.val)


# Small classes --------------------------------------------------------------


@pytest.mark.parametrize("each", [2, 3, 4, 6, 9])
def test_each_class_with_two_groups_is_validated(
    command: Command, tmp_path: Path, each: int
) -> None:
    """And each keeps a picture to learn from."""
    names = [f"class {number:02}" for number in range(15)]
    data = draw(tmp_path / "data", each=each, classes=names)
    found = counts(split(command, data).done)
    assert len(found) == 15
    for train, val in found.values():
        assert train >= val >= 1


def test_two_films_are_one_film_for_each_side(
    command: Command, tmp_path: Path
) -> None:
    """Two groups in a class: one of them validates, whole."""
    data = shoot(tmp_path / "data", slow_pan, films=4)
    train, val, _ = split(command, data)
    for name in "ab":
        learned = {film_of(one) for one in train if one.startswith(name)}
        kept = {film_of(one) for one in val if one.startswith(name)}
        assert len(learned) == len(kept) == 1
        assert learned != kept


def test_class_that_is_one_group_is_split_by_picture(
    command: Command, tmp_path: Path
) -> None:
    """With a warning that names the class and what it means."""
    data = shoot(tmp_path / "data", slow_pan, films=1, each=12)
    draw(data, each=10, classes=("b",))
    done = split(command, data).done
    train, val = counts(done)["a"]
    assert train + val == 12
    assert 1 <= val <= 4
    assert "warning" in done.said.lower()
    warned = [line for line in done.said.splitlines() if "arning" in line]
    assert any(re.search(r"\ba\b", line) for line in warned)


def test_pictures_of_one_colour(command: Command, tmp_path: Path) -> None:
    """Nothing can be told of them, but training goes on."""
    data = tmp_path / "data"
    for index in range(10):
        flat(data / "red" / f"{index}.png", (200 + index, 0, 0))
        flat(data / "blue" / f"{index}.png", (0, 0, 200 + index))
    found = totals(split(command, data).done)
    assert found == {"blue": 10, "red": 10}


# Two labels -----------------------------------------------------------------


def test_same_picture_under_two_labels(
    command: Command, tmp_path: Path
) -> None:
    """It warns, names both files, and keeps them on one side."""
    data = draw(tmp_path / "data", each=12)
    shutil.copy(data / "ants" / "3.png", data / "bees" / "photo.png")
    image = Image.open(data / "bees" / "4.png").convert("RGB")
    save(image.resize((96, 80)), data / "ants" / "again.jpg", quality=80)
    train, val, done = split(command, data)
    assert "arning" in done.said
    for pair in (
        {"ants/3.png", "bees/photo.png"},
        {"bees/4.png", "ants/again.jpg"},
    ):
        assert all(name in done.said for name in pair)
        assert pair <= train or pair <= val


def test_no_false_alarm_about_labels(command: Command, tmp_path: Path) -> None:
    """Different pictures under different labels are not warned of."""
    data = draw(tmp_path / "data", each=30)
    out = split(command, data).done.out
    assert "arning" not in out[: out.index("epoch")]


def test_colour_alone_tells_labels_apart(
    command: Command, tmp_path: Path
) -> None:
    """The same shape in red and in blue is not the same picture."""
    data = tmp_path / "data"
    for index in range(12):
        grey = scene(f"shape {index}").convert("L")
        zero = Image.new("L", grey.size)
        save(
            Image.merge("RGB", (grey, zero, zero)), data / "r" / f"{index}.png"
        )
        save(
            Image.merge("RGB", (zero, zero, grey)), data / "b" / f"{index}.png"
        )
    done = split(command, data).done
    assert "label" not in done.said


# Who knows better -----------------------------------------------------------


def patients(data: Path) -> Path:
    """Write four pictures of each of 20 patients, in both classes."""
    for number in range(20):
        for index in range(4):
            name = ("well", "ill")[index % 2]
            image = scene(f"patient {number} {index}")
            save(image, data / name / f"p{number:02}_{index}.png")
    return data


def test_group_by(command: Command, tmp_path: Path) -> None:
    """A patient is on one side, also where both classes show them."""
    data = patients(tmp_path / "data")
    train, val, done = split(command, data, r"--group-by=p\d+")

    def found(names: set[str]) -> set[str]:
        return {name.split("/")[1][:3] for name in names}

    assert not found(train) & found(val)
    assert len(found(train)) + len(found(val)) == 20
    assert 2 <= len(found(val)) <= 7
    assert "20" in done.out


def test_group_by_with_a_group(command: Command, tmp_path: Path) -> None:
    """With brackets in the pattern, what they hold is the name."""
    data = patients(tmp_path / "data")
    train, val, _ = split(command, data, r"--group-by=/p(\d+)_")
    numbers = {one.split("/")[1][1:3] for one in train}
    assert not numbers & {one.split("/")[1][1:3] for one in val}
    assert len(val) >= 4


def test_group_by_joins_and_likeness_too(
    command: Command, tmp_path: Path
) -> None:
    """A copy under another patient's name joins both patients."""
    data = patients(tmp_path / "data")
    for number in range(0, 20, 2):
        shutil.copy(
            data / "well" / f"p{number:02}_0.png",
            data / "well" / f"p{number + 1:02}_8.png",
        )
    train, val, _ = split(command, data, r"--group-by=p\d+")
    pairs = [
        {int(name.split("/")[1][1:3]) // 2 for name in side}
        for side in (train, val)
    ]
    assert not pairs[0] & pairs[1]


def test_group_by_that_finds_nothing(command: Command, tmp_path: Path) -> None:
    """It stops or warns: a wrong pattern must not pass for a right one."""
    data = patients(tmp_path / "data")
    argv = training(data, tmp_path / "run", "--mode=scratch")
    done = command([*argv, "--group-by=x\\d+"], status=None)
    assert "--group-by" in done.said


@pytest.mark.parametrize("pattern", ["png", "x*"])
def test_group_by_that_finds_the_same_everywhere(
    command: Command, tmp_path: Path, pattern: str
) -> None:
    """All pictures as one group are no split: it warns or stops."""
    data = patients(tmp_path / "data")
    argv = training(data, tmp_path / "run", "--mode=scratch")
    done = command([*argv, f"--group-by={pattern}"], status=None)
    before = done.out.partition("epoch")[0]
    assert done.status or "warning" in before


@pytest.mark.parametrize("pattern", ["(", "*", "[a", "(?P<x"])
def test_group_by_that_is_no_pattern(
    command: Command, tmp_path: Path, pattern: str
) -> None:
    """One line names the option and the pattern's fault."""
    data = patients(tmp_path / "data")
    argv = training(data, tmp_path / "run", "--mode=scratch")
    done = command([*argv, f"--group-by={pattern}"], status=None)
    assert done.status
    assert "--group-by" in done.line
