"""Losses: five of them by hand, and which data each of them takes.

Shapes: B batch, K classes (10); a picture is (1, 8, 8)
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python losses.py
Source: PyTorch documentation, pages MSELoss, L1Loss, CrossEntropyLoss,
BCEWithLogitsLoss and BCELoss
"""

import contextlib

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import one_hot


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except (RuntimeError, ValueError) as error:
        print(f"{type(error).__name__}: {error}")


# %% numbers
predictions = torch.tensor([[2.0], [4.0], [7.0]])  # (B, 1)
targets = torch.tensor([[1.0], [4.0], [4.0]])  # (B, 1)
errors = predictions - targets  # (B, 1)
print(f"MSE {(errors**2).mean():.4f} {nn.MSELoss()(predictions, targets):.4f}")
print(f"MAE {errors.abs().mean():.4f} {nn.L1Loss()(predictions, targets):.4f}")

# %% outlier
minutes = torch.tensor([10.0, 11.0, 12.0, 13.0, 34.0])  # late once
guesses = torch.linspace(5, 35, 301)  # one for all days
misses = minutes - guesses.unsqueeze(1)  # (301, 5)
curves = {"MSE": (misses**2).mean(dim=1), "MAE": misses.abs().mean(dim=1)}

# %% curves
lowest = {name: guesses[c.argmin()].item() for name, c in curves.items()}
print(f"lowest {lowest}, mean {minutes.mean()}, median {minutes.median()}")
figure, panels = plt.subplots(1, 2, num="outlier", figsize=(5, 2.4))
for axes, (name, curve) in zip(panels, curves.items(), strict=True):
    axes.plot(guesses, curve)
    axes.scatter(minutes, torch.zeros(5))
    axes.axvline(lowest[name], linestyle="--")
    axes.set(title=name, xlabel="guess")

# %% softmax
pairs = torch.tensor([[1.0, 2.0], [10.0, 20.0], [10.0, 11.0]])
shares = (pairs / pairs.sum(dim=1, keepdim=True))[:, 1].tolist()
probabilities = pairs.softmax(dim=1)[:, 1].tolist()
print("divided by the sum", torch.tensor(shares))
print("softmax           ", torch.tensor(probabilities))

# %% bars
figure, axes = plt.subplots(num="softmax", figsize=(5, 2.4))
axes.bar([-0.2, 0.8, 1.8], shares, 0.4, label="divided by the sum")
axes.bar([0.2, 1.2, 2.2], probabilities, 0.4, label="softmax of both")
axes.set_xticks([0, 1, 2], ["1, 2", "10, 20", "10, 11"])
axes.set(ylabel="share of the larger number", ylim=(0, 1.5))
axes.legend()

# %% ratios
stairs = torch.tensor([0.0, 1.0, 2.0, 3.0]).softmax(dim=0)
ratios = stairs[1:] / stairs[:-1]
print("probabilities", stairs, "\nratios", ratios)

# %% data
digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
labels = torch.tensor(digits.target)  # (N,)
torch.manual_seed(0)

# %% smoothing
plain = nn.CrossEntropyLoss()
smooth = nn.CrossEntropyLoss(label_smoothing=0.1)
logits = torch.randn(1797, 10)  # (N, K)
logs = logits.log_softmax(dim=1)  # (N, K)
answers = one_hot(labels)  # (N, K), one 1 in each row
softer = 0.9 * answers + 0.1 / 10  # (N, K), rows sum to 1
for loss, aims in ((plain, answers), (smooth, softer)):
    by_hand = -(aims * logs).sum(dim=1).mean()
    print(f"by hand {by_hand:.4f}, layer {loss(logits, labels):.4f}")

# %% sure
heights = (2.0, 5.0, 20.0)  # logit of the right class
surer = [plain(h * answers, labels).item() for h in heights]
smoothed = [smooth(h * answers, labels).item() for h in heights]
print("plain ", torch.tensor(surer))
print("smooth", torch.tensor(smoothed))

# %% yes_or_no
eights = (labels == 8).float().unsqueeze(1)  # (N,) -> (N, 1)
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 1))
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
for _ in range(200):
    optimizer.zero_grad()
    criterion(model(images[:1157]), eights[:1157]).backward()  # forms 1-9
    optimizer.step()

# %% bce_by_hand
z, t = model(images[1157:1415]).detach(), eights[1157:1415]  # (B, 1)
p = z.sigmoid()  # (B, 1)
by_hand = -(t * p.log() + (1 - t) * (1 - p).log()).mean()
two = torch.cat([torch.zeros_like(z), z], dim=1)  # (B, 2)
print(f"by hand          {by_hand:.4f}")
print(f"BCEWithLogits    {criterion(z, t):.4f}")
print(f"CrossEntropyLoss {plain(two, t.squeeze(1).long()):.4f}")

# %% threshold
found = {}
for threshold in (0.1, 0.5, 0.9):
    said = p > threshold  # (B, 1)
    hits, alarms = said[t == 1].sum().item(), said[t == 0].sum().item()
    found[threshold] = hits, alarms
    print(f"over {threshold}: {hits} of {t.sum():.0f} eights, {alarms} others")

# %% not_float
with shows_error():
    criterion(z, t.long())  # (B, 1), but int64

# %% not_two_axes
with shows_error():
    criterion(z, t.squeeze(1))  # (B,)

# %% without_logits
with shows_error():
    nn.BCELoss()(z, t)  # wants probabilities

# %% show
plt.show()
