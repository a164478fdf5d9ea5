"""What an outline in nine steps leaves open: forward, loss, optimizer, end.

Shapes: B samples of a batch, C classes (3)
Needs: torch 2.11 or newer
Run: python outline.py
Source: PyTorch documentation, pages Module, Sequential, Tensor.backward, SGD
and RNN; CommonMark, section Links
"""

import contextlib
import copy
import re
import textwrap

import torch
from torch import nn

torch.manual_seed(0)
raised = {}  # what each line ended with


@contextlib.contextmanager
def shows_error(name):
    try:
        yield
    except (NotImplementedError, RuntimeError, TypeError) as error:
        raised[name] = type(error).__name__
        print(textwrap.fill(f"{raised[name]}: {error}", 70))


# %% no_forward
class Misspelt(nn.Module):
    def foward(self, images):  # the r is missing
        return images


with shows_error("no_forward"):
    Misspelt()(torch.ones(1, 8))


# %% branches
class TwoWays(nn.Module):
    def __init__(self):
        super().__init__()
        self.left, self.right = nn.Linear(4, 8), nn.Linear(6, 8)
        self.kind, self.size = nn.Linear(16, 3), nn.Linear(16, 1)

    def forward(self, a, b):
        joined = torch.cat([self.left(a), self.right(b)], dim=1)  # (B, 16)
        return self.kind(joined), self.size(joined)  # (B, 3), (B, 1)


a, b = torch.randn(5, 4), torch.randn(5, 6)
kinds, sizes = torch.tensor([0, 1, 2, 0, 1]), torch.rand(5, 1)
model = TwoWays()
logits, guesses = model(a, b)
with shows_error("two_inputs"):
    nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 3))(a, b)


# %% two_losses
def reached(loss):
    """Return the layers that get a gradient."""
    model.zero_grad()
    loss.backward(retain_graph=True)  # for the next call
    layers = model.named_children()
    return [name for name, one in layers if one.weight.grad is not None]


kind_loss = nn.CrossEntropyLoss()(logits, kinds)
both = reached(kind_loss + 0.1 * nn.MSELoss()(guesses, sizes))
alone = reached(kind_loss)
print("both losses reach", *both)
print("one loss reaches ", *alone)

# %% one_number
each = nn.CrossEntropyLoss(reduction="none")(model(a, b)[0], kinds)  # (B,)
with shows_error("five_losses"):
    each.backward()
each.mean().backward()  # one number

# %% family
steps = torch.randn(5, 7, 4)  # (B, steps, features)
states, weights = {}, {}
for kind in (nn.RNN, nn.GRU, nn.LSTM):
    layer = kind(4, 8, batch_first=True)
    state = layer(steps)[1]
    states[kind.__name__] = len(state) if isinstance(state, tuple) else 1
    weights[kind.__name__] = sum(p.numel() for p in layer.parameters())
    print(f"{kind.__name__:4} states {states[kind.__name__]}", end="  ")
    print("weights", weights[kind.__name__])
lstm_is_recurrent = issubclass(nn.LSTM, nn.RNNBase)

# %% momentum
names = [name for name in dir(torch.optim) if "omentum" in name]
weight = nn.Parameter(torch.tensor([1.0]))
optimizer = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
moves = []
for _ in range(3):
    before = weight.item()
    weight.grad = torch.ones(1)  # the same gradient each time
    optimizer.step()
    moves.append(before - weight.item())
print("optimizers named after momentum:", len(names))
print("three moves:", *(f"{move:.3f}" for move in moves))

# %% kept_state
model = nn.Linear(4, 3)
shared, kept = model.state_dict(), copy.deepcopy(model.state_dict())
with torch.no_grad():
    model.weight += 1  # as any later update does
follows = shared["weight"].equal(model.weight)
stays = not kept["weight"].equal(model.weight)
print("state_dict() follows:", follows, "  the copy stays:", stays)

# %% brackets
link = re.compile(r"\[[^]]+\]\([^)]+\)")  # [text](address)
swapped = link.findall("(optimizers)[https://example.org]")
written = link.findall("[optimizers](https://example.org)")
print("links:", len(swapped), "in the first,", len(written), "in the second")
