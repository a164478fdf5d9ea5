"""Train a network on few pictures in one of five modes, and measure it.

scratch: all layers, from random weights; head: pretrained, only a new last
layer; partial: the last block too; finetune: all layers at once, the old ones
at a rate of their own; head_then_all: the head first, then all from there.
For comparison, only a head: on raw pixels, or on a random network.

Shapes: B pictures of a batch; a picture is (3, 24, 24), there are 5 classes
Needs: torch 2.11 or newer, torchvision, matplotlib
Run: python transfer_vs_finetuning.py --mode head (beside drawn_shapes.pt.gz)
Source: PyTorch documentation, "AdamW", "OneCycleLR"; Kumar et al. 2022
(arXiv:2202.10054) for head_then_all
"""

import argparse
import copy
import gzip
import math
import time
from collections import OrderedDict

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks
from torch.optim.lr_scheduler import OneCycleLR
from torch.utils.data import DataLoader, TensorDataset
from torchvision.models.vgg import make_layers

MODES = {  # first layer that learns, rates to try
    "scratch": (0, [0.03, 0.01, 0.003]),
    "head": (15, [0.1, 0.03, 0.01, 0.003]),  # none of the old layers
    "partial": (12, [0.003, 0.001, 3e-4, 1e-4, 3e-5, 1e-5]),
    "finetune": (0, [0.003, 0.001, 3e-4, 1e-4, 3e-5, 1e-5]),
    "head_then_all": (0, [0.003, 0.001, 3e-4, 1e-4, 3e-5, 1e-5]),
    "pixels": (15, [0.01, 0.003, 0.001, 3e-4]),
    "random_head": (15, [1, 0.3, 0.1, 0.03, 0.01]),
}
HEAD_RATE = 0.01  # of a head above old layers that learn
criterion = nn.CrossEntropyLoss()


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mode", choices=MODES, default="head", help="(head)")
    parser.add_argument("--pictures", type=int, default=20, help="a class (20)")
    parser.add_argument("--epochs", type=int, default=30, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="0 to 9 (0)")
    parser.add_argument("--device", default="cpu", help="(%(default)s)")
    parser.add_argument("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    return parser.parse_args(argv)


def load_shapes():
    """Return what drawn_shapes.py saved: pictures, labels, networks."""
    with gzip.open("drawn_shapes.pt.gz") as file:
        return torch.load(file, weights_only=True)


def normalize(images):
    """Turn bytes into numbers from -2 to 2."""
    return (images / 255 - 0.5) / 0.25


def few_of(data, each):
    """Return so many pictures of each class, chosen at random."""
    images, labels = data  # the five classes in turn
    rows = torch.randperm(len(labels) // 5)[:each]
    chosen = (5 * rows.unsqueeze(1) + torch.arange(5)).flatten()
    return normalize(images[chosen]), labels[chosen]


def make_network(classes):
    """Return four convolutions and a linear layer, the head."""
    layers = make_layers([16, "M", 32, "M", 64, "M", 64], batch_norm=True)
    parts = {
        "features": layers,  # (B, 3, 24, 24) -> (B, 64, 3, 3)
        "pool": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(),  # -> (B, 64)
        "head": nn.Linear(64, classes),
    }
    return nn.Sequential(OrderedDict(parts))


def start_model(mode, state, images):
    """Return the network as the mode starts, with a new head."""
    model = make_network(10)  # ten classes, as it was pretrained
    for _ in range(30):
        model(images)  # statistics, for a random network
    if mode == "pixels":
        model.features, model.pool = nn.Sequential(), nn.Identity()
    elif mode not in ("scratch", "random_head"):
        model.load_state_dict(state)
    model.head = nn.Linear(1728 if mode == "pixels" else 64, 5)
    return model


def choose_trained(model, mode, rate):
    """Freeze what does not learn; return the optimizer of the rest."""
    old_layers = model.features[MODES[mode][0] :]
    model.requires_grad_(False)
    old_layers.requires_grad_(True)
    model.head.requires_grad_(True)
    head_rate = max(rate, HEAD_RATE) if len(old_layers) else rate
    old = {"params": old_layers.parameters(), "lr": rate}
    head = {"params": model.head.parameters(), "lr": head_rate}
    return torch.optim.AdamW([old, head])


def freeze_statistics(model):
    """Put whatever is frozen as a whole into eval()."""
    for module in model.modules():
        parameters = list(module.parameters())
        if parameters and not any(x.requires_grad for x in parameters):
            module.eval()


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    """Steps 8 and 9: measure without learning."""
    model.eval()  # dropout off, BatchNorm uses what it stored
    total_loss, correct = 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)  # (B, 3, 24, 24) -> (B, C)
        total_loss += criterion(logits, labels).item() * len(labels)
        correct += (logits.argmax(dim=1) == labels).sum().item()
    return total_loss / len(loader.dataset), correct / len(loader.dataset)


def train(model, mode, rate, loader, args):
    """Train all epochs; the rates rise first, then fall to zero."""
    optimizer = choose_trained(model, mode, rate)
    rates = [group["lr"] for group in optimizer.param_groups]
    scheduler = OneCycleLR(optimizer, rates, args.epochs * len(loader))
    for _ in range(args.epochs):
        model.train()
        freeze_statistics(model)  # after train(), every time
        for images, labels in loader:
            logits = model(images.to(args.device))
            loss = criterion(logits, labels.to(args.device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            scheduler.step()
    if not math.isfinite(loss.item()):
        raise SystemExit("the loss is not finite: lower the rate")


def measure_size(model, images):
    """Return what learns, and what a batch keeps for the backward pass."""
    model.train()
    freeze_statistics(model)
    kept = []
    with saved_tensors_hooks(lambda x: kept.append(x) or x, lambda x: x):
        model(images)
    trained = [x.numel() for x in model.parameters() if x.requires_grad]
    kept_bytes = sum({x.data_ptr(): x.nbytes for x in kept}.values())
    return {"trained_parameters": sum(trained), "kept_bytes": kept_bytes}


def main(argv=None):
    args = parse_arguments(argv)
    torch.manual_seed(args.seed)
    shapes = load_shapes()
    few = few_of(shapes["train"], args.pictures)
    loader = DataLoader(TensorDataset(*few), batch_size=20, shuffle=True)
    val_loader = DataLoader(TensorDataset(*few_of(shapes["val"], 50)), 250)
    test_loader = DataLoader(TensorDataset(*few_of(shapes["test"], 200)), 250)
    first = start_model(args.mode, shapes["networks"][args.seed], few[0])
    first.to(args.device, memory_format=torch.channels_last)  # faster
    if args.mode == "head_then_all":
        train(first, "head", HEAD_RATE, loader, args)
    trials, started = [], time.perf_counter()
    for rate in MODES[args.mode][1]:
        model = copy.deepcopy(first)
        train(model, args.mode, rate, loader, args)
        loss, accuracy = evaluate(model, val_loader, criterion, args.device)
        print(f"rate {rate}: validation loss {loss:.3f}, {accuracy:.1%} right")
        trials.append((accuracy, model))
    seconds = (time.perf_counter() - started) / len(trials) / args.epochs
    _, model = max(trials, key=lambda trial: trial[0])
    _, accuracy = evaluate(model, test_loader, criterion, args.device)
    print(f"the best of them, on test data: {accuracy:.1%} right")
    return {
        "accuracy_by_rate": [trial[0] for trial in trials],
        "test_accuracy": accuracy,
        **measure_size(model, few[0][:20].to(args.device)),
        "epoch_seconds": seconds,
    }


def draw(results, sweeps=None):
    """Draw the test accuracy of each network, and the mean of each mode."""
    axes = plt.figure("accuracy").add_subplot(xlabel="test accuracy")
    sweeps = sweeps or {"one run": [results]}
    for mode in [name for name in sweeps if "longer" not in name]:
        accuracies = [run["test_accuracy"] for run in sweeps[mode]]
        axes.plot(accuracies, [mode] * len(accuracies), "o")
        axes.plot(sum(accuracies) / len(accuracies), mode, "|", markersize=25)


if __name__ == "__main__":
    draw(main())
    plt.show()
