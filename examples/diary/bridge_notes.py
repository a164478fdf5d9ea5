"""What lines from notes on NumPy and devices do, with a GPU or without one.

Shapes: N numbers
Needs: torch 2.11 or newer, numpy
Run: python bridge_notes.py
Source: PyTorch documentation, pages torch.from_numpy, Tensor.to,
torch.device and torch.accelerator
"""

import numpy as np
import torch

# %% to_numpy
a = torch.ones(5)  # (N,)
b = a.numpy()  # the same memory
before = [str(a), str(b)]
a.add_(1)
after = [str(a), str(b)]
print(*before, *after, sep="\n")

# %% from_numpy
a = np.ones(5)  # (N,), float64
b = torch.from_numpy(a)  # the same memory
np.add(a, 1, out=a)
filled = [str(a), str(b)]
a = a + 1  # a new array, under the old name
left = str(b)
print(*filled, left, sep="\n")

# %% char
small = torch.CharTensor([-128, 0, 127])  # (N,), int8
array = small.numpy()  # the same memory
array[1] = 5
back = torch.from_numpy(array).tolist()
print(array.dtype, small.tolist(), back)

# %% moved
x = torch.tensor([-0.23680149])  # (1,)
elsewhere = torch.device("meta")  # a device without data, on any computer
moved = x.to(elsewhere)
made = torch.ones_like(x, device=elsewhere)
places = [one.device.type for one in (x, moved, made)]
itself = x.to("cpu") is x
print(*places, " to where it is:", itself)

# %% default
with torch.device("meta"):
    chosen = torch.ones(1).device.type
default = torch.ones(1).device.type
print("without a word", default, " in the block", chosen)

# %% guarded
lines = []
if torch.cuda.is_available():
    lines.append(x.to("cuda") + 1)
print("lines from the guarded block:", len(lines))

# %% anywhere
here = torch.accelerator.is_available()
device = torch.accelerator.current_accelerator() if here else "cpu"
total = x.to(device) + torch.ones_like(x, device=device)
named = ["device=" in str(one) for one in (made, total)]
shown = [str(total), str(total.to("cpu", torch.double))]
print(*shown, sep="\n")
