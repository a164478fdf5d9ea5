"""Sizes: what convolution, pooling and transposed convolution leave.

Shapes: B batch (32), C channels, n pixels a side, k kernel, s stride, p padding
Needs: torch 2.11 or newer, matplotlib
Run: python convolution_sizes.py
Source: PyTorch documentation, pages Conv2d, MaxPool2d and ConvTranspose2d
"""

import contextlib
from itertools import product

import matplotlib.pyplot as plt
import torch
from torch import nn


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except RuntimeError as error:
        print(f"{type(error).__name__}: {error}")


# %% formula
def side_after(n, k, s=1, p=0):
    """Return the side that a convolution or a pooling leaves."""
    return (n + 2 * p - k) // s + 1


def side_transposed(n, k, s=1, p=0, extra=0):
    """Return the side that a transposed convolution makes."""
    return (n - 1) * s - 2 * p + k + extra


# %% grid
checked, agreed = 0, 0
for n, k, s, p in product(range(7, 17), (1, 2, 3, 5, 7), (1, 2, 3), (0, 1, 2)):
    picture = torch.zeros(1, 1, n, n)  # (1, 1, n, n)
    down, up = nn.Conv2d(1, 1, k, s, p), nn.ConvTranspose2d(1, 1, k, s, p)
    sides = down(picture).shape[-1], up(picture).shape[-1]
    checked += 2
    agreed += sides[0] == side_after(n, k, s, p)
    agreed += sides[1] == side_transposed(n, k, s, p)
print(f"{agreed} of {checked} sizes agree with the formula")

# %% common
layers = {
    "kernel 3, padding 1": nn.Conv2d(1, 1, 3, padding=1),
    "kernel 3": nn.Conv2d(1, 1, 3),
    "kernel 3, stride 2, padding 1": nn.Conv2d(1, 1, 3, 2, padding=1),
    "pooling 2": nn.MaxPool2d(2),
}
picture = torch.zeros(1, 1, 32, 32)  # (1, 1, 32, 32)
after = {name: layer(picture).shape[-1] for name, layer in layers.items()}
for name, side in after.items():
    print(f"{name:30} 32 -> {side}")

# %% picture
figure, axes = plt.subplots(num="sizes")
sides = list(range(4, 17))
for name, layer in layers.items():
    after_each = [layer(torch.zeros(1, 1, n, n)).shape[-1] for n in sides]
    axes.plot(sides, after_each, marker="o", label=name)
axes.set(xlabel="side before", ylabel="side after", ylim=(0, 28))
axes.legend()

# %% output_padding
smaller = {}
for n in (7, 8):
    small = nn.Conv2d(1, 1, 3, 2, padding=1)(torch.zeros(1, 1, n, n))
    back = nn.ConvTranspose2d(1, 1, 3, 2, padding=1)(small)
    more = nn.ConvTranspose2d(1, 1, 3, 2, padding=1, output_padding=1)(small)
    smaller[n] = small.shape[-1]
    sizes = f"{smaller[n]} -> {back.shape[-1]}"
    print(f"{n} -> {sizes}, with output_padding {more.shape[-1]}")

# %% to_linear
features = nn.Sequential(
    nn.Conv2d(3, 16, 3, padding=1),
    nn.MaxPool2d(2),
    nn.Conv2d(16, 32, 3, padding=1),
    nn.MaxPool2d(2),
)
images = torch.zeros(32, 3, 28, 28)  # (B, C, 28, 28)
maps = features(images)  # (B, 32, 7, 7)
rows = maps.flatten(1)  # (B, 1568)
head = nn.Linear(32 * 7 * 7, 10)
print(list(maps.shape), list(rows.shape), list(head(rows).shape))

# %% wrong_size
with shows_error():
    head(features(torch.zeros(32, 3, 32, 32)).flatten(1))

# %% not_flat
with shows_error():
    head(maps)

# %% fixed_batch
last = head(rows[:16])  # the last batch is smaller
with shows_error():
    last.view(32, 10)
print(list(last.view(-1, 10).shape), list(maps[:16].flatten(1).shape))

# %% one_picture
one = maps[0]  # (32, 7, 7): without a batch
with shows_error():
    head(one.flatten(1))
print(list(head(maps[:1].flatten(1)).shape))

# %% show
plt.show()
