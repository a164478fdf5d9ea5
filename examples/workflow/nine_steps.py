"""Train a network to classify handwritten digits: nine steps in one file.

Shapes: B batch, N data set; a picture is (1, 8, 8), there are 10 classes
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python nine_steps.py --model cnn --seed 0
Source: scikit-learn, load_digits; PyTorch documentation, torch.nn
"""

import argparse
import copy
import math
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

PATIENCE = 10  # epochs to wait for a better one


def load_splits(split, seed):
    """Steps 1 and 2: read the digits; train, val and test."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
    images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
    labels = torch.tensor(digits.target)  # (N,)
    if split == "random":  # mixes the writers
        generator = torch.Generator().manual_seed(seed)
        order = torch.randperm(len(labels), generator=generator)
        images, labels = images[order], labels[order]
    train = TensorDataset(images[:1157], labels[:1157])  # forms 1 to 9
    val = TensorDataset(images[1157:1415], labels[1157:1415])  # 10, 11
    test = TensorDataset(images[1415:], labels[1415:])  # forms 12 to 14
    return train, val, test


class MLP(nn.Module):
    """Step 4: two linear layers on a row of pixels."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(),  # (B, 1, 8, 8) -> (B, 64)
            nn.Linear(64, 128),
            nn.ReLU(),
            nn.Dropout(0.2),
            nn.Linear(128, 10),  # (B, 128) -> (B, 10)
        )

    def forward(self, images):
        return self.layers(images)


class CNN(nn.Module):
    """Step 4: two convolutions, then one linear layer."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(2),  # (B, 16, 4, 4)
            nn.Conv2d(16, 32, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(2),  # (B, 32, 2, 2)
            nn.Flatten(),  # (B, 128)
            nn.Dropout(0.3),
            nn.Linear(128, 10),  # (B, 10)
        )

    def forward(self, images):
        return self.layers(images)


def train_epoch(model, loader, criterion, optimizer, device):
    """Step 8: learn from every batch once; return loss and accuracy."""
    model.train()  # dropout on, BatchNorm measures the batch
    total_loss, correct = 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)  # (B, 1, 8, 8) -> (B, 10)
        loss = criterion(logits, labels)
        optimizer.zero_grad()  # else gradients of batches add up
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(labels)
        correct += (logits.argmax(dim=1) == labels).sum().item()
    return total_loss / len(loader.dataset), correct / len(loader.dataset)


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    """Steps 8 and 9: measure without learning."""
    model.eval()  # dropout off, BatchNorm uses what it stored
    total_loss, correct = 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)  # (B, 1, 8, 8) -> (B, 10)
        total_loss += criterion(logits, labels).item() * len(labels)
        correct += (logits.argmax(dim=1) == labels).sum().item()
    return total_loss / len(loader.dataset), correct / len(loader.dataset)


def fit(model, train_loader, val_loader, criterion, optimizer, args):
    """Step 8: stop when validation no longer improves; restore the best."""
    device, history, best_loss = args.device, [], math.inf
    for epoch in range(1, args.epochs + 1):
        train = train_epoch(model, train_loader, criterion, optimizer, device)
        loss, accuracy = evaluate(model, val_loader, criterion, device)
        history.append((*train, loss, accuracy))
        if not math.isfinite(train[0] + loss):
            raise SystemExit("loss is not finite: lower the learning rate")
        if epoch == 1 or epoch % 5 == 0:
            shown = f"train {train[0]:.4f}  val {loss:.4f} {accuracy:6.1%}"
            print(f"epoch {epoch:3}  {shown}", flush=True)
        if loss < best_loss:
            best_loss, best_epoch = loss, epoch
            best_state = copy.deepcopy(model.state_dict())
        if epoch - best_epoch == PATIENCE:
            break  # early stopping
    model.load_state_dict(best_state)
    return best_epoch, history


def parse_arguments(argv):
    device = torch.accelerator.current_accelerator(check_available=True)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--model", choices=["cnn", "mlp"], default="cnn", help="(%(default)s)")
    add("--split", choices=["writer", "random"], default="writer")
    add("--seed", type=int, default=0, help="(%(default)s)")
    add("--device", default=str(device or "cpu"), help="(%(default)s)")
    add("--epochs", type=int, default=100, help="at most (%(default)s)")
    add("--out", type=Path, metavar="FOLDER", help="to keep the model in")
    add("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    return parser.parse_args(argv)


def main(argv=None):
    args = parse_arguments(argv)
    torch.manual_seed(args.seed)
    train, val, test = load_splits(args.split, args.seed)  # steps 1, 2
    train_loader = DataLoader(train, 64, shuffle=True)  # step 3
    val_loader, test_loader = DataLoader(val, 256), DataLoader(test, 256)
    model = (CNN() if args.model == "cnn" else MLP()).to(args.device)  # 4
    criterion = nn.CrossEntropyLoss()  # step 6
    first_loss, _ = evaluate(model, val_loader, criterion, args.device)  # 5
    print(f"untrained  val {first_loss:.4f}")
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)  # step 7
    best_epoch, history = fit(  # step 8
        model, train_loader, val_loader, criterion, optimizer, args
    )
    loss, accuracy = evaluate(model, test_loader, criterion, args.device)  # 9
    print(f"best epoch {best_epoch}  test {loss:.4f} {accuracy:6.1%}")
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        torch.save(model.state_dict(), args.out / "best.pt")
    sizes = {"train_size": len(train), "val_size": len(val)}
    return sizes | {
        "test_size": len(test),
        "parameters": sum(weights.numel() for weights in model.parameters()),
        "epochs_run": len(history),
        "best_epoch": best_epoch,
        "best_val_accuracy": history[best_epoch - 1][3],
        "test_loss": loss,
        "test_accuracy": accuracy,
        "history": history,
    }


def draw(results):
    """Draw loss and accuracy, one figure each."""
    columns = list(zip(*results["history"], strict=True))
    epochs = range(1, len(columns[0]) + 1)
    for name, at in (("curves", 0), ("accuracy_curves", 1)):
        _, axes = plt.subplots(num=name)
        axes.plot(epochs, columns[at], label="training")
        axes.plot(epochs, columns[at + 2], label="validation")
        axes.axvline(results["best_epoch"], linestyle=":", label="best epoch")
        axes.set(xlabel="epoch", ylabel="accuracy" if at else "loss")
        axes.set_yscale("linear" if at else "log")
        axes.legend()


if __name__ == "__main__":
    draw(main())
    plt.show()
