"""Pair pictures with labels in a Dataset, change them, and split them.

Shapes: N pictures; one picture is (1, 8, 8), one label is ()
Run: python dataset.py
Source: PyTorch documentation, pages torch.utils.data and CrossEntropyLoss
"""

from collections.abc import Callable

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.utils.data import (
    DataLoader,
    Dataset,
    Subset,
    TensorDataset,
    random_split,
)


class Digits(Dataset):
    """Step 2: pair every picture with its label."""

    def __init__(self, images: Tensor, labels: Tensor) -> None:
        self.images = images  # (N, 1, 8, 8), values 0..1
        self.labels = labels  # (N,)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.images[index], self.labels[index]


class ChangedDigits(Dataset):
    """Change a picture each time it is read."""

    def __init__(
        self, images: Tensor, labels: Tensor, transform: Callable
    ) -> None:
        self.images, self.labels = images, labels
        self.transform = transform

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.transform(self.images[index]), self.labels[index]


class AddNoise:
    """Add a little noise, and count how often."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, image: Tensor) -> Tensor:
        self.calls += 1
        return (image + 0.15 * torch.randn_like(image)).clamp(0, 1)


# %% build
torch.manual_seed(0)
digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32) / 16
images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
labels = torch.tensor(digits.target)  # (N,)
dataset = Digits(images[:1400], labels[:1400])
test_set = Digits(images[1400:], labels[1400:])  # other writers
dataset_size, test_size = len(dataset), len(test_set)
image, label = dataset[3]
print("pairs", dataset_size, "and", test_size)
print("dataset[3]", tuple(image.shape), image.dtype, label)

# %% protocol
seen = sum(1 for _ in dataset)  # stops at the IndexError
has_iter = hasattr(Digits, "__iter__")
last_label = dataset[-1][1].item()
print(f"a for loop sees {seen} pairs; __iter__ defined: {has_iter}")
print("dataset[-1] is a", last_label)

# %% ready_made
ready_made = TensorDataset(images[:1400], labels[:1400])
same_pairs = all(
    torch.equal(ours[0], theirs[0]) and ours[1] == theirs[1]
    for ours, theirs in zip(dataset, ready_made, strict=True)
)
print("same pairs as Digits:", same_pairs)

# %% lazy
noise = AddNoise()
noisy_set = ChangedDigits(images[:1400], labels[:1400], noise)
calls = {"built": noise.calls}
once, twice = noisy_set[3][0], noisy_set[3][0]  # (1, 8, 8)
calls["two_reads"] = noise.calls
for _ in DataLoader(noisy_set, batch_size=64):
    pass
calls["one_epoch"] = noise.calls
noisy_size = len(noisy_set)
print(calls, "for", noisy_size, "pairs")
print("two reads are equal:", torch.equal(once, twice))

# %% gallery
reads = [dataset[3][0]] + [noisy_set[3][0] for _ in range(4)]
pictures = [(read[0] * 16).round().int().tolist() for read in reads]

# %% split
generator = torch.Generator().manual_seed(0)
train_set, val_set = random_split(dataset, [1120, 280], generator=generator)
train_size, val_size = len(train_set), len(val_set)
shared = len(set(train_set.indices) & set(val_set.indices))
again = random_split(
    dataset, [0.8, 0.2], generator=torch.Generator().manual_seed(0)
)
same_split = list(again[0].indices) == list(train_set.indices)
print(type(train_set).__name__, train_size, val_size, "shared:", shared)
print("first indices", train_set.indices[:5])
print("same seed, same split:", same_split)
print("a view of the same dataset:", train_set.dataset is dataset)

# %% trap
noisy_train, noisy_val = random_split(
    noisy_set, [1120, 280], generator=torch.Generator().manual_seed(0)
)
val_changes = not torch.equal(noisy_val[0][0], noisy_val[0][0])
print("validation shares the transform:", noisy_val.dataset is noisy_set)
print("a validation picture changes:", val_changes)

# %% cure
changed_train = Subset(noisy_set, train_set.indices)
plain_val = Subset(dataset, val_set.indices)
val_is_fixed = torch.equal(plain_val[0][0], plain_val[0][0])
print("a validation picture stays:", val_is_fixed)

# %% label_kinds
kinds = (3, 3.0, np.int32(3), np.float64(3), torch.tensor(3))
batched = {}
for kind in kinds:
    pairs = [(image, kind)] * 2
    _, batched_labels = next(iter(DataLoader(pairs, batch_size=2)))
    batched[type(kind).__name__] = batched_labels.dtype
    print(f"{type(kind).__name__:8} -> {batched_labels.dtype}")

# %% wrong_labels
criterion = nn.CrossEntropyLoss()
logits = torch.zeros(4, 10)  # (B, 10)
good_labels = torch.tensor([0, 3, 7, 9])  # (B,)
for what, wrong in (
    ("float32", good_labels.float()),
    ("int32", good_labels.int()),
    ("counted from 1", good_labels + 1),
):
    try:
        criterion(logits, wrong)
    except (RuntimeError, IndexError) as error:
        print(f"{what}\n  {type(error).__name__}: {error}")


# %% incomplete
class NoLength(Dataset):
    def __getitem__(self, index: int) -> int:
        return index


class NoItem(Dataset):
    def __len__(self) -> int:
        return 3


# %% errors
attempts = {
    "len(NoLength())": lambda: len(NoLength()),
    "DataLoader(NoLength())": lambda: DataLoader(NoLength()),
    "... and iterate": lambda: next(iter(DataLoader(NoLength()))),
    "... with shuffle=True": lambda: DataLoader(NoLength(), shuffle=True),
    "NoItem()[0]": lambda: NoItem()[0],
    "dataset[1400]": lambda: dataset[1400],
    "plain_val[280]": lambda: plain_val[280],
    "Digits, 10 and 9": lambda: Digits(images[:10], labels[:9]),
    "TensorDataset, 10 and 9": lambda: TensorDataset(images[:10], labels[:9]),
    "random_split 1120 + 300": lambda: random_split(dataset, [1120, 300]),
}
for what, attempt in attempts.items():
    try:
        attempt()
        print(f"{what}\n  no error")
    except Exception as error:
        print(f"{what}\n  {type(error).__name__}: {error}")
