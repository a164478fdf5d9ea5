"""Take mini-batches out of a Dataset: size, order, one tensor for all.

Shapes: B batch (64); one picture is (1, 8, 8), one label is ()
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python data_loader.py
Source: PyTorch documentation, page torch.utils.data
"""

import contextlib

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, TensorDataset

# %% build
digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
labels = torch.tensor(digits.target)  # (N,)
train_set = TensorDataset(images[:1157], labels[:1157])
val_set = TensorDataset(images[1157:1415], labels[1157:1415])
generator = torch.Generator().manual_seed(0)
train_loader = DataLoader(train_set, 64, shuffle=True, generator=generator)
val_loader = DataLoader(val_set, 64)  # in order

# %% one_batch
images, labels = next(iter(train_loader))  # (B, 1, 8, 8), (B,)
batches, samples = len(train_loader), len(train_loader.dataset)
print("images", tuple(images.shape), images.dtype)
print("labels", tuple(labels.shape), labels.dtype)
print(batches, "batches in an epoch")
print(samples, "samples in the data set")

# %% shuffle
generator = torch.Generator().manual_seed(0)
loader = DataLoader(range(10), 4, shuffle=True, generator=generator)
epochs = [[batch.tolist() for batch in loader] for _ in range(2)]
print(*epochs, sep="\n")

# %% last_batch
sizes = [len(labels) for _, labels in train_loader]
full_batches = len(DataLoader(train_set, 64, drop_last=True))
print("sizes", sizes)
print("with drop_last=True:", full_batches, "batches")

# %% sorted
order = train_set.tensors[1].argsort(stable=True)  # zeros first, nines last
sorted_set = TensorDataset(*train_set[order])


# %% learn
@torch.no_grad()
def accuracy_of(model, loader):
    model.eval()
    correct = [model(images).argmax(1) == labels for images, labels in loader]
    return torch.cat(correct).float().mean().item()


def val_accuracies(loader, rate, seed):
    """Train for 20 epochs; measure after each."""
    torch.manual_seed(seed)
    layers = nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)
    model = nn.Sequential(*layers)
    optimizer = torch.optim.SGD(model.parameters(), rate)
    accuracies = []
    for _ in range(20):
        model.train()
        for images, labels in loader:
            loss = nn.functional.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        accuracies.append(accuracy_of(model, val_loader))
    return accuracies


# %% order
rates, seeds = (0.03, 0.1, 0.3, 1.0), range(3)
accuracy, curves = {}, {}
for name, shuffle in (("shuffled", True), ("sorted", False)):
    loader = DataLoader(sorted_set, 64, shuffle=shuffle)
    runs = torch.tensor(
        [[val_accuracies(loader, r, seed) for seed in seeds] for r in rates]
    )  # (4 rates, 3 seeds, 20 epochs)
    means = runs.mean(dim=1)  # (4, 20)
    best = means[:, -1].argmax()
    curves[name] = means[best].tolist()
    mean, std = runs[best, :, -1].mean().item(), runs[best, :, -1].std().item()
    accuracy[name] = {"mean": mean, "std": std, "n": len(seeds)}
    print(f"{name:8}", " ".join(f"{mean:.2f}" for mean in means[:, -1]))

# %% draw
figure, axes = plt.subplots(num="order")
for name, curve in curves.items():
    axes.plot(range(1, 21), curve, label=name)
axes.set(xlabel="epoch", ylabel="validation accuracy", ylim=(0, 1))
axes.legend()

# %% collate
rows = [torch.ones(5), torch.ones(3), torch.ones(2)]


def pad(batch):
    lengths = torch.tensor([len(row) for row in batch])  # (B,)
    return pad_sequence(batch, batch_first=True), lengths


padded, lengths = next(iter(DataLoader(rows, batch_size=3, collate_fn=pad)))
print(padded, lengths)  # (3, 5), (3,)


# %% shows_error
@contextlib.contextmanager
def shows_error():
    try:
        yield
    except (RuntimeError, TypeError) as error:
        print(f"{type(error).__name__}: {error}")


# %% errors
with shows_error():
    train_loader[0]
with shows_error():
    for batch, _ in train_loader:
        batch.view(64, 64)
with shows_error():
    next(iter(DataLoader(rows, batch_size=3)))

# %% show
plt.show()
