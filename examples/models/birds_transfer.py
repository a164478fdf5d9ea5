"""Three networks on one folder of species, and first tries that fail.

Without --data the script draws eight species. The own network with --train
head first learns other drawn species. If FOLDER has no folder train, its
photos are split: 100 a species to train on, 50 to validate, the rest to test.

Shapes: B batch, N photos, C species, F features; a photo is (3, H, W)
Needs: torch 2.11 or newer, torchvision, matplotlib
Run: python birds_transfer.py --network vgg16 --weights FILE --data FOLDER
Source: Simonyan and Zisserman 2015; Sandler et al. 2018, MobileNetV2
"""

import argparse
import copy
import itertools
import math
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset
from torchvision import datasets, models
from torchvision.transforms import v2

PHOTOS = {"train": 24, "valid": 12, "test": 24}  # of the commonest species
SCALE = v2.ToDtype(torch.float32, scale=True)  # 0..255 -> 0..1
# mean and standard deviation of ImageNet
NORMALIZE = v2.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


def paint(species, photo, side=32):
    """Paint a round bird, by the seed of a species and a generator."""
    look = torch.Generator().manual_seed(species)
    grow = v2.Resize((side, side))
    bird = grow(torch.rand(3, 3, 3, generator=look))  # (3, H, W)
    image = grow(torch.rand(3, 5, 5, generator=photo))
    x, y = torch.rand(2, 1, generator=photo) + torch.linspace(-2.5, 1.5, side)
    inside = x.square() + y.square().unsqueeze(1) < 1
    image[:, inside] = bird[:, inside]
    image += 0.1 * torch.randn(image.shape, generator=photo)
    return v2.functional.to_pil_image(image.clamp(0, 1))


def draw_folder(folder, seed, fewer):
    """Write train/00/0.png and so on, fewer and fewer of a species."""
    photo = torch.Generator().manual_seed(seed)
    for part, kind in itertools.product(PHOTOS, range(12)):
        place = Path(folder, part, f"{kind:02}")
        place.mkdir(parents=True)
        for number in range(round(PHOTOS[part] * fewer**kind)):
            paint(1000 * seed + kind, photo).save(place / f"{number}.png")
    return folder


def read_folder(folder, side=128):
    """Decode a folder of class folders once."""
    fit = [v2.PILToTensor(), v2.Resize(side), v2.CenterCrop(side)]
    photos = datasets.ImageFolder(folder, v2.Compose(fit))
    # (N, 3, H, W), (N,)
    return torch.stack([x for x, _ in photos]), torch.tensor(photos.targets)


def read_parts(folder, side):
    """Read train, valid and test; split a folder that lacks them."""
    if Path(folder, "train").is_dir():
        return [read_folder(Path(folder, part), side) for part in PHOTOS]
    images, labels = read_folder(folder, side)
    # equal photos only once
    once = {x.numpy().tobytes(): place for place, x in enumerate(images)}
    order = torch.tensor([*once.values()])[torch.randperm(len(once))]
    rows = [order[labels[order] == label] for label in labels.unique()]
    cuts = zip(*(x.tensor_split([100, 150]) for x in rows), strict=True)
    return [(images[part], labels[part]) for part in map(torch.cat, cuts)]


def make_cnn(classes, widths=(3, 16, 32, 64)):
    layers = []
    for before, width in itertools.pairwise(widths):
        conv = nn.Conv2d(before, width, 3, padding=1, bias=False)
        layers += [conv, nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)]
    pool = nn.AdaptiveAvgPool2d(2), nn.Flatten()  # (B, 64, 2, 2), (B, 256)
    return nn.Sequential(*layers, *pool, nn.Linear(256, classes))


def make_network(name, weights, classes):
    """Return a network, and those of its layers that end it."""
    state = torch.load(weights, weights_only=True) if weights else {}
    known = len([*state.values()][-1]) if state else classes
    model = make_cnn(known)
    if name != "own":
        model = models.get_model(name, num_classes=known)
    layers = model if name == "own" else model.classifier
    model.load_state_dict(state or model.state_dict())
    return nn.Sequential(SCALE, NORMALIZE, model), layers


@torch.no_grad()
def run(model, images, forgot=False):
    """Run a network over whole photos or features, a few at a time."""
    model.to(images.device).eval()
    model.train(forgot)  # True: as if eval() were not there
    return torch.cat([model(some) for some in images.split(32)])


def score(logits, labels):
    """Return loss and accuracy."""
    loss = nn.functional.cross_entropy(logits, labels).item()
    return loss, (logits.argmax(dim=1) == labels).float().mean().item()


def fit(model, train, valid, rate, most=60):
    """Train until the best loss on valid is long ago; return that model."""
    optimizer = optim.AdamW(model.to(train[0].device).parameters(), lr=rate)
    crop = v2.RandomResizedCrop(train[0].shape[-1] * 3 // 4, (0.4, 1))
    history, best = [], 0
    while len(history) < min(most, max(9, 1.5 * (best + 1))):
        for images, labels in DataLoader(TensorDataset(*train), 32, True):
            model.train()
            if images.dim() == 4:  # photos, not features
                images = v2.RandomHorizontalFlip()(crop(images))
            loss = nn.functional.cross_entropy(model(images), labels)
            if not loss.isfinite():
                raise SystemExit("the loss is not finite: lower --rates")
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        history.append(score(run(model, valid[0]), valid[1]))
        if history[-1] <= history[best]:
            best_model, best = copy.deepcopy(model), len(history) - 1
    return history[best], rate, best_model, [best + 1, len(history)]


def try_mistakes(network, layers, old, new, train, valid):
    """Make one mistake each; return loss and accuracy on valid."""
    (images, labels), found = valid, {}
    for name, last, given, forgot in [
        ("layer_unused", old, images, False),
        ("not_scaled", new, images.float(), False),  # still 0..255
        ("eval_forgotten", new, images, True),
    ]:
        layers[-1] = last
        found[name] = score(run(network, given, forgot), labels)
    layers[-1] = nn.Linear(new.in_features, new.out_features)
    return found | {"rate_too_high": fit(network, train, valid, 0.1, 3)[0]}


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--network", choices=["own", "vgg16", "mobilenet_v2"], default="own")
    add("--weights", help="file of a state dict (None: random)")
    add("--train", choices=["head", "all"], default="head", help="(head)")
    add("--data", help="folder of species (None: drawn birds)")
    add("--rates", type=float, nargs="+", default=[1e-3, 3e-3, 1e-2, 3e-2])
    add("--seed", type=int, default=0, help="(%(default)s)")
    add("--device", default="cpu", help=argparse.SUPPRESS)
    add("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    return parser.parse_args(argv)


def read_all(args, to):
    """Read the photos, and those of other drawn species."""
    side = (64 if args.network == "own" else 128) if args.data else 32
    with tempfile.TemporaryDirectory() as folder:
        mine = args.data or draw_folder(f"{folder}/mine", args.seed, 0.87)
        others = draw_folder(f"{folder}/others", args.seed + 99, 1)
        both = read_parts(mine, side), read_parts(others, 32)
    return [[(x.to(to), y.to(to)) for x, y in parts] for parts in both]


def main(argv=None):
    args = parse_arguments(argv)
    torch.manual_seed(args.seed)
    photos, others = read_all(args, args.device)
    counts, head = photos[1][1].bincount(), args.train == "head"
    network, layers = make_network(args.network, args.weights, len(counts))
    if head and args.network == "own" and not (args.weights or args.data):
        fit(network, *others[:2], 3e-3, 20)  # now there is something to keep
    old, new = layers[-1], nn.Linear(layers[-1].in_features, len(counts))
    layers[-1], start = (nn.Identity(), new) if head else (new, network)
    parts = [(run(network, x) if head else x, y) for x, y in photos]
    ways = [fit(copy.deepcopy(start), *parts[:2], x) for x in args.rates]
    right, chosen, model, epochs = min(ways)  # by the loss on valid
    most = (counts.max() / counts.sum()).item()
    shown = {"know_nothing": (math.log(len(counts)), most), "right": right}
    if head and args.network != "vgg16":  # which would take 2 GB more
        shown |= try_mistakes(network, layers, old, model, *photos[:2])
    shown["test"] = score(run(model, parts[2][0]), parts[2][1])
    for name, (loss, accuracy) in shown.items():
        print(f"{name:14} loss {loss:7.2f}  accuracy {accuracy:6.1%}")
    return {"chosen": chosen, "epochs": epochs, "shown": shown}


def draw(results, sweeps=None):
    """Draw the accuracy of each mistake."""
    runs = (sweeps or {}).get("pretrained") or [results]
    names = [*runs[0]["shown"]][::-1]
    means = [sum(run["shown"][x][1] for run in runs) / len(runs) for x in names]
    _, axes = plt.subplots(num="mistakes", figsize=(5, 2.4))
    axes.barh([x.replace("right", "done right") for x in names], means)
    axes.set(xlabel="accuracy", xlim=(0, 1))


if __name__ == "__main__":
    draw(main())
    plt.show()
