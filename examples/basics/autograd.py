"""Autograd: what it is for, and the rules that its gradients follow.

Shapes: B pictures (100), D pixels (64), K classes (10), N numbers
Run: python autograd.py
Source: PyTorch documentation, pages Autograd mechanics, torch.autograd and
Optimizer.zero_grad; the checked claims are those of the study notes
"""

import textwrap

import matplotlib.pyplot as plt
import torch
from torch import nn

# %% slope
torch.manual_seed(0)
weight = torch.tensor(3.0, requires_grad=True)  # ()
loss = (2 * weight - 1) ** 2  # ()
loss.backward()
slope = weight.grad.item()
print("loss", loss.item(), "slope", slope)

# %% network
model = nn.Sequential(nn.Linear(64, 32), nn.Sigmoid(), nn.Linear(32, 10))
model.double()
images = torch.rand(100, 64, dtype=torch.float64)  # (B, D), drawn here
labels = torch.randint(10, (100,))  # (B,), drawn here
criterion = nn.CrossEntropyLoss()
logits = model(images)  # (B, D) -> (B, K)
criterion(logits, labels).backward()
parameter_count = sum(p.numel() for p in model.parameters())
no_hidden_count = sum(p.numel() for p in nn.Linear(64, 10).parameters())
print("parameters", parameter_count, "without hidden layer", no_hidden_count)

# %% differences
forward_passes, largest_gap = 0, 0.0
for parameter in model.parameters():
    numbers, slopes = parameter.detach().view(-1), parameter.grad.view(-1)
    for index, exact in enumerate(slopes.tolist()):
        moved_losses = []
        for move in (1e-5, -2e-5):  # above, then below
            numbers[index] += move
            moved_losses.append(criterion(model(images), labels).item())
        numbers[index] += 1e-5  # back again
        forward_passes += 2
        difference = (moved_losses[0] - moved_losses[1]) / 2e-5
        largest_gap = max(largest_gap, abs(difference - exact))
print("forward passes for the differences:", forward_passes)
print("slopes equal to 8 decimals:", largest_gap < 1e-8)

# %% graph
a = torch.tensor(2.0, requires_grad=True)  # ()
b = torch.tensor(3.0)  # ()
c = a * b + 1  # ()
last, before = c.grad_fn, c.grad_fn.next_functions[0][0]
print("c", c.requires_grad, last.name(), "after", before.name())
print("a", a.requires_grad, a.grad_fn, "leaf:", a.is_leaf)
print("b", b.requires_grad)

# %% chain_rule
first_weight = torch.tensor(0.5, requires_grad=True)  # ()
second_weight = torch.tensor(2.0, requires_grad=True)  # ()
hidden = torch.sigmoid(first_weight * 1.5)  # ()
output = second_weight * hidden  # ()
squared_error = (output - 1) ** 2  # ()
squared_error.backward()
by_output = 2 * (output - 1)
by_second = by_output * hidden
by_first = by_output * second_weight * hidden * (1 - hidden) * 1.5
print(f"loss {squared_error:.6f}  passed back {by_output:.6f}")
print(f"second: by hand {by_second:.6f}  autograd {second_weight.grad:.6f}")
print(f"first:  by hand {by_first:.6f}  autograd {first_weight.grad:.6f}")

# %% scalar_only
vector = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)  # (N,)
squares = vector**2  # (N,)
try:
    squares.backward()
except RuntimeError as error:
    print(f"RuntimeError: {error}")
squares.backward(torch.ones(3))
print(vector.grad)

# %% add_up
factor = torch.tensor(1.0, requires_grad=True)  # ()
other = torch.tensor(1.0, requires_grad=True)  # ()
sums = []
for _ in range(3):
    (2 * factor + other).backward()
    sums.append(factor.grad.item())
print(sums)

# %% clear
optimizer = torch.optim.SGD([factor])  # other is not in it
optimizer.zero_grad(set_to_none=False)
print("set_to_none=False", factor.grad)
optimizer.zero_grad()
print("default", factor.grad, "  other keeps", other.grad)


# %% line_fit
def train_line(clear: str) -> list[float]:
    torch.manual_seed(0)
    line = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(line.parameters(), lr=0.1)
    x = torch.linspace(-1, 1, 20).view(-1, 1)  # (20, 1)
    losses = []
    for _ in range(100):
        loss = nn.functional.mse_loss(line(x), 3 * x + 1)
        if clear == "before backward":
            optimizer.zero_grad()
        loss.backward()
        if clear == "before step":
            optimizer.zero_grad()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% zero_grad
steps = list(range(100))
curves = {
    "cleared": train_line("before backward"),
    "too_late": train_line("before step"),
    "never": train_line("never"),
}
late_peak = max(curves["never"][50:])
for name, losses in curves.items():
    print(f"{name:8}", *(f"{losses[step]:7.4f}" for step in (0, 9, 49, 99)))

# %% keep_graph
loss_tensor, loss_number = 0.0, 0.0
for _ in range(50):
    batch_loss = (factor - 3) ** 2  # ()
    loss_tensor = loss_tensor + batch_loss
    loss_number += batch_loss.item()
depth, node = 0, loss_tensor.grad_fn
while node is not None and node.next_functions:
    depth, node = depth + 1, node.next_functions[0][0]
print("tensor", loss_tensor.item(), "holds a chain of", depth, "operations")
print(type(loss_number).__name__, loss_number)

# %% two_modes
with torch.no_grad():
    quiet = vector * 2  # (N,)
with torch.inference_mode():
    sealed = vector * 2  # (N,)
print("no_grad       ", quiet.requires_grad, quiet.is_inference())
print("inference_mode", sealed.requires_grad, sealed.is_inference())

# %% afterwards
print("quiet in a product:", (vector * quiet).requires_grad)
print("sealed, cloned, in a product:", (vector * sealed.clone()).requires_grad)
forbidden = {
    "quiet, backward": lambda: quiet.sum().backward(),
    "sealed in a product": lambda: vector * sealed,
    "sealed, in place": lambda: sealed.add_(1),
}
for what, action in forbidden.items():
    try:
        action()
    except RuntimeError as error:
        print(textwrap.fill(f"{what}: RuntimeError: {error}", 70))

# %% detach
points = torch.linspace(0, 1, 5)  # (N,)
curve = weight * points  # (N,)
try:
    plt.plot(points, curve)
except RuntimeError as error:
    print(textwrap.fill(f"RuntimeError: {error}", 70))
loose = curve.detach()  # (N,)
plt.plot(points, loose)
print(loose.requires_grad, "same memory:", loose.data_ptr() == curve.data_ptr())

# %% second_backward
try:
    squares.backward(torch.ones(3))
except RuntimeError as error:
    print(textwrap.fill(f"RuntimeError: {error}", 70))

# %% update_by_hand
try:
    weight -= 0.1 * weight.grad
except RuntimeError as error:
    print(textwrap.fill(f"RuntimeError: {error}", 70))
with torch.no_grad():
    weight -= 0.1 * weight.grad
print(weight)

# %% overwritten
powers = vector.exp()  # (N,)
powers.add_(1)
try:
    powers.sum().backward()
except RuntimeError as error:
    print(textwrap.fill(f"RuntimeError: {str(error).split(':')[0]}", 70))
