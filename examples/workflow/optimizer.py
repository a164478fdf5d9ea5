"""Step 7, the optimizer: how a gradient becomes a change of the weights.

Four rules take five steps each; then learning rates are measured on
handwritten digits, and two mistakes are made that raise no error.

Shapes: B pictures of a batch; a picture is (1, 8, 8), there are 10 classes
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python optimizer.py
Source: PyTorch documentation, "torch.optim", "SGD", "Adam", "AdamW"
"""

import sys

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim import SGD, Adam, AdamW
from torch.utils.data import DataLoader, TensorDataset


# %% steps
def five_steps(rule, **options):
    """Return where five steps lead from w = 1; the loss is w * w."""
    weight = torch.tensor(1.0, requires_grad=True)
    optimizer, path = rule([weight], **options), []
    for _ in range(5):
        optimizer.zero_grad()
        (weight**2).backward()  # gradient: 2 * w
        optimizer.step()
        path.append(f"{weight.item():6.3f}")
    return " ".join(path)


print("SGD     ", five_steps(SGD, lr=0.1))
print("momentum", five_steps(SGD, lr=0.1, momentum=0.9))
print("Adam    ", five_steps(Adam, lr=0.1))
print("AdamW   ", five_steps(AdamW, lr=0.1, weight_decay=0.01))

# %% too_large
print("lr=0.9  ", five_steps(SGD, lr=0.9))
print("lr=1.1  ", five_steps(SGD, lr=1.1))

# %% weight_decay
for rule in (Adam, AdamW):
    weight = torch.tensor(1.0, requires_grad=True)
    weight.grad = torch.tensor(0.0)  # the loss asks for no change
    rule([weight], lr=0.1, weight_decay=0.1).step()
    print(f"{rule.__name__:5} moves the weight to {weight.item():.2f}")

# %% data
digits = load_digits()
images = torch.tensor(digits.images[:, None]).float() / 16  # (N, 1, 8, 8)
labels = torch.tensor(digits.target)  # (N,)
train_data = TensorDataset(images[:1157], labels[:1157])  # forms 1-9
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
val_images, val_labels = images[1157:1415], labels[1157:1415]  # 10-11
criterion = nn.CrossEntropyLoss()


# %% network
def make_model(seed):
    torch.manual_seed(seed)
    layers = nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10)
    return nn.Sequential(*layers)


def accuracy_of(model):
    with torch.no_grad():
        correct = model.eval()(val_images).argmax(dim=1) == val_labels
    return correct.float().mean().item()


def learn(model, optimizer):
    """Train for ten epochs; return the validation accuracy."""
    model.train()
    for _ in range(10):
        for images, labels in train_loader:
            optimizer.zero_grad()  # clear the last batch's gradients
            loss = criterion(model(images), labels)
            loss.backward()  # write a gradient beside each weight
            optimizer.step()  # move each weight
    return accuracy_of(model)


# %% learning_rates
rates = [0.003 * 3**power for power in range(7)]  # 0.003 to 2.187
ways = [("SGD", SGD, {}), ("momentum", SGD, {"momentum": 0.9})]
curves = {}
print("rate    ", *(f"{rate:6.3f}" for rate in rates))
for name, rule, options in [*ways, ("AdamW", AdamW, {})]:
    for rate in rates:
        runs = []
        for seed in range(3):
            model = make_model(seed)
            optimizer = rule(model.parameters(), lr=rate, **options)
            runs.append(learn(model, optimizer))
        print(f"rate {rate:.3f}", end="\r", file=sys.stderr, flush=True)
        curves.setdefault(name, []).append(sum(runs) / len(runs))
    print(f"{name:8}", *(f"{accuracy:6.2f}" for accuracy in curves[name]))
first_gradient = model[1].weight.grad  # (32, 64)
average = optimizer.state[model[1].weight]["exp_avg"]  # (32, 64)

# %% picture
figure, axes = plt.subplots(num="learning_rates")
for name, curve in curves.items():
    axes.plot(rates, curve, marker="o", label=name)
axes.set(xscale="log", xlabel="learning rate", ylabel="validation accuracy")
axes.legend()


# %% cleared_too_early
def learn_nothing(model, optimizer):
    for images, labels in train_loader:
        criterion(model(images), labels).backward()
        optimizer.zero_grad()  # too early: step() finds no gradient
        optimizer.step()
    return accuracy_of(model)


model = make_model(0)
optimizer = SGD(model.parameters(), lr=0.1)
before, after = accuracy_of(model), learn_nothing(model, optimizer)
print(f"accuracy {before:.3f} before, {after:.3f} after")

# %% old_model
model = make_model(1)  # the optimizer still holds the first
stale_before, stale_after = accuracy_of(model), learn(model, optimizer)
print(f"accuracy {stale_before:.3f} before, {stale_after:.3f} after")

# %% errors
try:
    SGD(nn.Flatten().parameters(), lr=0.1)
except ValueError as error:
    print(f"ValueError: {error}")

# %% show
plt.show()
