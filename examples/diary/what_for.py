"""What a gradient is for: a throw that corrects itself, a free forward().

Shapes: T moments of a flight, B batch
Needs: torch 2.11 or newer, matplotlib
Run: python what_for.py
Source: PyTorch documentation, pages Autograd mechanics, Tensor.backward and
Module
"""

import contextlib
import textwrap

import matplotlib.pyplot as plt
import torch
from torch import nn

torch.manual_seed(0)
raised = {}  # what each line ended with


@contextlib.contextmanager
def shows_error(name):
    try:
        yield
    except (AttributeError, RuntimeError) as error:
        raised[name] = type(error).__name__
        print(textwrap.fill(f"{raised[name]}: {error}", 70))


# %% flight
def fly(velocity):
    position, path = torch.zeros(2), []  # metres: along, up
    for _ in range(60):  # every 0.02 seconds
        drag = 0.05 * velocity * velocity.norm()  # of the air
        gravity = torch.tensor([0, 9.8])
        velocity = velocity - 0.02 * (gravity + drag)
        position = position + 0.02 * velocity
        path.append(position)
    return torch.stack(path)  # (T, 2)


# %% aim
basket = torch.tensor([6.0, 3.0])
velocity = torch.tensor([3.0, 3.0], requires_grad=True)
paths, misses = [], []
for _ in range(10):
    path = fly(velocity)
    squared = (path - basket).square().sum(dim=1).min()  # nearest
    squared.backward()  # how each number changes it
    with torch.no_grad():
        velocity -= 0.5 * velocity.grad
    velocity.grad = None
    paths.append(path.detach())
    misses.append(squared.item() ** 0.5)
print("metres from the basket:", *[f"{miss:.2f}" for miss in misses])


# %% free_forward
class Free(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x):
        for turn in range(3):
            x = self.layer(x)
            if x.min() <= 0:
                print("turn", turn, "raised")
                x = x - x.min() + 1
        return torch.log(x)


# %% no_backward
free = Free()
out = free(torch.rand(2, 4))  # (B, 4)
written = [name for name in vars(Free) if name.endswith("ward")]
print("written:", *written, " made by", out.grad_fn.name())
out.sum().backward()
filled = [w.grad is not None for w in free.parameters()]

# %% ones
layer, row = nn.Linear(1350, 10), torch.rand(1, 1350)
with shows_error("no_argument"):
    layer(row).backward()
layer(row).backward(torch.ones(1, 10))
with_ones = layer.bias.grad.tolist()

# %% zero_grad
layer.zero_grad()
now = layer.bias.grad
with shows_error("fill"):
    layer.bias.grad.zero_()
layer(row).sum().backward()  # the same as with ones
of_sum = layer.bias.grad.tolist()
layer.zero_grad(set_to_none=False)
as_noted = layer.bias.grad.tolist()
print("now", now, " as noted", *as_noted)

# %% show
_, axes = plt.subplots(num="throws", figsize=(5, 2.4))
for throw in (1, 2, 3, 4, 10):
    axes.plot(*paths[throw - 1].T, label=f"throw {throw}")
axes.scatter(*basket)
axes.text(*basket + 0.2, "basket")
axes.set(xlabel="metres", ylabel="metres up")
axes.set(xlim=(0, 10.5), ylim=(-2, 5))
axes.legend(loc="center right")
plt.show()
