"""Old names for tensors: what they do today, and what to write instead.

Shapes: N numbers
Needs: torch 2.11 or newer, matplotlib
Run: python dtype_history.py
Source: PyTorch documentation, pages torch.Tensor, Tensor Attributes and
Autograd mechanics; the release notes of torch 0.4
"""

import contextlib
import textwrap

import matplotlib.pyplot as plt
import torch
from torch.autograd import Variable


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except (IndexError, RuntimeError, TypeError, ValueError) as error:
        print(textwrap.fill(f"{type(error).__name__}: {error}", 70))


# %% names
old_types = [
    torch.FloatTensor,
    torch.DoubleTensor,
    torch.LongTensor,
    torch.ByteTensor,
    torch.CharTensor,
]
made = [old_type([1]) for old_type in old_types]  # each (1,)
for old_type, tensor in zip(old_types, made, strict=True):
    print(f"{old_type.__name__:12}", tensor.dtype)

# %% picture
names = [old_type.__name__ for old_type in old_types]
figure, axes = plt.subplots(num="bits")
axes.barh(names[::-1], [8 * tensor.itemsize for tensor in made[::-1]])
axes.set(xlabel="bits")

# %% size_or_value
old = torch.FloatTensor(2)  # (2,), whatever was in memory
new = torch.tensor(2.0)  # (), the value 2
print("old", old.shape, " new", new.shape)

# %% variable
wrapped = Variable(torch.ones(2), requires_grad=True)  # (N,)
print(type(wrapped), isinstance(wrapped, torch.Tensor))

# %% data
weights = torch.ones(2, requires_grad=True)  # (N,)
powers = torch.exp(weights)  # (N,), kept for the backward pass
powers.data.zero_()  # autograd does not see it
powers.sum().backward()
silent = weights.grad.tolist()
print("gradient ", weights.grad)
print("should be", torch.exp(weights).detach())

# %% detach
powers = torch.exp(weights)  # (N,)
powers.detach().zero_()  # autograd sees it
with shows_error():
    powers.sum().backward()

# %% index_error
loss = weights.sum()  # ()
with shows_error():
    print(loss.data[0])
print(loss.item())

# %% show
plt.show()
