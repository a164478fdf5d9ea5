"""nn.Module: what it registers, saves and moves; layers and single pictures.

Shapes: B batch (5), C channels, H height, W width; a picture is (1, 32, 32)
Needs: torch 2.11 or newer, matplotlib
Run: python nn_module.py
Source: PyTorch documentation, pages Module, Parameter and torch.nn
"""

import contextlib
import textwrap

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn import functional


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except (AttributeError, RuntimeError) as error:
        print(textwrap.fill(f"{type(error).__name__}: {error}", 70))


# %% net
class ConvNet(nn.Module):
    def __init__(self):
        super().__init__()  # before any layer
        self.conv1 = nn.Conv2d(1, 6, kernel_size=3)
        self.fc1 = nn.Linear(1350, 10)

    def forward(self, images):
        features = functional.relu(self.conv1(images))  # (B, 6, 30, 30)
        features = functional.max_pool2d(features, 2)  # (B, 6, 15, 15)
        return self.fc1(features.flatten(start_dim=1))  # (B, 10)


# %% made
torch.manual_seed(0)
net = ConvNet()
images = torch.rand(5, 1, 32, 32)  # (B, C, H, W)
logits = net(images)  # (B, 10)
print(net)

# %% parameters
for name, parameter in net.named_parameters():
    print(f"{name:12} {list(parameter.shape)}")
count = sum(parameter.numel() for parameter in net.parameters())
by_hand = 6 * (1 * 3 * 3 + 1) + 10 * (6 * 15 * 15 + 1)  # with biases
print(f"{count:,} parameters, by hand {by_hand:,}")

# %% other_size
with shows_error():
    net(torch.rand(5, 1, 28, 28))  # 28 -> 26 -> 13 pixels


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
model = Holder().to(torch.float64)  # .to(device) moves the same
trained = [name for name, _ in model.named_parameters()]
saved = list(model.state_dict())
print("trained", trained)
print("saved  ", saved)

# %% picture
tensors = [model.layer.weight, model.scale, model.mean, model.mask]
tensors += [model.plain, model.hidden[0].weight]
names = ["layer.weight", "scale", "mean", "mask", "plain", "hidden.0.weight"]
table = [
    [int(name in trained), int(name in saved), tensor.itemsize // 8]
    for name, tensor in zip(names, tensors, strict=True)
]
_, axes = plt.subplots(num="seen")
axes.imshow(table, cmap="gray_r", vmax=2, aspect="auto")
for y, row in enumerate(table):
    for x, yes in enumerate(row):
        axes.text(x, y, ["no", "yes"][yes], ha="center", va="center")
rows = ["layer", "Parameter", "buffer", "not kept", "tensor", "in a list"]
axes.set_yticks(range(6), rows)
axes.set_xticks(range(3), ["trained", "saved", "moved"])

# %% dropout
ones = torch.ones(1000)
layer = nn.Dropout(0.5).eval()
outputs = functional.dropout(ones), layer(ones)
falls = [bool((output == 0).any()) for output in outputs]
print("values lost in eval mode: functional", falls[0], " layer", falls[1])

# %% unbatched
layers = [nn.Linear(8, 2), nn.Conv2d(4, 2, 3), nn.ConvTranspose2d(4, 2, 2)]
layers += [nn.MaxPool2d(2), nn.LayerNorm([4, 6, 8]), nn.InstanceNorm2d(4)]
layers += [nn.Flatten(), nn.Upsample(scale_factor=2), nn.LocalResponseNorm(2)]
layers += [nn.BatchNorm2d(4), nn.GroupNorm(2, 4), nn.PReLU(4)]
pictures = torch.rand(5, 4, 6, 8)  # (B, C, H, W)
answers = []
for layer in layers:
    answers.append("error")
    with contextlib.suppress(RuntimeError, ValueError):
        one, first = layer(pictures[0]), layer(pictures)[0]
        same = one.shape == first.shape and torch.allclose(one, first, 0, 1e-5)
        answers[-1] = "same" if same else "other"
    print(f"{type(layer).__name__:18}{answers[-1]}")


# %% no_super
class Broken(nn.Module):
    def __init__(self):
        self.fc1 = nn.Linear(2, 2)  # no super().__init__() before


with shows_error():
    Broken()

# %% converted
lost = nn.Module()
lost.scale = nn.Parameter(torch.ones(2)).to(torch.float64)  # no Parameter
found = len(list(lost.parameters()))
print("parameters", found, " leaf", lost.scale.is_leaf)

# %% show
plt.show()
