"""Fine-tune a pretrained network at many learning rates.

one: one rate for all layers; warmup: the same, after some small steps;
tenth, hundredth: old layers learn more slowly; head: they do not learn.

Shapes: B batch, N data set, C classes; a picture is (3, 32, 32)
Run: python learning_rates.py --rates 0.01 0.05 --runs 3
Source: PyTorch documentation, torch.optim; torch.optim.swa_utils.update_bn
"""

import argparse
import contextlib
import copy
import hashlib
import itertools
import math
import os
import statistics
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LinearLR
from torch.optim.swa_utils import update_bn
from torch.utils.data import DataLoader, TensorDataset
from torchvision.models.resnet import BasicBlock

# The rate of the pretrained layers as a share of the head's rate.
BODY_SHARE = {"one": 1, "warmup": 1, "tenth": 0.1, "hundredth": 0.01, "head": 0}
WATCHED = [("one", 1e-2), ("one", 5e-2)]  # measured in early epochs too
PARTS = ["conv1", "layer1", "layer2", "layer3", "body"]


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
        return self.fc(features.mean(dim=(2, 3)))


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


def fresh_model(settings):
    """Return the pretrained network with a random head."""
    model = SmallResNet()
    model.load_state_dict(pretrained_weights())
    replace_head(model, len(NEW_SHAPES))
    return model.to(settings.device)


def choose_rates(model, way, rate, steps):
    """Return the optimizer and the schedule of one way."""
    trained = "fc." if way == "head" else ""
    body_rate = rate * BODY_SHARE[way]
    groups = parameter_groups(model, "fc.", trained, body_rate, rate)
    optimizer = torch.optim.SGD(groups, momentum=0.9)
    start = 0.01 if way == "warmup" else 1  # 1: no warm-up
    return optimizer, LinearLR(optimizer, start, total_iters=steps)


def scheduled_epoch(model, loader, optimizer, scheduler, device):
    """Learn from every batch once; return loss and accuracy."""
    model.train()
    freeze_statistics(model)
    total_loss, correct, count = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        logits = model(images)  # (B, 3, H, W) -> (B, C)
        loss = nn.functional.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()  # after every batch, not epoch
        total_loss += loss.item() * len(labels)
        correct += (logits.argmax(dim=1) == labels).sum().item()
        count += len(labels)
    return total_loss / count, correct / count


def distances(model, before):
    """Return ||w - w0|| / ||w0|| for every part of the body."""
    moved = {}
    for part in PARTS:
        pairs = [
            (parameter.detach().cpu(), before[name])
            for name, parameter in model.named_parameters()
            if not name.startswith("fc.")
            and (part == "body" or name.startswith(f"{part}."))
        ]
        change = sum((now - old).square().sum() for now, old in pairs)
        size = sum(old.square().sum() for _, old in pairs)
        moved[part] = (change / size).sqrt().item()
    return moved


def measure_statistics(model, loaders, count_anew, device):
    """Return accuracies, perhaps with statistics counted anew as well."""
    criterion = nn.CrossEntropyLoss()
    train, val = loaders
    measured = {
        "eval_accuracy": validate(model, train, criterion, device)[1],
        "val_accuracy": validate(model, val, criterion, device)[1],
    }
    if count_anew:
        counted = copy.deepcopy(model)
        update_bn(train, counted, device)
        accuracy = validate(counted, val, criterion, device)[1]
        measured["counted_accuracy"] = accuracy
    return measured


def train_at_rate(way, rate, seed, data, settings):
    """Train at one rate; return what is compared."""
    torch.manual_seed(seed)
    model = fresh_model(settings)
    before = {name: w.cpu().clone() for name, w in model.state_dict().items()}
    generator = torch.Generator().manual_seed(seed)
    train = DataLoader(data[0], 16, True, generator=generator)
    fixed = [DataLoader(one, 100) for one in data]
    optimizer, scheduler = choose_rates(model, way, rate, settings.warmup_steps)
    history = []
    for epoch in range(1, settings.epochs + 1):
        loss, accuracy = scheduled_epoch(
            model, train, optimizer, scheduler, settings.device
        )
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"loss of epoch {epoch} is not finite: lower --rates"
            )
        row = {"train_loss": loss, "train_accuracy": accuracy}
        early = (way, rate) in WATCHED and epoch <= 5
        if early or epoch == settings.epochs:
            row |= measure_statistics(
                model, fixed, way == "one", settings.device
            )
        row |= distances(model, before)
        history.append(row)
    return history, model


def epoch_summary(histories, epoch):
    """Return mean, spread and n of all that one epoch has measured."""
    found = {}
    for name in histories[0][epoch]:
        values = [history[epoch][name] for history in histories]
        mean, std = statistics.fmean(values), statistics.stdev(values)
        found[name] = {"mean": mean, "std": std}
        found[name] |= {"low": mean - std, "high": mean + std}
    return found


def columns(rows):
    """Turn a list of nested dicts into a nested dict of lists."""
    if not isinstance(rows[0], dict):
        return list(rows)
    return {name: columns([row[name] for row in rows]) for name in rows[0]}


def try_rates(way, rates, data, settings):
    """Train at every rate with every seed; print and return a summary."""
    line = "{:9} {:5g}  train {:6.1%}  val {:6.1%} +- {:5.1%}  body {:7.2%}"
    ends, firsts, starts, models = [], [], [], []
    for rate in rates:
        seeds = range(settings.seed, settings.seed + settings.runs)
        trained = [train_at_rate(way, rate, s, data, settings) for s in seeds]
        histories = [history for history, _ in trained]
        models = [model for _, model in trained]
        end, first = epoch_summary(histories, -1), epoch_summary(histories, 0)
        train, val = end["train_accuracy"]["mean"], end["val_accuracy"]
        moved = end["body"]["mean"]
        values = train, val["mean"], val["std"], moved
        print(line.format(way, rate, *values), f"n={settings.runs}", flush=True)
        ends.append(end)
        firsts.append({part: first[part] for part in PARTS})
        early = range(min(settings.epochs, 5))
        starts.append(columns([epoch_summary(histories, e) for e in early]))
    found = {"rate": [*rates], **columns(ends), "first": columns(firsts)}
    if way == "one":
        found["early"] = starts
    return found, models


def body_gradient(model, data):
    """Return the gradient of the old layers on all training pictures."""
    model.eval()
    parameters = [
        parameter.requires_grad_()
        for name, parameter in model.named_parameters()
        if not name.startswith("fc.")
    ]
    device = parameters[0].device
    images, labels = (tensor.to(device) for tensor in data.tensors)
    loss = nn.functional.cross_entropy(model(images), labels)
    gradients = torch.autograd.grad(loss, parameters)
    return torch.cat([gradient.flatten() for gradient in gradients])


def compare_gradients(models, data):
    """Return the mean norm and the mean cosine between two heads."""
    gradients = [body_gradient(model, data) for model in models]
    cosines = [
        nn.functional.cosine_similarity(a, b, dim=0).item()
        for a, b in itertools.combinations(gradients, 2)
    ]
    norms = [gradient.norm().item() for gradient in gradients]
    return {
        "norm": statistics.fmean(norms),
        "cosine": statistics.fmean(cosines),
    }


def same_parameter_twice(model):
    """Put the head into two groups; return the error."""
    body, head = model.parameters(), model.fc.parameters()
    try:
        torch.optim.SGD([{"params": body, "lr": 1e-3}, {"params": head}])
    except ValueError as error:
        print(f"ValueError: {error}")
        return str(error)
    return ""


def parse_arguments(argv):
    device = "cpu"
    if torch.accelerator.is_available():
        device = str(torch.accelerator.current_accelerator())
    parser = OneLineParser(description="Compare learning rates.")
    add = parser.add_argument
    rates = [1e-3, 5e-3, 1e-2, 5e-2, 2e-1]
    each = "to try, of the head"
    add("--rates", type=number(float, 0), nargs="+", default=rates, help=each)
    add("--seed", type=number(int, 0), default=0, help="the first one")
    add("--runs", type=number(int, 2), default=3, help="seeds a rate")
    add("--device", type=usable_device, default=device, help="cpu, cuda, ...")
    add("--epochs", type=number(int, 1), default=15, help="of a training")
    add("--warmup-steps", type=number(int, 1), default=21, help="batches")
    return parser.parse_args(argv)


def compare_rates(settings):
    """Train in all ways at all rates; return what is compared."""
    data = [draw_shapes(NEW_SHAPES, 20, 2), draw_shapes(NEW_SHAPES, 100, 3)]
    results = {}
    for way in BODY_SHARE:
        rates = [1e-2] if way == "head" else settings.rates
        results[way], models = try_rates(way, rates, data, settings)
    torch.manual_seed(settings.seed)
    fresh = [fresh_model(settings) for _ in models]
    results["gradient"] = {
        "random_head": compare_gradients(fresh, data[0]),
        "trained_head": compare_gradients(models, data[0]),
    }
    for name, found in results["gradient"].items():
        norm, cosine = found["norm"], found["cosine"]
        print(f"{name:12}  norm {norm:.3f}  cosine {cosine:.3f}")
    results["two_groups"] = same_parameter_twice(fresh[0])
    results["early_epoch"] = [*range(1, min(settings.epochs, 5) + 1)]
    return results


def main(argv: list[str] | None = None) -> dict[str, object]:
    settings = parse_arguments(argv)
    with one_line_errors(None):
        results = compare_rates(settings)
    for name in ("runs", "epochs", "warmup_steps"):
        results[name] = getattr(settings, name)
    return results


def plot_lines(axes, x, found):
    """Draw lines by name: mean and standard deviation over the seeds."""
    for name, line in found.items():
        axes.plot(x, line["mean"], label=name)
        axes.fill_between(x, line["low"], line["high"], alpha=0.2)


def draw(results):
    """Draw accuracy and distance by rate, and the first epochs."""
    one, rates = results["one"], results["one"]["rate"]
    figure, axes = plt.subplots(num="accuracy")
    ways = [way for way in BODY_SHARE if way != "head"]
    lines = {way: results[way]["val_accuracy"] for way in ways}
    plot_lines(axes, rates, lines)
    axes.legend()
    axes.set(xlabel="learning rate of the head", ylabel="validation accuracy")
    axes.set_xscale("log")
    axes.yaxis.set_major_formatter("{x:.0%}")

    figure, axes = plt.subplots(num="distance")
    layers = {name: one[name] for name in PARTS if name != "body"}
    plot_lines(axes, rates, layers)
    axes.legend()
    axes.set(xlabel="learning rate of all layers", ylabel="relative distance")
    axes.set(xscale="log", yscale="log")

    figure, axes = plt.subplots(num="statistics", figsize=(4.2, 3))
    early = [row for row in one["early"] if "val_accuracy" in row][-1]
    kinds = {
        "training (batch statistics)": early["train_accuracy"],
        "validation (running)": early["val_accuracy"],
        "validation (counted anew)": early["counted_accuracy"],
    }
    plot_lines(axes, results["early_epoch"], kinds)
    figure.legend(loc="outside upper left")
    axes.set(xlabel="epoch", ylabel="accuracy")
    axes.yaxis.set_major_formatter("{x:.0%}")


if __name__ == "__main__":
    draw(main())
    plt.show()
