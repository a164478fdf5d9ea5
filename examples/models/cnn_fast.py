"""Train a CNN in a fraction of the time, one step of the speed-up at a time.

Shapes: B batch, N data set, S side: 8, of MNIST 28; a picture is (1, S, S)
Needs: torch 2.11 or newer, torchvision, scikit-learn, matplotlib
Run: python cnn_fast.py --data FOLDER --epochs 1 --threads 2
Source: PyTorch documentation, Performance Tuning Guide, OneCycleLR;
    Smith and Topin 2018, Super-Convergence; LeCun, Cortes and Burges, The
    MNIST Database
"""

import argparse
import gzip
import sys
import time
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from PIL import Image
from sklearn.datasets import load_digits
from torch import nn
from torch.optim.lr_scheduler import LambdaLR, OneCycleLR
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.sampler import BatchSampler, RandomSampler
from torchvision import transforms

# Each way keeps the changes before it.
WAYS = "simple", "tensor", "smaller", "stride", "layout", "batches", "one_cycle"
MEAN, STD = 0.1307, 0.3081  # of MNIST's training pictures
NORMALIZE = transforms.Normalize((MEAN,), (STD,))
TRANSFORM = transforms.Compose([transforms.ToTensor(), NORMALIZE])


class Transformed(TensorDataset):
    """Make a picture, then a tensor, each time one is asked for."""

    def __getitem__(self, index):
        image, label = super().__getitem__(index)
        return TRANSFORM(Image.fromarray(image.numpy())), label.item()


def load_data(args):
    """Return bytes to train on, and those held out."""
    if args.data:
        (images, labels), held_out = read_files(args.data)
        if args.test:
            return (images, labels), held_out
        parts = slice(50000), slice(50000, 60000)
    else:
        digits = load_digits()
        images = torch.tensor(digits.images * 15).byte()  # 0..240
        labels = torch.tensor(digits.target)  # (N,)
        parts = slice(1157), slice(1157, 1415)  # forms 1-9, 10-11
    return [(images[part], labels[part]) for part in parts]


def read_files(folder):
    """Return images and labels: 60,000 to train, 10,000 to test."""
    files = sorted(Path(folder).rglob("*ubyte.gz"))  # t10k, then train
    if not files:
        raise SystemExit(f"no *ubyte.gz of MNIST in {folder}")
    data = []
    for file in files:
        header = 16 if "images" in file.name else 8  # bytes
        values = bytearray(gzip.decompress(file.read_bytes()))
        data.append(torch.frombuffer(values, dtype=torch.uint8, offset=header))
    held_images, images = (values.view(-1, 28, 28) for values in data[::2])
    held_labels, labels = (values.long() for values in data[1::2])
    return (images, labels), (held_images, held_labels)


def make_loader(images, labels, size, in_memory, shuffle):
    if not in_memory:
        return DataLoader(Transformed(images, labels), size, shuffle=shuffle)
    dataset = TensorDataset((images.unsqueeze(1) / 255 - MEAN) / STD, labels)
    order = RandomSampler(dataset) if shuffle else range(len(dataset))
    batches = BatchSampler(order, size, drop_last=False)
    return DataLoader(dataset, batch_size=None, sampler=batches)


def make_model(side, steps):
    if "smaller" not in steps:
        first = nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU()
        second = nn.MaxPool2d(2), nn.Dropout(0.25), nn.Flatten()
        third = nn.Linear(64 * (side // 2 - 2) ** 2, 128), nn.ReLU()
        head = nn.Dropout(0.5), nn.Linear(128, 10)
        return nn.Sequential(*first, *second, *third, *head)
    first = nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)
    if "stride" in steps:
        first = nn.Conv2d(1, 16, 5, padding=2, stride=2), nn.ReLU()
    second = nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
    head = nn.Flatten(), nn.Linear(32 * (side // 4) ** 2, 10)
    return nn.Sequential(*first, *second, *head)


def make_optimizer(weights, updates, steps):
    if "one_cycle" in steps:
        optimizer = torch.optim.AdamW(weights)
        return optimizer, OneCycleLR(optimizer, 0.01, updates)
    optimizer = torch.optim.Adadelta(weights, lr=1.0)
    return optimizer, LambdaLR(optimizer, lambda update: 1.0)


def timed(loader, waits):
    """Hand on the batches; note how long each was waited for."""
    asked = time.perf_counter()
    for batch in loader:
        waits.append(time.perf_counter() - asked)
        yield batch
        asked = time.perf_counter()


def train_epoch(model, batches, optimizer, scheduler, device):
    model.train()
    for images, labels in batches:
        logits = model(images.to(device))  # (B, 10)
        loss = nn.functional.cross_entropy(logits, labels.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()  # the rate of the next batch
    if not loss.isfinite():
        raise SystemExit("loss is not finite: lower the learning rate")


@torch.no_grad()
def count_correct(model, batches, device):
    model.eval()
    correct = 0
    for images, labels in batches:
        predictions = model(images.to(device)).argmax(dim=1).cpu()
        correct += (predictions == labels).sum().item()
    return correct


def fit(way, train_data, held_out, args):
    """Train one way; return its accuracy and where the time went."""
    steps = WAYS[: WAYS.index(way) + 1]
    torch.manual_seed(args.seed)
    began, waits = time.perf_counter(), []
    size, in_memory = 128 if "batches" in steps else 64, "tensor" in steps
    loader = make_loader(*train_data, size, in_memory, shuffle=True)
    held_loader = make_loader(*held_out, 1000, in_memory, shuffle=False)
    model = make_model(train_data[0].shape[-1], steps).to(args.device)
    if "layout" in steps:
        model.to(memory_format=torch.channels_last)
    tools = make_optimizer(model.parameters(), args.epochs * len(loader), steps)
    for _ in range(args.epochs):
        train_epoch(model, timed(loader, waits), *tools, args.device)
        correct = count_correct(model, timed(held_loader, waits), args.device)
    return {
        "accuracy": correct / len(held_out[1]),
        "parameters": sum(weights.numel() for weights in model.parameters()),
        "waiting_seconds": sum(waits),
        "total_seconds": time.perf_counter() - began,
    }


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", metavar="FOLDER", help="of MNIST")
    parser.add_argument("--test", action="store_true", help="at the very end")
    parser.add_argument("--epochs", type=int, default=8, help="(%(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="(%(default)s)")
    parser.add_argument("--device", default="cpu", help="(%(default)s)")
    parser.add_argument("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    args = parser.parse_args(argv)
    torch.set_num_threads(args.threads)
    parts, results = load_data(args), {}
    print("way         parameters   right")
    for way in WAYS if args.seed % 2 == 0 else WAYS[::-1]:
        result = results[way] = fit(way, *parts, args)
        told = "{parameters:11,} {accuracy:7.1%}"
        print(f"{way:10}", told.format(**result), flush=True)
        print(f"{result['total_seconds']:.1f} seconds", file=sys.stderr)
    simple = results["simple"]["total_seconds"]
    for result in results.values():
        result["ratio_of_seconds"] = simple / result["total_seconds"]
    return results | {"threads": args.threads}


def draw(results, sweeps=None):
    """Draw how long each way takes, and what it spends the time on."""
    runs = (sweeps or {}).get("mnist") or [results]
    _, axes = plt.subplots(num="seconds", figsize=(5, 2.4))
    for part in ("total", "waiting"):
        rows = [[run[way][f"{part}_seconds"] for way in WAYS] for run in runs]
        axes.barh(WAYS, torch.tensor(rows).mean(dim=0).tolist(), label=part)
    axes.set(xlabel="seconds", ylim=(6.5, -0.5))  # the first on top
    axes.legend()


if __name__ == "__main__":
    draw(main())
    plt.show()
