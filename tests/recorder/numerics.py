"""Numerics of a run: pinned by default, so that digits hold elsewhere.

Import nothing here that imports torch: the variables only count before that.
"""

import argparse
import contextlib
import functools
import os
import platform
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

if TYPE_CHECKING:
    from torch import Tensor

PINNED = "pinned"
_TOLD = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
PINS: dict[str, str] = _TOLD["pins"]
NUMERICS: dict[str, dict[str, str]] = _TOLD["numerics"]
NAME = "STUDY_NUMERICS"


def chosen(arguments: Sequence[str]) -> str:
    """Return the numerics that pytest's arguments or its parent chose."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--numerics", choices=NUMERICS, default=name())
    choice: str = parser.parse_known_args(arguments)[0].numerics
    return choice


def name() -> str:
    """Return the numerics of this process."""
    return os.environ.get(NAME, PINNED)


def threads() -> int:
    """Return how many threads a run has."""
    return int(os.environ["OMP_NUM_THREADS"])


def is_exact() -> bool:
    """Say whether these numerics leave the same digits in each run."""
    return name() != "two-threads"


def environment(name: str) -> dict[str, str]:
    """Return the variables of a process that runs under these numerics."""
    other = {key for changes in NUMERICS.values() for key in changes}
    kept = {key: value for key, value in os.environ.items() if key not in other}
    wanted = {**PINS, **NUMERICS[name], NAME: name}
    return kept | {key: value for key, value in wanted.items() if value}


def pin(arguments: Sequence[str]) -> None:
    """Set the numerics of this process, before torch is imported.

    Raises:
        RuntimeError: torch is there already, and the variables come too late.
    """
    if "torch" in sys.modules:
        raise RuntimeError("torch was imported before its numerics were set")
    wanted = environment(chosen(arguments))
    os.environ.clear()
    os.environ.update(wanted)


@contextlib.contextmanager
def emulated() -> Iterator[None]:
    """Bring about, for one run, what no variable of the environment can."""
    import torch

    onednn = torch.backends.mkldnn.flags(enabled=False)
    masks = patch.object(torch.nn.functional, "dropout", _dropout)
    with contextlib.ExitStack() as stack:
        if os.environ.get("STUDY_NO_ONEDNN"):
            stack.enter_context(onednn)
        if os.environ.get("STUDY_OTHER_MASKS"):
            stack.enter_context(masks)
        yield


def _dropout(
    input: "Tensor",  # noqa: A002
    p: float = 0.5,
    training: bool = True,
    *_: Any,
) -> "Tensor":
    """Draw the mask by torch's generator, as builds without MKL do."""
    import torch

    if not training or p == 0:
        return input
    return input * (torch.rand_like(input) >= p) / (1 - p)


def fingerprint() -> dict[str, object]:
    """Return what two machines must share to leave the same digits."""
    import torch

    convolutions = os.environ.get("ONEDNN_MAX_CPU_ISA", "native")
    if convolutions == "native" or os.environ.get("STUDY_NO_ONEDNN"):
        # without oneDNN it is NNPACK, whose blocks follow the caches
        kind = f"{_processor('cpu family')}/{_processor('model|CPU part')}"
        convolutions += f" on {kind}"
    return {
        "numerics": name(),
        "machine": platform.machine(),
        "vendor": _processor("vendor_id|CPU implementer"),
        "torch": ".".join(torch.__version__.split(".")[:2]),
        "vector_code": torch.backends.cpu.get_cpu_capability(),
        "onednn": convolutions,
        "mkl": torch.backends.mkl.is_available(),  # type: ignore[no-untyped-call]
        "threads": threads(),
    }


@functools.cache
def _processor(fact: str) -> str:
    """Return a fact about the processor, where the system tells it."""
    try:
        told = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return platform.processor() or "unknown"
    found = re.search(rf"^(?:{fact})\s*:(.*)", told, re.MULTILINE)
    return found[1].strip() if found else "unknown"
