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
from torch.nn.functional import conv2d, cosine_similarity, cross_entropy
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


# %% drawing
def show_row(axes, pictures):
    """Show pictures side by side, in few levels of grey."""
    row = torch.cat([nn.functional.pad(x, (0, 1)) for x in pictures], dim=1)
    axes.imshow((row / row.abs().max() * 8).round(), cmap="gray_r")
    axes.axis("off")


# %% by_hand
brighter_above = torch.tensor([[1.0, 1, 1], [0, 0, 0], [-1, -1, -1]])
kernels = torch.stack([brighter_above, brighter_above.T])  # (2, 3, 3)
three = val_images[3:4]  # (1, 1, 8, 8)
answers = conv2d(three, kernels.unsqueeze(1), padding=1)  # (1, 2, 8, 8)
_, row = plt.subplots(1, 3, num="by_hand", figsize=(5, 1.8))
for axes, picture in zip(row, [*three[0], *answers[0]], strict=True):
    show_row(axes, [picture])


# %% network
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
            cross_entropy(model(batch), targets).backward()
            optimizer.step()
    return model, start


@torch.no_grad()
def find_accuracy(model):
    return (model(val_images).argmax(1) == val_labels).float().mean().item()


model, start = train(seed=0)
features = model[0]

# %% filters
filters = features[0].weight.detach()  # (8, 1, 3, 3)
likeness = cosine_similarity(filters.flatten(1), start.flatten(1)).tolist()
print(f"like its start: {min(likeness):.2f} to {max(likeness):.2f}")
_, rows = plt.subplots(2, num="filters", figsize=(5, 1.6))
show_row(rows[0], start[:, 0])
show_row(rows[1], filters[:, 0])

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
_, rows = plt.subplots(3, num="maps", figsize=(5, 2.2))
for row, place in zip(rows, (1, 2, 4), strict=True):
    show_row(row, kept[features[place]][3, :8])

# %% strongest
peaks = kept[features[4]].amax(dim=(2, 3))  # (N, 16)
_, rows = plt.subplots(4, num="strongest", figsize=(5, 2.6))
for row, channel in zip(rows, peaks.mean(dim=0).topk(4).indices, strict=True):
    best = peaks[:, channel].topk(8).indices
    show_row(row, val_images[best, 0])
    print("channel", channel.item(), "digits", *val_labels[best].tolist())

# %% field
field, side, step = [], 1, 1  # pixels
for kernel, stride in ((3, 1), (2, 2), (3, 1)):
    side, step = side + (kernel - 1) * step, step * stride
    field.append(side)
print("pixels a side:", *field)

# %% needs_detach
with shows_error():
    plt.imshow(features(three)[0, 0])

# %% show
plt.show()
