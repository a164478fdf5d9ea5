"""Frozen or not: how far a new head gets, and how much is computed.

Shapes: N pictures; a digit is (64,), a picture (3, H, W)
Needs: torch 2.11 or newer, torchvision, scikit-learn, matplotlib
Run: python frozen_or_not.py
Source: PyTorch documentation, pages LBFGS and Autograd mechanics;
torchvision documentation, Models
"""

import copy

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models import resnet18

digits = load_digits()
images = torch.tensor(digits.data, dtype=torch.float32) / 16  # (N, 64)
images, labels = images[:1157], torch.tensor(digits.target)[:1157]
criterion = nn.CrossEntropyLoss()


# %% head_or_all
def train_on(model, images, labels):
    """Train what is not frozen; return the losses."""
    learning = [p for p in model.parameters() if p.requires_grad]
    optimizer, losses = torch.optim.Adam(learning, lr=0.02), []
    for _ in range(200):
        loss = criterion(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


torch.manual_seed(0)
body = nn.Sequential(nn.Linear(64, 8), nn.ReLU())  # learns 0 to 4 first
old = labels < 5
trained = nn.Sequential(body, nn.Linear(8, 5))
train_on(trained, images[old], labels[old])
new_images, new_labels = images[~old], labels[~old] - 5
whole = nn.Sequential(body, nn.Linear(8, 5))
model = copy.deepcopy(whole)
model[0].requires_grad_(False)
head_losses = train_on(model, new_images, new_labels)
all_losses = train_on(whole, new_images, new_labels)


# %% best_head
head = nn.Linear(8, 5)
features = model[0](new_images).detach()  # (N, 8), they never change
optimizer = torch.optim.LBFGS(
    head.parameters(), max_iter=500, line_search_fn="strong_wolfe"
)


def closure():
    optimizer.zero_grad()
    loss = criterion(head(features), new_labels)
    loss.backward()
    return loss


optimizer.step(closure)  # as far as a linear layer can get
best_loss = closure().item()
print(f"after 200 updates: head only {head_losses[-1]:.2f}", end=", ")
print(f"all layers {all_losses[-1]:.2f}; the best head {best_loss:.2f}")

# %% curves
figure, axes = plt.subplots(num="head_or_all", figsize=(5, 2.4))
axes.plot(head_losses, label="head only")
axes.plot(all_losses, label="all layers")
axes.axhline(best_loss, linestyle="--", label="best possible head")
axes.set(xlabel="update", ylabel="loss", ylim=(0, 3))
axes.legend()

# %% operations
first = nn.Conv2d(3, 16, 3), nn.ReLU(), nn.MaxPool2d(2)
second = nn.Conv2d(16, 32, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(4)
small = nn.Sequential(*first, *second, nn.Flatten(), nn.Linear(512, 10))
resnet, frozen = resnet18(num_classes=10), resnet18(num_classes=10)
frozen.requires_grad_(False).fc.requires_grad_(True)
ways = {"small CNN": (small, 32), "ResNet-18": (resnet, 32)}
ways |= {"all layers": (resnet, 224), "frozen body": (frozen, 224)}
billions = {}
for name, (network, side) in ways.items():
    picture = torch.rand(1, 3, side, side)  # (B, 3, H, W)
    with FlopCounterMode(display=False) as counter:
        network.eval()(picture).sum().backward()
    billions[name] = counter.get_total_flops() / 2e9  # multiply and add
    print(f"{name:11} {side:3} pixels: {billions[name]:.3f}", end=" ")
    print("billion multiplications")

# %% show
plt.show()
