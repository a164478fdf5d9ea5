"""What a lesson asks of its recorder: ``examples/<section>/<lesson>.toml``."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from docs._tools.lessons import ROOT, script_path


@dataclass(frozen=True)
class Tolerance:
    """How far a decimal number may lie from its record.

    Whole numbers and text are compared exactly. ``unchecked`` holds patterns
    of keys (``mistakes.*``) of which only the structure is compared.
    """

    rtol: float = 1e-3
    atol: float = 1.01e-4
    unchecked: tuple[str, ...] = ()

    def allows(self, expected: float, actual: float, unit: float = 1) -> bool:
        """Say whether two numbers agree; ``unit`` is 100 for percentages."""
        if expected != expected or actual != actual:
            return expected != expected and actual != actual
        if expected == actual:
            return True
        margin = self.atol * unit + self.rtol * abs(expected)
        return abs(expected - actual) <= margin


@dataclass(frozen=True)
class Sweep:
    """A setting that the recorder runs once for each seed.

    An argument that begins with ``{data}/`` names real data, which is no
    part of the repository: see :func:`data_folder`.
    """

    arguments: tuple[str, ...]
    seeds: tuple[int, ...]

    @property
    def data(self) -> tuple[str, ...]:
        """Return what it reads below the folder of real data."""
        mark = "{data}/"
        return tuple(
            one.removeprefix(mark)
            for one in self.arguments
            if one.startswith(mark)
        )


def data_folder() -> Path:
    """Return where the real data are, whether or not they are there.

    The folder that ``STUDY_DATA`` names, else ``shared/data`` beside the
    checkout. It holds what ``hymenoptera_data`` and the like hold.
    """
    return Path(os.environ.get("STUDY_DATA") or ROOT.parent / "shared/data")


@dataclass(frozen=True)
class Settings:
    """How a lesson is run, compared and drawn, and what it claims."""

    arguments: tuple[str, ...] = ()
    everyday: tuple[str, ...] = ()
    tolerance: Tolerance = Tolerance()
    sweeps: Mapping[str, Sweep] = field(default_factory=dict)
    claims: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def settings_path(lesson: str, root: Path = ROOT) -> Path:
    """Return where a lesson's settings stand, if it has any."""
    return script_path(lesson, root).with_suffix(".toml")


def load_settings(lesson: str, root: Path = ROOT) -> Settings:
    """Read a lesson's settings; a lesson without a file has the defaults.

    Raises:
        ValueError: the file has a key that means nothing.
    """
    path = settings_path(lesson, root)
    if not path.is_file():
        return Settings()
    with path.open("rb") as file:
        given = tomllib.load(file)
    known = {one.name for one in fields(Settings)}
    if unknown := sorted(set(given) - known):
        raise ValueError(
            f"{path.name}: unknown {unknown}; known: {sorted(known)}"
        )
    tolerance = given.get("tolerance", {})
    return Settings(
        arguments=tuple(given.get("arguments", ())),
        everyday=tuple(given.get("everyday", ())),
        tolerance=Tolerance(
            **{
                **tolerance,
                "unchecked": tuple(tolerance.get("unchecked", ())),
            }
        ),
        sweeps={
            name: Sweep(tuple(sweep["arguments"]), tuple(sweep["seeds"]))
            for name, sweep in given.get("sweeps", {}).items()
        },
        claims=given.get("claims", {}),
        figures=given.get("figures", {}),
    )
