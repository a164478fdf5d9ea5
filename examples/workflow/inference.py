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

criterion = nn.CrossEntropyLoss()


def parse_arguments(argv):
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
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
            loss = criterion(model(images), labels)
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
    prediction, confidence = predict(model, make_fit(scans[0]), device)
    print(f"new picture: {prediction.item()}, {confidence.item():.0%} sure")
    fit = torch.cat([make_fit(scan) for scan in scans])
    correct = predict(model, fit, device)[0] == labels
    predictions, confidence = predict(model, 1 - fit, device)  # not inverted
    shares = [correct, predictions == labels, confidence]
    names = "fit", "not_inverted", "still_sure"
    pairs = zip(names, shares, strict=True)
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


def report(labels, predictions):
    """Print precision and recall; return the worst digit by each."""
    print(classification_report(labels, predictions, zero_division=0))
    rates = classification_report(labels, predictions, output_dict=True)
    worst = {}
    for measure in ("precision", "recall"):
        worst[measure] = min(range(10), key=lambda n: rates[str(n)][measure])
        print(f"lowest {measure}: {worst[measure]}")
    return worst


def gain_of_best(share, count, candidates=20):
    """Return how much the best of independent guessers gains by luck."""
    correct = torch.rand(500, candidates, count) < share  # 500 test sets
    best = correct.float().mean(dim=2).amax(dim=1)  # (500,)
    return best.mean().item() - share


def show_errors(model, images):
    """Leave out the batch dimension, then the channel dimension."""
    for wrong in (images[0], images.squeeze(1)):
        try:
            model(wrong)
        except (RuntimeError, ValueError) as error:
            print(f"{type(error).__name__}: {error}")


def draw(images, labels, predictions):
    _, axes = plt.subplots(num="confusion")
    axes.imshow(confusion_matrix(labels, predictions))
    axes.set(xlabel="predicted", ylabel="true digit")
    axes.set(xticks=range(10), yticks=range(10))
    wrong = (predictions != labels).nonzero().flatten()
    _, grid = plt.subplots(2, 6, num="mistakes", figsize=(5, 2.2))
    for axes, at in zip(grid.flat, wrong, strict=False):
        axes.imshow(images[at, 0], cmap="gray_r")
        axes.set_title(f"{labels[at]} -> {predictions[at]}")
        axes.axis("off")


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
    low, high = wilson_interval(correct.sum().item(), len(labels))
    accuracy = correct.float().mean().item()
    values = {"accuracy": accuracy, "low": low, "high": high}
    print(f"test: {correct.sum()} of {len(labels)} right", end=", ")
    print(f"interval {low:.3f} to {high:.3f}")
    values |= report(labels, predictions)
    for name, other in (("again", again), ("linear", linear)):
        also_correct = predict(other, images, args.device)[0] == labels
        results[name] = compare(correct, also_correct, name)
    gains = [gain_of_best(share, len(labels)) for share in (0.5, accuracy)]
    print(f"luck of the best of 20: {gains[0]:.3f}, here {gains[1]:.3f}")
    show_errors(model, images)
    draw(images, labels, predictions)
    shape = {"shape": list(predictions.shape), "dtype": predictions.dtype}
    return {**results, **values, "gains": gains, "predictions": shape}


if __name__ == "__main__":
    main()
    plt.show()
