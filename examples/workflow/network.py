"""Build a network: layers, shapes, parameters, saving, a ready-made one.

Shapes: B batch (64), C channels; a picture is (1, 8, 8), 10 classes
Needs: torch 2.11 or newer, torchvision, scikit-learn, matplotlib
Run: python network.py
Source: PyTorch documentation, pages Module, Conv2d and Saving and Loading
Models; torchvision's resnet18
"""

import contextlib
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torchvision.models import resnet18


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except (IndexError, RuntimeError, ValueError) as error:
        print(f"{type(error).__name__}: {error}")


# %% data
digits = load_digits()
images = torch.tensor(digits.images[:64], dtype=torch.float32) / 16  # 0..1
images = images.unsqueeze(1)  # (B, 8, 8) -> (B, 1, 8, 8)
torch.manual_seed(0)


# %% small_cnn
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()  # before any layer
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, kernel_size=3, padding="same", bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.MaxPool2d(2),  # (B, 16, 4, 4)
            nn.Conv2d(16, 32, kernel_size=3, padding="same"),
            nn.ReLU(),
            nn.MaxPool2d(2),  # (B, 32, 2, 2)
            nn.Flatten(),  # (B, 128)
        )
        self.head = nn.Linear(128, 10)

    def forward(self, images):
        return self.head(self.features(images))  # (B, 10)


# %% created
cnn = SmallCNN()
logits = cnn(images)  # (B, 1, 8, 8) -> (B, 10)

# %% shapes
features, sizes = images, [list(images.shape[1:])]
for layer in [*cnn.features, cnn.head]:
    features = layer(features)
    print(f"{type(layer).__name__:12} {list(features.shape)}")
    if list(features.shape[1:]) != sizes[-1]:
        sizes.append(list(features.shape[1:]))

# %% picture
heights = [size[-1] if size[1:] else 1 for size in sizes]
widths = [size[0] ** 0.5 / 14 for size in sizes]  # more channels, wider
_, axes = plt.subplots(num="shapes", figsize=(5, 2.4))
axes.bar(range(len(sizes)), heights, widths)
axes.set_xticks(range(len(sizes)), ["x".join(map(str, s)) for s in sizes])
axes.set_ylabel("pixels")

# %% parameters
for name, parameter in cnn.named_parameters():
    print(f"{name:17} {parameter.numel():5,} {list(parameter.shape)}")
cnn_parameters = sum(parameter.numel() for parameter in cnn.parameters())
print(f"{cnn_parameters:,} parameters, {len(list(cnn.buffers()))} buffers")

# %% sizes
picture = torch.zeros(1, 1, 32, 32)
same = nn.Conv2d(1, 6, kernel_size=5, padding="same")(picture)
smaller = nn.Conv2d(1, 6, kernel_size=5)(picture)
print(list(same.shape), list(smaller.shape))
with shows_error():
    nn.Conv2d(1, 6, kernel_size=5, stride=2, padding="same")

# %% saved
folder = tempfile.TemporaryDirectory()
path = Path(folder.name) / "cnn.pt"
torch.save(cnn.state_dict(), path)

# %% loaded
loaded = SmallCNN()
state = torch.load(path, map_location="cpu")
print(loaded.load_state_dict(state))
cnn.eval()
loaded.eval()
same_logits = torch.equal(loaded(images), cnn(images))
print("same logits:", same_logits)

# %% strict
del state["head.bias"]
with shows_error():
    loaded.load_state_dict(state)

# %% ready_made
resnet = resnet18(weights=None)  # random weights, no download
resnet_state = resnet.state_dict()
resnet.conv1 = nn.Conv2d(1, 64, kernel_size=3, padding="same", bias=False)
resnet.fc = nn.Linear(resnet.fc.in_features, 10)
resnet_logits = resnet(images)
print(list(resnet_logits.shape))

# %% too_late
with shows_error():
    resnet.load_state_dict(resnet_state)


# %% plain_list
class PlainList(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(64, 32), nn.Linear(32, 10)]


plain = PlainList()
modules = plain, nn.ModuleList(plain.layers)
found = [len(list(module.parameters())) for module in modules]
print(f"found in a list {found[0]}, in nn.ModuleList {found[1]}")
with shows_error():
    torch.optim.SGD(plain.parameters(), lr=0.1)

# %% show
plt.show()
