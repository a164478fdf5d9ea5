"""Train a network on a folder of your own pictures, then let it predict.

train: learn from folders of pictures, one folder a class; evaluate: measure
on labelled pictures that it never saw; predict: name the class of new
pictures; demo: all three, on a few pictures drawn for it. Each command
explains its options: python own_pictures.py train --help

Shapes: B batch, C classes, F features, S side; a picture is (3, S, S)
Needs: torch 2.11 or newer, torchvision
Run: python own_pictures.py demo --seed 0
Source: torchvision documentation, Models and pre-trained weights;
PyTorch documentation, Saving and Loading Models; Kumar et al. 2022,
"Fine-Tuning can Distort Pretrained Features" (the head first, then all)
"""

import argparse
import contextlib
import csv
import glob
import hashlib
import io
import json
import math
import os
import pickle
import random
import re
import sys
import tempfile
import time
import unicodedata
from collections import Counter, defaultdict, deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import NormalDist

import torch
import torchvision
from PIL import Image, ImageCms, ImageDraw
from torch import nn
from torchvision import models

# For each network, what mode partial trains.
LAST_BLOCK = {
    "resnet18": ("layer4.", "fc."),
    "resnet50": ("layer4.", "fc."),
    "vgg16": ("features.24.", "features.26.", "features.28.", "classifier."),
    "squeezenet1_1": ("features.12.", "classifier."),
    "mobilenet_v2": ("features.17.", "features.18.", "classifier."),
    "mobilenet_v3_small": ("features.11.", "features.12.", "classifier."),
    "efficientnet_b0": ("features.7.", "features.8.", "classifier."),
    "convnext_tiny": ("features.7.", "classifier."),
    "swin_t": ("features.7.", "norm.", "head."),
    "vit_b_16": ("encoder.layers.encoder_layer_11.", "encoder.ln.", "heads."),
}
MODES = ["scratch", "head", "partial", "finetune", "head_then_all"]
FIXED = ["model", "mode", "size", "seed", "batch_size", "learning_rate"]
FIXED += ["body_rate", "weight_decay", "freeze_epochs", "min_crop", "no_flip"]
FIXED += ["balance", "group_by", "no_cache"]  # equal in a resumed run
PRIVATE = {"pictures", "optimizer"}  # in last.pt, not in best.pt

ENDINGS = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif")
ENDINGS += (".tif", ".tiff", ".ppm", ".pgm", ".avif")
SYSTEM = {"__macosx", "thumbs.db", "desktop.ini", "@eadir", "lost+found"}
SYSTEM |= {"system volume information", "__pycache__"}
VALS = ("val", "valid", "validation")
TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}  # EXIF -> transpose
MOST_PIXELS = 300_000_000  # 0.9 GB as RGB
READINGS = 3  # of each training picture, while the network is frozen
ROOM = 2_000_000_000  # bytes of features that are kept in memory
SURE = 0.95  # of intervals
GOLDEN = 11400714819323198485  # 2**64 over the golden ratio
Image.MAX_IMAGE_PIXELS = None  # open_picture has a limit of its own

# Pictures -------------------------------------------------------------------


def to_rgb(picture):
    """Return a picture in RGB, on white where it is transparent.

    Greys of 10 to 32 bits are scaled by the depth that holds the brightest.
    """
    if picture.mode == "F":
        raise ValueError("decimal numbers as pixels; convert it to 8 bit")
    if picture.mode.startswith("I"):  # convert() would cut at 255
        picture = picture.convert("I")
        low, high = picture.getextrema()
        low = min(low, 0)
        bits = int(high - low).bit_length()
        depth = next(x for x in (8, 10, 12, 14, 16, 24, 33) if bits <= x)
        scale = 2.0 ** (8 - depth)
        return picture.point(lambda x: x * scale - low * scale).convert("RGB")
    if picture.mode == "LAB":
        profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(picture, *profiles, outputMode="RGB")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return picture.convert("RGB")


def open_picture(path, side=None):
    """Return a file as an upright RGB picture.

    Args:
        path: the file.
        side: pixels that its shorter side needs; a JPEG is decoded no larger
            than necessary, which is many times faster for large photos.

    Raises:
        OSError: the file cannot be read; the message names it.
    """
    try:  # an open file: Pillow maps a turned TIFF wrongly by its name
        with open(path, "rb") as file, Image.open(file) as opened:
            if side:
                larger = max(1, min(opened.size) / side)
                opened.draft(None, [int(x / larger) for x in opened.size])
            if math.prod(opened.size) > MOST_PIXELS:
                raise ValueError(f"{math.prod(opened.size)} pixels, too many")
            opened.load()  # turns a TIFF by itself
            turn = None
            with contextlib.suppress(Exception):  # damaged notes
                turn = TURNS.get(opened.getexif().get(0x0112))
            picture = to_rgb(opened)
    except Exception as error:  # each file format has its own errors
        reason = str(error).partition(": ")[0] or type(error).__name__
        raise OSError(f"{path} ({reason})") from None
    return picture if turn is None else picture.transpose(turn)


def middle_box(picture, share):
    """Return left, top, right, bottom of the square in the middle.

    Args:
        picture: the picture.
        share: how much of the shorter side it shows, from 0 to 1.
    """
    half = min(picture.size) * share / 2
    x, y = (side / 2 for side in picture.size)
    return x - half, y - half, x + half, y + half


def random_box(picture, smallest, chance):
    """Return left, top, right, bottom of a random part.

    Args:
        picture: the picture; of a thin strip, 4:1 is shown at most.
        smallest: the least share of its area, from 0 to 1.
        chance: a random.Random.
    """
    sides = [min(side, 4 * min(picture.size)) for side in picture.size]
    area = math.prod(sides) * chance.uniform(smallest, 1)
    ratio = math.exp(chance.uniform(-1, 1) * math.log(4 / 3))
    wide = min(math.sqrt(area * ratio), sides[0])
    high = min(math.sqrt(area / ratio), sides[1])
    left = chance.uniform(0, picture.width - wide)
    top = chance.uniform(0, picture.height - high)
    return left, top, left + wide, top + high


def preparation_of(name, size=None):
    """Return how a network wants its pictures, as plain values.

    Args:
        name: the network, as torchvision calls it.
        size: side of the square that it sees, in pixels; None: its own.
    """
    preset = models.get_model_weights(name).DEFAULT.transforms()
    resize, crop = preset.resize_size[0], preset.crop_size[0]
    found = {"crop": size or crop, "resize": (size or crop) * resize // crop}
    found |= {"mean": list(preset.mean), "std": list(preset.std)}
    return found | {"interpolation": preset.interpolation.value}


class Reader:
    """Reads pictures for a network, in threads and a batch ahead of it.

    Threads, no processes: Pillow decodes in parallel, and they need neither
    shared memory nor a main module, so that a notebook can use them.
    """

    def __init__(self, preparation, settings):
        self.preparation, self.settings = preparation, settings
        self.side = preparation["crop"]
        name = preparation["interpolation"].upper()
        self.filter = Image.Resampling[name]

    def read(self, path, key=None):
        """Return S * S * 3 bytes of a picture's middle.

        With a key, of a random part, perhaps mirrored; the key decides.
        """
        resize, settings = self.preparation["resize"], self.settings
        if key is None:
            picture = open_picture(path, resize)
            box = middle_box(picture, self.side / resize)
        else:
            chance = random.Random(f"{settings.seed} {key}")
            need = self.side / math.sqrt(0.75 * settings.min_crop)
            picture = open_picture(path, need)
            box = random_box(picture, settings.min_crop, chance)
        picture = picture.resize((self.side, self.side), self.filter, box)
        if key is not None and not settings.no_flip and chance.random() < 0.5:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return picture.tobytes()

    def batches(self, pairs, order, key=None):
        """Yield pictures (B, 3, S, S), prepared, and labels (B,).

        Args:
            pairs: (path, label) of all pictures.
            order: lists of positions in `pairs`, one a batch.
            key: what random parts depend on; None: the middle of each.
        """
        ahead = deque()
        with ThreadPoolExecutor(self.settings.workers) as pool:
            for batch in [*order, []]:
                keys = [key and f"{key} {index}" for index in batch]
                paths = [pairs[index][0] for index in batch]
                ahead.append((pool.map(self.read, paths, keys), batch))
                if len(ahead) > 1:
                    found, done = ahead.popleft()
                    labels = torch.tensor([pairs[index][1] for index in done])
                    images = self.prepare(b"".join(found))
                    yield images, labels.to(self.settings.device)

    def prepare(self, read):
        """Return bytes as the network's numbers, (B, 3, S, S)."""
        images = torch.frombuffer(bytearray(read), dtype=torch.uint8)
        images = images.view(-1, self.side, self.side, 3).permute(0, 3, 1, 2)
        images = images.to(self.settings.device).float() / 255
        form = {"device": images.device, "dtype": images.dtype}
        mean = torch.tensor(self.preparation["mean"], **form).view(3, 1, 1)
        std = torch.tensor(self.preparation["std"], **form).view(3, 1, 1)
        return (images - mean) / std


# Folders --------------------------------------------------------------------


def plain(text):
    """Return a name in one form: a Mac may write an accent as a letter."""
    return unicodedata.normalize("NFC", str(text))


def natural(text):
    """Return a key that sorts 9 before 10."""
    parts = re.split(r"([0-9]+)", plain(text))
    return [int(x) if at % 2 else x for at, x in enumerate(parts)]


def name_below(path, folder):
    """Return a path below a folder, in one form on all systems."""
    return plain(Path(os.path.relpath(path, folder)).as_posix())


def visible(folder):
    """Return the entries of a folder: none hidden, none of a system."""
    return [
        entry
        for entry in sorted(Path(folder).iterdir(), key=natural)
        if entry.name[0] not in ".$~" and entry.name.lower() not in SYSTEM
    ]


def is_run(folder):
    """Say whether a folder holds what this program writes."""
    return any(Path(folder, name).exists() for name in ("best.pt", "last.pt"))


def files_below(folder):
    """Return all files in a folder and its subfolders, links included."""
    real = Path(folder).resolve()
    seen, waiting, found = {*real.parents}, [Path(folder)], []
    while waiting:
        current = waiting.pop()
        real = current.resolve()
        if real in seen or (is_run(current) and current != Path(folder)):
            continue  # a link to a folder above, or a run
        seen.add(real)
        for entry in visible(current):
            (waiting if entry.is_dir() else found).append(entry)
    return sorted(found, key=natural)


def is_picture(path):
    """Say whether an ending is a picture's, of a file or a broken link."""
    fits = path.suffix.lower() in ENDINGS
    return fits and (path.is_file() or path.is_symlink())


def pictures_below(folder):
    """Return all pictures in a folder and its subfolders, none hidden."""
    return [path for path in files_below(folder) if is_picture(path)]


def is_aside(folder, out=None):
    """Say whether a folder holds runs, and no picture."""
    new = out and Path(out).resolve().is_relative_to(folder.resolve())
    if is_run(folder) or new or any(folder.rglob("last.pt")):
        return is_run(folder) or not pictures_below(folder)
    return False


def subfolders(folder, out=None):
    """Return the folders in a folder, by name: {name: [folder, ...]}."""
    found = defaultdict(list)
    for entry in visible(folder):
        if entry.is_dir() and not is_aside(entry, out):
            found[plain(entry.name)].append(entry)
    return found


def holds_classes(folder):
    """Say whether a folder holds folders, and no picture itself."""
    inside = visible(folder)
    folders = [one for one in inside if one.is_dir()]
    return bool(folders) and not any(map(is_picture, set(inside) - {*folders}))


def find_parts(data, out=None):
    """Return the folders of train and val, each None where there is none.

    A folder that holds pictures itself is a class, however it is called;
    so is train beside classes that are no part of a split.

    Raises:
        OSError: the folders look like a split under other names.
    """
    folders = {x: y[0] for x, y in subfolders(data, out).items()}
    parts = {x: y for x, y in folders.items() if holds_classes(y)}
    lower = {name.lower(): path for name, path in parts.items()}
    others = [x for x in folders if x.lower() not in ("train", "test", *VALS)]
    val = next((lower[name] for name in VALS if name in lower), None)
    if "train" in lower and (val or "test" in lower or not others):
        print(
            f"a split; beside it, left out: {others}" if others else "a split"
        )
        return lower["train"], val
    if val and not others and "train" not in lower:
        raise OSError(f"{data} has a folder {val.name}, but no train")
    like = [x for x in parts if re.search("train|test|val|dev", x.lower())]
    inside = [{*subfolders(parts[name])} for name in like]
    if len(like) == len(folders) > 1 and set.intersection(*inside):
        text = f"{data}: name {', '.join(like)} train and val if they are a"
        raise OSError(f"{text} split, or give --data {parts[like[0]]}")
    return None, None


def find_classes(data, out=None):
    """Return the class folders of train and val, and where train's stand.

    Raises:
        OSError: there is no such folder, or too few classes; says why.
    """
    if not Path(data).is_dir():
        raise OSError(f"{data} is not a folder")
    train, val = find_parts(data, out)
    root = train or Path(data)
    classes = subfolders(root, out)  # train alone decides the numbers
    if len(classes) < 2:
        raise OSError(
            f"{root}: two or more class folders are needed, there is "
            f"{[*classes]}: is --data one level too high or too low?"
        )
    kept = subfolders(val, out) if val else {}
    if unknown := sorted({*kept} - {*classes}):
        raise OSError(f"{root}: train lacks {unknown} of {val.name}")
    return classes, kept, root


def list_pairs(folders, classes):
    """Return (path, label) of the pictures in class folders."""
    return [
        (path, label)
        for label, name in enumerate(classes)
        for folder in folders.get(name, ())
        for path in pictures_below(folder)
    ]


# What is in the pictures ----------------------------------------------------


def progress(steps, text, count):
    """Yield the steps, counted in one line where somebody watches."""
    for done, step in enumerate(steps, 1):
        yield step
        if sys.stderr.isatty():
            end = "\r" if done < count else f"\r{' ' * 60}\r"
            print(f"{text} {done}/{count}", end=end, file=sys.stderr)


def look(path):
    """Return size and 8 x 8 colours of a picture, or what is wrong with it."""
    try:
        small = open_picture(path, 32).resize((8, 8), Image.Resampling.BOX)
        with Image.open(path) as opened:
            return opened.size, small.tobytes()
    except OSError as error:
        return str(error)


def look_at(paths, workers):
    """Open every picture once; return what look() finds, by path."""
    with ThreadPoolExecutor(workers) as pool:
        looks = progress(pool.map(look, paths), "looking at", len(paths))
        return dict(zip(paths, looks, strict=True))


def check_pictures(paths, workers):
    """Open every picture before training, and not in its middle.

    Returns:
        The colours of all pictures, (N, 192).

    Raises:
        OSError: some cannot be read; all of them are named on stderr.
    """
    looks = look_at(paths, workers).values()
    bad = [one for one in looks if isinstance(one, str)]
    for error in bad:
        print(f"unreadable: {error}", file=sys.stderr)
    if bad:
        text = f"{len(bad)} of {len(paths)} pictures cannot be read, first: "
        raise OSError(f"{text}{bad[0]}: remove or replace them")
    sizes = sorted((size for size, _ in looks), key=math.prod)
    print("sizes: {}x{} to {}x{} pixels".format(*sizes[0], *sizes[-1]))
    colours = bytearray(b"".join(one for _, one in looks))
    colours = torch.frombuffer(colours, dtype=torch.uint8)
    return colours.view(-1, 192).float()


def tell_files(files):
    """Print how many files of which ending are read, or left out."""
    kinds = [(is_picture(x), x.suffix.lower() or x.name) for x in files]
    for read, text in ((True, "pictures"), (False, "left out")):
        count = Counter(kind for known, kind in kinds if known == read)
        shown = [f"{number} {kind}" for kind, number in count.most_common()]
        if shown and not read:
            shown.append("convert pictures among them to .jpg or .png")
        if shown:
            print(f"{text}: {', '.join(shown)}")


def tell_classes(train, val, classes):
    """Print the counts of all classes, and what a constant answer reaches.

    Raises:
        OSError: nothing is left to validate with.
    """
    counts = [Counter(label for _, label in pairs) for pairs in (train, val)]
    for label, name in enumerate(classes):
        learned, kept = (count[label] for count in counts)
        note = "" if kept else " (none to validate with)"
        print(f"  {name}: {learned} train, {kept} val{note}")
    print(f"{len(classes)} classes, {len(train)} + {len(val)} pictures")
    if not val:
        raise OSError("no picture is left for validation")
    (often, most), *_, (rare, least) = (counts[0] + counts[1]).most_common()
    share = f"{most / (len(train) + len(val)):.1%}"
    print(f"always answering {classes[often]} would be right for {share}")
    if most > 5 * least:
        print(f"{classes[rare]} is rare: --balance lets it count as much")


# Train and validation -------------------------------------------------------


def prints_of(colours):
    """Return what tells pictures apart, (N, 195), a small distance if alike.

    Args:
        colours: 8 x 8 colours of each picture, (N, 192), 0..255.
    """
    cells = colours.view(-1, 64, 3)
    mean = cells.mean(dim=1, keepdim=True)
    spread = (cells - mean).std(dim=(1, 2)).clamp(min=10)  # noise is below
    shapes = ((cells - mean) / spread.view(-1, 1, 1)).flatten(1)
    return torch.cat([shapes, mean[:, 0] / 28], dim=1) / math.sqrt(192)


def find_groups(prints, labels):
    """Find nearly equal pictures.

    Names that follow each other hint at a burst or a film; such pictures may
    differ more (a thing moves, a hand shakes).

    Args:
        prints: what tells the pictures apart, (N, 195), in the order of names.
        labels: their classes.

    Returns:
        The first picture of each one's group, (N,), and the pairs of
        positions that are the same picture with two labels.
    """
    at, doubles = torch.arange(len(prints)), []
    groups, labels = at.clone(), torch.tensor(labels)
    for rows in at.split(256):
        apart = torch.cdist(prints[rows], prints)
        follows = (rows[:, None] - at).abs() <= 3
        close = (apart < 0.1) | (follows & (apart < 0.25))
        for row in close[close.sum(dim=1) > 1]:
            join(groups, row)
        same = (apart < 0.1) & (labels[rows, None] < labels)
        doubles += [(int(rows[x]), y) for x, y in same.nonzero().tolist()]
    return groups, doubles


def join(groups, which):
    """Make one group of those of some pictures; its first one names it."""
    joined = groups[which]
    if (joined != joined[0]).any():
        groups[torch.isin(groups, joined)] = joined.min()


def join_named(groups, names, pattern):
    """Join pictures in whose names a regular expression finds one text."""
    first = {}
    for index, name in enumerate(names):
        if found := re.search(pattern, name):
            text = found.groups() or found[0]
            join(groups, [index, first.setdefault(text, index)])
    print(f"--group-by found {len(first)} groups of pictures")


def place(name):
    """Return a number in 0..1 that depends on a picture's name alone.

    Numbered names go round a circle in steps of the golden ratio, which
    spreads any run of numbers evenly; other names are hashed.
    """
    head, digits, tail = re.fullmatch(r"(.*?)(\d*)(\D*)", name, re.S).groups()
    text = f"{head}/{tail}".encode("utf-8", "surrogatepass")
    start = int(hashlib.blake2b(text, digest_size=8).hexdigest(), 16)
    return (start + int(digits or 0) * GOLDEN) % 2**64 / 2**64


def choose_val(names, labels, groups):
    """Return the positions of the pictures that validate, about a fifth.

    A group is placed by the name of its first picture, so that a picture more
    moves no other one. Then each class is looked after: not more than half of
    it validates, and one picture at least, if it has two groups.
    """
    size = defaultdict(Counter)
    for label, group in zip(labels, groups, strict=True):
        size[label][group] += 1
    placed = {group: place(names[group]) for group in set(groups)}
    chosen = {group for group, at in placed.items() if at < 0.2}
    for own in size.values():
        half = own.total() / 2
        inside = sorted(chosen & {*own}, key=lambda one: (own[one], one))
        while inside and sum(own[one] for one in inside) > half:
            chosen.discard(inside.pop())
        if not inside and len(own) > 1:
            small = [one for one in own if own[one] <= half]
            chosen.add(min(small, key=placed.get))
    for own in size.values():  # a group of two classes may have gone too far
        if chosen >= {*own}:
            chosen.discard(max(own, key=own.get))
    return [index for index, group in enumerate(groups) if group in chosen]


def split_pairs(pairs, names, classes, groups):
    """Return the pairs to train and to validate with; say what was done."""
    print("about a fifth of each class validates")
    labels = [label for _, label in pairs]
    together = {x: n for x, n in Counter(groups).items() if n > 1}
    if together:
        text = f"{sum(together.values())} pictures in {len(together)} groups"
        print(f"on one side each: {text}, e.g. like {names[min(together)]}")
    chosen = set(choose_val(names, labels, groups))
    for label, name in enumerate(classes):
        own = [index for index, one in enumerate(labels) if one == label]
        if len(own) > 1 and len({groups[index] for index in own}) == 1:
            print(f"warning: all pictures of {name} are alike: split singly")
            own.sort(key=lambda index: place(names[index]))
            chosen = chosen - {*own} | {*own[: max(1, len(own) // 5)]}
    train = [pair for index, pair in enumerate(pairs) if index not in chosen]
    return train, [pairs[index] for index in sorted(chosen)]


def load_pairs(data, group_by=None, out=None, workers=1):
    """Return (path, label) pairs of train and val, and the class names.

    Args:
        data: a folder with a folder for each class, or with such a train and
            val; without val, about a fifth of train validates.
        group_by: regular expression of what stays on one side.
        out: folder of the run, no class even if it stands in `data`.
        workers: threads that look at the pictures.

    Raises:
        OSError: folders or pictures cannot be used; says which and why.
    """
    folders, val_folders, root = find_classes(data, out)
    classes = [*folders]
    train, val = (list_pairs(x, classes) for x in (folders, val_folders))
    tell_files(files_below(data))
    for label in {*range(len(classes))} - {label for _, label in train}:
        raise OSError(f"class {classes[label]!r}: no picture {ENDINGS}")
    train, val = separate(train, val, classes, (root, group_by, workers))
    tell_classes(train, val, classes)
    return train, val, classes


def separate(train, val, classes, how):
    """Look at all pairs; return those to train and to validate with."""
    (root, group_by, workers), pairs = how, train + val
    names = [name_below(path, root) for path, _ in pairs]
    colours = check_pictures([path for path, _ in pairs], workers)
    groups, doubles = find_groups(prints_of(colours), [x for _, x in pairs])
    if group_by:
        join_named(groups, names, group_by)
    for one, other in doubles[:20]:
        print("warning: two labels for", names[one], "and", names[other])
    if not val:
        return split_pairs(pairs, names, classes, groups.tolist())
    both = torch.isin(groups[len(train) :], groups[: len(train)]).sum()
    if both:
        print(f"warning: {both} pictures of val resemble some of train")
    return train, val


# The network ----------------------------------------------------------------


def read_weights(settings):
    """Return a state_dict, and the checkpoint it is from, if it is our own."""
    name, path = settings.model, settings.weights
    if not path:
        weights = models.get_model_weights(name).DEFAULT
        shown = sys.stderr.isatty()
        return weights.get_state_dict(check_hash=True, progress=shown), {}
    kept = torch.load(path, map_location="cpu", weights_only=True)
    if (own := kept.get("settings", {}).get("model", name)) != name:
        raise ValueError(f"it holds a {own}")
    return kept.get("state_dict", kept), kept


def load_weights_below(model, head, settings, classes=()):
    """Fill all layers but the head with pretrained weights.

    Where they come from an own run, classes that it knows keep their part of
    the head.

    Returns:
        How that run prepared its pictures, or None.

    Raises:
        OSError: there are no weights, or they do not fit; says what to do.
    """
    try:
        state, kept = read_weights(settings)
        own = model.state_dict()
        own_head = {key: own[key] for key in own if key.startswith(head)}
        for label, name in enumerate(classes):
            if name in kept.get("classes", ()):
                for key, value in own_head.items():
                    value[label] = state[key][kept["classes"].index(name)]
        model.load_state_dict(state | own_head)
        return kept.get("preparation")
    except pickle.UnpicklingError:  # torch explains unsafe ways to read it
        reason = "no state_dict"
    except Exception as error:  # of many kinds: net, disk, any content
        reason = " ".join(str(error).split())[:200] or type(error).__name__
    name, source = settings.model, settings.weights or "the net"
    text = f"no weights of {name} from {source} ({reason}): give --weights "
    raise OSError(f"{text}FILE or --mode scratch{hint_of(settings)}")


def hint_of(settings):
    """Return what else may help where weights cannot be loaded."""
    if settings.weights:
        return ", or leave out --size" if settings.size else ""
    url = models.get_model_weights(settings.model).DEFAULT.url
    path = Path(torch.hub.get_dir(), "checkpoints", Path(url).name)
    return f", or delete {path} and start again" if path.exists() else ""


def new_network(name, classes, size):
    """Return a network with random weights, and the name of its head."""
    more = {"image_size": size} if name.startswith("vit") else {}
    model = models.get_model(name, num_classes=classes, **more)
    return model, [*model.state_dict()][-1].removesuffix("bias")  # e.g. "fc."


def set_mode(model, learning):
    """Set train or eval, but always eval for what is frozen.

    So BatchNorm keeps its statistics there, and nothing drops out.
    """
    model.train(learning)
    for module in model.modules():
        own = [*module.parameters()]
        if own and not any(one.requires_grad for one in own):
            module.eval()


def rate_factor(done):
    """Return the part of the highest rate: a short rise, then a cosine.

    Args:
        done: how much of a phase is over, from 0 to 1.
    """
    return min(1, 0.1 + 9 * done) * (1 + math.cos(math.pi * done)) / 2


def new_matrix(classes):
    """Return how often a class (row) was called what (column), (C, C)."""
    return torch.zeros(len(classes), len(classes), dtype=torch.long)


def count(matrix, labels, logits):
    """Count answers (B, C) to pictures of the labels (B,) in a matrix."""
    for truth, called in zip(labels, logits.argmax(dim=1), strict=True):
        matrix[truth, called] += 1


def in_batches(order, size, join=False):
    """Return the order in lists; `join` lets none at the end hold one.

    BatchNorm cannot learn from a single picture.
    """
    order = [*order]
    lists = [order[at : at + size] for at in range(0, len(order), size)]
    if join and len(lists) > 1 and len(lists[-1]) == 1:
        last = lists.pop()
        lists[-1] += last
    return lists


class Training:
    """A run: its pictures, its network, and what learns in an epoch.

    An epoch depends on seed and number only, so it can be resumed.
    """

    def __init__(self, settings, run, train, val):
        self.settings, self.run, self.mode = settings, run, None
        self.train, self.val = train, val
        torch.manual_seed(settings.seed)
        classes = run["classes"]
        size = run["preparation"]["crop"]
        self.model, self.head = new_network(settings.model, len(classes), size)
        if "optimizer" in run:
            self.model.load_state_dict(run["state_dict"])
        elif settings.mode != "scratch":
            own = load_weights_below(self.model, self.head, settings, classes)
            if own and not settings.size:
                run["preparation"] = own
        self.model.to(settings.device)
        self.last_layer = self.model.get_submodule(self.head[:-1])
        self.reader = Reader(run["preparation"], settings)
        self.device, self.weights = torch.device(settings.device), None
        if settings.balance:
            counts = torch.bincount(torch.tensor([x for _, x in train]))
            self.weights = (counts.float().mean() / counts).to(self.device)

    def start_phase(self, epoch):
        """Choose what learns in an epoch, and its optimizer."""
        settings, frozen = self.settings, self.run["frozen"]
        mode, first = settings.mode, frozen if epoch > frozen else 0
        if mode == "head_then_all":
            mode = "head" if epoch <= frozen else "finetune"
        self.phase = first, settings.epochs if epoch > frozen else frozen
        if mode == self.mode:
            return
        self.mode, self.kept, self.room = mode, {}, ROOM
        self.optimizer = self.new_optimizer()
        if "optimizer" in self.run and epoch > first + 1:
            self.optimizer.load_state_dict(self.run["optimizer"])

    def new_optimizer(self):
        """Freeze what a mode does not train; return the optimizer of the rest.

        New layers learn fast, old ones slowly; norms and biases do not decay.
        """
        settings, head = self.settings, self.head
        block = LAST_BLOCK[settings.model]
        trained = {"head": head, "partial": block}.get(self.mode, "")
        rate, body_rate = settings.learning_rate, settings.body_rate
        if body_rate is None:
            body_rate = rate / 10
        groups = defaultdict(list)
        for key, parameter in self.model.named_parameters():
            parameter.requires_grad_(key.startswith(trained))
            new = self.mode == "scratch" or key.startswith(head)
            decay = settings.weight_decay if parameter.ndim > 1 else 0.0
            if parameter.requires_grad:
                peak = rate if new else body_rate
                groups[peak, decay].append(parameter)
        groups = [
            {"params": group, "lr": peak, "peak": peak, "weight_decay": decay}
            for (peak, decay), group in groups.items()
        ]
        return torch.optim.AdamW(groups)

    def step(self, loss, done):
        """Learn from the loss of a batch."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * rate_factor(done)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def precision(self):
        """Return a context of mixed precision, where the GPU has it."""
        able = self.device.type == "cuda" and torch.cuda.is_bf16_supported()
        return torch.autocast(self.device.type, torch.bfloat16, able)

    def from_features(self, features):
        """Return the head's logits (B, C) for features (B, F) or maps."""
        logits = self.last_layer(features)
        return logits.relu().mean((2, 3)) if logits.ndim == 4 else logits

    def features(self, pairs, epoch):
        """Return what the frozen layers give the head, (N, F), and labels.

        Training pictures are read at random a few times, one reading an
        epoch, and again from the first; all is kept as long as it fits.
        Epoch None stands for the middle of each picture.
        """
        turns = self.settings.epochs if self.settings.no_cache else READINGS
        key = epoch and f"reading {(epoch - 1) % turns}"
        if key in self.kept:
            return self.kept[key]
        order, caught, answers = in_batches(range(len(pairs)), 32), [], []
        batches = self.reader.batches(pairs, order, key)
        hook = self.last_layer.register_forward_pre_hook(
            lambda _, given: caught.append(given[0].float().cpu())
        )
        with hook, torch.no_grad(), self.precision():
            for images, labels in progress(batches, "batch", len(order)):
                self.model(images)
                answers.append(labels.cpu())
        found = torch.cat(caught), torch.cat(answers)
        if found[0].nbytes <= self.room and not self.settings.no_cache:
            self.room -= found[0].nbytes
            self.kept[key] = found
        return found

    def batches(self, pairs, order, epoch):
        """Return what gives logits, and the batches to give it."""
        if self.mode != "head":
            key = epoch and f"epoch {epoch}"
            return self.model, self.reader.batches(pairs, order, key)
        features, labels = self.features(pairs, epoch)
        parts = ((features[part], labels[part]) for part in order)
        device = self.device
        batches = ((one.to(device), two.to(device)) for one, two in parts)
        return self.from_features, batches

    def pass_over(self, pairs, order, epoch=None):
        """Learn from all batches in an epoch, or only measure (None).

        Returns:
            The mean loss, and how often a class (row) was called what
            (column), (C, C).
        """
        (first, last), learning = self.phase, epoch is not None
        set_mode(self.model, learning and self.mode != "head")
        matrix = new_matrix(self.run["classes"])
        forward, batches = self.batches(pairs, order, epoch)
        steps, total = progress(batches, "batch", len(order)), 0.0
        for at, (inputs, labels) in enumerate(steps):
            with torch.set_grad_enabled(learning), self.precision():
                logits = forward(inputs).float()
                loss = nn.functional.cross_entropy(logits, labels, self.weights)
            if learning:
                done = epoch - 1 - first + at / len(order)
                self.step(loss, done / (last - first))
            count(matrix, labels, logits)
            total += loss.item() * len(labels)
        return total / len(pairs), matrix

    def run_epoch(self, epoch):
        """Train and validate once; return numbers and confusion matrix."""
        self.start_phase(epoch)
        torch.manual_seed(self.settings.seed * 1_000_003 + epoch)
        order = torch.randperm(len(self.train)).tolist()
        order = in_batches(order, self.settings.batch_size, join=True)
        row, matrix = {"epoch": epoch}, None
        for name, pairs in (("train", self.train), ("val", self.val)):
            loss, matrix = self.pass_over(pairs, order, epoch)
            if not math.isfinite(loss):
                hint = " and change --out" if row["epoch"] > 1 else ""
                text = f"loss of epoch {row['epoch']} is not finite: lower"
                raise FloatingPointError(f"{text} --learning-rate{hint}")
            row[f"{name}_loss"] = loss
            right = matrix.diagonal().sum() / matrix.sum()
            row[f"{name}_accuracy"] = right.item()
            order, epoch = in_batches(range(len(self.val)), 32), None
        return row, matrix.tolist()

    def keep(self, row, matrix):
        """Write last.pt, and best.pt if the epoch is the best one."""
        run, out = self.run, Path(self.settings.out)
        run["history"].append(row)
        run["state_dict"] = self.model.state_dict()
        run["optimizer"] = self.optimizer.state_dict()
        if best_of(run) is row:
            run["matrix"] = matrix
        save_whole(run, out / "last.pt")
        keep_best(run, out)

    def go(self):
        """Train epoch after epoch."""
        run, settings = self.run, self.settings
        line = "epoch {:2}  train {:.3f} {:6.1%}  val {:.3f} {:6.1%}"
        for epoch in range(len(run["history"]) + 1, settings.epochs + 1):
            began = time.monotonic()
            row, matrix = self.run_epoch(epoch)
            self.keep(row, matrix)
            if self.mode != settings.mode:  # head_then_all
                line = line.partition("  of ")[0] + f"  of {self.mode}"
            print(line.format(*row.values()), flush=True)
            minutes = (time.monotonic() - began) / 60
            if minutes > 1:
                left = f"{settings.epochs - epoch} epochs to go"
                print(f"{minutes:.0f} minutes, {left}", file=sys.stderr)
            if is_enough(run, settings):
                print(f"no better for {settings.patience} epochs: the end")
                break


# A run and its files --------------------------------------------------------


def load_checkpoint(path):
    """Return what `train` kept, or say in one line what is wrong."""
    try:
        kept = torch.load(path, map_location="cpu", weights_only=True)
        if {"classes", "settings", "state_dict"} <= {*kept}:
            return kept
        reason = "other content"
    except Exception as error:  # of many kinds: the file may hold anything
        reason = type(error).__name__
    raise OSError(f"{path} is no checkpoint of own_pictures.py ({reason})")


def save_whole(content, path):
    """Write a file whole or not at all, even if the power fails."""
    temporary = Path(f"{path}.tmp")
    try:
        with temporary.open("wb") as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                torch.save(content, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except (OSError, RuntimeError) as error:
        reason = str(error).partition("\n")[0]
        raise OSError(f"cannot write {path} ({reason})") from None
    finally:
        temporary.unlink(missing_ok=True)


def keep_best(run, out):
    """Write the table, and best.pt if the last epoch is the best one."""
    save_whole(as_csv(run["history"]), out / "history.csv")
    if best_of(run) is run["history"][-1]:
        kept = {key: run[key] for key in run if key not in PRIVATE}
        save_whole(kept, out / "best.pt")


def as_csv(rows):
    """Return a table as bytes, from dicts with equal keys."""
    text = io.StringIO()
    table = csv.DictWriter(text, [*rows[0]])
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode(errors="backslashreplace")


def check_out(settings):
    """Make the folder of a run.

    Raises:
        OSError: it cannot be written, or holds something else.
    """
    out = Path(settings.out)
    if is_run(out) and not settings.resume:
        raise OSError(f"{out} holds a run: add --resume or change --out")
    if is_run(out) and not Path(out, "last.pt").exists():
        raise OSError(f"{out} lacks last.pt, so change --out (and --weights)")
    try:
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    except OSError as error:
        raise OSError(f"cannot write to {out} ({error.strerror})") from None
    if any(map(is_picture, visible(out))):
        raise OSError(f"{out} holds pictures: change --out")
    if Path(out, "history.csv").exists() and not is_run(out):
        raise OSError(f"{out} holds a history.csv: change --out")


def open_run(settings, new):
    """Return the last state of the run in --out, or a new one.

    Raises:
        OSError: the run was started otherwise, or is finished.
    """
    out = Path(settings.out)
    if not Path(out, "last.pt").exists():
        return new
    last = load_checkpoint(out / "last.pt")
    for name, now in new["settings"].items():
        if (before := last["settings"].get(name)) != now:
            flag = "--" + name.replace("_", "-")
            raise OSError(f"{out} was started with {flag} {before}, not {now}")
    if last.get("pictures") != new["pictures"]:
        raise OSError(f"{out} was started with other pictures")
    keep_best(last, out)  # the end may have come between the two files
    epochs = len(last["history"])
    if epochs >= settings.epochs:
        raise OSError(f"{out} has {epochs} epochs: raise --epochs")
    if is_enough(last, settings):
        raise OSError(f"{out} ended after {epochs} epochs: raise --patience")
    return last


def best_of(run):
    """Return the epoch of the lowest validation loss."""
    return min(run["history"], key=lambda row: row["val_loss"])


def is_enough(run, settings):
    """Say whether the last epochs brought nothing new (--patience)."""
    epochs, frozen = len(run["history"]), run["frozen"]
    if not settings.patience or epochs <= frozen:
        return False
    return epochs - max(best_of(run)["epoch"], frozen) >= settings.patience


def train(settings):
    """Train on the folder of pictures and keep the best network."""
    check_out(settings)
    data, frozen = settings.data, settings.freeze_epochs
    train, val, classes = load_pairs(
        data, settings.group_by, settings.out, settings.workers
    )
    if settings.mode == "head_then_all":
        frozen = frozen or math.ceil(0.3 * settings.epochs)
    new = {
        "settings": {name: getattr(settings, name) for name in FIXED},
        "preparation": preparation_of(settings.model, settings.size),
        "torchvision": str(torchvision.__version__),
        "pictures": [[name_below(x, data) for x, _ in y] for y in (train, val)],
        "classes": classes,
        "frozen": frozen or 0,
        "history": [],
    }
    run = open_run(settings, new)
    Training(settings, run, train, val).go()
    best = best_of(run)
    matrix, what = torch.tensor(run["matrix"]), f"best epoch {best['epoch']}"
    report(matrix, classes, f"{what}, val")
    print("it was chosen on these pictures: measure on others (evaluate)")
    sizes = {"train_size": len(train), "val_size": len(val)}
    return sizes | {"history": run["history"], "best": best}


# Answers --------------------------------------------------------------------


def interval(right, count):
    """Return the interval of a share (Wilson), from 0 to 1."""
    z, share = NormalDist().inv_cdf((1 + SURE) / 2), right / count
    middle = share + z * z / (2 * count)
    wide = z * math.sqrt(share * (1 - share) / count + (z / count / 2) ** 2)
    return [(middle + sign * wide) / (1 + z * z / count) for sign in (-1, 1)]


def report(matrix, classes, what):
    """Print accuracy, its interval, and all classes; return the numbers.

    Args:
        matrix: how often a class (row) was called what (column), (C, C).
        classes: their names.
        what: begins the first line.
    """
    right, total = int(matrix.diagonal().sum()), int(matrix.sum())
    low, high = interval(right, total)
    shown = f"{right / total:.1%} right ({right} of {total})"
    print(f"{what}: {shown}; {SURE:.0%} interval {low:.1%} to {high:.1%}")
    found = {}
    for label, (name, row) in enumerate(zip(classes, matrix, strict=True)):
        own, all_own = int(row[label]), int(row.sum())
        if all_own:
            found[name] = {"right": own, "of": all_own}
            print(f"  {name}: {own} of {all_own} right ({own / all_own:.1%})")
            if not matrix[:, label].any():
                print(f"warning: never answered: {name}")
    numbers = {"accuracy": right / total, "interval": [low, high]}
    return numbers | {"classes": found, "confusion": matrix.tolist()}


def load_network(settings):
    """Return network and reader of a checkpoint, and its classes."""
    kept = load_checkpoint(settings.checkpoint)
    name, classes = kept["settings"]["model"], kept["classes"]
    preparation = kept.get("preparation")
    if not preparation:  # of an older program
        preparation = preparation_of(name, kept["settings"].get("size"))
    try:
        model, _ = new_network(name, len(classes), preparation["crop"])
        model.load_state_dict(kept["state_dict"])
    except (RuntimeError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        made = f"made with torchvision {kept.get('torchvision')}: {reason}"
        raise OSError(f"{settings.checkpoint} does not fit, {made}") from None
    model.to(settings.device).eval()
    return model, Reader(preparation, settings), classes


def answers(settings, found, model, reader):
    """Yield name and shares of all classes, (C,), of each good picture."""
    looks = look_at(found.values(), settings.workers)
    for look in looks.values():
        if isinstance(look, str):
            print(f"skipped: {look}", file=sys.stderr)
    names = [x for x, y in found.items() if not isinstance(looks[y], str)]
    pairs = [(found[name], 0) for name in names]
    order = in_batches(range(len(pairs)), settings.batch_size)
    batches = reader.batches(pairs, order)
    for part, (images, _) in zip(order, batches, strict=True):
        with torch.inference_mode():
            shares = model(images).float().softmax(dim=1).cpu()
        yield from zip((names[index] for index in part), shares, strict=True)


def write_answers(settings, results, rows):
    """Write --json and --csv."""
    if settings.json:
        text = json.dumps(results, indent=1) + "\n"
        save_whole(text.encode(), settings.json)
    if settings.csv:
        save_whole(as_csv(rows), settings.csv)


def check_new(settings):
    """Refuse files that cannot be written, or are there, before the work."""
    known = set()
    for name in ("json", "csv", "figure"):
        path = getattr(settings, name, None)
        if path and (Path(path).exists() or path in known):
            raise OSError(f"{path} exists: give --{name} another name")
        known.add(path)
        if path and not Path(path).parent.is_dir():
            raise OSError(f"{path}: there is no such folder for --{name}")


def draw_matrix(matrix, classes):
    """Return the confusion matrix as a PNG file: down truth, across answer."""
    shares = matrix / matrix.sum(dim=1, keepdim=True).clamp(min=1)
    greys = bytes((255 - 200 * shares).to(torch.uint8).flatten().tolist())
    side, stream = 60 * len(classes), io.BytesIO()
    image = Image.new("L", (side + 200, side + 100), "white")
    cells = Image.frombytes("L", 2 * [len(classes)], greys)
    image.paste(cells.resize((side, side), Image.Resampling.NEAREST), (190, 50))
    pen = ImageDraw.Draw(image)
    for row, name in enumerate(classes):
        at = 60 * row + 70
        pen.text((8, at), f"{row + 1} {name if name.isascii() else ''}"[:28], 0)
        pen.text((at + 145, 20), str(row + 1), 0)
        for column, number in enumerate(matrix[row].tolist()):
            ink = 255 if shares[row, column] > 0.6 else 0
            pen.text((60 * column + 215, at), str(number), ink)
    image.save(stream, "PNG")
    return stream.getvalue()


def print_matrix(matrix, classes):
    """Print the confusion matrix: a row for a true class."""
    print("confusion; down: truth, across: answer, by the number of its class")
    wide = len(str(max(int(matrix.max()), len(classes)))) + 1
    numbers = [f"{label + 1:{wide}}" for label in range(len(classes))]
    print("     ", *numbers)
    for label, name in enumerate(classes):
        counts = [f"{count:{wide}}" for count in matrix[label].tolist()]
        print(f"{label + 1:5} ", *counts, f" {name}", sep=" ")


def list_labelled(settings, classes):
    """Return {name: path} and {name: label} of the pictures to evaluate."""
    folder = Path(settings.folder)
    if not folder.is_dir():
        raise OSError(f"{folder} is not a folder")
    folders = subfolders(folder)
    unknown = [name for name in folders if name not in classes]
    if unknown or not folders:
        text = f"{folder} must hold folders named like the classes {classes}"
        raise OSError(f"{text}; there is {unknown or 'none'}")
    tell_files(files_below(folder))
    pairs = list_pairs(folders, classes)
    paths, labels = {}, {}
    for path, label in pairs:
        name = name_below(path, folder)
        if name in paths:  # in another form of Unicode
            name = path.as_posix()
        paths[name], labels[name] = path, label
    return paths, labels


def evaluate_folder(settings):
    """Say how often the network is right on labelled pictures."""
    check_new(settings)
    model, reader, classes = load_network(settings)
    found, labels = list_labelled(settings, classes)
    matrix, rows = new_matrix(classes), []
    for name, shares in answers(settings, found, model, reader):
        count(matrix, [labels[name]], shares[None])
        row = {"picture": name, "truth": classes[labels[name]]}
        row |= {
            "answer": classes[shares.argmax()],
            "share": shares.max().item(),
        }
        rows.append(row)
    if not rows:
        raise OSError(f"{settings.folder} holds no readable picture")
    results = report(matrix, classes, "on these pictures")
    print_matrix(matrix, classes)
    wrong = [row for row in rows if row["truth"] != row["answer"]]
    wrong.sort(key=lambda row: -row["share"])
    print(f"mistakes: {len(wrong)}" + (", the surest first" if wrong else ""))
    for row in wrong[:10]:
        print("  {picture}: {answer} {share:.1%}, truth {truth}".format(**row))
    results |= {"names": classes, "mistakes": wrong}
    write_answers(settings, results, rows)
    if settings.figure:
        save_whole(draw_matrix(matrix, classes), settings.figure)
    return results


def find_sources(sources):
    """Return {name: path} of the pictures that are named or in folders.

    Names are below the folder where there is one source, else as given.
    """
    found, left = {}, []
    for source in sources:
        named = [source] if Path(source).exists() else []
        named = named or sorted(glob.glob(source, recursive=True), key=natural)
        for path in map(Path, named):
            folder = path if path.is_dir() else path.parent
            for one in files_below(path) if path.is_dir() else [path]:
                alone = len(sources) == len(named) == 1
                name = name_below(one, folder) if alone else one.as_posix()
                if found.get(name, one) != one:  # in another form of Unicode
                    name = one.as_posix()
                if is_picture(one):
                    found[name] = one
                else:
                    left.append(one)
    tell_files(left)
    return found


def predict_pictures(settings):
    """Print the likeliest classes of each picture."""
    check_new(settings)
    model, reader, classes = load_network(settings)
    results, rows = {}, []
    found = find_sources(settings.source)
    for name, shares in answers(settings, found, model, reader):
        top = shares.topk(min(settings.top, len(classes)))
        best = [classes[label] for label in top.indices.tolist()]
        results[name] = dict(zip(best, top.values.tolist(), strict=True))
        shown = [f"{one} {share:.1%}" for one, share in results[name].items()]
        sure = top.values[0] >= settings.threshold
        print(f"{name}: {'' if sure else 'unsure: '}{', '.join(shown)}")
        row = {"picture": name, "answer": best[0] if sure else "unsure"}
        for rank, (one, share) in enumerate(results[name].items(), 1):
            row |= {f"class {rank}": one, f"share {rank}": share}
        rows.append(row)
    if not results:
        raise OSError(f"{' '.join(settings.source)}: no readable picture")
    write_answers(settings, {"predictions": results}, rows)
    return {"predictions": results}


# Commands -------------------------------------------------------------------


def draw_pictures(folder, each, seed):
    """Write pictures of three things on any colour, a folder a thing."""
    chance = random.Random(seed)
    for name, corners in {"triangle": 3, "square": 4, "ball": 40}.items():
        Path(folder, name).mkdir(parents=True)
        for index in range(each):
            dark = tuple(chance.choices(range(110), k=3))
            light = tuple(chance.choices(range(145, 256), k=3))
            image = Image.new("RGB", (48, 48), dark)
            x, y = chance.choices(range(16, 33), k=2)
            pen = ImageDraw.Draw(image)
            pen.regular_polygon((x, y, 14), corners, fill=light)
            image.save(Path(folder, name, f"{name}_{index:02}.png"))


def demo(settings):
    """Draw pictures, train on them, and measure and predict on new ones."""
    with tempfile.TemporaryDirectory() as folder:
        settings.data, settings.out = f"{folder}/data", f"{folder}/run"
        settings.folder = f"{folder}/new"
        settings.checkpoint = f"{folder}/run/best.pt"
        draw_pictures(settings.data, 30, seed=0)
        draw_pictures(settings.folder, 8, seed=1)
        results = train(settings)
        print("\nevaluate, with new pictures:")
        results["evaluate"] = evaluate_folder(settings)
        print("\npredict:")
        settings.source = [f"{settings.folder}/ball/ball_00.png"]
        return results | predict_pictures(settings)


COMMANDS = {
    "train": (train, "learn from folders of pictures, one folder a class"),
    "evaluate": (evaluate_folder, "measure on labelled pictures it never saw"),
    "predict": (predict_pictures, "name the class of new pictures"),
    "demo": (demo, "all of it, on a few pictures drawn for it"),
}


class OneLineParser(argparse.ArgumentParser):
    def __init__(self, **options):
        shown = argparse.ArgumentDefaultsHelpFormatter
        super().__init__(formatter_class=shown, allow_abbrev=False, **options)

    def error(self, message):
        message = " ".join(message.split())
        self.exit(2, f"error: {message} (--help lists what is possible)\n")


def number(kind, low, high=2**63):
    """Return an argparse type: a finite number from `low` to below `high`."""

    def convert(text):
        value = kind(text)
        if not low <= value < high:
            message = f"{text} is out of range: {low} or more, below {high}"
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


def pattern(text):
    """Return a regular expression if it is one."""
    try:
        return re.compile(text).pattern
    except re.error as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from None


def best_device():
    """Return the name of an accelerator, or cpu."""
    if not torch.accelerator.is_available():
        return "cpu"
    return str(torch.accelerator.current_accelerator())


def add_training_flags(add):
    """Add what both train and demo know; `add` is a parser's add_argument."""
    whole, real = number(int, 1), number(float, 0)
    add("--model", choices=[*LAST_BLOCK], default="resnet18", help="network")
    text = "head, then all layers; scratch: all, without weights; head: new "
    text += "layer alone; partial: last block too; finetune: all at once"
    add("--mode", choices=MODES, default="head_then_all", help=text)
    text = "state_dict, or best.pt of an own run, whose classes keep what they "
    text += "learned; None: torchvision's own, downloaded once"
    add("--weights", metavar="FILE", help=text)
    for name, kind, default, text in (
        ("--epochs", whole, 10, "in all"),
        ("--freeze-epochs", whole, None, "for the head alone; None: a third"),
        ("--patience", whole, None, "end after so many epochs with no gain"),
        ("--batch-size", number(int, 2), 16, "pictures a step"),
        ("--learning-rate", real, 1e-3, "highest, of new layers; it falls"),
        ("--body-rate", real, None, "of old layers; None: a tenth of it"),
        ("--weight-decay", real, 0.01, "never of norms and biases"),
        ("--size", number(int, 32, 4097), None, "pixels; None: as pretrained"),
        ("--min-crop", number(float, 0.01, 1.01), 0.35, "least area to show"),
        ("--seed", number(int, 0), 0, "of random numbers"),
    ):
        add(name, type=kind, default=default, help=text)
    text = "regular expression: pictures in whose paths it finds the same text "
    text += "stay on one side of the split, e.g. 'patient[0-9]+'"
    add("--group-by", type=pattern, metavar="PATTERN", help=text)


def add_switches(add):
    """Add the flags of training that take no value."""
    for name, text in {
        "--resume": "continue the run in --out",
        "--no-flip": "do not mirror training pictures (text, hands, arrows)",
        "--balance": "let a rare class count as much as a frequent one",
        "--no-cache": "run frozen layers in every epoch, not thrice in all",
    }.items():
        add(name, action="store_true", help=text)


def add_reading_flags(add):
    """Add what predict and evaluate know."""
    add("checkpoint", help="best.pt of a run")
    add("--batch-size", type=number(int, 1), default=32, help="pictures a step")
    for name in ("--json", "--csv"):
        add(name, metavar="FILE", help="new file for all answers")


def parse_arguments(argv):
    """Return the settings of one of the commands."""
    parser = OneLineParser(description="Train on your own pictures.")
    commands = parser.add_subparsers(required=True, metavar="command")
    adds, device = {}, best_device()
    for name, (run, does) in COMMANDS.items():
        part = commands.add_parser(name, help=does, description=does)
        unused = dict.fromkeys(["out", "mode", "json", "csv", "figure"])
        part.set_defaults(run=run, top=3, threshold=0, **unused)
        add = adds[name] = part.add_argument
        text, cores = "cpu, cuda, mps, ...", min(4, os.cpu_count() or 1)
        add("--device", type=usable_device, default=device, help=text)
        text = "threads that read pictures"
        add("--workers", type=number(int, 1, 257), default=cores, help=text)
        if name in ("train", "demo"):
            add_training_flags(add)
            add_switches(add)
        else:
            add_reading_flags(add)
    part.set_defaults(mode="scratch", size=32, batch_size=8, epochs=6)  # demo
    add_places(adds)
    return check_arguments(parser, parser.parse_args(argv))


def add_places(adds):
    """Add what only one command knows."""
    needed = {"metavar": "FOLDER", "required": True}
    needed["default"] = argparse.SUPPRESS  # --help names no default
    adds["train"]("--data", help="a folder a class, or train, val", **needed)
    adds["train"]("--out", help="where to keep the run", **needed)
    adds["evaluate"]("folder", help="a folder a class, of new pictures")
    text = "new file for a picture of the confusion matrix"
    adds["evaluate"]("--figure", metavar="FILE.png", help=text)
    add, text = adds["predict"], "pictures, folders, or patterns like '*.jpg'"
    add("source", nargs="+", help=text)
    add("--top", type=number(int, 1), default=3, help="classes a picture")
    text, share = "below this share say unsure", number(float, 0, 1.01)
    add("--threshold", type=share, default=0, help=text)


def check_arguments(parser, settings):
    """Refuse flags that would be without effect."""
    takes_none = {"weights": 1, "body_rate": 2, "freeze_epochs": 4}
    for name, count in takes_none.items():  # of the first modes
        given = getattr(settings, name, None) is not None
        if settings.mode in MODES[:count] and given:
            flag = name.replace("_", "-")
            parser.error(f"--mode {settings.mode} takes no --{flag}")
    return settings


def main(argv: list[str] | None = None) -> dict[str, object]:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # file names in any alphabet
            stream.reconfigure(errors="backslashreplace")
    if argv is None and "ipykernel" in sys.argv[0]:
        sys.exit('in a notebook write: main(["demo"]), or main(["train", ...])')
    if not hasattr(torch, "accelerator"):
        sys.exit(f"error: torch {torch.__version__} is too old: see Needs")
    settings = parse_arguments(argv)
    try:
        return settings.run(settings)
    except KeyboardInterrupt:
        text = "nothing is kept"
        if settings.out and Path(settings.out, "last.pt").exists():
            text = f"the same command with --resume continues {settings.out}"
        print(f"stopped: {text}", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:  # predict ... | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(1)
    except (OSError, FloatingPointError) as error:
        sys.exit(f"error: {error}")
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "memory" not in str(error):
            raise
        sys.exit("error: out of memory: lower --batch-size or --size")


if __name__ == "__main__":
    main()
