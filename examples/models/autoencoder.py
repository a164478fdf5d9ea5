"""Autoencoder: squeeze a digit into eight numbers and draw it again.

Shapes: N pictures, B batch, K numbers a code; a picture is (1, 8, 8)
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python autoencoder.py --code 8 --seed 0
Source: Hinton and Salakhutdinov, Reducing the Dimensionality of Data with
Neural Networks, 2006; Vincent and others, Denoising Autoencoders, 2008
"""

import argparse
import sys

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR
from torch.utils.data import DataLoader, TensorDataset

NOISE = 0.3  # standard deviation, of pictures of 0..1


def load_pictures(device):
    """Read the digits of training and of validation, without labels."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
    images = images.unsqueeze(1).to(device)  # (N, 8, 8) -> (N, 1, 8, 8)
    return images[:1157], images[1157:1415]


def make_encoder(code):
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, stride=2, padding=1),  # (B, 16, 4, 4)
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1),  # (B, 32, 2, 2)
        nn.ReLU(),
        nn.Flatten(),  # (B, 128)
        nn.Linear(128, code),  # (B, K)
    )


def upsample(inputs, outputs):
    """Enlarge by copying pixels, then convolve."""
    convolution = nn.Conv2d(inputs, outputs, 3, padding=1)
    return nn.Sequential(nn.Upsample(scale_factor=2), convolution)


def conv_transpose(inputs, outputs):
    """Enlarge by a transposed convolution."""
    return nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1)


def make_decoder(code, double):
    return nn.Sequential(
        nn.Linear(code, 128),
        nn.ReLU(),
        nn.Unflatten(1, (32, 2, 2)),  # (B, 128) -> (B, 32, 2, 2)
        double(32, 16),  # (B, 16, 4, 4)
        nn.ReLU(),
        double(16, 1),  # (B, 1, 8, 8)
        nn.Sigmoid(),  # 0..1, as the pictures
    )


def fit(images, args, double=upsample, noise=0.0):
    """Learn to give the pictures back."""
    torch.manual_seed(args.seed)
    decoder = make_decoder(args.code, double)
    model = nn.Sequential(make_encoder(args.code), decoder).to(args.device)
    loader = DataLoader(TensorDataset(images), batch_size=64, shuffle=True)
    criterion = nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=args.rate)
    schedule = CosineAnnealingLR(optimizer, args.epochs)
    for epoch in range(args.epochs):
        for (clean,) in loader:  # no labels
            inputs = clean + noise * torch.randn_like(clean)
            loss = criterion(model(inputs), clean)  # the target is clean
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
        print(f"epoch {epoch + 1}", end="\r", file=sys.stderr, flush=True)
    if not loss.isfinite():
        raise SystemExit("loss is not finite: lower the learning rate")
    return model


@torch.no_grad()
def copy_pictures(model, images):
    model.eval()
    return model(images)  # (N, 1, 8, 8) -> (N, K) -> (N, 1, 8, 8)


def fit_pca(images, numbers):
    """Return the closest linear copy through so many numbers."""
    rows = images.flatten(1)  # (N, 1, 8, 8) -> (N, 64)
    mean = rows.mean(dim=0)  # (64,)
    # (K, 64)
    axes = torch.linalg.svd(rows - mean, full_matrices=False).Vh[:numbers]

    def copy(images):
        codes = (images.flatten(1) - mean) @ axes.T  # (N, K)
        return (codes @ axes + mean).view_as(images)

    return copy


def fit_linear(noisy, clean):
    """Return the linear map that is best at taking noise away."""

    def columns(images):  # (N, 1, 8, 8) -> (N, 65)
        return nn.functional.pad(images.flatten(1), (0, 1), value=1.0)

    weights = torch.linalg.lstsq(columns(noisy), clean.flatten(1)).solution
    return lambda images: (columns(images) @ weights).view_as(images)


def mse(pictures, truth):
    return nn.functional.mse_loss(pictures, truth).item()


def copy_all(train_images, val_images, args):
    """Copy new pictures in four ways."""
    copies = {"mean picture": train_images.mean(dim=0).expand_as(val_images)}
    copies["PCA"] = fit_pca(train_images, args.code)(val_images)
    for double in (upsample, conv_transpose):
        model = fit(train_images, args, double)
        copies[double.__name__] = copy_pictures(model, val_images)
    return copies


def mismatch(train_images, val_images, args):
    """Teach -1..1 to a decoder that ends in 0..1."""
    model = fit(train_images * 2 - 1, args)
    target = val_images * 2 - 1
    nearest = target.clamp(0, 1)  # all that Sigmoid can reach
    copies = {"mismatch": copy_pictures(model, target), "nearest": nearest}
    return {name: (copy + 1) / 2 for name, copy in copies.items()}


def clean_all(train_images, val_images, args):
    """Add noise to the pictures, and take it away in three ways."""
    noisy = val_images + NOISE * torch.randn_like(val_images)
    noisy_train = train_images + NOISE * torch.randn_like(train_images)
    pca = [fit_pca(train_images, k)(noisy) for k in range(4, 33, 4)]
    model = fit(train_images, args, noise=NOISE)
    return {
        "noisy": noisy,
        "best PCA": min(pca, key=lambda copy: mse(copy, val_images)),
        "least squares": fit_linear(noisy_train, train_images)(noisy),
        "denoised": copy_pictures(model, noisy),
    }


def grid_row(pictures):
    """Lay eight pictures side by side, in percent."""
    padded = nn.functional.pad(pictures[:8, 0], (0, 1, 0, 1))  # (8, 9, 9)
    return (torch.cat([*padded], dim=1) * 100).int().tolist()  # (9, 72)


def show_sizes():
    """Miss the size of a picture by one pixel, then meet it."""
    target = torch.zeros(1, 1, 128, 201)
    small = nn.MaxPool2d(2)(target)  # (1, 1, 64, 100)
    output = nn.ConvTranspose2d(1, 1, 3, stride=2)(small)
    print("target", *target.shape[2:], " output", *output.shape[2:])
    up = nn.ConvTranspose2d(1, 1, 2, stride=2, output_padding=(0, 1))
    print("with output_padding (0, 1):", *up(small).shape[2:])


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--code", type=int, default=8, help="numbers a code (%(default)s)")
    add("--epochs", type=int, default=20, help="(%(default)s)")
    add("--rate", type=float, default=0.01, help="(%(default)s)")
    add("--copies-only", action="store_true", help="no mismatch, no noise")
    add("--seed", type=int, default=0, help="(%(default)s)")
    add("--device", default="cpu", help="(%(default)s)")
    add("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    return parser.parse_args(argv)


def main(argv=None):
    args = parse_arguments(argv)
    train_images, val_images = load_pictures(args.device)
    pictures, results = {}, {}
    steps = [copy_all, mismatch, clean_all]
    for step in steps[: 1 if args.copies_only else 3]:
        for name, copies in step(train_images, val_images, args).items():
            pictures[name] = copies
            results[name.replace(" ", "_").lower()] = mse(copies, val_images)
            print(f"{name:14} {mse(copies, val_images):.4f}")
    show_sizes()
    pictures["original"] = val_images
    rows = {name: grid_row(copies) for name, copies in pictures.items()}
    return results | {"rows": rows}


def draw(results):
    """Draw the same six pictures, a row for each way."""
    grids = {
        "copies": ["original", "upsample", "PCA", "mean picture"],
        "range": ["original", "upsample", "mismatch"],
        "noise": ["noisy", "denoised", "least squares", "original"],
    }
    for num, names in grids.items():
        _, axes = plt.subplots(num=num, figsize=(5, 2.4))
        # Six pictures of 9 columns
        grid = [line[:54] for name in names for line in results["rows"][name]]
        axes.imshow(grid, cmap="gray_r", vmin=0, vmax=100)
        axes.set(xticks=[], yticks=range(4, len(grid), 9), yticklabels=names)


if __name__ == "__main__":
    draw(main())
    plt.show()
