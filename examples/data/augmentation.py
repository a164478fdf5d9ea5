"""Augment pictures: other versions in each epoch, for training only.

Shapes: N pictures, B batch; a digit is (1, 8, 8), the photo (3, 20, 20)
Needs: torch 2.11 or newer, torchvision, scikit-learn, matplotlib
Run: python augmentation.py --epochs 20 --rate 0.003 --seed 0
Source: torchvision documentation, transforms.v2
"""

import argparse
import math

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits, load_sample_image
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import InterpolationMode, v2
from torchvision.utils import make_grid


def move(degrees, share):
    """Turn, shift and resize at random, up to these limits."""
    return v2.RandomAffine(
        degrees,
        translate=(share, share),
        scale=(1 - share, 1 + share),
        interpolation=InterpolationMode.BILINEAR,
    )


WAYS = {
    "none": nn.Identity(),
    "weak": move(degrees=8, share=0.07),
    "medium": move(degrees=15, share=0.13),  # shifts by up to a pixel
    "strong": move(degrees=45, share=0.3),
    "mirror": v2.RandomHorizontalFlip(p=0.5),
    "upside_down": v2.RandomVerticalFlip(p=0.5),
}


class Augmented(Dataset):
    """Pictures that are changed each time they are taken out."""

    def __init__(self, images, labels, transform):
        self.images, self.labels = images, labels
        self.transform = transform

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.transform(self.images[index]), self.labels[index]


def load_parts():
    """Return training pictures of two forms, validation pictures of two."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
    images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
    labels = torch.tensor(digits.target)  # (N,)
    train_data = images[:256], labels[:256]  # few: two forms of nine
    return train_data, (images[1157:1415], labels[1157:1415])


def make_model():
    return nn.Sequential(
        nn.Conv2d(1, 16, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),  # (B, 16, 4, 4)
        nn.Conv2d(16, 32, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.Flatten(),  # (B, 512)
        nn.Linear(512, 10),
    )


def count_versions(images, labels, epochs=5):
    """Count how many different pictures a few epochs show."""
    results = {}
    for way in ("none", "mirror", "medium"):
        dataset = Augmented(images, labels, WAYS[way])
        seen = [image for _ in range(epochs) for image, _ in dataset]
        results[way] = len(torch.stack(seen).unique(dim=0))
        print(f"{way:12} length {len(dataset)}, different {results[way]}")
    batch = images[:1].repeat(8, 1, 1, 1)  # one picture 8 times
    together = len(WAYS["medium"](batch).unique(dim=0))
    print(f"8 copies turned as one batch: different {together}")
    return {"versions": results, "together": together}


def train_epoch(model, loader, criterion, optimizer, device):
    model.train()
    total_loss, correct = 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)  # (B, 1, 8, 8) -> (B, 10)
        loss = criterion(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(labels)
        correct += (logits.argmax(dim=1) == labels).sum().item()
    return total_loss / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def find_correct(model, images, labels, device):
    model.eval()
    predictions = model(images.to(device)).argmax(dim=1).cpu()
    return (predictions == labels).float()  # (N,)


def train(transform, train_data, val_data, args):
    """Return accuracies over the epochs, and of each digit at the end."""
    torch.manual_seed(args.seed)
    model = make_model().to(args.device)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=args.rate)
    dataset = Augmented(*train_data, transform)
    loader = DataLoader(dataset, batch_size=32, shuffle=True)
    images, labels = val_data
    history = {"train_accuracy": [], "val_accuracy": []}
    for _ in range(args.epochs):
        loss, accuracy = train_epoch(
            model, loader, criterion, optimizer, args.device
        )
        if not math.isfinite(loss):
            raise SystemExit("loss is not finite: lower the learning rate")
        correct = find_correct(model, images, labels, args.device)
        history["train_accuracy"].append(accuracy)
        history["val_accuracy"].append(correct.mean().item())
    by_digit = [correct[labels == digit].mean().item() for digit in range(10)]
    plain = find_correct(model, *train_data, args.device).mean().item()
    moved = v2.functional.affine(images, 15, [1, 0], 1, [0, 0])
    moved = find_correct(model, moved, labels, args.device).mean().item()
    return history | {"by_digit": by_digit, "plain": plain, "moved": moved}


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--epochs", type=int, default=20, help="(%(default)s)")
    parser.add_argument("--rate", type=float, default=0.003, help="(0.003)")
    parser.add_argument("--seed", type=int, default=0, help="(%(default)s)")
    parser.add_argument("--device", default="cpu", help="(%(default)s)")
    parser.add_argument("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    args = parser.parse_args(argv)
    torch.manual_seed(args.seed)
    train_data, val_data = load_parts()
    results = count_versions(*train_data) | {"by_digit": {}}
    results["digits"] = list(range(10))
    print("way          training, unchanged, validation third, last, moved")
    for way, transform in WAYS.items():
        result = train(transform, train_data, val_data, args)
        result["in_training"] = result["train_accuracy"][-1]
        result["third"] = result["val_accuracy"][:3][-1]  # 3 epochs
        result["late"] = result["val_accuracy"][-1]
        shown = ("in_training", "plain", "third", "late", "moved")
        print(f"{way:12}", *(f"{result[x]:6.3f}" for x in shown), flush=True)
        results["by_digit"][way] = result.pop("by_digit")
        results[way] = result
    return results


def draw(results):
    """Draw versions of a photo, and accuracy over the epochs."""
    _, axes = plt.subplots(num="epochs")
    for way in ("none", "medium"):
        axes.plot(results[way]["val_accuracy"], label=way)
    axes.plot(results["medium"]["train_accuracy"], label="training, medium")
    axes.set(xlabel="epoch", ylabel="accuracy", ylim=(0.5, 1))
    axes.legend()
    crop = v2.RandomResizedCrop(20, scale=(0.3, 1), ratio=(0.75, 1.33))
    plot_versions("crops", crop=crop, flip=v2.RandomHorizontalFlip())
    noise = v2.GaussianNoise(sigma=0.1)
    plot_versions("changes", rotation=v2.RandomRotation(20), noise=noise)


def plot_versions(name, **transforms):
    """Draw a photo, and what a transform makes of it three times."""
    torch.manual_seed(0)
    photo = torch.tensor(load_sample_image("china.jpg")).permute(2, 0, 1)
    photo = v2.functional.center_crop(photo, [427, 427])
    photo = v2.functional.resize(photo, [20, 20]) / 255  # (3, 20, 20)
    _, rows = plt.subplots(2, num=name, figsize=(5, 2.2))
    for axes, (title, transform) in zip(rows, transforms.items(), strict=True):
        versions = [photo, *(transform(photo) for _ in range(3))]
        image = make_grid(versions, nrow=4, padding=1, pad_value=1)
        image = v2.functional.to_pil_image(image)
        axes.imshow(image.quantize(16).convert("RGB"))  # 16 colours
        axes.set(title=title, xticks=[], yticks=[])


if __name__ == "__main__":
    draw(main())
    plt.show()
