"""Cure rare classes: weights in the loss, a sampler, or shifted logits.

Of the ten digits, 100 training pictures of the 0 are kept, and fewer and
fewer up to four of the 9. Validation has about equally many of each.

Shapes: B batch, N pictures, C classes (10); a picture is (64,)
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python rare_classes.py --fewer 0.6
Source: Menon et al. 2021, Long-Tail Learning via Logit Adjustment
"""

import argparse
import sys

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler

WAYS = ["untreated", "loss_weights", "sampler", "shifted_loss"]
RATES = [1e-3, 3e-3, 1e-2, 3e-2, 1e-1]


def load_data(fewer):
    """Return the kept training pictures (forms 1-9) and validation."""
    digits = load_digits()
    images = torch.tensor(digits.data, dtype=torch.float32) / 16  # (N, 64)
    labels = torch.tensor(digits.target)  # (N,)
    train_images, train_labels = images[:1157], labels[:1157]
    kept = [round(100 * fewer**digit) for digit in range(10)]
    rows = [torch.where(train_labels == x)[0][:n] for x, n in enumerate(kept)]
    rows = torch.cat(rows)
    train = train_images[rows], train_labels[rows]
    return train, (images[1157:1415], labels[1157:1415])


def make_loader(train, counts, way):
    """Return batches; the sampler draws each class equally often."""
    data = TensorDataset(*train)
    if way != "sampler":
        return DataLoader(data, 64, shuffle=True)
    weights = 1 / counts[train[1]]  # one for each picture
    return DataLoader(
        data, 64, sampler=WeightedRandomSampler(weights, len(data))
    )


def learn(train, counts, way, rate, args):
    """Train a small network in one way."""
    model = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    model.to(args.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    prior = (counts / counts.sum()).log().to(args.device)  # (C,)
    weight = (1 / counts).to(args.device) if way == "loss_weights" else None
    for _ in range(args.epochs):
        for images, labels in make_loader(train, counts, way):
            logits = model(images.to(args.device))  # (B, C)
            if way == "shifted_loss":
                logits = logits + prior  # only in training
            labels = labels.to(args.device)
            loss = nn.functional.cross_entropy(logits, labels, weight)
            if not loss.isfinite():
                raise SystemExit("the loss is not finite: lower the rate")
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model, prior


def measure_shares(logits, labels, counts):
    """Return accuracy: macro, of rare, of common, and as often as trained."""
    right = (logits.argmax(dim=1) == labels).float()
    shares = torch.stack([right[labels == x].mean() for x in range(10)])
    usual = (shares * counts / counts.sum()).sum()
    means = [shares.mean(), shares[7:].mean(), shares[:3].mean(), usual]
    return [mean.item() for mean in means]


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--fewer", type=float, default=0.7, help="of each digit (%(default)s)")
    add("--epochs", type=int, default=40, help="(%(default)s)")
    add("--seed", type=int, default=0, help="(%(default)s)")
    add("--device", default="cpu", help=argparse.SUPPRESS)
    add("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    return parser.parse_args(argv)


def main(argv=None):
    args = parse_arguments(argv)
    torch.manual_seed(args.seed)
    train, (images, labels) = load_data(args.fewer)
    counts = train[1].bincount()
    rows = {way: [] for way in [*WAYS, "shifted_after"]}
    for way in WAYS:
        for rate in RATES:
            print(f"rate {rate:<5g}", end="\r", file=sys.stderr, flush=True)
            model, prior = learn(train, counts, way, rate, args)
            with torch.no_grad():
                logits = model(images.to(args.device))
            rows[way].append(measure_shares(logits.cpu(), labels, counts))
            if way == "untreated":  # the same network, corrected afterwards
                shifted = (logits - prior).cpu()
                rows["shifted_after"].append(
                    measure_shares(shifted, labels, counts)
                )
    print("training pictures of each digit:", counts.tolist())
    print("best rate for each way   macro   rare common  usual")
    for way, row in rows.items():
        best = max(row)
        shown = "".join(f"{value:7.1%}" for value in best)
        print(f"{way:14} {RATES[row.index(best)]:8g} {shown}")
    best = {way: max(row) for way, row in rows.items()}
    chosen = {way: RATES[row.index(max(row))] for way, row in rows.items()}
    macro = {way: [one[0] for one in row] for way, row in rows.items()}
    rare = {way: [one[1] for one in row] for way, row in rows.items()}
    results = {"counts": counts.tolist(), "rates": RATES, "chosen": chosen}
    return results | {"best": best, "macro": macro, "rare": rare}


def draw(results, sweeps=None):
    """Draw the accuracy of the rare digits over the rate."""
    runs = (sweeps or {}).get("seeds") or [results]
    _, axes = plt.subplots(num="rates", figsize=(5, 2.4))
    for way in runs[0]["rare"]:
        mean = torch.tensor([run["rare"][way] for run in runs]).mean(dim=0)
        axes.plot(results["rates"], mean.tolist(), "o-", label=way)
    axes.set(xscale="log", xlabel="learning rate", ylabel="accuracy")
    axes.set(ylim=(0, 0.9))
    axes.legend(loc="lower right", ncols=2)


if __name__ == "__main__":
    draw(main())
    plt.show()
