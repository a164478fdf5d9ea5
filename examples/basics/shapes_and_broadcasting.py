"""Shapes: how two of them meet, what a reduction leaves, a silent trap.

Shapes: B batch (64), C channels (3), H height, W width (8), N points
Needs: torch 2.11 or newer, matplotlib
Run: python shapes_and_broadcasting.py
Source: PyTorch documentation, page Broadcasting semantics
"""

import contextlib
import warnings

import matplotlib.pyplot as plt
import torch
from torch import nn

warnings.simplefilter("ignore")  # the trap below warns


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except (IndexError, RuntimeError) as error:
        print(f"{type(error).__name__}: {error}")


# %% table
column = torch.tensor([[10], [20], [30]])  # (3, 1)
row = torch.tensor([1, 2, 3, 4])  # (4,)
table = column + row  # (3, 1) + (4,) -> (3, 4)
print(table)

# %% picture
panels = {
    "column (3, 1)": column.expand(3, 4),
    "row (4,)": row.expand(3, 4),
    "sum (3, 4)": table,
}
figure, all_axes = plt.subplots(1, 3, num="broadcasting", figsize=(5, 1.7))
for axes, (name, cells) in zip(all_axes, panels.items(), strict=True):
    axes.imshow(cells, vmin=-20, vmax=60, cmap="gray_r")
    for y, x in torch.ones_like(cells).nonzero().tolist():
        axes.text(x, y, cells[y, x].item(), ha="center", va="center")
    axes.set(title=name, xticks=[], yticks=[])

# %% rules
for a, b in [((3, 1), (4,)), ((64, 10), (10,)), ((64, 3, 8, 8), (3, 1, 1))]:
    print(a, "and", b, "give", tuple(torch.broadcast_shapes(a, b)))

# %% no_match
with shows_error():
    torch.ones(64, 10) + torch.ones(64)

# %% one_more_axis
shifted = torch.ones(64, 10) + torch.ones(64).unsqueeze(1)  # (64, 1)
print(shifted.shape)

# %% reduce
torch.manual_seed(0)
images = torch.rand(64, 3, 8, 8)  # (B, C, H, W)
print("mean(dim=1)        ", list(images.mean(dim=1).shape))
print("mean(dim=(0, 2, 3))", list(images.mean(dim=(0, 2, 3)).shape))
means = images.mean(dim=(0, 2, 3), keepdim=True)  # (1, C, 1, 1)
print("with keepdim=True  ", list(means.shape))
centred = images - means  # (B, C, H, W) - (1, C, 1, 1)
print("largest mean now   ", f"{centred.mean(dim=(0, 2, 3)).abs().max():.4f}")

# %% square
counts = torch.tensor([[1.0, 1.0], [3.0, 1.0]])
wrong = (counts / counts.sum(dim=1)).sum(dim=1)  # (2, 2) / (2,)
right = (counts / counts.sum(dim=1, keepdim=True)).sum(dim=1)
print("rows sum to", wrong.tolist(), "with keepdim", right.tolist())

# %% trap
predictions = torch.tensor([[1.0], [2.0], [3.0]])  # (N, 1), all right
targets = torch.tensor([1.0, 2.0, 3.0])  # (N,)
difference = predictions - targets  # (N, 1) - (N,) -> (N, N)
mistaken = (difference**2).mean().item()
print(list(difference.shape), f"loss {mistaken:.3f} instead of 0")

# %% flat
x = torch.linspace(-1, 1, 20).unsqueeze(1)  # (N, 1)
slopes = {}
for name, y in {"(N,)": 3 * x.squeeze(1), "(N, 1)": 3 * x}.items():
    torch.manual_seed(0)
    line = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(line.parameters(), lr=0.3)
    for _ in range(100):
        optimizer.zero_grad()
        nn.functional.mse_loss(line(x), y).backward()
        optimizer.step()
    slopes[name] = line.weight.item()
    print(f"targets {name:6}: slope {slopes[name]:.2f}, right is 3")

# %% accuracy
labels = torch.arange(64) % 10  # (B,)
answers = labels.unsqueeze(1)  # (B, 1), all of them right
share = (answers == labels).sum().item() / 64
print(f"accuracy {share:.0%}")

# %% pairs
points = torch.rand(5, 2)  # (N, 2)
gaps = points.unsqueeze(1) - points  # (N, 1, 2) - (N, 2) -> (N, N, 2)
distances = gaps.square().sum(dim=2).sqrt()  # (N, N)
print(list(gaps.shape), list(distances.shape))

# %% show
plt.show()
