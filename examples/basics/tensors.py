"""Tensors: create, type, change in place, reshape, index, share and move.

Shapes: N numbers, R rows, C columns
Run: python tensors.py
Source: PyTorch documentation, pages torch.Tensor, Tensor Attributes, Tensor
Views and torch.accelerator; the checked claims are those of the study notes
"""

import textwrap

import numpy as np
import torch
from torch import nn

# %% create
torch.manual_seed(0)
zeros = torch.zeros(2, 3)  # (R, C)
table = torch.tensor([[1, 2, 3], [4, 5, 6]])  # (R, C)
noise = torch.rand(2, 3)  # (R, C), from 0 to 1
ones = torch.ones_like(noise)  # (R, C)
counting = torch.arange(10)  # (N,)
print(noise)
print(table.shape, table.size(), table.numel())

# %% default_dtypes
print("decimals ", zeros.dtype, noise.dtype, torch.tensor([1.0]).dtype)
print("integers ", table.dtype, counting.dtype)
print("questions", (table > 2).dtype)

# %% dtype_names
for name in ("Float", "Double", "Long", "Int", "Short", "Byte", "Char"):
    old_type = getattr(torch, f"{name}Tensor")
    print(f"{name + 'Tensor':12} is {old_type(1).dtype}")
kinds = {kind for kind in vars(torch).values() if isinstance(kind, torch.dtype)}
dtype_count = len(kinds)
print("more than 40 dtypes:", dtype_count > 40)

# %% promotion
print("int64 + 0.5      ", (table + 0.5).dtype)
print("int64 / 2        ", (table / 2).dtype, table[0] / 2)
print("int64 // 2       ", (table // 2).dtype, table[0] // 2)
print("float32 + float64", (zeros + zeros.double()).dtype)

# %% arithmetic
x = torch.tensor([1.0, 2.0, 3.0])  # (N,)
y = torch.tensor([10.0, 20.0, 30.0])  # (N,)
result = torch.empty(3)  # (N,)
torch.add(x, y, out=result)
print(x + y, torch.add(x, y), result)
print(x * y, x @ y)

# %% in_place
first = y[:1]  # a view of y
y.add_(x)
print(y, first, "same memory:", y.data_ptr() == first.data_ptr())
y = y + x  # a new tensor
print(y, first, "same memory:", y.data_ptr() == first.data_ptr())

# %% copy_and_turn
result.copy_(y)
tall = table.clone()
tall.t_()  # (R, C) -> (C, R)
print(result, tall.shape)

# %% view
grid = torch.arange(16).view(4, 4)  # (R, C)
flat = grid.view(16)  # (N,)
wide = grid.view(-1, 8)  # (2, 8)
print(grid.size(), flat.size(), wide.size())
flat[0] = 99
print(grid[0], wide[0, 0])

# %% reshape
turned = grid.t()  # (C, R)
print("strides", grid.stride(), turned.stride())
copied = turned.reshape(16)  # (N,), a copy here
copied[0] = -1
print("copy", copied[0], "grid", grid[0, 0])

# %% indexing
print(grid[1], grid[:, 0], grid[-1, ::2])
print(grid[grid > 13], grid[[0, 2], [1, 3]])
try:
    counting[::-1]
except ValueError as error:
    print(f"ValueError: {error}")
print(counting.flip(0))

# %% item
single = torch.tensor([-0.2368])  # (1,)
number, tenth = single.item(), torch.tensor(0.1).item()
print(single, number, tenth)
print(type(number).__name__, type(table.sum().item()).__name__)
try:
    x.item()
except RuntimeError as error:
    print(f"RuntimeError: {error}")

# %% numpy_shared
shared = torch.ones(3)  # (N,)
array = shared.numpy()
shared.add_(1)
array[0] = 7
print(shared, array)
back = torch.from_numpy(array)  # (N,)
own = torch.tensor(array)  # (N,), a copy
array[1] = 8
print(back, own)
array = array + 1  # a new array
print(array, shared)

# %% numpy_dtypes
matrix = np.zeros((2, 3))
from_array = torch.from_numpy(matrix)  # (R, C), still float64
print(matrix.size, from_array.size(), from_array.dtype)
chars = torch.tensor([-128, 0, 127], dtype=torch.int8)  # (N,)
print(chars.numpy(), chars.numpy().dtype)
try:
    torch.ones(3, dtype=torch.bfloat16).numpy()
except TypeError as error:
    print(f"TypeError: {error}")

# %% to
as_double = x.to(torch.float64)  # (N,)
print(x.dtype, as_double.dtype)
print("same tensor:", x.to(torch.float32) is x, x.to("cpu") is x)
linear = nn.Linear(3, 2)
print("same module:", linear.to(torch.float64) is linear, linear.weight.dtype)

# %% device
device = torch.device("cpu")
if torch.accelerator.is_available():
    device = torch.accelerator.current_accelerator()
moved = x.to(device)  # (N,)
created = torch.ones_like(x, device=device)  # (N,)
print(device, (moved + created).to("cpu", torch.float64))

# %% dtype_error
layer = nn.Linear(3, 2)
doubles = torch.ones(4, 3, dtype=torch.float64)  # (N, C)
try:
    layer(doubles)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
outputs = layer(doubles.float())  # (N, C) -> (N, 2)
print(outputs.dtype)

# %% in_place_errors
weight = torch.ones(3, requires_grad=True)  # (N,), a leaf
for target, change in ((x, zeros), (counting, 0.5), (weight, 1.0)):
    try:
        target.add_(change)
    except RuntimeError as error:
        print(textwrap.fill(f"RuntimeError: {error}", 70))

# %% view_errors
for tensor, shape in ((turned, (16,)), (grid, (-1, 7)), (grid, (-1, -1))):
    try:
        tensor.view(shape)
    except RuntimeError as error:
        print(textwrap.fill(f"RuntimeError: {error}", 70))

# %% mixed_devices
elsewhere = torch.ones(3, device="meta")  # (N,), no data
for broken in (lambda: x + elsewhere, elsewhere.numpy):
    try:
        broken()
    except (RuntimeError, TypeError) as error:
        print(textwrap.fill(f"{type(error).__name__}: {error}", 70))
