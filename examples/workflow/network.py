"""Build the network: from nothing, loaded, and changed.

Shapes: B batch (64), C channels; a picture is (1, 8, 8), 10 classes
Run: python network.py
Source: PyTorch documentation, pages Module, Conv2d and Saving and Loading
Models; torchvision's resnet18
"""

import io
import itertools

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torchvision.models import resnet18

# %% data
torch.manual_seed(0)
digits = load_digits()
images = torch.tensor(digits.images[:64], dtype=torch.float32) / 16
images = images.unsqueeze(1)  # (B, 8, 8) -> (B, 1, 8, 8)
print(images.shape, images.dtype)


# %% classes
class MLP(nn.Module):
    """Step 4: two linear layers on a row of pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Flatten(),  # (B, 1, 8, 8) -> (B, 64)
            nn.Linear(64, 128),
            nn.ReLU(),
            nn.Dropout(0.2),
            nn.Linear(128, 10),  # (B, 128) -> (B, 10)
        )

    def forward(self, images: Tensor) -> Tensor:
        return self.layers(images)


class CNN(nn.Module):
    """Step 4: three convolutions, then one linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(),  # (B, 16, 8, 8)
            nn.Conv2d(16, 32, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(2),  # (B, 32, 4, 4)
            nn.Conv2d(32, 64, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(2),  # (B, 64, 2, 2)
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),  # (B, 256)
            nn.Dropout(0.3),
            nn.Linear(256, 10),  # (B, 10)
        )

    def forward(self, images: Tensor) -> Tensor:
        return self.classifier(self.features(images))


# %% created
mlp, cnn = MLP(), CNN()
mlp_logits, cnn_logits = mlp(images), cnn(images)  # (B, 10) each
print(mlp)
print(mlp_logits.shape, cnn_logits.shape)


# %% forgotten_super
class ForgottenSuper(nn.Module):
    def __init__(self) -> None:
        self.layer = nn.Linear(64, 10)


try:
    ForgottenSuper()
except AttributeError as error:
    print(f"AttributeError: {error}")

# %% parameters
for name, parameter in cnn.named_parameters():
    size = str(list(parameter.shape))
    print(f"{name:21} {size:14} {parameter.numel():6,}")
mlp_parameters = sum(parameter.numel() for parameter in mlp.parameters())
cnn_parameters = sum(parameter.numel() for parameter in cnn.parameters())
cnn_buffers = len(list(cnn.buffers()))
print(f"CNN {cnn_parameters:,}, MLP {mlp_parameters:,}")


# %% plain_list
class PlainList(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = [nn.Linear(64, 32), nn.Linear(32, 10)]


class RegisteredList(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(64, 32), nn.Linear(32, 10)])


list_parameters = sum(p.numel() for p in PlainList().parameters())
registered_parameters = sum(p.numel() for p in RegisteredList().parameters())
print(f"list {list_parameters:,}, nn.ModuleList {registered_parameters:,}")
try:
    torch.optim.SGD(PlainList().parameters(), lr=0.1)
except ValueError as error:
    print(f"ValueError: {error}")


# %% shapes
def trace_shapes(model: nn.Module, images: Tensor) -> list[list]:
    rows = []
    for layer in model.modules():
        if not list(layer.children()):  # innermost layers only
            layer.register_forward_hook(
                lambda layer, inputs, output: rows.append(
                    [type(layer).__name__, output.shape, output.dtype]
                )
            )
    model(images)
    return rows


cnn_shapes = trace_shapes(CNN(), images)
for layer_name, shape, dtype in cnn_shapes:
    print(f"{layer_name:12} {list(shape)!s:16} {dtype}")


# %% formula
def output_size(
    size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    reach = dilation * (kernel - 1) + 1
    return (size + 2 * padding - reach) // stride + 1


same = output_size(8, kernel=3, padding=1)
after_conv = output_size(32, kernel=3)
after_pool = output_size(after_conv, kernel=2, stride=2)
flattened = 6 * after_pool**2  # 6 channels
print(f"8 -> {same}, 32 -> {after_conv} -> {after_pool} -> {flattened:,}")
odd_pools = [nn.MaxPool2d(2)(torch.zeros(1, s, s)).shape[-1] for s in (8, 7)]
print("pooling 8 and 7:", odd_pools)

# %% formula_check
agree = differ = refused = 0
ranges = range(1, 33), (1, 2, 3, 5), (1, 2, 3), (0, 1, 2), (1, 2)
for size, *settings in itertools.product(*ranges):
    try:
        output = nn.Conv2d(1, 1, *settings)(torch.zeros(1, size, size))
    except RuntimeError:
        refused += output_size(size, *settings) < 1
        differ += output_size(size, *settings) >= 1
    else:
        agree += output.shape[-1] == output_size(size, *settings)
        differ += output.shape[-1] != output_size(size, *settings)
print(f"agree {agree}, differ {differ}, too small in both {refused}")

# %% saved
file = io.BytesIO()  # a path works the same way
torch.save(cnn.state_dict(), file)
file.seek(0)
loaded = CNN()
print(loaded.load_state_dict(torch.load(file, weights_only=True)))
cnn.eval()
loaded.eval()
same_logits = torch.equal(cnn(images), loaded(images))
print("same logits:", same_logits)

# %% ready_made
resnet = resnet18(weights=None)
state = resnet.state_dict()
resnet_parameters = sum(p.numel() for p in resnet.parameters())
print(f"{resnet_parameters:,} parameters")
print(resnet.conv1)
print(resnet.fc)
try:
    resnet(images)
except RuntimeError as error:
    print(f"RuntimeError: {error}")

# %% changed
resnet.conv1 = nn.Conv2d(1, 64, 3, padding=1, bias=False)
resnet.maxpool = nn.Identity()  # 8x8 is small already
resnet.fc = nn.Linear(resnet.fc.in_features, 10)
changed_logits = resnet(images)  # (B, 10)
changed_parameters = sum(p.numel() for p in resnet.parameters())
print(changed_logits.shape, f"{changed_parameters:,} parameters")

# %% does_not_fit
try:
    resnet.load_state_dict(state)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
