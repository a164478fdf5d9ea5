"""What a first transfer stumbles over: files, folders, sizes, one layer.

Shapes: F features (4), C classes (2)
Needs: torch 2.11 or newer, torchvision
Run: python first_transfer.py
Source: torchvision documentation, Models, ImageFolder and Transforms v2
"""

import contextlib
import shutil
import tempfile
import textwrap
from pathlib import Path

import torch
import torchvision
from PIL import Image
from torch import nn
from torchvision.datasets import ImageFolder
from torchvision.models import get_model_weights, list_models
from torchvision.transforms import v2

raised = {}  # what each line ended with


@contextlib.contextmanager
def shows_error(name):
    try:
        yield
    except (AttributeError, FileNotFoundError, RuntimeError) as error:
        raised[name] = type(error).__name__
        told = f"{raised[name]}: {error}".split(". ")[0]
        print(textwrap.fill(told.replace(temporary.name, "..."), 70))


temporary = tempfile.TemporaryDirectory()

# %% models
networks = list_models(module=torchvision.models)
weights = [one for name in networks for one in get_model_weights(name)]
all_have_an_address = all(one.url.startswith("https://") for one in weights)
print(len(networks), "networks,", len(weights), "files of weights")
print("each with its address:", all_have_an_address)

# %% resize
wide, high = Image.new("RGB", (500, 375)), Image.new("RGB", (375, 500))
shorter_edge = [v2.Resize(224)(one).size for one in (wide, high)]
both_edges = [v2.Resize((224, 224))(one).size for one in (wide, high)]
print("Resize(224)       ", *shorter_edge)  # (W, H)
print("Resize((224, 224))", *both_edges)

# %% folder
train = Path(temporary.name, "birds", "train")
for number, name in enumerate("aabbb"):
    path = train / f"bird_{name}" / f"{number}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    wide.save(path)
dataset = ImageFolder(train)
classes, targets = dataset.classes, dataset.targets
print(dataset.class_to_idx, targets)

# %% spelling
with shows_error("spelling"):
    torchvision.dataset.ImageFolder(train)

# %% archive
packed = shutil.make_archive(train.parent, "zip", train.parent)
there = Path(temporary.name, "elsewhere")  # as on another computer
shutil.unpack_archive(packed, there)
unpacked_classes = ImageFolder(there / "train").classes
too_high_classes = ImageFolder(there).classes  # a mistake, no error
print(unpacked_classes, too_high_classes)
(there / "train" / ".ipynb_checkpoints").mkdir()  # as Jupyter does
with shows_error("checkpoints"):
    ImageFolder(there / "train")

# %% only_head
torch.manual_seed(0)
body, head = nn.Linear(4, 4), nn.Linear(4, 2)  # (B, F) -> (B, C)
optimizer = torch.optim.SGD(head.parameters(), lr=0.0)
sizes = []
for _ in range(3):
    optimizer.zero_grad()  # of the head alone
    head(body(torch.ones(1, 4))).sum().backward()
    sizes.append(body.weight.grad.norm().item())
growth = [size / sizes[0] for size in sizes]
print("gradients of the body:", *(f"{times:.0f} x" for times in growth))
temporary.cleanup()
