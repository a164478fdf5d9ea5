"""Run one lesson's script through pytest-examples and collect what it leaves.

Every run starts from the same state: an empty folder, one thread, no
arguments of pytest's, and a random generator that nobody seeded, so that a
script which forgot to seed is found out by its changing numbers.
"""

import contextlib
import ctypes
import functools
import gc
import io
import os
import random
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest_examples.traceback
import torch
from pytest_examples import CodeExample, EvalExample

from docs._tools.lessons import ROOT, script_path
from docs._tools.parts import Section, cells_of
from tests.recorder import figures, numerics
from tests.recorder.guards import Guards

SWITCHES = (
    (torch.backends.cudnn, "benchmark"),
    (torch.backends.cudnn, "deterministic"),
    (torch.backends.mkldnn, "enabled"),
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
    faults: dict[str, str]
    figures: dict[str, str] = field(default_factory=dict)


@dataclass
class SectionedOutput(io.TextIOBase):
    """Standard output that knows the cell from which it was reached."""

    lesson: str
    cells: list[Section]
    parts: dict[str, list[str]] = field(default_factory=dict)

    def writable(self) -> bool:
        """Say that text may be written."""
        return True

    def write(self, text: str) -> int:
        """Keep ``text`` under the cell that is running."""
        self.parts.setdefault(self._cell(sys._getframe(1)), []).append(text)
        return len(text)

    def _cell(self, frame: FrameType | None) -> str:
        while frame is not None:
            if (
                frame.f_code.co_name == "<module>"
                and frame.f_globals.get("__lesson__") == self.lesson
            ):
                started = [
                    cell.name
                    for cell in self.cells
                    if cell.first <= frame.f_lineno
                ]
                return started[-1] if started else "main"
            frame = frame.f_back
        return "main"

    def text(self) -> str:
        """Return all output, each cell's below a heading ``# %% name``."""
        blocks = []
        for name, pieces in self.parts.items():
            lines = "".join(pieces).splitlines()
            body = "\n".join(line.rstrip() for line in lines)
            blocks.append(f"# %% {name}\n{body}\n")
        return "\n".join(blocks)


def is_training(source: str) -> bool:
    """Say whether a script has a ``main`` that returns its numbers."""
    return "\ndef main(" in source


def run_lesson(
    evaluate: EvalExample,
    lesson: str,
    *,
    device: str = "cpu",
    arguments: Sequence[str] = (),
    drawn: bool = True,
    root: Path = ROOT,
) -> Outcome:
    """Run a lesson once, and take its figures if they are ``drawn``.

    Raises:
        Exception: whatever the script raises, at its own file and line.
    """
    path = script_path(lesson, root)
    source = path.read_text("utf-8")
    argv = [*arguments, "--device", device] if is_training(source) else []
    left = Left(SectionedOutput(lesson, cells_of(source)), Guards(lesson))
    _warm_up()
    pristine = _pristine(evaluate.tmp_path, device, left.seeds)
    with pristine, figures.drawing(lesson, source) as take:
        sys.argv = [path.name, *argv]
        with left.guards.watching(), contextlib.redirect_stdout(left.output):
            _execute(evaluate, lesson, path, left)
        if drawn:
            left.draw(lesson, take)
    if "KeyboardInterrupt in example" in left.output.text():
        raise KeyboardInterrupt
    return left.outcome()


@dataclass
class Left:
    """What a run is about to leave: filled while it goes on."""

    output: SectionedOutput
    guards: Guards
    seeds: list[int] = field(default_factory=list)
    returned: dict[str, Any] | None = None  # by main(), in a training script
    module: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, str] = field(default_factory=dict)
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0

    def draw(self, lesson: str, take: Callable[[], dict[str, str]]) -> None:
        """Take what the script has drawn, and what its ``draw`` draws."""
        self.figures = take()
        draw = self.module.get("draw")
        if draw and self.returned is not None:
            results = [self.returned]
            self.figures |= figures.drawn_by(draw, results, lesson, take)

    def outcome(self) -> Outcome:
        """Return it as a record holds it."""
        training = self.returned is not None
        names = self.returned if self.returned is not None else self.module
        outcome = Outcome(
            output=self.output.text(),
            values=_values(names, training),
            tensors={} if training else _tensors(self.module),
            seeds=self.seeds,
            wall_seconds=round(self.wall_seconds, 2),
            cpu_seconds=round(self.cpu_seconds, 2),
            faults=self.guards.faults,
            figures=self.figures,
        )
        if outcome.cpu_seconds > COLLECT_ABOVE:
            self.module, self.returned = {}, None
            gc.collect()
        return outcome


def _execute(
    evaluate: EvalExample, lesson: str, path: Path, left: Left
) -> None:
    """Run the script as pytest-examples does, and its ``main``, if any."""

    def call_main() -> None:
        module = sys.modules["__main__"]
        # A worker that is spawned imports the script from __file__.
        sys.modules[SPAWNED] = module
        module.__spec__ = None
        left.returned = dict(module.main(sys.argv[1:]))

    source = path.read_text(encoding="utf-8")
    extra: dict[str, Any] = {"__lesson__": lesson, "__file__": str(path)}
    call = None
    if is_training(source):
        extra |= {"__name__": SPAWNED, "call_main": call_main}
        call = "call_main"
    example = CodeExample.create(source, path=path)
    wall, cpu = time.perf_counter(), time.process_time()
    left.module = evaluate.run(example, module_globals=extra, call=call)
    left.wall_seconds = time.perf_counter() - wall
    left.cpu_seconds = time.process_time() - cpu


@functools.cache
def _warm_up() -> None:
    """Import what torch imports late, so that no lesson pays for it."""
    torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)


def _values(found: dict[str, Any], training: bool) -> dict[str, Any]:
    values = {}
    for name, value in found.items():
        if name.startswith("_"):
            continue
        try:
            plain = _plain(value)
        except TypeError:
            if training:
                raise TypeError(
                    f"main() returns {name!r} as {type(value).__name__}; "
                    "return plain numbers, text, lists and tables"
                ) from None
            continue
        values[name] = plain
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

    @functools.wraps(manual_seed)
    def noted_seed(seed: int) -> torch.Generator:
        if seed not in seeds:
            seeds.append(seed)
        return manual_seed(seed)

    with contextlib.ExitStack() as stack:
        stack.callback(_state_of_process())
        stack.enter_context(contextlib.chdir(folder))
        stack.enter_context(warnings.catch_warnings())
        stack.enter_context(patch.dict(os.environ))
        stack.enter_context(patch.object(torch, "manual_seed", noted_seed))
        stack.enter_context(numerics.emulated())
        if device == "cpu":
            stack.enter_context(_no_accelerator())
        else:
            torch.use_deterministic_algorithms(True, warn_only=True)
        torch.set_num_threads(numerics.threads())
        random.seed()
        np.random.seed()
        torch.seed()
        yield


def _state_of_process() -> Callable[[], None]:
    """Return what puts the state back that a script may change."""
    main, argv = sys.modules["__main__"], sys.argv
    deterministic = torch.are_deterministic_algorithms_enabled()
    precision = torch.get_float32_matmul_precision()
    settings: list[tuple[Callable[[Any], Any], Any]] = [
        (torch.set_num_threads, torch.get_num_threads()),
        (torch.set_default_dtype, torch.get_default_dtype()),
        (torch.use_deterministic_algorithms, deterministic),
        (torch.set_float32_matmul_precision, precision),
        (torch.hub.set_dir, torch.hub.get_dir()),
        (torch.set_default_device, None),
        (torch.set_grad_enabled, True),
        (random.setstate, random.getstate()),
        (np.random.set_state, np.random.get_state()),
        (torch.set_rng_state, torch.get_rng_state()),
    ]
    switches = [
        (backend, name, getattr(backend, name)) for backend, name in SWITCHES
    ]

    def restore() -> None:
        sys.argv = argv
        sys.modules["__main__"] = main
        sys.modules.pop(SPAWNED, None)
        for put_back, value in settings:
            put_back(value)
        for backend, name, value in switches:
            setattr(backend, name, value)

    return restore


@contextlib.contextmanager
def _no_accelerator() -> Iterator[None]:
    # Cached as torch's own: its compiler looks behind the cache on import.
    absent = functools.cache(lambda: False)
    none = functools.cache(lambda: 0)
    with (
        patch.object(torch.cuda, "is_available", absent),
        patch.object(torch.cuda, "device_count", none),
        patch.object(torch.accelerator, "is_available", absent),
        patch.object(torch.backends.mps, "is_available", absent),
    ):
        yield


def _frame_of_example(frame: FrameType, example: CodeExample) -> FrameType:
    """Do what pytest-examples 0.0.18 does wrongly on Python 3.11.

    There it hands a line table of the old format to the new code object, and
    pytest dies while it shows the traceback.
    """
    code = frame.f_code.replace(
        co_filename=str(example.path),
        co_firstlineno=frame.f_code.co_firstlineno + example.start_line,
    )
    make = ctypes.pythonapi.PyFrame_New
    make.argtypes = [
        ctypes.c_void_p,
        ctypes.py_object,
        ctypes.py_object,
        ctypes.py_object,
    ]
    make.restype = ctypes.py_object
    state = ctypes.pythonapi.PyThreadState_Get
    state.restype = ctypes.c_void_p
    made: FrameType = make(state(), code, frame.f_globals, frame.f_locals)
    return made


if sys.version_info < (3, 12):
    pytest_examples.traceback.create_custom_frame = _frame_of_example
