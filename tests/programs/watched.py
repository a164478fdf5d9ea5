"""What torch does while the program trains, seen from outside of it."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim.optimizer import register_optimizer_step_pre_hook


@contextlib.contextmanager
def at_each_step(
    note: Callable[[torch.optim.Optimizer], None],
) -> Iterator[None]:
    """Call a function before each step of any optimizer."""
    hook = register_optimizer_step_pre_hook(lambda one, *_: note(one))
    try:
        yield
    finally:
        hook.remove()


@contextlib.contextmanager
def at_each_pass(note: Callable[[nn.Module, Any], None]) -> Iterator[None]:
    """Call a function before each forward pass of any layer."""
    hook = register_module_forward_pre_hook(note)
    try:
        yield
    finally:
        hook.remove()


@dataclass
class Group:
    """A parameter group at one step."""

    rate: float
    decay: float
    shapes: list[tuple[int, ...]]


@contextlib.contextmanager
def steps() -> Iterator[list[list[Group]]]:
    """Collect the parameter groups at each step."""
    seen: list[list[Group]] = []

    def note(optimizer: torch.optim.Optimizer) -> None:
        seen.append(
            [
                Group(
                    float(group["lr"]),
                    float(group["weight_decay"]),
                    [
                        tuple(one.shape)
                        for one in group["params"]
                        if one.grad is not None
                    ],
                )
                for group in optimizer.param_groups
            ]
        )

    with at_each_step(note):
        yield seen


@dataclass
class Seen:
    """The pictures that reached a network."""

    learned: list[torch.Tensor] = field(default_factory=list)
    measured: list[torch.Tensor] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Return how many pictures went through the first layer."""
        return sum(len(one) for one in self.learned + self.measured)


@contextlib.contextmanager
def pictures() -> Iterator[Seen]:
    """Collect the batches that reach a first convolution.

    They are learned from where gradients are kept.
    """
    seen = Seen()

    def note(module: nn.Module, given: Any) -> None:
        if isinstance(module, nn.Conv2d) and given[0].shape[1] == 3:
            kept = torch.is_grad_enabled()
            (seen.learned if kept else seen.measured).append(given[0].detach())

    with at_each_pass(note):
        yield seen
