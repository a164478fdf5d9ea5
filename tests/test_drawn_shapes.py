"""The recorded file of shapes and networks is what its lesson makes."""

import gzip
import io
import random
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from docs._tools.lessons import record_folder, script_path
from tests.shared import RECORDS

LESSON = "transfer/drawn_shapes"
FILE = record_folder(LESSON) / "drawn_shapes.pt.gz"
LARGEST = 4_000_000  # bytes


@pytest.fixture(scope="module")
def lesson(load_script: Callable[[Path], ModuleType]) -> ModuleType:
    """Return the loaded script."""
    return load_script(script_path(LESSON))


@pytest.fixture(scope="module")
def saved() -> dict[str, Any]:
    """Return what the file holds."""
    content = io.BytesIO(gzip.decompress(FILE.read_bytes()))
    held: dict[str, Any] = torch.load(content, weights_only=True)
    return held


def test_the_file_is_small() -> None:
    """Readers load it before the first run of a lesson."""
    assert FILE.stat().st_size <= LARGEST


def test_pictures_are_drawn_alike(
    lesson: ModuleType, saved: dict[str, Any]
) -> None:
    """Drawn anew, the pictures are those of the file, bit for bit."""
    rng = random.Random("new shapes")
    images, labels = lesson.draw_set(lesson.NEW, 20, rng)
    kept, named = saved["train"]
    assert torch.equal(kept[: len(images)], images)
    assert torch.equal(named[: len(labels)], labels)


def test_no_picture_is_in_two_parts(saved: dict[str, Any]) -> None:
    """Not even by chance."""
    parts = ("train", "val", "test")
    pictures = torch.cat([saved[part][0] for part in parts]).flatten(1)
    assert len({x.numpy().tobytes() for x in pictures}) == len(pictures)


def test_a_network_is_as_accurate_as_recorded(
    lesson: ModuleType, saved: dict[str, Any]
) -> None:
    """Half precision costs at most three of 600 answers."""
    accuracies = RECORDS.record(LESSON).look_up("accuracy")
    assert len(saved["networks"]) == len(accuracies)
    rng = random.Random(0)
    lesson.draw_set(lesson.OLD, 600, rng)  # the pictures that it learned
    images, labels = lesson.draw_set(lesson.OLD, 60, rng)
    data = TensorDataset(lesson.normalize(images), labels)
    model = lesson.make_network(len(lesson.OLD))
    model.load_state_dict(saved["networks"][0])
    criterion = torch.nn.CrossEntropyLoss()
    _, accuracy = lesson.evaluate(
        model, DataLoader(data, 100), criterion, "cpu"
    )
    assert accuracy == pytest.approx(accuracies[0], abs=0.005)
