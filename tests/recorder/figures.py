"""Capture what a script draws with matplotlib, and show it as our own.

A script gives each figure a name, by which its file is called::

    figure, axes = plt.subplots(num="curves")
    axes.plot(history["epoch"], history["train_loss"], label="training")
    axes.set(xlabel="epoch", ylabel="loss")
    axes.legend()
    plt.show()

and neither colours nor fonts. A concept script draws in its cells, and its
figures are taken when it has run. A lesson with ``main`` draws in
``draw(results)``, which takes what main() returns: its figures are drawn from
the record, and none of its runs is repeated for them. ``draw(results,
sweeps=None)`` is also given the results of each recorded sweep, by its name a
list with one for each seed; called without, it shows the one run.

The texts are English; pages show them in their language (docs/terms.toml).
"""

import contextlib
import copy
import functools
import io
import math
import platform
import re
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch
from xml.etree import ElementTree

from numpy import ma

from docs._tools.expand import WORDS
from docs._tools.lessons import ROOT, script_path
from tests.recorder.settings import load_settings

NAME = re.compile(r"[a-z][a-z0-9_]*")
SVG = "{http://www.w3.org/2000/svg}"


def has_draw(source: str) -> bool:
    """Say whether a lesson draws from its results."""
    return "\ndef draw(" in source


def takes_sweeps(source: str) -> bool:
    """Say whether a lesson's ``draw`` can show other runs beside its own."""
    return bool(re.search(r"^def draw\(\w+, sweeps=None\)", source, re.M))


@contextlib.contextmanager
def drawing(
    lesson: str, source: str, root: Path = ROOT, *, recorded: bool = False
) -> Iterator[Callable[[], dict[str, str]]]:
    """Let a script draw in our style; what is yielded takes its figures.

    A script that does not name matplotlib does not pay for it. What ``draw``
    makes of other results than the recorded, as of a short run, may be cut off.
    """
    if "matplotlib" not in source:
        yield dict
        return
    from matplotlib import pyplot, style

    from tests.recorder.svg import STYLE

    pyplot.close("all")
    with (
        style.context(STYLE, after_reset=True),
        patch.object(pyplot, "show", lambda *_, **__: None),
        patch.object(pyplot, "figure", _once(lesson)),
    ):
        try:
            whole = recorded or not has_draw(source)
            yield lambda: _taken(lesson, source if whole else None, root)
        finally:
            pyplot.close("all")


def _once(lesson: str) -> Callable[..., Any]:
    """Return plt.figure() that makes no two figures of one name."""
    from matplotlib import pyplot

    make: Callable[..., Any] = pyplot.figure

    def figure(num: Any = None, *arguments: Any, **options: Any) -> Any:
        if isinstance(num, str) and pyplot.fignum_exists(num):
            raise ValueError(f"examples/{lesson}.py draws two figures {num!r}")
        return make(num, *arguments, **options)

    return figure


def _taken(lesson: str, source: str | None, root: Path) -> dict[str, str]:
    """Return the open figures as SVG, by their names."""
    from matplotlib import pyplot

    from tests.recorder.svg import FigureError, as_svg

    figures, cuts = {}, list[str]()
    for number in pyplot.get_fignums():
        figure = pyplot.figure(number)
        name = str(figure.get_label())
        if not NAME.fullmatch(name):
            raise ValueError(
                f"examples/{lesson}.py draws a figure that has "
                + (f"the name {name!r}" if name else "no name")
                + ': write plt.subplots(num="curves"), in small letters; it '
                f"becomes snippets/{lesson}/curves.svg"
            )
        try:
            figures[name] = as_svg(figure)
        except FigureError as error:
            raise ValueError(
                f"examples/{lesson}.py: figure {name!r} {error}"
            ) from None
        cuts += [f"figure {name!r} {cut}" for cut in cut_off(figure)]
    if source is not None:
        _check_cuts(cuts, lesson, source, root)
    return figures


def _check_cuts(cuts: list[str], lesson: str, source: str, root: Path) -> None:
    """Refuse what is cut off unasked, and an exemption without need."""
    exempt = "cut_off" in load_settings(lesson, root).exempt
    if cuts and not exempt:
        limits = [
            str(number)
            for number, line in enumerate(source.splitlines(), 1)
            if re.search(r"[xy]lim|\.axis\(\[", line)
        ]
        raise ValueError(
            f"examples/{lesson}.py:{','.join(limits) or 1}: {'; '.join(cuts)}: "
            "widen the limits, or say in the sidecar why not: [exempt], cut_off"
        )
    if exempt and not cuts:
        raise ValueError(
            f"examples/{lesson}.toml: [exempt] cut_off is not needed: all that "
            "is drawn lies inside the axes; delete the line"
        )


def cut_off(figure: Any) -> Iterator[str]:
    """Yield which data of a drawn figure lie outside of their axes.

    Lines in grey are no data, and a line across the axes ends nowhere.
    """
    for axes in figure.axes:
        room = axes.bbox.padded(1)
        for artist in (*axes.lines, *axes.collections, *axes.patches):
            points = [p for p in _points(artist) if math.isfinite(sum(p))]
            out = sum(not room.contains(*point) for point in points)
            if out and artist.get_clip_on():
                limits = map(
                    "{:.3g}..{:.3g}".format, *axes.viewLim.get_points()
                )
                yield (
                    f"cuts off {out} of {len(points)} points of "
                    f"{artist.get_label()!r}, outside of x and y "
                    f"{', '.join(limits)}"
                )


def _points(artist: Any) -> Any:
    """Return where a figure has the points of a line, marks, or an area."""
    change = artist.get_transform().transform
    if hasattr(artist, "get_xydata"):
        is_grey = artist.get_color() in ("gray", "grey")
        return [] if is_grey else change(artist.get_xydata())
    if hasattr(artist, "get_paths"):
        place = artist.get_offset_transform()
        if place == artist.axes.transData:  # marks, of which each has its own
            return place.transform(ma.getdata(artist.get_offsets()))
        corners = [p.vertices for p in artist.get_paths() if len(p.vertices)]
        return [point for some in corners for point in change(some)]
    return change(artist.get_path().vertices)


def drawn_by(
    draw: Callable[[], object], lesson: str, take: Callable[[], dict[str, str]]
) -> dict[str, str]:
    """Return the figures that are there when ``draw`` has drawn its own."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        returned = draw()
    if returned is not None or said.getvalue():
        raise ValueError(
            f"examples/{lesson}.py: draw() only draws: it prints and returns "
            "nothing"
        )
    return take()


def redrawn(
    lesson: str, record: dict[str, Any], root: Path = ROOT
) -> dict[str, str]:
    """Return the figures of a lesson with ``draw``, out of its record."""
    path = script_path(lesson, root)
    source = path.read_text(encoding="utf-8")
    results = [record["main"]["values"]]
    if takes_sweeps(source):
        sweeps = {**record["sweeps"], **record["real"]}
        results.append({name: one["runs"] for name, one in sweeps.items()})
    copies = copy.deepcopy(results)  # which draw() may change
    with drawing(lesson, source, root, recorded=True) as take:
        draw = functools.partial(loaded(path, source).draw, *copies)
        return drawn_by(draw, lesson, take)


@functools.cache
def loaded(path: Path, source: str) -> ModuleType:
    """Import a script of this text once; its main is not called."""
    module = ModuleType(f"script_{path.stem}")
    module.__file__ = str(path)
    exec(compile(source, path, "exec"), vars(module))
    return module


def drawn_with() -> dict[str, str]:
    """Return that on which each byte of a figure depends."""
    packages = {name: version(name) for name in ("matplotlib", "pillow")}
    return {**packages, "machine": platform.machine()}


def differences(
    was: dict[str, str],
    now: dict[str, str],
    lesson: str,
    *,
    exact: bool,
    short: bool = False,
) -> Iterator[str]:
    """Yield how a run's figures, ``now``, differ from those of the record.

    In an exact comparison nothing may differ, else only what no number moves;
    of a short run only the names count.
    """
    again = f"run `uv run pytest --record {lesson}`"
    if was.keys() != now.keys():
        yield (
            f"snippets/{lesson} holds the figures {sorted(was)}, "
            f"examples/{lesson}.py draws {sorted(now)}: {again}"
        )
        return
    for name in () if short else was:
        file = f"snippets/{lesson}/{name}.svg"
        old, new = parts(was[name]), parts(now[name])
        if exact and was[name] != now[name]:
            yield f"{file} is drawn otherwise: {again}"
        elif old != new:
            gone, come = sorted(old - new), sorted(new - old)
            yield f"{file} shows {gone} too many, {come} too few: {again}"


def parts(svg: str) -> Counter[str]:
    """Count what a figure shows: its series, its pictures, its words."""
    seen: Counter[str] = Counter()
    for element in ElementTree.fromstring(svg).iter():
        tag = element.tag.removeprefix(SVG)
        text = "".join(element.itertext())
        series = re.sub(r"\b\w[kglw]\b", "", element.get("class", "")).strip()
        if tag == "text" and WORDS.search(text):
            seen[re.sub(r"\d+(?:\.\d+)?", "#", text)] += 1
        elif tag == "image" or (tag == "path" and series):
            seen[f"{tag} {series}".strip()] += 1
    return seen
