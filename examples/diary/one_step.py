"""A network of two layers: its first loss, one step, and other sizes.

Shapes: one picture (1, 1, 32, 32); the network gives 10 numbers
Needs: torch 2.11 or newer, torchvision
Run: python one_step.py
Source: PyTorch documentation, pages MSELoss, torch.optim, SGD and
torch.utils.tensorboard; torchvision documentation, Models
"""

import contextlib
import importlib.util
import inspect
import textwrap

import torch
from torch import nn
from torchvision import models

torch.manual_seed(0)
raised = {}  # what each line ended with


@contextlib.contextmanager
def shows_error(name):
    try:
        yield
    except RuntimeError as error:
        raised[name] = type(error).__name__
        print(textwrap.fill(f"{raised[name]}: {error}", 70))


# %% network
sizes = []  # of the first call


def tell(x):
    if len(sizes) < 4:
        sizes.append(tuple(x.size()))
        print(sizes[-1])


class TellingNet(nn.Module):
    def __init__(self, pool=None):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, kernel_size=3)
        self.pool = pool or nn.MaxPool2d(2)
        self.fc1 = nn.Linear(1350, 10)  # 6 * 15 * 15

    def forward(self, x):
        tell(x)
        x = self.conv1(x).relu()  # (1, 6, 30, 30)
        tell(x)
        x = self.pool(x)  # (1, 6, 15, 15)
        tell(x)
        x = x.flatten(start_dim=1)  # (1, 1350)
        tell(x)
        return self.fc1(x)  # (1, 10)


# %% sizes
net, picture = TellingNet(), torch.randn(1, 1, 32, 32)
out = net(picture)  # calls forward, which prints

# %% targets
integers = torch.arange(0, 10)
y = integers.view(1, 10).float()  # as out
print(integers.dtype, "->", y.dtype, tuple(y.shape))

# %% untrained_losses
losses = []
for seed in range(100):
    torch.manual_seed(seed)
    guess = TellingNet()(torch.randn(1, 1, 32, 32))
    losses.append(nn.functional.mse_loss(guess, y).item())
of_zeros = y.square().mean().item()  # if all outputs were 0
print(f"loss {min(losses):.1f} to {max(losses):.1f}, of zeros {of_zeros}")

# %% by_hand
criterion, rate = nn.MSELoss(), 0.01
loss = criterion(out, y)
squares = ((out - y) ** 2).mean()  # by hand
mse_agrees = torch.allclose(loss, squares)
print("MSELoss is the mean of the squares", mse_agrees)
loss.backward()
with torch.no_grad():
    expected = [w - rate * w.grad for w in net.parameters()]

# %% step
optimizer = torch.optim.SGD(net.parameters(), lr=rate)
optimizer.step()
pairs = zip(net.parameters(), expected, strict=True)
updated = all(torch.allclose(*pair, atol=1e-7) for pair in pairs)
before, after = loss.item(), criterion(net(picture), y).item()
print("loss falls", after < before, " weight - rate * gradient", updated)

# %% options
default_rate = torch.optim.SGD(net.parameters()).defaults["lr"]
learned = [name for name, _ in net.fc1.named_parameters()]
given = [*inspect.signature(torch.optim.SGD).parameters]
print("learned:", *learned, " default rate", default_rate)
print("given to SGD:", *given[:5])

# %% rules
rules = ["RMSprop", "Adam", "SGD", "RMSProp"]
there = [hasattr(torch.optim, name) for name in rules]
print(dict(zip(rules, there, strict=True)))

# %% other_size
large = torch.randn(1, 1, 40, 40)
with shows_error("other_size"):
    net(large)
pooled = TellingNet(pool=nn.AdaptiveAvgPool2d(15))  # (H, W) -> (15, 15)
fitted = [tuple(pooled(one).shape) for one in (picture, large)]
print("with a pooling layer", *fitted)

# %% resnet
resnet = models.resnet18(weights=None).eval()
answers = [resnet(torch.zeros(1, 3, side, side)) for side in (160, 256)]
accepted = [tuple(one.shape) for one in answers]
print("resnet18", *accepted, type(resnet.avgpool).__name__)

# %% official_weights
data = {}  # what each kind of weights was measured on
for kind in ("classification", "detection", "segmentation", "video"):
    module = models if kind == "classification" else getattr(models, kind)
    names = models.list_models(module=module)
    entries = [x for name in names for x in models.get_model_weights(name)]
    data[kind] = sorted({d for x in entries for d in x.meta["_metrics"]})
    print(kind, *data[kind])

# %% tensorboard
found = importlib.util.find_spec("torch.utils.tensorboard") is not None
print("torch.utils.tensorboard comes with torch", found)
