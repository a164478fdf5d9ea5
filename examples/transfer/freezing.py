"""Freeze layers rightly: requires_grad, BatchNorm, the optimizer.

The weights are random: nothing that is measured here depends on them.

Shapes: B batch; a picture is (3, 64, 64), there are 5 classes
Run: python freezing.py
Source: PyTorch documentation, Autograd mechanics and torch.nn.BatchNorm2d
"""

import time

import torch
from torch import nn
from torchvision.models import resnet18

# %% setup
torch.manual_seed(0)
images = torch.rand(16, 3, 64, 64)  # (B, 3, H, W)
labels = torch.randint(5, (16,))  # (B,)
criterion = nn.CrossEntropyLoss()


def count_trained(model):
    """Return how many numbers the gradients will change."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


# %% count
model = resnet18(weights=None)
all_parameters = count_trained(model)
model.requires_grad_(False)
frozen_parameters = count_trained(model)
model.fc = nn.Linear(model.fc.in_features, 5)
head_parameters = count_trained(model)
print(f"{all_parameters:,} -> {frozen_parameters} -> {head_parameters:,}")

# %% typo
typo = resnet18(weights=None)
typo.requires_grad = False  # a new attribute, nothing else
typo_parameters = count_trained(typo)
print(f"still trained: {typo_parameters:,}")

# %% wrong_order
wrong = resnet18(weights=None)
wrong.fc = nn.Linear(wrong.fc.in_features, 5)
wrong.requires_grad_(False)  # freezes the new layer too
try:
    criterion(wrong(images), labels).backward()
except RuntimeError as error:
    print(f"RuntimeError: {error}")

# %% integers
try:
    torch.tensor([1, 2, 3], requires_grad=True)
except RuntimeError as error:
    print(f"RuntimeError: {error}")

# %% only_optimizer
unfrozen = resnet18(weights=None)
unfrozen.fc = nn.Linear(unfrozen.fc.in_features, 5)
optimizer = torch.optim.SGD(unfrozen.fc.parameters(), lr=0.01)
first = unfrozen.conv1.weight.detach().clone()
gradient_norms = []
for _ in range(3):
    optimizer.zero_grad()  # clears the head only
    criterion(unfrozen(images), labels).backward()
    optimizer.step()
    gradient_norms.append(unfrozen.conv1.weight.grad.norm().item())
conv_moved = (unfrozen.conv1.weight - first).abs().max().item()
print(f"conv1 moved by {conv_moved}")
print("its gradient:", [f"{norm:.2f}" for norm in gradient_norms])

# %% batch_norm_moves
before = {name: value.clone() for name, value in model.named_buffers()}
model.eval()
with torch.no_grad():
    logits_before = model(images)  # (B, 3, H, W) -> (B, 5)
model.train()
for _ in range(5):
    model(images)  # no backward, no optimizer
model.eval()
with torch.no_grad():
    logits_after = model(images)
buffers = len(before)
moved_buffers = sum(
    not torch.equal(value, before[name])
    for name, value in model.named_buffers()
)
logits_moved = (
    (logits_after - logits_before).norm() / logits_before.norm()
).item()
print(f"{moved_buffers} of {buffers} buffers moved")
print(f"the logits moved by {logits_moved:.0%} of their size")


# %% batch_norm_frozen
def freeze_statistics(model):
    """Let BatchNorm use, not change, the statistics of frozen layers."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.train(module.weight.requires_grad and module.training)


before = {name: value.clone() for name, value in model.named_buffers()}
model.train()
freeze_statistics(model)
for _ in range(5):
    model(images)
moved_when_frozen = sum(
    not torch.equal(value, before[name])
    for name, value in model.named_buffers()
)
print(f"{moved_when_frozen} of {buffers} buffers moved")

# %% train_undoes_it
norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
model.train()
back_in_training = sum(norm.training for norm in norms)
print(f"{back_in_training} of {len(norms)} BatchNorm layers train again")


# %% freeze_later
def moved_after_freezing(make_optimizer, set_to_none):
    """Train one step, freeze, step again; return how far it moved."""
    torch.manual_seed(0)
    layer, head = nn.Linear(4, 4), nn.Linear(4, 2)
    optimizer = make_optimizer([*layer.parameters(), *head.parameters()])
    inputs, targets = torch.rand(8, 4), torch.randint(2, (8,))
    for step in range(6):
        if step == 1:
            layer.requires_grad_(False)
            frozen_at = layer.weight.clone()
        optimizer.zero_grad(set_to_none=set_to_none)
        criterion(head(layer(inputs)), targets).backward()
        optimizer.step()
    return (layer.weight - frozen_at).abs().max().item()


OPTIMIZERS = {
    "momentum": lambda ps: torch.optim.SGD(ps, lr=0.1, momentum=0.9),
    "weight decay": lambda ps: torch.optim.SGD(ps, lr=0.1, weight_decay=0.1),
    "Adam": lambda ps: torch.optim.Adam(ps, lr=0.1),
}
later = {}
for name, make_optimizer in OPTIMIZERS.items():
    zeroed = moved_after_freezing(make_optimizer, set_to_none=False)
    none = moved_after_freezing(make_optimizer, set_to_none=True)
    later[name] = {"zeroed": zeroed, "none": none}
    print(f"{name:12}  zero {zeroed:.3f}  None {none:.3f}")


# %% saved_work
def step_cost(model):
    """Return seconds of a step (best of 3) and bytes kept for it."""
    weights = {p.untyped_storage().data_ptr() for p in model.parameters()}
    kept, best = {}, float("inf")

    def note(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in weights:  # they are there anyway
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    for _ in range(3):
        started = time.perf_counter()
        criterion(model(images), labels).backward()
        best = min(best, time.perf_counter() - started)
    with torch.autograd.graph.saved_tensors_hooks(note, lambda kept: kept):
        loss = criterion(model(images), labels)
    del loss
    return best, sum(kept.values())


model.train()
freeze_statistics(model)
frozen_seconds, frozen_bytes = step_cost(model)
unfrozen_seconds, unfrozen_bytes = step_cost(unfrozen)
print("faster:", frozen_seconds < unfrozen_seconds)
print("less memory:", frozen_bytes < unfrozen_bytes)
