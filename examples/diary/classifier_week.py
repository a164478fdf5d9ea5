"""What a first classifier raises: sizes, item, ToTensor, channels, order.

Shapes: N pictures, C channels, B batch; a picture is (1, 8, 8)
Needs: torch 2.11 or newer, torchvision, scikit-learn
Run: python classifier_week.py
Source: PyTorch documentation, pages Tensor.item, torch.nn.Module and
torch.nn.Transformer; torchvision documentation, page Transforms v2
"""

import contextlib
import math
import textwrap
import warnings

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torchvision import transforms
from torchvision.transforms import v2

torch.manual_seed(0)
digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32) / 16
images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
dataset = TensorDataset(images, torch.tensor(digits.target))
raised = {}  # what each line ended with


@contextlib.contextmanager
def shows_error(name):
    try:
        yield
    except (RuntimeError, TypeError) as error:
        raised[name] = type(error).__name__
        print(textwrap.fill(f"{raised[name]}: {error}", 70))


# %% sizes
loader = DataLoader(dataset, batch_size=64)
lengths = len(dataset), len(loader)
batch, _ = next(iter(loader))  # (64, 1, 8, 8)
sample, _ = dataset[0]  # (1, 8, 8)
print("samples", lengths[0], " batches", lengths[1])
print("one sample", tuple(sample.shape), " one batch", tuple(batch.shape))

# %% transform_or_transformer
turn = v2.RandomRotation(10)
network = nn.Transformer(d_model=8, nhead=2, batch_first=True)
weights = sum(p.numel() for p in network.parameters())
print("a transform has no weights; nn.Transformer has", weights)

# %% to_tensor
picture = np.full((8, 8, 1), 255, dtype=np.uint8)  # (H, W, C)
as_before = transforms.ToTensor()(picture)  # (C, H, W), 0..1
steps = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]
as_today = v2.Compose(steps)(picture)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    v2.ToTensor()
warned = [type(one.message).__name__ for one in caught]
unchanged = torch.equal(as_before, as_today)
print("equal", unchanged, " v2.ToTensor:", *warned)

# %% not_scaled
unscaled = transforms.ToTensor()(picture.astype(np.float32)).max().item()
print("float32 pictures stay as they are:", unscaled)
with shows_error("tensor"):
    transforms.ToTensor()(torch.zeros(1, 8, 8))

# %% item
loss = nn.functional.mse_loss(
    nn.Linear(64, 1)(batch.flatten(1)), torch.ones(64, 1)
)
number = loss.item()  # a Python number, without its graph
print(type(loss).__name__, loss.requires_grad, "->", type(number).__name__)
with shows_error("two"):
    torch.ones(2).item()

# %% plot_losses
losses = [loss, loss]
with shows_error("plot"):
    np.asarray(losses)  # what a plot does first
curve = np.asarray([one.item() for one in losses])

# %% one_point
half_width = 1.96 * math.sqrt(0.5 * 0.5 / 10000)  # of 10,000 pictures
print(f"half of 10,000 right: {100 * half_width:.2f} points either way")

# %% channels
more = nn.Conv2d(3, 16, kernel_size=3)(torch.zeros(1, 3, 8, 8))
same = nn.Conv2d(3, 3, kernel_size=3)(torch.zeros(1, 3, 8, 8))
fewer = nn.Conv2d(16, 4, kernel_size=1)(torch.zeros(1, 16, 8, 8))
print("from 3:", more.shape[1], same.shape[1], " from 16:", fewer.shape[1])

# %% order_of_layers
scores = nn.Conv2d(1, 8, kernel_size=3)(batch)  # (B, 8, 6, 6)
pool, relu, norm = nn.MaxPool2d(2), nn.ReLU(), nn.BatchNorm2d(8)
commute = torch.equal(pool(relu(scores)), relu(pool(scores)))
matters = not torch.equal(norm(relu(scores)), relu(norm(scores)))
print("ReLU and max pooling commute", commute, " ReLU and norm do not", matters)

# %% forward_by_hand
calls = []
layer = nn.Linear(2, 2)
layer.register_forward_hook(lambda *_: calls.append("hook"))
layer(torch.ones(1, 2))
layer.forward(torch.ones(1, 2))  # no hook
print("two passes, hooks called", len(calls))
