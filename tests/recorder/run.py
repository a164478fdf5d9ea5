"""Run one lesson's script through pytest-examples and collect what it leaves.

Every run starts from the same state: an empty folder, one thread, no
arguments of pytest's, and a random generator that nobody seeded, so that a
script which forgot to seed is found out by its changing numbers.
"""

import base64
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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any
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

# What a script may change in torch and else, and what a run puts back.
STATE: tuple[tuple[Any, Any], ...] = (
    (torch.set_num_threads, torch.get_num_threads),
    (torch.set_default_dtype, torch.get_default_dtype),
    (
        torch.use_deterministic_algorithms,
        torch.are_deterministic_algorithms_enabled,
    ),
    (torch.set_float32_matmul_precision, torch.get_float32_matmul_precision),
    (torch.hub.set_dir, torch.hub.get_dir),
    (torch.set_default_device, lambda: None),
    (torch.set_grad_enabled, torch.is_grad_enabled),
    (random.setstate, random.getstate),
    (np.random.set_state, np.random.get_state),
    (torch.set_rng_state, torch.get_rng_state),
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
    faults: dict[str, str]
    figures: dict[str, str] = field(default_factory=dict)
    saved: dict[str, str] = field(default_factory=dict)  # base64


class SectionedOutput(io.TextIOBase):
    """Standard output that knows the cell from which it was reached."""

    def __init__(self, lesson: str, cells: list[Section]) -> None:
        self.lesson, self.cells = lesson, cells
        self.parts: dict[str, str] = {}

    def writable(self) -> bool:
        """Say that text may be written."""
        return True

    def write(self, text: str) -> int:
        """Keep ``text`` under the cell that is running."""
        frame: FrameType | None = sys._getframe(1)
        while frame and not (
            frame.f_code.co_name == "<module>"
            and frame.f_globals.get("__lesson__") == self.lesson
        ):
            frame = frame.f_back
        line = frame.f_lineno if frame else 0
        started = [cell.name for cell in self.cells if cell.first <= line]
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
    """Run a lesson once, and take its figures if they are ``drawn``.

    Raises:
        Exception: whatever the script raises, at its own file and line.
    """
    path, seeds = script_path(lesson, root), list[int]()
    source = path.read_text("utf-8")
    output, guards = SectionedOutput(lesson, cells_of(source)), Guards(lesson)
    pristine = _pristine(evaluate.tmp_path, device, seeds)
    lay_files(lesson, evaluate.tmp_path, root)
    with pristine, figures.drawing(lesson, source) as take:
        given = [*arguments, "--device", device] if has_main(source) else []
        sys.argv = [path.name, *given]
        with guards.watching(), contextlib.redirect_stdout(output):
            ran = _execute(evaluate, lesson, path, source)
        drawings = ran.pictures(lesson, take) if drawn else {}
    if "KeyboardInterrupt in example" in (text := output.text()):
        raise KeyboardInterrupt
    outcome = ran.outcome(text, seeds, guards.faults, drawings)
    outcome.saved = _saved(lesson, evaluate.tmp_path, root)
    return outcome


def _saved(lesson: str, folder: Path, root: Path) -> dict[str, str]:
    """Return the files that a script is known to save, as base64."""
    names = load_settings(lesson, root).saves
    found = {name: Path(folder, name).read_bytes() for name in names}
    return {name: base64.b64encode(x).decode() for name, x in found.items()}


@dataclass
class Ran:
    """What a script defined, what its ``main``, if any, returned, its cost."""

    module: dict[str, Any]
    returned: dict[str, Any] | None
    wall_seconds: float
    cpu_seconds: float

    def pictures(self, lesson: str, take: Any) -> dict[str, str]:
        """Return the figures of the cells and of ``draw``, by name."""
        pictures: dict[str, str] = take()
        if self.returned is not None and "draw" in self.module:
            draw = self.module["draw"]
            pictures |= figures.drawn_by(draw, [self.returned], lesson, take)
        return pictures

    def outcome(
        self,
        output: str,
        seeds: list[int],
        faults: dict[str, str],
        pictures: dict[str, str],
    ) -> Outcome:
        """Return it as a record holds it."""
        training = self.returned is not None
        found = self.module if self.returned is None else self.returned
        outcome = Outcome(
            output=output,
            values=_values(found, training),
            tensors={} if training else _tensors(self.module),
            seeds=seeds,
            wall_seconds=round(self.wall_seconds, 2),
            cpu_seconds=round(self.cpu_seconds, 2),
            faults=faults,
            figures=pictures,
        )
        if self.cpu_seconds > COLLECT_ABOVE:
            self.module, self.returned = {}, None
            gc.collect()
        return outcome


def _execute(
    evaluate: EvalExample, lesson: str, path: Path, source: str
) -> Ran:
    """Run a script as pytest-examples does, and its ``main``, if any."""
    _warm_up()
    returned: dict[str, Any] = {}
    extra: dict[str, Any] = {"__lesson__": lesson, "__file__": str(path)}

    def call_main() -> None:
        script = sys.modules[SPAWNED] = sys.modules["__main__"]
        script.__spec__ = None  # so a worker imports it from __file__
        returned.update(script.main(sys.argv[1:]))

    training = has_main(source)
    if training:
        extra |= {"__name__": SPAWNED, "call_main": call_main}
    example = CodeExample.create(source, path=path)
    wall, cpu = time.perf_counter(), sum(os.times()[:4])
    module = evaluate.run(example, module_globals=extra, call="call_main")
    wall, cpu = time.perf_counter() - wall, sum(os.times()[:4]) - cpu
    return Ran(module, returned if training else None, wall, cpu)


@functools.cache
def _warm_up() -> None:
    """Import what torch imports late, so that no lesson pays for it."""
    torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)


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
        if seed not in seeds:
            seeds.append(seed)
        return manual_seed(seed)

    with (
        contextlib.ExitStack() as stack,
        pytest.MonkeyPatch.context() as patch,
        warnings.catch_warnings(),
        mock.patch.dict(os.environ),
        numerics.emulated(),
    ):
        for put_back, get in STATE:
            stack.callback(put_back, get())
        for backend, name in SWITCHES:
            stack.callback(setattr, backend, name, getattr(backend, name))
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
    torch.set_num_threads(numerics.threads())
    random.seed()
    np.random.seed()
    torch.seed()


def _frame_of_example(frame: FrameType, example: CodeExample) -> FrameType:
    """Do what pytest-examples 0.0.18 does wrongly on Python 3.11.

    There it hands a line table of the old format to the new code object, and
    pytest dies while it shows the traceback.
    """
    code = frame.f_code.replace(
        co_filename=str(example.path),
        co_firstlineno=frame.f_code.co_firstlineno + example.start_line,
    )
    python = ctypes.pythonapi
    make = python.PyFrame_New
    make.argtypes = [ctypes.c_void_p, *[ctypes.py_object] * 3]
    make.restype = ctypes.py_object
    python.PyThreadState_Get.restype = ctypes.c_void_p
    thread = python.PyThreadState_Get()
    made: FrameType = make(thread, code, frame.f_globals, frame.f_locals)
    return made


if sys.version_info < (3, 12):
    pytest_examples.traceback.create_custom_frame = _frame_of_example
