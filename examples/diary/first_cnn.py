"""What a first CNN stumbles over: from the maps to the row, and names.

Shapes: B batch (2), C channels, H height, W width
Needs: torch 2.11 or newer
Run: python first_cnn.py
Source: PyTorch documentation, pages Conv2d, Flatten and Linear
"""

import contextlib
import textwrap

import torch
from torch import nn

raised = {}  # what each line ended with


@contextlib.contextmanager
def shows_error(name):
    try:
        yield
    except (RuntimeError, TypeError) as error:
        raised[name] = type(error).__name__
        print(textwrap.fill(f"{raised[name]}: {error}", 70))


# %% one_sequential
images = torch.rand(2, 3, 32, 32)  # (B, C, H, W), as in CIFAR-10
model = nn.Sequential(
    nn.Conv2d(3, 8, kernel_size=3),  # (B, 8, 30, 30)
    nn.ReLU(),
    nn.Flatten(),  # (B, 7200)
    nn.Linear(7200, 10),  # (B, 10)
)
logits = model(images)
print("in one piece", tuple(logits.shape))

# %% no_flatten
maps = model[:2](images)  # (B, 8, 30, 30)
with shows_error("no_flatten"):
    nn.Linear(7200, 10)(maps)
silent = nn.Linear(30, 10)(maps)  # 30 is the width of the maps
print("no error, but", tuple(silent.shape))

# %% too_flat
lost = maps.flatten()  # the batch too
kept = maps.flatten(start_dim=1)
print("flatten()", tuple(lost.shape), " from 1 on", tuple(kept.shape))
with shows_error("float64"):
    model[3](kept.double())

# %% name_twice
criterion = nn.CrossEntropyLoss()
labels = torch.tensor([3, 5])
criterion = criterion(logits, labels)  # the name is the loss now
with shows_error("name_twice"):
    criterion(logits, labels)
