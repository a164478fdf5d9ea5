"""Call a network: hooks, the first weights, and skip connections.

Shapes: B batch (64), F features (64); a picture is (1, 8, 8), 10 classes
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python forward.py
Source: PyTorch documentation, pages Module and torch.nn.init; He et al.,
Deep Residual Learning for Image Recognition (2015)
"""

import contextlib

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
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
train_data = TensorDataset(images[:1157], labels[:1157])  # forms 1 to 9
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
val_images, val_labels = images[1157:1415], labels[1157:1415]  # 10, 11
images, labels = images[:64], labels[:64]  # one batch
criterion = nn.CrossEntropyLoss()

# %% small
torch.manual_seed(0)
conv = nn.Conv2d(1, 4, kernel_size=3, padding="same")
small = nn.Sequential(conv, nn.Flatten(), nn.Linear(256, 10))
logits = small(images)  # (B, 1, 8, 8) -> (B, 10)


# %% hook
def print_shape(layer, inputs, output):
    print("  the hook sees", type(layer).__name__, list(output.shape))


handle = small.register_forward_hook(print_shape)
small(images)
print("now small.forward(images)")
small.forward(images)
handle.remove()


# %% deep_net
class DeepNet(nn.Module):
    def __init__(self, skip):
        super().__init__()
        self.skip = skip
        self.layers = nn.ModuleList(nn.Linear(64, 64) for _ in range(20))
        self.head = nn.Linear(64, 10)

    def forward(self, images):
        features = images.flatten(start_dim=1)  # (B, 64)
        for layer in self.layers:
            change = layer(features).relu()  # (B, 64)
            if self.skip:
                change = features + change
            features = change
        return self.head(features)  # (B, 10)


# %% first_weights
def use_he(layer):
    if isinstance(layer, nn.Linear):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")


def make_deep(way, seed):
    torch.manual_seed(seed)
    model = DeepNet(skip=(way == "skip"))
    if way == "he":
        model.layers.apply(use_he)
    return model


# %% before_training
def first_step(model):
    loss = criterion(model(images), labels)
    loss.backward()
    return loss.item(), [one.weight.grad.norm().item() for one in model.layers]


# %% training
def learn_deep(model):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    for _ in range(6):
        model.train()
        for batch, answers in train_loader:
            optimizer.zero_grad()  # else gradients add up
            criterion(model(batch), answers).backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        correct = model(val_images).argmax(dim=1) == val_labels
    return correct.float().mean().item()


# %% three_ways
results = {}
_, axes = plt.subplots(num="gradients")
for way in ("default", "he", "skip"):
    models = [make_deep(way, seed) for seed in range(4)]
    losses, norms = zip(*map(first_step, models), strict=True)
    first = [one[0] for one in norms]  # of the first layer
    accuracies = [learn_deep(model) for model in models]
    results[way] = {"loss": losses, "first": first, "accuracy": accuracies}
    print(f"{way}: gradient {min(first):.0e} to {max(first):.0e}", end="; ")
    print(f"first loss {min(losses):.1f} to {max(losses):.1f}", end="; ")
    print(f"accuracy {min(accuracies):.2f} to {max(accuracies):.2f}")
    axes.plot(range(1, 21), norms[0], label=way)
axes.set(yscale="log", xlabel="layer", ylabel="size of the gradient")
axes.legend()

# %% pitfalls
with shows_error():
    small(images[0])  # (1, 8, 8): no batch axis

# %% sum_of_shapes
with shows_error():
    conv(images) + torch.zeros(64, 8, 8, 8)  # 4 and 8 channels

# %% show
plt.show()
