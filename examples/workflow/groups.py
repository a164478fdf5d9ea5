"""Split by writer: test on forms that no picture of training comes from.

Shapes: B batch, N data set; a picture is (1, 8, 8), there are 10 classes
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python groups.py --model mlp --seed 0
Source: scikit-learn, load_digits, LeaveOneGroupOut and KFold
"""

import argparse
import contextlib
import math
import statistics
import sys

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import KFold, LeaveOneGroupOut
from sklearn.neighbors import KNeighborsClassifier
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

# Pictures on each form, in order
FORMS = [130, 126, 130, 130, 130, 130, 129, 124, 128, 130, 128, 130, 122, 130]


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except ValueError as error:
        print(f"{type(error).__name__}: {error}")


def load_forms():
    """Read pictures, labels, and the form that each picture is from."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
    images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
    labels = torch.tensor(digits.target)  # (N,)
    forms = np.repeat(np.arange(1, 15), FORMS)  # (N,), values 1..14
    return images, labels, forms


def make_mlp():
    return nn.Sequential(
        nn.Flatten(),  # (B, 1, 8, 8) -> (B, 64)
        nn.Linear(64, 128),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(128, 10),  # (B, 128) -> (B, 10)
    )


def make_cnn():
    return nn.Sequential(
        nn.Conv2d(1, 16, kernel_size=3, padding=1, bias=False),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.MaxPool2d(2),  # (B, 16, 4, 4)
        nn.Conv2d(16, 32, kernel_size=3, padding=1, bias=False),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(2),  # (B, 32, 2, 2)
        nn.Flatten(),  # (B, 128)
        nn.Dropout(0.3),
        nn.Linear(128, 10),  # (B, 10)
    )


def train_epoch(model, loader, criterion, optimizer, device):
    model.train()
    total_loss, correct = 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)  # (B, 1, 8, 8) -> (B, 10)
        loss = criterion(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(labels)
        correct += (logits.argmax(dim=1) == labels).sum().item()
    return total_loss / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def predict(model, loader, device):
    model.eval()
    logits = torch.cat([model(images.to(device)) for images, _ in loader])
    return logits.argmax(dim=1).cpu()  # (N, 10) -> (N,)


def nearest_labels(train_data, test_data):
    """Classify each picture as most of its three nearest: the baseline."""
    images, labels = train_data.tensors
    nearest = KNeighborsClassifier(n_neighbors=3)
    nearest.fit(images.flatten(1), labels)  # (N, 64), (N,)
    return torch.tensor(nearest.predict(test_data.tensors[0].flatten(1)))


def cross_validate(folds, images, labels, args):
    """Classify each picture by a model that was not trained on its fold."""
    make_model = make_cnn if args.model == "cnn" else make_mlp
    predictions = torch.empty_like(labels)  # (N,)
    for train, test in folds:
        train_data = TensorDataset(images[train], labels[train])
        test_data = TensorDataset(images[test], labels[test])
        train_loader = DataLoader(train_data, 64, shuffle=True)
        test_loader = DataLoader(test_data, 256)
        if args.model == "nearest":
            predictions[test] = nearest_labels(train_data, test_data)
            continue
        model = make_model().to(args.device)
        criterion = nn.CrossEntropyLoss()
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
        for epoch in range(args.epochs):
            loss, _ = train_epoch(
                model, train_loader, criterion, optimizer, args.device
            )
            print(f"epoch {epoch + 1}", end="\r", file=sys.stderr, flush=True)
        if not math.isfinite(loss):
            raise SystemExit("loss is not finite: lower the learning rate")
        predictions[test] = predict(model, test_loader, args.device)
    return predictions


def accuracy_of_forms(predictions, labels, forms):
    """Return the share of right answers on each of the 14 forms."""
    correct = (predictions == labels).numpy()  # (N,)
    return [float(correct[forms == form].mean()) for form in range(1, 15)]


def summarise(accuracies):
    """Return mean and spread over the forms, and both ends."""
    return {
        "forms": accuracies,
        "accuracy": statistics.mean(accuracies),
        "spread": statistics.stdev(accuracies),
        "lowest": min(accuracies),
        "highest": max(accuracies),
    }


def parse_arguments(argv):
    device = torch.accelerator.current_accelerator(check_available=True)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--model", choices=["mlp", "cnn", "nearest"], default="mlp", help="mlp")
    add("--seed", type=int, default=0, help="(%(default)s)")
    add("--device", default=str(device or "cpu"), help="(%(default)s)")
    add("--epochs", type=int, default=5, help="(%(default)s)")
    add("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    return parser.parse_args(argv)


def main(argv=None):
    args = parse_arguments(argv)
    torch.manual_seed(args.seed)
    images, labels, forms = load_forms()
    folds = {
        "writer": LeaveOneGroupOut().split(images, labels, groups=forms),
        "random": KFold(14, shuffle=True, random_state=args.seed).split(images),
    }
    results = {}
    for split, parts in folds.items():
        predictions = cross_validate(parts, images, labels, args)
        accuracies = accuracy_of_forms(predictions, labels, forms)
        results[split] = shown = summarise(accuracies)
        ends = f"{shown['lowest']:6.1%} to {shown['highest']:6.1%}"
        print(
            f"{split}  mean {shown['accuracy']:6.1%}  forms {ends}", flush=True
        )
    with shows_error():
        next(LeaveOneGroupOut().split(images))  # forgot the groups
    return results


def draw(results):
    """Draw a point for each form and split."""
    _, axes = plt.subplots(num="forms")
    for split, marker in (("writer", "o"), ("random", "x")):
        accuracies = results[split]["forms"]
        axes.plot(range(1, 15), accuracies, marker, label=split)
    axes.set(xlabel="form", ylabel="accuracy", xticks=range(1, 15))
    axes.set_ylim(bottom=0.75)  # room for the legend
    axes.legend(loc="lower left")


if __name__ == "__main__":
    draw(main())
    plt.show()
