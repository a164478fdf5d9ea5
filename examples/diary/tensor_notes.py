"""What lines from a first page of notes on tensors print and change today.

Shapes: R rows, C columns, N numbers
Needs: torch 2.11 or newer, numpy
Run: python tensor_notes.py
Source: PyTorch documentation, pages torch.Tensor, Tensor Attributes, Tensor
Views and torch.add
"""

import ast
import contextlib
import textwrap
import warnings

import numpy as np
import torch

expected = (NameError, RuntimeError, SyntaxError, TypeError, ValueError)
raised = {}  # what each line ended with


@contextlib.contextmanager
def shows_error(name):
    try:
        yield
    except expected as error:
        raised[name] = type(error).__name__
        print(textwrap.fill(f"{raised[name]}: {error}", 70))


# %% alone
with shows_error("alone"):  # x was made in another block
    exec("y = torch.rand(5, 3)\nprint(x + y)", {"torch": torch})

# %% pasted
with shows_error("pasted"):  # printed lines among the code
    ast.parse("torch.Size([4, 4]) torch.Size([16])")

# %% units
array, tensor = np.ones((2, 3)), torch.ones(2, 3)  # each (R, C)
units = [type(array).__name__, type(tensor).__name__]
sizes = [array.size, list(tensor.size())]
decimals = [str(array.dtype), str(tensor.dtype)]
print(*units, *decimals, " size", *sizes)
with shows_error("zeros"):
    np.zeros(2, 3)  # no error in torch

# %% index
counts = torch.arange(6).view(2, 3)  # (R, C)
picks = [np.s_[0], np.s_[:, 1], np.s_[-1, -1], np.s_[..., None]]
alike = [np.array_equal(counts.numpy()[i], counts[i]) for i in picks]
print("as in NumPy", *alike)
with shows_error("backwards"):
    counts[:, ::-1]
print("flip", counts.flip(1)[0])

# %% types
words = ["Float", "Double", "Long", "Int", "Short", "Byte", "Char"]
dtypes = [str(getattr(torch, f"{x}Tensor")([1]).dtype) for x in words]
for word, dtype in zip(words, dtypes, strict=True):
    print(f"{word}Tensor".ljust(12), dtype)

# %% add
torch.manual_seed(0)
x, y = torch.randn(5, 3), torch.rand(5, 3)  # each (R, C)
result = torch.empty(5, 3)
torch.add(x, y, out=result)
equal = [torch.equal(one, x + y) for one in (torch.add(x, y), result)]
print("as x + y", *equal)

# %% out
wrong_size = torch.empty(2)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    torch.add(x, y, out=wrong_size)
warned = [str(one.message).split(", which")[0] for one in caught]
print(textwrap.fill(warned[0], 70), "- now", list(wrong_size.shape))
with shows_error("out_with_gradient"):
    torch.add(x.requires_grad_(), y, out=result)

# %% in_place
y = torch.zeros(3)
first = y[:1]  # (1,), the same memory
y.add_(torch.ones(3))
seen = [first.item()]
y += torch.ones(3)  # no underscore, and yet in place
seen += [first.item()]
y[0] = 5
seen += [first.item()]
y = y + 1  # a new tensor, under the old name
seen += [first.item()]
print("in the same memory:", *seen)

# %% refused
with shows_error("wider"):
    y.add_(torch.ones(2, 3))
with shows_error("leaf"):
    torch.ones(3, requires_grad=True).add_(1)

# %% itself
turned = torch.arange(6).view(2, 3)  # (R, C)
flat = turned.view(6)  # the same memory
turned.t_()  # (R, C) -> (C, R)
turned.copy_(torch.tensor([7, 8]))  # broadcast to each row
written = flat.tolist()
print(turned.tolist(), " in memory", written)

# %% sizes
x = torch.randn(4, 4)  # (R, C)
y = x.view(16)  # (16,)
z = x.view(-1, 8)  # -1: what is left, (2, 8)
printed = f"{x.size()} {y.size()} {z.size()}"
print(printed)

# %% minus_one
with shows_error("two_unknown"):
    x.view(-1, -1)
with shows_error("no_divisor"):
    x.view(-1, 7)

# %% shared
y[0] = 99
noticed = x[0, 0].item()
print("in x too:", noticed)
with shows_error("view_of_turned"):
    x.t().view(16)
copied = x.t().reshape(16).data_ptr() != x.data_ptr()

# %% tail
one = torch.tensor([-0.23680149])  # (1,)
shown = [str(one), str(one.item())]
print(*shown)
