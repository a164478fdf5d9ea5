"""The modes of transfer_vs_finetuning: each trains what it says it trains."""

import argparse
import copy
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from docs._tools.lessons import script_path

# How the names of what learns begin, and whether the head, above layers that
# learn too, has at least a rate of its own.
MODES = {
    "scratch": (("features.", "head."), True),
    "head": (("head.",), False),
    "partial": (("features.12.", "features.13.", "head."), True),
    "finetune": (("features.", "head."), True),
    "head_then_all": (("features.", "head."), True),
    "pixels": (("head.",), False),
    "random_head": (("head.",), False),
}
RATE = 0.001


@pytest.fixture
def script(load_script: Callable[[Path], ModuleType]) -> ModuleType:
    """Load the script."""
    return load_script(script_path("transfer/transfer_vs_finetuning"))


def started(
    script: ModuleType, mode: str, images: torch.Tensor
) -> tuple[nn.Module, dict[str, torch.Tensor]]:
    """Return a network at the start of a mode, and pretrained weights."""
    torch.manual_seed(0)
    state = script.make_network(10).state_dict()
    return script.start_model(mode, state, images), state


def test_every_mode_is_known(script: ModuleType) -> None:
    """The table above holds all modes of the script."""
    assert [*script.MODES] == [*MODES]


@pytest.mark.parametrize("mode", MODES)
def test_mode_trains_what_it_says(script: ModuleType, mode: str) -> None:
    """Its start, what the optimizer holds at which rate, and what moves."""
    images, labels = torch.randn(10, 3, 24, 24), torch.arange(10) % 5
    model, state = started(script, mode, images)
    pretrained = mode not in ("scratch", "random_head", "pixels")
    for name, tensor in model.state_dict().items():
        if name.startswith("features.") and "num_batches" not in name:
            kept = torch.equal(tensor, state[name])
            assert kept == pretrained or tensor.unique().numel() == 1, name
    assert model(images).shape == (10, 5)
    learns, own_rate = MODES[mode]
    optimizer = script.choose_trained(model, mode, RATE)
    names = {id(p): name for name, p in model.named_parameters()}
    rates = {
        names[id(p)]: group["lr"]
        for group in optimizer.param_groups
        for p in group["params"]
    }
    due = {name for name in names.values() if name.startswith(learns)}
    assert rates.keys() == due
    for name, rate in rates.items():
        own = own_rate and name.startswith("head.")
        assert rate == (script.HEAD_RATE if own else RATE), name
    before = copy.deepcopy(model.state_dict())
    loader = DataLoader(TensorDataset(images, labels), 5, shuffle=True)
    args = argparse.Namespace(epochs=1, device="cpu")
    script.train(model, mode, RATE, loader, args)
    for name, tensor in model.state_dict().items():
        moved = not torch.equal(tensor, before[name])
        assert moved == name.startswith(learns), name


@pytest.mark.parametrize(
    ("way", "shares"),
    [
        ("head", [1, None, None]),
        ("one", [1, 1, 1]),
        ("tenth", [1, 0.1, 0.1]),
        ("layerwise", [1, 1 / 2.6, 1 / 2.6**4]),
        ("head_then_all", [1, 1, 1]),
    ],
)
def test_each_part_learns_at_its_rate(
    load_script: Callable[[Path], ModuleType],
    way: str,
    shares: list[float | None],
) -> None:
    """Of learning_rates: head, last and first convolution; None is frozen."""
    module = load_script(script_path("transfer/learning_rates"))
    model = module.make_network(5)
    groups = module.make_groups(model, way, RATE)
    rates = {id(x): group["lr"] for group in groups for x in group["params"]}
    trained = dict(model.named_parameters())
    for part, share in zip(
        ("head", "features.12", "features.0"), shares, strict=True
    ):
        weight = trained[f"{part}.weight"]
        assert weight.requires_grad == (share is not None), f"{way}: {part}"
        if share is not None:
            due = pytest.approx(RATE * share)
            assert rates[id(weight)] == due, f"{way}: {part}"
