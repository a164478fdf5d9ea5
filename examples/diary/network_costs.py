"""What depth and batch size cost: multiplications and memory.

Nothing is computed: the device "meta" knows shapes and no numbers.

Shapes: B pictures of a batch; a picture is (3, 224, 224)
Needs: torch 2.11 or newer, torchvision, matplotlib
Run: python network_costs.py
Source: torchvision documentation, Models; PyTorch documentation,
Autograd mechanics
"""

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models import get_model

names = ["resnet18", "resnet50", "vgg16"]
with torch.device("meta"):
    models = {name: get_model(name).eval() for name in names}

# %% depth
layers, billions = {}, {}
for name, model in models.items():
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, 3, 224, 224, device="meta"))
    layers[name] = sum(isinstance(x, nn.Conv2d) for x in model.modules())
    billions[name] = counter.get_total_flops() / 2e9  # multiply and add
    print(f"{name:8} {layers[name]:2} convolutions", end=", ")
    print(f"{billions[name]:4.1f} billion multiplications")


# %% memory
def layer_outputs(model, batch_size):
    """Return the megabytes that the layers put out, for backward()."""
    sizes = []

    def add(layer, inputs, output):
        if not getattr(layer, "inplace", False):
            sizes.append(output.nbytes)

    layers = [one for one in model.modules() if not list(one.children())]
    hooks = [layer.register_forward_hook(add) for layer in layers]
    with torch.no_grad():
        model(torch.zeros(batch_size, 3, 224, 224, device="meta"))
    for hook in hooks:
        hook.remove()
    return sum(sizes) / 1e6


memory, fixed = {}, {}
sizes = [1, 4, 16]
for name, model in models.items():
    memory[name] = [layer_outputs(model, size) for size in sizes]
    parameters = sum(one.numel() for one in model.parameters())
    fixed[name] = 16 * parameters / 1e6  # weight, gradient, Adam's two
    print(f"{name:8} a picture {memory[name][-1] / 16:3.0f} MB", end=", ")
    print(f"weights and Adam {fixed[name]:4.0f} MB")

# %% accumulate
torch.manual_seed(0)
layer, images = nn.Linear(64, 10), torch.rand(64, 64)
labels = torch.randint(10, (64,))
nn.functional.cross_entropy(layer(images), labels).backward()
whole = layer.weight.grad.clone()
layer.zero_grad()
for part in range(0, 64, 16):  # four batches that fit
    logits = layer(images[part : part + 16])
    loss = nn.functional.cross_entropy(logits, labels[part : part + 16])
    (loss / 4).backward()  # gradients add up
difference = (layer.weight.grad - whole).abs().max().item()
print(f"four parts and the whole differ by less than 1e-6: {difference < 1e-6}")

# %% show
_, axes = plt.subplots(num="depth", figsize=(5, 2.4))
axes.scatter(layers.values(), billions.values())
for name in names:
    axes.annotate(name, (layers[name] + 1, billions[name]))
axes.set(xlabel="convolutions", ylabel="billion multiplications")
axes.set(xlim=(0, 65), ylim=(0, 18))
_, axes = plt.subplots(num="memory", figsize=(5, 2.4))
for name in names:
    axes.plot(sizes, memory[name], marker="o", label=name)
axes.set(xlabel="batch size", ylabel="MB until backward")
axes.legend()
plt.show()
