"""NumPy and tensors: what shares memory, what copies, which dtypes convert.

Shapes: N numbers, R rows, C columns
Needs: torch 2.11 or newer, numpy, matplotlib
Run: python numpy_bridge.py
Source: PyTorch documentation, pages torch.from_numpy, torch.Tensor.numpy,
torch.tensor and torch.as_tensor; NumPy's pages on copies, views and casting
"""

import contextlib
import textwrap
import warnings

import matplotlib.pyplot as plt
import numpy as np
import torch


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except (IndexError, RuntimeError, TypeError, ValueError) as error:
        print(textwrap.fill(f"{type(error).__name__}: {error}", 70))


# %% share
array = np.arange(4.0)  # (N,), float64
shared = torch.from_numpy(array)  # the same memory
copied = torch.tensor(array)  # memory of its own
array[0] = 7
shared[1] = 8
print("array ", array)
print("shared", shared)
print("copied", copied)

# %% picture
_, axes = plt.subplots(num="memory", figsize=(5, 2.2))
for y, values in ((-0.5, array), (-2.2, copied)):
    axes.scatter(range(4), [y] * 4, s=900, marker="s", alpha=0.4)
    for x, value in enumerate(values):
        axes.text(x, y, f"{value:.0f}", ha="center", va="center")
names = {"array": (0, -0.5), "shared": (-1, -0.5), "copied": (-2.2, -2.2)}
for name, (y, memory) in names.items():
    axes.text(-2, y, name, ha="right", va="center")
    axes.plot([-1.8, -0.6], [y, memory], color="gray")
axes.set(xlim=(-3.4, 3.6), ylim=(-2.9, 0.5))
axes.axis("off")

# %% back
tensor = torch.zeros(3)  # (N,)
view = tensor.numpy()  # the same memory
tensor += 1  # writes into it
tensor = tensor + 1  # a new tensor, under the old name
print("tensor", tensor, " view", view)

# %% ways
ways = {
    "torch.from_numpy(array)": torch.from_numpy(array),
    "torch.as_tensor(array)": torch.as_tensor(array),
    "torch.tensor(array)": torch.tensor(array),
    "shared[1:3]": shared[1:3],
    "shared[[1, 2]]": shared[[1, 2]],
    "shared.to(torch.float64)": shared.to(torch.float64),
    "shared.float()": shared.float(),
    "from_numpy(array.astype(float))": torch.from_numpy(array.astype(float)),
}
shares = [np.shares_memory(array, way.numpy()) for way in ways.values()]
for way, same in zip(ways, shares, strict=True):
    print(f"{way:32}{'shares' if same else 'copies'}")

# %% float64
print("typed in  ", torch.tensor([0.5, 1.5]).dtype)
print("from NumPy", torch.tensor(np.array([0.5, 1.5])).dtype)
print("converted ", torch.from_numpy(array).float().dtype)

# %% dtypes
known = "bool uint8 int8 uint16 int16 int32 int64 float16 float32 float64"
kept = [str(torch.from_numpy(np.zeros(1, x)).dtype) for x in known.split()]
print(textwrap.fill(" ".join(kept), 70))

# %% text
words = np.array(["1.5", "2"])  # as read from a CSV file
with shows_error():
    torch.tensor(words)
print(torch.tensor(words.astype("float32")))

# %% uint16
with shows_error():
    torch.from_numpy(np.array([40_000], dtype="uint16")) + 1

# %% bfloat16
with shows_error():
    torch.ones(2, dtype=torch.bfloat16).numpy()

# %% mask
prices = torch.tensor([10, 20, 30])  # (N,)
marks = np.array([1, 0, 1], dtype="int8")  # meant as yes, no, yes
picked, chosen = prices[marks], prices[marks == 1]
print("by int8", picked, " by bool", chosen)

# %% overflow
small = torch.tensor([100], dtype=torch.int8)  # -128 to 127
wrapped, total = small + 100, small.int() + 100
print(wrapped, total)

# %% read_only
locked = np.zeros(3)
locked.flags.writeable = False
torch.set_warn_always(True)  # else once in a program
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    unlocked = torch.from_numpy(locked)
torch.set_warn_always(False)
print(textwrap.fill(str(caught[0].message).split(" This type")[0], 70))
unlocked[0] = 5
print(locked)

# %% to_numpy
weights = torch.ones(2, requires_grad=True)
with shows_error():
    weights.numpy()
with shows_error():
    torch.ones(2, device="meta").numpy()  # no CPU, as a GPU is none
weights.detach().numpy()[0] = 5  # the same memory
print(weights)

# %% negative_stride
with shows_error():
    torch.from_numpy(array[::-1])  # NumPy goes backwards

# %% show
plt.show()
