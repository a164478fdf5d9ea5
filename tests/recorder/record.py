"""Write a lesson's record, and say where one does not fit its lesson."""

import base64
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from docs._tools.lessons import ROOT, record_folder, script_path
from docs._tools.parts import cells_of
from docs._tools.records import Record, RecordError, Records
from tests.recorder import claims, compare, figures, numerics, runs
from tests.recorder.guards import constant_metrics
from tests.recorder.run import as_base64
from tests.recorder.settings import Sweep, data_folder, load_settings

SECTION = re.compile(r"^# %% (\w+)$", re.M)
LARGEST_VALUE = 40_000  # characters of JSON for one recorded name
DRAWN = {"drawn_with", "files", "checksum"}  # what another matplotlib moves


class NotRunError(LookupError):
    """A run that a record needs and that nobody has made."""


class Recording:
    """The record that a lesson has, and the one that its runs make."""

    def __init__(self, lesson: str, root: Path = ROOT) -> None:
        self.lesson, self.root = lesson, root
        self.folder = record_folder(lesson, root)
        self.settings = load_settings(lesson, root)
        self.source = script_path(lesson, root).read_text("utf-8")
        self.old = recorded(lesson, root)

    def missing(self, *, real: bool = False) -> list[runs.Run]:
        """List the runs without which the record cannot be written."""
        wanted = list(runs.pinned_runs(self.lesson, self.root, real=real))
        main = self.outcome(wanted[0])
        wanted[1:1] = self.variant_runs(main) if main else []
        return [run for run in wanted if not self.outcome(run)]

    def variant_runs(self, main: dict[str, Any]) -> list[runs.Run]:
        """Return the main run under other numerics, unless it is long."""
        if main["cpu_seconds"] > runs.VARIED_BELOW:
            return []
        of = self.lesson, self.settings
        return [runs.main_run(*of, name) for name in runs.VARIANTS]

    def outcome(self, run: runs.Run) -> dict[str, Any] | None:
        """Return what the record or this machine's cache holds of a run.

        What the record holds counts if all of it fits, or if it was made on a
        machine like this one: a record mixes no two kinds of numbers.
        """
        held = self.held(run)
        if not (held and (run.data or self.counts)):
            held = runs.kept(run, self.root)
        printed = SECTION.findall((held or {}).get("output", ""))
        return held if self.cells.issuperset(printed) else None

    @cached_property
    def cells(self) -> set[str]:
        """The names of the script's cells: no part of a run's key."""
        return {"main", *(cell.name for cell in cells_of(self.source))}

    @cached_property
    def counts(self) -> bool:
        """Whether what the record holds may go into the next one."""
        here = {**runs.this_machine(), **runs.environment()}
        made = {**self.old["fingerprint"], **self.old["environment"]}
        wanted = runs.pinned_runs(self.lesson, self.root)
        return here.items() <= made.items() or all(map(self.held, wanted))

    def held(self, run: runs.Run) -> dict[str, Any] | None:
        """Return a run out of the record, if it is of the same code."""
        old, code = self.old, runs.code_hash(run, self.root)
        if run.name != runs.MAIN:
            kind = "real" if run.data else "sweeps"
            sweep = old.get(kind, {}).get(run.name, {"code": [], "runs": []})
            found = dict(zip(sweep["code"], sweep["runs"], strict=True))
            if code not in found:
                return None
            seconds = sweep.get("cpu_seconds", 0.0)  # of the longest
            return {"values": found[code], "cpu_seconds": seconds}
        if not old or old["main"]["code"] != code:
            return None
        if run.numerics != "pinned":
            variant = old["variants"].get(run.numerics)
            return variant and {"variant": variant}
        names = ("output.txt", *self.settings.saves)
        output, *saved = beside = [self.folder / name for name in names]
        if any(self.file_faults()) or not all(map(Path.is_file, beside)):
            return None
        return {
            **old,
            **old["main"],
            "output": output.read_text("utf-8"),
            "figures": recorded_figures(self.lesson, self.root),
            "saved": as_base64(saved),
        }

    def need(self, run: runs.Run) -> dict[str, Any]:
        """Return what there is of a run.

        Raises:
            NotRunError: there is nothing.
        """
        if outcome := self.outcome(run):
            return outcome
        raise NotRunError(f"{run} was not run as it is now")

    def assemble(self) -> tuple[dict[str, Any], dict[str, bytes]]:
        """Make a record of runs that exist, and the files beside it.

        Raises:
            NotRunError: a run is missing; :meth:`missing` names it.
            ValueError: a value is too large, or two have one name.
        """
        main = self.need(runs.main_run(self.lesson, self.settings))
        record = self.numbers(main)
        for name, sweep in self.settings.sweeps.items():
            if kept := self.sweep(name, sweep):
                record["real" if sweep.data else "sweeps"][name] = kept
        check_values(record)
        tree = Record(record).tree
        record["claims"] = claims.told(self.lesson, tree, self.root)
        texts = {"output.txt": main["output"], **self.figures(record, main)}
        files = {name: text.encode() for name, text in texts.items()}
        for name in self.settings.saves:
            files[name] = base64.b64decode(main["saved"][name])
        record["files"] = {n: runs.sha256(held) for n, held in files.items()}
        return {**record, "checksum": checksum(record)}, files

    def numbers(self, main: dict[str, Any]) -> dict[str, Any]:
        """Return what a record holds of the main run and its variants."""
        run = runs.main_run(self.lesson, self.settings)
        sweeps = self.settings.sweeps.values()
        made = main.get("environment", runs.environment())
        facts = ("fingerprint", "cpu_seconds", "silent_seconds", "wall_seconds")
        return {
            "lesson": self.lesson,
            "environment": {**made, "device": "cpu", "threads": 1},
            **{name: main[name] for name in facts if name in main},
            "seeds": sorted({*main["seeds"]}.union(*(s.seeds for s in sweeps))),
            "main": {
                "code": runs.code_hash(run, self.root),
                "arguments": list(self.settings.arguments),
                "values": main["values"],
                "tensors": main["tensors"],
            },
            "variants": {
                run.numerics: self.variant(run, main)
                for run in self.variant_runs(main)
            },
            "sweeps": {},
            "real": {},
        }

    def variant(self, run: runs.Run, main: dict[str, Any]) -> Any:
        """Return where the main run came out otherwise."""
        outcome = self.need(run)
        return outcome.get("variant") or {
            "fingerprint": outcome["fingerprint"],
            "values": compare.changed_leaves(main["values"], outcome["values"]),
            "lines": compare.changed_lines(main["output"], outcome["output"]),
        }

    def sweep(self, name: str, sweep: Sweep) -> dict[str, Any] | None:
        """Return a sweep; on real data, as it was measured at some time."""
        wanted = runs.sweep_runs(self.lesson, self.settings, name)
        code = [runs.code_hash(run, self.root) for run in wanted]
        old: dict[str, Any] | None = self.old.get("real", {}).get(name)
        unmeasured = sweep.data and not all(map(self.outcome, wanted))
        if unmeasured or (old and old["code"] == code):
            return old
        made = [self.need(run) for run in wanted]
        new = {
            "arguments": list(sweep.arguments),
            "seeds": list(sweep.seeds),
            "code": code,
            "runs": [one["values"] for one in made],
        }
        if sweep.data:
            here = runs.environment()
            new |= {part: here[part] for part in ("torch", "torchvision")}
            new["data"] = {p: digest_of(data_folder() / p) for p in sweep.data}
        elif seconds := max(one["cpu_seconds"] for one in made):
            new["cpu_seconds"] = seconds
        return new

    def figures(
        self, record: dict[str, Any], main: dict[str, Any]
    ) -> dict[str, str]:
        """Return the figures by file; note with what they were drawn.

        They are of the main run, or drawn from what it left.
        """
        drawn, made_with = main["figures"], main.get("drawn_with")
        if figures.has_draw(self.source):
            drawn = figures.redrawn(self.lesson, record, self.root)
            made_with = None
        if drawn:
            record["drawn_with"] = made_with or figures.drawn_with()
        return {f"{name}.svg": svg for name, svg in sorted(drawn.items())}

    def write(self) -> bool:
        """Replace what an earlier run of the lesson left; say if it changed.

        Raises:
            NotRunError: a run is missing.
            ValueError: the record was edited, or a value is refused.
        """
        if edited := self.edited():
            raise ValueError(edited)
        record, files = self.assemble()
        if record == self.old and not any(self.file_faults()):
            return False
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        files["record.json"] = as_text(record).encode()
        for name, content in files.items():
            Path(self.folder, name).write_bytes(content)
        return True

    def edited(self) -> str:
        """Say that the record is not as the recorder wrote it, or nothing."""
        if not self.old or self.old["checksum"] == checksum(self.old):
            return ""
        where = f"snippets/{self.lesson}/record.json"
        return (
            f"{where} was edited: bring it back (`git checkout {where}`), or "
            f"delete it and run `uv run pytest --record {self.lesson}`"
        )

    def faults(self) -> Iterator[str]:
        """Yield what is stale, missing, altered or wrong in the record."""
        again = f"run `uv run pytest --record {self.lesson}"
        where = f"snippets/{self.lesson}/record.json"
        if edited := self.edited():
            yield edited
            return
        if faults := [*self.file_faults()]:
            yield from (f"{fault}: {again}`" for fault in faults)
            return
        try:
            fresh, files = self.assemble()
        except NotRunError as error:
            yield f"{where}: {error}: {again}`"
            return
        for fault, flag in self.stale(fresh):
            yield f"{where}: {fault}: {again}{flag}`"
        yield from self.figure_faults(files)
        yield from self.value_faults()
        yield from claims.claim_faults(
            self.lesson,
            Record(self.old).tree,
            variant_trees(self.old),
            self.root,
        )

    def figure_faults(self, files: dict[str, bytes]) -> Iterator[str]:
        """Yield how figures drawn anew differ from those beside the record."""
        svgs = [name for name in files if name.endswith(".svg")]
        # A draw() may resize pictures, by code that the processor chooses.
        here, there = numerics.fingerprint(), self.old.get("fingerprint", {})
        like = here["vector_code"] == there.get("vector_code")
        yield from figures.differences(
            recorded_figures(self.lesson, self.root),
            {name[:-4]: files[name].decode() for name in svgs},
            self.lesson,
            exact=like and self.old.get("drawn_with") == figures.drawn_with(),
        )

    def stale(self, fresh: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield what a new record changes, and the flag that measures it."""
        for part in sorted((self.old.keys() | fresh.keys()) - DRAWN):
            if self.old.get(part) != fresh.get(part):
                yield f"{part} changed after its record", ""
        for name, sweep in self.settings.sweeps.items():
            wanted = runs.sweep_runs(self.lesson, self.settings, name)
            if sweep.data and not all(map(self.held, wanted)):
                yield f"{name} was not measured so", " --real"

    def file_faults(self) -> Iterator[str]:
        """Yield that the files beside a record are not its own."""
        there = {
            path.name: runs.sha256(path.read_bytes())
            for path in self.folder.iterdir()
            if path.name != "record.json"
        }
        odd = there.items() ^ self.old["files"].items()
        for name in sorted({name for name, _ in odd}):
            yield f"snippets/{self.lesson}/{name} was edited, added or deleted"

    def value_faults(self) -> Iterator[str]:
        """Yield what no seed moves: it was not measured."""
        if "constant_metric" in self.settings.exempt:
            return
        for name, sweep in self.old["sweeps"].items():
            for metric in constant_metrics(sweep["runs"]):
                yield (
                    f"examples/{self.lesson}.py: {metric} is equal for all "
                    f"seeds of {name}: a result that no seed moves was not "
                    "measured"
                )


def recorded(lesson: str, root: Path = ROOT) -> dict[str, Any]:
    """Return the record as its file holds it, or an empty one."""
    try:
        return dict(Records(root).record(lesson).data)
    except RecordError:
        return {}


def recorded_figures(lesson: str, root: Path = ROOT) -> dict[str, str]:
    """Return the figures that stand beside a record, by name."""
    return {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted(record_folder(lesson, root).glob("*.svg"))
    }


def record_faults(lesson: str, root: Path = ROOT) -> Iterator[str]:
    """Yield what is wrong with a lesson's record.

    Raises:
        RecordError: there is no record.
    """
    Records(root).record(lesson)
    return Recording(lesson, root).faults()


def check_values(record: dict[str, Any]) -> None:
    """Refuse two things of one name, and what is no result but data.

    Raises:
        ValueError: there is such a thing.
    """
    main = record["main"]
    sweeps = (*record["sweeps"], *record["real"])
    names = Counter(["record", *main["values"], *main["tensors"], *sweeps])
    if clashes := sorted(name for name, count in names.items() if count > 1):
        raise ValueError(f"two things are named {clashes}")
    for name, value in main["values"].items():
        if len(json.dumps(value)) > LARGEST_VALUE:
            raise ValueError(
                f"{name!r} is too large for a record; a network that learned "
                "nothing leaves many mistakes"
            )


def variant_trees(record: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the results under each other numerics, as pages would see them."""
    trees = {}
    for how, variant in record["variants"].items():
        values = json.loads(json.dumps(record["main"]["values"]))
        for path, value in variant["values"].items():
            above, _, last = path.rpartition("/")
            place = compare.branch(values, above)
            name = last.replace(compare.SLASH, "/")
            place[int(name) if isinstance(place, list) else name] = value
        main = {**record["main"], "values": values}
        trees[how] = Record({**record, "main": main}).tree
    return trees


def digest_of(path: Path) -> dict[str, Any]:
    """Return the digest, files and bytes of a file or of a whole folder.

    Raises:
        FileNotFoundError: there is no such data.
    """
    if not path.exists():
        raise FileNotFoundError(
            f"no real data at {path}: set STUDY_DATA, or record without --real"
        )
    files = sorted(x for x in path.rglob("*") if x.is_file()) or [path]
    told = "".join(
        f"{file.relative_to(path.parent).as_posix()} "
        f"{runs.sha256(file.read_bytes())}\n"
        for file in files
    )
    size = sum(file.stat().st_size for file in files)
    digest = runs.sha256(told.encode())
    return {"sha256": digest, "files": len(files), "bytes": size}


def as_text(record: dict[str, Any]) -> str:
    """Return a record as its file holds it: a row of numbers is one line."""
    text = json.dumps(record, indent=1, ensure_ascii=True)
    row = re.compile(r"\[\s+((?:[^\[\]{}\"]|\"(?:[^\"\\]|\\.)*\")*?)\s+\]")

    def on_one_line(match: re.Match[str]) -> str:
        return "[" + re.sub(r",\n\s+", ", ", match[1]) + "]"

    return row.sub(on_one_line, text) + "\n"


def checksum(record: dict[str, Any]) -> str:
    """Return a digest of all of a record but the digest itself."""
    return runs.digest({k: v for k, v in record.items() if k != "checksum"})
