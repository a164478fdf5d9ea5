"""Optimizers: SGD by hand, five rules in one valley, and weight decay.

Shapes: N pictures; a picture is (1, 8, 8), there are 10 classes
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python optimizers.py
Source: PyTorch documentation, pages SGD, RMSprop, Adam and AdamW
"""

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim import SGD, Adam, AdamW, RMSprop
from torch.utils.data import DataLoader, TensorDataset

# %% data
digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
labels = torch.tensor(digits.target)  # (N,)
train_data = TensorDataset(images[:1157], labels[:1157])  # forms 1-9
criterion = nn.CrossEntropyLoss()


def make_model():
    torch.manual_seed(0)
    layers = nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)
    return nn.Sequential(*layers)


# %% by_hand
ours, theirs = make_model(), make_model()  # the same weights
optimizer = SGD(theirs.parameters(), lr=0.1, momentum=0.9)
velocities = [torch.zeros_like(weight) for weight in ours.parameters()]
for _ in range(20):
    for model in (ours, theirs):
        model.zero_grad()
        criterion(model(images[:64]), labels[:64]).backward()
    optimizer.step()
    with torch.no_grad():
        for weight, v in zip(ours.parameters(), velocities, strict=True):
            v.mul_(0.9).add_(weight.grad)  # v = 0.9 * v + gradient
            weight.add_(v, alpha=-0.1)  # weight - 0.1 * v

# %% equal
equal = list(map(torch.equal, ours.parameters(), theirs.parameters()))
print("equal to the last digit:", equal)


# %% valley
def height(x, y):
    x, y = x - 2, y - 1  # lowest at (2, 1)
    return (0.9 * x + 0.44 * y) ** 2 / 2 + 25 * (0.9 * y - 0.44 * x) ** 2


def walk(rule, options, rate):
    point = torch.tensor([-2.0, 0.0], requires_grad=True)
    optimizer, path = rule([point], lr=rate, **options), [point.tolist()]
    for _ in range(40):
        optimizer.zero_grad()
        height(*point).backward()
        optimizer.step()
        path.append(point.tolist())
    return min(100.0, height(*point).item()), rate, path  # nan gives 100


# %% best_rates
rules = {"SGD": (SGD, {}), "momentum": (SGD, {"momentum": 0.9})}
rules |= {"RMSprop": (RMSprop, {}), "Adam": (Adam, {}), "AdamW": (AdamW, {})}
rates = [2.0**power for power in range(-9, 2)]
paths, best = {}, {}
for name, rule in rules.items():
    end, best[name], paths[name] = min(walk(*rule, rate) for rate in rates)
    print(f"{name:8} best rate {best[name]:.4f}, ends at {end:.2f}")

# %% picture
figure, panels = plt.subplots(1, 2, num="valley", figsize=(5, 2.4))
for name, path in paths.items():
    axes = panels[0 if name in ("SGD", "momentum") else 1]
    axes.plot(*zip(*path, strict=True), label=name)
turn = torch.linspace(0, 6.3, 99)  # once around the lowest point
for axes in panels:
    for size in (1.0, 2.5, 4.6):  # lines of one height
        a, b = size * turn.cos(), size * turn.sin() / 50**0.5
        x, y = 2 + 0.9 * a - 0.44 * b, 1 + 0.44 * a + 0.9 * b
        axes.plot(x, y, ":", color="gray")
    axes.set(xlim=(-2.6, 3.4), ylim=(-1.6, 3.2))
    axes.legend()

# %% decay
sizes, left = [0.001, 0.01, 0.1, 1.0, 10.0], {}
for rule in (Adam, AdamW):
    left[rule.__name__] = []
    for size in sizes:
        torch.manual_seed(0)
        weights = torch.ones(2000, requires_grad=True)
        optimizer = rule([weights], lr=0.01, weight_decay=0.1)
        for _ in range(200):
            weights.grad = size * torch.randn(2000)  # 0 on average
            optimizer.step()
        left[rule.__name__].append(weights.mean().item())
    print(
        f"{rule.__name__:5}", *(f"{mean:.2f}" for mean in left[rule.__name__])
    )


# %% one_epoch
def learn(batch_size, rate):
    """Train for one epoch; return the validation accuracy."""
    model = make_model()
    optimizer = SGD(model.parameters(), lr=rate)
    for batch, answers in DataLoader(train_data, batch_size, shuffle=True):
        optimizer.zero_grad()
        criterion(model(batch), answers).backward()
        optimizer.step()
    correct = model(images[1157:1415]).argmax(dim=1) == labels[1157:1415]
    return correct.float().mean().item()


# %% batches
accuracy = {}
print("rate     ", *(f"{0.03 * 3**power:5.2f}" for power in range(4)))
for size in (1, 16, 256):
    accuracy[size] = [learn(size, 0.03 * 3**power) for power in range(4)]
    print(f"batch {size:3}", *(f"{share:5.2f}" for share in accuracy[size]))

# %% show
plt.show()
