"""Autograd: the gradient of a loss for all weights in one backward pass.

Shapes: N numbers
Needs: torch 2.11 or newer, matplotlib
Run: python autograd.py
Source: PyTorch documentation, pages Autograd mechanics, torch.autograd and
torch.autograd.gradcheck
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


# %% gradient
weight = torch.tensor(3.0, requires_grad=True)  # (), a leaf
inner = 2 * weight - 1  # ()
loss = inner**2  # ()
loss.backward()
gradient = weight.grad.item()
print("loss", loss.item(), "gradient", gradient)

# %% tangent
positions = torch.linspace(-1, 4, 51)  # (N,)
figure, axes = plt.subplots(num="tangent")
axes.plot(positions, (2 * positions - 1) ** 2, label="loss")
axes.plot([2, 4], [25 - gradient, 25 + gradient], label="tangent")
axes.set(xlabel="weight", ylabel="loss")
axes.legend()

# %% graph
print(loss.grad_fn.name(), "after", inner.grad_fn.name())
print("leaf", weight.is_leaf, " chain rule by hand", 2 * inner.item() * 2)

# %% finite_differences
inputs = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)  # (N,)
weights = torch.zeros(3, dtype=torch.float64, requires_grad=True)  # (N,)


def squared_error(weights):
    return (torch.sigmoid(weights @ inputs) - 1) ** 2  # (N,) -> ()


squared_error(weights).backward()
differences = []
for move in 1e-5 * torch.eye(3, dtype=torch.float64):  # one weight each
    above, below = squared_error(weights + move), squared_error(weights - move)
    differences.append((above - below).item() / 2e-5)
print("differences", torch.tensor(differences))
print("autograd   ", weights.grad.float())
print("gradcheck  ", torch.autograd.gradcheck(squared_error, weights))

# %% cost
model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
parameter_count = sum(p.numel() for p in model.parameters())
forward_passes = 2 * parameter_count  # above and below each
print("parameters", parameter_count, "forward passes", forward_passes)

# %% add_up
factor = torch.tensor(1.0, requires_grad=True)  # ()
sums = []
for _ in range(3):
    (2 * factor).backward()
    sums.append(factor.grad.item())
print(sums)


# %% line_fit
def train_line(clear):
    torch.manual_seed(0)
    line = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(line.parameters(), lr=0.1)
    x = torch.linspace(-1, 1, 20).unsqueeze(1)  # (20, 1)
    losses = []
    for _ in range(100):
        loss = nn.functional.mse_loss(line(x), 3 * x + 1)
        if clear:
            optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% zero_grad
cleared, never = train_line(clear=True), train_line(clear=False)
figure, axes = plt.subplots(num="zero_grad")
axes.plot(never, label="never cleared")
axes.plot(cleared, label="cleared")
axes.set(xlabel="update", ylabel="loss", ylim=(0, 5))
axes.legend()
print(f"cleared {max(cleared[50:]):.4f}  never {max(never[50:]):.2f}")

# %% keep_graph
total = 0.0
for _ in range(50):
    total += (factor - 3) ** 2  # holds every graph
print(total, total.item())

# %% no_grad
with torch.no_grad():
    evaluated = 2 * factor  # (), no graph
    factor -= 0.1 * factor.grad  # an update by hand
print(evaluated.requires_grad, factor)

# %% detach
curve = factor * positions  # (N,)
with shows_error():
    curve.numpy()
print(curve.detach().numpy().shape)

# %% second_backward
with shows_error():
    loss.backward()

# %% update_by_hand
with shows_error():
    factor -= 0.1 * factor.grad

# %% not_a_leaf
print(factor.is_leaf, factor.double().is_leaf)

# %% overwritten
powers = torch.exp(factor)  # ()
powers += 1
with shows_error():
    powers.backward()

# %% show
plt.show()
