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
import random
import re
import sys
import tempfile
import time
import unicodedata
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
import torchvision
from PIL import Image, ImageDraw, ImageOps
from torchvision import models

if not hasattr(torch, "accelerator"):
    sys.exit(f"error: torch {torch.__version__} is too old: see Needs")

# For each network, where its last block begins: mode partial trains it.
LAST_BLOCK = {"resnet18": "layer4.", "resnet50": "layer4."}
LAST_BLOCK |= {"vgg16": "features.24.", "squeezenet1_1": "features.12."}
LAST_BLOCK |= {"mobilenet_v2": "features.17.", "swin_t": "features.7."}
LAST_BLOCK |= {"mobilenet_v3_small": "features.11."}
LAST_BLOCK |= {"efficientnet_b0": "features.7.", "convnext_tiny": "features.7."}
LAST_BLOCK |= {"vit_b_16": "encoder.layers.encoder_layer_11."}
MODES = ["scratch", "head", "partial", "finetune", "head_then_all"]

ENDINGS = r"\.(jpe?g|jpe|jfif|png|webp|bmp|gif|tiff?|ppm|pgm|avif)"
SYSTEM = r"__macosx|thumbs\.db|desktop\.ini|@eadir|lost\+found|__pycache__"
HIDDEN = re.compile(rf"[.$~]|{SYSTEM}|system volume information", re.I)
VALS = ("val", "valid", "validation")
READINGS, ROOM = 3, 2_000_000_000  # of a picture; bytes to keep of them
GOLDEN = 11400714819323198485  # 2**64 over the golden ratio
Image.MAX_IMAGE_PIXELS = 300_000_000  # refuses twice as many, 1.8 GB as RGB


def why(error):
    """Return the first sentence of an error."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text.partition(". ")[0][:200]


@contextlib.contextmanager
def told(what, ways_out=""):
    """Turn any error into one line: what went wrong, and what helps."""
    try:
        yield
    except Exception as error:  # of many kinds: a file may hold anything
        raise OSError(f"{what} ({why(error)}){ways_out}") from None


def counted(steps, what, total):
    """Yield the steps; count on stderr what takes over five seconds."""
    began, due = time.monotonic(), 5
    for done, step in enumerate(steps, 1):
        yield step
        if (took := time.monotonic() - began) > due and done < total:
            print(f"{what}: {done} of {total}", file=sys.stderr, flush=True)
            due = took + min(took, 30)


# Pictures -------------------------------------------------------------------


def to_rgb(picture):
    """Return a picture in RGB, on white where it is transparent.

    Greys of 10 to 32 bits are scaled by the depth that holds the brightest.
    """
    if picture.mode == "F":
        raise ValueError("decimal numbers as pixels; convert it to 8 bit")
    if picture.mode.startswith("I"):  # convert() would cut at 255
        picture = picture.convert("I")
        low = min(0, picture.getextrema()[0])
        bits = int(picture.getextrema()[1] - low).bit_length()
        depth = next(x for x in (8, 10, 12, 14, 16, 24, 33) if bits <= x)
        scale = 2.0 ** (8 - depth)
        return picture.point(lambda x: x * scale - low * scale).convert("RGB")
    if picture.has_transparency_data:
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture.convert("RGBA"))
    return picture.convert("RGB")


def open_picture(path, side=math.inf):
    """Return a file as an upright RGB picture.

    Args:
        path: the file.
        side: pixels that its shorter side needs; a JPEG is decoded no larger
            than necessary, which is many times faster for large photos.

    Raises:
        OSError: the file cannot be read; the message names it.
    """
    # An open file: Pillow maps a turned TIFF wrongly by its name.
    with told(path), open(path, "rb") as file, Image.open(file) as picture:
        picture.draft(None, (side, side))
        picture.load()  # turns a TIFF by itself
        with contextlib.suppress(Exception):  # damaged notes
            ImageOps.exif_transpose(picture, in_place=True)
        return to_rgb(picture)


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
        self.filter = Image.Resampling[preparation["interpolation"].upper()]

    def read(self, path, key=None):
        """Return S * S * 3 bytes of a picture's middle.

        With a key, of a random part, perhaps mirrored; the key decides.
        """
        settings, size = self.settings, (self.side, self.side)
        if key is None:
            picture = open_picture(path, self.preparation["resize"])
            border = (1 - self.side / self.preparation["resize"]) / 2
            return ImageOps.fit(picture, size, self.filter, border).tobytes()
        chance = random.Random(f"{settings.seed} {key}")
        need = self.side / math.sqrt(0.75 * settings.min_crop)
        picture = open_picture(path, need)
        box = random_box(picture, settings.min_crop, chance)
        picture = picture.resize(size, self.filter, box)
        if not settings.no_flip and chance.random() < 0.5:
            picture = ImageOps.mirror(picture)
        return picture.tobytes()

    def batches(self, pairs, order, key=None):
        """Yield pictures (B, 3, S, S), prepared.

        Args:
            pairs: (path, label) of all pictures.
            order: lists of positions in `pairs`, one a batch.
            key: what random parts depend on; None: the middle of each.
        """
        ahead = []
        with ThreadPoolExecutor(self.settings.workers) as pool:
            what = f"{key or 'pictures as they are'}, batch"
            for batch in counted([*order, []], what, len(order)):
                keys = [key and f"{key} {index}" for index in batch]
                paths = [pairs[index][0] for index in batch]
                ahead.append(pool.map(self.read, paths, keys))
                if len(ahead) > 1:
                    yield self.prepare(b"".join(ahead.pop(0)))

    def prepare(self, read):
        """Return bytes as the network's numbers, (B, 3, S, S)."""
        images = torch.frombuffer(bytearray(read), dtype=torch.uint8)
        images = images.view(-1, self.side, self.side, 3).permute(0, 3, 1, 2)
        images = images.to(self.settings.device).float() / 255
        mean, std = self.preparation["mean"], self.preparation["std"]
        return torchvision.transforms.functional.normalize(images, mean, std)


# Folders --------------------------------------------------------------------


def plain(text):
    """Return a name in one form: a Mac may write an accent as a letter."""
    return unicodedata.normalize("NFC", str(text))


def natural(text):
    """Return a key that sorts 9 before 10."""
    return re.sub("[0-9]+", lambda digits: digits[0].zfill(20), plain(text))


def name_below(path, folder):
    """Return a path below a folder, in one form on all systems."""
    return plain(Path(os.path.relpath(path, folder)).as_posix())


def visible(folder):
    """Return the entries of a folder: none hidden, none of a system."""
    shown = [x for x in Path(folder).iterdir() if not HIDDEN.match(x.name)]
    return sorted(shown, key=natural)


def is_run(folder):
    """Say whether a folder holds what this program writes."""
    return any(Path(folder, name).exists() for name in ("best.pt", "last.pt"))


def files_below(folder, above=()):
    """Yield all files in a folder and its subfolders, links included.

    Runs in it are left out, and links to a folder above.
    """
    real = Path(folder).resolve()
    above = {*above, real, *real.parents}
    for entry in visible(folder):
        if not entry.is_dir():
            yield entry
        elif not is_run(entry) and entry.resolve() not in above:
            yield from files_below(entry, above)


def is_picture(path):
    """Say whether an ending is a picture's, of a file or a broken link."""
    fits = re.fullmatch(ENDINGS, path.suffix, re.I)
    return bool(fits) and (path.is_file() or not path.exists())


def pictures_below(folder):
    """Return all pictures in a folder and its subfolders, none hidden."""
    return [path for path in files_below(folder) if is_picture(path)]


def is_aside(folder, out):
    """Say whether a folder is a run, or holds runs and no picture."""
    new = out and Path(out).resolve().is_relative_to(folder.resolve())
    runs = new or any(folder.rglob("last.pt"))
    return is_run(folder) or (runs and not pictures_below(folder))


def subfolders(folder, out=None):
    """Return the folders in a folder, by name: {name: [folder, ...]}."""
    found = defaultdict(list)
    for entry in visible(folder):
        if entry.is_dir() and not is_aside(entry, out):
            found[plain(entry.name)].append(entry)
    return found


def has_pictures(folder):
    """Say whether a folder holds pictures itself."""
    return any(map(is_picture, visible(folder)))


def find_parts(data, out):
    """Return the folders of train, else of all, and of val, else None.

    A folder that holds pictures itself is a class, however it is called;
    so is train beside classes that are no part of a split.

    Raises:
        OSError: the folders look like a split under other names.
    """
    folders = {x: y[0] for x, y in subfolders(data, out).items()}
    parts = {x.lower(): y for x, y in folders.items() if not has_pictures(y)}
    others = [x for x in folders if x.lower() not in ("train", "test", *VALS)]
    val = next((parts[name] for name in VALS if name in parts), None)
    if "train" in parts and (val or "test" in parts or not others):
        print("a split; left out beside it:", ", ".join(others) or "nothing")
        return parts["train"], val
    like = [y for x, y in parts.items() if re.search("train|test|val|dev", x)]
    inside = [{*subfolders(folder)} for folder in like]
    if like and len(like) == len(folders) and set.intersection(*inside):
        names = ", ".join(folder.name for folder in like)
        raise OSError(f"folder {names}, but no train: call them train and val")
    return Path(data), None


def find_classes(data, out=None):
    """Return the class folders of train and val, and where train's stand.

    Raises:
        OSError: there is no such folder, or too few classes; says why.
    """
    if not Path(data).is_dir():
        raise OSError(f"{data} is not a folder")
    root, val = find_parts(data, out)
    classes = subfolders(root, out)  # train alone decides the numbers
    kept = subfolders(val, out) if val else {}
    if len(classes) < 2:
        text = f"{root} holds {[*classes]}, but two or more class folders are"
        raise OSError(f"{text} needed: --data one level too high or too low?")
    if unknown := sorted({*kept} - {*classes}):
        raise OSError(f"{root}: train lacks {unknown} of {val.name}")
    return classes, kept, root


def list_pairs(folders, classes):
    """Yield (path, label) of the pictures in class folders."""
    for label, name in enumerate(classes):
        for folder in folders.get(name, ()):
            yield from ((path, label) for path in pictures_below(folder))


# What is in the pictures ----------------------------------------------------


def look(path):
    """Return size and 8 x 8 colours of a picture.

    One that cannot be read is named on stderr.
    """
    try:
        small = open_picture(path, 32).resize((8, 8), Image.Resampling.BOX)
        with Image.open(path) as opened:
            return opened.size, small.tobytes()
    except OSError as error:
        print(f"unreadable: {error}", file=sys.stderr)


def look_at(paths, workers):
    """Open every picture once; return what look() finds in the good ones."""
    with ThreadPoolExecutor(workers) as pool:
        looks = counted(pool.map(look, paths), "pictures looked at", len(paths))
        return {x: y for x, y in zip(paths, looks, strict=True) if y}


def tell_files(files):
    """Print how many files of which ending are read, or left out."""
    kinds = Counter((x.suffix.lower() or x.name, is_picture(x)) for x in files)
    for (kind, is_read), count in kinds.most_common():
        note = "" if is_read else ", left out (a picture? convert it)"
        print(f"  {count} {kind}{note}")


def tell_classes(train, val, classes):
    """Print the counts of all classes, and what a constant answer reaches.

    Raises:
        OSError: nothing is left to validate with.
    """
    learned, kept = (Counter(x for _, x in pairs) for pairs in (train, val))
    for label, name in enumerate(classes):
        note = "" if kept[label] else " (none to validate with)"
        print(f"  {name}: {learned[label]} train, {kept[label]} val{note}")
    print(f"{len(classes)} classes, {len(train)} + {len(val)} pictures")
    if not val:
        raise OSError("no picture is left for validation")
    (often, most), *_, (rare, least) = (learned + kept).most_common()
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
            chosen.add(min((x for x in own if own[x] <= half), key=placed.get))
    for own in size.values():  # a group of two classes may have gone too far
        if chosen >= {*own}:
            chosen.discard(max(own, key=own.get))
    return [index for index, group in enumerate(groups) if group in chosen]


def split_pairs(pairs, names, classes, groups):
    """Return the pairs to train and to validate with; say what was done."""
    print("about a fifth of each class validates")
    labels = torch.tensor([label for _, label in pairs])
    together = {x: n for x, n in Counter(groups.tolist()).items() if n > 1}
    if together:
        text = f"{sum(together.values())} pictures in {len(together)} groups"
        print(f"on one side each: {text}, e.g. like {names[min(together)]}")
    for label, name in enumerate(classes):
        (own,) = torch.where(labels == label)
        if len(own) > 1 and len(groups[own].unique()) == 1:
            print(f"warning: all pictures of {name} are alike: split singly")
            groups[own] = own
    chosen = {*choose_val(names, labels.tolist(), groups.tolist())}
    train = [pair for index, pair in enumerate(pairs) if index not in chosen]
    return train, [pairs[index] for index in sorted(chosen)]


def load_pairs(settings):
    """Return (path, label) pairs of train and val, and the class names."""
    folders, val_folders, root = find_classes(settings.data, settings.out)
    classes = [*folders]
    train, val = ([*list_pairs(x, classes)] for x in (folders, val_folders))
    tell_files(files_below(settings.data))
    for label in {*range(len(classes))} - {label for _, label in train}:
        raise OSError(f"class {classes[label]!r}: no picture (.jpg, .png, ...)")
    pairs, many = train + val, len(train)
    names = [name_below(path, root) for path, _ in pairs]
    good = look_at([path for path, _ in pairs], settings.workers)
    if bad := [path for path, _ in pairs if path not in good]:
        raise OSError(f"{len(bad)} of {len(pairs)} unreadable, first: {bad[0]}")
    sizes = sorted((size for size, _ in good.values()), key=math.prod)
    print("sizes: {}x{} to {}x{} pixels".format(*sizes[0], *sizes[-1]))
    colours = torch.tensor([[*one] for _, one in good.values()]).float()
    groups, doubles = find_groups(prints_of(colours), [x for _, x in pairs])
    if settings.group_by:
        join_named(groups, names, settings.group_by)
    for one, other in doubles[:20]:
        print("warning: two labels for", names[one], "and", names[other])
    if not val:
        train, val = split_pairs(pairs, names, classes, groups)
    elif leaks := torch.isin(groups[many:], groups[:many]).sum():
        print(f"warning: {leaks} pictures of val resemble some of train")
    tell_classes(train, val, classes)
    return train, val, classes


# The network ----------------------------------------------------------------


def read_weights(settings):
    """Return what a file of weights holds; our own holds more than weights."""
    name = settings.model
    if not settings.weights:
        weights = models.get_model_weights(name).DEFAULT
        return {"state_dict": weights.get_state_dict(check_hash=True)}
    kept = torch.load(settings.weights, map_location="cpu", weights_only=True)
    if (own := kept.get("settings", {}).get("model", name)) != name:
        raise ValueError(f"it holds a {own}")
    return kept if "state_dict" in kept else {"state_dict": kept}


def no_weights(settings):
    """Return a context that says what to do where weights cannot be had."""
    name, path = settings.model, settings.weights
    url = models.get_model_weights(name).DEFAULT.url
    cached = Path(torch.hub.get_dir(), "checkpoints", Path(url).name)
    more = f"delete {cached}" if cached.exists() and not path else "no --size"
    text = f"no weights of {name} from {path or 'the net'}"
    return told(text, f": give --weights FILE, --mode scratch, or {more}")


def load_weights_below(model, head, settings, run):
    """Fill all layers but the head with pretrained weights.

    Where they come from an own run, classes that it knows keep their part of
    the head, and pictures are prepared as they were there.

    Raises:
        OSError: there are no weights, or they do not fit; says what to do.
    """
    with no_weights(settings):
        kept, own = read_weights(settings), model.state_dict()
        state, known = kept["state_dict"], kept.get("classes", [])
        own_head = {key: own[key] for key in own if key.startswith(head)}
        for label, name in enumerate(run["classes"]):
            for key, value in own_head.items():
                if name in known:
                    value[label] = state[key][known.index(name)]
        model.load_state_dict(state | own_head)
    if "preparation" in kept and not settings.size:
        run["preparation"] = kept["preparation"]


def new_network(run):
    """Return a run's network with random weights, and its head's name."""
    name, size = run["settings"]["model"], run["preparation"]["crop"]
    more = {"image_size": size} if name.startswith("vit") else {}
    model = models.get_model(name, num_classes=len(run["classes"]), **more)
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


def in_batches(order, size):
    """Return the order in lists, of which the last never holds one alone.

    BatchNorm cannot learn from a single picture.
    """
    lists = [order[at : at + size] for at in range(0, len(order), size)]
    if len(lists) > 1 and len(lists[-1]) == 1:
        lists[-2:] = [lists[-2] + lists[-1]]
    return lists


class Training:
    """A run: its pictures, its network, and what learns in an epoch.

    An epoch depends on seed and number only, so it can be resumed.
    """

    def __init__(self, settings, run, train, val):
        self.settings, self.run, self.mode = settings, run, None
        self.pairs, self.device = {"train": train, "val": val}, settings.device
        torch.manual_seed(settings.seed)
        self.model, self.head = new_network(run)
        if "optimizer" in run:
            self.model.load_state_dict(run["state_dict"])
        elif settings.mode != "scratch":
            load_weights_below(self.model, self.head, settings, run)
        self.model.to(settings.device)
        self.last_layer = self.model.get_submodule(self.head[:-1])
        self.reader = Reader(run["preparation"], settings)
        counts = torch.bincount(torch.tensor([x for _, x in train])).float()
        rare = counts.mean() / counts if settings.balance else None
        self.criterion = torch.nn.CrossEntropyLoss(rare).to(self.device)
        kind, half = torch.device(self.device).type, torch.bfloat16
        self.mixed = torch.autocast(kind, half, enabled=settings.amp)

    def new_optimizer(self):
        """Freeze what a mode does not train; return the optimizer of the rest.

        New layers learn fast, old ones slowly; norms and biases do not decay.
        """
        settings, head, groups = self.settings, self.head, {}
        begin = {"head": head, "partial": LAST_BLOCK[settings.model]}
        begin, trained = begin.get(self.mode, ""), False
        rate, body_rate = settings.learning_rate, settings.body_rate
        body_rate = rate / 10 if body_rate is None else body_rate
        for key, weight in self.model.named_parameters():
            trained = trained or key.startswith(begin)
            weight.requires_grad_(trained)
            new = self.mode == "scratch" or key.startswith(head)
            peak = rate if new else body_rate
            decay = settings.weight_decay if weight.ndim > 1 else 0.0
            if trained:
                group = {"params": [], "peak": peak, "weight_decay": decay}
                groups.setdefault((peak, decay), group)["params"].append(weight)
        return torch.optim.AdamW([*groups.values()])

    def step(self, loss, done):
        """Learn from a loss; the rates rise shortly, then fall as a cosine.

        Args:
            loss: of a batch.
            done: how much of a phase is over, from 0 to 1.
        """
        factor = min(1, 0.1 + 9 * done) * (1 + math.cos(math.pi * done)) / 2
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * factor
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def from_features(self, features):
        """Return the head's logits (B, C) for features (B, F) or maps."""
        logits = self.last_layer(features)
        return logits.relu().mean((2, 3)) if logits.ndim == 4 else logits

    def features(self, pairs, epoch):
        """Return what the frozen layers give the head, (N, F).

        Training pictures are read at random a few times, one reading an
        epoch, and again from the first; all is kept as long as it fits.
        Epoch None stands for the middle of each picture.
        """
        key, caught = epoch and f"reading {(epoch - 1) % READINGS}", []
        if key in self.kept:
            return self.kept[key]

        order = in_batches([*range(len(pairs))], 32)
        watch = self.last_layer.register_forward_pre_hook
        hook = watch(lambda _, given: caught.append(given[0].cpu()))
        with hook, torch.no_grad(), self.mixed:
            for images in self.reader.batches(pairs, order, key):
                self.model(images)
        found = torch.cat(caught)
        if found.nbytes * (len(self.kept) + 1) < ROOM:
            self.kept[key] = found
        return found

    def batches(self, pairs, order, epoch):
        """Return what gives logits, and the batches to give it."""
        if self.mode != "head":
            key = epoch and f"epoch {epoch}"
            return self.model, self.reader.batches(pairs, order, key)
        features = self.features(pairs, epoch)
        return self.from_features, (features[part] for part in order)

    def pass_over(self, pairs, epoch=None):
        """Learn from all batches in an epoch, or only measure (None).

        Returns:
            The mean loss, and how often a class (row) was called what
            (column), (C, C).
        """
        (first, last), learning = self.phase, epoch is not None
        set_mode(self.model, learning and self.mode != "head")
        order = torch.randperm(len(pairs)) if learning else range(len(pairs))
        order = in_batches([*map(int, order)], self.settings.batch_size)
        matrix = torch.zeros(2 * [len(self.run["classes"])], dtype=torch.long)
        (forward, batches), total = self.batches(pairs, order, epoch), 0.0
        for at, (part, inputs) in enumerate(zip(order, batches, strict=True)):
            labels = torch.tensor([pairs[x][1] for x in part]).to(self.device)
            with torch.set_grad_enabled(learning), self.mixed:
                logits = forward(inputs.to(self.device))
                loss = self.criterion(logits.float(), labels)
            if learning:
                done = epoch - 1 - first + at / len(order)
                self.step(loss, done / (last - first))
            where = labels.cpu(), logits.argmax(dim=1).cpu()
            matrix.index_put_(where, torch.tensor(1), accumulate=True)
            total += loss.item() * len(labels)
        return total / len(pairs), matrix

    def run_epoch(self, epoch):
        """Choose what learns, train and validate; return numbers and matrix."""
        settings, run, mode = self.settings, self.run, "head"
        self.phase = 0, run["frozen"]
        if epoch > run["frozen"]:
            self.phase = run["frozen"], settings.epochs
            mode = settings.mode.replace("head_then_all", "finetune")
        if mode != self.mode:
            self.mode, self.kept = mode, {}
            self.optimizer = self.new_optimizer()
            if "optimizer" in run and epoch > self.phase[0] + 1:
                self.optimizer.load_state_dict(run["optimizer"])
        torch.manual_seed(settings.seed * 1_000_003 + epoch)
        row = {"epoch": epoch}
        for name, pairs in self.pairs.items():
            learned = epoch if name == "train" else None
            loss, matrix = self.pass_over(pairs, learned)
            if not math.isfinite(loss):
                text = f"loss of epoch {epoch} is not finite: lower"
                raise OSError(f"{text} --learning-rate, change --out")
            right = matrix.diagonal().sum() / matrix.sum()
            row |= {f"{name}_loss": loss, f"{name}_accuracy": right.item()}
        return row, matrix.tolist()

    def go(self):
        """Train epoch after epoch."""
        run, settings, out = self.run, self.settings, Path(self.settings.out)
        line = "epoch {:2}  train {:.3f} {:6.1%}  val {:.3f} {:6.1%}  {}"
        for epoch in range(len(run["history"]) + 1, settings.epochs + 1):
            row, matrix = self.run_epoch(epoch)
            run["history"].append(row)
            run["state_dict"] = self.model.state_dict()
            run["optimizer"] = self.optimizer.state_dict()
            if best_of(run) is row:
                run["matrix"] = matrix
            keep(run, out)
            print(line.format(*row.values(), self.mode), flush=True)
            if is_enough(run, settings):
                print(f"no better for {settings.patience} epochs: the end")
                break


# A run and its files --------------------------------------------------------


def load_checkpoint(path):
    """Return what `train` kept, or say in one line what is wrong."""
    with told(f"{path} is no checkpoint of own_pictures.py"):
        kept = torch.load(path, map_location="cpu", weights_only=True)
        if {"classes", "settings", "state_dict"} <= {*kept}:
            return kept
        raise ValueError("other content")


def save_whole(write, path):
    """Let a function write a file whole or not at all, even without power.

    Args:
        write: the function; it takes an open file.
        path: the file; None: nobody asked for it.
    """
    if not path:
        return
    temporary = Path(f"{path}.tmp")
    try:
        with told(f"cannot write {path}"):
            with temporary.open("wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def keep(run, out):
    """Write last.pt and the table, and best.pt if the last one is the best."""
    save_whole(lambda file: torch.save(run, file), out / "last.pt")
    save_whole(lambda x: write_csv(run["history"], x), out / "history.csv")
    if best_of(run) is run["history"][-1]:
        kept = {x: run[x] for x in run if x not in ("pictures", "optimizer")}
        save_whole(lambda file: torch.save(kept, file), out / "best.pt")


def write_csv(rows, file):
    """Write a table from dicts with equal keys."""
    text, values = io.StringIO(), [row.values() for row in rows]
    csv.writer(text).writerows([[*rows[0]], *values])
    file.write(text.getvalue().encode(errors="backslashreplace"))


def check_out(settings):
    """Make the folder of a run.

    Raises:
        OSError: it cannot be written, or holds something else.
    """
    out = Path(settings.out)
    if is_run(out) and not settings.resume:
        raise OSError(f"{out} holds a run: add --resume or change --out")
    with told(f"cannot write to {out}"):
        out.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=out).close()
    table = Path(out, "history.csv").exists() and not is_run(out)
    if table or has_pictures(out):
        raise OSError(f"{out} holds pictures or a history.csv: change --out")


def open_run(settings, new):
    """Return the last state of the run in --out, or a new one.

    Raises:
        OSError: the run was started otherwise, or is finished.
    """
    out = Path(settings.out)
    if not is_run(out):
        return new
    last = load_checkpoint(out / "last.pt")
    for name, now in new["settings"].items():
        if (before := last["settings"].get(name)) != now:
            flag = "--" + name.replace("_", "-")
            raise OSError(f"{out} was started with {flag} {before}, not {now}")
    if last.get("pictures") != new["pictures"]:
        raise OSError(f"{out} was started with other pictures")
    keep(last, out)  # the end may have come between the two files
    if not Path(out, "best.pt").exists():
        raise OSError(f"{out} lacks best.pt of an earlier epoch: change --out")
    epochs = len(last["history"])
    if epochs >= settings.epochs or is_enough(last, settings):
        raise OSError(f"{out} has {epochs} epochs: raise --epochs, --patience")
    return last


def best_of(run):
    """Return the epoch of the lowest validation loss."""
    return min(run["history"], key=lambda row: row["val_loss"])


def is_enough(run, settings):
    """Say whether the last epochs brought nothing new (--patience)."""
    since = max(best_of(run)["epoch"], run["frozen"])
    return len(run["history"]) - since >= (settings.patience or math.inf)


def train(settings):
    """Learn from folders of pictures, one folder a class."""
    check_out(settings)
    train, val, names = load_pairs(settings)
    top, new = settings.data, {"classes": names, "history": []}
    new["settings"] = {name: getattr(settings, name) for name in FIXED}
    new["preparation"] = preparation_of(settings.model, settings.size)
    new["torchvision"] = str(torchvision.__version__)
    new["pictures"] = [[name_below(x, top) for x, _ in y] for y in (train, val)]
    frozen = settings.freeze_epochs or math.ceil(0.3 * settings.epochs)
    new["frozen"] = frozen if settings.mode == "head_then_all" else 0
    run = open_run(settings, new)
    Training(settings, run, train, val).go()
    best, matrix = best_of(run), torch.tensor(run["matrix"])
    found = {"train_size": len(train), "val_size": len(val), "best": best}
    found["history"] = run["history"]
    found["report"] = report(matrix, names, f"best epoch {best['epoch']}, val")
    print("it was chosen on these pictures: measure on others (evaluate)")
    return found


# Answers --------------------------------------------------------------------


def report(matrix, classes, what):
    """Print accuracy, its interval, and all classes; return the numbers.

    Args:
        matrix: how often a class (row) was called what (column), (C, C).
        classes: their names.
        what: begins the first line.
    """
    right, total = int(matrix.diagonal().sum()), int(matrix.sum())
    z, share = 1.96, right / total  # Wilson's interval
    wide = z * math.sqrt(right * (1 - share) + z * z / 4)
    ends = [(right + z * z / 2 + x) / (total + z * z) for x in (-wide, wide)]
    text = "{:.1%} right ({} of {}); 95 % interval {:.1%} to {:.1%}"
    print(f"{what}:", text.format(share, right, total, *ends))
    found = {}
    for label, (name, row) in enumerate(zip(classes, matrix, strict=True)):
        own, all_own = int(row[label]), int(row.sum())
        if all_own:
            found[name] = {"right": own, "of": all_own}
            print(f"  {name}: {own} of {all_own} right ({own / all_own:.1%})")
            if not matrix[:, label].any():
                print(f"warning: never answered: {name}")
    numbers = {"accuracy": share, "interval": ends}
    return numbers | {"classes": found, "confusion": matrix.tolist()}


def load_network(settings):
    """Return network and reader of a checkpoint, and its classes.

    Files that cannot be written, or are there, are refused before the work.
    """
    files = settings.json, settings.csv, settings.figure
    for file in (files := [Path(file) for file in files if file]):
        if file.exists() or not file.parent.is_dir() or files.count(file) > 1:
            raise OSError(f"{file}: give a new name in a folder that exists")
    kept = load_checkpoint(settings.checkpoint)
    name, size = kept["settings"]["model"], kept["settings"].get("size")
    version = kept.get("torchvision")
    with told(f"{settings.checkpoint} of torchvision {version}"):
        # An older program kept no preparation.
        kept.setdefault("preparation", preparation_of(name, size))
        model, _ = new_network(kept)
        model.load_state_dict(kept["state_dict"])
    model.to(settings.device).eval()
    return model, Reader(kept["preparation"], settings), kept["classes"]


def answers(settings, pairs, model, reader):
    """Yield path, label and shares of all classes, (C,), of good pictures.

    Raises:
        OSError: none can be read.
    """
    good = look_at([path for path, _ in pairs], settings.workers)
    pairs = [pair for pair in pairs if pair[0] in good]
    if not pairs:
        raise OSError(f"{settings.source}: no readable picture")
    order = in_batches([*range(len(pairs))], settings.batch_size)
    for part, images in zip(order, reader.batches(pairs, order), strict=True):
        with torch.inference_mode():
            shares = model(images).softmax(dim=1).cpu()
        yield from ((*pairs[x], y) for x, y in zip(part, shares, strict=True))


def write_answers(settings, results, rows):
    """Write --json and --csv."""
    text = json.dumps(results, indent=1).encode()
    save_whole(lambda file: file.write(text), settings.json)
    save_whole(lambda file: write_csv(rows, file), settings.csv)


def draw_matrix(matrix, classes, file):
    """Draw the confusion matrix into a PNG file: down truth, across answer."""
    shares = matrix / matrix.sum(dim=1, keepdim=True).clamp(min=1)
    side = 60 * len(classes)
    image = Image.new("L", (side + 200, side + 60), "white")
    pen = ImageDraw.Draw(image)
    for row, name in enumerate(classes):
        y, name = 60 * row, name if name.isascii() else ""
        pen.text((side + 10, y + 25), f"{row + 1} {name}"[:28], 0)
        pen.text((y + 25, side + 25), str(row + 1), 0)
        for column, number in enumerate(matrix[row].tolist()):
            x, grey = 60 * column, 255 - int(135 * shares[row, column])
            pen.rectangle((x, y, x + 59, y + 59), grey)
            pen.text((x + 25, y + 25), str(number), 0)
    image.save(file, "PNG")


def print_matrix(matrix, classes):
    """Print the confusion matrix: a row for a true class."""
    print("confusion; down: truth, across: answer, by the number of its class")
    print("     ", *(f"{label + 1:5}" for label in range(len(classes))))
    for label, name in enumerate(classes):
        counts = (f"{count:5}" for count in matrix[label].tolist())
        print(f"{label + 1:5} ", *counts, f" {name}")


def evaluate(settings):
    """Measure on labelled pictures that it never saw."""
    model, reader, classes = load_network(settings)
    folders = subfolders(settings.source)
    if (unknown := sorted({*folders} - {*classes})) or not folders:
        text = f"{settings.source} must hold folders named like the classes"
        raise OSError(f"{text} {classes}; there is {unknown or 'none'}")
    tell_files(files_below(settings.source))
    pairs = [*list_pairs(folders, classes)]
    matrix, rows = torch.zeros(2 * [len(classes)], dtype=torch.long), []
    for path, label, shares in answers(settings, pairs, model, reader):
        share, best = shares.max(dim=0)
        matrix[label, best] += 1
        row = {"picture": name_below(path, settings.source)}
        row |= {"truth": classes[label], "answer": classes[best]}
        rows.append(row | {"share": share.item()})
    results = report(matrix, classes, "on these pictures")
    print_matrix(matrix, classes)
    wrong = [row for row in rows if row["truth"] != row["answer"]]
    wrong.sort(key=lambda row: -row["share"])
    print(f"mistakes: {len(wrong)}; those of which it was surest:")
    for row in wrong[:10]:
        print("  {picture}: {answer} {share:.1%}, truth {truth}".format(**row))
    results |= {"names": classes, "mistakes": wrong}
    write_answers(settings, results, rows)
    save_whole(lambda x: draw_matrix(matrix, classes, x), settings.figure)
    return results


def find_sources(sources):
    """Return {path: name} of the pictures that are named or in folders.

    Names are below the folder where there is one source, else as given.
    """
    found, short = {}, len(sources) == 1 and Path(sources[0]).exists()
    for source in sources:
        named = glob.glob(source, recursive=True)
        named = [source] if Path(source).exists() else named
        for path in sorted(map(Path, named), key=natural):
            folder = path if path.is_dir() else path.parent
            for one in files_below(path) if path.is_dir() else [path]:
                name = one.relative_to(folder) if short else one
                found[one] = name.as_posix()
    tell_files([path for path in found if not is_picture(path)])
    return {path: name for path, name in found.items() if is_picture(path)}


def predict(settings):
    """Name the class of new pictures."""
    model, reader, classes = load_network(settings)
    results, rows, names = {}, [], find_sources(settings.source)
    for path, _, shares in answers(settings, [*names.items()], model, reader):
        ranked = sorted(zip(shares.tolist(), classes, strict=True))[::-1]
        found = {name: share for share, name in ranked[: settings.top]}
        shown = [f"{one} {share:.1%}" for one, share in found.items()]
        print(f"{names[path]}: {', '.join(shown)}")
        rows.append({"picture": names[path]})
        for rank, (one, share) in enumerate(found.items(), 1):
            rows[-1] |= {f"class {rank}": one, f"share {rank}": share}
        results[names[path]] = found
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
            circle = (*chance.choices(range(16, 33), k=2), 14)
            ImageDraw.Draw(image).regular_polygon(circle, corners, fill=light)
            image.save(Path(folder, name, f"{name}_{index:02}.png"))


def demo(settings):
    """Do all of it, on a few pictures drawn for it."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("data", "source", "out"):
            setattr(settings, name, f"{folder}/{name}")
        settings.checkpoint = f"{folder}/out/best.pt"
        draw_pictures(settings.data, 30, seed=0)
        draw_pictures(settings.source, 8, seed=1)
        results = train(settings)
        print("\nevaluate, with new pictures:")
        results["evaluate"] = evaluate(settings)
        print("\npredict:")
        settings.source = [f"{settings.source}/ball/ball_00.png"]
        return results | predict(settings)


# The command line -----------------------------------------------------------


class OneLineParser(argparse.ArgumentParser):
    def error(self, message):
        text = f"error: {' '.join(message.split())} (see --help"
        self.exit(2, f'{text}; in a notebook write: main(["demo"]))\n')


def tried(use):
    """Return how argparse reads what a function returns for a text."""

    def read(raw):
        try:
            return use(raw)
        except Exception as error:
            raise argparse.ArgumentTypeError(f"{raw!r}: {why(error)}") from None

    return {"type": read}


def number(kind, low, high=2**63):
    """Return how argparse reads a finite number from `low` to below `high`."""

    def use(text):
        if low <= (value := kind(text)) < high:
            return value
        raise ValueError(f"out of range: {low} or more, below {high}")

    return tried(use)


TRAINS, READS = "train demo", "evaluate predict"
ANY = f"{TRAINS} {READS}"
HOW = "train and demo"  # equal in a resumed run
NEEDED, SWITCH = {"required": True}, {"action": "store_true"}
WHOLE, RATE = number(int, 1), number(float, 0)
PATTERN = tried(lambda text: re.compile(text).pattern)
USABLE = tried(lambda name: torch.ones(1, device=name).item() and name)
DEVICE = str(torch.accelerator.current_accelerator(True) or "cpu")
WHAT = "head: new layer alone; partial: last block too; scratch: no weights"
OPTIONS = [  # who knows it, name, default, how it is read, what it is
    (READS, "checkpoint", None, {}, "best.pt of a run"),
    ("evaluate", "source", None, {"metavar": "folder"}, "a folder a class"),
    ("predict", "source", None, {"nargs": "+"}, "pictures, folders, '*.jpg'"),
    ("train", "--data", None, NEEDED, "a folder a class, or train and val"),
    ("train", "--out", None, NEEDED, "where to keep the run"),
    (HOW, "--model", "resnet18", {"choices": [*LAST_BLOCK]}, "network"),
    (HOW, "--mode", "head_then_all", {"choices": MODES}, WHAT),
    (TRAINS, "--weights", None, {}, "state_dict, or best.pt of an own run"),
    (TRAINS, "--epochs", 10, WHOLE, "in all"),
    (HOW, "--freeze-epochs", None, WHOLE, "for the head alone; None: a third"),
    (TRAINS, "--patience", None, WHOLE, "epochs without gain before the end"),
    (HOW, "--batch-size", 16, number(int, 2), "pictures a step"),
    (HOW, "--learning-rate", 1e-3, RATE, "highest, of new layers; it falls"),
    (HOW, "--body-rate", None, RATE, "of old layers; None: a tenth of it"),
    (HOW, "--weight-decay", 0.01, RATE, "never of norms and biases"),
    (HOW, "--size", None, number(int, 32, 4097), "pixels; None: as pretrained"),
    (HOW, "--min-crop", 0.35, number(float, 0.01, 1.01), "least area to show"),
    (HOW, "--seed", 0, number(int, 0), "of random numbers"),
    (HOW, "--group-by", None, PATTERN, "same find in name: one side"),
    (HOW, "--no-flip", False, SWITCH, "do not mirror (text, hands, arrows)"),
    (HOW, "--balance", False, SWITCH, "let a rare class count as much"),
    (HOW, "--amp", False, SWITCH, "mixed precision: faster on a GPU"),
    (TRAINS, "--resume", False, SWITCH, "continue the run in --out"),
    (READS, "--batch-size", 32, WHOLE, "pictures a step"),
    (READS, "--json", None, {}, "new file for all answers"),
    (READS, "--csv", None, {}, "new file for all answers"),
    ("evaluate", "--figure", None, {}, "new file.png for the matrix"),
    ("predict", "--top", 3, WHOLE, "classes a picture"),
    (ANY, "--device", DEVICE, USABLE, "cpu, cuda, mps, ..."),
    (ANY, "--workers", 4, number(int, 1, 257), "threads for reading"),
]
FIXED = [x[2:].replace("-", "_") for who, x, *_ in OPTIONS if who == HOW]


def parse_arguments(argv):
    """Return the settings of one of the commands."""
    parser = OneLineParser(description="Train on your own pictures.")
    commands = parser.add_subparsers(required=True, metavar="command")
    form = {"formatter_class": argparse.ArgumentDefaultsHelpFormatter}
    unused = dict.fromkeys(["out", "mode", "json", "csv", "figure", "source"])
    for run in (train, evaluate, predict, demo):
        name, text = run.__name__, run.__doc__.partition("\n")[0]
        part = commands.add_parser(name, help=text, description=text, **form)
        part.set_defaults(run=run, top=3, **unused)
        for users, flag, default, how, text in OPTIONS:
            if name in users:
                part.add_argument(flag, default=default, help=text, **how)
    part.set_defaults(mode="scratch", size=32, batch_size=8, epochs=6)  # demo
    settings = parser.parse_args(argv)
    takes_none = {"weights": 1, "body-rate": 2, "freeze-epochs": 4}
    for flag, count in takes_none.items():  # of the first modes
        given = vars(settings).get(flag.replace("-", "_")) is not None
        if given and settings.mode in MODES[:count]:
            parser.error(f"--mode {settings.mode} takes no --{flag}")
    return settings


def main(argv: list[str] | None = None) -> dict[str, object]:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # file names in any alphabet
            stream.reconfigure(errors="backslashreplace")
    settings = parse_arguments(argv)
    try:
        return settings.run(settings)
    except KeyboardInterrupt:
        kept = settings.out and Path(settings.out, "last.pt").exists()
        text = f"the same command with --resume continues {settings.out}"
        print("stopped:", text if kept else "nothing is kept", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:  # predict ... | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(1)
    except OSError as error:
        sys.exit(f"error: {error}")
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, RuntimeError) and "memory" not in str(error):
            raise
        sys.exit("error: out of memory: lower --batch-size or --size")


if __name__ == "__main__":
    main()
