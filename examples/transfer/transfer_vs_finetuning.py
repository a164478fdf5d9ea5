"""Train a network on few pictures in four ways and compare them.

scratch: all layers from random weights; head: only a new last layer;
partial: the last block and the head; finetune: all layers, slowly.

Shapes: B batch, N data set, C classes; a picture is (3, H, W)
Run: python transfer_vs_finetuning.py --mode finetune --seed 0
Source: torchvision documentation, Models and pre-trained weights
"""

import argparse
import contextlib
import hashlib
import math
import os
import sys
import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset
from torchvision import datasets, models, transforms
from torchvision.models.resnet import BasicBlock

# For each network, where its last block and its head begin.
LAST_BLOCK = {
    "small_resnet": ("layer3.", "fc."),
    "resnet18": ("layer4.", "fc."),
    "vgg16": ("features.24.", "features.26.", "features.28.", "classifier."),
    "squeezenet1_1": ("features.12.", "classifier."),
    "mobilenet_v2": ("features.17.", "features.18.", "classifier."),
    "mobilenet_v3_small": ("features.11.", "features.12.", "classifier."),
    "efficientnet_b0": ("features.7.", "features.8.", "classifier."),
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


def load_weights(model, path):
    """Load a state_dict from a file, or say in one line what is wrong."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception:  # of many kinds: the file may hold anything
        raise OSError(f"{path} is no file of weights (state_dict)") from None
    if not isinstance(state, dict):
        raise OSError(f"{path} holds a {type(state).__name__}, no state_dict")
    try:
        model.load_state_dict(state, strict=True)
    except RuntimeError as error:
        faults = " ".join(str(error).split())
        raise OSError(f"{path} does not fit: {faults}") from None


def build_model(name, weights, pretrained):
    """Return the network with its own last layer, not yet replaced."""
    if name == "small_resnet":
        model = SmallResNet()
        if pretrained and not weights:
            model.load_state_dict(pretrained_weights())
    else:
        online = pretrained and not weights
        try:
            model = models.get_model(
                name, weights="DEFAULT" if online else None
            )
        except OSError as error:
            raise OSError(f"no download ({error}): add --weights") from None
    if pretrained and weights:
        load_weights(model, weights)
    return model


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


def fine_tune_epoch(model, loader, criterion, optimizer, device):
    """Learn from every batch once; return loss and accuracy."""
    model.train()
    freeze_statistics(model)
    total_loss, correct, count = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)  # (B, 3, H, W) -> (B, C)
        loss = criterion(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(labels)
        correct += (logits.argmax(dim=1) == labels).sum().item()
        count += len(labels)
    return total_loss / count, correct / count


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


def preprocessing(model):
    """Return the two transforms that fit the weights: train and val."""
    size, mean, std = 32, [0.5] * 3, [0.25] * 3
    if model != "small_resnet":
        weights = models.get_model_weights(model).DEFAULT.transforms()
        size, mean, std = weights.crop_size[0], weights.mean, weights.std
    to_tensor = [transforms.ToTensor(), transforms.Normalize(mean, std)]
    crop, flip = transforms.RandomResizedCrop, transforms.RandomHorizontalFlip
    resize, center = transforms.Resize, transforms.CenterCrop
    return (
        transforms.Compose([crop(size), flip(), *to_tensor]),
        transforms.Compose([resize(size * 8 // 7), center(size), *to_tensor]),
    )


def load_data(settings):
    """Return the data sets for train and val, and the class names."""
    if not settings.data:
        train = draw_shapes(NEW_SHAPES, settings.pictures, seed=2)
        return train, draw_shapes(NEW_SHAPES, 100, seed=3), NEW_SHAPES
    train, val = (
        datasets.ImageFolder(Path(settings.data, part), transform)
        for part, transform in zip(
            ("train", "val"), preprocessing(settings.model), strict=True
        )
    )
    if train.classes != val.classes:
        raise OSError(f"{settings.data}: train and val differ in classes")
    return train, val, train.classes


def training_bytes(model, loader, optimizer):
    """Return the bytes that one training step holds at its largest."""
    held = {}

    def note(tensor):
        storage = tensor.untyped_storage()
        held[storage.data_ptr()] = storage.nbytes()
        return tensor

    model.train()
    freeze_statistics(model)
    images, labels = next(iter(loader))
    device = next(model.parameters()).device
    with torch.autograd.graph.saved_tensors_hooks(note, lambda kept: kept):
        logits = model(images.to(device))
        loss = nn.functional.cross_entropy(logits, labels.to(device))
    for parameter in model.parameters():
        note(parameter)
        if parameter.grad is not None:
            note(parameter.grad)
    for state in optimizer.state.values():
        for value in state.values():
            if isinstance(value, Tensor):
                note(value)
    del loss
    return sum(held.values())


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


def train_all(model, loaders, optimizer, settings):
    """Train for all epochs; return one list a quantity."""
    criterion = nn.CrossEntropyLoss()
    rows, seconds = [], []
    for epoch in range(1, settings.epochs + 1):
        started = time.perf_counter()
        train = fine_tune_epoch(
            model, loaders[0], criterion, optimizer, settings.device
        )
        seconds.append(time.perf_counter() - started)
        val = validate(model, loaders[1], criterion, settings.device)
        if not math.isfinite(train[0] + val[0]):
            raise FloatingPointError(
                f"loss of epoch {epoch} is not finite: lower --learning-rate"
            )
        rows.append([epoch, *train, *val])
        line = "epoch {:2}  train {:.3f} {:6.1%}  val {:.3f} {:6.1%}"
        print(line.format(*rows[-1]), flush=True)
    names = ["epoch", "train_loss", "train_accuracy", "val_loss"]
    columns = zip(*rows, strict=True)
    history = zip([*names, "val_accuracy"], map(list, columns), strict=True)
    return dict(history), sum(seconds) / len(seconds)


def prepare_model(settings, classes):
    """Replace the head, choose what is trained; return the optimizer too."""
    pretrained = settings.mode != "scratch"
    model = build_model(settings.model, settings.weights, pretrained)
    head = replace_head(model, classes)
    trained = {
        "scratch": "",
        "head": head,
        "partial": LAST_BLOCK[settings.model],
        "finetune": "",
    }[settings.mode]
    body_rate = settings.body_rate
    if body_rate is None:  # new layers learn fast, old ones slowly
        body_rate = settings.learning_rate * (0.1 if pretrained else 1)
    groups = parameter_groups(
        model.to(settings.device),
        head,
        trained,
        body_rate,
        settings.learning_rate,
    )
    return model, torch.optim.SGD(groups, momentum=0.9)


def compare(settings):
    """Train once in the mode of `settings`; return what is compared."""
    torch.manual_seed(settings.seed)
    train, val, classes = load_data(settings)
    print(f"{len(classes)} classes, {len(train)} + {len(val)} pictures")
    model, optimizer = prepare_model(settings, len(classes))
    count = {True: 0, False: 0}
    for parameter in model.parameters():
        count[parameter.requires_grad] += parameter.numel()
    print(f"{count[True]:,} of {sum(count.values()):,} parameters are trained")
    generator = torch.Generator().manual_seed(settings.seed)
    loaders = [
        DataLoader(train, settings.batch_size, True, generator=generator),
        DataLoader(val, 100),
    ]
    history, seconds = train_all(model, loaders, optimizer, settings)
    return {
        "train_size": len(train),
        "val_size": len(val),
        "parameters": sum(count.values()),
        "trained_parameters": count[True],
        "train_accuracy": history["train_accuracy"][-1],
        "val_accuracy": history["val_accuracy"][-1],
        "best_val_accuracy": max(history["val_accuracy"]),
        "epoch_seconds": seconds,
        "step_bytes": training_bytes(model, loaders[0], optimizer),
        "history": history,
    }


def parse_arguments(argv):
    device = "cpu"
    if torch.accelerator.is_available():
        device = str(torch.accelerator.current_accelerator())
    parser = OneLineParser(description="Compare four ways to train.")
    add = parser.add_argument
    modes = ["scratch", "head", "partial", "finetune"]
    add("--mode", choices=modes, default="finetune", help="what learns")
    add("--data", metavar="FOLDER", help="pictures; None: drawn ones")
    named = "None: resnet18 with --data, else small_resnet"
    add("--model", choices=[*LAST_BLOCK], help=named)
    add("--weights", metavar="FILE", help="a state_dict, not a download")
    add("--pictures", type=number(int, 1), default=20, help="drawn a class")
    add("--seed", type=number(int, 0), default=0, help="of random numbers")
    add("--device", type=usable_device, default=device, help="cpu, cuda, ...")
    add("--epochs", type=number(int, 1), default=20, help="of all pictures")
    add("--batch-size", type=number(int, 2), default=16, help="pictures a step")
    fast = "of the head"
    add("--learning-rate", type=number(float, 0), default=1e-2, help=fast)
    slow = "of pretrained layers; None: a tenth of --learning-rate"
    add("--body-rate", type=number(float, 0), help=slow)
    settings = parser.parse_args(argv)
    if settings.model is None:
        settings.model = "resnet18" if settings.data else "small_resnet"
    if not settings.data and settings.model != "small_resnet":
        parser.error(f"--model {settings.model} needs pictures: add --data")
    return settings


def main(argv: list[str] | None = None) -> dict[str, object]:
    settings = parse_arguments(argv)
    with one_line_errors(None):
        results = compare(settings)
    for name in ("mode", "model", "seed", "batch_size", "learning_rate"):
        results[name] = getattr(settings, name)
    return results


def plot_mean(axes, runs, metric, name):
    """Draw the mean of some runs, and a band of a standard deviation."""
    values = torch.tensor([run["history"][metric] for run in runs])
    mean, epochs = values.mean(dim=0), runs[0]["history"]["epoch"]
    axes.plot(epochs, mean, label=name)
    if len(runs) > 1:
        std = values.std(dim=0)
        axes.fill_between(epochs, mean - std, mean + std, alpha=0.2)


def draw(results, sweeps=None):
    """Draw one run, or for each name in `sweeps` several with other seeds."""
    runs = sweeps or {results["mode"]: [results]}
    for metric in ("train_loss", "train_accuracy", "val_loss", "val_accuracy"):
        figure, axes = plt.subplots(num=metric)
        for mode in ("scratch", "head", "partial", "finetune"):
            if mode in runs:
                plot_mean(axes, runs[mode], metric, mode)
        axes.set(xlabel="epoch", ylabel=metric.replace("_", " "))
        if metric.endswith("accuracy"):
            axes.set_ylim(0, 1)
            axes.yaxis.set_major_formatter("{x:.0%}")
        axes.legend()
    if "photos_one_high_rate" in runs:
        figure, axes = plt.subplots(num="photos_one_high_rate")
        photos = runs["photos_one_high_rate"]
        plot_mean(axes, photos, "train_loss", "training")
        plot_mean(axes, photos, "val_loss", "validation")
        axes.set(xlabel="epoch", ylabel="loss")
        axes.set_xticks(photos[0]["history"]["epoch"])
        axes.legend()


if __name__ == "__main__":
    draw(main())
    plt.show()
