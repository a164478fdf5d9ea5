"""Train with a softmax too many, each way at its own best learning rate.

Shapes: B batch (64), 10 classes; a picture is (1, 8, 8)
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python softmax_twice.py --epochs 30 --seed 0
Source: PyTorch documentation, page CrossEntropyLoss
"""

import argparse
import math
import sys

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import cross_entropy, one_hot
from torch.utils.data import DataLoader, TensorDataset

EARLY = 10  # epochs
RATES = {  # for each optimizer, with the softmax and without
    ("sgd", "logits"): (0.1, 0.2, 0.5, 1.0),
    ("sgd", "softmax"): (0.5, 1.0, 2.0, 5.0),
    ("adam", "logits"): (0.002, 0.005, 0.01, 0.02),
    ("adam", "softmax"): (0.002, 0.005, 0.01, 0.02),
}


def load_loaders():
    """Return training data (forms 1 to 9), validation data (10, 11)."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
    images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
    labels = torch.tensor(digits.target)  # (N,)
    train_data = TensorDataset(images[:1157], labels[:1157])
    val_data = TensorDataset(images[1157:1415], labels[1157:1415])
    train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
    return train_loader, DataLoader(val_data, batch_size=258)


def make_model(softmax):
    """Return a network of two layers, with or without a softmax."""
    layers = [nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)]
    if softmax:
        layers.append(nn.Softmax(dim=1))  # the mistake
    return nn.Sequential(*layers)


def train_epoch(model, loader, criterion, optimizer, device):
    """Step 8: learn from every batch once; return loss and accuracy."""
    model.train()  # dropout on, BatchNorm measures the batch
    total_loss, correct = 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)  # (B, 1, 8, 8) -> (B, 10)
        loss = criterion(logits, labels)
        optimizer.zero_grad()  # else gradients of batches add up
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(labels)
        correct += (logits.argmax(dim=1) == labels).sum().item()
    return total_loss / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    """Steps 8 and 9: measure without learning."""
    model.eval()  # dropout off, BatchNorm uses what it stored
    total_loss, correct = 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)  # (B, 1, 8, 8) -> (B, 10)
        total_loss += criterion(logits, labels).item() * len(labels)
        correct += (logits.argmax(dim=1) == labels).sum().item()
    return total_loss / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def count_classes(model, loader, device):
    """Return how many of the 10 digits are ever answered."""
    model.eval()
    answers = [model(images.to(device)).argmax(dim=1) for images, _ in loader]
    return len(torch.cat(answers).unique())


def train(optimizer_name, way, rate, loaders, args):
    """Return accuracy after a few epochs, at the end, and the classes."""
    torch.manual_seed(args.seed)
    model = make_model(way == "softmax").to(args.device)
    optimizers = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
    optimizer = optimizers[optimizer_name](model.parameters(), lr=rate)
    criterion = nn.CrossEntropyLoss()
    train_loader, val_loader = loaders
    print(f"rate {rate:<5}", end="\r", file=sys.stderr, flush=True)
    for epoch in range(1, args.epochs + 1):
        loss, _ = train_epoch(
            model, train_loader, criterion, optimizer, args.device
        )
        if not math.isfinite(loss):
            raise SystemExit(f"loss is not finite: lower the rate {rate}")
        if epoch == min(EARLY, args.epochs):
            _, early = evaluate(model, val_loader, criterion, args.device)
    _, late = evaluate(model, val_loader, criterion, args.device)
    return early, late, count_classes(model, val_loader, args.device)


def draw(results):
    """Draw the accuracy at the end over the learning rate."""
    _, panels = plt.subplots(1, 2, num="rates", figsize=(5, 2.4))
    for axes, name in zip(panels, ("sgd", "adam"), strict=True):
        for way, result in results[name].items():
            axes.plot(result["rates"], result["late"], marker="o", label=way)
        rates = sorted({*results[name]["logits"]["rates"], *result["rates"]})
        axes.set(xscale="log", xlabel="learning rate", title=name)
        axes.set(xticks=rates, xticklabels=rates, ylim=(0.7, 1))
        axes.minorticks_off()
    panels[0].set_ylabel("validation accuracy")
    panels[1].legend(loc="lower right")


def main(argv=None):
    """Print accuracies and return them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--epochs", type=int, default=30, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="(%(default)s)")
    parser.add_argument("--device", default="cpu", help="(%(default)s)")
    parser.add_argument("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    args = parser.parse_args(argv)
    perfect = one_hot(torch.tensor([3]), num_classes=10).float()
    floor = cross_entropy(perfect, torch.tensor([3])).item()
    print(f"loss of perfect probabilities {floor:.3f}")
    loaders, results = load_loaders(), {"sgd": {}, "adam": {}}
    for (name, way), rates in RATES.items():
        runs = [train(name, way, rate, loaders, args) for rate in rates]
        for rate, (early, late, classes) in zip(rates, runs, strict=True):
            print(f"{name:4} {way:7} rate {rate:<5}", end="  ")
            print(f"early {early:.3f}  late {late:.3f}  classes {classes}")
        columns = [list(column) for column in zip(*runs, strict=True)]
        names = ("rates", "early", "late", "classes")
        results[name][way] = dict(
            zip(names, [list(rates), *columns], strict=True)
        )
    return {"floor": floor, **results}


if __name__ == "__main__":
    draw(main())
    plt.show()
