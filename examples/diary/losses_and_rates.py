"""Softmax and regression; learning rates, batch sizes and epochs.

Shapes: N samples, F features, B batch; a digit is (64,)
Needs: torch 2.11 or newer, scikit-learn
Run: python losses_and_rates.py
Source: PyTorch documentation, pages CrossEntropyLoss, LogSoftmax, SGD and
torch.linalg.lstsq
"""

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
digits = load_digits()
images = torch.tensor(digits.data, dtype=torch.float32) / 16  # (N, 64)
labels = torch.tensor(digits.target)  # (N,)
train_images, train_labels = images[:1157], labels[:1157]  # forms 1-9
val_images, val_labels = images[1157:1415], labels[1157:1415]
criterion = nn.CrossEntropyLoss()


def share_right(model, images, labels):
    return (model(images).argmax(dim=1) == labels).float().mean().item()


# %% inside_cross_entropy
logits = torch.randn(5, 10)  # (N, 10)
answers = torch.arange(5)  # (N,)
whole = nn.CrossEntropyLoss()(logits, answers)
in_two = nn.NLLLoss()(logits.log_softmax(dim=1), answers)
agree = torch.allclose(whole, in_two)
print(f"CrossEntropyLoss {whole:.4f}, log_softmax and NLLLoss {in_two:.4f}")

# %% ratio_or_difference
pairs = torch.tensor([[1.0, 2.0], [100.0, 200.0]], requires_grad=True)
shares = pairs / pairs.sum(dim=1, keepdim=True)
by_ratio = -shares.log()[:, 0]  # the first is right
by_difference = -pairs.log_softmax(dim=1)[:, 0]
ratio_losses, difference_losses = by_ratio.tolist(), by_difference.tolist()
for name, losses in (("ratio", by_ratio), ("difference", by_difference)):
    gradients = torch.autograd.grad(losses.sum(), pairs)[0]
    print(f"by {name:10} losses", losses.detach(), "gradients", gradients[:, 0])

# %% why_softmax
scores = torch.tensor([2.0, -1.0])
by_sum, by_softmax = scores / scores.sum(), scores.softmax(dim=0)
far = torch.tensor([0.0, -1000.0])
separate, together = far.softmax(dim=0).log(), far.log_softmax(dim=0)
sums, chances = by_sum.tolist(), by_softmax.tolist()
finite = [one.isfinite().all().item() for one in (separate, together)]
print("divided by the sum", by_sum, " softmax", by_softmax)
print("softmax, then log ", separate, " log_softmax", together)

# %% continuous
features = torch.randn(4, 3)  # (N, F)
price = nn.Linear(3, 1)(features)  # a regression
class_logits = nn.Linear(3, 2)(features)  # a classifier
classes = class_logits.argmax(dim=1)
print("regression", price.dtype, " logits", class_logits.dtype)
print("classes", classes.dtype)


# %% additive
def explained(features, aim):
    """Fit half of the points; return R2 on the others."""
    columns = torch.cat([features, torch.ones(400, 1)], dim=1)  # and a bias
    weights = torch.linalg.lstsq(columns[:200], aim[:200, None]).solution
    errors = aim[200:] - (columns[200:] @ weights).squeeze(1)
    return 1 - (errors.square().mean() / aim[200:].var()).item()


a, b = (torch.rand(2, 400) * 4 - 2).unbind()  # (N,) each
raw = torch.stack([a, b], dim=1)  # (N, 2)
made = torch.stack([a**2, (3 * b).sin(), a * b], dim=1)  # (N, 3)
aims = {"2a - 3b": 2 * a - 3 * b, "a^2 + sin(3b)": a**2 + (3 * b).sin()}
r2 = {}
for name, aim in (aims | {"a * b": a * b}).items():
    r2[name] = [explained(features, aim) for features in (raw, made)]
    print(f"{name:13} from a, b: {r2[name][0]:.2f}", end="   ")
    print(f"from a^2, sin(3b), a * b: {r2[name][1]:.2f}")


# %% smaller_rate
def epochs_needed(rate, seed):
    """Train on all pictures at once until 90 % are right."""
    torch.manual_seed(seed)
    model, epochs = nn.Linear(64, 10), 0
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    while share_right(model, train_images, train_labels) < 0.9:
        optimizer.zero_grad()
        criterion(model(train_images), train_labels).backward()
        optimizer.step()
        epochs += 1
    return epochs


needed = {}
for rate in (1.0, 0.3, 0.1):
    needed[str(rate)] = [epochs_needed(rate, seed) for seed in range(3)]
    print(f"rate {rate}: epochs", *needed[str(rate)])


# %% batches
def train_few(batch_size, rate, seed):
    """Learn 100 digits, up to a fifth of them with wrong labels."""
    torch.manual_seed(seed)
    rows = torch.randperm(1157)[:100]
    few, answers = train_images[rows], train_labels[rows]
    answers[:20] = torch.randint(10, (20,))
    loader = DataLoader(TensorDataset(few, answers), batch_size, shuffle=True)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    for _ in range(60):
        for batch, aims in loader:
            optimizer.zero_grad()
            criterion(model(batch), aims).backward()
            optimizer.step()
    learned = share_right(model, few, answers)
    return learned, share_right(model, val_images, val_labels)


fits = {}
for size, rate in ((10, 0.02), (50, 0.1), (10, 0.1), (50, 0.5)):
    runs = torch.tensor([train_few(size, rate, seed) for seed in range(3)])
    learned, right = fits[f"{size} at {rate}"] = runs.mean(dim=0).tolist()
    print(f"batch {size}, rate {rate:4}: learned {learned:.0%}", end=" ")
    print(f"right on new {right:.0%}")
