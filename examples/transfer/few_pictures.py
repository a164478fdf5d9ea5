"""Ask how many pictures a class make up for a pretrained network.

Five new shapes are learned from 5 to 400 pictures a class, with the weights
of a pretrained network or without, with data augmentation or without.

Shapes: B pictures of a batch, F features; a picture is (3, 24, 24)
Needs: torch 2.11 or newer, torchvision, scikit-learn, matplotlib
Run: python few_pictures.py --mode head (beside drawn_shapes.pt.gz)
Source: drawn_shapes.py makes the file; PyTorch documentation, OneCycleLR;
Kumar et al. 2022 (arXiv:2202.10054) for head_then_all
"""

import argparse
import gzip
import math
from collections import OrderedDict, defaultdict

import matplotlib.pyplot as plt
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR
from torch.utils.data import DataLoader, RandomSampler, TensorDataset
from torchvision.models.vgg import make_layers

MODES = ["head", "head_then_all", "finetune", "scratch"]
BASELINE = "random_head"  # the head alone, on random weights
criterion = nn.CrossEntropyLoss()


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--mode", choices=[*MODES, BASELINE], default="head", help="(head)")
    add("--augment", action="store_true", help="turn, mirror, recolour")
    add("--pictures", type=int, nargs="+", default=[5, 20, 80, 400])
    # The highest rate; how often the usual length
    add("--recipe", type=float, nargs=2, default=[1e-3, 1], help="(0.001 1)")
    add("--seed", type=int, default=0, help="network too, 0 to 9 (0)")
    add("--device", default="cpu", help="(%(default)s)")
    add("-f", "--f", help=argparse.SUPPRESS)  # notebooks
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


def augment(images):
    """Turn, mirror and recolour each picture at random."""
    count = len(images)
    rows = torch.arange(count)
    turned = torch.stack([images.rot90(k, (2, 3)) for k in range(4)])
    images = turned[torch.randint(4, (count,)), rows]
    mirrored = torch.rand(count, 1, 1, 1) < 0.5
    images = torch.where(mirrored, images.flip(3), images)
    colours = torch.rand(count, 3).argsort(dim=1)  # a new order for each
    return images[rows.unsqueeze(1), colours]


@torch.no_grad()
def measure(model, images, labels):
    """Return loss and accuracy."""
    model.eval()
    logits = model(images)
    accuracy = (logits.argmax(dim=1) == labels).float().mean().item()
    return criterion(logits, labels).item(), accuracy


@torch.no_grad()
def solve_head(model, images, labels, val, augmented):
    """Compute the features once, then find the best linear layer."""
    model.eval()
    body = model[:-1]  # all but the head
    readings = [augment(images) for _ in range(6)] if augmented else [images]
    features = torch.cat([body(reading) for reading in readings])  # (B, F)
    labels = labels.repeat(len(readings))
    val_features, best_loss = body(val[0]), math.inf
    for strength in (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100):
        linear = LogisticRegression(C=strength, max_iter=2000)
        linear.fit(features, labels)
        loss = log_loss(val[1], linear.predict_proba(val_features))
        if loss >= best_loss:
            break  # larger weights only make it worse
        best_loss, best = loss, linear
    model.head.weight.copy_(torch.from_numpy(best.coef_))
    model.head.bias.copy_(torch.from_numpy(best.intercept_))


def train_all(model, images, labels, args):
    """Train every layer, at rates that rise and then fall to zero."""
    rate, longer = args.recipe
    # Twice the pictures, 1.4 times the batches
    steps = (40 if args.mode == "scratch" else 20) * len(images) ** 0.5
    steps = round(longer * steps)
    data = TensorDataset(images, labels)
    sampler = RandomSampler(data, num_samples=25 * steps)
    train_loader = DataLoader(data, batch_size=25, sampler=sampler)
    body, head = model[:-1].parameters(), model.head.parameters()
    optimizer = torch.optim.AdamW([{"params": body}, {"params": head}])
    head_rate = 1e-2 if args.mode == "finetune" else rate
    scheduler = OneCycleLR(optimizer, [rate, head_rate], steps)
    model.to(args.device).train()
    for images, labels in train_loader:
        if args.augment:
            images = augment(images)
        images, labels = images.to(args.device), labels.to(args.device)
        loss = criterion(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    if not math.isfinite(loss.item()):
        raise SystemExit("the loss is not finite: lower the rate")
    model.cpu()


def learn_from(each, shapes, args):
    """Learn from so many pictures of each class; read the test once."""
    torch.manual_seed(args.seed)
    images, labels = few_of(shapes["train"], each)
    val = few_of(shapes["val"], 100)  # all of them
    test = few_of(shapes["test"], 200)
    model = make_network(10)
    if args.mode not in ("scratch", BASELINE):
        model.load_state_dict(shapes["networks"][args.seed])
    model.head = nn.Linear(64, 5)  # a new head
    if args.mode in ("head", "head_then_all", BASELINE):
        solve_head(model, images, labels, val, args.augment)
    if args.mode not in ("head", BASELINE):
        train_all(model, images, labels, args)
    return {
        "train_accuracy": measure(model, images, labels)[1],
        "val_loss": measure(model, *val)[0],
        "accuracy": measure(model, *test)[1],
    }


def main(argv=None):
    args = parse_arguments(argv)
    shapes = load_shapes()
    way = args.mode + "_augmented" * args.augment
    results = defaultdict(dict, way=way)
    for each in args.pictures:
        row = learn_from(each, shapes, args)
        for name, value in row.items():
            results[name][str(each)] = value
        print(
            f"{args.mode}, {each:3} a class: training pictures"
            f" {row['train_accuracy']:6.1%}, test {row['accuracy']:6.1%}"
        )
    return dict(results)


def draw(results, sweeps=None):
    """Draw accuracy over pictures, without and with augmentation."""
    sweeps = sweeps or {results["way"]: [results]}
    _, all_axes = plt.subplots(1, 2, num="accuracy", figsize=(5, 2))
    for axes, end in zip(all_axes, ("", "_augmented"), strict=True):
        for mode in MODES:
            runs = [run["accuracy"] for run in sweeps.get(mode + end, [])]
            sizes = sorted({size for run in runs for size in run}, key=int)
            rows = [[run[size] for run in runs] for size in sizes]
            means = [sum(row) / len(row) for row in rows]
            axes.plot(sizes, means, marker="o", label=mode)
        title = "augmented" if end else "as they are"
        axes.set(title=title, xlabel="pictures a class", ylim=(0, 1))
    all_axes[0].set_ylabel("accuracy")
    all_axes[1].legend(loc=(0.28, 0), labelspacing=0, handlelength=1)


if __name__ == "__main__":
    draw(main())
    plt.show()
