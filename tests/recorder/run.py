"""Run one lesson's script through pytest-examples and collect what it leaves.

Every run starts from the same state: an empty folder, one thread, no
arguments of pytest's, and a random generator that nobody seeded, so that a
script which forgot to seed is found out by its changing numbers.
"""

import base64
import contextlib
import functools
import gc
import io
import os
import random
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TextIO
from unittest import mock

import numpy as np
import pytest
import pytest_examples.traceback
import torch
from pytest_examples import CodeExample, EvalExample

from docs._tools.lessons import ROOT, script_path
from docs._tools.parts import Section, cells_of, has_main
from tests.recorder import figures, numerics
from tests.recorder.guards import Guards
from tests.recorder.settings import lay_files, load_settings

# What a script may change, and what a run puts back: set_x(get_x()).
STATE: tuple[tuple[Any, str], ...] = (
    (torch, "num_threads"),
    (torch, "default_dtype"),
    (torch, "deterministic_debug_mode"),
    (torch, "float32_matmul_precision"),
    (torch, "rng_state"),
    (torch.hub, "dir"),
    (np.random, "state"),
)
SWITCHES = (
    (torch.backends.cudnn, "benchmark"),
    (torch.backends.cudnn, "deterministic"),
    (torch.backends.mkldnn, "enabled"),
)
# What a script is told of accelerators that it shall not use.
ABSENT = (
    (torch.cuda, "is_available", False),
    (torch.cuda, "device_count", 0),
    (torch.accelerator, "is_available", False),
    (torch.backends.mps, "is_available", False),
)
# CPU seconds; names and functions of a script hold one another, and its data.
COLLECT_ABOVE = 10
SPAWNED = "__mp_main__"  # as multiprocessing calls the script in a worker
DIGITS = 6  # significant digits of a recorded number


@dataclass
class Outcome:
    """What a run left behind; ``faults`` are of the guards that fired."""

    output: str
    values: dict[str, Any]
    tensors: dict[str, Any]
    seeds: list[int]
    wall_seconds: float
    cpu_seconds: float
    silent_seconds: float  # the longest time without a line, of the CPU
    faults: dict[str, str] = field(default_factory=dict)
    figures: dict[str, str] = field(default_factory=dict)
    saved: dict[str, str] = field(default_factory=dict)  # base64


class Silence:
    """How much a run computes at most before it writes the next line."""

    def __init__(self) -> None:
        self.longest, self.began = 0.0, cpu_seconds()

    def end(self) -> None:
        """Note that a line was written, or that the run is over."""
        now = cpu_seconds()
        self.longest = max(self.longest, round(now - self.began, 2))
        self.began = now


class Heard(io.StringIO):
    """A stream that passes on what is written; a line ends the silence."""

    def __init__(self, stream: TextIO, silence: Silence) -> None:
        super().__init__()
        self.stream, self.silence = stream, silence

    def write(self, text: str) -> int:
        """Pass ``text`` on; a terminal shows it up to its last line's end."""
        if "\n" in text or "\r" in text:
            self.silence.end()
        return self.stream.write(text)


def cpu_seconds() -> float:
    """Return what this process and its children have computed."""
    return sum(os.times()[:4])


class SectionedOutput(io.StringIO):
    """Standard output that knows the cell from which it was reached."""

    def __init__(self, lesson: str, cells: list[Section]) -> None:
        super().__init__()
        self.lesson, self.cells = lesson, cells
        self.parts: dict[str, str] = {}

    def write(self, text: str) -> int:
        """Keep ``text`` under the cell that is running."""
        if text == "KeyboardInterrupt in example":
            raise KeyboardInterrupt  # pytest-examples only says so
        lines = (
            line
            for frame, line in traceback.walk_stack(sys._getframe(1))
            if frame.f_code.co_name == "<module>"
            and frame.f_globals.get("__lesson__") == self.lesson
        )
        at = next(lines, 0)
        started = [cell.name for cell in self.cells if cell.first <= at]
        name = ["main", *started][-1]
        self.parts[name] = self.parts.get(name, "") + text
        return len(text)

    def text(self) -> str:
        """Return all output, each cell's below a heading ``# %% name``."""
        blocks = []
        for name, text in self.parts.items():
            body = "\n".join(line.rstrip() for line in text.splitlines())
            blocks.append(f"# %% {name}\n{body}\n")
        return "\n".join(blocks)


def run_lesson(
    evaluate: EvalExample,
    lesson: str,
    *,
    device: str = "cpu",
    arguments: Sequence[str] = (),
    drawn: bool = True,
    root: Path = ROOT,
) -> Outcome:
    """Run a lesson once; raise what it raises, at its own file and line."""
    path, folder = script_path(lesson, root), evaluate.tmp_path
    source, guards = path.read_text("utf-8"), Guards(lesson)
    output, seeds = SectionedOutput(lesson, cells_of(source)), list[int]()
    lay_files(lesson, folder, root)
    pristine = _pristine(folder, device, seeds)
    with pristine, figures.drawing(lesson, source, root) as take:
        given = [*arguments, "--device", device] if has_main(source) else []
        sys.argv = [path.name, *given]
        with guards.watching(), _heard(output) as silence:
            outcome, draw = _execute(evaluate, guards, path, source)
        if drawn:
            outcome.figures = figures.drawn_by(draw, lesson, take)
    del draw  # holds all that the script defined
    if outcome.cpu_seconds > COLLECT_ABOVE:
        gc.collect()
    outcome.output, outcome.seeds = output.text(), seeds
    outcome.faults, outcome.silent_seconds = guards.faults, silence.longest
    saves = load_settings(lesson, root).saves
    outcome.saved = as_base64([folder / name for name in saves])
    return outcome


@contextlib.contextmanager
def _heard(output: TextIO) -> Iterator[Silence]:
    """Keep what is printed, and note how long nothing is."""
    silence = Silence()
    errors = contextlib.redirect_stderr(Heard(sys.stderr, silence))
    with contextlib.redirect_stdout(Heard(output, silence)), errors:
        yield silence
    silence.end()


def _execute(
    evaluate: EvalExample, guards: Guards, path: Path, source: str
) -> tuple[Outcome, Callable[[], object]]:
    """Run a script as pytest-examples does, and its ``main``, if any.

    Returns what it computed, and what draws it.
    """
    returned: dict[str, Any] = {}
    extra: dict[str, Any] = {"__lesson__": guards.lesson, "__file__": str(path)}

    def call_main() -> None:
        script = sys.modules[SPAWNED] = sys.modules["__main__"]
        script.__spec__ = None  # so a worker imports it from __file__
        returned.update(script.main(sys.argv[1:]))

    if training := has_main(source):
        extra |= {"__name__": SPAWNED, "call_main": call_main}
    example = CodeExample.create(source, path=path)
    wall, cpu = time.perf_counter(), cpu_seconds()
    module = evaluate.run(example, module_globals=extra, call="call_main")
    guards.look_at_parts(module)
    wall = round(time.perf_counter() - wall, 2)
    cpu = round(cpu_seconds() - cpu, 2)
    values = _values(returned if training else module, training)
    tensors = {} if training else _tensors(module)
    outcome = Outcome("", values, tensors, [], wall, cpu, cpu)
    draw = module.get("draw") if training else None
    drawn = functools.partial(draw, returned) if draw else lambda: None
    return outcome, drawn


def as_base64(paths: list[Path]) -> dict[str, str]:
    """Return what files hold, as text, by their names."""
    return {p.name: base64.b64encode(p.read_bytes()).decode() for p in paths}


def _values(found: dict[str, Any], training: bool) -> dict[str, Any]:
    values = {}
    for name, value in found.items():
        try:
            if not name.startswith("_"):
                values[name] = _plain(value)
        except TypeError:
            if training:
                raise TypeError(
                    f"main() returns {name!r} as {type(value).__name__}; "
                    "return plain numbers, text, lists and tables"
                ) from None
    return values


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, torch.dtype | torch.device):
        return str(value)
    if type(value) in (list, tuple, torch.Size):
        return [_plain(item) for item in value]
    if type(value) is dict:
        return {str(key): _plain(item) for key, item in value.items()}
    raise TypeError(type(value).__name__)


def _tensors(module: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {
            "shape": list(value.shape),
            "dtype": str(value.dtype),
            "device": str(getattr(value, "device", "cpu")),
        }
        for name, value in module.items()
        if isinstance(value, torch.Tensor | np.ndarray)
        and not name.startswith("_")
    }


@contextlib.contextmanager
def _pristine(folder: Path, device: str, seeds: list[int]) -> Iterator[None]:
    """Give a script a fresh state and put everything back after it."""
    manual_seed = torch.manual_seed

    def noted_seed(seed: int) -> torch.Generator:
        seeds.append(seed)
        return manual_seed(seed)

    with (
        contextlib.ExitStack() as stack,
        torch.enable_grad(),
        pytest.MonkeyPatch.context() as patch,
        warnings.catch_warnings(),
        mock.patch.dict(os.environ),
        numerics.emulated(),
    ):
        for place, name in STATE:
            value = getattr(place, f"get_{name}")()
            stack.callback(getattr(place, f"set_{name}"), value)
        stack.callback(random.setstate, random.getstate())
        stack.callback(torch.set_default_device, None)
        for backend, name in SWITCHES:
            patch.setattr(backend, name, getattr(backend, name))
        patch.chdir(folder)
        patch.setattr(sys, "argv", sys.argv)
        for name in ("__main__", SPAWNED):
            patch.setitem(sys.modules, name, sys.modules["__main__"])
        patch.setattr(torch, "manual_seed", noted_seed)
        _prepare(device, patch)
        yield


def _prepare(device: str, patch: pytest.MonkeyPatch) -> None:
    """Leave one device, one way of computing, and no known random number."""
    for place, name, answer in ABSENT if device == "cpu" else ():
        # Cached as torch's own: its compiler looks behind the cache.
        told = functools.cache(lambda answer=answer: answer)
        patch.setattr(place, name, told)
    if device != "cpu":
        torch.use_deterministic_algorithms(True, warn_only=True)
    torch.optim.SGD([torch.zeros(1, requires_grad=True)])  # is imported late
    torch.set_num_threads(numerics.threads())
    random.seed()
    np.random.seed()
    torch.seed()


if sys.version_info < (3, 12):
    # There pytest-examples 0.0.18 hands a line table of the old format to the
    # new code object, and pytest dies while it shows the traceback.
    told: Any = pytest_examples.traceback
    told.sys = SimpleNamespace(version_info=(3, 12))
