"""Train an MLP on digits; save it, and resume it to the same last bit.

Shapes: B batch, N data set, S side: 8, of MNIST 28; a picture is (1, S, S)
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python mlp.py --data FOLDER --seed 0
Source: PyTorch documentation, Saving and Loading; LeCun, Cortes and Burges,
    The MNIST Database
"""

import argparse
import contextlib
import gzip
import math
import sys
import textwrap
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except RuntimeError as error:
        print(textwrap.fill("".join(str(error).splitlines()[:2]), 70))


def load_splits(folder):
    """Return images and labels to train, validate and test."""
    if folder:
        return read_mnist(folder)
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
    images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
    labels = torch.tensor(digits.target)  # (N,)
    parts = slice(1157), slice(1157, 1415), slice(1415, None)
    return [(images[part], labels[part]) for part in parts]


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


def make_model(side, hidden=400):
    return nn.Sequential(
        nn.Flatten(),  # (B, 1, S, S) -> (B, S * S)
        nn.Linear(side * side, hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        nn.Linear(hidden, 10),  # (B, 10)
    )


def shift(images, most):
    """Move each picture by up to so many pixels, each its own way."""
    side = images.shape[-1]
    padded = nn.functional.pad(images, [most] * 4)
    frames = padded.unfold(2, side, 1).unfold(3, side, 1)
    down, right = torch.randint(2 * most + 1, (2, len(images)))
    return frames[torch.arange(len(images)), :, down, right]  # (B, 1, S, S)


def start(images, args):
    """Build what learns and what counts steps, from the seed."""
    torch.manual_seed(args.seed)
    model = make_model(images.shape[-1]).to(args.device)
    optimizer = torch.optim.AdamW(model.parameters())
    steps = args.epochs * math.ceil(len(images) / 128)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, steps)
    return {"model": model, "optimizer": optimizer, "scheduler": scheduler}


def save(file, run, epoch):
    """Keep all that the next step depends on."""
    state = {name: part.state_dict() for name, part in run.items()}
    state |= {"generator": torch.get_rng_state(), "epoch": epoch}
    torch.save(state, file)


def resume(file, run, left_out="nothing"):
    """Fill a run that was just built; return the epoch it had reached."""
    state = torch.load(file, map_location="cpu", weights_only=True)
    for name, part in run.items():
        if name != left_out:
            part.load_state_dict(state[name])
    if left_out != "generator":
        torch.set_rng_state(state["generator"])  # after all is built
    return state["epoch"]


def train_epoch(run, loader, device):
    model, optimizer, scheduler = run.values()
    model.train()
    for images, labels in loader:
        moved = shift(images, max(1, images.shape[-1] // 14)).to(device)
        loss = nn.functional.cross_entropy(model(moved), labels.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()  # the rate of the next batch
    if not loss.isfinite():
        raise SystemExit("loss is not finite: lower the learning rate")


@torch.no_grad()
def evaluate(model, images, labels, device):
    model.eval()
    logits = model(images.to(device)).cpu()  # (N, 10), all at once
    loss = nn.functional.cross_entropy(logits, labels).item()
    return loss, (logits.argmax(dim=1) == labels).float().mean().item()


def fit(run, train, val, args, first=1):
    """Train to the last epoch; save halfway, as if stopped there."""
    loader, losses = DataLoader(TensorDataset(*train), 128, shuffle=True), []
    for epoch in range(first, args.epochs + 1):
        train_epoch(run, loader, args.device)
        loss, accuracy = evaluate(run["model"], *val, args.device)
        losses.append(loss)
        print(f"epoch {epoch}", end="\r", file=sys.stderr, flush=True)
        if first == 1 and (epoch in (1, args.epochs) or epoch % 5 == 0):
            print(f"epoch {epoch:2}  val {loss:.4f} {accuracy:6.1%}")
        if first == 1 and epoch == max(1, args.epochs // 2):
            save(args.checkpoint, run, epoch)
    return losses


def compare_resumed(run, train, val, args):
    """Go on from the file; are all weights the same at the end?"""
    results = {}
    for left_out in ("nothing", "optimizer", "scheduler", "generator"):
        resumed = start(train[0], args)
        reached = resume(args.checkpoint, resumed, left_out)
        losses = fit(resumed, train, val, args, reached + 1)
        ours, whole = (x["model"].parameters() for x in (resumed, run))
        same = all(map(torch.equal, ours, whole))
        print(f"left out: {left_out:9}  same weights: {same}")
        results[left_out] = {"same": same, "losses": losses}
    return results


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", metavar="FOLDER", help="of MNIST")
    parser.add_argument("--epochs", type=int, default=20, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="(%(default)s)")
    parser.add_argument("--device", default="cpu", help="(%(default)s)")
    parser.add_argument("--checkpoint", type=Path, default=Path("mlp.pt"))
    parser.add_argument("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    return parser.parse_args(argv)


def main(argv=None):
    args = parse_arguments(argv)
    train, val, test = load_splits(args.data)
    run = start(train[0], args)
    results = {"whole": fit(run, train, val, args)}
    if not args.data:
        results |= compare_resumed(run, train, val, args)
    save(args.checkpoint, run, args.epochs)
    with shows_error():
        resume(args.checkpoint, {"model": make_model(train[0].shape[-1], 256)})
    loss, accuracy = evaluate(run["model"], *test, args.device)
    print(f"test {loss:.4f} {accuracy:6.1%}")
    return results | {"test_accuracy": accuracy}


def draw(results):
    """Draw the validation loss: in one go, and resumed halfway."""
    axes = plt.figure("resumed").add_subplot(xlabel="epoch", ylabel="loss")
    epochs = range(1, len(results["whole"]) + 1)
    axes.semilogy(epochs, results["whole"], label="in one go")
    labels = {"nothing": "resumed", "optimizer": "without optimizer"}
    for (left_out, label), marker in zip(labels.items(), "ox", strict=True):
        losses = results[left_out]["losses"]
        axes.plot(epochs[-len(losses) :], losses, marker, label=label)
    axes.legend()


if __name__ == "__main__":
    draw(main())
    plt.show()
