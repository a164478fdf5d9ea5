"""Draw shapes, pretrain small networks on ten of them, and save the rest.

The other lessons on transfer learning load what it saves: pictures of five
other shapes, and the networks, each pretrained on pictures of its own.

Shapes: B pictures of a batch, C classes; a picture is (3, 24, 24)
Needs: torch 2.11 or newer, torchvision, matplotlib
Run: python drawn_shapes.py
Source: Pillow documentation, "ImageDraw"; torchvision, "VGG"
"""

import argparse
import gzip
import math
import random
import sys
from collections import OrderedDict

import matplotlib.pyplot as plt
import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR
from torch.utils.data import DataLoader, TensorDataset
from torchvision.models.vgg import make_layers

SHAPES = {  # distances from the middle, all the way round
    "triangle": [1] * 3,
    "square": [1] * 4,
    "disc": [1] * 24,
    "star of 3": [1, 0.25] * 3,
    "star of 4": [1, 0.35] * 4,
    "star of 6": [1, 0.5] * 6,
    "half": [1] * 13 + [0] * 11,
    "needle": [1, 0.25, 0.2, 0.25] * 2,
    "drop": [1, 0.55, 0.5, 0.5, 0.5, 0.55],
    "propeller": ([1] * 4 + [0] * 4) * 3,
    # five new ones, for the other lessons
    "star of 5": [1, 0.45] * 5,
    "quarter": [1] * 7 + [0] * 17,
    "three quarters": [1] * 19 + [0] * 5,
    "bow": ([1] * 6 + [0] * 6) * 2,
    "boomerang": [0.9, 0.5, 0.45, 0.5, 0.9] + [0.1] * 7,
}
OLD, NEW = list(SHAPES.values())[:10], list(SHAPES.values())[10:]
SIDE = 24  # pixels
criterion = nn.CrossEntropyLoss()


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", type=int, default=1, help="(%(default)s)")
    parser.add_argument("--epochs", type=int, default=8, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="(%(default)s)")
    parser.add_argument("--device", default="cpu", help="(%(default)s)")
    parser.add_argument("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    return parser.parse_args(argv)


def draw_picture(distances, rng):
    """Draw a shape, turned and moved, on two lines of other colours."""
    side = 4 * SIDE  # drawn large, then shrunk: smooth edges
    paper, ink, *others = (
        tuple(rng.randrange(256) for _ in range(3)) for _ in range(4)
    )
    while max(abs(a - b) for a, b in zip(ink, paper, strict=True)) < 80:
        ink = tuple(rng.randrange(256) for _ in range(3))
    image = Image.new("RGB", (side, side), paper)
    pencil = ImageDraw.Draw(image)
    for colour in others:
        ends = [rng.randrange(side) for _ in range(4)]
        pencil.line(ends, colour, width=rng.randrange(3, 9))
    size, turn = side * rng.uniform(0.2, 0.42), rng.uniform(0, 2 * math.pi)
    x, y = (side * rng.uniform(0.42, 0.58) for _ in range(2))
    corners = []
    for number, distance in enumerate(distances):
        angle = turn + 2 * math.pi * number / len(distances)
        corners.append(x + size * distance * math.cos(angle))
        corners.append(y + size * distance * math.sin(angle))
    pencil.polygon(corners, fill=ink)
    return np.array(image.resize((SIDE, SIDE), Image.Resampling.BOX))


def draw_set(shapes, each, rng):
    """Draw so many pictures of each shape, the shapes in turn."""
    pictures = [draw_picture(one, rng) for _ in range(each) for one in shapes]
    images = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
    labels = torch.arange(len(shapes)).repeat(each)
    return images.contiguous(), labels  # (N, 3, 24, 24) of bytes, (N,)


def normalize(images):
    """Turn bytes into numbers from -2 to 2."""
    return (images / 255 - 0.5) / 0.25


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


def train_epoch(model, loader, optimizer, scheduler, device):
    """Learn from every batch once; return the loss."""
    model.train()
    total_loss = 0.0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        loss = criterion(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        total_loss += loss.item() * len(labels)
    return total_loss / len(loader.dataset)


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


def pretrain(seed, epochs, device):
    """Teach a network ten shapes; return it and its accuracy on others."""
    rng = random.Random(seed)
    torch.manual_seed(seed)
    model = make_network(len(OLD)).to(device)
    images, labels = draw_set(OLD, 600, rng)
    loader = DataLoader(TensorDataset(normalize(images), labels), 64, True)
    optimizer = torch.optim.AdamW(model.parameters())
    scheduler = OneCycleLR(optimizer, 0.01, epochs * len(loader))
    for epoch in range(epochs):
        loss = train_epoch(model, loader, optimizer, scheduler, device)
        print(f"epoch {epoch + 1}", end="\r", file=sys.stderr, flush=True)
    if not math.isfinite(loss):
        raise SystemExit("the loss is not finite: lower the rate")
    images, labels = draw_set(OLD, 60, rng)
    val_loader = DataLoader(TensorDataset(normalize(images), labels), 100)
    return model, evaluate(model, val_loader, criterion, device)[1]


def save_shapes(networks):
    """Save pictures of the new shapes, and the networks."""
    rng = random.Random("new shapes")
    sizes = {"train": 400, "val": 100, "test": 200}
    shapes = {part: draw_set(NEW, each, rng) for part, each in sizes.items()}
    states = [model.cpu().half().state_dict() for model in networks]
    # mtime=0: the same file whenever it is written
    with gzip.GzipFile("drawn_shapes.pt.gz", "wb", mtime=0) as file:
        torch.save({**shapes, "networks": states}, file)


def main(argv=None):
    args = parse_arguments(argv)
    got = []
    for seed in range(args.seed, args.seed + args.networks):
        got.append(pretrain(seed, args.epochs, args.device))
        print(f"network {seed}: {got[-1][1]:.1%} of new pictures of ten shapes")
    networks, accuracies = map(list, zip(*got, strict=True))
    save_shapes(networks)
    print("saved: drawn_shapes.pt.gz")
    parameters = sum(x.numel() for x in networks[0].parameters())
    return {"accuracy": accuracies, "parameters": parameters}


def draw(results):
    """Draw the outline of each shape, then pictures of four new ones."""
    _, all_axes = plt.subplots(2, 8, num="shapes", figsize=(5, 1.6))
    all_axes[1, 7].axis("off")  # there are fifteen
    for axes, (name, one) in zip(all_axes.flat, SHAPES.items(), strict=False):
        angles = np.arange(len(one)) * 2 * np.pi / len(one)
        axes.fill(one * np.cos(angles), one * np.sin(angles))
        axes.set(title=name, xlim=(-1, 1), ylim=(-1, 1), aspect="equal")
        axes.axis("off")
    _, all_axes = plt.subplots(1, 4, num="pictures", figsize=(5, 1.3))
    for axes, distances in zip(all_axes, NEW[:4], strict=True):
        axes.imshow(draw_picture(distances, random.Random(4)))
        axes.axis("off")


if __name__ == "__main__":
    draw(main())
    plt.show()
