"""Look into a CNN: its filters, its feature maps, what a filter answers to.

Shapes: N pictures (N, 1, 8, 8); maps (N, 8, 8, 8), then (N, 16, 4, 4)
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python cnn_filters.py
Source: PyTorch documentation, Module.register_forward_hook; Zeiler and Fergus,
    Visualizing and Understanding Convolutional Networks (2014)
"""

import contextlib

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except RuntimeError as error:
        print(f"{type(error).__name__}: {error}")


# %% data
digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
labels = torch.tensor(digits.target)  # (N,)
train_data = TensorDataset(images[:1157], labels[:1157])
val_images, val_labels = images[1157:1415], labels[1157:1415]


# %% show_row
def show_row(row, pictures, **limits):
    """Show pictures side by side."""
    for axes, picture in zip(row, pictures, strict=True):
        axes.imshow(picture, **limits)
        axes.axis("off")


# %% by_hand
brighter_above = torch.tensor([[1.0, 1, 1], [0, 0, 0], [-1, -1, -1]])
kernels = torch.stack([brighter_above, brighter_above.T])  # (2, 3, 3)
three = val_images[3:4]
answers = nn.functional.conv2d(three, kernels.unsqueeze(1), padding=1)
figure, row = plt.subplots(1, 3, num="by_hand", figsize=(5, 1.8))
show_row(row, [*three[0], *answers[0]])


# %% train
def train(seed, frozen=False):
    """Return a small CNN; frozen, its first filters stay as drawn."""
    torch.manual_seed(seed)
    features = nn.Sequential(
        nn.Conv2d(1, 8, kernel_size=3, padding=1),  # (N, 8, 8, 8)
        nn.ReLU(),
        nn.MaxPool2d(2),  # (N, 8, 4, 4)
        nn.Conv2d(8, 16, kernel_size=3, padding=1),  # (N, 16, 4, 4)
        nn.ReLU(),
    )
    model = nn.Sequential(features, nn.Flatten(), nn.Linear(256, 10))
    start = features[0].requires_grad_(not frozen).weight.detach().clone()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    for _ in range(10):
        for batch, targets in DataLoader(train_data, 32, shuffle=True):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(batch), targets).backward()
            optimizer.step()
    return model, start


@torch.no_grad()
def find_accuracy(model):
    correct = model(val_images).argmax(dim=1) == val_labels
    return correct.float().mean().item()


model, start = train(seed=0)
features = model[0]

# %% filters
filters = features[0].weight.detach()  # (8, 1, 3, 3)
likeness = nn.functional.cosine_similarity(filters.flatten(1), start.flatten(1))
print(f"like its start: {likeness.min():.2f} to {likeness.max():.2f}")
figure, rows = plt.subplots(2, 8, num="filters", figsize=(5, 1.6))
show_row(rows[0], start[:, 0], vmin=-1, vmax=1)
show_row(rows[1], filters[:, 0], vmin=-1, vmax=1)

# %% frozen
learned, frozen = [], []
for seed in range(3):
    learned.append(find_accuracy(train(seed)[0]))
    frozen.append(find_accuracy(train(seed, frozen=True)[0]))
    print(f"learned {learned[-1]:.3f}, frozen {frozen[-1]:.3f}")

# %% hooks
kept = {}


def keep(layer, inputs, output):
    kept[layer] = output.detach()


handles = [layer.register_forward_hook(keep) for layer in features]
model(val_images)
for handle in handles:
    handle.remove()  # else it runs at every call
for layer, maps in kept.items():
    print(f"{type(layer).__name__:10}", *maps.shape)

# %% maps
figure, rows = plt.subplots(3, 8, num="maps", figsize=(5, 2.2))
for row, place in zip(rows, (1, 2, 4), strict=True):
    show_row(row, kept[features[place]][3, :8])

# %% strongest
peaks = kept[features[4]].amax(dim=(2, 3))  # (N, 16)
figure, rows = plt.subplots(4, 8, num="strongest", figsize=(5, 2.6))
for row, channel in zip(rows, peaks.mean(dim=0).topk(4).indices, strict=True):
    best = peaks[:, channel].topk(8).indices
    show_row(row, val_images[best, 0])
    print("channel", channel.item(), "digits", *val_labels[best].tolist())

# %% field
changed = three + torch.eye(64).view(64, 1, 8, 8)  # one pixel each
for place in (0, 2, 3):
    part = features[: place + 1]
    moved = part(changed)[:, :, 2, 2] != part(three)[:, :, 2, 2]
    print(type(features[place]).__name__, moved.any(dim=1).sum().item())

# %% needs_detach
maps = features(val_images)
with shows_error():
    plt.imshow(maps[0, 0])

# %% show
plt.show()
