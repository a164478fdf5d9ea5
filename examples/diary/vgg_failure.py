"""Why transfer with a VGG fails while training from scratch works.

A small VGG learns the digits 0-4, then 5-9 from fifty pictures.

Shapes: B pictures of a batch; a picture is (3, 8, 8), there are 5 classes
Needs: torch 2.11 or newer, torchvision, scikit-learn, matplotlib
Run: python vgg_failure.py
Source: torchvision documentation, VGG; He and others (2015), Delving Deep
into Rectifiers, for the start of the weights
"""

import copy
import sys

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torchvision.models.vgg import make_layers

digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
images = images.unsqueeze(1).repeat(1, 3, 1, 1)  # (N, 3, 8, 8)
labels = torch.tensor(digits.target)  # (N,)
train = torch.arange(len(labels)) < 1157  # forms 1-9
val = (labels > 4) & (torch.arange(1797) >= 1157) & (torch.arange(1797) < 1415)
criterion = nn.CrossEntropyLoss()


class SmallVGG(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = make_layers([16, "M", 32, "M", 64, "M"])
        hidden = nn.Linear(64, 64), nn.ReLU()
        self.classifier = nn.Sequential(*hidden, nn.Linear(64, 5))
        for module in self.features:
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")

    def forward(self, images):
        return self.classifier(self.features(images).flatten(1))


def learn(model, parameters, rate, rows, epochs, batch_size=10):
    """Train some parameters; return the accuracy on new digits 5-9."""
    optimizer = torch.optim.SGD(parameters, lr=rate, momentum=0.9)
    data = TensorDataset(images[rows], labels[rows] % 5)
    for _ in range(epochs):
        for batch, answers in DataLoader(data, batch_size, shuffle=True):
            optimizer.zero_grad()
            criterion(model(batch), answers).backward()
            optimizer.step()
    with torch.no_grad():
        correct = model(images[val]).argmax(dim=1) == labels[val] % 5
    return correct.float().mean().item()


# %% ways
def transfer(way, base, rows, batch_size=10):
    """Learn 5-9 in one way."""
    if way == "scratch":
        model = SmallVGG()
        return learn(model, model.parameters(), 0.02, rows, epochs=40)
    model = copy.deepcopy(base)  # it knows 0-4
    if way == "model.fc":
        model.fc = nn.Linear(512, 5)  # a VGG has no fc
        trained = model.fc.parameters()
    else:
        model.classifier[-1] = nn.Linear(64, 5)
        head = way == "head only"
        trained = (model.classifier[-1] if head else model).parameters()
    rate = 0.3 if way == "high rate" else 0.01
    return learn(model, trained, rate, rows, 15, batch_size)


# %% runs
names = ["model.fc", "high rate", "head only", "done right", "scratch"]
accuracy = {name: [] for name in names}
larger = {"model.fc": [], "high rate": []}  # batches of 50
for seed in range(3):
    torch.manual_seed(seed)
    print(f"seed {seed}", end="\r", file=sys.stderr, flush=True)
    base = SmallVGG()
    old = train & (labels < 5)
    learn(base, base.parameters(), 0.02, old, epochs=5, batch_size=32)
    digit = [(train & (labels == n)).nonzero().flatten() for n in range(5, 10)]
    rows = torch.cat([of[torch.randperm(len(of))[:10]] for of in digit])
    for name in names:
        accuracy[name].append(transfer(name, base, rows))
    for name, found in larger.items():
        found.append(transfer(name, base, rows, batch_size=50))
for name, found in accuracy.items():
    print(f"{name:10}", *(f"{share:.2f}" for share in found))

# %% larger_batch
for name, found in larger.items():
    print(f"{name:10}", *(f"{share:.2f}" for share in found))

# %% show
_, axes = plt.subplots(num="ways", figsize=(5, 2.4))
for place, found in enumerate(accuracy.values()):
    axes.scatter(found, [place] * 3)
axes.axvline(0.2, linestyle=":")  # one of five
axes.set_yticks(range(5), names)
axes.set(xlabel="accuracy", xlim=(0, 1))
plt.show()
