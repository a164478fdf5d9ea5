"""Watch a script while it runs, and tell the faults that change no error.

A guard looks at torch from outside: what reached ``backward()``, what was
measured without gradients, in which order batches came, what went into
``cross_entropy``. It draws no random number and changes no value.
"""

import contextlib
import dataclasses
import inspect
import itertools
import re
import sys
import traceback
import weakref
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn
from torch.nn.modules.module import (
    register_module_forward_hook,
    register_module_forward_pre_hook,
)
from torch.utils.data import (
    ConcatDataset,
    DataLoader,
    Dataset,
    Subset,
    TensorDataset,
)

HELD_OUT = re.compile(r"(^|_)(val|valid|validation|test|held_out)(_|\d|$)")
DATA = (Tensor, DataLoader, Dataset)
PARTS = {"train": re.compile(r"(^|_)train(ing)?(_|\d|$)")}
PARTS["val"] = re.compile(r"(^|_)(val|valid|validation|held_out)(_|\d|$)")
PARTS["test"] = re.compile(r"(^|_)test(_|\d|$)")
FEW = 0.05  # so many rows of a grid may be equal to some that were trained on
METRIC = re.compile(r"accuracy|loss|error|mse|f1|recall|precision")


@dataclasses.dataclass
class Looked:
    """Rows that a network answered without learning from them then."""

    seen: "Seen"
    keys: list[int]
    lines: str = ""  # of the script, where some are known
    learned: bool = False

    def known(self) -> int:
        """Return how many were trained on; 0 if it is few of them, or all."""
        known = sum(key in self.seen.trained for key in self.keys)
        is_some = FEW * len(self.keys) < known < len(self.keys)
        return 0 if self.learned else known * is_some


@dataclasses.dataclass
class Seen:
    """What one network was trained and measured on."""

    trained: set[int] = dataclasses.field(default_factory=set)
    held_out: dict[int, str] = dataclasses.field(default_factory=dict)
    updates: int = 0
    batches: list[int] = dataclasses.field(default_factory=list)


class Guards:
    """The guards of one run; ``faults`` holds a line for each that fired."""

    def __init__(self, lesson: str) -> None:
        self.lesson = lesson
        self.faults: dict[str, str] = {}
        self._seen = weakref.WeakKeyDictionary[nn.Module, Seen]()
        self._depth = 0
        self._measured = self._unseen = False
        self._compared: set[tuple[int, int]] = set()
        self._looked: list[Looked] = []

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Hook into torch for as long as the script runs."""
        original = nn.functional.cross_entropy
        read = DataLoader.__iter__

        def batches(loader: DataLoader[Any]) -> Any:
            for frame, _ in traceback.walk_stack(sys._getframe(1)):
                if frame.f_globals.get("__lesson__") == self.lesson:
                    self.look_at_parts(frame.f_locals)
            return read(loader)

        def cross_entropy(*args: Any, **more: Any) -> Tensor:
            self._look_at_logits(args[0] if args else more["input"])
            return original(*args, **more)

        with (
            register_module_forward_pre_hook(self._enter),
            register_module_forward_hook(self._leave, always_call=True),
            patch.object(nn.functional, "cross_entropy", cross_entropy),
            patch.object(DataLoader, "__iter__", batches),
        ):
            yield
        self._conclude()

    def _conclude(self) -> None:
        """Say what only the whole run shows."""
        for looked in self._looked if "leak" not in self.faults else ():
            if known := looked.known():
                self.faults.setdefault(
                    "mixed",
                    f"line {looked.lines} measures {len(looked.keys)} rows of "
                    f"which {known} were trained on: take only such or none",
                )
        if self._measured and not self._unseen:
            self.faults.setdefault(
                "leak",
                "all that is measured after training was trained on: measure "
                "on rows that the training has not seen",
            )

    def look_at_parts(self, names: dict[str, Any]) -> None:
        """Tell if data sets that are named as two parts share a sample."""
        named = [
            (part, name, value)
            for name, value in names.items()
            if isinstance(value, Dataset | DataLoader)
            for part, pattern in PARTS.items()
            if pattern.search(name)
        ]
        for (part, one, a), (of, other, b) in itertools.combinations(named, 2):
            if part == of or (id(a), id(b)) in self._compared:
                continue
            self._compared.add((id(a), id(b)))
            if shared := set(_samples(a)) & set(_samples(b)):
                self.faults.setdefault(
                    "leak",
                    f"{one!r} and {other!r} share {len(shared)} samples: part "
                    "the data so that each sample is in one only",
                )

    def _enter(self, module: nn.Module, inputs: tuple[Any, ...]) -> None:
        self._depth += 1

    def _leave(
        self, module: nn.Module, inputs: tuple[Any, ...], output: Any
    ) -> None:
        self._depth -= 1
        if self._depth or not inputs or not isinstance(inputs[0], Tensor):
            return
        rows = inputs[0].detach()
        if rows.dim() < 2 or not rows.is_floating_point() or rows.is_meta:
            return
        if next(module.parameters(), None) is None:
            return  # a loss: equal logits are no rows of data
        seen = self._seen.setdefault(module, Seen())
        result = output[0] if isinstance(output, tuple | list) else output
        if isinstance(result, Tensor) and result.requires_grad:
            looked = self._look(seen, _row_keys(rows))
            result.register_hook(  # type: ignore[no-untyped-call]
                lambda _: self._train(seen, looked)
            )
        elif not torch.is_grad_enabled() and seen.trained:
            self._measure(seen, rows, inputs[0])

    def _look(self, seen: Seen, keys: list[int]) -> Looked:
        """Note rows of which some were trained on, for the end of the run."""
        looked = Looked(seen, keys)
        if seen.updates > 1 and looked.known():
            looked.lines = _lines(self.lesson)
            self._looked.append(looked)
        return looked

    def _train(self, seen: Seen, looked: Looked) -> None:
        keys, looked.learned = looked.keys, True
        seen.updates += 1
        if leaked := [key for key in keys if key in seen.held_out]:
            self.faults.setdefault(
                "leak",
                f"{len(leaked)} rows of {seen.held_out[leaked[0]]!r} reach "
                "backward(): train on rows of the training set only",
            )
        seen.trained.update(keys)
        self._look_at_order(seen.batches, hash(tuple(keys)))

    def _measure(self, seen: Seen, rows: Tensor, given: Tensor) -> None:
        keys = self._look(seen, _row_keys(rows)).keys
        known = sum(key in seen.trained for key in keys)
        self._measured = True
        self._unseen |= known < len(keys)
        name = _name_of(given, self.lesson)
        if name is None:
            return
        seen.held_out.update(dict.fromkeys(keys, name))
        if known:
            self.faults.setdefault(
                "leak",
                f"{known} of {len(keys)} rows of {name!r} were trained on: "
                "the split shares rows",
            )

    def _look_at_order(self, batches: list[int], batch: int) -> None:
        if batches[-1:] == [batch]:
            return  # all the data in one batch
        batches.append(batch)
        half = len(batches) // 2
        again = half > 2 and batches[half] == batches[0]
        if again and batches[:half] == batches[half:]:
            self.faults.setdefault(
                "order",
                f"two epochs of {half} batches come in one order: "
                "shuffle the training data",
            )

    def _look_at_logits(self, logits: Tensor) -> None:
        if logits.dim() != 2 or min(logits.shape) < 2:
            return
        shares = logits.detach()
        ones = shares.new_ones(len(shares))
        if shares.min() >= 0 and shares.sum(1).allclose(ones, atol=1e-4):
            self.faults.setdefault(
                "softmax_before_cross_entropy",
                "cross_entropy gets rows that sum to 1: give it logits",
            )


def constant_metrics(runs: list[dict[str, Any]]) -> list[str]:
    """List the metrics that are equal in the runs of three seeds or more."""
    if len(runs) < 3:
        return []
    return [
        name
        for name, value in runs[0].items()
        if isinstance(value, float)
        and METRIC.search(name)
        and not value.is_integer()
        and all(run[name] == value for run in runs)
    ]


def _samples(data: Any) -> list[Any]:
    """Return what tells each sample of a data set from the others.

    A row of tensors, a file or another entry of a list, else its place.
    """
    if isinstance(data, DataLoader):
        return _samples(data.dataset)
    if isinstance(data, Subset):
        of = _samples(data.dataset)
        return [of[int(place)] for place in data.indices if of]
    if isinstance(data, ConcatDataset):
        return [key for one in data.datasets for key in _samples(one)]
    if isinstance(data, TensorDataset):
        rows = data.tensors[0].detach()
        return [*_row_keys(rows)] if rows.dim() > 1 else []
    size = len(data) if hasattr(data, "__len__") else 0
    for listed in vars(data).values():
        is_whole = isinstance(listed, list) and len(listed) == size > 0
        if is_whole and isinstance(listed[0], str | PurePath | tuple | dict):
            return [repr(entry) for entry in listed]
    return [(id(data), place) for place in range(size)]


def _lines(lesson: str) -> str:
    """Return the line at which a script is, and from where it came there."""
    lines = [
        str(line)
        for frame, line in traceback.walk_stack(sys._getframe(1))
        if frame.f_globals.get("__lesson__") == lesson
    ]
    return ", called in ".join(lines)


def _row_keys(rows: Tensor) -> list[int]:
    """Return a number for each row that only an equal row shares."""
    values = rows.flatten(1).float().cpu().numpy()
    return [hash(row.tobytes()) for row in values]


def _name_of(tensor: Tensor, lesson: str) -> str | None:
    """Return under which held-out name the script holds a tensor's rows.

    A name counts where it holds the tensor itself, its storage, or what the
    measuring function got as an argument (a loader, a dataset, tensors).
    """
    sought: list[Any] = [tensor]
    innermost = True
    for frame, _ in traceback.walk_stack(sys._getframe(2)):
        if frame.f_globals.get("__lesson__") != lesson:
            continue
        given, _, _, names = inspect.getargvalues(frame)
        for name, value in names.items():
            if any(_holds(name, value, one) for one in sought):
                return name
        if innermost:
            sought += [x for x in map(names.get, given) if isinstance(x, DATA)]
        nested = ("<genexpr>", "<listcomp>", "<lambda>")
        innermost &= frame.f_code.co_name in nested
    return None


def _holds(name: str, value: Any, sought: Any) -> bool:
    if isinstance(value, dict):
        return any(
            _holds(str(key), item, sought)
            for key, item in value.items()
            if not isinstance(item, dict)
        )
    parts = value if isinstance(value, tuple | list) else [value]
    held_out = HELD_OUT.search(name) is not None
    return held_out and any(_same(part, sought) for part in parts)


def _same(value: Any, sought: Any) -> bool:
    """Say whether two names hold one thing, or rows of one tensor."""
    if not (isinstance(value, Tensor) and isinstance(sought, Tensor)):
        return value is sought
    first = value.data_ptr()
    size = value.element_size() * value.numel()
    return value is sought or 0 < first <= sought.data_ptr() < first + size
