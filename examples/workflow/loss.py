"""Measure the loss: cross entropy by hand, and why it wants logits.

Shapes: B batch (64), 10 classes
Run: python loss.py
Source: PyTorch documentation, pages CrossEntropyLoss, NLLLoss and MSELoss
"""

import math
import statistics
import warnings

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.nn.functional import (
    cross_entropy,
    log_softmax,
    mse_loss,
    nll_loss,
    one_hot,
)

# %% untrained
torch.manual_seed(0)
digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
labels = torch.tensor(digits.target)  # (1797,)
model = nn.Sequential(
    nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)
)
logits = model(images[:64])  # (B, 1, 8, 8) -> (B, 10)
targets = labels[:64]  # (B,)
criterion = nn.CrossEntropyLoss()
loss = criterion(logits, targets)  # ()
untrained_loss, even_guess_loss = loss.item(), math.log(10)
print(f"untrained {untrained_loss:.3f}   ln(10) {even_guess_loss:.3f}")

# %% by_hand
log_sum = logits.exp().sum(dim=1, keepdim=True).log()  # (B, 1)
log_probabilities = logits - log_sum  # (B, 10)
picked = log_probabilities[torch.arange(64), targets]  # (B,)
loss_by_hand = -picked.mean()  # ()
loss_in_two_steps = nll_loss(log_softmax(logits, dim=1), targets)
by_hand_differs_by = abs(loss - loss_by_hand).item()
print(f"by hand                 {loss_by_hand:.5f}")
print(f"log_softmax + nll_loss  {loss_in_two_steps:.5f}")
print(f"CrossEntropyLoss        {loss:.5f}")

# %% surprise
percents = range(1, 101)
surprise = {"p": [percent / 100 for percent in percents]}
surprise["loss"] = [-math.log(p) for p in surprise["p"]]
for percent in (99, 50, 10, 1):
    print(f"p = {percent:2} %   -log(p) = {surprise['loss'][percent - 1]:.3f}")

# %% difference
first = torch.tensor([0])  # the right answer
for pair in ([1.0, 2.0], [101.0, 102.0], [100.0, 200.0], [2.0, -1.0]):
    scores = torch.tensor([pair])  # (1, 2)
    ratio, softmax = scores / scores.sum(), scores.softmax(dim=1)
    ratio_loss = nll_loss(ratio.log(), first)
    softmax_loss = cross_entropy(scores, first)
    print(f"scores {pair}")
    print(f"   ratio {ratio[0, 0]:.3f} loss {ratio_loss:.3f}")
    print(f"   softmax {softmax[0, 0]:.3f} loss {softmax_loss:.3f}")

# %% gradient
free_logits = logits.detach().requires_grad_()
criterion(free_logits, targets).backward()
answers = one_hot(targets, num_classes=10)  # (B, 10)
expected = (free_logits.softmax(dim=1) - answers) / 64
gradient_is_p_minus_one_hot = torch.allclose(free_logits.grad, expected)
print(f"gradient == (p - one_hot) / B: {gradient_is_p_minus_one_hot}")
row = (free_logits.grad[0] * 64).tolist()  # times B: one picture's own
print(f"a {targets[0]}:", " ".join(f"{value:.3f}" for value in row))

# %% overflow
large = torch.tensor([1000.0, 0.0])
print("exp / sum   ", (large.exp() / large.exp().sum()).tolist())
print("log(softmax)", large.softmax(dim=0).log().tolist())
print("log_softmax ", large.log_softmax(dim=0).tolist())

# %% floor
certain = one_hot(torch.tensor([3]), num_classes=10).float()  # (1, 10)
lowest_loss = criterion(certain, torch.tensor([3])).item()
nll_of_softmax = nll_loss(logits.softmax(dim=1), targets).item()
print(f"softmax in the model, all right: {lowest_loss:.3f}")
print(f"nll_loss without the logarithm: {nll_of_softmax:.3f}")

# %% weak_gradient
gradient_norms = []
for outputs in (free_logits, free_logits.softmax(dim=1)):
    (gradient,) = torch.autograd.grad(criterion(outputs, targets), free_logits)
    gradient_norms.append(gradient.norm().item())
print("gradient {:.4f}, with a softmax too many {:.4f}".format(*gradient_norms))


# %% short_training
def train_briefly(
    seed: int, optimizer_class: type, rate: float, ends_in_softmax: bool
) -> list[float]:
    torch.manual_seed(seed)
    layers = [nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)]
    if ends_in_softmax:
        layers.append(nn.Softmax(dim=1))
    model = nn.Sequential(*layers)
    optimizer = optimizer_class(model.parameters(), lr=rate)
    accuracies = []
    for _ in range(10):
        for batch in torch.randperm(1400).split(140):
            batch_loss = criterion(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            batch_loss.backward()
            optimizer.step()
        with torch.no_grad():
            correct = model(images[1400:]).argmax(dim=1) == labels[1400:]
        accuracies.append(correct.float().mean().item())
    return accuracies


# %% twice
accuracy, curves = {}, {"epoch": list(range(1, 11))}
for name, *settings in (
    ("sgd_logits", torch.optim.SGD, 0.2, False),
    ("sgd_softmax", torch.optim.SGD, 0.2, True),
    ("adam_logits", torch.optim.Adam, 0.002, False),
    ("adam_softmax", torch.optim.Adam, 0.002, True),
):
    runs = torch.tensor([train_briefly(seed, *settings) for seed in range(5)])
    std, mean = torch.std_mean(runs[:, -1])
    accuracy[name] = {"mean": mean.item(), "std": std.item(), "n": 5}
    curves[name] = runs.mean(dim=0).tolist()
    print(f"{name:12} {mean:.3f} +- {std:.3f}")

# %% targets
probabilities = answers.float()  # (B, 10), each row sums to 1
print(f"labels        {criterion(logits, targets):.5f}")
print(f"probabilities {criterion(logits, probabilities):.5f}")

# %% errors
wrong_targets = {
    "decimals": targets.float(),
    "int32": targets.int(),
    "shape (B, 1)": targets.unsqueeze(1),
    "labels 1 to 10": targets + 1,
}
for what, wrong in wrong_targets.items():
    try:
        criterion(logits, wrong)
    except (RuntimeError, IndexError, ValueError) as error:
        print(f"{what}\n  {type(error).__name__}: {error}")
too_wide = criterion(torch.zeros(64, 1000), targets).item()
print(f"1000 outputs\n  no error, loss {too_wide:.3f}")

# %% mse_trap
sizes = targets.float()  # (B,)
predictions = sizes.unsqueeze(1)  # (B, 1), all right
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    trapped_loss = mse_loss(predictions, sizes).item()
print(f"(B, 1) and (B,): {trapped_loss:.3f}")
print(f"UserWarning: {caught[0].message}")
print(f"(B,) and (B,):   {mse_loss(predictions.squeeze(1), sizes):.3f}")

# %% reduction
each = cross_entropy(logits, targets, reduction="none")  # (B,)
total = cross_entropy(logits, targets, reduction="sum")  # ()
print(f"mean {loss:.5f}   sum {total:.3f}   sum / 64 {total / 64:.5f}")
try:
    each.backward()
except RuntimeError as error:
    print(f"RuntimeError: {error}")

# %% last_batch
losses, counts = [], []
for batch in torch.arange(1400, 1797).split(64):
    losses.append(criterion(model(images[batch]), labels[batch]).item())
    counts.append(len(batch))
plain_mean = statistics.mean(losses)
weighted_mean = statistics.fmean(losses, weights=counts)
whole = criterion(model(images[1400:]), labels[1400:]).item()
print("batches", counts)
print(f"plain mean    {plain_mean:.5f}")
print(f"weighted mean {weighted_mean:.5f}")
print(f"all at once   {whole:.5f}")
