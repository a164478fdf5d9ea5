"""Show networks pictures of another size: who takes them, at what cost.

The shapes are enlarged, or set on a larger canvas where they keep their size;
the network was pretrained on shapes in pictures of 24 pixels.

Shapes: B pictures of a batch; a picture is (3, H, W)
Needs: torch 2.11 or newer, torchvision, scikit-learn, matplotlib
Run: python picture_sizes.py
Source: torchvision, "Models"; Touvron et al. 2019 (FixRes)
"""

import argparse
import contextlib
import gzip
import sys
from collections import OrderedDict

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits
from torch import nn
from torchvision.models import get_model
from torchvision.models.vgg import make_layers

NETWORKS = ["resnet18", "vgg11", "alexnet", "swin_t", "vit_b_16"]
SIDES = [16, 24, 32, 48]  # pixels; 24 in training
WAYS = ["enlarge", "widen", "resize"]
POOLS = {"mean": 1, "grid": 3}  # what the head gets of a side


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except (RuntimeError, AssertionError) as error:
        print(f"  {type(error).__name__}: {error}")


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


@torch.no_grad()
def try_sizes(name):
    """Say which sizes a network of torchvision takes."""
    with torch.device("meta"):  # shapes only, nothing is computed
        model, taken = get_model(name).eval(), []
        for side in (32, 64, 224, 256):
            with shows_error():
                model(torch.zeros(1, 3, side, side))
                taken.append(side)
    print(f"{name:8} takes", *taken)
    return " ".join(map(str, taken))


def enlarge(images, side):
    """Resize the pictures: what is on them grows too."""
    return nn.functional.interpolate(
        images, side, mode="bilinear", antialias=True
    )


def widen(images, side):
    """Set the pictures on a larger canvas: what is on them stays."""
    border = (side - 24) // 2  # below 0: cuts the rim off
    return nn.functional.pad(images, [border] * 4, mode="replicate")


def resize(images, side):
    """Enlarge, then come back to the size of training."""
    return enlarge(enlarge(images, side), 24)


@torch.no_grad()
@threadpool_limits.wrap(limits=1)  # more threads are slower here
def try_network(seed, shapes, device):
    """Return the accuracies of one network, for each way and size."""
    torch.manual_seed(seed)
    model, found = make_network(10), {}
    model.load_state_dict(shapes["networks"][seed])
    train, test = few_of(shapes["train"], 100), few_of(shapes["test"], 50)

    def read(images):  # (N, 3, H, W) -> (N, F)
        return whole(images.to(device)).cpu()

    for name, pool in POOLS.items():
        print(f"network {seed} {name}", end="\r", file=sys.stderr, flush=True)
        parts = model.features, nn.AdaptiveAvgPool2d(pool), nn.Flatten()
        whole = nn.Sequential(*parts).eval().to(device)
        head = LogisticRegression(C=0.1, max_iter=2000)
        head.fit(read(train[0]), train[1])
        for side in SIDES:
            for way in (enlarge, widen, resize):
                inputs = read(way(test[0], side))
                key = f"{name}_{way.__name__}_{side}"
                found[key] = head.score(inputs, test[1])
    return found


def summarise(values):
    """Turn accuracies of several networks into mean and spread."""
    mean, std = np.mean(values), np.std(values, ddof=len(values) > 1)
    return {"n": len(values), "mean": mean, "std": std, "values": values}


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", type=int, default=1, help="1 to 10 (1)")
    parser.add_argument("--device", default="cpu", help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="0 to 9 (0)")
    parser.add_argument("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    args = parser.parse_args(argv)
    results = {"taken": {name: try_sizes(name) for name in NETWORKS}}
    shapes = load_shapes()
    seeds = range(args.seed, args.seed + args.networks)
    runs = [try_network(seed, shapes, args.device) for seed in seeds]
    print("side        ", *(f"{side:4}" for side in SIDES))
    for way in [f"{name}_{way}" for name in POOLS for way in WAYS]:
        row = {
            str(side): summarise([run[f"{way}_{side}"] for run in runs])
            for side in SIDES
        }
        print(f"{way:12}", *(f"{one['mean']:4.0%}" for one in row.values()))
        results[way] = row
    return results


def draw(results):
    """Draw the accuracy over the side of the picture: a line a way."""
    _, axes = plt.subplots(num="sizes")
    for way in WAYS:
        means = [results[f"mean_{way}"][str(side)]["mean"] for side in SIDES]
        axes.plot(SIDES, means, marker="o", label=way)
    axes.set(xlabel="side of the input (pixels)", ylabel="accuracy")
    axes.set(ylim=(0, 1), xticks=SIDES)
    axes.legend(loc="center right")


if __name__ == "__main__":
    draw(main())
    plt.show()
