"""Normalize pictures: where 0.1307 and 0.3081 come from, what they change.

Shapes: N pictures, B batch, C channels; a digit is (1, H, W)
Needs: torch 2.11 or newer, torchvision, scikit-learn, matplotlib
Run: python normalize.py --epochs 20 --seed 0
Source: torchvision documentation, v2.Normalize
"""

import argparse
import contextlib
import gzip
import math
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_digits, load_sample_image
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torchvision import transforms
from torchvision.transforms import v2

RATES = {
    "sgd": (0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
    "adam": (0.0003, 0.001, 0.003, 0.01, 0.03),
}


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except (RuntimeError, TypeError) as error:
        print(f"{type(error).__name__}: {error}")


def read_idx(folder, name, header):
    """Return the bytes of one file of MNIST, without its header."""
    data = gzip.decompress(Path(folder, name).read_bytes())
    return torch.tensor(np.frombuffer(data, np.uint8, offset=header))


def load_data(folder):
    """Return images and labels for training, then for validation.

    MNIST: 50,000 and 10,000 of the 60,000 pictures of its training file.
    """
    if not folder:
        digits = load_digits()
        images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
        images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
        labels = torch.tensor(digits.target)  # (N,)
        parts = slice(1157), slice(1157, 1415)  # forms 1-9, 10-11
    else:
        images = read_idx(folder, "train-images-idx3-ubyte.gz", header=16)
        images = images.view(-1, 1, 28, 28) / 255  # 0..1
        labels = read_idx(folder, "train-labels-idx1-ubyte.gz", header=8).long()
        parts = slice(50000), slice(50000, 60000)
    return [(images[part], labels[part]) for part in parts]


def mean_and_std(images):
    """Return one number a channel: (N, C, H, W) -> (C,), (C,)."""
    mean = images.mean(dim=(0, 2, 3))
    std = images.std(dim=(0, 2, 3))
    return mean.tolist(), std.tolist()


def undo_normalize(images, mean, std):
    """Turn normalized pictures back to 0..1, to show them."""
    mean, std = torch.tensor(mean), torch.tensor(std)  # (C,)
    return images * std.view(-1, 1, 1) + mean.view(-1, 1, 1)


def train(images, labels, name, rate, args):
    """Train two layers on pictures as they are given."""
    torch.manual_seed(args.seed)
    layers = [nn.Linear(images[0].numel(), 64), nn.ReLU(), nn.Linear(64, 10)]
    model = nn.Sequential(nn.Flatten(), *layers).to(args.device).train()
    optimizers = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
    optimizer = optimizers[name](model.parameters(), lr=rate)
    loader = DataLoader(TensorDataset(images, labels), 64, shuffle=True)
    print(f"rate {rate:<6}", end="\r", file=sys.stderr, flush=True)
    for _ in range(args.epochs):
        for images, labels in loader:
            logits = model(images.to(args.device))  # (B, 10)
            loss = nn.functional.cross_entropy(logits, labels.to(args.device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if not math.isfinite(loss.item()):
            raise SystemExit(f"loss is not finite: lower the rate {rate}")
    return model


@torch.no_grad()
def measure(model, images, labels, args):
    """Return accuracy, and the mean probability of the answers."""
    model.eval()
    probabilities = model(images.to(args.device)).softmax(dim=1).cpu()
    surest, predictions = probabilities.max(dim=1)
    right = (predictions == labels).float().mean().item()
    return right, surest.mean().item()


def compare(train_data, val_data, normalize, args):
    """Train each way at each rate; return accuracy on validation data."""
    ways = {"zero_to_one": nn.Identity(), "normalized": normalize}
    results = {}
    for name, rates in RATES.items():
        print(f"{name:12}", *(f"{rate:6}" for rate in rates))
        results[name] = {"rates": list(rates)} | {way: [] for way in ways}
        for way, prepare in ways.items():
            images, val_images = prepare(train_data[0]), prepare(val_data[0])
            for rate in rates:
                model = train(images, train_data[1], name, rate, args)
                right, _ = measure(model, val_images, val_data[1], args)
                results[name][way].append(right)
            print(f"{way:12}", *(f"{x:6.3f}" for x in results[name][way]))
    return results


def read_photos(model, val_data, normalize, args):
    """Classify dark ink on grey paper, prepared in several ways."""
    images, labels = val_data
    photos = 0.8 - 0.6 * images  # paper 0.8, ink 0.2
    readings = {"as_trained": normalize(images), "forgotten": images}
    readings |= {"photo": normalize(photos), "inverted": normalize(1 - photos)}
    results = {}
    for way, val_images in readings.items():
        right, sure = measure(model, val_images, labels, args)
        results[way] = {"right": right, "sure": sure}
        print(f"{way:12} right {right:.3f}  sure {sure:.3f}")
    return results


def show_mistakes(image):
    """Give one grey picture, (1, H, W), to a Normalize that does not fit."""
    three = (0.5, 0.5, 0.5)
    thrice = v2.Normalize(three, three)(image)
    print("three numbers:", tuple(image.shape), "->", tuple(thrice.shape))
    with shows_error():
        nn.Conv2d(1, 16, kernel_size=3)(thrice)
    with shows_error():
        transforms.Normalize(three, three)(image)  # the older class
    with shows_error():
        v2.Normalize([0.5], [0.5])((image * 255).byte())


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", help="folder of MNIST's .gz files")
    parser.add_argument("--epochs", type=int, default=20, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="(%(default)s)")
    parser.add_argument("--device", default="cpu", help="(%(default)s)")
    parser.add_argument("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    args = parser.parse_args(argv)
    train_data, val_data = load_data(args.data)
    images, results = train_data[0], {}
    parts = {"train": images, "more": torch.cat([images, val_data[0]])}
    for name, part in parts.items():
        mean, std = mean_and_std(part)
        print(f"{name:5}  {len(part):5}  mean {mean[0]:.4f}  std {std[0]:.4f}")
        results[name] = {"mean": mean[0], "std": std[0]}
    normalize = v2.Normalize(*mean_and_std(images))
    results |= compare(train_data, val_data, normalize, args)
    model = train(normalize(images), train_data[1], "adam", 0.003, args)
    results |= read_photos(model, val_data, normalize, args)
    show_mistakes(images[0])
    return results


def draw(results):
    """Draw accuracy over the rate; a photo as it is, normalized, undone."""
    _, panels = plt.subplots(1, 2, num="rates", figsize=(5, 2.4))
    for axes, name in zip(panels, RATES, strict=True):
        for way in ("zero_to_one", "normalized"):
            axes.plot(RATES[name], results[name][way], marker="o", label=way)
        axes.set(xscale="log", xlabel="learning rate", title=name, ylim=(0, 1))
    panels[0].set_ylabel("validation accuracy")
    panels[1].legend(loc="lower center")
    photo = torch.tensor(load_sample_image("flower.jpg")).permute(2, 0, 1)
    photo = v2.functional.resize(photo, [24, 36]) / 255  # (3, H, W)
    mean, std = mean_and_std(photo.unsqueeze(0))  # three numbers each
    normalized = v2.Normalize(mean, std)(photo)
    undone = undo_normalize(normalized, mean, std)
    shown = {"photo": photo, "normalized": normalized, "undone": undone}
    _, panels = plt.subplots(1, 3, num="photo", figsize=(5, 1.6))
    for axes, (title, image) in zip(panels, shown.items(), strict=True):
        image = v2.functional.to_pil_image(image.clamp(0, 1))
        axes.imshow(image.quantize(16).convert("RGB"))  # 16 colours
        axes.set(title=title, xticks=[], yticks=[])


if __name__ == "__main__":
    draw(main())
    plt.show()
