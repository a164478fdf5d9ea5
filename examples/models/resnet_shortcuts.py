"""Shortcuts compared: 1x1, 3x3, padded with zeros, or none at all.

Shapes: B batch (64), C channels, H, W; a picture is (1, 8, 8), 10 classes
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python resnet_shortcuts.py --epochs 4 --seed 0
Source: He et al., Deep Residual Learning for Image Recognition (2015)
"""

import argparse
import math

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

WAYS = ("kernel_1", "kernel_3", "padded", "no_shortcut")
RATES = (0.01, 0.03, 0.1, 0.3, 1.0)


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


class PaddedIdentity(nn.Module):
    def forward(self, features):
        smaller = features[:, :, ::2, ::2]  # every second pixel
        return torch.cat([smaller, 0 * smaller], dim=1)  # twice the channels


class Zero(nn.Module):
    def forward(self, features):
        return 0  # nothing is added to the branch


def make_shortcut(way, inputs, outputs):
    """Return a shortcut that halves the picture."""
    if way == "padded":
        return PaddedIdentity()
    if way == "no_shortcut":
        return Zero()
    size = 1 if way == "kernel_1" else 3
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, 2, size // 2, bias=False),
        nn.BatchNorm2d(outputs),
    )


class ShrinkingBlock(nn.Module):
    """A residual block that halves the picture and doubles the channels."""

    def __init__(self, way, inputs):
        super().__init__()
        outputs = 2 * inputs
        self.conv1 = nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = make_shortcut(way, inputs, outputs)

    def forward(self, features):
        change = self.bn1(self.conv1(features)).relu()
        change = self.bn2(self.conv2(change))
        return (change + self.shortcut(features)).relu()


def make_model(way):
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        ShrinkingBlock(way, 8),  # (B, 16, 4, 4)
        ShrinkingBlock(way, 16),  # (B, 32, 2, 2)
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(32, 10),
    )


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


def try_rate(way, rate, loaders, args):
    """Train at one rate; return accuracy on validation data."""
    torch.manual_seed(args.seed)
    model = make_model(way).to(args.device)
    criterion, parameters = nn.CrossEntropyLoss(), model.parameters()
    optimizer = torch.optim.SGD(parameters, lr=rate, momentum=0.9)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, args.epochs
    )
    train_loader, val_loader = loaders
    for _ in range(args.epochs):
        loss, _ = train_epoch(
            model, train_loader, criterion, optimizer, args.device
        )
        if not math.isfinite(loss):
            raise SystemExit(f"loss is not finite: lower the rate {rate}")
        schedule.step()
    return evaluate(model, val_loader, criterion, args.device)[1]


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--epochs", type=int, default=4, help="(%(default)s)")
    add("--seed", type=int, default=0, help="(%(default)s)")
    add("--device", default="cpu", help="(%(default)s)")
    add("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    args = parser.parse_args(argv)
    loaders, results = load_loaders(), {"rates": [*RATES]}
    print("weights of both shortcuts", *(f"{rate:6g}" for rate in RATES))
    for way in WAYS:
        shortcuts = [make_shortcut(way, size, 2 * size) for size in (8, 16)]
        weights = sum(
            parameter.numel()
            for shortcut in shortcuts
            for parameter in shortcut.parameters()
        )
        right = [try_rate(way, rate, loaders, args) for rate in RATES]
        print(f"{way:11} {weights:13}", *(f"{one:6.1%}" for one in right))
        results[way] = {"weights": weights, "val": right, "best": max(right)}
    return results


def draw(results):
    """Draw the accuracy over the learning rate."""
    _, axes = plt.subplots(num="ways", figsize=(5, 2.4))
    for way, marker in zip(WAYS, "osx^", strict=True):
        label = way.replace("_", " ")
        axes.plot(results["rates"], results[way]["val"], marker, label=label)
    axes.set(xlabel="learning rate", xscale="log")
    axes.set_ylabel("validation accuracy")
    axes.legend()


if __name__ == "__main__":
    draw(main())
    plt.show()
