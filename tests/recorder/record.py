"""Write a lesson's record, and say where one does not fit its lesson."""

import hashlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs._tools.lessons import ROOT, record_folder, script_path
from docs._tools.records import (
    Record,
    RecordError,
    Records,
    is_number,
    over_seeds,
)
from tests.recorder import claims, compare, figures, runs
from tests.recorder.guards import constant_metrics
from tests.recorder.settings import Settings, Sweep, data_folder, load_settings

SECONDS = ("cpu_seconds", "wall_seconds")
LARGEST_VALUE = 40_000  # characters of JSON for one recorded name


class NotRunError(LookupError):
    """A run that a record needs and that nobody has made."""


def recorded(lesson: str, root: Path = ROOT) -> dict[str, Any]:
    """Return the record as its file holds it, or an empty one."""
    try:
        return dict(Records(root).record(lesson).data)
    except RecordError:
        return {}


def missing_runs(
    lesson: str, root: Path = ROOT, *, real: bool = False
) -> list[runs.Run]:
    """List the runs without which the lesson's record cannot be written.

    What the record holds counts if all of it fits, or if it was made on a
    machine like this one: a record mixes no two kinds of numbers.
    """
    settings = load_settings(lesson, root)
    wanted = list(runs.pinned_runs(lesson, root, real=real))
    main = _outcome(wanted[0], root)
    if main and main["cpu_seconds"] <= runs.VARIED_BELOW:
        wanted[1:1] = [
            runs.main_run(lesson, settings, name) for name in runs.VARIANTS
        ]
    return [run for run in wanted if not _outcome(run, root)]


def _outcome(run: runs.Run, root: Path) -> dict[str, Any] | None:
    """Return what the record or this machine's cache holds of a run."""
    record = recorded(run.lesson, root)
    if record and (run.data or _all_fits(run.lesson, record, root)):
        held = _held(run, record, root)
        if held:
            return held
    if outcome := runs.kept(run, root):
        return outcome
    alike = record and (
        {k: record["environment"][k] for k in runs.environment()}
        == runs.environment()
        and {k: record["fingerprint"].get(k) for k in runs.this_machine()}
        == runs.this_machine()
    )
    return _held(run, record, root) if alike else None


def _all_fits(lesson: str, record: dict[str, Any], root: Path) -> bool:
    wanted = [r for r in runs.pinned_runs(lesson, root) if not r.data]
    return all(_held(run, record, root) for run in wanted)


def _held(
    run: runs.Run, record: dict[str, Any], root: Path
) -> dict[str, Any] | None:
    """Return a run out of the record, if it is of the same code."""
    code = runs.code_hash(run, root)
    if run.name == runs.MAIN:
        main = record["main"]
        variant = record["variants"].get(run.numerics)
        if main["code"] != code:
            return None
        if run.numerics != "pinned":
            return variant and {"variant": variant, "cpu_seconds": 0}
        output = record_folder(run.lesson, root) / "output.txt"
        text = output.read_text("utf-8") if output.is_file() else ""
        drawn = recorded_figures(run.lesson, root)
        facts = _run_facts(record)
        return {**main, **facts, "output": text, "figures": drawn}
    kind = "real" if run.data else "sweeps"
    sweep = record.get(kind, {}).get(run.name, {"code": []})
    if code not in sweep["code"]:
        return None
    at = sweep["code"].index(code)
    return {"values": sweep["runs"][at], "seeds": [run.seed]}


def _run_facts(record: dict[str, Any]) -> dict[str, Any]:
    names = (*SECONDS, "seeds", "fingerprint")
    return {name: record[name] for name in names} | {
        "environment": record["environment"],
        "drawn_with": record.get("drawn_with"),
        "faults": {},
    }


def assemble(lesson: str, root: Path = ROOT) -> dict[str, Any]:
    """Make a record of runs that exist, with its files as ``texts``.

    Raises:
        NotRunError: a run is missing; :func:`missing_runs` names it.
        ValueError: a value is too large, or two have one name.
    """
    settings = load_settings(lesson, root)
    main_run = runs.main_run(lesson, settings)
    main = _need(main_run, root)
    made_with = main.get("environment") or runs.environment()
    record: dict[str, Any] = {
        "lesson": lesson,
        "environment": {**made_with, "device": "cpu", "threads": 1},
        **{name: main[name] for name in ("fingerprint", *SECONDS)},
        "seeds": _seeds(main["seeds"], settings),
        "main": {
            "code": runs.code_hash(main_run, root),
            "arguments": list(settings.arguments),
            **{name: main[name] for name in ("values", "tensors")},
        },
        "variants": _variants(lesson, settings, main, root),
        **_sweeps(lesson, settings, root),
    }
    _check_names(lesson, record)
    record["claims"] = claims.told(lesson, Record(record).tree, root)
    texts = {"output.txt": main["output"], **_figures(record, main, root)}
    return {**record, "texts": texts}


def _figures(
    record: dict[str, Any], main: dict[str, Any], root: Path
) -> dict[str, str]:
    """Return a lesson's figures by file; note with what they were drawn.

    They are of the main run, or drawn from what it left.
    """
    drawn, now = main.get("figures", {}), figures.drawn_with()
    source = script_path(record["lesson"], root).read_text(encoding="utf-8")
    if figures.has_draw(source):
        drawn = figures.redrawn(record["lesson"], record, root)
    elif main.get("drawn_with"):
        now = main["drawn_with"]
    if drawn:
        record["drawn_with"] = now
    return {f"{name}.svg": svg for name, svg in sorted(drawn.items())}


def recorded_figures(lesson: str, root: Path = ROOT) -> dict[str, str]:
    """Return the figures that stand beside a record, by name."""
    return {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted(record_folder(lesson, root).glob("*.svg"))
    }


def _seeds(main: list[int], settings: Settings) -> list[int]:
    return sorted({*main}.union(*(s.seeds for s in settings.sweeps.values())))


def _sweeps(lesson: str, settings: Settings, root: Path) -> dict[str, Any]:
    """Return the sweeps, those on real data apart."""
    sweeps: dict[str, Any] = {"sweeps": {}, "real": {}}
    for name, sweep in settings.sweeps.items():
        if sweep.data:
            sweeps["real"] |= _real(lesson, name, sweep, settings, root)
        else:
            sweeps["sweeps"][name] = _sweep(lesson, name, settings, root)
    return sweeps


def _check_names(lesson: str, record: dict[str, Any]) -> None:
    main = record["main"]
    groups = (main["values"], main["tensors"], record["sweeps"], record["real"])
    names = Counter(name for group in groups for name in [*group])
    names["record"] += 1
    if clashes := sorted(name for name, count in names.items() if count > 1):
        raise ValueError(f"{lesson}: two things are named {clashes}")
    for name, value in main["values"].items():
        if len(json.dumps(value)) > LARGEST_VALUE:
            raise ValueError(
                f"{lesson}: {name!r} is too large for a record; a network "
                "that learned nothing leaves many mistakes"
            )


def _need(run: runs.Run, root: Path) -> dict[str, Any]:
    outcome = _outcome(run, root)
    if outcome is None:
        raise NotRunError(str(run))
    return outcome


def _variants(
    lesson: str, settings: Settings, main: dict[str, Any], root: Path
) -> dict[str, Any]:
    """Return where the main run came out otherwise under other numerics."""
    if main["cpu_seconds"] > runs.VARIED_BELOW:
        return {}
    variants = {}
    for name in runs.VARIANTS:
        outcome = _need(runs.main_run(lesson, settings, name), root)
        variants[name] = outcome.get("variant") or {
            "fingerprint": outcome["fingerprint"],
            "values": compare.changed_leaves(main["values"], outcome["values"]),
            "lines": compare.changed_lines(main["output"], outcome["output"]),
        }
    return variants


def _sweep(
    lesson: str, name: str, settings: Settings, root: Path
) -> dict[str, Any]:
    wanted = runs.sweep_runs(lesson, settings, name)
    return {
        "arguments": list(settings.sweeps[name].arguments),
        "seeds": list(settings.sweeps[name].seeds),
        "code": [runs.code_hash(run, root) for run in wanted],
        "runs": [_need(run, root)["values"] for run in wanted],
    }


def _real(
    lesson: str, name: str, sweep: Sweep, settings: Settings, root: Path
) -> dict[str, Any]:
    """Return a sweep on real data, measured now or long ago, if at all."""
    old = recorded(lesson, root).get("real", {}).get(name)
    try:
        new = _sweep(lesson, name, settings, root)
    except NotRunError:
        return {name: old} if old else {}
    if old and old["code"] == new["code"]:
        return {name: old}
    here = runs.environment()
    return {
        name: {
            **new,
            "torch": here["torch"],
            "torchvision": here["torchvision"],
            "data": {
                part: digest_of(data_folder() / part) for part in sweep.data
            },
        }
    }


def digest_of(path: Path) -> dict[str, Any]:
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
        files = sorted(file for file in path.rglob("*") if file.is_file())
    digest, size = hashlib.sha256(), 0
    for file in files:
        content = file.read_bytes()
        size += len(content)
        name = file.relative_to(path.parent).as_posix()
        digest.update(f"{name} {_digest(content)}\n".encode())
    return {"sha256": digest.hexdigest(), "files": len(files), "bytes": size}


def write_record(record: dict[str, Any], root: Path = ROOT) -> bool:
    """Replace what an earlier run of the lesson left; say if it changed."""
    record = dict(record)
    texts = record.pop("texts")
    record["files"] = {
        name: _digest(text.encode()) for name, text in texts.items()
    }
    record["checksum"] = checksum(record)
    if record == recorded(record["lesson"], root) and not any(
        _file_faults(record["lesson"], record, root)
    ):
        return False
    folder = record_folder(record["lesson"], root)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    texts = {**texts, "record.json": as_text(record)}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return True


def as_text(record: dict[str, Any]) -> str:
    """Return a record as its file holds it: a row of numbers is one line."""
    text = json.dumps(record, indent=1, ensure_ascii=True)
    row = re.compile(r"\[\s+((?:[^\[\]{}\"]|\"(?:[^\"\\]|\\.)*\")*?)\s+\]")

    def on_one_line(match: re.Match[str]) -> str:
        return "[" + re.sub(r",\n\s+", ", ", match[1]) + "]"

    return row.sub(on_one_line, text) + "\n"


def record_faults(lesson: str, root: Path = ROOT) -> Iterator[str]:
    """Yield what is stale, missing, altered or wrong in a lesson's record.

    Raises:
        RecordError: there is no record.
    """
    record = Records(root).record(lesson)
    again = f"run `uv run pytest --record {lesson}`"
    yield from _stale(lesson, record.data, root, again)
    if record.data["checksum"] != checksum(record.data):
        yield f"snippets/{lesson}/record.json was edited: {again}"
    yield from _file_faults(lesson, record.data, root)
    settings = load_settings(lesson, root)
    source = script_path(lesson, root).read_text(encoding="utf-8")
    if figures.has_draw(source):
        yield from figures.differences(
            recorded_figures(lesson, root),
            figures.redrawn(lesson, record.data, root),
            lesson,
            exact=record.data.get("drawn_with") == figures.drawn_with(),
        )
    for name, sweep in record.data["sweeps"].items():
        for metric in constant_metrics(sweep["runs"]):
            if "constant_metric" not in settings.exempt:
                yield (
                    f"examples/{lesson}.py: {metric} is equal for all seeds of "
                    f"{name}: a result that no seed moves was not measured"
                )
    yield from _redundancy_faults(lesson, record.data, again)
    yield from _claim_faults(lesson, record, root, again)


def _redundancy_faults(
    lesson: str, record: dict[str, Any], again: str
) -> Iterator[str]:
    """Yield what a record says twice and not in the same way."""
    where = f"snippets/{lesson}/record.json"
    varied = record.get("cpu_seconds", 0) <= runs.VARIED_BELOW
    if [*record["variants"]] != (runs.VARIANTS if varied else []):
        yield f"{where}: variants {[*record['variants']]}: {again}"
    for path, table in _tables(record["main"]["values"]):
        values: Any = table.get("values")
        numbers = isinstance(values, list) and all(map(is_number, values))
        if numbers and {"mean", "std"} <= table.keys() and len(values) > 1:
            wanted = over_seeds(values)
            for name in ("mean", "std"):
                if abs(table[name] - wanted[name]) > 1e-4 * abs(wanted["mean"]):
                    yield (
                        f"{where}: {path}{name} is {table[name]}, but its "
                        f"values give {wanted[name]} (n - 1): mend the script"
                    )


def _tables(tree: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(tree, dict):
        yield path, tree
        for name, branch in tree.items():
            yield from _tables(branch, f"{path}{name}.")


def _claim_faults(
    lesson: str, record: Record, root: Path, again: str
) -> Iterator[str]:
    faults = list(
        claims.claim_faults(
            lesson, record.tree, variant_trees(record.data), root
        )
    )
    yield from faults
    if not faults and record.data["claims"] != claims.told(
        lesson, record.tree, root
    ):
        yield (
            f"snippets/{lesson}/record.json: its claims do not follow from "
            f"its values: edited, or tests/claims/{lesson}.py changed: {again}"
        )


def variant_trees(record: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the results under each other numerics, as pages would see them."""
    trees = {}
    for numerics, variant in record["variants"].items():
        values = json.loads(json.dumps(record["main"]["values"]))
        for path, value in variant["values"].items():
            above, _, last = path.rpartition("/")
            place = compare.branch(values, above)
            name = last.replace(compare.SLASH, "/")
            place[int(name) if isinstance(place, list) else name] = value
        main = {**record["main"], "values": values}
        trees[numerics] = Record({**record, "main": main}).tree
    return trees


def _stale(
    lesson: str, record: dict[str, Any], root: Path, again: str
) -> Iterator[str]:
    settings = load_settings(lesson, root)
    for name, sweep in settings.sweeps.items():
        kind = "real" if sweep.data else "sweeps"
        wanted = [
            runs.code_hash(run, root)
            for run in runs.sweep_runs(lesson, settings, name)
        ]
        held = record[kind].get(name)
        if held is None or held["code"] != wanted:
            real = " --real" if sweep.data else ""
            yield f"{lesson}: {name} was not measured so: {again[:-1]}{real}`"
        elif len(held["runs"]) != len(wanted):
            yield f"snippets/{lesson}/record.json: {name} lacks a run: {again}"
    main = runs.code_hash(runs.main_run(lesson, settings), root)
    if record["main"]["code"] != main:
        yield f"examples/{lesson}.py changed after its record: {again}"
    if record["main"]["arguments"] != list(settings.arguments):
        yield f"examples/{lesson}.toml changed after its record: {again}"
    if odd := {*record["sweeps"], *record["real"]} - {*settings.sweeps}:
        yield f"snippets/{lesson}/record.json: unknown {sorted(odd)}: {again}"


def _file_faults(
    lesson: str, record: dict[str, Any], root: Path
) -> Iterator[str]:
    again = f"run `uv run pytest --record {lesson}`"
    folder = record_folder(lesson, root)
    present = {path.name for path in folder.iterdir()} - {"record.json"}
    if odd := sorted(present ^ record["files"].keys()):
        yield f"snippets/{lesson} has too much or lacks {odd}: {again}"
    for name, digest in record["files"].items():
        file = folder / name
        if name in present and sha256(file) != digest:
            yield f"snippets/{lesson}/{name} was edited: {again}"


def checksum(record: dict[str, Any]) -> str:
    """Return a digest of all of a record but the digest itself."""
    rest = {key: record[key] for key in sorted(record) if key != "checksum"}
    return _digest(json.dumps(rest, sort_keys=True).encode())


def sha256(path: Path) -> str:
    """Return a file's digest; line endings do not count."""
    return _digest(path.read_bytes().replace(b"\r\n", b"\n"))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
