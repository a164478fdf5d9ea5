"""Train a network on a folder of your own pictures, then let it predict.

train: learn from folders of pictures, one folder a class; predict: name
the class of new pictures; demo: both, on a few pictures drawn for it.

Shapes: B batch, C classes; a picture is (3, H, W)
Run: python own_pictures.py demo --seed 0
Source: torchvision documentation, Models and pre-trained weights;
PyTorch documentation, Saving and Loading Models
"""

import argparse
import glob
import math
import os
import pickle
import sys
import tempfile
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision import models, transforms
from torchvision.datasets.folder import IMG_EXTENSIONS
from torchvision.transforms.functional import Image  # Pillow's
from torchvision.utils import save_image

# For each network, what mode partial trains.
LAST_BLOCK = {
    "resnet18": ("layer4.", "fc."),
    "vgg16": ("features.24.", "features.26.", "features.28.", "classifier."),
    "squeezenet1_1": ("features.12.", "classifier."),
    "mobilenet_v2": ("features.17.", "features.18.", "classifier."),
    "mobilenet_v3_small": ("features.11.", "features.12.", "classifier."),
    "efficientnet_b0": ("features.7.", "features.8.", "classifier."),
}
ENDINGS = (*IMG_EXTENSIONS, ".gif")
TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}  # EXIF -> transpose
FIXED = ["model", "mode", "size", "seed", "batch_size"]
FIXED += ["learning_rate", "body_rate"]  # equal in a resumed run


def to_rgb(picture):
    """Return a picture in RGB, on white where it is transparent."""
    if picture.mode == "F":
        raise ValueError("decimal numbers as pixels: convert it to 8 bit")
    if picture.mode.startswith("I"):  # 16 bit; convert() would cut at 255
        picture = picture.convert("I").point(lambda value: value / 256)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return picture.convert("RGB")


def open_picture(path):
    """Return a file as an upright RGB picture, or raise an OSError."""
    try:
        with Image.open(path) as opened:
            turn = TURNS.get(opened.getexif().get(0x0112))
            picture = to_rgb(opened)
    except Exception as error:  # each file format has its own errors
        raise OSError(f"{path} ({error})") from None
    return picture if turn is None else picture.transpose(turn)


class Pictures(Dataset):
    """Open a picture when its turn comes; all at once fill the memory."""

    def __init__(self, pairs, transform):
        self.pairs, self.transform = pairs, transform

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        path, label = self.pairs[index]
        return self.transform(open_picture(path)), label


def pictures_below(folder):
    """Return all pictures in a folder and its subfolders, none hidden."""
    names = glob.glob("**", root_dir=folder, recursive=True)
    found = [name for name in names if name.lower().endswith(ENDINGS)]
    return [Path(folder, name) for name in sorted(found)]


def subfolders(folder):
    """Return the folders in a folder by name, none hidden."""
    names = sorted(glob.glob("*/", root_dir=folder))
    return {Path(name).name: Path(folder, name) for name in names}


def find_classes(data):
    """Return the folders of train and val (or None), and the classes."""
    if not Path(data).is_dir():
        raise OSError(f"{data} is not a folder")
    parts = {name.lower(): path for name, path in subfolders(data).items()}
    val = parts.get("val") or parts.get("valid") or parts.get("validation")
    if val and "train" not in parts:
        raise OSError(f"{data} has a folder {val.name}, but no train")
    train = parts.get("train", Path(data))
    classes = list(subfolders(train))  # train alone decides the numbers
    if len(classes) < 2:
        raise OSError(
            f"{train}: two or more class folders are needed, there is "
            f"{classes}: is --data one level too high or too low?"
        )
    if val and (unknown := sorted(set(subfolders(val)) - set(classes))):
        raise OSError(f"{train}: train lacks {unknown} of {val.name}")
    return train, val, classes


def load_pairs(data):
    """Return (path, label) pairs of train and val, and the class names."""
    train_folder, val_folder, classes = find_classes(data)
    if not val_folder:
        print("no folder val: a fifth of each class is kept for validation")
    train, val = [], []
    for label, name in enumerate(classes):
        learned = pictures_below(train_folder / name)
        if not learned:
            raise OSError(f"class {name!r}: no picture ({' '.join(ENDINGS)})")
        if val_folder:
            kept = pictures_below(val_folder / name)
        else:  # a single picture goes to training
            kept = learned[1::5]
            del learned[1::5]
        note = "" if kept else " (none to validate with)"
        print(f"  {name}: {len(learned)} train, {len(kept)} val{note}")
        train += [(path, label) for path in learned]
        val += [(path, label) for path in kept]
    print(f"{len(classes)} classes, {len(train)} + {len(val)} pictures")
    if not val:
        raise OSError(f"{data}: no picture is left for validation")
    return train, val, classes


def progress(steps, text):
    """Yield the steps, counted in one line where somebody watches."""
    for done, step in enumerate(steps, 1):
        yield step
        if sys.stderr.isatty():
            line = f"{text} {done}/{len(steps)}".ljust(40)
            print(line, end="\r", file=sys.stderr, flush=True)


def check_pictures(pairs):
    """Open every picture once; fail before training, not in its middle."""
    bad = []
    for path, _ in progress(pairs, "checking picture"):
        try:
            open_picture(path)
        except OSError as error:
            bad.append(error)
    if bad:
        raise OSError(
            f"{len(bad)} of {len(pairs)} pictures cannot be read, "
            f"first: {bad[0]}: remove or replace them"
        )


def cut_long_sides(picture):
    """Cut to 4:1, around the middle: a thin strip would grow huge."""
    longest = 4 * min(picture.size)
    width, height = (min(side, longest) for side in picture.size)
    return transforms.functional.center_crop(picture, [height, width])


def make_transforms(name, size):
    """Return the transforms to (3, H, W) for training and for prediction."""
    preset = models.get_model_weights(name).DEFAULT.transforms
    resize, crop = preset().resize_size[0], preset().crop_size[0]
    size = size or crop
    resize = size * resize // crop
    random_crop = transforms.RandomResizedCrop(size)
    flip = transforms.RandomHorizontalFlip()
    cropped = preset(resize_size=size, crop_size=size)
    usual = preset(resize_size=resize, crop_size=size)
    return (
        transforms.Compose([random_crop, flip, cropped]),
        transforms.Compose([cut_long_sides, usual]),
    )


def freeze_statistics(model):
    """Let BatchNorm use, not change, the statistics of frozen layers."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.train(module.weight.requires_grad and module.training)


def pass_over(model, loader, device, optimizer=None):
    """Learn from all batches, or only measure; return loss and accuracy."""
    learning = optimizer is not None
    model.train(learning)
    freeze_statistics(model)
    total_loss, correct, count = 0.0, 0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        with torch.set_grad_enabled(learning):
            logits = model(images)  # (B, 3, H, W) -> (B, C)
            loss = nn.functional.cross_entropy(logits, labels)
        if learning:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        total_loss += loss.item() * len(labels)
        correct += (logits.argmax(dim=1) == labels).sum().item()
        count += len(labels)
    return total_loss / count, correct / count


def load_weights_below(model, head, settings):
    """Fill all layers but the head with pretrained weights."""
    name, path = settings.model, settings.weights
    try:
        if path:
            state = torch.load(path, map_location="cpu", weights_only=True)
        else:
            weights = models.get_model_weights(name).DEFAULT
            state = weights.get_state_dict(check_hash=True)
        own = model.state_dict()
        own_head = {key: own[key] for key in own if key.startswith(head)}
        model.load_state_dict(state | own_head)
        return
    except pickle.UnpicklingError:  # torch explains unsafe ways to read it
        reason = "no state_dict"
    except RuntimeError as error:  # lists all that does not fit
        reason = " ".join(str(error).split())
    except Exception as error:  # of many kinds: net, disk, any content
        reason = str(error).partition("\n")[0]
    raise OSError(
        f"no weights of {name} from {path or 'the net'} ({reason}): "
        "give --weights FILE or --mode scratch"
    )


def resume_or_start(settings, run):
    """Return network and optimizer, new or as the last epoch left them."""
    torch.manual_seed(settings.seed)
    classes = len(run["classes"])
    model = models.get_model(settings.model, num_classes=classes)
    head = [*model.state_dict()][-1].removesuffix("bias")  # e.g. "fc."
    if settings.mode != "scratch" and "optimizer" not in run:
        load_weights_below(model, head, settings)
    trained, new = {
        "scratch": ("", ""),  # all layers
        "head": (head, head),
        "partial": (LAST_BLOCK[settings.model], head),
        "finetune": ("", head),
    }[settings.mode]
    body, top = [], []
    for key, parameter in model.to(settings.device).named_parameters():
        parameter.requires_grad_(key.startswith(trained))
        if parameter.requires_grad:
            (top if key.startswith(new) else body).append(parameter)
    rate, body_rate = settings.learning_rate, settings.body_rate
    if body_rate is None:  # new layers learn fast, old ones slowly
        body_rate = rate / 10
    groups = [{"params": top}, {"params": body, "lr": body_rate}]
    optimizer = torch.optim.SGD(groups, rate, momentum=0.9)
    if "optimizer" in run:
        model.load_state_dict(run["state_dict"])
        optimizer.load_state_dict(run.pop("optimizer"))
    return model, optimizer


def load_checkpoint(path):
    """Return what `train` kept, or say in one line what is wrong."""
    try:
        kept = torch.load(path, map_location="cpu", weights_only=True)
        if "pictures" in kept:
            return kept
        reason = "other content"
    except Exception as error:  # of many kinds: the file may hold anything
        reason = type(error).__name__
    raise OSError(f"{path} is no checkpoint of own_pictures.py ({reason})")


def save_whole(content, path):
    """Write a file whole or not at all."""
    temporary = path.with_suffix(".tmp")
    try:
        torch.save(content, temporary)
    except RuntimeError as error:
        raise OSError(f"cannot write {path} ({error})") from None
    temporary.replace(path)


def open_run(settings, new):
    """Make the folder of a run; return its last state, or a new one."""
    out = Path(settings.out)
    if Path(out, "best.pt").exists() and not settings.resume:
        raise OSError(f"{out} holds a run: add --resume or change --out")
    try:
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    except OSError as error:
        raise OSError(f"cannot write to {out} ({error.strerror})") from None
    if not Path(out, "last.pt").exists():
        return new
    last = load_checkpoint(out / "last.pt")
    for name, now in new["settings"].items():
        before = last["settings"][name]
        if before != now:
            flag = "--" + name.replace("_", "-")
            raise OSError(f"{out} was started with {flag} {before}, not {now}")
    if last["pictures"] != new["pictures"]:
        raise OSError(f"{out} was started with other pictures")
    epochs = len(last["history"])
    if epochs >= settings.epochs:
        raise OSError(f"{out} has {epochs} epochs: raise --epochs")
    return last


def run_epoch(model, optimizer, loaders, epoch, settings):
    """Train and validate once; return the numbers of the epoch."""
    # An epoch depends on seed and number only, so it can be resumed.
    torch.manual_seed(hash((settings.seed, epoch)))
    batches = progress(loaders[0], f"epoch {epoch}, batch")
    row = {"epoch": epoch}
    row["train_loss"], row["train_accuracy"] = pass_over(
        model, batches, settings.device, optimizer
    )
    row["val_loss"], row["val_accuracy"] = pass_over(
        model, loaders[1], settings.device
    )
    if not math.isfinite(row["train_loss"] + row["val_loss"]):
        reason = f"loss of epoch {epoch} is not finite"
        raise FloatingPointError(f"{reason}: lower --learning-rate")
    line = "epoch {:2}  train {:.3f} {:6.1%}  val {:.3f} {:6.1%}"
    print(line.format(*row.values()), flush=True)
    return row


def train_epochs(model, optimizer, loaders, settings, run):
    """Train; after each epoch keep the last state, and the best one."""
    for epoch in range(len(run["history"]) + 1, settings.epochs + 1):
        row = run_epoch(model, optimizer, loaders, epoch, settings)
        run["history"].append(row)
        run["state_dict"] = model.state_dict()
        best = min(run["history"], key=lambda row: row["val_loss"])
        if best is row:
            save_whole(run, Path(settings.out, "best.pt"))
        last = run | {"optimizer": optimizer.state_dict()}
        save_whole(last, Path(settings.out, "last.pt"))
    return best


def train(settings):
    """Train on the folder of pictures and keep the best network."""
    train, val, classes = load_pairs(settings.data)
    paths = [path.relative_to(settings.data) for path, _ in train + val]
    new = {
        "settings": {name: getattr(settings, name) for name in FIXED},
        "pictures": [path.as_posix() for path in paths],
        "classes": classes,
        "history": [],
    }
    run = open_run(settings, new)
    check_pictures(train + val)
    model, optimizer = resume_or_start(settings, run)
    first, usual = make_transforms(settings.model, settings.size)
    loaders = (
        DataLoader(
            Pictures(train, first),
            settings.batch_size,
            shuffle=True,
            # BatchNorm cannot learn from a single picture.
            drop_last=len(train) % settings.batch_size == 1,
        ),
        DataLoader(Pictures(val, usual), 32),
    )
    best = train_epochs(model, optimizer, loaders, settings, run)
    print(f"best epoch {best['epoch']}, val {best['val_accuracy']:.1%}")
    sizes = {"train_size": len(train), "val_size": len(val)}
    return sizes | {"history": run["history"], "best": best}


def predict_pictures(settings):
    """Print the three likeliest classes of each picture."""
    kept, source = load_checkpoint(settings.checkpoint), Path(settings.source)
    network, classes = kept["settings"]["model"], kept["classes"]
    model = models.get_model(network, num_classes=len(classes))
    model.load_state_dict(kept["state_dict"])
    model.to(settings.device).eval()
    _, transform = make_transforms(network, kept["settings"]["size"])
    answers, folder, paths = {}, source.parent, [source]
    if source.is_dir():
        folder, paths = source, pictures_below(source)
    for path in paths:
        try:
            images = transform(open_picture(path)).unsqueeze(0)
        except OSError as error:
            print(f"skipped: {error}", file=sys.stderr)
            continue
        with torch.inference_mode():
            logits = model(images.to(settings.device))  # (1, C)
        top = logits[0].softmax(dim=0).topk(min(3, len(classes)))
        names = [classes[label] for label in top.indices.tolist()]
        shares = dict(zip(names, top.values.tolist(), strict=True))
        shown = [f"{one} {share:.1%}" for one, share in shares.items()]
        name = path.relative_to(folder).as_posix()
        answers[name] = shares
        print(f"{name}: {', '.join(shown)}", flush=True)
    if not answers:
        raise OSError(f"{source} holds no readable picture")
    return {"predictions": answers}


def draw_pictures(folder, each, seed):
    """Write pictures of noise in three tints, a folder a tint."""
    generator = torch.Generator().manual_seed(seed)
    for label, name in enumerate(["red", "green", "blue"]):
        Path(folder, name).mkdir(parents=True)
        for index in range(each):
            image = 0.8 * torch.rand(3, 48, 48, generator=generator)
            image[label] += 0.2
            save_image(image, Path(folder, name, f"{name}_{index:02}.png"))


def demo(settings):
    """Draw pictures, train on them, and predict new ones."""
    with tempfile.TemporaryDirectory() as folder:
        settings.data, settings.out = f"{folder}/data", f"{folder}/run"
        settings.source = f"{folder}/new"
        settings.checkpoint = f"{folder}/run/best.pt"
        draw_pictures(settings.data, 15, seed=0)
        draw_pictures(settings.source, 1, seed=1)
        return train(settings) | predict_pictures(settings)


def evaluate_folder(settings):
    """Say how often the network is right on labelled pictures."""
    raise OSError("not yet")


def best_device():
    """Return the name of an accelerator, or cpu."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


MODES = ["scratch", "head", "partial", "finetune", "head_then_all"]
COMMANDS = {
    "train": (train, "learn from folders of pictures, one folder a class"),
    "predict": (predict_pictures, "name the class of new pictures"),
    "evaluate": (evaluate_folder, "measure on labelled pictures it never saw"),
    "demo": (demo, "both, on a few pictures drawn for it"),
}


class OneLineParser(argparse.ArgumentParser):
    def __init__(self, **options):
        shown = argparse.ArgumentDefaultsHelpFormatter
        super().__init__(formatter_class=shown, **options)

    def error(self, message):
        self.exit(2, f"error: {message} (--help lists what is possible)\n")


def number(kind, low, high=2**63):
    """Return an argparse type: a finite number from `low` to below `high`."""

    def convert(text):
        value = kind(text)
        if not low <= value < high:
            shown = "2**63" if high == 2**63 else high
            message = f"{text} is out of range: {low} or more, below {shown}"
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


def add_training_flags(add):
    """Add what both train and demo know; `add` is a parser's add_argument."""
    add("--model", choices=[*LAST_BLOCK], default="resnet18", help="network")
    text = "head, then all layers; or scratch: all, without weights; head: "
    text += "new layer only; partial: last block too; finetune: all at once"
    add("--mode", choices=MODES, default="head_then_all", help=text)
    text = "a state_dict of the network, or the best.pt of an own run (its "
    text += "known classes keep what they learned); None: torchvision's own, "
    add("--weights", metavar="FILE", help=text + "downloaded once")
    add("--resume", action="store_true", help="continue the run in --out")
    add("--epochs", type=number(int, 1), default=10, help="in all")
    text = "of --epochs, while only the head learns (head_then_all)"
    add("--freeze-epochs", type=number(int, 1), metavar="N", help=text)
    text = "end after so many epochs without a lower validation loss"
    add("--patience", type=number(int, 1), metavar="N", help=text)
    add("--batch-size", type=number(int, 2), default=16, help="pictures a step")
    text = "of new layers, at its highest: it rises and falls within the run"
    add("--learning-rate", type=number(float, 0), default=1e-3, help=text)
    text = "of pretrained layers; None: a tenth of --learning-rate"
    add("--body-rate", type=number(float, 0), help=text)
    text = "how fast weights shrink; never norms and biases"
    add("--weight-decay", type=number(float, 0), default=0.01, help=text)
    text = "side of the square that the network sees, in pixels; None: as in "
    add("--size", type=number(int, 32, 4097), help=text + "pretraining")
    text = "smallest part of a picture's area that a training crop shows"
    share = number(float, 0.01, 1.01)
    add("--min-crop", type=share, default=0.35, metavar="SHARE", help=text)
    text = "do not mirror training pictures (text, hands, arrows)"
    add("--no-flip", action="store_true", help=text)
    text = "let errors in rare classes count as much as in frequent ones"
    add("--balance", action="store_true", help=text)
    text = "regular expression: pictures in whose path it finds the same text "
    text += "stay on one side of the split, e.g. 'patient\\d+'"
    add("--group-by", metavar="PATTERN", help=text)
    text = "run the frozen layers in every epoch, not once"
    add("--no-cache", action="store_true", help=text)
    add("--seed", type=number(int, 0), default=0, help="of random numbers")


def add_reading_flags(add):
    """Add what predict and evaluate know besides."""
    add("checkpoint", help="best.pt of a run")
    add("--batch-size", type=number(int, 1), default=32, help="pictures a step")
    text = "write all answers into this new file"
    add("--json", metavar="FILE", help=text)
    add("--csv", metavar="FILE", help=text)


def parse_arguments(argv):
    """Return the settings of one of the commands."""
    parser = OneLineParser(description="Train on your own pictures.")
    commands = parser.add_subparsers(required=True, metavar="command")
    parts = {}
    for name, (run, does) in COMMANDS.items():
        part = parts[name] = commands.add_parser(name, help=does)
        part.set_defaults(run=run, out=None, mode=None)
        text = "cpu, cuda, mps, ..."
        add = part.add_argument
        add("--device", type=usable_device, default=best_device(), help=text)
        text = "threads that read pictures"
        cores = min(4, os.cpu_count() or 1)
        add("--workers", type=number(int, 1, 257), default=cores, help=text)
    for name in ("train", "demo"):
        add_training_flags(parts[name].add_argument)
    for name in ("predict", "evaluate"):
        add_reading_flags(parts[name].add_argument)
    add = parts["train"].add_argument
    needed = {"metavar": "FOLDER", "required": True}
    needed["default"] = argparse.SUPPRESS  # --help names no default
    add("--data", help="a folder a class, or train and val of such", **needed)
    add("--out", help="where to keep the run", **needed)
    add = parts["predict"].add_argument
    text = "pictures, folders of pictures, or patterns like '*.jpg'"
    add("source", nargs="+", help=text)
    add("--top", type=number(int, 1), default=3, help="classes a picture")
    text = "say 'unsure' where no class has this share"
    add("--threshold", type=number(float, 0, 1.01), default=0, help=text)
    add = parts["evaluate"].add_argument
    add("folder", help="a folder a class, none of them used in training")
    text = "write the confusion matrix as a picture into this new file"
    add("--figure", metavar="FILE.png", help=text)
    small = {"size": 32, "batch_size": 8, "epochs": 4}
    parts["demo"].set_defaults(mode="scratch", **small)
    return check_arguments(parser, parser.parse_args(argv))


def check_arguments(parser, settings):
    """Refuse flags that would be without effect."""
    mode = settings.mode
    if mode == "scratch" and settings.weights:
        parser.error("--mode scratch takes no --weights")
    if mode in ("scratch", "head") and settings.body_rate is not None:
        parser.error(f"--mode {mode} takes no --body-rate")
    if mode and mode != "head_then_all" and settings.freeze_epochs:
        parser.error(f"--mode {mode} takes no --freeze-epochs")
    return settings


def main(argv: list[str] | None = None) -> dict[str, object]:
    if hasattr(sys.stdout, "reconfigure"):  # file names in any alphabet
        sys.stdout.reconfigure(errors="backslashreplace")
    settings = parse_arguments(argv)
    try:
        return settings.run(settings)
    except KeyboardInterrupt:
        text = "nothing is kept"
        if settings.out and Path(settings.out, "last.pt").exists():
            text = f"the same command with --resume continues {settings.out}"
        print(f"stopped: {text}", file=sys.stderr)
        sys.exit(130)
    except torch.OutOfMemoryError:
        sys.exit("error: out of memory: lower --batch-size or --size")
    except (OSError, FloatingPointError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
