"""Pictures, folders and command lines for the tests of the programs."""

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PIL import Image

FAST = ("--model=squeezenet1_1", "--size=32", "--device=cpu", "--epochs=1")
SCRATCH = ("--mode=scratch",)
CLASSES = ("ants", "bees")
FLAT = {"ants": (200, 40, 40), "bees": (40, 40, 200)}


def save(image: Image.Image, path: Path, **options: Any) -> Path:
    """Write a picture; the ending says the format, and folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)
    return path


def flat(path: Path, colour: Any = (9, 9, 9), size: Any = (40, 36)) -> Path:
    """Write one picture of one colour."""
    return save(Image.new("RGB", size, colour), path)


def scene(seed: object, size: tuple[int, int] = (48, 40)) -> Image.Image:
    """Return a picture of soft spots that resembles no other seed's."""
    spots = random.Random(str(seed)).randbytes(7 * 6 * 3)
    small = Image.frombytes("RGB", (7, 6), spots)
    return small.resize(size, Image.Resampling.BICUBIC)


def tinted(seed: object, name: str) -> Image.Image:
    """Return a scene in a tint of the class's name: it can be learned."""
    shade = random.Random(name).choice([(255, 0, 0), (0, 255, 0), (0, 0, 255)])
    tint = Image.new("RGB", (48, 40), FLAT.get(name, shade))
    return Image.blend(scene(f"{name} {seed}"), tint, 0.5)


def draw(
    data: Path,
    each: int = 5,
    classes: Iterable[str] = CLASSES,
    parts: Iterable[str] = ("",),
) -> Path:
    """Write class folders with a few pictures each, no two alike."""
    for part in parts:
        for name in classes:
            for index in range(each):
                image = tinted(f"{part} {index}", name)
                save(image, data / part / name / f"{index}.png")
    return data


def draw_flat(
    data: Path, classes: Iterable[str] = CLASSES, each: int = 5
) -> Path:
    """Write pictures of one colour each, as alike as pictures can be."""
    for number, name in enumerate(classes):
        for index in range(each):
            colour = (60 * number % 250, 20 * index, 90)
            flat(data / name / f"{index}.png", colour)
    return data


def training(data: Path, out: Path, *more: str) -> list[str]:
    """Return a short training's command line, from scratch unless told."""
    given = ["train", f"--data={data}", f"--out={out}", *FAST]
    return [*given, *(more or SCRATCH)]
