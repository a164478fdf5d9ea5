"""An own photo goes through the same steps as the drawn ones."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch
from PIL import Image
from torchvision.transforms.v2.functional import to_pil_image

from docs._tools.lessons import script_path

LESSON = "models/own_digit"
ORIENTATION = 0x0112  # of EXIF
LIES_ON_ITS_SIDE = 6


@pytest.fixture(scope="module")
def lesson(load_script: Callable[[Path], ModuleType]) -> ModuleType:
    """Return the loaded script."""
    return load_script(script_path(LESSON))


def test_a_photo_on_its_side_is_read_upright(
    lesson: ModuleType, tmp_path: Path
) -> None:
    """Phones save pixels lying, and a note how to turn them."""
    upright = Image.new("L", (90, 120), 200)
    upright.paste(30, (10, 15, 20, 60))
    exif = Image.Exif()
    exif[ORIENTATION] = LIES_ON_ITS_SIDE
    file = tmp_path / "photo.png"
    upright.rotate(90, expand=True).save(file, exif=exif)
    photo = lesson.read_photo(file)
    assert photo.shape == (1, 85, 64)
    row, column = divmod(int(photo.argmin()), 64)
    assert row < 43
    assert column < 20


def test_a_photo_is_answered_after_each_step(
    lesson: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command of the page, with a sheet that the script draws."""
    _, (images, _) = lesson.load_data(None)
    photo = lesson.draw_photo(images[4], torch.Generator().manual_seed(0))
    file = tmp_path / "photo.jpg"
    to_pil_image(photo).resize((640, 640)).save(file)
    results = lesson.main(["--photo", str(file), "--epochs", "1"])
    steps = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert list(results["pictures"]) == ["sheet", *steps]
    assert steps[0] == "photo"
    assert steps[-1] == "centred"


def test_the_centre_of_mass_becomes_the_centre(lesson: ModuleType) -> None:
    """A heavy left edge moves the ink to the right."""
    ink = torch.full((1, 20, 10), 0.1)
    ink[:, :, 0] = 1
    square = lesson.place(ink, 28, lesson.centre_of_mass(ink))
    row, column = lesson.centre_of_mass(square)
    assert abs(row - 13.5) <= 0.5
    assert abs(column - 13.5) <= 0.5
    assert square.sum() == pytest.approx(ink.sum())
