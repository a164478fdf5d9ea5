"""ResNet: one block, when its shortcut needs a projection, and ResNet-18.

Shapes: B pictures, C channels, H height, W width; a picture is (3, 224, 224)
Needs: torch 2.11 or newer, torchvision
Run: python resnet.py
Source: He et al., Deep Residual Learning for Image Recognition (2015);
torchvision documentation, page ResNet
"""

import contextlib

import torch
from torch import nn
from torchvision.models import resnet18


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except RuntimeError as error:
        print(f"{type(error).__name__}: {error}")


# %% block
class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = nn.Identity()
        if stride != 1 or inputs != outputs:  # else the shapes differ
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False),
                nn.BatchNorm2d(outputs),
            )

    def forward(self, features):
        change = self.bn1(self.conv1(features)).relu()
        change = self.bn2(self.conv2(change))  # no ReLU before the sum
        return (change + self.downsample(features)).relu()


# %% network
class ResNet(nn.Module):
    def __init__(self, blocks=(2, 2, 2, 2), classes=1000):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        inputs = 64
        for stage, number in enumerate(blocks):  # layer1 to layer4
            outputs, stride = 64 * 2**stage, 1 if stage == 0 else 2
            layers = [ResidualBlock(inputs, outputs, stride)]
            layers += [
                ResidualBlock(outputs, outputs) for _ in range(1, number)
            ]
            self.add_module(f"layer{stage + 1}", nn.Sequential(*layers))
            inputs = outputs
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(inputs, classes)

    def forward(self, images):
        features = self.bn1(self.conv1(images)).relu()
        features = self.maxpool(features)
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            features = layer(features)
        return self.fc(self.avgpool(features).flatten(1))


# %% shapes
torch.manual_seed(0)
ours = ResNet()
images = features = torch.randn(2, 3, 224, 224)
for name, part in [*ours.named_children()][:-1]:  # all but fc
    features = part(features)
    print(f"{name:8}", *features.shape)


# %% equal
def count(model):
    return sum(parameter.numel() for parameter in model.parameters())


theirs = resnet18(weights=None)  # random weights
ours.load_state_dict(theirs.state_dict())  # all names and shapes fit
print(f"parameters: ours {count(ours):,}, theirs {count(theirs):,}")
with torch.no_grad():
    same_output = torch.equal(ours.eval()(images), theirs.eval()(images))
for model in (ours, theirs):
    logits = model.train()(images)  # (B, 1000)
    nn.functional.cross_entropy(logits, torch.tensor([0, 1])).backward()
pairs = zip(ours.parameters(), theirs.parameters(), strict=True)
same_gradients = all(torch.equal(one.grad, two.grad) for one, two in pairs)
print("same output:", same_output, " same gradients:", same_gradients)

# %% needed
features = torch.randn(2, 64, 56, 56)  # (B, C, H, W)
for inputs, outputs, stride in [(64, 64, 1), (64, 128, 1), (64, 64, 2)]:
    block = ResidualBlock(inputs, outputs, stride)
    print(f"{inputs} -> {outputs:3}, stride {stride}:", end=" ")
    print(*block(features).shape, type(block.downsample).__name__)

# %% without
for block in (ResidualBlock(64, 128), ResidualBlock(64, 64, stride=2)):
    block.downsample = nn.Identity()  # as if it were never needed
    with shows_error():
        block(features)


# %% shortcuts
class PaddedIdentity(nn.Module):
    def forward(self, features):
        smaller = features[:, :, ::2, ::2]  # every second pixel
        return torch.cat([smaller, 0 * smaller], dim=1)  # twice the channels


one = nn.Conv2d(64, 128, 1, stride=2, bias=False)
three = nn.Conv2d(64, 128, 3, stride=2, padding=1, bias=False)
for name, way in (("padded", PaddedIdentity()), ("1x1", one), ("3x3", three)):
    print(f"{name:7}", *way(features).shape, f" weights {count(way)}")

# %% twice
once = nn.Sequential(*[ResidualBlock(64, 64)] * 2)  # one block, twice
two = nn.Sequential(*(ResidualBlock(64, 64) for _ in range(2)))
print("times 2: ", count(once))
print("for loop:", count(two))
