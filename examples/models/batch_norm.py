"""BatchNorm: what it computes, remembers, and does to a deep network.

Shapes: B pictures, F = 64 features, C channels, H height, W width
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python batch_norm.py
Source: Ioffe and Szegedy, Batch Normalization (2015); PyTorch
documentation, page BatchNorm2d
"""

import contextlib

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except ValueError as error:
        print(f"{type(error).__name__}: {error}")


# %% by_hand
torch.manual_seed(0)
layer = nn.BatchNorm2d(3)
features = 2 + 5 * torch.randn(8, 3, 4, 4)  # (B, C, H, W)
mean = features.mean(dim=(0, 2, 3), keepdim=True)  # (1, C, 1, 1)
var = features.var(dim=(0, 2, 3), keepdim=True, correction=0)
# at first, weight is 1 and bias 0
by_hand = (features - mean) / (var + layer.eps).sqrt()
same_by_hand = torch.allclose(layer(features), by_hand, atol=1e-6)
print("the same by hand:", same_by_hand)
print("it keeps:", *layer.state_dict())

# %% running
layer = nn.BatchNorm2d(1)
for batch in range(1, 51):
    layer(2 + 5 * torch.randn(64, 1, 4, 4))  # train() is the default
    if batch in (1, 10, 50):
        mean, var = layer.running_mean.item(), layer.running_var.item()
        print(f"batch {batch:2}: mean {mean:.2f}  std {var**0.5:.2f}")

# %% data
digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
images = images.flatten(1)  # (N, 8, 8) -> (N, 64)
labels = torch.tensor(digits.target)  # (N,)
val_images, val_labels = images[1157:1415], labels[1157:1415]  # forms 10, 11
images, labels = images[:1157], labels[:1157]  # forms 1 to 9


# %% deep
def gradients(model):
    """Return the size of each hidden layer's gradient, before training."""
    nn.functional.cross_entropy(model(images[:64]), labels[:64]).backward()
    return [linear.weight.grad.norm().item() for linear in model[:-1:3]]


_, (left, right) = plt.subplots(1, 2, num="signals", figsize=(5, 2.4))
signals, sizes, depths = {}, {}, range(1, 21)
for way in ("without", "BatchNorm"):
    layers = []
    for _ in range(20):
        norm = nn.BatchNorm1d(64) if way == "BatchNorm" else nn.Identity()
        layers += [nn.Linear(64, 64), norm, nn.ReLU()]
    net = nn.Sequential(*layers, nn.Linear(64, 10))
    # Over the pictures, then over 64 features
    signals[way] = [net[: 3 * n](images).std(0).mean().item() for n in depths]
    sizes[way] = gradients(net)
    left.plot(depths, signals[way], label=way)
    right.plot(depths, sizes[way], label=way)
left.set(xlabel="layer", ylabel="spread of the features", yscale="log")
right.set(xlabel="layer", ylabel="size of the gradient", yscale="log")
left.legend()

# %% scale
for factor in (1, 10):
    for norm in (nn.Identity(), nn.BatchNorm1d(64)):
        torch.manual_seed(0)
        first, last = nn.Linear(64, 64), nn.Linear(64, 10)
        model = nn.Sequential(first, norm, nn.ReLU(), last)
        first.weight.data *= factor
        gradient = gradients(model)[0]
        print(f"{type(norm).__name__:11} weights x {factor:2}", end="  ")
        print(f"logit {model(images)[0, 0]:6.3f}  gradient {gradient:.3f}")

# %% train
optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
for _ in range(10):
    for batch in torch.randperm(1157)[:1152].split(64):
        loss = nn.functional.cross_entropy(model(images[batch]), labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


# %% sizes
@torch.no_grad()
def accuracy(size):
    """Classify in batches of this size, each with its own statistics."""
    order = torch.randperm(256)
    logits = torch.cat([model(val_images[one]) for one in order.split(size)])
    return (logits.argmax(dim=1) == val_labels[order]).float().mean().item()


model.eval()
in_eval = accuracy(256)
alone, among = model(val_images[:1]), model(val_images)[:1]
same_in_eval = torch.allclose(alone, among, atol=1e-5)
print(f"eval()           {in_eval:.1%}  same among others: {same_in_eval}")
model.train()
by_size = {size: accuracy(size) for size in (64, 16, 4, 2)}
for size, right in by_size.items():
    print(f"train(), {size:2} each {right:.1%}")

# %% one
with shows_error():
    model(images[:1])
with shows_error():
    nn.BatchNorm2d(3)(torch.randn(1, 3, 1, 1))  # one value a channel

# %% bias
with_bias = nn.Sequential(nn.Linear(64, 64), nn.BatchNorm1d(64))
before = with_bias(images)
with_bias[0].bias.data += 100
same_with_bias = torch.allclose(with_bias(images), before, atol=1e-3)
print("bias + 100, same output:", same_with_bias)

# %% show
plt.show()
