"""Fine-tune a pretrained network at many learning rates, in six ways.

The old layers learn as fast as the new head, or more slowly; the rate stays,
or changes with the epochs; the head is new, or was trained first.

Shapes: B pictures of a batch, N of a set; a picture is (3, 24, 24)
Needs: torch 2.11 or newer, torchvision, numpy, matplotlib
Run: python learning_rates.py
Source: Howard and Ruder 2018; Kumar et al. 2022; torch.optim
"""

import argparse
import copy
import gzip
import math
import sys
from collections import OrderedDict

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR
from torch.optim.swa_utils import update_bn
from torch.utils.data import DataLoader, TensorDataset
from torchvision.models.vgg import make_layers

PARTS = ["head", "one", "tenth", "layerwise"]
WAYS = [*PARTS, "warmup", "cosine", "head_then_all"]
RATES = [0.3, 0.1, 0.03, 0.01, 0.003]  # of the head
criterion = nn.CrossEntropyLoss()


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


def freeze_statistics(model):
    """Put whatever is frozen as a whole into eval()."""
    for module in model.modules():
        parameters = list(module.parameters())
        if parameters and not any(x.requires_grad for x in parameters):
            module.eval()


def train_epoch(model, loader, criterion, optimizer):
    """Learn from every batch once; return the loss."""
    model.train()
    freeze_statistics(model)
    total_loss = 0.0
    for images, labels in loader:
        loss = criterion(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(labels)
    return total_loss / len(loader.dataset)


@torch.no_grad()
def evaluate(model, images, labels):
    """Return loss and accuracy."""
    model.eval()
    logits = model(images)
    accuracy = (logits.argmax(dim=1) == labels).float().mean().item()
    return criterion(logits, labels).item(), accuracy


def make_groups(model, way, rate):
    """Give each part its rate, from the head down to the input."""
    model.features.requires_grad_(way != "head")
    blocks = [model.features[start : start + 4] for start in (12, 8, 4, 0)]
    tenth, falling = [1, 0.1, 0.1, 0.1, 0.1], [2.6**-n for n in range(5)]
    shares = {"tenth": tenth, "layerwise": falling}.get(way, [1] * 5)
    return [
        {"params": part.parameters(), "lr": rate * share}
        for part, share in zip([model.head, *blocks], shares, strict=True)
    ]


def fine_tune(model, way, rate, train, val, epochs):
    """Train; return the best state and the last."""
    optimizer = torch.optim.SGD(make_groups(model, way, rate), momentum=0.9)
    schedule = LinearLR(optimizer, 0.1 if way == "warmup" else 1, total_iters=5)
    if way == "cosine":
        schedule = CosineAnnealingLR(optimizer, epochs)  # down to 0
    loader = DataLoader(TensorDataset(*train), batch_size=20, shuffle=True)
    best_loss = math.inf
    for _ in range(epochs):
        if not math.isfinite(train_epoch(model, loader, criterion, optimizer)):
            raise SystemExit("the loss is not finite: lower the rate")
        schedule.step()
        loss, _ = evaluate(model, *val)
        if loss < best_loss:
            best_loss, best = loss, copy.deepcopy(model)
    return best, model


def angle(new, old):
    """Return by how many degrees the first convolution has turned."""
    pair = (one.features[0].weight.detach().flatten() for one in (new, old))
    cosine = torch.cosine_similarity(*pair, dim=0).item()
    return math.degrees(math.acos(min(cosine, 1)))


def measure(model, way, rate, train, val, epochs):
    """Fine-tune a copy of the network; return it and what is compared."""
    best, last = fine_tune(copy.deepcopy(model), way, rate, train, val, epochs)
    measured = {"angle": angle(last, model), "last": evaluate(last, *val)[1]}
    measured["loss"], measured["accuracy"] = evaluate(best, *val)
    update_bn(DataLoader(train[0], batch_size=100), last)  # counts anew
    return best, measured | {"anew": evaluate(last, *val)[1]}


def try_network(seed, shapes, args):
    """Try all ways and rates on one pretrained network."""
    torch.manual_seed(seed)
    data = few_of(shapes["train"], args.pictures), few_of(shapes["val"], 50)
    model = make_network(10).to(args.device, memory_format=torch.channels_last)
    model.load_state_dict(shapes["networks"][seed])
    test = few_of(shapes["test"], 200)  # all of it
    model.head, compared, best = nn.Linear(64, 5).to(args.device), {}, {}
    for way in WAYS:
        tried, start = {}, best["head"] if way == "head_then_all" else model
        for rate in args.rates:
            print(f"{way:13} {rate:<5g}", end="\r", file=sys.stderr, flush=True)
            tried[f"{rate:.0e}"] = measure(start, way, rate, *data, args.epochs)
        best[way], _ = min(tried.values(), key=lambda one: one[1]["loss"])
        compared[way] = {rate: one for rate, (_, one) in tried.items()}
        compared[way]["test"] = evaluate(best[way], *test)[1]
    return compared


def summarise(runs):
    """Turn numbers of several networks into mean and spread."""
    if isinstance(runs[0], dict):
        return {key: summarise([run[key] for run in runs]) for key in runs[0]}
    mean, spread = np.mean(runs).item(), np.std(runs, ddof=len(runs) > 1).item()
    return {"n": len(runs), "mean": mean, "std": spread, "values": runs}


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", type=int, default=1, help="1 to 10 (1)")
    parser.add_argument("--pictures", type=int, default=20, help="a class (20)")
    parser.add_argument("--rates", type=float, nargs="+", default=RATES)
    parser.add_argument("--epochs", type=int, default=30, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="(%(default)s)")
    parser.add_argument("--device", default="cpu", help="(%(default)s)")
    parser.add_argument("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    return parser.parse_args(argv)


def main(argv=None):
    args = parse_arguments(argv)
    shapes = load_shapes()
    for part in ("train", "val", "test"):
        shapes[part] = [tensor.to(args.device) for tensor in shapes[part]]
    seeds = range(args.seed, args.seed + args.networks)
    results = summarise([try_network(seed, shapes, args) for seed in seeds])
    print("rate         ", *(f"{rate:6g}" for rate in args.rates), "  test")
    for way in WAYS:
        *rows, test = results[way].values()
        shown = [row["accuracy"]["mean"] for row in rows] + [test["mean"]]
        print(f"{way:13}", *(f"{accuracy:6.0%}" for accuracy in shown))
    return results | {"rates": args.rates}


def draw(results):
    """Draw the accuracy over the rate: one line a way, with the spread."""
    _, both = plt.subplots(1, 2, num="rates", figsize=(5, 2.1), sharey=True)
    rates, groups = results["rates"], [PARTS, PARTS[:2] + WAYS[4:]]
    for axes, ways in zip(both, groups, strict=True):
        for way in ways:
            rows = [results[way][f"{rate:.0e}"]["accuracy"] for rate in rates]
            means = [row["mean"] for row in rows]
            axes.errorbar(rates, means, [x["std"] for x in rows], label=way)
        axes.set(xscale="log", xlabel="learning rate", ylabel="accuracy")
        axes.legend(loc="lower left")


if __name__ == "__main__":
    draw(main())
    plt.show()
