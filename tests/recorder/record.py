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

from docs._tools.lessons import (
    ROOT,
    RecordError,
    is_number,
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
    data_folder,
    load_settings,
    settings_path,
)

LARGEST_VALUE = 40_000  # characters of JSON for one recorded name

Run = Callable[[Sequence[str]], Outcome]


def make_record(
    lesson: str, run: Run, root: Path = ROOT, *, real: bool = False
) -> dict[str, Any]:
    """Run a lesson in full and return its record, with nothing written yet.

    Results on real data take many minutes. They are measured anew only with
    ``real``; else those of the last record stay, with their provenance.

    The record also holds the text of every file that belongs to it, under
    ``texts``, which :func:`write_record` takes out.
    """
    settings = load_settings(lesson, root)
    full = run(settings.arguments)
    for name, value in full.values.items():
        if len(json.dumps(value)) > LARGEST_VALUE:
            raise ValueError(f"{lesson}: {name!r} is too large for a record")
    sweeps, provenance = {}, {}
    last = {} if real else _last_record(lesson, root)
    for name, sweep in settings.sweeps.items():
        if not sweep.data:
            sweeps[name] = _sweep(sweep, run)
        elif real:
            provenance[name] = _provenance(lesson, sweep, root)
            sweeps[name] = _sweep(sweep, run)
        elif name in last.get("real", {}):
            provenance[name] = last["real"][name]
            sweeps[name] = last["sweeps"][name]
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
    if provenance:
        record["real"] = provenance
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
    folder = str(data_folder())
    arguments = [one.replace("{data}", folder) for one in sweep.arguments]
    runs = [
        run((*arguments, "--seed", str(seed))).values for seed in sweep.seeds
    ]
    return _summary(runs)


def _summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Summarise each number of several runs, and each number of a series."""
    found: dict[str, Any] = {}
    for name, value in runs[0].items():
        all_of_it = [one[name] for one in runs]
        if isinstance(value, dict):
            found[name] = _summary(all_of_it)
        elif is_number(value) and name != "seed":
            found[name] = spread([float(one) for one in all_of_it])
        elif _is_series(value) and len({len(one) for one in all_of_it}) == 1:
            found[name] = _spread_of_series(all_of_it)
    return {name: value for name, value in found.items() if value}


def _spread_of_series(series: list[list[float]]) -> dict[str, Any]:
    points = [spread(list(column)) for column in zip(*series, strict=True)]
    kinds = ("mean", "std", "min", "max")
    lists: dict[str, Any] = {
        kind: [point[kind] for point in points] for kind in kinds
    }
    return {
        "n": len(series),
        **lists,
        "low": [round(one["mean"] - one["std"], 6) for one in points],
        "high": [round(one["mean"] + one["std"], 6) for one in points],
    }


def _is_series(value: object) -> bool:
    return isinstance(value, list) and all(map(is_number, value))


def _last_record(lesson: str, root: Path) -> dict[str, Any]:
    try:
        return load_record(lesson, root)
    except RecordError:
        return {}


def _provenance(lesson: str, sweep: Sweep, root: Path) -> dict[str, Any]:
    """Say with what a result on real data was measured."""
    return {
        "arguments": list(sweep.arguments),
        "seeds": list(sweep.seeds),
        "script_sha256": sha256(script_path(lesson, root)),
        "torch": version("torch"),
        "torchvision": version("torchvision"),
        "data": {one: fingerprint(data_folder() / one) for one in sweep.data},
    }


def fingerprint(path: Path) -> dict[str, Any]:
    """Return the digest, files and bytes of a file or of a whole folder.

    Raises:
        FileNotFoundError: there is no such data.
    """
    if not path.exists():
        raise FileNotFoundError(
            f"no real data at {path}: set STUDY_DATA, or record without --real"
        )
    files = [path]
    if path.is_dir():
        files = sorted(one for one in path.rglob("*") if one.is_file())
    digest, size = hashlib.sha256(), 0
    for file in files:
        content = file.read_bytes()
        size += len(content)
        name = file.relative_to(path.parent).as_posix()
        digest.update(f"{name} {_digest(content)}\n".encode())
    return {"sha256": digest.hexdigest(), "files": len(files), "bytes": size}


def real_faults(
    lesson: str, settings: Settings, record: dict[str, Any], root: Path
) -> Iterator[str]:
    """Yield which results on real data are missing or out of date."""
    again = f"run `uv run pytest --record {lesson} --real`"
    script = sha256(script_path(lesson, root))
    for name, sweep in settings.sweeps.items():
        if not sweep.data:
            continue
        made = record.get("real", {}).get(name)
        if made is None:
            yield f"{lesson}: {name} was never measured on real data: {again}"
        elif made["script_sha256"] != script:
            yield f"{lesson}: {name} was measured by an older script: {again}"
        elif (made["arguments"], made["seeds"]) != (
            [*sweep.arguments],
            [*sweep.seeds],
        ):
            yield f"{lesson}: {name} was measured otherwise: {again}"


def spread(numbers: list[float]) -> dict[str, Any]:
    """Summarise the results of several seeds (standard deviation: n - 1)."""
    several = len(numbers) > 1
    mean = statistics.fmean(numbers)
    exact = min(numbers) == max(numbers)  # a count is not rounded
    return {
        "n": len(numbers),
        "mean": mean if exact else float(f"{mean:.6g}"),
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
    yield from real_faults(lesson, settings, record, root)
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
