"""Step 8: train and validate in turns, and keep the best epoch.

First one batch is learned by heart. Then a network learns twice: from all
training digits, and from 200 of which some carry a wrong label.

Shapes: B pictures of a batch; a picture is (1, 8, 8), there are 10 classes
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python train_and_validate.py
Source: PyTorch documentation, "Autograd mechanics", "Dropout",
"BatchNorm1d", "OneCycleLR", "clip_grad_norm_"
"""

import argparse
import copy
import math

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR
from torch.utils.data import DataLoader, TensorDataset

criterion = nn.CrossEntropyLoss()


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=40, help="(%(default)s)")
    parser.add_argument("--patience", type=int, default=8, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="(%(default)s)")
    parser.add_argument("--device", default="cpu", help="(%(default)s)")
    parser.add_argument("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    return parser.parse_args(argv)


def load_data():
    """Return forms 1-9 for training and forms 10-11 for validation."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
    images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
    labels = torch.tensor(digits.target)  # (N,)
    train_data = TensorDataset(images[:1157], labels[:1157])
    return train_data, TensorDataset(images[1157:1415], labels[1157:1415])


def with_wrong_labels(data):
    """Return the first 200 pictures, 60 of them with a wrong label."""
    images, labels = data[:200]
    labels, wrong = labels.clone(), torch.randperm(200)[:60]
    labels[wrong] = (labels[wrong] + torch.randint(1, 10, (60,))) % 10
    return TensorDataset(images, labels)


def make_model():
    return nn.Sequential(
        nn.Flatten(),  # (B, 1, 8, 8) -> (B, 64)
        nn.Linear(64, 128),
        nn.BatchNorm1d(128),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(128, 10),
    )


def train_epoch(model, loader, criterion, optimizer, scheduler, device):
    """Learn from every batch once; return loss and accuracy."""
    model.train()  # dropout on, BatchNorm measures the batch
    total_loss, correct = 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)
        loss = criterion(logits, labels)
        optimizer.zero_grad()  # else gradients of batches add up
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimizer.step()
        scheduler.step()  # the next rate, after each batch
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


def fit(train_loader, val_loader, device, epochs, patience):
    """Train a new model; return it in its best state, and the losses."""
    model = make_model().to(device)
    optimizer = torch.optim.AdamW(model.parameters())
    scheduler = OneCycleLR(optimizer, 0.01, epochs * len(train_loader))
    history, best_loss = [], math.inf
    for epoch in range(1, epochs + 1):
        train_loss, _ = train_epoch(
            model, train_loader, criterion, optimizer, scheduler, device
        )
        val_loss, accuracy = evaluate(model, val_loader, criterion, device)
        if not math.isfinite(train_loss):
            raise SystemExit("the loss is not finite: lower the rate")
        history.append((train_loss, val_loss, accuracy))
        if val_loss < best_loss:
            best_loss, best_epoch = val_loss, epoch
            best_state = copy.deepcopy(model.state_dict())
        if epoch - best_epoch == patience:
            break
    model.load_state_dict(best_state)  # not the last one
    return model, history, best_epoch


@torch.no_grad()
def measure_statistics(model, loader, device):
    """Show BatchNorm all batches once more; change no weight."""
    model.train()
    for images, _ in loader:
        model(images.to(device))


def explain_first_epoch(loader, val_loader, device):
    """Measure the losses of one epoch in four ways."""
    model, [(during, stale, _)], _ = fit(loader, val_loader, device, 1, 1)
    after, _ = evaluate(model, loader, criterion, device)
    measure_statistics(model, loader, device)
    fresh, _ = evaluate(model, val_loader, criterion, device)
    print(f"first epoch: training {during:.3f}, at its end {after:.3f}")
    print(f"validation {stale:.3f}, statistics fresh {fresh:.3f}")
    return {"during": during, "after": after, "stale": stale, "fresh": fresh}


@torch.no_grad()
def compare_modes(model, images, labels):
    """Measure the same pictures twice in train(), twice in eval()."""
    model.train()
    in_train = [criterion(model(images), labels).item() for _ in range(2)]
    model.eval()
    in_eval = [criterion(model(images), labels).item() for _ in range(2)]
    print(f"train() {in_train[0]:.4f}, then {in_train[1]:.4f}")
    print(f"eval()  {in_eval[0]:.4f}, then {in_eval[1]:.4f}")
    try:
        model.train()(images[:1])  # BatchNorm of a single picture
    except ValueError as error:
        print(f"ValueError: {error}")
    return in_train, in_eval


def main(argv=None):
    args = parse_arguments(argv)
    torch.manual_seed(args.seed)
    train_data, val_data = load_data()
    parts = [TensorDataset(*train_data[:64]), train_data]
    parts.append(with_wrong_labels(train_data))
    loaders = [DataLoader(part, batch_size=64, shuffle=True) for part in parts]
    val_loader = DataLoader(val_data, batch_size=64)
    settings = val_loader, args.device, args.epochs
    _, one, _ = fit(loaders[0], *settings, patience=args.epochs)
    print(f"one batch: loss {one[0][0]:.3f}, at the end {one[-1][0]:.3f}")
    first = explain_first_epoch(loaders[1], val_loader, args.device)
    model, clean, _ = fit(loaders[1], *settings, patience=args.epochs)
    val_images, val_labels = (x.to(args.device) for x in val_data[:])
    in_train, in_eval = compare_modes(model, val_images, val_labels)
    _, noisy, best = fit(loaders[2], *settings, patience=args.patience)
    print(f"wrong labels: best epoch {best}, stopped after {len(noisy)}")
    losses = {"one_batch": one[-1][0], "in_train": in_train, "in_eval": in_eval}
    for name, epoch in (("best", best), ("last", len(noisy))):
        losses[f"{name}_epoch"] = epoch
        losses[f"{name}_loss"], losses[f"{name}_accuracy"] = noisy[epoch - 1][
            1:
        ]
    curves = {"all pictures": clean, "wrong labels": noisy}
    return {**first, **losses, "curves": curves}


def draw(results):
    """Draw both losses of both trainings, side by side."""
    _, both = plt.subplots(1, 2, num="curves", figsize=(5, 2.4), sharey=True)
    for axes, (title, rows) in zip(
        both, results["curves"].items(), strict=True
    ):
        train_losses, val_losses, _ = zip(*rows, strict=True)
        axes.plot(range(1, len(rows) + 1), train_losses, label="training")
        axes.plot(range(1, len(rows) + 1), val_losses, label="validation")
        axes.set(title=title, xlabel="epoch", yscale="log")
    axes.axvline(results["best_epoch"], linestyle=":", label="best epoch")
    axes.legend()
    both[0].set_ylabel("loss")


if __name__ == "__main__":
    draw(main())
    plt.show()
