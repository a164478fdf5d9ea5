"""A first network: one convolution, 1350 numbers, ten outputs.

Shapes: B batch, C channels; a picture is (1, 32, 32)
Needs: torch 2.11 or newer
Run: python net_1350.py
Source: PyTorch documentation, pages Module, Conv2d, torch.nn.functional and
torch.nn.init
"""

import builtins
import contextlib
import textwrap

import torch
from torch import nn
from torch.nn import functional

torch.manual_seed(0)
raised = {}  # what each line ended with


@contextlib.contextmanager
def shows_error(name):
    try:
        yield
    except (AttributeError, NotImplementedError, RuntimeError) as error:
        raised[name] = type(error).__name__
        print(textwrap.fill(f"{raised[name]}: {error}", 70))


# %% net
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 3)
        self.fc1 = nn.Linear(1350, 10)

    def forward(self, x):
        x = functional.relu(self.conv1(x))
        x = functional.max_pool2d(x, (2, 2))
        x = functional.relu(x)
        x = x.view(x.size()[0], -1)
        return self.fc1(x)


# %% printed
net = Net()
printed = str(net).splitlines()
print(net)

# %% parameters
sizes = {name: list(w.shape) for name, w in net.named_parameters()}
for name, size in sizes.items():
    print(name, size)

# %% batches
images = torch.randn(7, 1, 32, 32)  # (B, C, 32, 32)
one, seven = net(images[:1]), net(images)  # (B, 10)
print(tuple(one.shape), tuple(seven.shape))
alone = net(images[0].unsqueeze(0))  # (1, 32, 32) -> (1, 1, 32, 32)
agrees = torch.allclose(alone[0], seven[0], atol=1e-5)
print("alone as in the batch:", agrees)

# %% sides
maps = net.conv1(images)  # (B, 6, 30, 30)
pooled = functional.max_pool2d(maps, 2)  # (B, 6, 15, 15)
flat = torch.flatten(pooled, 1)  # (B, 1350)
print(*[tuple(step.shape) for step in (maps, pooled, flat)])
as_view = torch.equal(flat, pooled.view(7, -1))

# %% second_relu
before = functional.max_pool2d(maps.relu(), 2)
unchanged = torch.equal(before.relu(), before)
print("the second ReLU changes nothing:", unchanged)

# %% other_sizes
with shows_error("size"):
    net(torch.randn(1, 1, 28, 28))
by_luck = net(torch.randn(1, 1, 33, 33))  # 33 -> 31 -> 15
print("33 pixels", tuple(by_luck.shape))

# %% colours
with shows_error("colours"):
    net(torch.randn(1, 3, 32, 32))

# %% no_batch
single = net.conv1(images[0])  # (1, 32, 32) -> (6, 30, 30)
print("the convolution takes it", tuple(single.shape))
with shows_error("no_batch"):
    net(images[0])

# %% start
kernels = [nn.Conv2d(1, 6, 3).weight.abs().max() for _ in range(300)]
largest = max(kernels).item()
print(f"largest of 300 beginnings {largest:.3f}")

# %% left_out
with shows_error("no_forward"):
    nn.Module()(images)


# %% no_super
class Hasty(nn.Module):
    def __init__(self):
        self.conv1 = nn.Conv2d(1, 6, 3)  # no super().__init__()


with shows_error("no_super"):
    Hasty()

# %% functions
layers = nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(), nn.PReLU()
learned = [sum(w.numel() for w in one.parameters()) for one in layers]
print("ReLU, pooling, dropout, PReLU:", *learned)
by_function = functional.conv2d(images, net.conv1.weight, net.conv1.bias)
same_maps = torch.equal(by_function, maps)

aliases = nn is torch.nn, functional is torch.nn.functional

# %% names
names = ["images", "input", "net", "out"]
taken = [name for name in names if hasattr(builtins, name)]
print("names that Python has already:", *taken)

# %% version
major = int(torch.__version__.split(".")[0])
ninth = f"{major}.9"
newer = torch.__version__ >= ninth, str(torch.__version__) >= ninth
print(f"newer than {ninth}: {newer[0]}, as text: {newer[1]}")
