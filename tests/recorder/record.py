"""Write a lesson's record, and say where one does not fit its lesson."""

import hashlib
import json
import platform
import shutil
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from docs._build.lessons import (
    ROOT,
    load_record,
    namespace,
    record_folder,
    script_path,
)
from tests.recorder.compare import (
    structure_differences,
    text_differences,
    value_differences,
)
from tests.recorder.figures import draw
from tests.recorder.run import Outcome
from tests.recorder.settings import (
    Settings,
    Sweep,
    load_settings,
    settings_path,
)

LARGEST_VALUE = 40_000  # characters of JSON for one recorded name

Run = Callable[[Sequence[str]], Outcome]


def make_record(lesson: str, run: Run, root: Path = ROOT) -> dict[str, Any]:
    """Run a lesson in full and return its record, with nothing written yet.

    The record also holds the text of every file that belongs to it, under
    ``texts``, which :func:`write_record` takes out.
    """
    settings = load_settings(lesson, root)
    full = run(())
    for name, value in full.values.items():
        if len(json.dumps(value)) > LARGEST_VALUE:
            raise ValueError(f"{lesson}: {name!r} is too large for a record")
    sweeps = {
        name: _sweep(sweep, run) for name, sweep in settings.sweeps.items()
    }
    everyday = run(settings.everyday) if settings.everyday else full
    seeds = {*full.seeds}
    for sweep in settings.sweeps.values():
        seeds |= {*sweep.seeds}
    record: dict[str, Any] = {
        "lesson": lesson,
        "script_sha256": sha256(script_path(lesson, root)),
        "settings_sha256": sha256(settings_path(lesson, root)),
        "python": platform.python_version(),
        "torch": version("torch"),
        "torchvision": version("torchvision"),
        "numpy": version("numpy"),
        "device": "cpu",
        "threads": 1,
        "seeds": sorted(seeds),
        "wall_seconds": round(full.wall_seconds, 2),
        "values": full.values,
        "tensors": full.tensors,
        "sweeps": sweeps,
    }
    if settings.everyday:
        record["everyday"] = {
            "arguments": list(settings.everyday),
            "values": everyday.values,
            "output": everyday.output,
        }
    names = Counter([*full.values, *full.tensors, *sweeps, "record"])
    if clashes := sorted(name for name, count in names.items() if count > 1):
        raise ValueError(f"{lesson}: two things are named {clashes}")
    record["texts"] = {
        "output.txt": full.output,
        **figures(settings, record),
    }
    return record


def _sweep(sweep: Sweep, run: Run) -> dict[str, Any]:
    runs = [
        run((*sweep.arguments, "--seed", str(seed))).values
        for seed in sweep.seeds
    ]
    return {
        name: spread([float(one[name]) for one in runs])
        for name, value in runs[0].items()
        if isinstance(value, int | float)
        and not isinstance(value, bool)
        and name != "seed"
    }


def spread(numbers: list[float]) -> dict[str, Any]:
    """Summarise the results of several seeds (standard deviation: n - 1)."""
    several = len(numbers) > 1
    return {
        "n": len(numbers),
        "mean": float(f"{statistics.fmean(numbers):.6g}"),
        "std": float(f"{statistics.stdev(numbers):.6g}") if several else 0.0,
        "min": min(numbers),
        "max": max(numbers),
        "values": numbers,
    }


def figures(settings: Settings, record: dict[str, Any]) -> dict[str, str]:
    """Draw all that the lesson's settings ask for, by file name."""
    values = namespace(record)
    return {
        f"{name}.svg": draw(spec, values)
        for name, spec in settings.figures.items()
    }


def write_record(record: dict[str, Any], root: Path = ROOT) -> None:
    """Replace what an earlier run of the lesson left."""
    record = dict(record)
    texts = record.pop("texts")
    record["files"] = {
        name: _digest(text.encode()) for name, text in texts.items()
    }
    record["checksum"] = checksum(record)
    folder = record_folder(record["lesson"], root)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    (folder / "record.json").write_text(
        json.dumps(record, indent=1, ensure_ascii=True) + "\n",
        encoding="utf-8",
        newline="\n",
    )


def record_faults(lesson: str, root: Path = ROOT) -> Iterator[str]:
    """Yield what is stale, missing or altered in a lesson's record."""
    record = load_record(lesson, root)
    again = f"run `uv run pytest --record {lesson}`"
    if record["script_sha256"] != sha256(script_path(lesson, root)):
        yield f"examples/{lesson}.py changed after its record: {again}"
    if record["settings_sha256"] != sha256(settings_path(lesson, root)):
        yield f"examples/{lesson}.toml changed after its record: {again}"
    if record["checksum"] != checksum(record):
        yield f"snippets/{lesson}/record.json was edited: {again}"
    folder = record_folder(lesson, root)
    present = {path.name for path in folder.iterdir()} - {"record.json"}
    if present != record["files"].keys():
        odd = sorted(present ^ record["files"].keys())
        yield f"snippets/{lesson} has too much or lacks {odd}: {again}"
    for name, digest in record["files"].items():
        if name in present and sha256(folder / name) != digest:
            yield f"snippets/{lesson}/{name} was edited: {again}"
    settings = load_settings(lesson, root)
    for name, drawn in figures(settings, record).items():
        if name in present and (folder / name).read_text("utf-8") != drawn:
            yield f"snippets/{lesson}/{name} is not what its values draw"
    yield from claim_faults(settings, record)


def claim_faults(settings: Settings, record: dict[str, Any]) -> Iterator[str]:
    """Yield the claims of a lesson that its record does not bear out."""
    values = namespace(record)
    for claim, expression in settings.claims.items():
        if not eval(expression, {"__builtins__": SAFE}, values):
            yield f"the claim {claim!r} does not hold: {expression}"


SAFE = {
    "abs": abs,
    "all": all,
    "any": any,
    "len": len,
    "max": max,
    "min": min,
    "sum": sum,
    "zip": zip,
    "sorted": sorted,
}


def run_differences(
    lesson: str, outcome: Outcome, root: Path = ROOT, *, full: bool = False
) -> Iterator[str]:
    """Yield how a run on the CPU differs from the lesson's record.

    Another release of torch words some of its errors differently, so there
    the printed text does not count, only the values.
    """
    record = load_record(lesson, root)
    tolerance = load_settings(lesson, root).tolerance
    if "everyday" in record and not full:
        output = record["everyday"]["output"]
        values = record["everyday"]["values"]
    else:
        path = record_folder(lesson, root) / "output.txt"
        output = path.read_text(encoding="utf-8")
        values = record["values"]
    if record["torch"] == version("torch"):
        yield from text_differences(output, outcome.output, tolerance)
    yield from value_differences(values, outcome.values, tolerance)
    yield from value_differences(record["tensors"], outcome.tensors, tolerance)


def missing_values(
    lesson: str, outcome: Outcome, root: Path = ROOT
) -> Iterator[str]:
    """Yield what a run on an accelerator lacks; digits do not count there."""
    record = load_record(lesson, root)
    expected = record.get("everyday", record)["values"]
    yield from structure_differences(expected, outcome.values)


def checksum(record: dict[str, Any]) -> str:
    """Return a digest of all of a record but the digest itself."""
    rest = {key: record[key] for key in sorted(record) if key != "checksum"}
    return _digest(json.dumps(rest, sort_keys=True).encode())


def sha256(path: Path) -> str:
    """Return a file's digest, or "" where there is no file.

    Line endings do not count: a checkout may change them.
    """
    if not path.is_file():
        return ""
    return _digest(path.read_bytes().replace(b"\r\n", b"\n"))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
