"""Put six rules of thumb about fine-tuning to the test.

A rule's verdict is decided from the accuracies: one way of training
beats another by more than MARGIN on average, and with every seed.

Shapes: B batch, N data set, C classes; a picture is (3, H, W)
Run: python which_when.py --runs 3
Source: six rules of a study diary; torchvision documentation, Models
"""

import argparse
import contextlib
import copy
import hashlib
import math
import os
import statistics
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset
from torchvision import models
from torchvision.models.resnet import BasicBlock

MARGIN = 0.03  # a smaller difference counts as none
# What is trained, and the old layers' share of the learning rate.
MODES = {
    "scratch": ("", 1),
    "head": ("fc.", 0),
    "partial": (("layer3.", "fc."), 0.1),
    "last_layers": (("layer3.", "fc."), 1),
    "finetune": ("", 0.1),
    "hundredth": ("", 0.01),
    "retrain": ("", 1),
}
NETWORKS = ["resnet18", "vgg11", "squeezenet1_1", "alexnet", "vit_b_16"]
TRIED = [16, 32, 64, 224, 256]  # shown to every network


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


class FlatResNet(SmallResNet):
    """The same body; its last layer fits one size of picture only."""

    def __init__(self, classes: int = 10) -> None:
        super().__init__(classes)
        self.pool = nn.Identity()
        self.fc = nn.Linear(96 * 4 * 4, classes)

    def forward(self, images: Tensor) -> Tensor:
        features = self.bn1(self.conv1(images)).relu()
        features = self.layer3(self.layer2(self.layer1(features)))
        return self.fc(self.pool(features).flatten(1))  # (B, 1536) -> (B, C)


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


def draw_digits(each, seed):
    """Return `each` digits a class to train on, and others to test."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1)
    images = nn.functional.interpolate(images / 16, 32, mode="bilinear")
    images = ((images - 0.5) / 0.25).expand(-1, 3, -1, -1)  # (N, 3, 32, 32)
    labels = torch.tensor(digits.target)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(1400, generator=generator)
    chosen = torch.cat([order[labels[order] == c][:each] for c in range(10)])
    train = TensorDataset(images[chosen], labels[chosen])
    return train, TensorDataset(images[1400:], labels[1400:])


def draw_new_shapes(each, seed):
    """Return `each` new shapes a class to train on, and others to test."""
    train = draw_shapes(NEW_SHAPES, each, seed=1000 + seed)
    return train, draw_shapes(NEW_SHAPES, 100, seed=3)


def resize(data, side):
    """Return the pictures in another size."""
    images, labels = data.tensors
    images = nn.functional.interpolate(
        images, side, mode="bilinear", antialias=True
    )
    return TensorDataset(images, labels)


def val_accuracy(model, data, device):
    """Return the share of right answers."""
    criterion = nn.CrossEntropyLoss()
    return validate(model, DataLoader(data, 100), criterion, device)[1]


def train_model(model, mode, rate, data, seed, settings):
    """Train in one mode; the last layer is called fc."""
    trained, share = MODES[mode]
    device = settings.device
    groups = parameter_groups(model, "fc.", trained, rate * share, rate)
    optimizer = torch.optim.SGD(groups, momentum=0.9)
    generator = torch.Generator().manual_seed(seed)
    loader = DataLoader(data, 16, True, generator=generator)
    criterion = nn.CrossEntropyLoss()
    for epoch in range(1, settings.epochs + 1):
        loss, _ = fine_tune_epoch(model, loader, criterion, optimizer, device)
        if not math.isfinite(loss):
            raise FloatingPointError(
                f"loss of epoch {epoch} is not finite: lower --rates"
            )


def try_mode(mode, rate, data, seed, settings):
    """Train a small ResNet once in one mode; return its accuracy."""
    train, val = data
    torch.manual_seed(seed)
    model = SmallResNet()
    if mode != "scratch":
        model.load_state_dict(pretrained_weights())
    replace_head(model, len(val.tensors[1].unique()))
    model.to(settings.device)
    train_model(model, mode, rate, train, seed, settings)
    return val_accuracy(model, val, settings.device)


def summary(name, values):
    """Print and return the mean and the spread of some accuracies."""
    mean = statistics.fmean(values)
    std = statistics.stdev(values) if len(values) > 1 else 0.0
    line = f"{name:42} {mean:6.1%} +- {std:5.1%}"
    print(f"{line}  n={len(values)}", flush=True)
    found = {"values": values, "mean": mean, "std": std}
    return found | {"low": mean - std, "high": mean + std}


def seeds_of(settings):
    return range(settings.seed, settings.seed + settings.runs)


def try_modes(rule, rates, draw, each, settings):
    """Train each mode at its rate, with every seed; return accuracies."""
    data = {seed: draw(each, seed) for seed in seeds_of(settings)}
    found = {}
    for mode, rate in rates.items():
        values = [try_mode(mode, rate, data[s], s, settings) for s in data]
        name = f"rule {rule}  {each} a class  rate {rate:g}  {mode}"
        found[mode] = summary(name, values) | {"rate": rate}
    return found


def beats(one, other):
    """Say whether one is better on average and with every seed."""
    pairs = list(zip(one["values"], other["values"], strict=True))
    clear = one["mean"] - other["mean"] > MARGIN
    return clear and all(a > b for a, b in pairs)


def decide(rule, settings, wrong, nuance):
    """Print and return a verdict; fewer than three runs give none."""
    verdict = "wrong" if wrong else "needs nuance" if nuance else "holds"
    if settings.runs < 3:
        verdict = "undecided, too few runs"
    print(f"rule {rule}  verdict: {verdict}")
    return verdict


def similar_and_small(settings):
    """Rule 1: similar data, few pictures: train the last layer only."""
    modes = ["scratch", "head", "partial", "finetune"]
    rates = dict.fromkeys(modes, settings.rates[0])
    found = try_modes(1, rates, draw_new_shapes, 20, settings)
    head, others = found["head"], found.values()
    wrong = beats(found["scratch"], head)
    nuance = any(beats(other, head) for other in others)
    nuance |= not beats(head, found["scratch"])
    return found | {"verdict": decide(1, settings, wrong, nuance)}


def different_and_small(settings):
    """Rule 2: different data, few pictures: train the last layers."""
    modes = ["scratch", "head", "last_layers", "finetune", "retrain"]
    tried = [
        try_modes(2, dict.fromkeys(modes, rate), draw_digits, 10, settings)
        for rate in settings.rates
    ]
    best = {  # each mode at its better rate
        mode: max((found[mode] for found in tried), key=lambda f: f["mean"])
        for mode in modes
    }
    last = best["last_layers"]
    wrong = beats(best["scratch"], last)
    nuance = any(beats(other, last) for other in best.values())
    nuance |= not beats(last, best["scratch"])
    verdict = decide(2, settings, wrong, nuance)
    return {"rates": columns(tried), "best": best, "verdict": verdict}


def retrain_everything(few, settings):
    """Rule 3: else train all layers, from the pretrained weights."""
    rates = {mode: few[mode]["rate"] for mode in ("scratch", "retrain")}
    more = try_modes(3, rates, draw_digits, 20, settings)
    wrong = any(beats(one["scratch"], one["retrain"]) for one in (few, more))
    nuance = any(beats(other, few["retrain"]) for other in few.values())
    for one in (few, more):
        nuance |= not beats(one["retrain"], one["scratch"])
    return more | {"verdict": decide(3, settings, wrong, nuance)}


def error_at(model, side):
    """Show a network pictures of some size; return the error, if any."""
    device = next(model.parameters()).device
    try:
        with torch.no_grad():
            model(torch.zeros(2, 3, side, side, device=device))
    except (RuntimeError, AssertionError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def network_named(name):
    """Return a network with random weights, a large one without memory."""
    if name in NETWORKS:
        with torch.device("meta"):  # shapes only, nothing is computed
            return models.get_model(name, weights=None).eval()
    own = {"SmallResNet": SmallResNet, "FlatResNet": FlatResNet}
    return own[name]().eval()


def network_sizes(name):
    """Find out which sizes a network takes."""
    model = network_named(name)
    errors = {side: error_at(model, side) for side in TRIED}
    accepted = [side for side in TRIED if not errors[side]]
    smallest = next(s for s in range(1, 257) if not error_at(model, s))
    taken = " ".join(map(str, accepted))
    print(f"rule 4  {name:13}  from {smallest:3} px, takes {taken}")
    error = next(filter(None, errors.values()), "")
    if error:
        print(f"        {error}")
    return {"smallest": smallest, "taken": taken, "error": error}


def another_size(settings):
    """Rule 4: in a CNN, pictures of another size are an error."""
    names = ["SmallResNet", *NETWORKS, "FlatResNet"]
    networks = {name: network_sizes(name) for name in names}
    model = SmallResNet().to(settings.device)
    model.load_state_dict(pretrained_weights())
    rows = {"as_is": [], "resized": []}
    for side in settings.sides:
        data = [draw_old_shapes(side, seed) for seed in seeds_of(settings)]
        for way, found in rows.items():
            shown = data if way == "as_is" else [resize(d, 32) for d in data]
            values = [val_accuracy(model, d, settings.device) for d in shown]
            found.append(summary(f"rule 4  {side} px  {way}", values))
    free = [name for name in names if " " in networks[name]["taken"]]
    own = len(free) < len(names)  # an error is still possible
    verdict = ("outdated" if own else "wrong") if free else "holds"
    print(f"rule 4  verdict: {verdict}")
    found = {way: columns(row) for way, row in rows.items()}
    found |= {"side": settings.sides, "networks": networks}
    return found | {"tried": TRIED, "verdict": verdict}


def draw_old_shapes(side, seed, each=30):
    """Draw the old shapes once more, in any size."""
    return draw_shapes(OLD_SHAPES, each, seed=2000 + seed, side=side)


def columns(rows):
    """Turn a list of nested dicts into a nested dict of lists."""
    if not isinstance(rows[0], dict):
        return list(rows)
    return {name: columns([row[name] for row in rows]) for name in rows[0]}


def flat_model(seed, settings):
    """Teach a network with a fixed last layer the old shapes."""
    torch.manual_seed(seed)
    model = FlatResNet()
    body = pretrained_weights()
    body = {name: body[name] for name in body if not name.startswith("fc.")}
    model.load_state_dict(body, strict=False)
    model.to(settings.device)
    data = draw_shapes(OLD_SHAPES, 60, seed=3000 + seed)
    train_model(model, "finetune", settings.rates[0], data, seed, settings)
    return model


def pool_or_resize(model, side, seed, settings):
    """Let a network for 32 pixels see another size, in two ways."""
    val, rate = draw_old_shapes(side, seed), settings.rates[0]
    train = draw_shapes(OLD_SHAPES, 20, seed=4000 + seed, side=side)
    found = {}
    for way in ("pool", "resize"):
        changed, data = copy.deepcopy(model), [train, val]
        if way == "pool":
            changed.pool = nn.AdaptiveAvgPool2d(4)
        else:
            data = [resize(one, 32) for one in data]
        found[way] = val_accuracy(changed, data[1], settings.device)
        train_model(changed, "finetune", rate, data[0], seed, settings)
        found[f"{way}_tuned"] = val_accuracy(changed, data[1], settings.device)
    return found


def pool_before_head(settings):
    """Rule 5: a pooling layer before the last one costs accuracy."""
    settings = argparse.Namespace(**vars(settings))
    settings.epochs = min(settings.epochs, 3)
    trained = {s: flat_model(s, settings) for s in seeds_of(settings)}
    rows, losses = [], {"": [], "_tuned": []}
    for side in settings.sides:
        runs = columns(
            [pool_or_resize(trained[s], side, s, settings) for s in trained]
        )
        found = {
            way: summary(f"rule 5  {side} px  {way}", runs[way]) for way in runs
        }
        rows.append(found)
        for way, lost in losses.items():
            if side != 32:  # there, pooling changes nothing
                lost.append(beats(found[f"resize{way}"], found[f"pool{way}"]))
    wrong = not any(losses[""])
    nuance = not all(losses[""] + losses["_tuned"])
    verdict = decide(5, settings, wrong, nuance)
    return {"side": settings.sides, **columns(rows), "verdict": verdict}


def slower_body(settings):
    """Rule 6: the old layers learn at a tenth of the rate."""
    modes = ["retrain", "finetune", "hundredth"]
    tried = [
        try_modes(6, dict.fromkeys(modes, rate), draw_new_shapes, 20, settings)
        for rate in settings.rates
    ]
    gains = [beats(one["finetune"], one["retrain"]) for one in tried]
    nuance = any(beats(one["hundredth"], one["finetune"]) for one in tried)
    nuance |= not all(gains)
    verdict = decide(6, settings, not any(gains), nuance)
    return {**columns(tried), "verdict": verdict}


def parse_arguments(argv):
    device = "cpu"
    if torch.accelerator.is_available():
        device = str(torch.accelerator.current_accelerator())
    parser = OneLineParser(description="Test six rules of fine-tuning.")
    add = parser.add_argument
    add("--seed", type=number(int, 0), default=0, help="the first one")
    add("--runs", type=number(int, 1), default=3, help="seeds a mode")
    add("--device", type=usable_device, default=device, help="cpu, cuda, ...")
    add("--epochs", type=number(int, 1), default=10, help="of a training")
    rates, sides = [1e-2, 3e-2], [24, 32, 40, 48, 64]
    each = "to try, of the head"
    add("--rates", type=number(float, 0), nargs="+", default=rates, help=each)
    each = "of pictures, in pixels"
    add("--sides", type=number(int, 1), nargs="+", default=sides, help=each)
    return parser.parse_args(argv)


def test_rules(settings):
    """Return the numbers and the verdict of every rule."""
    similar = similar_and_small(settings)
    different = different_and_small(settings)
    return {
        "similar": similar,
        "different": different,
        "retrained": retrain_everything(different["best"], settings),
        "sizes": another_size(settings),
        "pooled": pool_before_head(settings),
        "slower": slower_body(settings),
    }


def main(argv: list[str] | None = None) -> dict[str, object]:
    settings = parse_arguments(argv)
    with one_line_errors(None):
        results = test_rules(settings)
    for name in ("runs", "epochs", "rates"):
        results[name] = getattr(settings, name)
    return results


def draw(results):
    """Draw the accuracy of each way, and that at other sizes."""
    found = {
        "similar": results["similar"],
        "different": results["different"]["best"],
    }
    for name, ways in found.items():
        figure, axes = plt.subplots(num=name)
        ways = {way: ways[way] for way in ways if way != "verdict"}
        means = [way["mean"] for way in ways.values()]
        stds = [way["std"] for way in ways.values()]
        axes.barh([*ways], means, xerr=stds, capsize=3)
        axes.invert_yaxis()  # the first on top
        axes.set(xlim=(0, 1), xlabel="accuracy")
        axes.xaxis.set_major_formatter("{x:.0%}")

    figure, axes = plt.subplots(num="sizes")
    sizes = results["sizes"]
    for way, name in ("as_is", "as is"), ("resized", "resized to 32"):
        line = sizes[way]
        axes.plot(sizes["side"], line["mean"], label=name)
        axes.fill_between(sizes["side"], line["low"], line["high"], alpha=0.2)
    axes.set(xlabel="side of the input (pixels)", ylabel="accuracy")
    axes.set(ylim=(0, 1), xticks=sizes["side"])
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.legend()


if __name__ == "__main__":
    draw(main())
    plt.show()
