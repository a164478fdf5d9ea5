"""What a lesson asks of its recorder: ``examples/<section>/<lesson>.toml``."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from docs._tools.lessons import ROOT, script_path
from tests.recorder.guards import GUARDS


@dataclass(frozen=True)
class Sweep:
    """Arguments that the recorder runs once for each seed.

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
            argument.removeprefix(mark)
            for argument in self.arguments
            if argument.startswith(mark)
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
    lesson breaks on purpose, each with the reason.
    """

    arguments: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    sweeps: Mapping[str, Sweep] = field(default_factory=dict)
    exempt: Mapping[str, str] = field(default_factory=dict)


def settings_path(lesson: str, root: Path = ROOT) -> Path:
    """Return where a lesson's settings stand, if it has any."""
    return script_path(lesson, root).with_suffix(".toml")


def load_settings(lesson: str, root: Path = ROOT) -> Settings:
    """Read a lesson's settings; a lesson without a file has the defaults.

    Raises:
        ValueError: the file has a key or a value that means nothing.
    """
    path = settings_path(lesson, root)
    if not path.is_file():
        return Settings()
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    given.pop("figures", None)  # of lessons that do not draw yet
    where = f"examples/{lesson}.toml"
    _only(given, [known.name for known in fields(Settings)], where)
    exempt = given.get("exempt", {})
    _only(exempt, GUARDS, f"{where} [exempt]")
    return Settings(
        arguments=_strings(given.get("arguments", []), where),
        short=_strings(given.get("short", []), where),
        sweeps={
            name: _sweep(sweep, f"{where} [sweeps.{name}]")
            for name, sweep in given.get("sweeps", {}).items()
        },
        exempt=exempt,
    )


def _sweep(given: dict[str, Any], where: str) -> Sweep:
    _only(given, ["arguments", "seeds"], where)
    seeds = given.get("seeds", [])
    if not (seeds and all(type(seed) is int for seed in seeds)):
        raise ValueError(f"{where}: seeds is a list of whole numbers")
    return Sweep(_strings(given.get("arguments", []), where), tuple(seeds))


def _only(given: Mapping[str, Any], known: Any, where: str) -> None:
    if unknown := sorted(set(given) - set(known)):
        raise ValueError(f"{where}: unknown {unknown}; known: {sorted(known)}")


def _strings(given: Any, where: str) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(
        isinstance(item, str) for item in given
    ):
        raise ValueError(f"{where}: {given!r} is no list of strings")
    return tuple(given)
