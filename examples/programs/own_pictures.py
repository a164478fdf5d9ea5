"""Train a network on a folder of your own pictures, then let it predict.

train: learn from folders of pictures, one folder a class; evaluate: measure
on labelled pictures that it never saw; predict: name the class of new
pictures; demo: all three, on a few pictures drawn for it. Each command
explains its options: python own_pictures.py train --help

Shapes: B batch, C classes, F features, S side; a picture is (3, S, S)
Needs: torch 2.11 or newer, torchvision, pillow
Run: python own_pictures.py demo --seed 0
Source: torchvision documentation, Models and pre-trained weights;
PyTorch documentation, Saving and Loading Models; Kumar et al. 2022,
"Fine-Tuning can Distort Pretrained Features" (the head first, then all)
"""

import argparse
import collections
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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
import torchvision
from PIL import Image, ImageDraw
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
    "mobilenet_v3_large": ("features.15.", "features.16.", "classifier."),
    "efficientnet_b0": ("features.7.", "features.8.", "classifier."),
    "efficientnet_v2_s": ("features.6.", "features.7.", "classifier."),
    "convnext_tiny": ("features.7.", "classifier."),
    "swin_t": ("features.7.", "norm.", "head."),
    "vit_b_16": ("encoder.layers.encoder_layer_11.", "encoder.ln.", "heads."),
}
MODES = ["scratch", "head", "partial", "finetune", "head_then_all"]
FIXED = ["model", "mode", "size", "seed", "batch_size", "learning_rate"]
FIXED += ["body_rate", "weight_decay", "freeze_epochs", "min_crop", "no_flip"]
FIXED += ["balance", "group_by", "no_cache"]  # equal in a resumed run

ENDINGS = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif")
ENDINGS += (".tif", ".tiff", ".ppm", ".pgm", ".avif")
CONVERT = {".heic", ".heif", ".raw", ".dng", ".cr2", ".nef", ".arw", ".svg"}
SYSTEM = {"__macosx", "thumbs.db", "desktop.ini", "@eadir", "lost+found"}
SYSTEM |= {"system volume information", "__pycache__"}
VAL_NAMES = ("val", "valid", "validation")
PART_NAMES = ("train", "test", *VAL_NAMES)

TURNS = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}  # EXIF -> transpose
MOST_PIXELS = 300_000_000  # 0.9 GB as RGB
VAL_SHARE = 0.2
READINGS = 3  # of each training picture, while the network is frozen
CACHE = 2_000_000_000  # bytes of features that are kept in memory
GOLDEN = 11400714819323198485  # 2**64 over the golden ratio
Image.MAX_IMAGE_PIXELS = None  # open_picture has a limit of its own


# Pictures --------------------------------------------------------------------


def to_rgb(picture):
    """Return a picture in RGB, on white where it is transparent.

    Greys of 10 to 32 bits are scaled by the depth that holds the brightest.
    """
    if picture.mode == "F":
        raise ValueError("decimal numbers as pixels: convert it to 8 bit")
    if picture.mode.startswith("I"):  # convert() would cut at 255
        picture = picture.convert("I")
        low, high = picture.getextrema()
        low = min(low, 0)
        bits = (int(high) - int(low)).bit_length()
        depth = next(one for one in (8, 10, 12, 16, 24, 33) if bits <= one)
        scale = 2.0 ** (8 - depth)
        picture = picture.point(lambda value: value * scale - low * scale)
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return picture.convert("RGB")


def turn_of(picture):
    """Return how the camera was held, as an argument of transpose()."""
    try:
        return TURNS.get(picture.getexif().get(0x0112))
    except Exception:  # damaged notes in a good picture
        return None


def open_picture(path, side=None):
    """Return a file as an upright RGB picture.

    Args:
        path: the file.
        side: pixels that its shorter side needs; a JPEG is decoded no larger
            than necessary, which is many times faster for large photos.

    Raises:
        OSError: the file cannot be read; the message names it.
    """
    try:
        with Image.open(path) as opened:
            if side:
                larger = max(1, min(opened.size) / side)
                opened.draft(None, [int(x / larger) for x in opened.size])
            if math.prod(opened.size) > MOST_PIXELS:
                raise ValueError(f"{math.prod(opened.size):,} pixels: too many")
            opened.load()  # turns a TIFF by itself
            turn = turn_of(opened)
            picture = to_rgb(opened)
    except Exception as error:  # each file format has its own errors
        reason = " ".join(str(error).split()) or type(error).__name__
        raise OSError(f"{path} ({reason.split(': ')[0]})") from None
    return picture if turn is None else picture.transpose(turn)


def limits(picture):
    """Return width and height, cut to 4:1: a thin strip would grow huge."""
    longest = 4 * min(picture.size)
    return [min(side, longest) for side in picture.size]


def random_box(picture, smallest, chance):
    """Return left, top, right, bottom of a random part of a picture.

    Args:
        picture: the picture.
        smallest: the least share of its area, from 0 to 1.
        chance: a random.Random.
    """
    width, height = picture.size
    for _ in range(10):
        area = math.prod(limits(picture)) * chance.uniform(smallest, 1)
        ratio = math.exp(chance.uniform(-1, 1) * math.log(4 / 3))
        wide, high = math.sqrt(area * ratio), math.sqrt(area / ratio)
        if wide <= width and high <= height:
            break
    else:
        wide, high = limits(picture)
    left, top = (
        chance.uniform(0, width - wide),
        chance.uniform(0, height - high),
    )
    return left, top, min(left + wide, width), min(top + high, height)


def preparation_of(name, size=None):
    """Return how a network wants its pictures, as plain values.

    Args:
        name: the network, as torchvision calls it.
        size: side of the square that it sees, in pixels; None: its own.
    """
    preset = models.get_model_weights(name).DEFAULT.transforms()
    resize, crop = preset.resize_size[0], preset.crop_size[0]
    return {
        "crop": size or crop,
        "resize": (size or crop) * resize // crop,
        "mean": list(preset.mean),
        "std": list(preset.std),
        "interpolation": preset.interpolation.value,
    }


class Reader:
    """Reads pictures for a network, in threads and a little ahead of it.

    Threads, no processes: Pillow decodes in parallel, and they need neither
    shared memory nor a main module, so that a notebook can use them.
    """

    def __init__(self, preparation, settings):
        self.preparation, self.settings = preparation, settings
        self.crop = preparation["crop"]
        name = preparation["interpolation"].upper()
        self.filter = Image.Resampling[name]
        means = [[preparation["mean"], preparation["std"]]]
        shaped = torch.tensor(means, device=settings.device)
        self.mean, self.std = shaped.view(2, 1, 3, 1, 1)

    def usual(self, path):
        """Return the middle of a picture: S * S * 3 bytes."""
        picture = open_picture(path, self.preparation["resize"])
        width, height = picture.size
        share = self.crop / self.preparation["resize"]
        side = min(width, height) * share
        wide, high = (min(side, one) for one in (width, height))
        left, top = (width - wide) / 2, (height - high) / 2
        return self.finish(picture, (left, top, left + wide, top + high))

    def varied(self, path, key):
        """Return a random part, perhaps mirrored; `key` decides."""
        chance = random.Random(f"{self.settings.seed} {key}")
        smallest = self.settings.min_crop
        need = self.crop / math.sqrt(0.75 * min(smallest, 1))
        picture = open_picture(path, need)
        box = random_box(picture, min(smallest, 1), chance)
        return self.finish(picture, box, not self.settings.no_flip, chance)

    def finish(self, picture, box, flip=False, chance=random):
        """Cut, resize, perhaps mirror; return S * S * 3 bytes."""
        picture = picture.resize((self.crop, self.crop), self.filter, box)
        if flip and chance.random() < 0.5:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return picture.tobytes()

    def batches(self, pairs, order, key=None):
        """Yield pictures (B, 3, S, S), prepared, and labels (B,).

        Args:
            pairs: (path, label) of all pictures.
            order: lists of positions in `pairs`, one a batch.
            key: what random parts depend on; None: the middle of each.
        """
        pool = ThreadPoolExecutor(self.settings.workers)
        ahead = collections.deque()

        def read(index):
            path, _ = pairs[index]
            if key is None:
                return self.usual(path)
            return self.varied(path, f"{key} {index}")

        try:
            for batch in [*order, None, None]:
                if batch is not None:
                    ahead.append(
                        (batch, [*map(pool.submit, [read] * len(batch), batch)])
                    )
                if ahead and (batch is None or len(ahead) > 2):
                    done, futures = ahead.popleft()
                    images = b"".join(one.result() for one in futures)
                    labels = torch.tensor([pairs[one][1] for one in done])
                    yield self.prepare(images), labels.to(self.settings.device)
        finally:
            pool.shutdown(cancel_futures=True)

    def prepare(self, images):
        """Return bytes as the network's numbers: (B, 3, S, S)."""
        images = torch.frombuffer(bytearray(images), dtype=torch.uint8)
        images = images.view(-1, self.crop, self.crop, 3).permute(0, 3, 1, 2)
        images = images.to(self.settings.device).float() / 255
        return (images - self.mean) / self.std


# Folders ---------------------------------------------------------------------


def plain(text):
    """Return a name in one form: a Mac may write an accent as a letter."""
    return unicodedata.normalize("NFC", text)


def natural(text):
    """Return a key that sorts 9 before 10."""
    parts = re.split(r"(\d+)", text)
    return [(int(x), "") if x.isdecimal() else (-1, x) for x in parts]


def visible(folder):
    """Return the entries of a folder: none hidden, none of a system."""
    found = [
        entry
        for entry in Path(folder).iterdir()
        if not entry.name.startswith((".", "$", "~"))
        and entry.name.lower() not in SYSTEM
    ]
    return sorted(found, key=lambda entry: natural(plain(entry.name)))


def is_run(folder, out=None):
    """Say whether a folder holds what this program writes."""
    if out and folder.resolve() == Path(out).resolve():
        return True
    return any(Path(folder, name).exists() for name in ("best.pt", "last.pt"))


def files_below(folder):
    """Return all files in a folder and its subfolders, links included."""
    found, seen, waiting = [], set(), [Path(folder)]
    while waiting:
        current = waiting.pop()
        real = os.path.realpath(current)
        if real in seen or is_run(current):
            continue  # a link to a folder above, or a run
        seen.add(real)
        for entry in visible(current):
            (waiting if entry.is_dir() else found).append(entry)
    return sorted(found, key=lambda path: natural(plain(path.as_posix())))


def is_picture(path):
    """Say whether an ending is a picture's, of a file or a broken link."""
    fits = path.suffix.lower() in ENDINGS
    return fits and (path.is_file() or path.is_symlink())


def pictures_below(folder):
    """Return all pictures in a folder and its subfolders, none hidden."""
    return [path for path in files_below(folder) if is_picture(path)]


def subfolders(folder, out=None):
    """Return the folders in a folder, by name: {name: [folder, ...]}."""
    found = {}
    for entry in visible(folder):
        if entry.is_dir() and not is_run(entry, out):
            found.setdefault(plain(entry.name), []).append(entry)
    return found


def holds_classes(folder):
    """Say whether a folder holds folders, and no picture itself."""
    entries = visible(folder)
    return any(one.is_dir() for one in entries) and not any(
        is_picture(one) for one in entries
    )


def find_parts(data, out=None):
    """Return the folders of train and val, each None where there is none.

    A folder that holds pictures itself is a class, however it is called.
    `train` beside classes that are no part of a split is a class too.

    Raises:
        OSError: the folders look like a split under other names.
    """
    folders = {
        name.lower(): paths[0] for name, paths in subfolders(data, out).items()
    }
    parts = {
        name: path for name, path in folders.items() if holds_classes(path)
    }
    others = sorted(set(folders) - set(PART_NAMES))
    val = next((parts[name] for name in VAL_NAMES if name in parts), None)
    if "train" in parts and (val or "test" in parts or not others):
        if aside := [name for name in others if not name.startswith("test")]:
            print(f"beside train, and left out: {', '.join(aside)}")
        return parts["train"], val
    if val and not others and "train" not in folders:
        raise OSError(f"{data} has a folder {val.name}, but no train")
    guess = [name for name in parts if re.search("train|test|val|dev", name)]
    if len(guess) > 1 and len(guess) == len(folders):
        held = [set(subfolders(parts[name])) for name in guess]
        if set.intersection(*held):
            raise OSError(
                f"{data}: are {', '.join(guess)} parts of a split? Then name "
                f"them train and val, or give --data {parts[guess[0]]}"
            )
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
    kept = subfolders(val, out) if val else None
    if unknown := sorted(set(kept or ()) - set(classes)):
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


# What is in the pictures -----------------------------------------------------


def progress(steps, text, count=None):
    """Yield the steps, counted in one line where somebody watches."""
    count = count or len(steps)
    for done, step in enumerate(steps, 1):
        yield step
        if sys.stderr.isatty():
            line = f"{text} {done}/{count}".ljust(60)
            print(line, end="\r", file=sys.stderr, flush=True)


def look(path):
    """Return size and 8 x 8 colours of a picture, or what is wrong with it."""
    try:
        picture = open_picture(path, 32)
        with Image.open(path) as opened:
            size = opened.size
        small = picture.resize((8, 8), Image.Resampling.BOX)
        return size, small.tobytes(), None
    except OSError as error:
        return None, None, str(error)


def look_through(paths, workers):
    """Return what look() finds in all pictures, in order."""
    with ThreadPoolExecutor(workers) as pool:
        looks = pool.map(look, paths)
        return [*progress(looks, "looking at picture", len(paths))]


def look_at(paths, workers):
    """Open every picture once, before training and not in its middle.

    Returns:
        The colours of all pictures, (N, 192), and their sizes.

    Raises:
        OSError: some cannot be read; all of them are named on stderr.
    """
    found = look_through(paths, workers)
    bad = [error for _, _, error in found if error]
    for error in bad:
        print(f"unreadable: {error}", file=sys.stderr)
    if bad:
        raise OSError(
            f"{len(bad)} of {len(paths)} pictures cannot be read, "
            f"first: {bad[0]}: remove or replace them"
        )
    colours = b"".join(one for _, one, _ in found)
    colours = torch.frombuffer(bytearray(colours), dtype=torch.uint8)
    colours = colours.view(-1, 192).float()
    return colours, [size for size, _, _ in found]


def describe_files(folders, sizes):
    """Print endings and sizes of what is read, and what is left out."""
    read, left = collections.Counter(), collections.Counter()
    for path in files_below(folders):
        kind = path.suffix.lower() or path.name
        (read if is_picture(path) else left)[kind] += 1
    shown = [
        ", ".join(f"{number} {kind}" for kind, number in one.most_common())
        for one in (read, left)
    ]
    least, most = min(sizes, key=math.prod), max(sizes, key=math.prod)
    print(f"read: {shown[0]}, of {least[0]}x{least[1]} to {most[0]}x{most[1]}")
    if left:
        print(f"left out: {shown[1]}")
    if lost := sorted(CONVERT & set(left)):
        print(f"  convert {', '.join(lost)} to .jpg or .png to use them too")


def describe_classes(train, val, classes):
    """Print the counts of all classes, and what a constant answer reaches."""
    counts = [
        collections.Counter(x for _, x in pairs) for pairs in (train, val)
    ]
    for label, name in enumerate(classes):
        learned, kept = (count[label] for count in counts)
        if not learned:
            raise OSError(f"class {name!r}: no picture ({' '.join(ENDINGS)})")
        note = "" if kept else " (none to validate with)"
        print(f"  {name}: {learned} train, {kept} val{note}")
    print(f"{len(classes)} classes, {len(train)} + {len(val)} pictures")
    if not val:
        raise OSError("no picture is left for validation")
    label, most = counts[1].most_common(1)[0]
    share = most / len(val)
    print(f"always answering {classes[label]} would reach {share:.1%} in val")
    if max(counts[0].values()) > 5 * min(counts[0].values()):
        print("a class is rare: --balance lets it count as much as the others")


# Train and validation --------------------------------------------------------


def find_groups(colours, names, labels, pattern=None):
    """Find what must stay together: nearly equal pictures, named groups.

    Args:
        colours: 8 x 8 colours of each picture, (N, 192), 0..255.
        names: their paths below the class folders' folder.
        labels: their classes.
        pattern: regular expression; the same text found is the same group.

    Returns:
        The first picture of each one's group, (N,), and the pairs of
        positions that are the same picture with two labels.
    """
    cells = colours.view(len(colours), 64, 3)
    near = (0.13 * cells.std(dim=1).mean(dim=1)).clamp(3, 8)
    groups, doubles = torch.arange(len(colours)), []
    labels = torch.tensor(labels)
    for start in range(0, len(colours), 256):
        rows = slice(start, start + 256)
        apart = torch.cdist(colours[rows], colours) / math.sqrt(192)
        close = apart <= torch.minimum(near[rows, None], near)
        for row in close.nonzero()[:, 0].unique_consecutive().tolist():
            joined = groups[close[row]]
            if (joined != joined[0]).any():
                groups[torch.isin(groups, joined)] = joined.min()
        same = (apart < 1) & (labels[rows, None] < labels)
        doubles += [(start + a, b) for a, b in same.nonzero().tolist()]
    first = {}
    for index, name in enumerate(names if pattern else ()):
        if found := re.search(pattern, name):
            other = first.setdefault(found.groups() or found[0], index)
            joined = groups[[index, other]]
            groups[torch.isin(groups, joined)] = joined.min()
    return groups.tolist(), doubles


def place(name):
    """Return a number in 0..1 that depends on a picture's name alone.

    Numbered names go round a circle in steps of the golden ratio, which
    spreads any run of numbers evenly; other names are hashed.
    """
    head, digits, tail = re.fullmatch(r"(.*?)(\d*)(\D*)", name, re.S).groups()
    text = f"{head}/{tail}".encode("utf-8", "surrogatepass")
    start = int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")
    return (start + int(digits or 0) * GOLDEN) % 2**64 / 2**64


def choose_val(names, labels, groups):
    """Return the positions of the pictures that validate, about a fifth.

    A group is placed by the name of its first picture, so that a picture more
    moves no other one. Then each class is looked after: not more than half of
    it validates, and one picture at least, if it has two groups.
    """
    size = collections.defaultdict(collections.Counter)
    for label, group in zip(labels, groups, strict=True):
        size[label][group] += 1
    placed = {group: place(names[group]) for group in set(groups)}
    chosen = {group for group, at in placed.items() if at < VAL_SHARE}
    for own in size.values():
        if len(own) == 1:
            continue
        half = own.total() / 2
        inside = sorted(chosen & set(own), key=lambda one: (own[one], one))
        while inside and sum(own[one] for one in inside) > half:
            chosen.discard(inside.pop())
        if not inside:
            small = [one for one in own if own[one] <= half]
            chosen.add(min(small, key=placed.get))
    for own in size.values():  # a group of two classes may have gone too far
        if chosen >= set(own):
            chosen.discard(max(own, key=own.get))
    return [index for index, group in enumerate(groups) if group in chosen]


def split_pairs(pairs, names, classes, groups):
    """Return the pairs to train and to validate with; say what was done."""
    labels = [label for _, label in pairs]
    counts = collections.Counter(groups)
    together = [one for one, count in counts.items() if count > 1]
    if together:
        number = sum(counts[one] for one in together)
        print(
            f"kept on one side: {number} pictures in {len(together)} groups "
            f"of nearly equal ones, e.g. like {names[together[0]]}"
        )
    for label, name in enumerate(classes):
        own = [i for i, one in enumerate(labels) if one == label]
        if len(own) > 1 and len({groups[one] for one in own}) == 1:
            print(
                f"warning: all pictures of {name} are one group: split by "
                "picture, so validation may promise too much"
            )
            for one in own:
                groups[one] = one
    chosen = set(choose_val(names, labels, groups))
    train = [pair for i, pair in enumerate(pairs) if i not in chosen]
    return train, [pairs[i] for i in sorted(chosen)]


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
    train_folders, val_folders, root = find_classes(data, out)
    classes = [*train_folders]
    train = list_pairs(train_folders, classes)
    val = list_pairs(val_folders or {}, classes)
    pairs = train + val
    if not pairs:
        raise OSError(f"{data}: no picture ({' '.join(ENDINGS)})")
    names = [name_below(path, root) for path, _ in pairs]
    colours, sizes = look_at([path for path, _ in pairs], workers)
    labels = [label for _, label in pairs]
    groups, doubles = find_groups(colours, names, labels, group_by)
    if doubles:
        shown = " and ".join(names[one] for one in doubles[0])
        print(
            f"warning: the same picture under two labels, {len(doubles)} "
            f"times, e.g. {shown}: which is right?"
        )
    describe_files(data, sizes)
    if val_folders is None:
        print("no folder val: about a fifth of each class validates")
        train, val = split_pairs(pairs, names, classes, groups)
    elif both := set(groups[: len(train)]) & set(groups[len(train) :]):
        number = sum(one in both for one in groups[len(train) :])
        print(
            f"warning: {number} pictures of val are nearly equal to "
            "pictures of train, so validation promises too much"
        )
    describe_classes(train, val, classes)
    return train, val, classes


def name_below(path, folder):
    """Return a path below a folder, in one form on all systems."""
    return plain(Path(os.path.relpath(path, folder)).as_posix())


# The network -----------------------------------------------------------------


def read_saved(path):
    """Return what torch.save wrote; the file cannot run code."""
    return torch.load(path, map_location="cpu", weights_only=True)


def read_weights(settings):
    """Return a state_dict, and the checkpoint it is from, if it is our own."""
    name, path = settings.model, settings.weights
    if not path:
        weights = models.get_model_weights(name).DEFAULT
        shown = sys.stderr.isatty()
        return weights.get_state_dict(check_hash=True, progress=shown), {}
    kept = read_saved(path)
    if "classes" in kept and "state_dict" in kept:
        own = kept["settings"]["model"]
        if own != name:
            raise ValueError(f"it holds a {own}: add --model {own}")
        return kept["state_dict"], kept
    state = kept.get("state_dict", kept.get("model", kept))
    return {key.removeprefix("module."): x for key, x in state.items()}, {}


def broken_download(name):
    """Return what to do about a download that was cut off, if there is one."""
    url = models.get_model_weights(name).DEFAULT.url
    path = Path(torch.hub.get_dir(), "checkpoints", url.rpartition("/")[2])
    return f"delete {path} and start again, or " if path.exists() else ""


def load_weights_below(model, head, settings, classes=()):
    """Fill all layers but the head with pretrained weights.

    Where they come from an own run, classes that it knows keep their part of
    the head.

    Returns:
        How that run prepared its pictures, or None.

    Raises:
        OSError: there are no weights, or they do not fit; says what to do.
    """
    name, path = settings.model, settings.weights
    try:
        state, kept = read_weights(settings)
        own = model.state_dict()
        own_head = {key: own[key] for key in own if key.startswith(head)}
        known = kept.get("classes", ())
        for key, value in own_head.items():
            for label, one in enumerate(classes):
                if one in known:
                    value[label] = state[key][known.index(one)]
        model.load_state_dict(state | own_head)
        return kept.get("preparation")
    except pickle.UnpicklingError:  # torch explains unsafe ways to read it
        reason = "no state_dict"
    except RuntimeError as error:  # lists all that does not fit
        reason = " ".join(str(error).split())
    except Exception as error:  # of many kinds: net, disk, any content
        reason = str(error).partition("\n")[0] or type(error).__name__
    hint = "" if path else broken_download(name)
    raise OSError(
        f"no weights of {name} from {path or 'the net'} ({reason}): "
        f"{hint}give --weights FILE or --mode scratch"
    )


def new_network(name, classes, size):
    """Return a network with random weights, and the name of its head."""
    more = {"image_size": size} if name.startswith("vit") else {}
    model = models.get_model(name, num_classes=classes, **more)
    return model, [*model.state_dict()][-1].removesuffix("bias")  # e.g. "fc."


def freeze(model, trained):
    """Let only the parameters learn whose names begin so."""
    for key, parameter in model.named_parameters():
        parameter.requires_grad_(key.startswith(trained))


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
    return min(1.0, 0.1 + 9 * done) * (1 + math.cos(math.pi * done)) / 2


class Learner:
    """What learns in one phase of a run, and how.

    The rate depends on epoch and batch alone, so a run can be resumed.
    """

    def __init__(self, model, head, mode, settings):
        self.model, self.head, self.mode = model, head, mode
        trained, new = {
            "scratch": ("", ""),  # all layers
            "head": (head, head),
            "partial": (LAST_BLOCK[settings.model], head),
            "finetune": ("", head),
        }[mode]
        freeze(model, trained)
        rate, body_rate = settings.learning_rate, settings.body_rate
        if body_rate is None:  # new layers learn fast, old ones slowly
            body_rate = rate / 10
        groups = collections.defaultdict(list)
        for key, parameter in model.named_parameters():
            if parameter.requires_grad:
                peak = rate if key.startswith(new) else body_rate
                small = parameter.ndim < 2  # norms and biases do not decay
                groups[peak, 0 if small else settings.weight_decay].append(
                    parameter
                )
        self.optimizer = torch.optim.AdamW(
            [
                {
                    "params": params,
                    "lr": peak,
                    "weight_decay": decay,
                    "peak": peak,
                }
                for (peak, decay), params in groups.items()
            ]
        )
        self.device = torch.device(settings.device).type
        self.scaler = torch.amp.GradScaler(enabled=self.device == "cuda")

    def precision(self):
        """Return a context of mixed precision, where it helps."""
        kind = torch.float16 if self.device == "cuda" else torch.bfloat16
        return torch.autocast(self.device, kind, enabled=self.device == "cuda")

    def from_features(self, features):
        """Return the head's logits (B, C) for features (B, F) or maps."""
        logits = self.model.get_submodule(self.head[:-1])(features)
        return logits.relu().mean((2, 3)) if logits.ndim == 4 else logits

    def step(self, loss, done):
        """Learn from the loss of a batch."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * rate_factor(done)
        self.optimizer.zero_grad()
        self.scaler.scale(loss).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()


def pass_over(forward, batches, learner, weights=None, done=None):
    """Learn from all batches, or only measure.

    Args:
        forward: returns logits (B, C) for a batch.
        batches: yields inputs and labels (B,).
        learner: knows the optimizer and the precision.
        weights: of the classes in the loss, (C,), or None.
        done: returns how much of the phase is over; None: only measure.

    Returns:
        The mean loss, and how often a class (row) was called what (column).
    """
    total, count, matrix = 0.0, 0, None
    for step, (inputs, labels) in enumerate(batches):
        with torch.set_grad_enabled(done is not None), learner.precision():
            logits = forward(inputs)
            loss = nn.functional.cross_entropy(
                logits.float(), labels, weight=weights
            )
        if done is not None:
            learner.step(loss, done(step))
        if matrix is None:
            matrix = torch.zeros(2 * logits.shape[1:], dtype=torch.long)
        answers = logits.argmax(dim=1).cpu()
        matrix.index_put_((labels.cpu(), answers), torch.tensor(1), True)
        total += loss.item() * len(labels)
        count += len(labels)
    return total / count, matrix


def accuracy_of(matrix):
    """Return the share of right answers."""
    return (matrix.diagonal().sum() / matrix.sum()).item()


class Features:
    """What the frozen layers make of the pictures, computed once.

    Training pictures are read a few times at random, one reading an epoch,
    and again from the first; all is kept in memory as long as it fits.
    """

    def __init__(self, learner, reader, settings):
        self.learner, self.reader = learner, reader
        self.room = 0 if settings.no_cache else CACHE
        self.readings = READINGS if self.room else settings.epochs
        self.kept = {}

    def of(self, pairs, epoch=None):
        """Return features (N, F) and labels (N,); epoch None: to validate."""
        key = None if epoch is None else (epoch - 1) % self.readings
        if key in self.kept:
            return self.kept[key]
        order = in_batches(range(len(pairs)), 32)
        text = "frozen layers, batch"
        name = None if key is None else f"reading {key}"
        batches = self.reader.batches(pairs, order, name)
        found = self.run(progress(batches, text, len(order)))
        size = found[0].nbytes
        if size <= self.room:
            self.room -= size
            self.kept[key] = found
        return found

    @torch.no_grad()
    def run(self, batches):
        """Run all layers, and catch what the last one is given."""
        model, caught, labels = self.learner.model, [], []
        set_mode(model, False)
        head = model.get_submodule(self.learner.head[:-1])
        hook = head.register_forward_pre_hook(
            lambda _, given: caught.append(given[0].float().cpu())
        )
        try:
            for images, answers in batches:
                with self.learner.precision():
                    model(images)
                labels.append(answers.cpu())
        finally:
            hook.remove()
        return torch.cat(caught), torch.cat(labels)


def in_batches(order, size):
    """Return the order in lists; a last one of one joins that before it.

    BatchNorm cannot learn from a single picture.
    """
    order = [*order]
    lists = [order[at : at + size] for at in range(0, len(order), size)]
    if len(lists) > 1 and len(lists[-1]) == 1:
        lists[-2] += lists.pop()
    return lists


# A run and its files ----------------------------------------------------------


def load_checkpoint(path):
    """Return what `train` kept, or say in one line what is wrong."""
    try:
        kept = read_saved(path)
        if {"classes", "settings", "state_dict"} <= set(kept):
            return kept
        reason = "other content"
    except FileNotFoundError:
        reason = "no such file"
    except Exception as error:  # of many kinds: the file may hold anything
        reason = type(error).__name__
    raise OSError(f"{path} is no checkpoint of own_pictures.py ({reason})")


def save_whole(content, path):
    """Write a file whole or not at all, even if the power fails."""
    temporary = path.with_suffix(".tmp")
    try:
        with temporary.open("wb") as file:
            if isinstance(content, str):
                file.write(content.encode())
            else:
                torch.save(content, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except (OSError, RuntimeError) as error:
        temporary.unlink(missing_ok=True)
        raise OSError(f"cannot write {path} ({error})") from None


def check_out(settings):
    """Make the folder of a run.

    Raises:
        OSError: it cannot be written, or holds another run.
    """
    out = Path(settings.out)
    best, last = (Path(out, name).exists() for name in ("best.pt", "last.pt"))
    if (best or last) and not settings.resume:
        raise OSError(f"{out} holds a run: add --resume or change --out")
    if best != last:
        lost = "last.pt" if best else "best.pt"
        raise OSError(
            f"{out} lacks {lost}, so the run cannot be continued: change "
            f"--out, and start from --weights {out}/"
            f"{'best.pt' if best else 'last.pt'}"
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    except OSError as error:
        raise OSError(f"cannot write to {out} ({error.strerror})") from None


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
        before = last["settings"].get(name)
        if before != now:
            flag = "--" + name.replace("_", "-")
            raise OSError(f"{out} was started with {flag} {before}, not {now}")
    for name in ("pictures", "classes"):
        if last.get(name) != new[name]:
            raise OSError(f"{out} was started with other {name}")
    epochs = len(last["history"])
    if epochs >= settings.epochs:
        raise OSError(f"{out} has {epochs} epochs: raise --epochs")
    if is_enough(last, settings):
        raise OSError(f"{out} ended after {epochs} epochs: raise --patience")
    return last


def best_of(history):
    """Return the epoch of the lowest validation loss."""
    return min(history, key=lambda row: row["val_loss"])


def is_enough(run, settings):
    """Say whether the last epochs brought nothing new (--patience)."""
    history, frozen = run["history"], run["frozen"]
    if not settings.patience or len(history) <= frozen:
        return False
    last = max(best_of(history)["epoch"], frozen)
    return len(history) - last >= settings.patience


def frozen_epochs(settings):
    """Return after how many epochs all layers begin to learn."""
    if settings.mode != "head_then_all":
        return 0
    return settings.freeze_epochs or math.ceil(0.3 * settings.epochs)


# Training --------------------------------------------------------------------


class Training:
    """A run: its pictures, its network, and the state that it keeps."""

    def __init__(self, settings, run, train, val):
        self.settings, self.run = settings, run
        self.train, self.val = train, val
        torch.manual_seed(settings.seed)
        name, classes = settings.model, run["classes"]
        size = run["preparation"]["crop"]
        self.model, self.head = new_network(name, len(classes), size)
        if "optimizer" in run:
            self.model.load_state_dict(run["state_dict"])
        elif settings.mode != "scratch":
            before = load_weights_below(
                self.model, self.head, settings, classes
            )
            if before and not settings.size:
                run["preparation"] = before
        self.model.to(settings.device)
        self.reader = Reader(run["preparation"], settings)
        self.weights = self.class_weights() if settings.balance else None
        self.learner = self.features = None

    def class_weights(self):
        """Return for each class how much its pictures count, (C,)."""
        counts = torch.bincount(torch.tensor([x for _, x in self.train]))
        weights = len(self.train) / (len(counts) * counts)
        return weights.to(self.settings.device)

    def start_phase(self, epoch):
        """Prepare what learns in an epoch; return where its phase ends."""
        settings, frozen = self.settings, self.run["frozen"]
        mode, first, last = settings.mode, 0, settings.epochs
        if mode == "head_then_all":
            mode, first, last = "head", 0, min(frozen, last)
            if epoch > frozen:
                mode, first, last = "finetune", frozen, settings.epochs
        if self.learner is None or self.learner.mode != mode:
            self.learner = Learner(self.model, self.head, mode, settings)
            if "optimizer" in self.run and epoch > first + 1:
                self.learner.optimizer.load_state_dict(self.run["optimizer"])
                self.learner.scaler.load_state_dict(self.run["scaler"])
            self.features = Features(self.learner, self.reader, settings)
        return first, last

    def inputs(self, epoch, order=None):
        """Return forward function and batches; order None: to validate."""
        pairs = self.train if order else self.val
        if self.learner.mode != "head":
            key = f"epoch {epoch}" if order else None
            order = order or in_batches(range(len(pairs)), 32)
            return self.model, self.reader.batches(pairs, order, key)
        found, labels = self.features.of(pairs, epoch if order else None)
        order = order or in_batches(range(len(pairs)), 1024)
        device = self.settings.device
        batches = ((found[x].to(device), labels[x].to(device)) for x in order)
        return self.learner.from_features, batches

    def run_epoch(self, epoch):
        """Train and validate once; return numbers and confusion matrix."""
        first, last = self.start_phase(epoch)
        # An epoch depends on seed and number only, so it can be resumed.
        torch.manual_seed(self.settings.seed * 1_000_003 + epoch)
        mixed = torch.randperm(len(self.train)).tolist()
        order = in_batches(mixed, self.settings.batch_size)
        set_mode(self.model, self.learner.mode != "head")

        def done(step):
            return (epoch - 1 - first + step / len(order)) / (last - first)

        forward, batches = self.inputs(epoch, order)
        text = f"epoch {epoch}, batch"
        batches = progress(batches, text, len(order))
        learned, matrix = pass_over(
            forward, batches, self.learner, self.weights, done
        )
        set_mode(self.model, False)
        forward, batches = self.inputs(epoch)
        kept, val_matrix = pass_over(
            forward, batches, self.learner, self.weights
        )
        if not math.isfinite(learned + kept):
            raise FloatingPointError(
                f"loss of epoch {epoch} is not finite: lower --learning-rate"
                + (", in another --out" if epoch > 1 else "")
            )
        row = {"epoch": epoch, "train_loss": learned}
        row |= {"train_accuracy": accuracy_of(matrix), "val_loss": kept}
        return row | {"val_accuracy": accuracy_of(val_matrix)}, val_matrix

    def keep(self, row, matrix):
        """Write best.pt, if the epoch is the best one, and last.pt."""
        run, out = self.run, Path(self.settings.out)
        run["history"].append(row)
        run["state_dict"] = self.model.state_dict()
        if best_of(run["history"]) is row:
            run["matrix"] = matrix.tolist()
            kept = {key: run[key] for key in run if key not in PRIVATE}
            save_whole(kept, out / "best.pt")
        run["optimizer"] = self.learner.optimizer.state_dict()
        run["scaler"] = self.learner.scaler.state_dict()
        save_whole(run, out / "last.pt")
        lines = [
            ",".join(row),
            *(",".join(map(str, x.values())) for x in run["history"]),
        ]
        save_whole("\n".join(lines) + "\n", out / "history.csv")

    def go(self):
        """Train epoch after epoch; return the best one."""
        run, epochs = self.run, self.settings.epochs
        line = "epoch {:2}  train {:.3f} {:6.1%}  val {:.3f} {:6.1%}"
        for epoch in range(len(run["history"]) + 1, epochs + 1):
            began = time.perf_counter()
            row, matrix = self.run_epoch(epoch)
            self.keep(row, matrix)
            shown = line.format(*row.values())
            if self.learner.mode != self.settings.mode:
                shown += "  head" if epoch <= run["frozen"] else "  all layers"
            print(shown, flush=True)
            took = time.perf_counter() - began
            if took > 20 and epoch < epochs:
                print(
                    f"{took / 60:.1f} minutes an epoch, {epochs - epoch} to go",
                    file=sys.stderr,
                )
            if is_enough(run, self.settings):
                print(f"no better for {self.settings.patience} epochs: the end")
                break
        return best_of(run["history"])


PRIVATE = {"pictures", "optimizer", "scaler"}  # in last.pt, not in best.pt


def train(settings):
    """Train on the folder of pictures and keep the best network."""
    check_out(settings)
    train, val, classes = load_pairs(
        settings.data, settings.group_by, settings.out, settings.workers
    )
    new = {
        "settings": {name: getattr(settings, name) for name in FIXED},
        "preparation": preparation_of(settings.model, settings.size),
        "versions": {
            "torch": str(torch.__version__),
            "torchvision": str(torchvision.__version__),
        },
        "pictures": [
            [name_below(path, settings.data) for path, _ in pairs]
            for pairs in (train, val)
        ],
        "classes": classes,
        "frozen": frozen_epochs(settings),
        "history": [],
    }
    training = Training(settings, open_run(settings, new), train, val)
    best = training.go()
    run = training.run
    report(torch.tensor(run["matrix"]), classes, f"epoch {best['epoch']}, val")
    print(
        f"best epoch {best['epoch']}, val {best['val_accuracy']:.1%}: chosen "
        "on these pictures, so measure on others (evaluate)"
    )
    sizes = {"train_size": len(train), "val_size": len(val)}
    return sizes | {"history": run["history"], "best": best}


# Answers ---------------------------------------------------------------------


def interval(right, count):
    """Return the 95% interval of a share (Wilson), from 0 to 1."""
    z, share = 1.96, right / count
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
    right, count = int(matrix.diagonal().sum()), int(matrix.sum())
    low, high = interval(right, count)
    print(
        f"{what}: {right / count:.1%} right ({right} of {count}), with 95% "
        f"confidence {low:.1%} to {high:.1%}"
    )
    by_class = {}
    for label, name in enumerate(classes):
        total, hit = int(matrix[label].sum()), int(matrix[label, label])
        if total:
            by_class[name] = {"right": hit, "of": total}
            print(f"  {name}: {hit} of {total} right ({hit / total:.1%})")
    answered = matrix.sum(dim=0)
    never = [x for x in by_class if not answered[classes.index(x)]]
    if never:
        print(f"warning: never answered: {', '.join(never)}")
    return {
        "accuracy": right / count,
        "right": right,
        "of": count,
        "interval": [low, high],
        "classes": by_class,
    }


def load_network(settings):
    """Return network and reader of a checkpoint, and its classes."""
    kept = load_checkpoint(settings.checkpoint)
    name, classes = kept["settings"]["model"], kept["classes"]
    preparation = kept.get("preparation")
    if not preparation:  # of an older program
        preparation = preparation_of(name, kept["settings"]["size"])
    try:
        model, _ = new_network(name, len(classes), preparation["crop"])
        model.load_state_dict(kept["state_dict"])
    except (RuntimeError, ValueError) as error:
        made = kept.get("versions")
        reason = str(error).partition("\n")[0]
        raise OSError(
            f"{settings.checkpoint} does not fit this torchvision "
            f"{torchvision.__version__} ({reason}); made with {made}"
        ) from None
    model.to(settings.device).eval()
    return model, Reader(preparation, settings), classes


def readable(paths, workers):
    """Return the pictures that can be read; name the others on stderr."""
    good = []
    looks = look_through(paths, workers)
    for path, (*_, error) in zip(paths, looks, strict=True):
        if error:
            print(f"skipped: {error}", file=sys.stderr)
        else:
            good.append(path)
    return good


@torch.inference_mode()
def answer(model, reader, paths):
    """Yield the shares of all classes, (C,), picture by picture."""
    pairs = [(path, 0) for path in paths]
    order = in_batches(range(len(pairs)), reader.settings.batch_size)
    for images, _ in reader.batches(pairs, order):
        yield from model(images).float().softmax(dim=1).cpu()


def write_new(path, text):
    """Write a text into a new file; an old one is never overwritten."""
    with open(
        path, "x", encoding="utf-8", errors="backslashreplace", newline=""
    ) as file:
        file.write(text)


def write_answers(settings, results, rows):
    """Write --json and --csv."""
    if settings.json:
        write_new(settings.json, json.dumps(results, indent=1) + "\n")
    if settings.csv and rows:
        text = io.StringIO()
        table = csv.DictWriter(text, [*rows[0]])
        table.writeheader()
        table.writerows(rows)
        write_new(settings.csv, text.getvalue())


def check_new(settings):
    """Refuse names of files that are there already, before the work."""
    for name in ("json", "csv", "figure"):
        path = getattr(settings, name, None)
        if path and Path(path).exists():
            raise OSError(f"{path} exists: give --{name} another name")


def draw_matrix(matrix, classes, path):
    """Draw the confusion matrix as a picture, a row for a true class."""
    cell, left = 44, 150
    side = left + cell * len(classes)
    image = Image.new("RGB", (side + 10, side + 10), "white")
    pen = ImageDraw.Draw(image)
    pen.text((8, 8), "down: truth\nacross: answer", "black")
    for row, name in enumerate(classes):
        at = left + row * cell
        shown = f"{row + 1} {name if name.isascii() else ''}"[:22]
        pen.text((8, at + cell / 3), shown, "black")
        pen.text((at + cell / 3, left - 20), str(row + 1), "black")
        total = max(1, int(matrix[row].sum()))
        for column in range(len(classes)):
            count = int(matrix[row, column])
            grey = 255 - int(200 * count / total)
            corner = (left + column * cell, at)
            box = [corner, (corner[0] + cell - 2, at + cell - 2)]
            pen.rectangle(box, fill=(grey, grey, 255))
            ink = "white" if grey < 128 else "black"
            pen.text((corner[0] + 14, at + cell / 3), str(count), ink)
    image.save(path, "PNG")


def print_matrix(matrix, classes):
    """Print the confusion matrix: a row for a true class."""
    width = max(3, len(str(int(matrix.max()))), len(str(len(classes)))) + 1
    print("confusion (down: truth; across: answer, by the number of the class)")
    numbers = [f"{label + 1:{width}}" for label in range(len(classes))]
    print("".join(["    ", *numbers]))
    for label, name in enumerate(classes):
        counts = "".join(f"{int(one):{width}}" for one in matrix[label])
        print(f"{label + 1:4}{counts}  {name}")


def evaluate_folder(settings):
    """Say how often the network is right on labelled pictures."""
    check_new(settings)
    model, reader, classes = load_network(settings)
    folder = Path(settings.folder)
    if not folder.is_dir():
        raise OSError(f"{folder} is not a folder")
    folders = subfolders(folder)
    unknown = [name for name in folders if name not in classes]
    if unknown or not folders:
        raise OSError(
            f"{folder} holds folders {unknown or ''}, but the network knows "
            f"{classes}: give the folder that holds folders so named"
        )
    labels = dict(list_pairs(folders, classes))
    paths = readable([*labels], settings.workers)
    if not paths:
        raise OSError(f"{folder} holds no readable picture")
    matrix = torch.zeros(len(classes), len(classes), dtype=torch.long)
    rows = []
    steps = answer(model, reader, paths)
    for path, shares in zip(
        paths, progress(steps, "picture", len(paths)), strict=True
    ):
        truth, called = labels[path], int(shares.argmax())
        matrix[truth, called] += 1
        rows.append(
            {
                "picture": name_below(path, folder),
                "truth": classes[truth],
                "answer": classes[called],
                "share": shares[called].item(),
            }
        )
    results = report(matrix, classes, str(folder.name))
    print_matrix(matrix, classes)
    wrong = [row for row in rows if row["truth"] != row["answer"]]
    wrong = sorted(wrong, key=lambda row: -row["share"])
    print(f"{len(wrong)} mistakes" + (", the most confident:" if wrong else ""))
    for row in wrong[:10]:
        print(
            "  {picture}: {answer} {share:.1%}, in truth {truth}".format(**row)
        )
    results |= {
        "names": classes,
        "confusion": matrix.tolist(),
        "mistakes": wrong,
    }
    write_answers(settings, results, rows)
    if settings.figure:
        draw_matrix(matrix, classes, settings.figure)
    return results


def find_sources(sources):
    """Return {name: path} of all pictures that are named or in folders.

    Names are below the folder where there is one source, else as given.
    """
    found = {}
    for source in sources:
        path, names = Path(source), [source]
        if not path.exists() and any(x in source for x in "*?["):
            names = sorted(glob.glob(source, recursive=True), key=natural)
        for name in names:
            path = Path(name)
            inside = pictures_below(path) if path.is_dir() else [path]
            base = path if path.is_dir() else path.parent
            for one in inside:
                alone = len(sources) == len(names) == 1
                shown = name_below(one, base) if alone else one.as_posix()
                found.setdefault(shown, one)
    return found


def predict_pictures(settings):
    """Print the likeliest classes of each picture."""
    check_new(settings)
    model, reader, classes = load_network(settings)
    found = find_sources(settings.source)
    good = set(readable([*found.values()], settings.workers))
    paths = {name: path for name, path in found.items() if path in good}
    if not paths:
        raise OSError(f"{' '.join(settings.source)} holds no readable picture")
    answers, rows = {}, []
    steps = answer(model, reader, [*paths.values()])
    for name, given in zip(paths, steps, strict=True):
        top = given.topk(min(settings.top, len(classes)))
        names = [classes[label] for label in top.indices.tolist()]
        shares = dict(zip(names, top.values.tolist(), strict=True))
        sure = top.values[0] >= settings.threshold
        shown = [f"{one} {share:.1%}" for one, share in shares.items()]
        note = "" if sure else "unsure: "
        print(f"{name}: {note}{', '.join(shown)}", flush=True)
        answers[name] = shares
        row = {"picture": name, "answer": names[0] if sure else "unsure"}
        for rank, (one, share) in enumerate(shares.items(), 1):
            row |= {f"class {rank}": one, f"share {rank}": share}
        rows.append(row)
    write_answers(settings, {"predictions": answers}, rows)
    return {"predictions": answers}


# Commands --------------------------------------------------------------------


def draw_thing(kind, chance):
    """Return a small picture of a ball, a house or a star, on any colour."""
    dark = tuple(chance.randrange(110) for _ in range(3))
    light = tuple(chance.randrange(140, 256) for _ in range(3))
    image = Image.new("RGB", (64, 64), dark)
    pen, size = ImageDraw.Draw(image), chance.uniform(14, 22)
    x, y = (chance.uniform(size, 64 - size) for _ in range(2))
    if kind == "ball":
        pen.ellipse((x - size, y - size, x + size, y + size), fill=light)
    elif kind == "house":
        pen.rectangle((x - size, y, x + size, y + size), fill=light)
        roof = [(x - size, y), (x, y - size), (x + size, y)]
        pen.polygon(roof, fill=(200, 60, 40))
    else:
        for turn in range(4):
            dx = size * math.cos(turn * math.pi / 4)
            dy = size * math.sin(turn * math.pi / 4)
            pen.line((x - dx, y - dy, x + dx, y + dy), fill=light, width=4)
    return image


def draw_pictures(folder, each, seed):
    """Write pictures of three things, a folder a thing."""
    chance = random.Random(seed)
    for name in ("ball", "house", "star"):
        Path(folder, name).mkdir(parents=True)
        for index in range(each):
            image = draw_thing(name, chance)
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
        print("evaluate, on new pictures")
        results["evaluate"] = evaluate_folder(settings)
        print("predict")
        first = sorted(Path(settings.folder).glob("*/*_00.png"))
        settings.source = [str(path) for path in first[:1]]
        return results | predict_pictures(settings)


COMMANDS = {
    "train": (train, "learn from folders of pictures, one folder a class"),
    "evaluate": (evaluate_folder, "measure on labelled pictures it never saw"),
    "predict": (predict_pictures, "name the class of new pictures"),
    "demo": (demo, "all of it, on a few pictures drawn for it"),
}


def best_device():
    """Return the name of an accelerator, or cpu."""
    if hasattr(torch, "accelerator") and torch.accelerator.is_available():
        return str(torch.accelerator.current_accelerator())
    return "cuda" if torch.cuda.is_available() else "cpu"


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
    small = {"size": 48, "batch_size": 8, "epochs": 6, "mode": "scratch"}
    unused = dict.fromkeys(["json", "csv", "figure"])
    parts["demo"].set_defaults(top=3, threshold=0, **small, **unused)
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
