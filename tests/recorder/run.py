"""Run one lesson's script through pytest-examples and collect what it leaves.

Every run starts from the same state: an empty folder, one thread, no
arguments of pytest's, and a random generator that nobody seeded, so that a
script which forgot to seed is found out by its changing numbers.
"""

import contextlib
import ctypes
import functools
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
from unittest.mock import patch

import numpy as np
import pytest_examples.traceback
import torch
from pytest_examples import CodeExample, EvalExample

from docs._tools.lessons import ROOT, script_path
from docs._tools.sections import Section, cells_of

SWITCHES = (
    (torch.backends.cudnn, "benchmark"),
    (torch.backends.cudnn, "deterministic"),
    (torch.backends.mkldnn, "enabled"),
)
DIGITS = 6  # significant digits of a recorded number


@dataclass
class Outcome:
    """What a run left behind."""

    output: str
    values: dict[str, Any]
    tensors: dict[str, Any]
    seeds: list[int]
    wall_seconds: float


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
    root: Path = ROOT,
) -> Outcome:
    """Run a lesson's script once and return what it left.

    A training script gets ``--device`` and the ``arguments``; a concept
    script chooses its device itself, and finds only what ``device`` names.

    Raises:
        Exception: whatever the script raises, at its own file and line.
    """
    path = script_path(lesson, root)
    source = path.read_text(encoding="utf-8")
    example = CodeExample.create(source, path=path)
    training = is_training(source)
    returned: dict[str, Any] = {}
    seeds: list[int] = []
    output = SectionedOutput(lesson, cells_of(source))
    argv = [path.name, *arguments, "--device", device]

    def call_main() -> None:
        module = sys.modules["__main__"]
        returned.update(module.main(argv[1:]))

    extra: dict[str, Any] = {"__lesson__": lesson, "__file__": str(path)}
    if training:
        extra |= {"__name__": "lesson", "call_main": call_main}
    started = time.perf_counter()
    with _pristine(evaluate.tmp_path, device, seeds):
        sys.argv = argv if training else argv[:1]
        with contextlib.redirect_stdout(output):
            module = evaluate.run(
                example,
                module_globals=extra,
                call="call_main" if training else None,
            )
    seconds = time.perf_counter() - started
    text = output.text()
    if "KeyboardInterrupt in example" in text:
        raise KeyboardInterrupt
    tensors = {} if training else _tensors(module)
    values = returned if training else module
    return Outcome(text, _values(values, training), tensors, seeds, seconds)


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
    main, argv, cwd = sys.modules["__main__"], sys.argv, Path.cwd()
    threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    deterministic = torch.are_deterministic_algorithms_enabled()
    precision = torch.get_float32_matmul_precision()
    weights_folder = torch.hub.get_dir()
    switches = [
        (backend, name, getattr(backend, name)) for backend, name in SWITCHES
    ]
    manual_seed = torch.manual_seed

    @functools.wraps(manual_seed)
    def noted_seed(seed: int) -> torch.Generator:
        if seed not in seeds:
            seeds.append(seed)
        return manual_seed(seed)

    with contextlib.ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        stack.enter_context(patch.dict(os.environ))
        stack.enter_context(patch.object(torch, "manual_seed", noted_seed))
        if device == "cpu":
            stack.enter_context(_no_accelerator())
        try:
            os.chdir(folder)
            torch.set_num_threads(1)
            random.seed()
            np.random.seed()
            torch.seed()
            yield
        finally:
            os.chdir(cwd)
            sys.argv = argv
            sys.modules["__main__"] = main
            torch.set_num_threads(threads)
            torch.set_default_dtype(dtype)
            torch.set_default_device(None)
            torch.use_deterministic_algorithms(deterministic)
            torch.set_float32_matmul_precision(precision)
            torch.set_grad_enabled(True)
            torch.hub.set_dir(weights_folder)
            for backend, name, value in switches:
                setattr(backend, name, value)
            random.setstate(states[0])
            np.random.set_state(states[1])
            torch.set_rng_state(states[2])


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
