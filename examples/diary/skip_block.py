"""What a first residual network stumbles over: the skip.

Shapes: B maps of a batch, C channels, H height, W width
Needs: torch 2.11 or newer, matplotlib
Run: python skip_block.py
Source: He and others (2015), Deep Residual Learning
"""

import contextlib
import textwrap

import matplotlib.pyplot as plt
import torch
from torch import nn

raised = {}  # what each line ended with


@contextlib.contextmanager
def shows_error(name):
    try:
        yield
    except RuntimeError as error:
        raised[name] = type(error).__name__
        print(textwrap.fill(f"{raised[name]}: {error}", 70))


# %% wrong_skip
maps = torch.rand(2, 8, 8, 8)  # (B, C, H, W)
with shows_error("channels"):
    nn.Conv2d(8, 16, 3, padding=1)(maps) + maps
with shows_error("stride"):
    nn.Conv2d(8, 8, 3, stride=2, padding=1)(maps) + maps
layer, fit = nn.Conv2d(8, 16, 3, 2, padding=1), nn.Conv2d(8, 16, 1, 2)
fitted = layer(maps) + fit(maps)
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
