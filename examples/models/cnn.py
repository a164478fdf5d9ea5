"""Train a CNN on colour pictures, with augmentation and without.

Shapes: B batch, N data set, C channels, S side: (3, 8, 8), MNIST (1, 28, 28)
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python cnn.py --epochs 80 --seed 0
Source: PyTorch documentation, affine_grid; LeCun, Cortes and Burges, The MNIST
    Database
"""

import argparse
import gzip
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import affine_grid, grid_sample
from torch.optim.lr_scheduler import OneCycleLR
from torch.utils.data import DataLoader, TensorDataset


def load_splits(folder):
    """Return images and labels to train, validate and test."""
    if folder:
        return read_mnist(folder)
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
    images = paint(images.unsqueeze(1))  # (N, 8, 8) -> (N, 3, 8, 8)
    labels = torch.tensor(digits.target)  # (N,)
    parts = slice(384), slice(1157, 1415)  # few: three forms of nine
    return [(images[part], labels[part]) for part in parts]


def paint(images):
    """Give each picture a colour of its ink and one of its paper."""
    paper, ink = torch.rand(2, len(images), 3, 1, 1)
    return paper + (ink - paper) * images  # (N, 3, S, S)


def read_mnist(folder):
    """Read the four files; keep the last 10,000 of 60,000 to validate."""
    files = sorted(Path(folder).rglob("*ubyte.gz"))  # t10k, then train
    if not files:
        raise SystemExit(f"no *ubyte.gz of MNIST in {folder}")
    data = []
    for file in files:
        header = 16 if "images" in file.name else 8  # bytes
        values = bytearray(gzip.decompress(file.read_bytes()))
        data.append(torch.frombuffer(values, dtype=torch.uint8, offset=header))
    test_images, images = (x.view(-1, 1, 28, 28) / 255 for x in data[::2])
    test_labels, labels = (x.long() for x in data[1::2])
    parts = slice(50000), slice(50000, 60000)
    splits = [(images[part], labels[part]) for part in parts]
    return [*splits, (test_images, test_labels)]


def block(channels, filters):
    """Convolve, normalize, cut off what is negative; the size stays."""
    convolution = nn.Conv2d(channels, filters, 3, padding=1, bias=False)
    return convolution, nn.BatchNorm2d(filters), nn.ReLU()


class ColourCNN(nn.Module):
    def __init__(self, channels, side):
        super().__init__()
        self.features = nn.Sequential(
            *block(channels, 16),  # (B, 16, S, S)
            nn.MaxPool2d(2),
            *block(16, 32),  # (B, 32, S/2, S/2)
            nn.MaxPool2d(2),
            *block(32, 64),  # (B, 64, S/4, S/4)
            nn.MaxPool2d(2),
            *block(64, 128),  # (B, 128, S/8, S/8)
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),  # the batch stays, whatever its size
            nn.Dropout(0.3),
            nn.Linear(128 * (side // 8) ** 2, 10),
        )

    def forward(self, images):
        return self.classifier(self.features(images))  # (B, 10)


def augment(images):
    """Distort, shift and recolour each picture, each its own way."""
    matrices = torch.eye(2, 3) + 0.3 * torch.rand(len(images), 2, 3) - 0.15
    grid = affine_grid(matrices, images.shape, align_corners=False)
    moved = grid_sample(images, grid, "bilinear", "border", False)
    order = torch.rand(images.shape[:2]).argsort(dim=1)  # (B, C)
    return moved.take_along_dim(order[:, :, None, None], dim=1)


CHANGES = {"none": nn.Identity(), "augmented": augment}


def train_epoch(model, loader, criterion, optimizer, scheduler, change, device):
    """Learn from every batch once; return the accuracy on what it saw."""
    model.train()
    correct = 0
    for images, labels in loader:
        images, labels = change(images).to(device), labels.to(device)
        logits = model(images)  # (B, C, S, S) -> (B, 10)
        loss = criterion(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()  # the rate of the next batch
        correct += (logits.argmax(dim=1) == labels).sum().item()
    if not loss.isfinite():
        raise SystemExit("loss is not finite: lower the learning rate")
    return correct / len(loader.dataset)


@torch.no_grad()
def evaluate(model, split, device):
    model.eval()
    images, labels = split
    logits = torch.cat([model(x.to(device)).cpu() for x in images.split(1000)])
    loss = nn.functional.cross_entropy(logits, labels).item()
    return loss, (logits.argmax(dim=1) == labels).float().mean().item()


def train(way, train_data, val_data, args):
    """Return the model, and accuracies over the epochs."""
    torch.manual_seed(args.seed)
    model = ColourCNN(*train_data[0].shape[1:3]).to(args.device)
    model.to(memory_format=torch.channels_last)  # faster on a CPU
    optimizer = torch.optim.AdamW(model.parameters())
    loader = DataLoader(TensorDataset(*train_data), 64, shuffle=True)
    scheduler = OneCycleLR(optimizer, args.rate, args.epochs * len(loader))
    tools = nn.CrossEntropyLoss(), optimizer, scheduler, CHANGES[way]
    history = {"train_accuracy": [], "val_accuracy": []}
    for epoch in range(1, args.epochs + 1):
        seen = train_epoch(model, loader, *tools, args.device)
        _, accuracy = evaluate(model, val_data, args.device)
        history["train_accuracy"].append(seen)
        history["val_accuracy"].append(accuracy)
        print(f"epoch {epoch}", end="\r", file=sys.stderr, flush=True)
        if epoch == args.epochs or epoch % 20 == 0:
            print(f"{way:9} {epoch:3}  training {seen:.3f}  val {accuracy:.3f}")
    return model, history


def show_parts(images):
    """Print the shape that each part returns."""
    model = ColourCNN(*images.shape[1:3])
    print("images    ", *images.shape)
    for name, part in model.named_children():
        images = part(images)
        print(f"{name:10}", *images.shape)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", metavar="FOLDER", help="of MNIST")
    parser.add_argument("--epochs", type=int, default=80, help="(%(default)s)")
    parser.add_argument("--rate", type=float, default=0.01, help="(0.01)")
    parser.add_argument("--ways", nargs="+", choices=CHANGES, default=CHANGES)
    parser.add_argument("--seed", type=int, default=0, help="(%(default)s)")
    parser.add_argument("--device", default="cpu", help="(%(default)s)")
    parser.add_argument("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    args = parser.parse_args(argv)
    torch.manual_seed(args.seed)
    train_data, val_data, *test_data = load_splits(args.data)
    show_parts(train_data[0][:64])
    results = {}
    for way in args.ways:
        model, results[way] = train(way, train_data, val_data, args)
        results[f"training_{way}"] = results[way]["train_accuracy"][-1]
        results[f"validation_{way}"] = results[way]["val_accuracy"][-1]
    for test in test_data:  # once, by the network trained last
        _, results["test_accuracy"] = evaluate(model, test, args.device)
        print(f"test accuracy {results['test_accuracy']:.4f}")
    return results


def draw(results):
    """Draw accuracy over the epochs, and what augmentation makes."""
    _, axes = plt.subplots(num="curves", figsize=(5, 2.4))
    for way in CHANGES:
        axes.plot(results[way]["val_accuracy"], label=way)
        seen = results[way]["train_accuracy"]
        axes.plot(seen, "--", label=f"training, {way}")
    axes.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1))
    axes.legend()
    torch.manual_seed(0)
    images = load_splits(None)[0][0][:4]
    rows = torch.stack([images, augment(images)]).permute(0, 3, 1, 4, 2)
    plt.figure("pictures", (5, 2.5)).add_subplot().axis("off")
    # few colours, small file
    plt.imshow((rows.reshape(16, 32, 3) * 4).round() / 4)


if __name__ == "__main__":
    draw(main())
    plt.show()
