"""Train a pretrained network in many ways, on what is alike and what is not.

Alike: five new shapes. Not alike: digits, enlarged. Each way is tried at
several rates, more of them until the best is not the first or the last one;
validation chooses, and test pictures are read once.

Shapes: B pictures of a batch, N of a set; a picture is (3, 24, 24)
Needs: torch 2.11 or newer, torchvision, scikit-learn, matplotlib
Run: python which_when.py (with --epochs 20 layers learn too, for minutes)
Source: CS231n notes on transfer learning; Howard and Ruder 2018
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
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits
from torch import nn
from torch.utils.data import DataLoader, RandomSampler, TensorDataset
from torchvision.models.vgg import make_layers

TASKS = ["shapes_20", "digits_10", "digits_100"]
SIZES = {"train": 20, "val": 50, "test": 200}  # shapes of a class
COSTS = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300]
RATES = [3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001]
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


def train_epoch(model, loader, criterion, optimizer):
    """Learn from every batch once; return the loss."""
    model.train()
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


def fit(model, optimizer, loader, val, epochs):
    """Train until the last third brought nothing; keep the best state."""
    best, best_epoch, epoch = (0, 0), 0, 0
    while epoch < max(epochs, 1.5 * best_epoch):  # and half as many again
        epoch += 1
        if not math.isfinite(train_epoch(model, loader, criterion, optimizer)):
            raise SystemExit("the loss is not finite: lower the rate")
        loss, accuracy = evaluate(model, *val)
        print(f"epoch {epoch:<7}", end="\r", file=sys.stderr, flush=True)
        if accuracy > best[0]:
            best, best_epoch = (accuracy, -loss), epoch
            best_state = copy.deepcopy(model.state_dict())
    model.load_state_dict(best_state)
    return best, [best_epoch, epoch], model


def few_digits(each):
    """Return digits to train on, to choose by, and to test."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
    images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
    labels = torch.tensor(digits.target)  # (N,)
    images = nn.Upsample(24, mode="bilinear")(images).repeat(1, 3, 1, 1)
    order = torch.randperm(1157)
    rows = [order[labels[order] == digit][:each] for digit in range(10)]
    parts = [torch.cat(rows), slice(1157, 1415), slice(1415, None)]
    return [(normalize(255 * images[part]), labels[part]) for part in parts]


@torch.no_grad()
@threadpool_limits.wrap(limits=1)  # more threads are slower here
def solve_linear(body, parts):
    """Classify what the body makes of pictures; return the accuracy."""
    body.eval()
    train, val, test = ((body(x).flatten(1), labels) for x, labels in parts)
    print(f"{len(train[0].T):4} inputs", end="\r", file=sys.stderr, flush=True)
    solver = LogisticRegression(max_iter=2000, warm_start=True)
    tried = [copy.deepcopy(solver.set_params(C=c).fit(*train)) for c in COSTS]
    return max(tried, key=lambda one: one.score(*val)).score(*test)


def train_all(model, parts, args):
    """Train at rates until the best is between two others; read the test."""
    parts = [[tensor.to(args.device) for tensor in part] for part in parts]
    model.to(args.device, memory_format=torch.channels_last)  # faster
    data, tried, new = TensorDataset(*parts[0]), {}, RATES[2:5]
    # An epoch: 200 pictures, however few there are
    loader = DataLoader(data, 20, sampler=RandomSampler(data, num_samples=200))
    while new:
        for rate in new:
            copied = copy.deepcopy(model)
            optimizer = torch.optim.SGD(copied.parameters(), rate, momentum=0.9)
            tried[rate] = fit(copied, optimizer, loader, parts[1], args.epochs)
        rate = max(tried, key=lambda rate: tried[rate][0])
        # The best rate and new ones beside it
        new = {*RATES[max(RATES.index(rate) - 1, 0) :][:3]} - {*tried}
    _, epochs, best = tried[rate]
    told = {"rates": sorted(tried), "chosen": rate, "epochs": [epochs]}
    return evaluate(best, *parts[2])[1], told


def try_task(task, shapes, args):
    """Try each way on the pictures of one task; tell how it was trained."""
    torch.manual_seed(args.seed)
    parts = [few_of(shapes[part], size) for part, size in SIZES.items()]
    if task != "shapes_20":
        parts = few_digits(int(task.split("_")[1]))
    scratch, model = make_network(10).to(args.device), make_network(10)
    model(parts[0][0])  # measures the statistics of random layers
    found = {"pixels": solve_linear(nn.AvgPool2d(3), parts)}
    found["random"] = solve_linear(model.features[:8], parts)
    model.load_state_dict(shapes["networks"][args.seed])
    found["middle"] = solve_linear(model.features[:8], parts)
    found["head"] = solve_linear(model[:-1], parts)
    found["unpooled"] = solve_linear(model.features, parts)
    if args.epochs < 1:  # no layer learns but the head
        return found, {}
    model.head, trained = nn.Linear(64, 10), {}
    below = model.features[:12].eval()  # frozen: computed once
    fixed = [(below(images).detach(), labels) for images, labels in parts]
    last = nn.Sequential(model.features[12:], *model[1:])
    starts = {"partial": (last, fixed), "finetune": (model, parts)}
    for way, start in {**starts, "scratch": (scratch, parts)}.items():
        found[way], trained[way] = train_all(*start, args)
    return found, trained


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", nargs="+", default=TASKS, choices=TASKS)
    parser.add_argument("--epochs", type=int, default=0, help="0: only heads")
    parser.add_argument("--device", default="cpu", help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="0 to 9 (0)")
    parser.add_argument("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    args = parser.parse_args(argv)
    shapes, results, trained = load_shapes(), {}, {}
    for task in args.tasks:
        results[task], trained[task] = try_task(task, shapes, args)
        print(task, *(f"{way} {x:.0%}" for way, x in results[task].items()))
    return results | {"trained": trained}


def draw(results, sweeps=None):
    """Draw the accuracy of each way, with the spread: a colour a task."""
    axes = plt.figure("ways", (5, 2.6)).add_subplot(xlabel="accuracy")
    runs = sweeps["networks"] if sweeps else [results]
    for task in [*results][:-1]:  # without trained
        ways = [x.replace("random", "random layers") for x in runs[0][task]]
        values = [[*run[task].values()] for run in runs]
        mean, std = np.mean(values, 0), np.std(values, 0, ddof=len(runs) > 1)
        axes.errorbar(mean, ways, xerr=std, fmt="o", label=task)
    axes.legend(loc=(0.05, 0.53))


if __name__ == "__main__":
    draw(main())
    plt.show()
