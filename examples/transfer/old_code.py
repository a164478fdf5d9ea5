"""Old transfer-learning lines: what they do today, and what to write now.

Nothing is downloaded: a file of random weights stands in for the real one.

Shapes: B batch (2), C classes (2 or 1000); a picture is (3, 64, 64)
Needs: torch 2.11 or newer, torchvision, matplotlib
Run: python old_code.py
Source: torchvision documentation, Models and pre-trained weights; PyTorch
documentation, torch.load, and torch.optim, How to adjust learning rate
"""

import contextlib
import tempfile
import textwrap
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from torch import nn
from torchvision import models, transforms

# %% reporter
fates = {"silent": 0, "warns": 0, "stops": 0}


@contextlib.contextmanager
def old_line():
    """Print what an old line says today, and count how it ends."""
    told = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield
        except Exception as error:
            told.append(f"{type(error).__name__}: {error}")
    fates["stops" if told else "warns" if caught else "silent"] += 1
    told += [f"{one.category.__name__}: {one.message}" for one in caught]
    for message in told or ["no error, no warning"]:
        short = textwrap.shorten(message.split(". ")[0], 150)
        print(textwrap.fill(short, 74))  # the first sentence


# %% stand_in
temporary = tempfile.TemporaryDirectory()
folder = Path(temporary.name)
torch.hub.set_dir(folder)  # where torchvision looks for weights
(folder / "checkpoints").mkdir()
file_name = Path(models.ResNet18_Weights.DEFAULT.url).name
torch.save(models.resnet18().state_dict(), folder / "checkpoints" / file_name)

# %% pretrained
with old_line():
    models.resnet18(pretrained=True)

# %% weights
model = models.resnet18(weights=models.ResNet18_Weights.DEFAULT)

# %% entries
documented, resizes = {}, []
for entry in models.ResNet50_Weights:
    documented[entry.name] = entry.meta["_metrics"]["ImageNet-1K"]["acc@1"]
    resizes.append(entry.transforms().resize_size[0])
print(documented, resizes, models.ResNet50_Weights.DEFAULT.name)

# %% fixed_512
images = torch.rand(2, 3, 64, 64)  # (B, 3, H, W)
large = models.resnet50(weights=None)
large.fc = nn.Linear(512, 2)  # would fit ResNet-18
with old_line():
    large(images)

# %% unused_fc
mobile = models.mobilenet_v3_small(weights=None)
with old_line():
    mobile.fc = nn.Linear(512, 2)  # a new attribute, never used
unused_logits = mobile(images)  # (B, 1000), not (B, 2)
print(unused_logits.shape)

# %% classifier
mobile.classifier[-1] = nn.Linear(mobile.classifier[-1].in_features, 2)
print(mobile(images).shape)  # (B, 2)

# %% last_layers
for family in ("resnet18", "resnet50", "vgg16", "densenet121", "vit_b_16"):
    with torch.device("meta"):  # shapes only, no memory
        layers = models.get_model(family, weights=None).named_modules()
    *_, last = [pair for pair in layers if isinstance(pair[1], nn.Linear)]
    print(f"{family:12} {last[0]:13} {last[1].in_features}")

# %% whole_model
torch.save(model, folder / "whole.pt")
with old_line():
    torch.load(folder / "whole.pt")


# %% code_in_file
class Stranger:
    def __reduce__(self):
        return print, ("this line was run by the file",)


torch.save({"weight": Stranger()}, folder / "stranger.pt")
torch.load(folder / "stranger.pt", weights_only=False)

# %% state_dict
torch.save(model.state_dict(), folder / "weights.pt")
state = torch.load(folder / "weights.pt", map_location="cpu")
print(model.load_state_dict(state))

# %% wrong_file
prefixed = {f"module.{name}": value for name, value in state.items()}
with old_line():
    model.load_state_dict(prefixed)

# %% not_strict
with old_line():
    answer = model.load_state_dict(prefixed, strict=False)
loaded = len(prefixed) - len(answer.unexpected_keys)
print(f"loaded: {loaded} of {len(prefixed)}")

# %% scheduler
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1)
with old_line():
    scheduler.step()  # before the first optimizer.step()
first_rate = optimizer.param_groups[0]["lr"]
print(f"first rate: {first_rate:g}, not 0.1")

# %% other_lines
with old_line():
    transforms.Scale(256)
with old_line():
    torch.tensor(0.5).data[0]
with old_line():
    iter(torch.utils.data.DataLoader(images)).next()
with old_line():
    torch.autograd.Variable(images, volatile=True)

# %% fates
figure, axes = plt.subplots(num="fates", figsize=(5, 1.8))
axes.barh(list(fates), list(fates.values()))
plt.show()
