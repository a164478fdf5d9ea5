"""Tensors: make, index, reduce, join and reshape them; memory and devices.

Shapes: R rows, C columns, B pictures, H height, W width
Needs: torch 2.11 or newer, numpy, matplotlib
Run: python tensors.py
Source: PyTorch documentation, pages torch.Tensor, Tensor Attributes, Tensor
Views and torch.accelerator
"""

import contextlib
import textwrap

import matplotlib.pyplot as plt
import torch
from torch import nn


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except (IndexError, RuntimeError, TypeError, ValueError) as error:
        print(textwrap.fill(f"{type(error).__name__}: {error}", 70))


# %% make
torch.manual_seed(0)
table = torch.tensor([[1, 2, 3], [4, 5, 6]])  # (R, C)
zeros = torch.zeros(2, 3)  # (R, C)
noise = torch.rand(2, 3)  # (R, C), from 0 to 1
print(table)
print(table.shape, table.dtype, table.device)

# %% dtypes
double = torch.tensor(1.0, dtype=torch.float64)  # (), no dimension
mixed = zeros + double  # (R, C)
print("decimals, comparison  ", noise.dtype, (table > 2).dtype)
print("int64 / int64         ", (table / table).dtype)
print("int64 + float32       ", (table + zeros).dtype)
print("float32 + float64     ", (zeros + zeros.double()).dtype)
print("float32 + 0-dim double", mixed.dtype)

# %% index
print("row", table[0], " column", table[:, 1], " last", table[-1, -1])
print("larger than 3", table[table > 3])

# %% reduce
print("all  ", table.sum(), " item", table.sum().item())
print("dim=0", table.sum(dim=0), " dim=1", table.sum(dim=1))
totals = table.sum(dim=1, keepdim=True)  # (R, C) -> (R, 1)
print("dim=1, keepdim=True", totals.shape)

# %% broadcast
shares = table / totals  # (R, C) / (R, 1) -> (R, C)
print(shares)

# %% join
pictures = [torch.rand(8, 8) for _ in range(4)]
batch = torch.stack(pictures)  # 4 times (H, W) -> (B, H, W)
longer = torch.cat([batch, batch])  # (B, H, W) twice -> (2B, H, W)
print("stack", batch.shape, " cat", longer.shape)

# %% dimensions
images = batch.unsqueeze(1)  # (B, H, W) -> (B, 1, H, W)
channels_last = images.permute(0, 2, 3, 1)  # -> (B, H, W, 1)
rows = images.reshape(4, -1)  # -> (B, 64)
print("unsqueeze", images.shape, " squeeze", images.squeeze(1).shape)
print("permute  ", channels_last.shape, " reshape", rows.shape)

# %% picture
panels = {"table": table, "transposed": table.T, "memory": table.view(1, 6)}
figure, axes = plt.subplots(
    1, 3, num="memory", figsize=(5, 2), width_ratios=[3, 2, 6]
)
for axis, (name, cells) in zip(axes, panels.items(), strict=True):
    for row in table:  # one colour for each
        y, x = torch.isin(cells, row).nonzero(as_tuple=True)
        axis.scatter(x, -y, s=400, marker="s", alpha=0.4)
    for y, x in torch.ones_like(cells).nonzero().tolist():
        axis.text(x, -y, str(cells[y, x].item()), ha="center", va="center")
    axis.set(title=name, xlim=(-0.6, len(cells.T) - 0.4), ylim=(-2.6, 0.6))
    axis.axis("off")

# %% strides
turned = table.T  # (R, C) -> (C, R), nothing is copied
print("table ", table.shape, "strides", table.stride())
print("turned", turned.shape, "strides", turned.stride())

# %% view
flat = table.view(6)  # (R, C) -> (6,), the same memory
flat[0] = 99
print("table", table[0, 0], " turned", turned[0, 0])

# %% in_place
first = table[0]  # (C,), the same memory
table += 1  # writes into the memory
print("after +=   ", first)
table = table + 1  # a new tensor, under the old name
print("after a new", first)

# %% device
device = torch.accelerator.current_accelerator(check_available=True)
device = device or torch.device("cpu")  # None: no accelerator
model = nn.Linear(3, 2).to(device)
outputs = model(noise.to(device))  # (R, C) -> (R, 2)
print(device, outputs.shape)

# %% numpy
array = zeros.numpy()  # the same memory
array[0, 0] = 7
print(zeros[0])
from_numpy = torch.from_numpy(array.astype("float64"))
print(from_numpy.dtype)

# %% dtype_error
layer = nn.Linear(3, 2)
with shows_error():
    layer(from_numpy)
print(layer(from_numpy.float()).shape)

# %% integer_error
with shows_error():
    table.mean()
with shows_error():
    table += 0.5

# %% batch_error
last_batch = torch.rand(16, 10)  # smaller than the 32 of the others
with shows_error():
    last_batch.view(32, 10)

# %% view_error
with shows_error():
    turned.view(6)

# %% item_error
with shows_error():
    turned.item()

# %% show
plt.show()
