"""The program opens pictures of every kind as people see them."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.programs.drawn import draw, flat, save, scene, training
from tests.programs.told import Command

TURN = Image.Transpose
# EXIF orientation -> how an upright picture is stored.
STORED = {
    1: None,
    2: TURN.FLIP_LEFT_RIGHT,
    3: TURN.ROTATE_180,
    4: TURN.FLIP_TOP_BOTTOM,
    5: TURN.TRANSPOSE,
    6: TURN.ROTATE_90,
    7: TURN.TRANSVERSE,
    8: TURN.ROTATE_270,
}
CORNERS = ((8, 8), (52, 8), (8, 32), (52, 32))
ORIENTATION = 0x0112


def upright(mode: str = "RGB") -> Image.Image:
    """Return a picture whose four corners differ."""
    image = Image.new("L", (60, 40), 20)
    for shade, box in zip(
        (90, 160, 230), ((30, 0), (0, 20), (30, 20)), strict=True
    ):
        image.paste(shade, (*box, box[0] + 30, box[1] + 20))
    if mode == "I;16":
        return Image.fromarray(np.asarray(image).astype("uint16") * 257)
    return image.convert(mode)


def exif(value: int) -> Image.Exif:
    """Return the note of how a camera was held."""
    note = Image.Exif()
    note[ORIENTATION] = value
    return note


def assert_upright(seen: Image.Image) -> None:
    """Each corner has the shade that somebody sees there."""
    assert seen.mode == "RGB"
    assert seen.size == (60, 40)
    shades = [np.asarray(seen)[y, x, 0] for x, y in CORNERS]
    assert np.allclose(shades, (20, 90, 160, 230), atol=8), shades


@pytest.mark.parametrize("value", STORED)
@pytest.mark.parametrize(
    "ending", ["jpg", "jpeg", "jfif", "png", "webp", "tif", "tiff"]
)
def test_turned_camera(
    program: ModuleType, tmp_path: Path, ending: str, value: int
) -> None:
    """In every format and for all eight values a picture stands upright."""
    image, way = upright(), STORED[value]
    if way is not None:
        image = image.transpose(way)
    kind = {"jfif": "JPEG"}.get(ending)
    path = save(image, tmp_path / f"x.{ending}", exif=exif(value), format=kind)
    assert_upright(program.open_picture(path))


@pytest.mark.parametrize("value", [2, 5, 6, 8])
@pytest.mark.parametrize(
    ("ending", "mode"),
    [
        ("png", "I;16"),
        ("tif", "I;16"),
        ("png", "P"),
        ("tif", "P"),
        ("png", "LA"),
        ("tif", "L"),
        ("jpg", "CMYK"),
        ("tif", "CMYK"),
        ("webp", "RGBA"),
    ],
)
def test_turned_camera_and_odd_pixels(
    program: ModuleType, tmp_path: Path, ending: str, mode: str, value: int
) -> None:
    """Converting the pixels neither loses nor repeats the turn."""
    image, way = upright(mode), STORED[value]
    assert way is not None
    image = image.transpose(way)
    path = save(image, tmp_path / f"x.{ending}", exif=exif(value))
    assert_upright(program.open_picture(path))


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_turned_by_nonsense(
    program: ModuleType, tmp_path: Path, value: int
) -> None:
    """A value that means nothing turns nothing."""
    for ending in ("jpg", "png", "tif"):
        path = save(upright(), tmp_path / f"x.{ending}", exif=exif(value))
        assert_upright(program.open_picture(path))


def test_broken_exif_is_no_broken_picture(
    program: ModuleType, tmp_path: Path
) -> None:
    """Pixels count, not a block of notes that ends too early."""
    path = save(
        upright(), tmp_path / "x.jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\0"
    )
    assert_upright(program.open_picture(path))


RAMP = np.linspace(0, 1, 1600).reshape(40, 40)
DEEP = {
    "16 bit.png": (RAMP * 65535).astype("uint16"),
    "16 bit.tif": (RAMP * 65535).astype("uint16"),
    "16 bit big-endian.tif": (RAMP * 65535).astype(">u2"),
    "14 bit.png": (RAMP * 16383).astype("uint16"),
    "12 bit.png": (RAMP * 4095).astype("uint16"),
    "12 bit.tif": (RAMP * 4095).astype("uint16"),
    "10 bit.tif": (RAMP * 1023).astype("uint16"),
    "8 bit in 16.png": (RAMP * 255).astype("uint16"),
    "8 bit in 32.tif": (RAMP * 255).astype("int32"),
    "16 bit in 32.tif": (RAMP * 65535).astype("int32"),
    "24 bit in 32.tif": (RAMP * (2**24 - 1)).astype("int32"),
    "below zero.tif": (RAMP * 4000 - 1000).astype("int32"),
}


@pytest.mark.parametrize("kind", DEEP)
def test_deep_greys(program: ModuleType, tmp_path: Path, kind: str) -> None:
    """Microscopes and X-ray: the levels survive, from dark to bright."""
    path = save(Image.fromarray(DEEP[kind]), tmp_path / kind)
    seen = np.asarray(program.open_picture(path)).astype(int)
    assert len(np.unique(seen)) > 100
    assert (np.diff(seen[..., 0].ravel()) >= 0).all()
    assert seen.max() > 200
    assert seen.min() < 60


@pytest.mark.parametrize("top", [1.0, 255.0, 65535.0])
def test_decimal_numbers_as_pixels(
    program: ModuleType, tmp_path: Path, top: float
) -> None:
    """They are shown as levels, or one line names the file and the reason."""
    path = tmp_path / "measured.tif"
    save(Image.fromarray((RAMP * top).astype("float32")), path)
    refused, levels = "", 0
    try:
        levels = len(np.unique(np.asarray(program.open_picture(path))))
    except OSError as error:
        refused = str(error)
    if refused:
        assert "measured.tif" in refused
        assert "decimal" in refused
    else:
        assert levels > 100


def test_constant_deep_grey(program: ModuleType, tmp_path: Path) -> None:
    """One level alone is a picture too: nothing is divided by zero."""
    for value in (0, 1, 255, 4095, 30000, 65535):
        image = Image.fromarray(np.full((40, 40), value, "uint16"))
        seen = program.open_picture(save(image, tmp_path / "one.png"))
        assert len(np.unique(np.asarray(seen))) == 1


def test_deep_greys_keep_how_bright_they_are(
    program: ModuleType, tmp_path: Path
) -> None:
    """Two pictures of one camera are not stretched apart each by itself."""
    shades = []
    for value in (30000, 60000):
        image = Image.fromarray(np.full((40, 40), value, "uint16"))
        path = save(image, tmp_path / f"{value}.png")
        shades.append(program.open_picture(path).getpixel((0, 0))[0])
    assert shades == [117, 234]


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a part of a PNG file."""
    check = zlib.crc32(kind + content)
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", check)
    )


def write_png(
    path: Path, colour: int, values: np.ndarray, size: Any = (40, 40)
) -> Path:
    """Write a PNG of 16 bits a channel, which Pillow cannot write."""
    head = struct.pack(">IIBBBBB", *size, 16, colour, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 1))
        + chunk(b"IEND", b"")
    )
    return path


def test_deep_colours(program: ModuleType, tmp_path: Path) -> None:
    """16 bits for each of red, green and blue keep their levels."""
    values = np.stack([RAMP * 65535, RAMP * 0, 65535 - RAMP * 65535], axis=2)
    path = write_png(tmp_path / "deep.png", 2, values)
    seen = np.asarray(program.open_picture(path)).astype(int)
    assert len(np.unique(seen[..., 0])) > 100
    assert np.allclose(seen[0, 0], (0, 0, 255), atol=2)
    assert np.allclose(seen[-1, -1], (255, 0, 0), atol=2)


def test_deep_grey_and_transparent(program: ModuleType, tmp_path: Path) -> None:
    """16 bits of grey with 16 of transparency stand on white."""
    values = np.stack([np.full((40, 40), 20000), np.zeros((40, 40))], axis=2)
    values[20:, :, 1] = 65535
    path = write_png(tmp_path / "deep.png", 4, values)
    seen = program.open_picture(path)
    assert seen.getpixel((5, 5)) == (255, 255, 255)
    assert np.allclose(seen.getpixel((5, 30)), 78, atol=2)


def palette(colours: list[int], index: int = 1) -> Image.Image:
    """Return a picture of one of the colours of a palette."""
    image = Image.new("P", (40, 40), index)
    image.putpalette(colours)
    return image


def lab(path: Path) -> Path:
    """Write a TIFF of lightness and two colours."""
    return save(Image.new("LAB", (40, 40), (255, 128, 128)), path)


COLOURS: dict[str, tuple[Callable[[Path], Path], tuple[int, int, int]]] = {
    "grey.png": (
        lambda path: save(Image.new("L", (40, 40), 99), path),
        (99, 99, 99),
    ),
    "ink.png": (
        lambda path: save(Image.new("1", (40, 40), 1), path),
        (255, 255, 255),
    ),
    "ink.tif": (
        lambda path: save(Image.new("1", (40, 40), 0), path),
        (0, 0, 0),
    ),
    "clear.png": (
        lambda path: save(Image.new("RGBA", (40, 40), (9, 9, 9, 0)), path),
        (255, 255, 255),
    ),
    "clear.webp": (
        lambda path: save(
            Image.new("RGBA", (40, 40), (9, 9, 9, 0)), path, lossless=True
        ),
        (255, 255, 255),
    ),
    "clear.tif": (
        lambda path: save(Image.new("RGBA", (40, 40), (9, 9, 9, 0)), path),
        (255, 255, 255),
    ),
    "half clear.png": (
        lambda path: save(Image.new("RGBA", (40, 40), (0, 0, 0, 128)), path),
        (127, 127, 127),
    ),
    "clear grey.png": (
        lambda path: save(Image.new("LA", (40, 40), (9, 0)), path),
        (255, 255, 255),
    ),
    "one clear colour.png": (
        lambda path: save(
            Image.new("RGB", (40, 40), (9, 8, 7)), path, transparency=(9, 8, 7)
        ),
        (255, 255, 255),
    ),
    "one clear grey.png": (
        lambda path: save(Image.new("L", (40, 40), 7), path, transparency=7),
        (255, 255, 255),
    ),
    "palette.png": (
        lambda path: save(palette([0, 0, 0, 200, 100, 50]), path),
        (200, 100, 50),
    ),
    "half clear palette.png": (
        lambda path: save(
            palette([0, 0, 0, 200, 100, 50]), path, transparency=b"\x00\x80"
        ),
        (227, 177, 152),
    ),
    "clear palette.gif": (
        lambda path: save(
            palette([0, 0, 0, 200, 100, 50]), path, transparency=1
        ),
        (255, 255, 255),
    ),
    "palette.bmp": (
        lambda path: save(palette([0, 0, 0, 200, 100, 50]), path),
        (200, 100, 50),
    ),
    "print.jpg": (
        lambda path: save(
            Image.new("CMYK", (40, 40), (0, 255, 255, 0)), path, quality=95
        ),
        (255, 0, 0),
    ),
    "print.tif": (
        lambda path: save(Image.new("CMYK", (40, 40), (255, 0, 0, 0)), path),
        (0, 255, 255),
    ),
    "lab.tif": (lab, (255, 255, 255)),
    "television.tif": (
        lambda path: save(
            Image.new("RGB", (40, 40), (255, 0, 0)).convert("YCbCr"), path
        ),
        (255, 0, 0),
    ),
    "moving.gif": (
        lambda path: save(
            Image.new("RGB", (40, 40), (0, 0, 0)),
            path,
            save_all=True,
            append_images=[Image.new("RGB", (40, 40), (250, 0, 0))],
        ),
        (0, 0, 0),
    ),
    "moving.webp": (
        lambda path: save(
            Image.new("RGB", (40, 40), (0, 0, 0)),
            path,
            save_all=True,
            lossless=True,
            append_images=[Image.new("RGB", (40, 40), (250, 0, 0))],
        ),
        (0, 0, 0),
    ),
    "pages.tif": (
        lambda path: save(
            Image.new("RGB", (40, 40), (0, 0, 0)),
            path,
            save_all=True,
            append_images=[Image.new("RGB", (40, 40), (250, 0, 0))],
        ),
        (0, 0, 0),
    ),
    "jpeg inside.tif": (
        lambda path: save(
            Image.new("RGB", (40, 40), (120, 120, 120)),
            path,
            compression="jpeg",
        ),
        (120, 120, 120),
    ),
}


@pytest.mark.parametrize("name", COLOURS)
def test_colours_survive(
    program: ModuleType, tmp_path: Path, name: str
) -> None:
    """RGB as people see it, the first frame, white where it is clear."""
    write, colour = COLOURS[name]
    seen = program.open_picture(write(tmp_path / name))
    assert seen.mode == "RGB"
    for place in ((0, 0), (20, 20)):
        assert np.allclose(seen.getpixel(place), colour, atol=3)


def odd_pictures(folder: Path) -> list[str]:
    """Write pictures of every odd kind that can be read; return the names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (write, _) in COLOURS.items():
        write(folder / name)
    for kind, values in DEEP.items():
        save(Image.fromarray(values), folder / kind)
    flat(folder / "tiny.png", size=(1, 1))
    flat(folder / "wide.png", size=(6000, 200))
    flat(folder / "strip.png", size=(1, 6000))
    save(scene("s"), folder / "small.JPG")
    save(scene("t"), folder / "two words.Png")
    save(scene("u"), folder / "蜂 写真.jpeg")
    save(scene("v"), folder / "web.jfif", format="JPEG")
    save(scene("w"), folder / "a PNG that says.jpg", format="PNG")
    return sorted(path.name for path in folder.iterdir())


def test_odd_pictures_train_and_predict(
    command: Command, tmp_path: Path
) -> None:
    """Every kind that can be read is one picture in every command."""
    data = draw(tmp_path / "data", parts=("train", "val"))
    names = odd_pictures(data / "train" / "ants")
    odd_pictures(data / "val" / "ants")
    run = tmp_path / "run"
    done = command(training(data, run))
    count = 5 + len(names)
    assert done.result["train_size"] == done.result["val_size"] == count
    folder = str(data / "val" / "ants")
    argv = ["predict", str(run / "best.pt"), folder, "--device=cpu"]
    assert len(command(argv).result["predictions"]) == len(names)


BAD = {"bomb", "cut", "empty", "text"}


def damage(folder: Path) -> list[str]:
    """Write files that only seem to be pictures; return their names."""
    whole = save(scene("whole", (400, 400)), folder / "cut.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    whole = save(scene("png", (400, 400)), folder / "cut.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    whole = save(scene("tif", (90, 90)), folder / "cut.tif").read_bytes()
    (folder / "cut.tif").write_bytes(whole[:900])
    (folder / "text.png").write_text("<html>404</html>")
    (folder / "empty.png").touch()
    head = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    (folder / "bomb.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"")
    )
    return sorted(path.name for path in folder.glob("*.*") if path.stem in BAD)


def test_damaged_pictures_are_all_named_before_training(
    command: Command, tmp_path: Path
) -> None:
    """One round of cleaning is enough: counted, and each one named."""
    data = draw(tmp_path / "data")
    names = damage(data / "ants")
    done = command(training(data, tmp_path / "run"), status=1)
    for name in names:
        assert f"ants/{name}" in done.said
    assert f"{len(names)} of {len(names) + 10}" in done.said
    assert not list(tmp_path.glob("run/*.pt"))


def test_a_great_many_damaged_pictures(
    command: Command, tmp_path: Path
) -> None:
    """All are named, and the last line is still one that fits a screen."""
    data = draw(tmp_path / "data")
    for index in range(300):
        (data / "bees" / f"bad{index}.png").write_text("<html>404</html>")
    done = command(training(data, tmp_path / "run"), status=1)
    listed = done.said + "".join(
        path.read_text("utf-8") for path in tmp_path.glob("run/*.txt")
    )
    assert all(f"bad{index}.png" in listed for index in range(300))
    assert "300 of 310" in done.said


def test_damaged_pictures_are_passed_over_in_predict(
    command: Command, tmp_path: Path, finished: Path
) -> None:
    """Each gets a line, the others an answer; all bad is an error."""
    folder = tmp_path / "new"
    names = damage(folder)
    save(scene("good"), folder / "good.png")
    argv = ["predict", str(finished), str(folder), "--device=cpu"]
    done = command(argv)
    assert list(done.result["predictions"]) == ["good.png"]
    for name in names:
        assert name in done.err
    (folder / "good.png").unlink()
    done = command(argv, status=1)
    assert "no readable picture" in done.line


def test_photo_of_200_megapixels(
    program: ModuleType, command: Command, tmp_path: Path, finished: Path
) -> None:
    """A phone takes them: they are read, or told to be too large."""
    path = tmp_path / "phone.jpg"
    save(Image.new("L", (16320, 12240), 90), path, quality=20)
    argv = ["predict", str(finished), str(path), "--device=cpu"]
    answers = command(argv).result["predictions"]
    assert list(answers) == ["phone.jpg"]


def test_memory_is_not_for_what_a_header_claims(
    program: ModuleType, tmp_path: Path
) -> None:
    """Some bytes that claim 3,600 megapixels are refused, not loaded."""
    resource = pytest.importorskip("resource")
    damage(tmp_path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(OSError, match=r"bomb\.png"):
        program.open_picture(tmp_path / "bomb.png")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < 1_000_000  # kilobytes
