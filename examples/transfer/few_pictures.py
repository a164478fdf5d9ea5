"""Ask how many pictures a class make up for a pretrained network.

Every mode learns from 5 to 1,000 pictures a class, drawn anew for each
seed, in the same number of batches.

Shapes: B batch, N data set, C classes; a picture is (3, 32, 32)
Run: python few_pictures.py
Source: transfer_vs_finetuning.py names the modes; PyTorch documentation,
torch.optim.lr_scheduler.OneCycleLR
"""

import argparse
import contextlib
import hashlib
import math
import os
import statistics
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import ConstantLR, OneCycleLR
from torch.utils.data import DataLoader, TensorDataset
from torchvision.models.resnet import BasicBlock

TRAINED = {  # what each mode trains: beginnings of parameter names
    "scratch": "",
    "head": "fc.",
    "partial": ("layer3.", "fc."),
    "finetune": "",
    "retrain": "",  # at the rates of scratch
}


def dot(u, v, x, y, radius):
    """Return where a point (u, v) lies in a disc around (x, y)."""
    return (u - x) ** 2 + (v - y) ** 2 < radius**2


def box(u, v, width, height):
    """Return where a point (u, v) lies in a box around (0, 0)."""
    return (u.abs() < width) & (v.abs() < height)


SHAPES = {  # ten to pretrain on, then five new ones
    "disc": lambda u, v: dot(u, v, 0, 0, 0.9),
    "ring": lambda u, v: dot(u, v, 0, 0, 0.9) & ~dot(u, v, 0, 0, 0.5),
    "square": lambda u, v: box(u, v, 0.75, 0.75),
    "bar": lambda u, v: box(u, v, 0.3, 0.95),
    "cross": lambda u, v: box(u, v, 0.25, 0.9) | box(u, v, 0.9, 0.25),
    "triangle": lambda u, v: (v > -0.6) & (v < 0.9 - 1.7 * u.abs()),
    "half disc": lambda u, v: dot(u, v, 0, 0, 0.95) & (u > -0.1),
    "two dots": lambda u, v: dot(u.abs(), v, 0.55, 0, 0.38),
    "two bars": lambda u, v: box(u.abs() - 0.5, v, 0.2, 0.85),
    "crescent": lambda u, v: dot(u, v, 0, 0, 0.95) & ~dot(u, v, 0.45, 0, 0.75),
    "T": lambda u, v: box(u, v - 0.6, 0.85, 0.25) | box(u, v, 0.25, 0.85),
    "L": lambda u, v: box(u + 0.5, v, 0.25, 0.85) | box(u, v + 0.6, 0.75, 0.25),
    "frame": lambda u, v: box(u, v, 0.8, 0.8) & ~box(u, v, 0.45, 0.45),
    "checker": lambda u, v: box(u, v, 0.8, 0.8) & (u * v > 0),
    "arrow": lambda u, v: (
        (v > 0) & (v < 0.9 - 1.2 * u.abs()) | box(u, v + 0.4, 0.2, 0.5)
    ),
}
OLD_SHAPES, NEW_SHAPES = list(SHAPES)[:10], list(SHAPES)[10:]


def draw_shapes(names, each, seed, side=32):
    """Draw `each` pictures of every shape; values around 0."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(len(names)).repeat_interleave(each)  # (N,)

    def between(low, high, *shape):
        unit = torch.rand(len(labels), *shape, generator=generator)
        return low + (high - low) * unit

    axis = torch.linspace(-1, 1, side)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    angle, size = between(0, 2 * math.pi, 1, 1), between(0.45, 0.8, 1, 1)
    x = (x - between(-0.25, 0.25, 1, 1)) / size  # (N, H, W)
    y = (y - between(-0.25, 0.25, 1, 1)) / size
    u = angle.cos() * x + angle.sin() * y
    v = angle.cos() * y - angle.sin() * x
    inside = [
        SHAPES[names[label]](u[index], v[index])
        for index, label in enumerate(labels.tolist())
    ]
    ink, paper = between(0, 1, 3, 1, 1), between(0, 1, 3, 1, 1)
    alike = (ink - paper).abs().amax(dim=1, keepdim=True) < 0.4
    ink = torch.where(alike, (ink + 0.5) % 1, ink)
    images = torch.where(torch.stack(inside).unsqueeze(1), ink, paper)
    noise = torch.randn(images.shape, generator=generator)
    images = (images + 0.06 * noise).clamp(0, 1)  # (N, 3, H, W)
    return TensorDataset((images - 0.5) / 0.25, labels)


class SmallResNet(nn.Module):
    """Three residual blocks, for pictures of 32 x 32 pixels."""

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 24, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(24)
        self.layer1 = BasicBlock(24, 24)  # (B, 24, 16, 16)
        self.layer2 = BasicBlock(24, 48, 2, self.shortcut(24, 48))
        self.layer3 = BasicBlock(48, 96, 2, self.shortcut(48, 96))
        self.fc = nn.Linear(96, classes)  # (B, 96) -> (B, C)

    @staticmethod
    def shortcut(channels: int, more_channels: int) -> nn.Module:
        convolution = nn.Conv2d(channels, more_channels, 1, 2, bias=False)
        return nn.Sequential(convolution, nn.BatchNorm2d(more_channels))

    def forward(self, images: Tensor) -> Tensor:
        features = self.bn1(self.conv1(images)).relu()
        features = self.layer3(self.layer2(self.layer1(features)))
        return self.fc(features.mean(dim=(2, 3)))  # (B, 96, 4, 4) -> (B, C)


def pretrain(epochs=8, each=300):
    """Teach a small ResNet the ten old shapes; return its weights."""
    if sys.stderr.isatty():
        print("pretraining on drawn shapes, once ...", file=sys.stderr)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = SmallResNet()
        loader = DataLoader(draw_shapes(OLD_SHAPES, each, 0), 64, shuffle=True)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, 1e-2, total_steps=epochs * len(loader)
        )
        for _ in range(epochs):
            for images, labels in loader:
                loss = nn.functional.cross_entropy(model(images), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                scheduler.step()
    return model.state_dict()


def pretrained_weights():
    """Return the weights of `pretrain`, made once and kept for later."""
    folder = Path(torch.hub.get_dir(), "checkpoints")
    path, checksum = folder / "drawn_shapes.pt", folder / "drawn_shapes.sha256"
    with contextlib.suppress(OSError):
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() == checksum.read_text():
            return torch.load(path, weights_only=True)
        print(f"{path} is damaged: made anew", file=sys.stderr)
    state = pretrain()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        made = Path(temporary, path.name)
        torch.save(state, made)
        digest = hashlib.sha256(made.read_bytes()).hexdigest()
        Path(temporary, checksum.name).write_text(digest)
        os.replace(Path(temporary, checksum.name), checksum)
        os.replace(made, path)
    return state


def replace_head(model, classes):
    """Put a new last layer for `classes` classes; return its name."""
    name, old = [
        (name, layer)
        for name, layer in model.named_modules()
        if isinstance(layer, nn.Linear | nn.Conv2d)
    ][-1]
    if isinstance(old, nn.Linear):
        new = nn.Linear(old.in_features, classes)
    else:  # SqueezeNet ends in a convolution
        new = nn.Conv2d(old.in_channels, classes, kernel_size=1)
    model.set_submodule(name, new)
    return name


def parameter_groups(model, head, trained, body_rate, rate):
    """Freeze all but `trained`; return the groups for the optimizer."""
    groups = {"body": [], "head": []}
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.startswith(trained))
        if parameter.requires_grad:
            part = "head" if name.startswith(head) else "body"
            groups[part].append(parameter)
    rates = {"body": body_rate, "head": rate}
    return [
        {"params": parameters, "lr": rates[part]}
        for part, parameters in groups.items()
        if parameters
    ]


def freeze_statistics(model):
    """Let BatchNorm use, not change, the statistics of frozen layers."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.train(module.weight.requires_grad and module.training)


def validate(model, loader, criterion, device):
    """Measure without learning; return loss and accuracy."""
    model.eval()
    total_loss, correct, count = 0.0, 0, 0
    with torch.no_grad():
        for images, labels in loader:
            images, labels = images.to(device), labels.to(device)
            logits = model(images)  # (B, 3, H, W) -> (B, C)
            total_loss += criterion(logits, labels).item() * len(labels)
            correct += (logits.argmax(dim=1) == labels).sum().item()
            count += len(labels)
    return total_loss / count, correct / count


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


def endless(loader):
    """Yield batches for ever, in a new order each time through."""
    while True:
        yield from loader


def start_training(mode, steps):
    """Return the network of a mode, its optimizer and its schedule."""
    model = SmallResNet()
    if mode != "scratch":
        model.load_state_dict(pretrained_weights())
    head = replace_head(model, len(NEW_SHAPES))
    if mode in ("scratch", "retrain"):  # trained as `pretrain` does
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
        return model, optimizer, OneCycleLR(optimizer, 1e-2, total_steps=steps)
    groups = parameter_groups(model, head, TRAINED[mode], 1e-3, 1e-2)
    optimizer = torch.optim.SGD(groups, momentum=0.9)
    return model, optimizer, ConstantLR(optimizer, factor=1)


def train_steps(model, loader, optimizer, schedule, settings):
    """Learn from so many batches, however few pictures there are."""
    model.train()
    freeze_statistics(model)
    batches = endless(loader)
    for _ in range(settings.steps):
        images, labels = (part.to(settings.device) for part in next(batches))
        logits = model(images)  # (B, 3, 32, 32) -> (B, C)
        loss = nn.functional.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()


def measure(mode, pictures, seed, val, settings):
    """Train once; return the accuracies on the pictures of train and val."""
    train = draw_shapes(NEW_SHAPES, pictures, seed=1000 + seed)
    torch.manual_seed(seed)
    model, optimizer, schedule = start_training(mode, settings.steps)
    model.to(settings.device)
    generator = torch.Generator().manual_seed(seed)
    size = min(64, len(train))
    loader = DataLoader(train, size, True, drop_last=True, generator=generator)
    train_steps(model, loader, optimizer, schedule, settings)
    criterion = nn.CrossEntropyLoss()
    return [
        validate(model, DataLoader(data, 100), criterion, settings.device)[1]
        for data in (train, val)
    ]


def spread(values):
    """Return mean, standard deviation and the band around the mean."""
    mean, std = statistics.fmean(values), statistics.stdev(values)
    return {"mean": mean, "std": std, "low": mean - std, "high": mean + std}


def try_sizes(mode, val, settings):
    """Train with every number of pictures; return a dict of lists."""
    rows = []
    for pictures in settings.pictures:
        seeds = range(settings.seed, settings.seed + settings.runs)
        runs = [measure(mode, pictures, seed, val, settings) for seed in seeds]
        train, found = (spread(values) for values in zip(*runs, strict=True))
        rows.append({"train_accuracy": train["mean"], **found})
        line = "{:8} {:4} a class  train {:6.1%}  val {:6.1%} +- {:5.1%}  n={}"
        numbers = train["mean"], found["mean"], found["std"]
        print(line.format(mode, pictures, *numbers, len(runs)), flush=True)
    return {name: [row[name] for row in rows] for name in rows[0]}


def compare_with_scratch(found, scratch, pictures):
    """Return the gain, and the first size without one (0: none)."""
    gain = [a - b for a, b in zip(found["mean"], scratch["mean"], strict=True)]
    noise = [a + b for a, b in zip(found["std"], scratch["std"], strict=True)]
    rows = list(zip(pictures, gain, noise, strict=True))
    reached = zip(pictures, scratch["mean"], strict=True)
    fewest = found["mean"][0]  # with the fewest pictures
    return {
        "gain": gain,
        "no_gain_at": next((n for n, g, s in rows if g <= s), 0),
        "scratch_needs": next((n for n, mean in reached if mean >= fewest), 0),
    }


def compare_sizes(settings):
    """Try all modes at all sizes; return what is compared."""
    val = draw_shapes(NEW_SHAPES, 100, seed=3)
    results = {"pictures": settings.pictures, "val_size": len(val)}
    for mode in ["scratch", *settings.modes]:
        results[mode] = try_sizes(mode, val, settings)
    for mode in settings.modes:
        found = compare_with_scratch(
            results[mode], results["scratch"], settings.pictures
        )
        results[mode] |= found
        lost = found["no_gain_at"] or "no size"
        needs = found["scratch_needs"] or "no size"
        first = results[mode]["mean"][0]
        print(f"{mode:8} gain not above the spread at {lost};", end=" ")
        print(f"scratch reaches {first:.1%} at {needs}")
    return results


def parse_arguments(argv):
    device = "cpu"
    if torch.accelerator.is_available():
        device = str(torch.accelerator.current_accelerator())
    parser = OneLineParser(description="Compare numbers of pictures.")
    add = parser.add_argument
    sizes, each = [5, 10, 20, 50, 200, 500, 1000], "a class"
    modes = list(TRAINED)[1:]
    add("--modes", choices=modes, nargs="+", default=modes, help="and scratch")
    add("--pictures", type=number(int, 1), nargs="+", default=sizes, help=each)
    add("--seed", type=number(int, 0), default=0, help="the first one")
    add("--runs", type=number(int, 2), default=3, help="seeds a size")
    add("--device", type=usable_device, default=device, help="cpu, cuda, ...")
    add("--steps", type=number(int, 2), default=300, help="batches")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> dict[str, object]:
    settings = parse_arguments(argv)
    with one_line_errors(None):
        results = compare_sizes(settings)
    return results | {"runs": settings.runs, "steps": settings.steps}


def draw(results):
    """Draw the accuracy of each mode, mean and standard deviation."""
    figure, axes = plt.subplots(num="accuracy", figsize=(5, 2.6))
    pictures = results["pictures"]
    for mode in [mode for mode in TRAINED if mode in results]:
        found = results[mode]
        axes.plot(pictures, found["mean"], label=mode)
        axes.fill_between(pictures, found["low"], found["high"], alpha=0.2)
    axes.set(xlabel="training pictures a class", ylabel="validation accuracy")
    axes.set_xscale("log")
    axes.set_xticks(pictures, [str(number) for number in pictures])
    axes.yaxis.set_major_formatter("{x:.0%}")
    figure.legend(loc="outside right upper")


if __name__ == "__main__":
    draw(main())
    plt.show()
