"""Measure the loss: cross entropy of logits, and what its value tells.

Shapes: B batch (64), 10 classes; a picture is (1, 8, 8)
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python loss.py
Source: PyTorch documentation, pages CrossEntropyLoss, NLLLoss and MSELoss
"""

import contextlib
import math

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import log_softmax, mse_loss, nll_loss, one_hot
from torch.utils.data import DataLoader, TensorDataset


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except (IndexError, RuntimeError, ValueError) as error:
        print(f"{type(error).__name__}: {error}")


# %% data
digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
labels = torch.tensor(digits.target)  # (N,)
val_images, val_labels = images[1157:1415], labels[1157:1415]  # forms 10, 11
val_loader = DataLoader(TensorDataset(val_images, val_labels), batch_size=64)
images, labels = images[:64], labels[:64]  # one batch for training
torch.manual_seed(0)
model = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))

# %% first_loss
criterion = nn.CrossEntropyLoss()
logits = model(images)  # (B, 1, 8, 8) -> (B, 10)
loss = criterion(logits, labels)  # ()
first_loss, even_guess = loss.item(), math.log(10)
print(f"first loss {first_loss:.3f}, log(10) {even_guess:.3f}")

# %% by_hand
log_probabilities = logits - logits.exp().sum(dim=1, keepdim=True).log()
picked = log_probabilities[torch.arange(64), labels]  # (B,)
by_hand = -picked.mean()  # ()
two_steps = nll_loss(log_softmax(logits, dim=1), labels)
print(f"by hand          {by_hand:.5f}")
print(f"in two steps     {two_steps:.5f}")
print(f"CrossEntropyLoss {loss:.5f}")

# %% confident
probabilities = torch.arange(1, 101) / 100
for p in (0.99, 0.5, 0.1, 0.01):
    print(f"p = {p:4}   -log(p) = {-math.log(p):.2f}")

figure, axes = plt.subplots(num="confident")
axes.plot(probabilities, -probabilities.log())
axes.axhline(math.log(10), linestyle="--")
axes.text(0.6, math.log(10) + 0.15, "even guess")
axes.set_xlabel("probability of the right class")
axes.set_ylabel("loss")

# %% accuracy
scores = one_hot(labels).float()  # (B, 10), highest at the right class
scores[0] = scores[1]  # one picture of 64 is wrong
accuracy = (scores.argmax(dim=1) == labels).float().mean().item()
sureness = {}
for scale in (0.5, 10, 100):
    sureness[scale] = criterion(scale * scores, labels).item()
    print(f"{scale:3} x: accuracy {accuracy:.3f}, loss {sureness[scale]:.3f}")

# %% gradient
free_logits = logits.detach().requires_grad_()
criterion(free_logits, labels).backward()
expected = (free_logits.softmax(dim=1) - one_hot(labels)) / 64
gradient_fits = torch.allclose(free_logits.grad, expected)
print("gradient is (p - one_hot) / 64:", gradient_fits)

# %% overflow
large = torch.tensor([1000.0, 0.0])
print("exp / sum   ", (large.exp() / large.exp().sum()).tolist())
print("softmax, log", large.softmax(dim=0).log().tolist())
print("log_softmax ", large.log_softmax(dim=0).tolist())

# %% reduction
each = nn.CrossEntropyLoss(reduction="none")(logits, labels)  # (B,)
total = nn.CrossEntropyLoss(reduction="sum")(logits, labels)  # ()
print(f"mean {loss:.5f}   sum {total:.3f}   sum / 64 {total / 64:.5f}")

# %% last_batch
model.eval()
counts, means = [], []
with torch.no_grad():
    for batch, answers in val_loader:
        counts.append(len(answers))
        means.append(criterion(model(batch), answers).item())
    whole = criterion(model(val_images), val_labels).item()
plain = sum(means) / len(means)
weighted = sum(m * n for m, n in zip(means, counts, strict=True)) / sum(counts)
print(f"batches of {counts}")
print(f"plain mean {plain:.4f}, weighted {weighted:.4f}, whole {whole:.4f}")

# %% label_errors
with shows_error():
    criterion(logits, labels.float())
with shows_error():
    criterion(logits, labels.int())
with shows_error():
    criterion(logits, labels.unsqueeze(1))  # (B, 1)
with shows_error():
    criterion(logits, labels + 1)  # 1 to 10
print(f"uint8: no error, {criterion(logits, labels.byte()):.3f}")

# %% too_wide
too_wide = criterion(torch.zeros(64, 1000), labels).item()
print(f"1000 outputs: no error, first loss {too_wide:.3f}")

# %% mse
sizes = labels.float()  # (B,)
predictions = sizes.unsqueeze(1)  # (B, 1), all of them right
wrong_mse = mse_loss(predictions, sizes).item()
print(f"(B, 1) and (B,): {wrong_mse:.2f}")

# %% show
plt.show()
