"""Five flowers, few photos: four ways to use a pretrained network.

scratch: all layers from random weights; head: only a new last layer;
finetune: all layers at once, the old ones slowly; head_then_all: the head
first, then all layers from there. Without --data it runs on tiles of two
bundled photos with random weights, which only shows that it runs.

Shapes: B batch, N photos, C classes, F features; a photo is (3, H, W)
Needs: torch 2.11 or newer, torchvision, matplotlib, scikit-learn
Run: python flowers.py --data FOLDER --mode head --pictures 10
Source: Kumar et al. 2022, Fine-Tuning can Distort Pretrained Features
"""

import argparse
import copy
import time

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_sample_images
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torchvision import datasets, models
from torchvision.transforms import v2

MODES = ["scratch", "head", "finetune", "head_then_all"]
PENALTY = 300.0  # of the head that head_then_all starts from
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]  # of ImageNet


def read_folder(folder, side=128):
    """Decode a folder of class folders once."""
    fit = [v2.PILToTensor(), v2.Resize(side), v2.CenterCrop(side)]
    photos = datasets.ImageFolder(folder, v2.Compose(fit))
    # (N, 3, H, W), (N,)
    return torch.stack([x for x, _ in photos]), torch.tensor(photos.targets)


def bundled_tiles(side=64):
    """Cut two bundled photos into tiles that do not overlap."""
    photos = torch.stack([*map(torch.tensor, load_sample_images().images)])
    # (2, 6, 10, 3, H, W) -> (N, 3, H, W)
    images = photos.unfold(1, side, side).unfold(2, side, side).flatten(0, 2)
    return images, torch.arange(2).repeat_interleave(len(images) // 2)


def without_copies(images, labels):
    """Leave out photos that are nearly equal, by a difference hash."""
    small = v2.functional.resize(images, [8, 9]).float().mean(dim=1)
    bits = (small[:, :, 1:] > small[:, :, :-1]).flatten(1).float()  # (N, 64)
    # at most 4 bits differ: like itself alone
    kept = (torch.cdist(bits, bits) < 2.1).sum(dim=1) == 1
    return images[kept], labels[kept]


def split(images, labels, pictures, seed):
    """Return train, val and test; the test part is always the same."""
    fixed = torch.Generator().manual_seed(0)
    drawn = torch.Generator().manual_seed(1000 + seed)
    order = torch.randperm(len(labels), generator=fixed)
    rows = []
    for label in labels.unique():
        own = order[labels[order] == label]
        tests, vals = min(100, len(own) // 5), min(50, len(own) // 10)
        rest = own[tests:][torch.randperm(len(own) - tests, generator=drawn)]
        rows.append((rest[vals:][:pictures], rest[:vals], own[:tests]))
    parts = [torch.cat(part) for part in zip(*rows, strict=True)]
    return [(images[part], labels[part]) for part in parts]


def build_body(given):
    """Return all but the last layer: (B, 3, H, W) -> (B, F)."""
    if given == "pixels":
        return nn.Sequential(nn.AdaptiveAvgPool2d(16), nn.Flatten())
    name = ["mobilenet_v2", "squeezenet1_1"]["squeezenet" in given]
    online = given if given == "DEFAULT" else None
    model = models.get_model(name, weights=online)
    if given not in ("random", "DEFAULT"):
        model.load_state_dict(torch.load(given, weights_only=True))
    pool = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2)
    return nn.Sequential(v2.Normalize(MEAN, STD), model.features, *pool)


@torch.no_grad()
def predict(model, images, device):
    """Read whole photos, a few at a time."""
    model.eval()
    return torch.cat([model(x.to(device) / 255) for x in images.split(8)]).cpu()


def measure(logits, labels):
    """Return loss and accuracy."""
    loss = nn.functional.cross_entropy(logits, labels).item()
    return loss, (logits.argmax(dim=1) == labels).float().mean().item()


def solve(features, labels, penalty):
    """Solve a linear classifier on features to its end."""
    scale = features.std()
    head = nn.Linear(features.shape[1], len(labels.unique()))
    optimizer = torch.optim.LBFGS(
        head.parameters(), max_iter=1000, line_search_fn="strong_wolfe"
    )

    def closure():
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(head(features / scale), labels)
        loss = loss + penalty / len(labels) * head.weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    head.weight.data /= scale
    return head


def train_epoch(model, loader, optimizer, device):
    """Learn from a random piece of every photo once."""
    model.train()
    for images, labels in loader:
        crop = v2.RandomResizedCrop(images.shape[-1] * 3 // 4, (0.25, 1))
        augment = v2.Compose([crop, v2.RandomHorizontalFlip()])
        pieces = torch.stack([*map(augment, images)]).to(device)
        logits = model(pieces / 255)  # (B, C)
        loss = nn.functional.cross_entropy(logits, labels.to(device))
        if not loss.isfinite():
            raise SystemExit("the loss is not finite: lower --rate")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def fit(model, parts, args):
    """Train until the best loss on val is long ago; return that model."""
    train, (images, labels), _ = parts
    loader = DataLoader(TensorDataset(*train), 32, shuffle=True)
    history = [measure(predict(model, images, args.device), labels)]
    slow = args.rate / (10 if args.mode == "finetune" else 1)
    optimizer = torch.optim.AdamW(model[1].parameters(), lr=args.rate)
    optimizer.add_param_group({"params": model[0].parameters(), "lr": slow})
    least, most = {"scratch": (20, 60), "head": (0, 0)}.get(args.mode, (6, 30))
    most = most if args.data else min(most, 6)
    best_model, best = copy.deepcopy(model), 0
    while len(history) - 1 < min(most, max(least, 1.5 * best)):
        for _ in range(max(1, 150 // len(train[1]))):  # few: several times
            train_epoch(model, loader, optimizer, args.device)
        history.append(measure(predict(model, images, args.device), labels))
        if history[-1] < history[best]:
            best_model, best = copy.deepcopy(model), len(history) - 1
    return best_model, {"best_epoch": best, "history": history}


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description="Train on few photos.")
    add = parser.add_argument
    add("--data", help="a folder of class folders; None: bundled tiles")
    add("--weights", default="random", help="pixels, DEFAULT, a file (random)")
    add("--mode", choices=MODES, default="scratch", help="(scratch)")
    add("--pictures", type=int, default=10, help="of a class (10)")
    add("--rate", type=float, default=1e-3, help="penalty in head (0.001)")
    add("--seed", type=int, default=0, help="all but the test part (0)")
    add("--device", default="cpu", help=argparse.SUPPRESS)
    add("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    return parser.parse_args(argv)


def main(argv=None):
    args = parse_arguments(argv)
    torch.manual_seed(args.seed)
    data = read_folder(args.data) if args.data else bundled_tiles()
    parts = split(*without_copies(*data), args.pictures, args.seed)
    (images, labels), _, (test_images, test_labels) = parts
    body = build_body("random" if args.mode == "scratch" else args.weights)
    body.to(args.device, memory_format=torch.channels_last)  # faster
    head, started = nn.LazyLinear(len(labels.unique())), time.process_time()
    if args.mode.startswith("head"):
        twice = torch.cat([images, images.flip(-1)])  # and mirrored
        features = predict(body, twice, args.device)
        penalty = args.rate if args.mode == "head" else PENALTY
        head = solve(features, labels.repeat(2), penalty)
    solved, model = time.process_time(), nn.Sequential(body, head)
    model, results = fit(model.to(args.device), parts, args)
    fitted, sizes = time.process_time(), [len(part[1]) for part in parts]
    reached = measure(predict(model, test_images, args.device), test_labels)
    print(f"photos {sizes}: {reached[1]:.1%} of the last are right")
    counts = [sum(x.numel() for x in part.parameters()) for part in model]
    results |= {"head_seconds": solved - started, "parameters": counts}
    results |= {"fit_seconds": fitted - solved, "rate": args.rate}
    results |= {"test_accuracy": reached[1], "sizes": sizes}
    return {"mode": args.mode, "classes": len(labels.unique()), **results}


def draw(results, sweeps=None):
    """Draw accuracy over photos a class: mean and spread of each way."""
    named = sweeps or {f"{results['mode']}_at_": [results]}
    _, axes = plt.subplots(num="accuracy", subplot_kw={"ylim": (-0.1, 0.8)})
    for way in {n.partition("_at_")[0]: 0 for n in named if "_at_" in n}:
        sets = [x for n, x in named.items() if n.startswith(f"{way}_at_")]
        photos = [runs[0]["sizes"][0] / runs[0]["classes"] for runs in sets]
        got = torch.tensor([[run["test_accuracy"] for run in x] for x in sets])
        name = way.replace("random", "random features")
        axes.errorbar(photos, got.mean(1), got.std(1, correction=0), label=name)
    axes.set(xscale="log", xlabel="photos a class", ylabel="test accuracy")
    axes.legend(loc="lower center", ncols=2)


if __name__ == "__main__":
    draw(main())
    plt.show()
