"""A photo of your own digit, made fit for a network, step by step.

No photo is at hand, so the script draws some, from digits not trained on.

Shapes: B batch, N photos, S side: 8, of MNIST 28; a photo is (1, 64, 64)
Needs: torch 2.11 or newer, torchvision, scikit-learn, matplotlib
Run: python own_digit.py --photo five.jpg
Source: LeCun, Cortes and Burges, The MNIST Database: digits fit into 20 x 20,
    and their centre of mass is the centre of 28 x 28
"""

import argparse
import gzip
import math
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from PIL import Image, ImageOps
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import cross_entropy, max_pool2d, pad
from torch.utils.data import DataLoader, TensorDataset
from torchvision.transforms.v2.functional import pil_to_tensor, resize

INK = 0.3  # darker than the paper by so much
WINDOW = 17  # pixels, wider than a stroke


def load_data(folder):
    """Return images and labels for training, then for validation."""
    if not folder:
        digits = load_digits()
        images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
        images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
        labels = torch.tensor(digits.target)  # (N,)
        parts = slice(1157), slice(1157, 1415)  # forms 1-9, 10-11
    else:
        files = sorted(Path(folder).rglob("train-*ubyte.gz"))
        if len(files) != 2:
            raise SystemExit(f"no train-*ubyte.gz of MNIST in {folder}")
        read = [bytearray(gzip.decompress(file.read_bytes())) for file in files]
        images = torch.frombuffer(read[0], dtype=torch.uint8, offset=16)
        images = images.view(-1, 1, 28, 28) / 255  # 0..1
        labels = torch.frombuffer(read[1], dtype=torch.uint8, offset=8).long()
        parts = slice(50000), slice(50000, 51000)
    return [(images[part], labels[part]) for part in parts]


def train(images, labels, args):
    """Train a small MLP on the digits as they are."""
    layers = [nn.Linear(images[0].numel(), 256), nn.ReLU(), nn.Linear(256, 10)]
    model = nn.Sequential(nn.Flatten(), *layers).to(args.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    loader = DataLoader(TensorDataset(images, labels), 64, shuffle=True)
    for epoch in range(args.epochs):
        print(f"epoch {epoch + 1}", end="\r", file=sys.stderr, flush=True)
        model.train()
        for images, labels in loader:
            logits = model(images.to(args.device))  # (B, 10)
            loss = cross_entropy(logits, labels.to(args.device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    if not loss.isfinite():
        raise SystemExit("loss is not finite: lower the learning rate")
    return model


def draw_photo(digit, generator):
    """Draw a sheet: ink, anywhere, large or small, a shadow, noise."""
    size = int(torch.randint(24, 41, (), generator=generator))
    top, left = torch.randint(3, 62 - size, (2,), generator=generator).tolist()
    pen = ((resize(digit, [size, size]) - 0.4) * 12).sigmoid()
    ink = pad(pen, (left, 64 - size - left, top, 64 - size - top))
    angle = 2 * math.pi * torch.rand((), generator=generator)
    line = torch.linspace(-1, 1, 64)
    ramp = angle.cos() * line + angle.sin() * line[:, None]  # (64, 64)
    light = 0.75 - 0.15 * ramp - 0.25 * ((ramp - 0.2) * 10).sigmoid()
    noise = torch.randn(ink.shape, generator=generator)
    return (light * (1 - 0.7 * ink) + 0.01 * noise).clamp(0, 1)


def read_photo(file):
    """Read a photo: upright, grey, 64 pixels on its shorter side."""
    photo = ImageOps.exif_transpose(Image.open(file)).convert("L")
    return resize(pil_to_tensor(photo), [64]) / 255  # (1, H, W), 0..1


def even_light(photo):
    """Divide by the paper: ink becomes light, the paper 0."""
    brightest = max_pool2d(photo, WINDOW, 1, WINDOW // 2)  # also where ink is
    paper = -max_pool2d(-brightest, WINDOW, 1, WINDOW // 2)  # as wide as before
    ink = 1 - photo / paper
    return ink.where(ink > INK, 0) / ink.max()  # 0..1


def crop(ink):
    """Cut off rows and columns without ink."""
    rows, columns = ink[0].nonzero().T
    top, left = rows.min(), columns.min()
    return ink[:, top : rows.max() + 1, left : columns.max() + 1]


def shrink(ink, side):
    """Make the longer side 20 of 28 pixels, and keep the shape."""
    box = 20 if side == 28 else side  # the small digits have no margin
    size = [max(1, round(box * n / max(ink.shape))) for n in ink.shape[1:]]
    return resize(ink, size)


def place(ink, side, middle):
    """Lay the ink into a square; its middle becomes the centre."""
    (high, wide), square = ink.shape[1:], torch.zeros(1, side, side)
    top, left = (round((side - 1) / 2 - place) for place in middle)
    top = min(max(top, 0), side - high)  # stay inside
    left = min(max(left, 0), side - wide)
    square[:, top : top + high, left : left + wide] = ink
    return square


def centre_of_mass(ink):
    """Return the mean row and the mean column, weighted by ink."""
    rows, columns = ink[0].nonzero().T
    weights = ink[0, rows, columns] / ink.sum()
    return (rows * weights).sum().item(), (columns * weights).sum().item()


def prepare(photo, side):
    """Return the photo after each step, always (1, S, S)."""
    ink = even_light(photo)
    small = shrink(crop(ink), side)
    box = [(n - 1) / 2 for n in small.shape[1:]]
    return {
        "photo": resize(photo, [side, side]),
        "inverted": resize(1 - photo, [side, side]),
        "even_light": resize(ink, [side, side]),
        "cropped": resize(crop(ink), [side, side]),
        "shape_kept": place(small, side, box),
        "centred": place(small, side, centre_of_mass(small)),
    }


@torch.no_grad()
def predict(model, images, device):
    """Return the answers and their probabilities."""
    model.eval()
    surest, predictions = model(images.to(device)).softmax(dim=1).max(dim=1)
    return predictions.cpu(), surest.cpu()


def read_drawn(model, images, labels, args):
    """Measure on many drawn photos what each step gives."""
    generator = torch.Generator().manual_seed(args.seed)
    photos = [draw_photo(image, generator) for image in images]
    steps = [prepare(photo, images.shape[-1]) for photo in photos]
    ways = {step: torch.stack([x[step] for x in steps]) for step in steps[0]}
    shown = {"sheet": resize(photos[3], [32])} | steps[3]
    results = {"pictures": in_percent(shown)}
    for way, pictures in (ways | {"digit": images}).items():
        predictions, sure = predict(model, pictures, args.device)
        right = (predictions == labels).float().mean().item()
        results[way] = {"right": right, "sure": sure.mean().item()}
        print(f"{way:10}  right {right:6.1%}  sure {sure.mean():6.1%}")
    return results


def read_own(model, args):
    """Print what the network says of one photo after each step."""
    photo = read_photo(args.photo)
    steps = prepare(photo, math.isqrt(model[1].in_features))
    answers = predict(model, torch.stack([*steps.values()]), args.device)
    for step, digit, sure in zip(steps, *answers, strict=True):
        print(f"{step:10}  {digit.item()}  sure {sure:6.1%}")
    return {"pictures": in_percent({"sheet": resize(photo, [32])} | steps)}


def in_percent(pictures):
    return {x: (y[0] * 100).int().tolist() for x, y in pictures.items()}


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", metavar="FOLDER", help="of MNIST")
    parser.add_argument("--photo", metavar="FILE", help="of one digit")
    parser.add_argument("--epochs", type=int, default=20, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="(%(default)s)")
    parser.add_argument("--device", default="cpu", help="(%(default)s)")
    parser.add_argument("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    args = parser.parse_args(argv)
    torch.manual_seed(args.seed)
    train_data, val_data = load_data(args.data)
    model = train(*train_data, args)
    if args.photo:
        return read_own(model, args)
    return read_drawn(model, *val_data, args)


def draw(results):
    """Draw one photo, and what the network gets after each step."""
    _, grid = plt.subplots(2, 3, num="steps", figsize=(5, 2.4))
    steps = {x: y for x, y in results["pictures"].items() if x != "photo"}
    for axes, (step, picture) in zip(grid.flat, steps.items(), strict=True):
        axes.imshow(picture, cmap="gray", vmin=0, vmax=100)
        axes.set(xticks=[], yticks=[], title=step.replace("_", " "))


if __name__ == "__main__":
    draw(main())
    plt.show()
