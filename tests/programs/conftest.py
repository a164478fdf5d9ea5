"""The program, and what several of its tests start from."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import nn
from torchvision import models
from torchvision.transforms.functional import pil_to_tensor

from docs._tools.lessons import script_path
from tests.programs.drawn import draw, scene, training
from tests.programs.small import SMALL, stand_in
from tests.programs.told import Command, Ended, checked


@pytest.fixture(scope="session")
def program(load_script: Callable[[Path], ModuleType]) -> ModuleType:
    """Return the loaded script."""
    return load_script(script_path("programs/own_pictures"))


@pytest.fixture(scope="session")
def command(program: ModuleType) -> Command:
    """Return what runs a command line and checks how it ends.

    SqueezeNet, which most tests train, is a small one here.
    """

    def run(argv: list[str], status: int | None = 0) -> Ended:
        with stand_in():
            return checked(program, argv, status)

    return run


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write weights of the small SqueezeNet, from random numbers."""
    path = tmp_path_factory.mktemp("weights") / "squeezenet.pth"
    torch.manual_seed(0)
    torch.save(SMALL["squeezenet1_1"]().state_dict(), path)
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
