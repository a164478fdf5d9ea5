"""Deep networks with and without skips, each at its best learning rate.

Shapes: B batch, F = 64 features; a picture is (1, 8, 8), there are 10 classes
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python resnet_depth.py --blocks 27 --epochs 10
Source: He et al., Deep Residual Learning for Image Recognition (2015);
Zhang et al., Fixup Initialization (2019)
"""

import argparse
import math
import sys

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

WAYS = {  # has a skip, BatchNorm, branches that start at 0
    "plain_net": (False, False, False),
    "plain_norm": (False, True, False),
    "skip_he": (True, False, False),
    "skip_norm": (True, True, False),
    "skip_zero": (True, False, True),
}
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
DEEP = 27  # blocks: 56 layers, for the gradients


def load_loaders(size):
    """Return training data (forms 1 to 9), validation data (10, 11)."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
    images = images.flatten(1)  # (N, 8, 8) -> (N, 64)
    labels = torch.tensor(digits.target)  # (N,)
    train_data = TensorDataset(images[:1157], labels[:1157])
    val_data = TensorDataset(images[1157:1415], labels[1157:1415])
    train_loader = DataLoader(train_data, size, shuffle=True, drop_last=True)
    return train_loader, DataLoader(val_data, batch_size=258)


def make_layer(norm):
    """Return a linear layer from He's weights, with BatchNorm or without."""
    linear = nn.Linear(64, 64)
    nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
    nn.init.zeros_(linear.bias)
    return nn.Sequential(linear, nn.BatchNorm1d(64) if norm else nn.Identity())


class Block(nn.Module):
    """Two layers, and around them a skip or none."""

    def __init__(self, skip, norm, zero):
        super().__init__()
        self.skip = skip
        self.first, self.second = make_layer(norm), make_layer(norm)
        if zero:
            nn.init.zeros_(self.second[0].weight)

    def forward(self, features):
        change = self.second(self.first(features).relu())  # (B, 64)
        if self.skip:
            change = features + change
        return change.relu()


def make_model(way, blocks, args):
    torch.manual_seed(args.seed)
    skip, norm, zero = WAYS[way]
    layers = [Block(skip, norm, zero) for _ in range(blocks)]
    return nn.Sequential(
        make_layer(norm), nn.ReLU(), *layers, nn.Linear(64, 10)
    ).to(args.device)


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


def before_training(way, loader, args):
    """Return loss and size of each layer's gradient, on one batch."""
    model = make_model(way, DEEP, args)
    images, labels = next(iter(loader))
    logits = model(images.to(args.device))
    loss = nn.functional.cross_entropy(logits, labels.to(args.device))
    if not math.isfinite(loss.item()):
        raise SystemExit("loss is not finite before training")
    loss.backward()
    linear = [part for part in model.modules() if isinstance(part, nn.Linear)]
    sizes = [layer.weight.grad.norm().item() for layer in linear[:-1]]
    return loss.item(), sizes


def fit(way, rate, loaders, args):
    """Train at one rate; return accuracy in training and validation."""
    model = make_model(way, args.blocks, args)
    criterion, parameters = nn.CrossEntropyLoss(), model.parameters()
    optimizer = torch.optim.SGD(parameters, lr=rate, momentum=0.9)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, args.epochs
    )
    train_loader, val_loader = loaders
    for epoch in range(args.epochs):
        loss, right = train_epoch(
            model, train_loader, criterion, optimizer, args.device
        )
        if not math.isfinite(loss):
            return 0.0, 0.0  # this rate is too high
        schedule.step()
        print(f"epoch {epoch + 1:<3}", end="\r", file=sys.stderr, flush=True)
    return right, evaluate(model, val_loader, criterion, args.device)[1]


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--blocks", type=int, default=9, help="of two layers (%(default)s)")
    add("--epochs", type=int, default=5, help="(%(default)s)")
    add("--batch", type=int, default=64, help="pictures (%(default)s)")
    add("--rates", type=float, nargs="+", default=RATES, help="(%(default)s)")
    add("--seed", type=int, default=0, help="(%(default)s)")
    add("--device", default="cpu", help="(%(default)s)")
    add("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    return parser.parse_args(argv)


def main(argv=None):
    args = parse_arguments(argv)
    loaders, results = load_loaders(args.batch), {}
    for way in WAYS:
        loss, sizes = before_training(way, loaders[0], args)
        print(f"{way:10}  {2 * DEEP + 2} layers: loss {loss:7.2f}", end="  ")
        print(f"gradient first {sizes[0]:.0e}  last {sizes[-1]:.0e}")
        results[way] = {"start": loss, "gradients": sizes}
    print(f"{2 * args.blocks + 2} layers   ", *(f"{x:6g}" for x in args.rates))
    for way, told in results.items():
        runs = [fit(way, rate, loaders, args) for rate in args.rates]
        told["train"], told["val"] = map(list, zip(*runs, strict=True))
        told["best_train"], told["best"] = max(told["train"]), max(told["val"])
        print(f"{way:12}", *(f"{right:6.1%}" for right in told["val"]))
    return results | {"rates": [*args.rates]}


def draw(results):
    """Draw gradients over the layers, and accuracy over the rate."""
    _, axes = plt.subplots(num="gradients")
    _, panel = plt.subplots(num="rates")
    for way in WAYS:
        told, label = results[way], way.replace("_", " ")
        sizes = [size or None for size in told["gradients"]]  # 0: no point
        style = "." if way == "skip_zero" else "-"
        axes.plot(range(1, 2 * DEEP + 2), sizes, style, label=label)
        panel.plot(results["rates"], told["val"], marker="o", label=label)
    axes.set(xlabel="layer", ylabel="size of the gradient", yscale="log")
    axes.set_ylim(top=1e10)  # room for the legend
    panel.set(xlabel="learning rate", xscale="log", ylim=(0, 1))
    panel.set_ylabel("validation accuracy")
    axes.legend(ncols=2, loc="upper left")
    panel.legend()


if __name__ == "__main__":
    draw(main())
    plt.show()
