"""Define the forward pass: straight, deep, and with branches.

Shapes: B batch (64), F features; a picture is (1, 8, 8), 10 classes
Run: python forward.py
Source: PyTorch documentation, pages Module, Conv2d and BatchNorm2d
"""

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn

# %% data
torch.manual_seed(0)
digits = load_digits()
images = torch.tensor(digits.images[:64], dtype=torch.float32) / 16
images = images.unsqueeze(1)  # (B, 8, 8) -> (B, 1, 8, 8)
labels = torch.tensor(digits.target[:64])  # (B,)
criterion = nn.CrossEntropyLoss()
print(images.shape, labels.shape)

# %% straight
straight = nn.Sequential(
    nn.Conv2d(1, 4, kernel_size=3, padding=1),  # (B, 4, 8, 8)
    nn.ReLU(),
    nn.Flatten(),  # (B, 256)
    nn.Linear(256, 10),  # (B, 10)
)
straight_logits = straight(images)
print(straight_logits.shape)


# %% deep
class DeepNet(nn.Module):
    def __init__(self, skip: bool) -> None:
        super().__init__()
        self.skip = skip
        self.layers = nn.ModuleList(nn.Linear(64, 64) for _ in range(20))
        self.last = nn.Linear(64, 10)

    def forward(self, images: Tensor) -> Tensor:
        features = images.flatten(start_dim=1)  # (B, 64)
        for number, layer in enumerate(self.layers):
            change = layer(features).relu()  # (B, 64)
            features = features + change if self.skip else change
            if number in (0, 19):
                print(f"layer {number:2}: spread {features.std():.4f}")
        return self.last(features)  # (B, 10)


# %% skip
first_gradients = []
for skip in (False, True):
    print("with skip" if skip else "without skip")
    deep = DeepNet(skip)
    criterion(deep(images), labels).backward()
    first_gradients.append(deep.layers[0].weight.grad.norm().item())
    print(f"gradient of the first layer {first_gradients[-1]:.1e}")

# %% call
calls = []
straight.register_forward_hook(
    lambda module, inputs, output: calls.append(output.shape)
)
straight(images)
hooks_after_call = len(calls)
straight.forward(images)
hooks_after_forward = len(calls)
print(hooks_after_call, hooks_after_forward)


# %% branches
class BranchedNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.picture_branch = nn.Sequential(
            nn.Conv2d(1, 8, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
        )
        self.sums_branch = nn.Sequential(nn.Linear(16, 32), nn.ReLU())
        self.digit_head = nn.Linear(160, 10)
        self.parity_head = nn.Linear(160, 2)

    def forward(self, images: Tensor, sums: Tensor) -> tuple[Tensor, Tensor]:
        seen = self.picture_branch(images)  # (B, 1, 8, 8) -> (B, 128)
        counted = self.sums_branch(sums)  # (B, 16) -> (B, 32)
        features = torch.cat([seen, counted], dim=1)  # (B, 160)
        return self.digit_head(features), self.parity_head(features)


# %% two_inputs
row_sums, column_sums = images.sum(dim=3), images.sum(dim=2)  # (B, 1, 8)
sums = torch.cat([row_sums, column_sums], dim=2).squeeze(1)  # (B, 16)
branched = BranchedNet()
seen = branched.picture_branch(images)  # (B, 128)
counted = branched.sums_branch(sums)  # (B, 32)
features = torch.cat([seen, counted], dim=1)  # (B, 160)
print(list(seen.shape), "+", list(counted.shape), "->", list(features.shape))

# %% two_heads
digit_logits, parity_logits = branched(images, sums)  # (B, 10), (B, 2)
parities = labels % 2  # (B,)
digit_loss = criterion(digit_logits, labels)
parity_loss = criterion(parity_logits, parities)
loss = digit_loss + 0.5 * parity_loss  # ()
loss.backward()
print(f"{digit_loss:.3f} + 0.5 * {parity_loss:.3f} = {loss:.3f}")
parameters = dict(branched.named_parameters())
with_gradient = [n for n, p in parameters.items() if p.grad is not None]
print(f"{len(with_gradient)} of {len(parameters)} have a gradient")

# %% one_head_forgotten
branched.zero_grad()
criterion(branched(images, sums)[0], labels).backward()
without_gradient = [n for n, p in parameters.items() if p.grad is None]
print("no gradient:", without_gradient)

# %% sequential
try:
    straight(images, sums)
except TypeError as error:
    print(f"TypeError: {error}")


# %% no_forward
class Misspelt(nn.Module):
    def foward(self, images: Tensor) -> Tensor:
        return images


try:
    Misspelt()(images)
except NotImplementedError as error:
    print(f"NotImplementedError: {error}")

# %% unbatched
picture = images[0]  # (1, 8, 8)
feature_map = straight[0](picture)  # (4, 8, 8)
print(picture.shape, "->", feature_map.shape)
try:
    nn.BatchNorm2d(4)(feature_map)
except ValueError as error:
    print(f"ValueError: {error}")
try:
    straight(picture)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
one_logits = straight(picture.unsqueeze(0))  # (1, 1, 8, 8) -> (1, 10)
print(one_logits.shape)

# %% wrong_inputs
wrong_inputs = {
    "no channel axis": images.squeeze(1),
    "three channels": images.expand(-1, 3, -1, -1),
    "channels last": images.permute(0, 2, 3, 1),
    "7x7 pixels": images[:, :, :7, :7],
    "float64": images.double(),
}
for what, wrong in wrong_inputs.items():
    try:
        straight(wrong)
    except RuntimeError as error:
        print(f"{what} {list(wrong.shape)}\n  RuntimeError: {error}")

# %% wrong_skip
wider = nn.Conv2d(4, 8, kernel_size=3, padding=1)
maps = straight[0](images)  # (B, 4, 8, 8)
try:
    maps + wider(maps)
except RuntimeError as error:
    print(f"RuntimeError: {error}")
project = nn.Conv2d(4, 8, kernel_size=1)
skipped_maps = project(maps) + wider(maps)  # (B, 8, 8, 8)
print(skipped_maps.shape)
