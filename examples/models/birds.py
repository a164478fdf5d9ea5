"""Many species, few pictures: train, valid and test, rare species, groups.

Without --data the script draws a small folder: 20 species, from 12 training
birds of the most common one down to one, a series of photos of each bird.

Shapes: B batch, N photos, C species; a photo is (3, H, W)
Needs: torch 2.11 or newer, torchvision, matplotlib
Run: python birds.py --data FOLDER --epochs 30
Source: Menon et al. 2021, Long-Tail Learning via Logit Adjustment
"""

import argparse
import itertools
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.utils.data import DataLoader
from torchvision import datasets
from torchvision.transforms import v2

# tail, body, wing, beak, head: middle (x, y), half sizes
PARTS = [(-11, 1, 6, 2), (0, 0, 8, 5), (-1, -1, 5, 2), (11, -3, 3, 1)]
PARTS += [(7, -3, 4, 3)]
SHOWN = ["micro", "macro", "top5", "rare", "common"]


def draw_photo(species, bird, photo, side=32):
    """Paint ovals, by a generator each of species, bird and photo."""
    colors = 0.2 + 0.6 * torch.rand(5, 3, generator=species)
    colors += 0.05 * torch.randn(5, 3, generator=bird)
    sizes = 0.7 + 0.6 * torch.rand(5, 1, generator=species)
    parts = torch.tensor(PARTS) * torch.cat([torch.ones(5, 2), sizes, sizes], 1)
    parts[:, :2] += 3 * torch.randn(2, generator=photo)
    axis = torch.arange(side) - side / 2
    y, x = torch.meshgrid(axis, axis, indexing="ij")  # (H, W)
    behind = 0.3 + 0.4 * torch.rand(3, 5, 5, generator=bird)
    image = v2.functional.resize(behind, [side, side])  # (3, H, W)
    for (across, down, width, height), color in zip(parts, colors, strict=True):
        oval = ((x - across) / width) ** 2 + ((y - down) / height) ** 2 < 1
        image[:, oval] = color.unsqueeze(1)
    light = 0.7 + 0.5 * torch.rand(1, generator=photo)
    noise = 0.05 * torch.randn(image.shape, generator=photo)
    return v2.functional.to_pil_image((image * light + noise).clamp(0, 1))


def draw_folder(folder, seed):
    """Write train/species_07/bird_2_photo_0.png and so on."""
    drawn = torch.Generator().manual_seed(seed)
    for kind in range(20):
        look = torch.randint(2**40, (), generator=drawn).item()
        birds = max(1, round(12 * 0.85**kind))  # 12 ... 1
        parts = ["train", "valid", "test", "test"] * birds
        for number, part in enumerate(parts):
            bird = torch.randint(2**40, (), generator=drawn).item()
            for photo in range(4 if part == "train" else 2):
                part = "again" if photo == 3 else part  # of a trained bird
                place = Path(folder, part, f"species_{kind:02}")
                place.mkdir(parents=True, exist_ok=True)
                fixed = [torch.Generator().manual_seed(x) for x in (look, bird)]
                image = draw_photo(*fixed, drawn)
                image.save(place / f"bird_{number}_photo_{photo}.png")


def open_parts(folder, side):
    """Open train, valid and test; and again, which only drawn birds have."""
    crop = v2.RandomResizedCrop(side, (0.6, 1)), v2.RandomHorizontalFlip()
    whole = v2.Resize(side), v2.CenterCrop(side)
    scale = v2.ToImage(), v2.ToDtype(torch.float32, scale=True)  # 0..1
    loaders = {}
    for part in ("again", "train", "valid", "test"):
        if part != "again" or Path(folder, part).is_dir():
            change = v2.Compose([*(crop if part == "train" else whole), *scale])
            data = datasets.ImageFolder(Path(folder, part), change)
            loaders[part] = DataLoader(data, 32, shuffle=part == "train")
    names = {tuple(one.dataset.classes) for one in loaders.values()}
    assert len(names) == 1, "train, valid and test differ in their classes"
    return loaders


def make_cnn(classes, widths=(3, 16, 32, 64)):
    layers = []
    for before, width in itertools.pairwise(widths):
        conv = nn.Conv2d(before, width, 3, padding=1, bias=False)
        layers += [conv, nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)]
    pool = nn.AdaptiveAvgPool2d(2), nn.Flatten()  # (B, 64, 2, 2), (B, 256)
    return nn.Sequential(*layers, *pool, nn.Linear(256, classes))


def train_epoch(model, loader, optimizer, schedule, device):
    """Learn from each photo once."""
    model.train()
    for images, labels in loader:
        logits = model(images.to(device))  # (B, 3, H, W) -> (B, C)
        loss = nn.functional.cross_entropy(logits, labels.to(device))
        if not loss.isfinite():
            raise SystemExit("the loss is not finite: lower --rate")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    schedule.step()


@torch.no_grad()
def predict(model, loader, device):
    """Return logits (N, C) and labels (N,)."""
    model.eval()
    pairs = [(model(x.to(device)).cpu(), y) for x, y in loader]
    return [torch.cat(part) for part in zip(*pairs, strict=True)]


def measure(logits, labels, counts):
    """Return micro and macro accuracy, top 5, rare and common species."""
    right = logits.argmax(dim=1) == labels
    shares = [right[labels == x].float().mean().item() for x in labels.unique()]
    order = counts.argsort().tolist()  # from rare to common
    quarter = len(order) // 4
    top = (logits.topk(5).indices == labels.unsqueeze(1)).any(dim=1)
    return {
        "micro": right.float().mean().item(),
        "macro": sum(shares) / len(shares),
        "top5": top.float().mean().item(),
        "rare": sum(shares[x] for x in order[:quarter]) / quarter,
        "common": sum(shares[x] for x in order[-quarter:]) / quarter,
        "shares": shares,
    }


def train(model, loader, args):
    """Train for all epochs, the rate falling to zero."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.rate)
    schedule = CosineAnnealingLR(optimizer, args.epochs)
    for epoch in range(args.epochs):
        train_epoch(model, loader, optimizer, schedule, args.device)
        print(f"epoch {epoch + 1}", end="\r", file=sys.stderr, flush=True)


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--data", help="folder of train, valid, test (None: drawn birds)")
    add("--rate", type=float, default=3e-3, help="of AdamW (%(default)s)")
    add("--epochs", type=int, default=20, help="(%(default)s)")
    add("--seed", type=int, default=0, help="(%(default)s)")
    add("--device", default="cpu", help="(%(default)s)")
    add("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    return parser.parse_args(argv)


def main(argv=None):
    args = parse_arguments(argv)
    torch.manual_seed(args.seed)
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        if not args.data:
            draw_folder(folder, args.seed)
        loaders = open_parts(args.data or folder, 128 if args.data else 32)
        counts = torch.tensor(loaders["train"].dataset.targets).bincount()
        prior = (counts / counts.sum()).log()  # (C,)
        model = make_cnn(len(counts)).to(args.device)
        train(model, loaders["train"], args)
        for name in [x for x in loaders if x != "train"]:
            logits, labels = predict(model, loaders[name], args.device)
            results[name] = measure(logits, labels, counts)
    # the last logits: of the test photos
    for name, strength in (("half", 0.5), ("full", 1.0)):
        results[name] = measure(logits - strength * prior, labels, counts)
    print("      ", *(f"{name:>7}" for name in SHOWN))
    for name, row in results.items():
        print(f"{name:6}", *(f"{row[key]:7.1%}" for key in SHOWN))
    largest = (counts.max() / counts.sum()).item()
    print(f"always the most common species: {largest:.1%} of the photos")
    return results | {"counts": counts.tolist(), "largest": largest}


def draw(results, sweeps=None):
    """Draw the share of right answers over the photos of a species."""
    runs = (sweeps or {}).get("seeds") or [results]
    counts = torch.tensor(runs[0]["counts"])
    _, axes = plt.subplots(num="species", figsize=(5, 2.4))
    for name, label in (("again", "trained birds"), ("test", "new birds")):
        shares = torch.tensor([run[name]["shares"] for run in runs]).mean(0)
        groups = counts.unique()
        means = [shares[counts == count].mean().item() for count in groups]
        axes.plot(groups.tolist(), means, "o-", label=label)
    axes.set(xlabel="training photos", ylabel="accuracy", ylim=(0, 1.05))
    axes.legend(loc="lower right")


if __name__ == "__main__":
    draw(main())
    plt.show()
