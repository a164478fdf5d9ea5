"""Count what VGG16 takes: weights, gradients, and memory a picture.

The large networks stand on the device "meta", where a tensor has a shape but
no numbers: any network and any batch can be counted, at once. With --measure
a process trains for one step, for real.

Shapes: B batch; a photo is (3, 224, 224), a digit (64,)
Needs: torch 2.11 or newer, torchvision, scikit-learn, matplotlib
Run: python batch_memory.py --network vgg16
Source: Simonyan and Zisserman 2015, Very Deep Convolutional Networks
"""

import argparse
import math
import subprocess
import sys

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torchvision import models

MB = 10**6
STEP = """
import resource, sys, torch, torchvision
torch.set_num_threads(1)
name, batch, kind = sys.argv[1:]
model = torchvision.models.get_model(name)
optimizer = getattr(torch.optim, kind)(model.parameters(), lr=0.001)
logits = model(torch.rand(int(batch), 3, 224, 224))
loss = torch.nn.functional.cross_entropy(logits, logits.argmax(dim=1))
loss.backward()
optimizer.step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)  # kB, on Linux
"""


def count_layers(model, kind):
    """Return the parameters of each layer of a kind."""
    layers = [x for x in model.modules() if isinstance(x, kind)]
    return [sum(p.numel() for p in x.parameters()) for x in layers]


def count_memory(model, photos):
    """Return bytes that a forward pass keeps for backward()."""
    weights = {p.untyped_storage()._cdata for p in model.parameters()}
    kept = {}

    def keep(tensor):
        storage = tensor.untyped_storage()
        if storage._cdata not in weights:
            kept[storage._cdata] = storage  # the same one only once
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda x: x):
        model(photos)
    return sum(storage.nbytes() for storage in kept.values())


def count_network(name, side=224):
    """Return the megabytes of a network's weights, and of each photo more."""
    with torch.device("meta"):  # shapes, but no numbers
        model = models.get_model(name)
        two = torch.rand(2, 3, side, side)
        one, both = (count_memory(model, x) for x in (two[:1], two))
        weights = sum(p.numel() for p in model.parameters()) * 4  # float32
        model.requires_grad_(False)
        last = model.fc if hasattr(model, "fc") else model.classifier[-1]
        last.requires_grad_(True)
        head = count_memory(model, two) / 2
    photo = both - one
    fits = int((8000 * MB - 4 * weights) / photo)  # weights, gradients, Adam
    sizes = {"weights": weights / MB, "photo": photo / MB, "head": head / MB}
    return {**sizes, "fits": fits}


def measure_step(name, batch, optimizer):
    """Return the peak, in MB, of a process that trains for one step."""
    print(f"{optimizer} {batch}", end="\r", file=sys.stderr, flush=True)
    command = [sys.executable, "-c", STEP, name, str(batch), optimizer]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout) * 1024 / MB


def make_mlp():
    return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))


def train_digits(batch, rate, args):
    """Train for a few epochs with SGD; return the validation accuracy."""
    digits = load_digits()
    images = torch.tensor(digits.data).float().to(args.device) / 16  # (N, 64)
    labels = torch.tensor(digits.target).to(args.device)  # (N,)
    train_data = TensorDataset(images[:1157], labels[:1157])
    torch.manual_seed(args.seed)
    model = make_mlp().to(args.device)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    for _ in range(args.epochs):
        for inputs, targets in DataLoader(train_data, batch, shuffle=True):
            loss = nn.functional.cross_entropy(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    if not math.isfinite(loss.item()):
        raise SystemExit("the loss is not finite: lower the rates")
    with torch.no_grad():
        predictions = model(images[1157:1415]).argmax(dim=1)
    return (predictions == labels[1157:1415]).float().mean().item()


def accumulate(parts):
    """Return the gradient of 32 digits that come in parts."""
    torch.manual_seed(0)
    model, images = make_mlp(), torch.rand(32, 64)
    labels = torch.randint(10, (32,))
    for rows in torch.arange(32).chunk(parts):
        loss = nn.functional.cross_entropy(model(images[rows]), labels[rows])
        (loss / parts).backward()  # gradients add up
    return model[0].weight.grad


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--network", default="vgg16", help="of torchvision (%(default)s)")
    add("--epochs", type=int, default=5, help="on digits (%(default)s)")
    add("--measure", action="store_true", help="train one step for real")
    add("--seed", type=int, default=0, help="(%(default)s)")
    add("--device", default="cpu", help=argparse.SUPPRESS)
    add("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    return parser.parse_args(argv)


def count_all(args):
    """Count parameters by layer, and memory by network."""
    with torch.device("meta"):
        model = models.get_model(args.network)
    convolutions = count_layers(model, nn.Conv2d)
    linear = count_layers(model, nn.Linear)
    print("convolutions:", f"{sum(convolutions):,}", "linear layers:", linear)
    networks = {}
    print("megabytes       weights  photo   head   fits")
    for name in dict.fromkeys([args.network, "resnet18", "mobilenet_v2"]):
        networks[name] = one = count_network(name)
        sizes = f"{one['weights']:9.1f}{one['photo']:7.1f}{one['head']:7.2f}"
        print(f"{name:14}{sizes}{one['fits']:7}")
    counts = {"convolutions": sum(convolutions), "linear": linear}
    return {**counts, "networks": networks}


def main(argv=None):
    args = parse_arguments(argv)
    if args.measure:
        tried = [("SGD", 1), ("SGD", 2), ("Adam", 1)]
        peaks = {f"{x}_{n}": measure_step(args.network, n, x) for x, n in tried}
        return {"peaks": peaks}
    results = count_all(args)
    rates, accuracy = [0.01, 0.03, 0.1, 0.3, 1.0], {}
    for batch in (8, 32, 256):
        row = [train_digits(batch, rate, args) for rate in rates]
        accuracy[f"batch {batch}"] = row
        print(f"batch {batch:3}", *(f"{value:6.1%}" for value in row))
    equal = torch.allclose(accumulate(1), accumulate(4), atol=1e-7)
    print("32 at once and 4 times 8: equal gradients:", equal)
    try:
        torch.empty(10**15)  # 4 million gigabytes
    except RuntimeError as error:
        print(str(error)[str(error).find("DefaultCPUAllocator") :])
    return results | {"equal": equal, "rates": rates, "accuracy": accuracy}


def draw(results):
    """Draw memory over the batch, and accuracy over the rate."""
    _, axes = plt.subplots(num="memory", figsize=(5, 2.4))
    batches = [1, 2, 4, 8, 16, 32, 64, 128]
    for name, one in results["networks"].items():
        total = [
            4e-3 * one["weights"] + 1e-3 * n * one["photo"] for n in batches
        ]
        axes.plot(batches, total, "o-", label=name)
    one = results["networks"]["vgg16"]
    total = [1e-3 * (one["weights"] + n * one["head"]) for n in batches]
    axes.plot(batches, total, "o-", label="vgg16, head")
    axes.set(xscale="log", xlabel="photos in a batch", ylabel="gigabytes")
    axes.set(xticks=batches, xticklabels=batches, ylim=(0, None))
    axes.legend()
    _, axes = plt.subplots(num="rates", figsize=(5, 2.4))
    for name, row in results["accuracy"].items():
        axes.plot(results["rates"], row, "o-", label=name)
    axes.set(xscale="log", xlabel="learning rate", ylabel="accuracy")
    axes.legend()


if __name__ == "__main__":
    draw(main())
    plt.show()
