"""Draw a matplotlib figure as a small SVG that a page holds inline.

matplotlib lays the figure out; what it draws is written here with colours as
classes of docs/assets/css/figures.css (for a light and a dark page), text as
text, pictures as PNG at their own resolution, lengths with one decimal, and
without ids, clip paths or fonts.

Classes: ``s`` is a stroke, ``f`` a fill, ``b`` a bar (a light fill with an
outline); 1 to 5 are the colours of the series, ``k`` is ink, ``g`` a softer
grey, ``l`` a grid line, ``w`` paper.
"""

import base64
import io
import itertools
import math
import re
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from matplotlib import rc_params_from_file
from matplotlib.backend_bases import GraphicsContextBase as Look
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import (
    Affine2D,
    Bbox,
    IdentityTransform,
    Transform,
)
from PIL import Image

STYLE = FilePath(__file__).with_name("figures.mplstyle")
LOOK = rc_params_from_file(STYLE, use_default_template=False)
SERIES: tuple[str, ...] = tuple(LOOK["axes.prop_cycle"].by_key()["color"])
FONT: float = LOOK["font.size"]
LINE: float = LOOK["lines.linewidth"]
REM_PER_POINT = 0.08  # 4.2 inches are 24 rem wide
NAMES = {to_rgb(colour): str(n) for n, colour in enumerate(SERIES, 1)}
NAMES[to_rgb(LOOK["grid.color"])] = "l"
ANCHORS = {"left": "start", "center": "middle", "right": "end"}
SHARES = {"start": 0.0, "middle": 0.5, "end": 1.0}
MARKS = {  # of the third series and on: a triangle, a cross, a diamond
    "3": Path([(0, -1), (1, 1), (-1, 1), (0, -1)], closed=True),
    "4": Path([(-1, -1), (1, 1), (-1, 1), (1, -1)], [1, 2, 1, 2]),
    "5": Path([(0, -1), (1, 0), (0, 1), (-1, 0), (0, -1)], closed=True),
}

Colour = tuple[float, ...]


class FigureError(ValueError):
    """A figure that cannot be shown as it was drawn."""


def as_svg(figure: Figure) -> str:
    """Return a figure as inline SVG, in ASCII."""
    width, height = (72 * inches for inches in figure.get_size_inches())
    figure.set_dpi(72)
    renderer = SvgRenderer(width, height)
    figure.draw(renderer)
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" class="plot" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" '
        f'style="max-width:{width * REM_PER_POINT:.0f}rem">\n'
        f'<g font-size="{FONT}" fill="none" stroke-width="{LINE}">\n'
    )
    text = head + "".join(renderer.written()) + "</g>\n</svg>\n"
    return text.encode("ascii", "xmlcharrefreplace").decode()


class SvgRenderer(RendererBase):
    """What matplotlib draws on; a point is a unit of the SVG."""

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self.width, self.height = width, height
        self.flip = Affine2D().scale(1, -1).translate(0, height)
        self.parts: list[tuple[str, str]] = []  # attributes, path
        self.images: list[tuple[Bbox, Any]] = []

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Return the size, in points."""
        return self.width, self.height

    def option_image_nocomposite(self) -> bool:
        """Say that each image stays one of its own."""
        return True

    def option_scale_image(self) -> bool:
        """Say that an image may be drawn at its own resolution."""
        return True

    def written(self) -> Iterator[str]:
        """Yield the elements; what looks alike and touches is one path."""
        for look, alike in itertools.groupby(self.parts, lambda part: part[0]):
            if look.startswith("<"):
                yield look
            else:
                d = "".join(path for _, path in alike)
                yield f'<path {look} d="{d}"/>\n'

    def add(self, look: str, path: str = "") -> None:
        """Add an element, or a path and how it looks."""
        self.parts.append((look, path))

    def draw_path(
        self, gc: Look, path: Path, transform: Transform, *rest: Any
    ) -> None:
        """Draw a line, or an area, as far as it lies inside the axes."""
        face = [*rest, None][0]
        look = looks(gc, face)
        if not look:
            return
        path = path.transformed(transform + self.flip)
        box = self.clip(gc)
        if face is not None and box and not inside(path, box):
            path, box = path.clip_to_bbox(box), None
        if d := steps(path, box):
            self.add(look, d)

    def clip(self, gc: Look) -> Bbox | None:
        """Return the rectangle that a drawing is cut off by, upside down."""
        box = gc.get_clip_rectangle()
        return box and Bbox.union([box.transformed(self.flip)])

    def draw_markers(
        self, gc: Look, mark: Any, mark_at: Any, path: Any, *rest: Any
    ) -> None:
        """Draw a mark at each point of a path."""
        transform, face = [*rest, None][:2]
        for vertices, _ in path.iter_segments(transform, simplify=False):
            self.draw_mark(gc, mark, mark_at, vertices[-2:], face)

    def draw_mark(
        self, gc: Look, path: Path, transform: Any, place: Any, face: Any
    ) -> None:
        """Draw one mark; a round one has another shape for each colour."""
        x, y = place[0], self.height - place[1]
        box = self.clip(gc)
        if box and not box.padded(0.5).contains(x, y):
            return
        path = path.transformed(transform + Affine2D().scale(1, -1))
        if len(np.asarray(path.vertices)) < 3:  # a stroke: nothing to fill
            face = None
        name = "" if face is None else name_of(face)
        codes: Any = path.codes
        is_round = codes is not None and Path.CURVE4 in codes
        if name.isdigit() and is_round:
            radius = path.get_extents().height / 2 + gc.get_linewidth() / 2
            look, shape = round_mark(name, radius)
            look += opacity(gc, face)
        else:
            look, shape = looks(gc, face), steps(path, None, relative=True)
        if look:
            self.add(look, f"M{joined(tenths(x), tenths(y))}{shape}")

    def draw_image(
        self, gc: Look, x: float, y: float, im: Any, transform: Any = None
    ) -> None:
        """Draw a picture, its first row where ``transform`` puts it."""
        unit = transform or Affine2D().scale(*im.shape[1::-1])
        corners = np.add(unit.transform([(0, 0), (1, 1)]), (x, y))
        (x0, y0), (x1, y1) = self.flip.transform(corners)
        image = im[:: -1 if y1 < y0 else 1, :: -1 if x1 < x0 else 1]
        box = Bbox.union([Bbox([(x0, y0), (x1, y1)])])
        self.images.append((box, image))
        sides = zip(("x", "y", "width", "height"), box.bounds, strict=True)
        place = " ".join(f'{n}="{number(tenths(v))}"' for n, v in sides)
        data = base64.b64encode(png(image)).decode()
        self.add(
            f'<image {place} preserveAspectRatio="none" '
            f'href="data:image/png;base64,{data}"/>\n'
        )

    def draw_text(
        self,
        gc: Look,
        x: Any,
        y: Any,
        s: str,
        prop: Any,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        """Write a text; its anchor holds it in place in any language."""
        # A line of several has no text of its own.
        side = mtext.get_horizontalalignment() if mtext else "left"
        anchor = ANCHORS[side]
        width, height, _ = self.get_text_width_height_descent(s, prop, ismath)
        turn = math.radians(angle)
        along = np.array([math.cos(turn), -math.sin(turn)]) * width
        x, y = (x, y) + along * SHARES[anchor]
        middle = (x, y) + along * (0.5 - SHARES[anchor])
        look = text_look(prop, anchor)
        if colour := self.text_class(gc, middle - (0, height / 2)):
            look += f' class="{colour}"'
        place = f'x="{number(tenths(x))}" y="{number(tenths(y))}"'
        if angle:
            turned = f"translate({x:.1f} {y:.1f})rotate({-angle:g})"
            place = f'transform="{turned}"'
        words = superscripts(s) if ismath else escape(s)
        self.add(f"<text {place}{look}>{words}</text>\n")

    def text_class(self, gc: Look, middle: Any) -> str:
        """Return the class of a text: over a picture, what can be read."""
        for box, image in reversed(self.images):
            if box.contains(*middle):
                rows, columns = image.shape[:2]
                row = int((middle[1] - box.y0) / box.height * rows)
                column = int((middle[0] - box.x0) / box.width * columns)
                pixel = image[min(row, rows - 1), min(column, columns - 1)]
                return "on-dark" if luminance(pixel) < 0.18 else "on-light"
        name = name_of(gc.get_rgb())
        return "" if name == "k" else f"f{name}"


def text_look(prop: Any, anchor: str) -> str:
    """Return the attributes of a text, as far as they are not the usual."""
    look = "" if anchor == "start" else f' text-anchor="{anchor}"'
    size = prop.get_size_in_points()
    if abs(size - FONT) > 0.05:
        look += f' font-size="{size:.3g}"'
    return look


def name_of(colour: Colour) -> str:
    """Return what a colour is called in the stylesheet.

    Raises:
        FigureError: the colour is none of the style's.
    """
    rgb: Any = tuple(float(part) for part in colour[:3])
    for known, name in NAMES.items():
        if max(abs(a - b) for a, b in zip(rgb, known, strict=True)) < 0.003:
            return name
    if max(rgb) - min(rgb) > 0.003:
        raise FigureError(
            f"draws in {to_hex(rgb)}: leave colours out, or write C0 to C4, "
            "black, gray; a page shows them in a light and in a dark palette"
        )
    return "k" if rgb[0] < 0.3 else "w" if rgb[0] > 0.97 else "g"


def looks(gc: Look, face: Colour | None) -> str:
    """Return the attributes of a path, or nothing if it is not seen."""
    line = gc.get_linewidth() if gc.get_rgb()[3] else 0
    if face is not None and not face[3]:
        face = None
    fill = "" if face is None else name_of(face)
    stroke = name_of(gc.get_rgb()) if line else ""
    if not (fill or stroke):
        return ""
    seen = opacity(gc, face)
    if fill.isdigit() and not seen and stroke in ("", fill):
        return f'class="b{fill}"'
    classes = [f"f{fill}"] * bool(fill) + [f"s{stroke}"] * bool(stroke)
    look = f'class="{" ".join(classes)}"'
    if stroke and abs(line - LINE) > 0.05:
        look += f' stroke-width="{line:.2g}"'
    dashes: Any = gc.get_dashes()[1]
    if stroke and dashes is not None:
        look += f' stroke-dasharray="{" ".join(f"{d:.2g}" for d in dashes)}"'
    return look + seen


def opacity(gc: Look, face: Colour | None) -> str:
    """Return the attribute of what is seen through."""
    alpha = gc.get_rgb()[3] if face is None else face[3]
    return "" if alpha > 0.99 else f' opacity="{alpha:.2g}"'


def round_mark(name: str, radius: float) -> tuple[str, str]:
    """Return attributes and path of a series' mark: a line's end is a dot."""
    if name in "12":
        cap = "round" if name == "1" else "square"
        look = f'class="s{name}" stroke-linecap="{cap}"'
        return f'{look} stroke-width="{2 * radius:.2g}"', "h0"
    kind = "s" if name == "4" else "f"
    path = MARKS[name].transformed(Affine2D().scale(radius))
    return f'class="{kind}{name}"', steps(path, None, relative=True)


def inside(path: Path, box: Bbox) -> bool:
    """Say whether a path lies in a rectangle, up to a rounding."""
    own, room = path.get_extents(), box.padded(0.1)
    return bool(np.all(own.min >= room.min) and np.all(own.max <= room.max))


def steps(path: Path, box: Bbox | None, *, relative: bool = False) -> str:
    """Return a path in SVG's letters, steps from point to point.

    Steps are between rounded points, so that no error adds up.
    """
    clip = None if box is None else (box.x0, box.y0, box.x1, box.y1)
    d, at, began = "", (0, 0), (0, 0)
    for vertices, code in path.iter_segments(IdentityTransform(), clip=clip):
        whole = [tenths(value) for value in vertices]
        deltas = [n - at[axis % 2] for axis, n in enumerate(whole)]
        x, y = deltas[-2:]
        if code == Path.CLOSEPOLY:
            d, at = d + "z", began
            continue
        if code == Path.MOVETO:
            began = (whole[0], whole[1])
            d += f"m{joined(x, y)}" if relative else f"M{joined(*whole)}"
        elif code != Path.LINETO:
            d += ("q" if code == Path.CURVE3 else "c") + joined(*deltas)
        elif x and y:
            d += f"l{joined(x, y)}"
        elif x or y:
            d += f"h{number(x)}" if x else f"v{number(y)}"
        at = (whole[-2], whole[-1])
    return d


def tenths(value: float) -> int:
    """Return a length in tenths of a point."""
    return round(float(value) * 10)


def number(length: int) -> str:
    """Write a length that is given in tenths, as short as it goes."""
    return re.sub(r"\b0\.", ".", f"{length / 10:g}")


def joined(*lengths: int) -> str:
    """Write lengths one after another; a minus parts them, too."""
    first, *rest = map(number, lengths)
    return first + "".join(t if t[0] == "-" else f" {t}" for t in rest)


def luminance(pixel: Any) -> float:
    """Return the relative luminance of a pixel, as WCAG defines it."""
    parts = np.asarray(pixel[:3], float) / 255
    linear = np.where(
        parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4
    )
    return float(linear @ (0.2126, 0.7152, 0.0722))


def png(image: Any) -> bytes:
    """Return RGBA pixels as a PNG, in the fewest bytes that keep them all."""
    pixels = np.ascontiguousarray(image)
    flat, places = np.unique(pixels.reshape(-1, 4), axis=0, return_inverse=True)
    made = Image.fromarray(pixels)
    if (flat[:, 3] == 255).all():
        if len(flat) > 16 and (flat[:, :1] == flat[:, :3]).all():
            made = made.getchannel(0)
        elif len(flat) <= 256:
            index = places.reshape(pixels.shape[:2]).astype(np.uint8)
            made = Image.fromarray(index)
            made.putpalette(flat[:, :3].tobytes())
    file = io.BytesIO()
    bits = 4 if len(flat) <= 16 else 8  # of a place in the palette
    made.save(file, "PNG", optimize=True, bits=bits)
    return file.getvalue()


def superscripts(formula: str) -> str:
    """Return a formula such as ``$10^{-3}$`` as text, powers raised.

    Raises:
        FigureError: it is more than numbers, single letters and powers.
    """
    text = re.sub(r"\\mathdefault\{(.*)\}", r"\1", formula.replace("$", ""))
    text = escape(text.replace(r"\times", "\u00d7").replace(" ", ""))
    text = re.sub(r"(\d)-", "\\1\u2212", text).replace("^{-", "^{\u2212")
    raised = r'<tspan dy="-4" font-size="8">\1</tspan>'
    text = re.sub(r"\^\{([^{}]*)\}$", raised, text)
    if re.search(r"[\\{}^]|[^\W\d_]{2}", re.sub(r"<[^>]*>", "", text)):
        raise FigureError(f"writes {formula!r}: write it without LaTeX")
    return text
