"""What a first residual network stumbles over: the block and its skip.

Shapes: B pictures of a batch, C channels; a picture is (3, H, W)
Needs: torch 2.11 or newer, torchvision, matplotlib
Run: python skip_block.py
Source: He and others (2015), Deep Residual Learning; torchvision, ResNet
"""

import contextlib
import textwrap

import matplotlib.pyplot as plt
import torch
from torch import nn
from torchvision.models import resnet18

raised = {}  # what each line ended with


@contextlib.contextmanager
def shows_error(name):
    try:
        yield
    except RuntimeError as error:
        raised[name] = type(error).__name__
        print(textwrap.fill(f"{raised[name]}: {error}", 70))


# %% block
class SkipBlock(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.skip = nn.Sequential()  # as it is
        if stride != 1 or inputs != outputs:
            convolution = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.skip = nn.Sequential(convolution, nn.BatchNorm2d(outputs))

    def forward(self, x):
        return torch.relu(self.layers(x) + self.skip(x))


# %% network
def make_resnet18(classes):
    layers = [nn.Conv2d(3, 64, 7, 2, padding=3, bias=False)]
    layers += [nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)]
    inputs = 64
    for outputs in (64, 128, 256, 512):
        stride = outputs // inputs
        layers += [
            SkipBlock(inputs, outputs, stride),
            SkipBlock(outputs, outputs),
        ]
        inputs = outputs
    pool = nn.AdaptiveAvgPool2d(1), nn.Flatten()
    return nn.Sequential(*layers, *pool, nn.Linear(512, classes))


def count_weights(model):
    return sum(one.numel() for one in model.parameters())


with torch.device("meta"):  # shapes only
    ours, theirs = make_resnet18(1000), resnet18()
    with torch.no_grad():
        model = make_resnet18(10).eval()
        logits = model(torch.zeros(2, 3, 64, 64))
print(
    tuple(logits.shape), f" {count_weights(ours):,} = {count_weights(theirs):,}"
)
equal_size = count_weights(ours) == count_weights(theirs)

# %% wrong_skip
maps = torch.rand(2, 8, 8, 8)  # (B, C, H, W)
with shows_error("channels"):
    nn.Conv2d(8, 16, 3, padding=1)(maps) + maps
with shows_error("stride"):
    nn.Conv2d(8, 8, 3, stride=2, padding=1)(maps) + maps
fitted = SkipBlock(8, 16, stride=2)(maps)
print("with a convolution in the skip", tuple(fitted.shape))

# %% in_place
maps = torch.randn(2, 8, 8, 8)
skip = maps  # the same numbers, no copy
nn.ReLU(inplace=True)(maps)
overwritten = skip.min().item() == 0  # it had negative ones
print("the skip has changed:", overwritten)


# %% gradients
def gradient_ratio(with_skip, with_norm, seed):
    """Return the first layer's gradient by the last one's."""
    torch.manual_seed(seed)
    layers = [nn.Conv2d(8, 8, 3, padding=1) for _ in range(28)]
    x = torch.rand(32, 8, 8, 8)
    for layer in layers:
        found = layer(x)
        if with_norm:
            found = nn.BatchNorm2d(8)(found)
        x = torch.relu(found + x if with_skip else found)
    nn.functional.cross_entropy(
        x.mean(dim=(2, 3)), torch.arange(32) % 8
    ).backward()
    first, *_, last = [layer.weight.grad.norm().item() for layer in layers]
    return first / last


# %% ways
ways = {"bare": (False, False), "norm": (False, True)}
ways |= {"skip": (True, False), "skip and norm": (True, True)}
ratios = {}
for name, way in ways.items():
    ratios[name] = [gradient_ratio(*way, seed) for seed in range(3)]
    print(f"{name:13}", *(f"{ratio:8.1e}" for ratio in ratios[name]))

# %% show
_, axes = plt.subplots(num="gradients", figsize=(5, 2.4))
for place, found in enumerate(ratios.values()):
    axes.scatter(found, [place] * 3)
axes.set(xscale="log", xlabel="first gradient / last gradient")
axes.set_yticks(range(4), list(ways))
plt.show()
