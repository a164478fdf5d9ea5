"""nn.Module: what it registers, saves and moves; layers and single pictures.

Shapes: B batch (5), C channels, H height, W width; a picture is (1, 32, 32)
Needs: torch 2.11 or newer, matplotlib
Run: python nn_module.py
Source: PyTorch documentation, pages Module, Parameter and torch.nn; the tests
of unbatched inputs there
"""

import contextlib
import textwrap

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn import functional as F


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except (AttributeError, RuntimeError, TypeError, ValueError) as error:
        print(textwrap.fill(f"{type(error).__name__}: {error}", 70))


# %% net
class Net(nn.Module):
    def __init__(self):
        super().__init__()  # before any layer
        self.conv1 = nn.Conv2d(1, 6, kernel_size=3)
        self.fc1 = nn.Linear(1350, 10)

    def forward(self, images):
        features = F.relu(self.conv1(images))  # (B, 6, 30, 30)
        features = F.max_pool2d(features, 2)  # (B, 6, 15, 15)
        return self.fc1(features.flatten(start_dim=1))  # (B, 10)


# %% made
torch.manual_seed(0)
net = Net()
images = torch.rand(5, 1, 32, 32)  # (B, C, H, W)
logits = net(images)  # (B, 10)
print(net)

# %% parameters
for name, parameter in net.named_parameters():
    print(f"{name:12} {list(parameter.shape)}")
count = sum(parameter.numel() for parameter in net.parameters())
by_hand = 6 * (1 * 3 * 3 + 1) + 10 * (1350 + 1)  # weights and a bias each
print(f"{count:,} parameters, by hand {by_hand:,}")

# %% other_size
with shows_error():
    net(torch.rand(5, 1, 28, 28))  # (28 - 2) / 2 = 13 pixels are left
lazy = nn.LazyLinear(10)  # asks the first batch
lazy(torch.rand(5, 6 * 13 * 13))
print(lazy)


# %% holder
class Holder(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)
        self.scale = nn.Parameter(torch.ones(2))
        self.register_buffer("mean", torch.zeros(2))
        self.register_buffer("mask", torch.ones(2), persistent=False)
        self.plain = torch.zeros(2)
        self.hidden = [nn.Linear(2, 2)]


# %% seen
model = Holder()
trained = [name for name, _ in model.named_parameters()]
saved = list(model.state_dict())
model.to(torch.float64)  # as .to(device) would move them
print("trained", trained)
print("saved  ", saved)
print("plain", model.plain.dtype, " list", model.hidden[0].weight.dtype)

# %% picture
kinds = {  # of Holder, each with the tensor to look at
    "layer.weight": model.layer.weight,
    "scale": model.scale,
    "mean": model.mean,
    "mask": model.mask,
    "plain": model.plain,
    "hidden.0.weight": model.hidden[0].weight,
}
table = torch.tensor(
    [
        [name in trained, name in saved, tensor.dtype == torch.float64]
        for name, tensor in kinds.items()
    ]
).int()
_, axes = plt.subplots(num="seen")
axes.imshow(table, cmap="gray_r", vmin=0, vmax=2, aspect="auto")
for y, x in torch.ones_like(table).nonzero().tolist():
    axes.text(x, y, ("no", "yes")[table[y, x]], ha="center", va="center")
rows = ["layer", "Parameter", "buffer", "not kept", "tensor", "in a list"]
axes.set_yticks(range(6), rows)
axes.set_xticks(range(3), ["trained", "saved", "moved"])


# %% dropout
class Forgetful(nn.Module):
    def forward(self, values):
        return F.dropout(values, 0.5)  # training=True by default


forgetful = Forgetful().eval()
layer = nn.Dropout(0.5).eval()
ones = torch.ones(1000)
zeros = [(one(ones) == 0).sum().item() for one in (forgetful, layer)]
print("zeros in eval mode: functional", zeros[0] > 0, " layer", zeros[1] > 0)

# %% unbatched
layers = {
    "Conv2d": nn.Conv2d(4, 2, 3),
    "MaxPool2d": nn.MaxPool2d(2),
    "LayerNorm": nn.LayerNorm([4, 6, 8]),
    "BatchNorm2d": nn.BatchNorm2d(4),
    "GroupNorm": nn.GroupNorm(2, 4),
    "Flatten": nn.Flatten(),
    "Upsample": nn.Upsample(scale_factor=2),
    "LocalResponseNorm": nn.LocalResponseNorm(2),
}
