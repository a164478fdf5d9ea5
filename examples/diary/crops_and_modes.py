"""What a random crop and a flip do, and what requires_grad and eval() do not.

Shapes: B samples (8) of 4 features; a picture is (3, 100, 100)
Needs: torch 2.11 or newer, torchvision, matplotlib
Run: python crops_and_modes.py
Source: torchvision documentation, RandomResizedCrop and RandomHorizontalFlip;
PyTorch documentation, Autograd mechanics
"""

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional

torch.manual_seed(0)
picture = torch.rand(3, 100, 100)  # (C, H, W)
crop = v2.RandomResizedCrop(32, scale=(0.5, 1.0))

# %% area
sides = torch.empty(1000, 2)  # as shares of the picture's
for row in sides:
    box = crop.make_params([picture])
    row[:] = torch.tensor([box["width"], box["height"]]) / 100
areas = sides.prod(dim=1)
smallest_area, largest_area = areas.min().item(), areas.max().item()
shortest_side = sides.min().item()
print(f"area {smallest_area:.2f} to {largest_area:.2f} of the picture")
print(f"sides from {shortest_side:.2f}")

# %% ratio
ratios = sides[:, 0] / sides[:, 1]  # width by height
lowest_ratio, highest_ratio = ratios.min().item(), ratios.max().item()
print(f"width by height {lowest_ratio:.2f} to {highest_ratio:.2f}")
_, axes = plt.subplots(num="crops", figsize=(5, 2.4))
axes.scatter(areas[:300], ratios[:300], s=4)
axes.set(xlabel="share of the area", ylabel="width by height")

# %% inputs
small, wide = torch.rand(3, 20, 20), torch.rand(3, 90, 300)
photo = functional.to_pil_image(wide)
sizes = [tuple(crop(one).shape[1:]) for one in (picture, small, wide)]
sizes.append(crop(photo).size)
print("all end as", *set(sizes))

# %% tilde
try:
    compile("RandomResizedCrop(32, scale=(0.5~1.0))", "", "eval")
except SyntaxError as error:
    tilde = type(error).__name__
    print(f"{tilde}: {error.msg}")

# %% order
torch.manual_seed(1)
at_once = crop(picture)
torch.manual_seed(1)
box = crop.make_params([picture])  # the same box again
piece = functional.crop(picture, **box)
in_order = functional.resize(piece, [32, 32])
same_crop = torch.equal(at_once, in_order)
print("first cut, then resized:", same_crop)

# %% flip
pixels = torch.tensor([[[1, 2], [3, 4]]])  # (1, 2, 2)
mirrored = v2.RandomHorizontalFlip(p=1.0)(pixels).tolist()
flip = v2.RandomHorizontalFlip()  # p=0.5
flipped = sum(flip(pixels)[0, 0, 0].item() == 2 for _ in range(2000))
flipped_share = flipped / 2000
print(mirrored, f" flipped {flipped_share:.0%}")

# %% requires_grad
weight, fixed = torch.ones(2, requires_grad=True), torch.ones(2)
(weight * fixed).sum().backward()
gradients = weight.grad.tolist(), fixed.grad
print("with", gradients[0], " without", gradients[1])
try:
    torch.ones(2, dtype=torch.int64, requires_grad=True)
except RuntimeError as error:
    whole_numbers = type(error).__name__
    print(f"{whole_numbers}: {str(error)[:48]} ...")

# %% two_switches
model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
samples = torch.randn(8, 4)  # (B, 4)
eval_keeps_graph = model.eval()(samples).requires_grad
before = model[1].running_mean.clone()
with torch.no_grad():
    model.train()(samples)
no_grad_moves = not torch.equal(before, model[1].running_mean)
print("gradients in eval():", eval_keeps_graph)
print("statistics move in no_grad():", no_grad_moves)

# %% phases
kept = {"train": 0, "validate": 0}  # tensors for backward()


def count(tensor):
    kept[phase] += 1
    return tensor


for phase in kept:
    training = phase == "train"
    model.train(training)
    with torch.set_grad_enabled(training), saved_tensors_hooks(count, count):
        model(samples)
    print(phase, "- kept for backward():", "some" if kept[phase] else "none")

# %% show
plt.show()
