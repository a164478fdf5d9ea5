"""Where a lesson's script, record and pages stand, and what its record says.

One lesson, one path: ``basics/tensors`` is ``examples/basics/tensors.py``,
``snippets/basics/tensors/`` and ``docs/{ja,en}/basics/tensors.md``.
"""

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from docs._tools.rebuild import note_read

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("ja", "en")

# What a record says of the run itself, read as ``record.torch``.
PROVENANCE = (
    "python",
    "torch",
    "torchvision",
    "numpy",
    "device",
    "threads",
    "seeds",
    "wall_seconds",
)


class RecordError(ValueError):
    """A record, or a key in it, that does not exist."""


def lessons(root: Path = ROOT) -> list[str]:
    """List all lessons by their path below ``examples/``, sorted."""
    scripts = (root / "examples").rglob("*.py")
    found = [path.relative_to(root / "examples") for path in scripts]
    return sorted(path.with_suffix("").as_posix() for path in found)


def script_path(lesson: str, root: Path = ROOT) -> Path:
    """Return the script of a lesson."""
    return root / "examples" / f"{lesson}.py"


def record_folder(lesson: str, root: Path = ROOT) -> Path:
    """Return the folder that holds what a run of the lesson left."""
    return root / "snippets" / lesson


def load_record(lesson: str, root: Path = ROOT) -> dict[str, Any]:
    """Read a lesson's record.

    Raises:
        RecordError: the lesson has none.
    """
    path = record_folder(lesson, root) / "record.json"
    try:
        changed = path.stat().st_mtime_ns
        note_read(path, changed)
        return _load(path, changed)
    except FileNotFoundError:
        raise RecordError(
            f"no record of {lesson!r}: run `uv run pytest --record {lesson}`"
        ) from None


@functools.lru_cache(maxsize=256)
def _load(path: Path, changed: int) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def namespace(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that a page or a claim can name in a record."""
    return {
        **record["values"],
        **record["tensors"],
        **record["sweeps"],
        "record": {name: record[name] for name in PROVENANCE},
    }


def look_up(values: Any, key: str) -> Any:
    """Follow a dotted key through nested tables and lists.

    Raises:
        RecordError: a part of the key is missing; names those that exist.
    """
    found = values
    for part in key.split("."):
        try:
            found = found[int(part) if isinstance(found, list) else part]
        except (KeyError, IndexError, ValueError, TypeError):
            raise RecordError(
                f"no {part!r} in {key!r}; there is: {_choices(found)}"
            ) from None
    return found


def is_number(value: object) -> bool:
    """Say whether a recorded value is a number; True and False are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _choices(found: Any) -> str:
    if isinstance(found, Mapping):
        return ", ".join(sorted(found)) or "nothing"
    if isinstance(found, list):
        return f"0 to {len(found) - 1}"
    return "a plain value"
