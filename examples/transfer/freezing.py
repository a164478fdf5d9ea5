"""Freeze layers: what requires_grad=False stops, and what goes on.

The weights are random: this shows which parts move, not what they learn.

Shapes: B batch (16); a picture is (3, 64, 64), there are 5 classes
Needs: torch 2.11 or newer, torchvision, matplotlib
Run: python freezing.py
Source: PyTorch documentation, Autograd mechanics and torch.nn.BatchNorm2d;
Huang and others (2016), Deep Networks with Stochastic Depth
"""

import time

import matplotlib.pyplot as plt
import torch
from torch import nn
from torchvision.models import efficientnet_b0, resnet18

# %% setup
torch.manual_seed(0)
images = torch.rand(16, 3, 64, 64)  # (B, 3, H, W)

# %% modes
parts = ["conv1", "layer1", "layer2", "layer3", "layer4", "fc"]
modes = {"scratch": [2] * 6, "head": [0] * 5 + [2]}  # 0 frozen, 2 full rate
modes |= {"partial": [0] * 4 + [1, 2], "finetune": [1] * 5 + [2]}
modes |= {"head_then_all 1": [0] * 5 + [2], "head_then_all 2": [1] * 5 + [2]}
figure, axes = plt.subplots(num="modes", figsize=(5, 2.4))
axes.imshow(list(modes.values()), aspect="auto")
axes.set_xticks(range(6), parts)
axes.set_yticks(range(6), list(modes))
for y, rates in enumerate(modes.values()):
    for x, rate in enumerate(rates):
        word = ["frozen", "small", "full"][rate]
        axes.text(x, y, word, ha="center", va="center")


# %% freeze
def count_trained(model):
    """Return how many numbers gradients will change."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


model = resnet18(weights=None)
model.requires_grad_(False)
model.fc = nn.Linear(model.fc.in_features, 5)  # new, so not frozen
head_parameters = count_trained(model)
print(f"trained: {head_parameters:,}")

# %% statistics
before = {n: b.clone() for n, b in model.named_buffers() if "running" in n}
model.train()
model(images)  # no backward, no optimizer
moved = sum(not torch.equal(model.get_buffer(n), before[n]) for n in before)
print(f"{moved} of {len(before)} means and variances moved")


# %% cure
def freeze_modes(model):
    """Put what is frozen as a whole into eval(), after model.train()."""
    for module in model.modules():
        parameters = list(module.parameters())
        if parameters and not any(p.requires_grad for p in parameters):
            module.eval()  # with all that lies inside


# %% depth
body = efficientnet_b0(weights=None).features.requires_grad_(False).train()
agree_in_train = torch.equal(body(images), body(images))
freeze_modes(body)
agree_in_eval = torch.equal(body(images), body(images))
print(f"two passes agree: {agree_in_train}, then {agree_in_eval}")

# %% count_anew
for module in model.modules():
    if isinstance(module, nn.BatchNorm2d):
        module.reset_running_stats()
        module.momentum = None  # the plain mean of all batches
model.train()
with torch.no_grad():
    for batch in images.split(4):
        model(batch)
mean = model.conv1(images).mean(dim=(0, 2, 3))  # (64,)
mean_fits = torch.allclose(model.bn1.running_mean, mean, atol=1e-5)

# %% typo
wrong = resnet18(weights=None)
wrong.requires_grad = False  # a new attribute, nothing else
typo_parameters = count_trained(wrong)
print(f"still trained: {typo_parameters:,}")

# %% wrong_order
wrong.fc = nn.Linear(wrong.fc.in_features, 5)
wrong.requires_grad_(False)  # freezes the new layer too
try:
    wrong(images).sum().backward()
except RuntimeError as error:
    print(f"RuntimeError: {error}")

# %% early_optimizer
early = resnet18(weights=None)
optimizer = torch.optim.SGD(early.parameters(), lr=0.1)
early.fc = nn.Linear(early.fc.in_features, 5)  # the optimizer has the old one
held = {p for group in optimizer.param_groups for p in group["params"]}
forgotten = [name for name, p in early.named_parameters() if p not in held]
print("not in the optimizer:", forgotten)

# %% zeroed
later = []
for set_to_none in (False, True):
    layer = nn.Linear(4, 4)
    optimizer = torch.optim.AdamW(layer.parameters(), lr=0.1)
    layer(torch.ones(4)).sum().backward()
    optimizer.step()
    frozen_at = layer.requires_grad_(False).weight.clone()
    optimizer.zero_grad(set_to_none=set_to_none)
    optimizer.step()  # nothing should move
    later.append((layer.weight - frozen_at).abs().max().item())
print(f"moved by {later[0]:.2f}, then by {later[1]:.2f}")


# %% saved_work
def step_cost(model):
    """Return CPU seconds of a step and bytes kept for its backward()."""
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(kept.append, kept.pop):
        model(images)
    own = {p.data_ptr() for p in model.parameters()}  # there anyway
    sizes = {t.data_ptr(): t.nbytes for t in kept if t.data_ptr() not in own}
    started = time.process_time()
    model(images).sum().backward()
    return time.process_time() - started, sum(sizes.values())


frozen_seconds, frozen_bytes = step_cost(model)
unfrozen_seconds, unfrozen_bytes = step_cost(early)

# %% show
plt.show()
