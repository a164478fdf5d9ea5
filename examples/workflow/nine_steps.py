"""Train a network to read handwritten digits: nine steps in one file.

1 look at the data, 2 Dataset, 3 DataLoader, 4 network, 5 forward pass,
6 loss, 7 optimizer, 8 train and validate, 9 test on other writers.

Shapes: B batch, N data set; a picture is (1, 8, 8), there are 10 classes
Run: python nine_steps.py --model cnn --seed 0
Source: scikit-learn, load_digits; PyTorch documentation, torch.nn
"""

import argparse
import contextlib
import copy
import math
import sys
import tempfile
from pathlib import Path

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

SIZES = [1120, 280, 397]  # train, val, test


class Digits(Dataset):
    """Step 2: pair every picture with its label."""

    def __init__(self, images: Tensor, labels: Tensor) -> None:
        self.images = images  # (N, 1, 8, 8), values 0..1
        self.labels = labels  # (N,)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.images[index], self.labels[index]


def load_splits(split: str) -> tuple[Digits, Digits, Digits]:
    """Step 1: read the data and split it into train, val and test."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
    images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
    labels = torch.tensor(digits.target)  # (N,)
    generator = torch.Generator().manual_seed(0)  # same split every run
    order = torch.arange(len(labels))
    if split == "random":  # mixes the writers
        order = torch.randperm(len(labels), generator=generator)
    mixed = torch.randperm(SIZES[0] + SIZES[1], generator=generator)
    order[: len(mixed)] = order[mixed]
    train, val, test = (
        Digits(images[part], labels[part]) for part in order.split(SIZES)
    )
    return train, val, test


class MLP(nn.Module):
    """Step 4: two linear layers on a row of pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(),  # (B, 1, 8, 8) -> (B, 64)
            nn.Linear(64, 128),
            nn.ReLU(),
            nn.Dropout(0.2),
            nn.Linear(128, 10),  # (B, 128) -> (B, 10)
        )

    def forward(self, images: Tensor) -> Tensor:
        return self.layers(images)


class CNN(nn.Module):
    """Step 4: three convolutions, then one linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(),  # (B, 16, 8, 8)
            nn.Conv2d(16, 32, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(2),  # (B, 32, 4, 4)
            nn.Conv2d(32, 64, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(2),  # (B, 64, 2, 2)
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),  # (B, 256)
            nn.Dropout(0.3),
            nn.Linear(256, 10),  # (B, 10)
        )

    def forward(self, images: Tensor) -> Tensor:
        return self.classifier(self.features(images))


def train_epoch(model, loader, criterion, optimizer, device):
    """Step 8: learn from every batch once; return loss and accuracy."""
    model.train()
    total_loss, correct, count = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)  # (B, 1, 8, 8) -> (B, 10)
        loss = criterion(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(labels)
        correct += (logits.argmax(dim=1) == labels).sum().item()
        count += len(labels)
    return total_loss / count, correct / count


def evaluate(model, loader, criterion, device):
    """Steps 8 and 9: measure without learning."""
    model.eval()
    total_loss, correct, count = 0.0, 0, 0
    with torch.no_grad():
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            logits = model(images)  # (B, 1, 8, 8) -> (B, 10)
            total_loss += criterion(logits, labels).item() * len(labels)
            correct += (logits.argmax(dim=1) == labels).sum().item()
            count += len(labels)
    return total_loss / count, correct / count


def fit(model, train_loader, val_loader, criterion, optimizer, settings):
    """Step 8: train until validation stops improving; restore the best."""
    history, best = [], {"val_loss": math.inf}
    for epoch in range(1, settings.epochs + 1):
        row = {"epoch": epoch}
        row["train_loss"], row["train_accuracy"] = train_epoch(
            model, train_loader, criterion, optimizer, settings.device
        )
        row["val_loss"], row["val_accuracy"] = evaluate(
            model, val_loader, criterion, settings.device
        )
        history.append(row)
        if not math.isfinite(row["train_loss"] + row["val_loss"]):
            raise FloatingPointError(
                f"loss of epoch {epoch} is not finite: lower --learning-rate"
            )
        if row["val_loss"] < best["val_loss"]:
            best, state = row, copy.deepcopy(model.state_dict())
            save_checkpoint(state, settings)
        line = "epoch {:2}  train {:.3f} {:6.1%}  val {:.3f} {:6.1%}"
        print(line.format(*row.values()), flush=True)
        if epoch - best["epoch"] == settings.patience:
            break
    model.load_state_dict(state)
    return best, {name: [row[name] for row in history] for name in best}


def predict(model, loader, device):
    """Step 9: return the label that the model reads in each picture."""
    model.eval()
    with torch.no_grad():
        logits = torch.cat([model(images.to(device)) for images, _ in loader])
    return logits.argmax(dim=1).cpu()  # (N, 10) -> (N,)


def confusion_matrix(labels: Tensor, predictions: Tensor) -> Tensor:
    """Step 9: count pictures; row: true label, column: label read."""
    pairs = labels * 10 + predictions  # (N,), values 0..99
    return torch.bincount(pairs, minlength=100).reshape(10, 10)


def find_mistakes(data, predictions):
    """Step 9: collect the pictures that the model reads wrongly."""
    wrong = predictions != data.labels  # (N,)
    labels, read = data.labels[wrong].tolist(), predictions[wrong].tolist()
    pairs = zip(labels, read, strict=True)
    return {
        "pictures": (data.images[wrong, 0] * 16).int().tolist(),
        "captions": [f"{label} -> {other}" for label, other in pairs],
        "labels": labels,
        "predictions": read,
    }


def check_folder(out):
    """Fail before training if `out` cannot take a new checkpoint."""
    if out is None:
        return
    if Path(out, "best.pt").exists():
        raise OSError(f"{out} already holds a best.pt: choose another --out")
    try:
        Path(out).mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    except OSError as error:
        cause = f"cannot write to {out} ({error.strerror})"
        raise OSError(f"{cause}: choose another --out") from None


def save_checkpoint(state, settings):
    """Write the best state so far, whole or not at all."""
    if settings.out is None:
        return
    temporary = Path(settings.out, "best.tmp")
    try:
        with temporary.open("wb") as file:
            torch.save({"settings": vars(settings), "state_dict": state}, file)
        temporary.replace(Path(settings.out, "best.pt"))
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def one_line_errors(out):
    """End a failure at run time in one line, without a traceback."""
    try:
        yield
    except KeyboardInterrupt:
        kept = out and Path(out, "best.pt").exists()
        best = f"the best model so far is in {out}/best.pt"
        print("stopped:", best if kept else "nothing is kept", file=sys.stderr)
        sys.exit(130)
    except (OSError, FloatingPointError) as error:
        sys.exit(f"error: {error}")


class OneLineParser(argparse.ArgumentParser):
    def __init__(self, **options):
        shown = argparse.ArgumentDefaultsHelpFormatter
        super().__init__(formatter_class=shown, **options)

    def error(self, message):
        self.exit(2, f"error: {message} (--help lists what is possible)\n")


def number(kind, low):
    """Return an argparse type: a finite number from `low` on."""

    def convert(text):
        value = kind(text)
        if not low <= value < 2**63:
            message = f"{text} is out of range: {low} or more, below 2**63"
            raise argparse.ArgumentTypeError(message)
        return value

    convert.__name__ = kind.__name__  # argparse names it
    return convert


def usable_device(name):
    """Return the name of a device if it can hold a tensor."""
    try:
        torch.ones(1, device=name).item()
    except Exception:
        message = f"there is no {name!r} here: try cpu"
        raise argparse.ArgumentTypeError(message) from None
    return name


def parse_arguments(argv):
    device = "cpu"
    if torch.accelerator.is_available():
        device = str(torch.accelerator.current_accelerator())
    parser = OneLineParser(description="Train on handwritten digits.")
    add = parser.add_argument
    add("--model", choices=["cnn", "mlp"], default="cnn", help="the network")
    splits = ["writer", "random"]
    add("--split", choices=splits, default="writer", help="apart, or mixed")
    add("--seed", type=number(int, 0), default=0, help="of random numbers")
    add("--device", type=usable_device, default=device, help="cpu, cuda, ...")
    add("--epochs", type=number(int, 1), default=20, help="at most")
    wait = "epochs without a better one that end the training"
    add("--patience", type=number(int, 1), default=5, help=wait)
    add("--batch-size", type=number(int, 1), default=64, help="pictures a step")
    add("--learning-rate", type=number(float, 0), default=3e-3, help="of Adam")
    add("--out", metavar="FOLDER", help="where to keep the best model")
    return parser.parse_args(argv)


def nine_steps(settings):
    train, val, test = load_splits(settings.split)
    torch.manual_seed(settings.seed)
    generator = torch.Generator().manual_seed(settings.seed)
    train_loader = DataLoader(
        train, settings.batch_size, shuffle=True, generator=generator
    )
    val_loader, test_loader = DataLoader(val, 256), DataLoader(test, 256)
    model = {"cnn": CNN, "mlp": MLP}[settings.model]().to(settings.device)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=settings.learning_rate)
    best, history = fit(
        model, train_loader, val_loader, criterion, optimizer, settings
    )
    loss, accuracy = evaluate(model, test_loader, criterion, settings.device)
    print(f"best epoch {best['epoch']}  test {loss:.3f} {accuracy:.1%}")
    predictions = predict(model, test_loader, settings.device)
    return {
        "parameters": sum(weights.numel() for weights in model.parameters()),
        "epochs_run": len(history["epoch"]),
        "test_loss": loss,
        "test_accuracy": accuracy,
        "history": history,
        "confusion": confusion_matrix(test.labels, predictions).tolist(),
        "mistakes": find_mistakes(test, predictions),
    } | {f"best_{name}": value for name, value in best.items()}


def main(argv: list[str] | None = None) -> dict[str, object]:
    settings = parse_arguments(argv)
    with one_line_errors(settings.out):
        check_folder(settings.out)
        results = nine_steps(settings)
    for name in ("model", "seed", "split"):
        results[name] = getattr(settings, name)
    for name, size in zip(("train", "val", "test"), SIZES, strict=True):
        results[f"{name}_size"] = size
    return results


if __name__ == "__main__":
    main()
