"""What a lesson asks of its recorder: ``examples/<section>/<lesson>.toml``."""

import functools
import os
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docs._tools.lessons import ROOT, script_path

# What watches a run (guards.py), and what a sidecar may exempt from it.
GUARDS = (
    "leak",
    "mixed",  # rows measured, of which only some were trained on
    "order",
    "softmax_before_cross_entropy",
    "constant_metric",
    "cut_off",  # what is drawn, and lies outside of the axes
    "other_means",  # over seeds, under another fingerprint
)
LISTS = {"arguments", "short", "seeds", "saves", "loads"}
DATA = "{data}/"  # stands for the folder of real data in an argument


@dataclass(frozen=True)
class Sweep:
    """Arguments that the recorder runs once for each seed.

    An argument that begins with ``{data}/`` names real data, which is no
    part of the repository: see :func:`data_folder`. ``varies`` tells why
    two runs of one seed differ, as the memory of a process does: then the
    lesson's claims are tried on them and no digit is compared.
    """

    seeds: tuple[int, ...]
    arguments: tuple[str, ...] = ()
    varies: str = ""

    @property
    def data(self) -> tuple[str, ...]:
        """Return what it reads below the folder of real data."""
        return tuple(
            argument.removeprefix(DATA)
            for argument in self.arguments
            if argument.startswith(DATA)
        )


def data_folder() -> Path:
    """Return where the real data are, whether or not they are there.

    The folder that ``STUDY_DATA`` names, else ``shared/data`` beside the
    checkout. It holds what ``hymenoptera_data`` and the like hold.
    """
    return Path(os.environ.get("STUDY_DATA") or ROOT.parent / "shared/data")


@dataclass(frozen=True)
class Settings:
    """How a lesson is run.

    ``arguments`` are those of the recorded run, ``short`` those of the run
    that the tests make of a long lesson, ``exempt`` names the guards that the
    lesson breaks on purpose, each with the reason. ``saves`` names files that
    the recorded run writes and the record keeps; ``loads`` those of other
    lessons, by their path below snippets/, that lie beside the script.
    ``edges`` says of ways whose best rate is the first or last of those tried
    why no further one was, ``ends`` of ways that were not trained until the
    last third brought nothing why not (see tests/test_protocol.py).
    """

    arguments: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    sweeps: Mapping[str, Sweep] = field(default_factory=dict)
    exempt: Mapping[str, str] = field(default_factory=dict)
    edges: Mapping[str, str] = field(default_factory=dict)
    ends: Mapping[str, str] = field(default_factory=dict)
    saves: tuple[str, ...] = ()
    loads: tuple[str, ...] = ()


def load_settings(lesson: str, root: Path = ROOT) -> Settings:
    """Read a lesson's settings; a lesson without a file has the defaults.

    Raises:
        ValueError: the file has a key or a value that means nothing.
    """
    path = script_path(lesson, root).with_suffix(".toml")
    if not path.is_file():
        return Settings()
    return _read(path.read_text(encoding="utf-8"), lesson)


@functools.cache
def _read(text: str, lesson: str) -> Settings:
    given = tomllib.loads(text)
    try:
        sweeps = given.pop("sweeps", {}).items()
        made = {name: Sweep(**_checked(sweep)) for name, sweep in sweeps}
        settings = Settings(**_checked(given), sweeps=made)
    except (TypeError, ValueError) as error:
        raise ValueError(f"examples/{lesson}.toml: {error}") from None
    if unknown := settings.exempt.keys() - GUARDS:
        raise ValueError(
            f"examples/{lesson}.toml [exempt]: unknown {sorted(unknown)}; "
            f"known: {sorted(GUARDS)}"
        )
    return settings


def loaded_files(lesson: str, root: Path = ROOT) -> list[Path]:
    """Return the files of other lessons that a script reads beside it.

    Raises:
        FileNotFoundError: one of them was not recorded.
    """
    named = load_settings(lesson, root).loads
    paths = [root / "snippets" / name for name in named]
    for path in paths:
        if not path.is_file():
            raise FileNotFoundError(f"examples/{lesson}.toml: no {path}")
    return paths


def lay_files(lesson: str, folder: Path, root: Path = ROOT) -> None:
    """Copy into a folder what a script reads there."""
    for path in loaded_files(lesson, root):
        shutil.copy(path, folder)


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    """Return a table with tuples for lists, each of what it may hold."""
    checked = dict(given)
    for name in given.keys() & LISTS:
        kind, items = int if name == "seeds" else str, given[name]
        fits = isinstance(items, list) and {*map(type, items)} <= {kind}
        if not fits or (kind is int and not items):
            raise ValueError(f"{name} is a list of {kind.__name__}: {items!r}")
        checked[name] = tuple(items)
    return checked
