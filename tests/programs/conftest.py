"""The program, and what several of its tests start from."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import nn
from torchvision import models
from torchvision.transforms.functional import pil_to_tensor

from docs._tools.lessons import script_path
from tests.programs.drawn import draw, scene, training
from tests.programs.told import Command, checked


@pytest.fixture(scope="session")
def program(load_script: Callable[[Path], ModuleType]) -> ModuleType:
    """Return the loaded script."""
    return load_script(script_path("programs/own_pictures"))


@pytest.fixture(scope="session")
def command(program: ModuleType) -> Command:
    """Return what runs a command line and checks how it ends."""
    return partial(checked, program)


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a file of weights for SqueezeNet, from random numbers."""
    path = tmp_path_factory.mktemp("weights") / "squeezenet.pth"
    torch.manual_seed(0)
    torch.save(models.squeezenet1_1(weights=None).state_dict(), path)
    return path


@pytest.fixture(scope="session")
def able(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write weights of a MobileNetV2 whose features tell pictures apart.

    Its statistics are counted, so that signals do not fade in its layers.
    """
    path = tmp_path_factory.mktemp("able") / "mobilenet_v2.pth"
    torch.manual_seed(0)
    model = models.mobilenet_v2(weights=None)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
    images = [pil_to_tensor(scene(f"able {i}", (32, 32))) for i in range(64)]
    with torch.no_grad():
        model(torch.stack(images) / 128 - 1)
    torch.save(model.state_dict(), path)
    return path


@pytest.fixture(scope="session")
def finished(
    command: Command, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a checkpoint of two classes; its pictures are in ../data."""
    folder = tmp_path_factory.mktemp("finished")
    command(training(draw(folder / "data"), folder / "run"))
    return folder / "run" / "best.pt"
