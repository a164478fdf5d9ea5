"""Small networks that stand in for torchvision's, so that tests are quick.

They are built under the same name, of the same kinds of layers, with a head of
the same kind at the same place; what is trained and kept is a few thousand
numbers in place of some millions.
"""

import contextlib
import functools
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import torch
from torch import nn
from torchvision import models
from torchvision.models.convnext import CNBlockConfig, ConvNeXt
from torchvision.models.squeezenet import Fire
from torchvision.models.swin_transformer import SwinTransformer
from torchvision.models.vision_transformer import VisionTransformer


class SmallSqueezeNet(nn.Module):
    """A SqueezeNet of two Fire modules, the last one where 1.1 has it."""

    def __init__(self, num_classes: int = 1000) -> None:
        super().__init__()
        layers = [nn.Conv2d(3, 16, 3, 2), nn.ReLU(inplace=True)]
        layers += [nn.MaxPool2d(3, 2), Fire(16, 4, 16, 16)]
        layers += [nn.Identity() for _ in range(8)]
        self.features = nn.Sequential(*layers, Fire(32, 8, 32, 32))
        final = nn.Conv2d(64, num_classes, 1)
        nn.init.normal_(final.weight, std=0.01)
        self.classifier = nn.Sequential(
            nn.Dropout(), final, nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1)
        )

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (B, C) for images (B, 3, S, S)."""
        logits: torch.Tensor = self.classifier(self.features(images))
        return logits.flatten(1)


def small_convnext(**options: Any) -> Any:
    """Return a ConvNeXt of two blocks."""
    blocks = [CNBlockConfig(8, 16, 1), CNBlockConfig(16, None, 1)]
    return ConvNeXt(blocks, **options)


def small_vit(image_size: int = 224, **options: Any) -> Any:
    """Return a vision transformer of one layer."""
    return VisionTransformer(image_size, 16, 1, 2, 16, 16, **options)


def small_swin(**options: Any) -> Any:
    """Return a Swin transformer of two layers."""
    return SwinTransformer([4, 4], 16, [1, 1], [1, 2], [7, 7], **options)


SMALL: dict[str, Any] = {
    "squeezenet1_1": SmallSqueezeNet,
    "convnext_tiny": small_convnext,
    "vit_b_16": small_vit,
    "swin_t": small_swin,
}


@contextlib.contextmanager
def stand_in(name: str = "squeezenet1_1") -> Iterator[None]:
    """Let torchvision build the small network under the name."""
    real = models.get_model_builder(name)

    @functools.wraps(real)
    def build(*, weights: object = None, **options: Any) -> Any:
        assert weights is None
        return SMALL[name](**options)

    with patch.dict("torchvision.models._api.BUILTIN_MODELS", {name: build}):
        yield
