"""Step 9, inference: classify a new picture, then the test data, once.

A small network is trained, saved and loaded again. Then come the accuracy
and its interval, the mistakes, and what a comparison of two models says.

Shapes: N pictures; a picture is (1, 8, 8), there are 10 classes
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python inference.py
Source: PyTorch documentation, "torch.load", "torch.inference_mode";
scikit-learn, "classification_report"; Wilson (1927) for the interval
"""

import argparse
import math
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from sklearn.metrics import classification_report, confusion_matrix
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=8, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="(%(default)s)")
    parser.add_argument("--device", default="cpu", help="(%(default)s)")
    parser.add_argument("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    return parser.parse_args(argv)


def load_data():
    """Return forms 1-9 to train, 10-11 to validate, 12-14 to test."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
    images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
    data = TensorDataset(images, torch.tensor(digits.target))
    parts = slice(1157), slice(1157, 1415), slice(1415, None)
    return [TensorDataset(*data[part]) for part in parts]


def make_model():
    return nn.Sequential(
        nn.Conv2d(1, 32, kernel_size=3, padding=1, bias=False),
        nn.BatchNorm2d(32),
        nn.ReLU(),  # (B, 32, 8, 8)
        nn.MaxPool2d(2),  # (B, 32, 4, 4)
        nn.Flatten(),  # (B, 512)
        nn.Dropout(0.2),
        nn.Linear(512, 10),
    )


def train(model, loader, args):
    """Train for some epochs; step 8 shows how to validate as well."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    model.to(args.device).train()
    for _ in range(args.epochs):
        for images, labels in loader:
            images, labels = images.to(args.device), labels.to(args.device)
            loss = nn.functional.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    if not math.isfinite(loss.item()):
        raise SystemExit("the loss is not finite: lower the learning rate")
    return model


def save_and_load(model, device):
    """Save the weights, and load them into a network made anew."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "best.pt"
        torch.save(model.state_dict(), path)
        state = torch.load(path, map_location=device)
    loaded = make_model().to(device)
    loaded.load_state_dict(state)
    return loaded.eval()  # dropout off, BatchNorm uses what it stored


def make_fit(scan):
    """Turn dark ink on white, (H, W), 0..255, into (1, 1, 8, 8), 0..1."""
    picture = 1 - scan.float() / 255  # light on dark, as in training
    picture = picture.unsqueeze(0).unsqueeze(0)  # (H, W) -> (1, 1, H, W)
    return nn.functional.interpolate(picture, size=(8, 8), mode="area")


def try_scans(model, images, labels, device):
    """Classify scans of digits, made fit and as they come."""
    large = nn.functional.interpolate(images, size=(24, 24), mode="bilinear")
    scans = (255 * (1 - large)).byte().squeeze(1)  # (N, 24, 24), dark ink
    fit = torch.cat([make_fit(scan) for scan in scans])  # (N, 1, 8, 8)
    answers, sure = predict(model, fit, device)
    print(f"new picture: {answers[0]}, {sure[0]:.0%} sure")
    as_it_is, still_sure = predict(model, 1 - fit, device)  # not inverted
    shares = answers == labels, as_it_is == labels, still_sure
    pairs = zip(("fit", "not_inverted", "still_sure"), shares, strict=True)
    return {name: share.float().mean().item() for name, share in pairs}


@torch.inference_mode()
def predict(model, images, device):
    """Return the answers, (N,), and how probable each seems, (N,)."""
    logits = model.eval()(images.to(device))  # (N, 10)
    confidence, predictions = logits.softmax(dim=1).max(dim=1)
    return predictions.cpu(), confidence.cpu()


def wilson_interval(correct, count, z=1.96):
    """Return between which shares the true one lies, in 95 of 100 cases."""
    share, spread = correct / count, z**2 / count
    middle = share + spread / 2
    half = z * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    return (middle - half) / (1 + spread), (middle + half) / (1 + spread)


def compare(first, second, name):
    """Count the pictures on which only one is right, and toss coins."""
    first_only = (first & ~second).sum().item()
    only = first_only + (second & ~first).sum().item()
    most = max(first_only, only - first_only)
    ways = sum(math.comb(only, k) for k in range(most, only + 1))
    p_value = min(1.0, 2 * ways / 2**only)
    print(f"{name}: {first_only} to {only - first_only}, p {p_value:.2g}")
    return {"differ": only, "first_only": first_only, "p_value": p_value}


def gain_of_best(share, count, candidates=20):
    """Return how much the best of independent guessers gains by luck."""
    correct = torch.rand(500, candidates, count) < share  # 500 test sets
    best = correct.float().mean(dim=2).amax(dim=1)  # (500,)
    return best.mean().item() - share


def measure(images, labels, predictions):
    """Return accuracy, interval, matrix and twelve mistakes."""
    correct = predictions == labels
    right, count = correct.sum().item(), len(labels)
    low, high = wilson_interval(right, count)
    print(f"test: {right} of {count} right, {low:.3f} to {high:.3f}")
    print(classification_report(labels, predictions, zero_division=0))
    rates = classification_report(labels, predictions, output_dict=True)
    for rate in ("precision", "recall"):
        worst = min("0123456789", key=lambda digit: rates[digit][rate])
        print(f"lowest {rate}: {worst}")
    gains = [gain_of_best(share, count) for share in (0.5, right / count)]
    print(f"luck of the best of 20: {gains[0]:.3f}, here {gains[1]:.3f}")
    wrong = (~correct).nonzero().flatten()[:12]
    columns = labels[wrong], predictions[wrong], images[wrong, 0]
    return {
        "accuracy": right / count,
        "interval": [low, high],
        "gains": gains,
        "confusion": confusion_matrix(labels, predictions).tolist(),
        "mistakes": [column.tolist() for column in columns],
        "predictions": {"shape": [count], "dtype": predictions.dtype},
    }


def main(argv=None):
    args = parse_arguments(argv)
    torch.manual_seed(args.seed)
    train_data, val_data, test_data = load_data()
    loader = DataLoader(train_data, batch_size=64, shuffle=True)
    model = save_and_load(train(make_model(), loader, args), args.device)
    again = train(make_model(), loader, args)
    linear = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    linear = train(linear, loader, args)
    results = try_scans(model, *val_data[:], args.device)

    images, labels = test_data[:]  # from here on, and nothing is chosen
    predictions, _ = predict(model, images, args.device)
    correct = predictions == labels
    results |= measure(images, labels, predictions)
    for name, other in (("again", again), ("linear", linear)):
        also_correct = predict(other, images, args.device)[0] == labels
        results[name] = compare(correct, also_correct, name)
    try:
        model(images[0])  # no batch dimension
    except ValueError as error:
        print(f"ValueError: {error}")
    return results


def draw(results):
    """Draw the confusion matrix and some of the mistakes."""
    _, axes = plt.subplots(num="confusion")
    axes.imshow(results["confusion"])
    axes.set(xlabel="predicted", ylabel="true digit")
    axes.set(xticks=range(10), yticks=range(10))
    _, grid = plt.subplots(2, 6, num="mistakes", figsize=(5, 2.2))
    mistakes = zip(*results["mistakes"], strict=True)
    for axes, mistake in zip(grid.flat, mistakes, strict=False):
        label, answer, picture = mistake
        axes.imshow(picture, cmap="gray_r")
        axes.set_title(f"{label} -> {answer}")
        axes.axis("off")


if __name__ == "__main__":
    draw(main())
    plt.show()
