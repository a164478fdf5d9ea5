"""Old transfer-learning lines: what they do today, and what to write now.

Nothing is downloaded: a file of random weights stands in for the real one.

Shapes: B batch (2), C classes (2 or 1000); a picture is (3, 64, 64)
Run: python old_code.py
Source: torchvision documentation, Models and pre-trained weights; PyTorch
documentation, torch.load and Saving and Loading Models; lines of the notes
"""

import pickle
import re
import sys
import tempfile
import textwrap
import types
import warnings
from pathlib import Path

import torch
import torchvision
from torch import nn
from torch.autograd import Variable
from torchvision import transforms
from torchvision.models import (
    ResNet18_Weights,
    ResNet50_Weights,
    get_model,
    mobilenet_v3_small,
    resnet18,
    resnet50,
)

# %% stand_in
torch.manual_seed(0)
temporary = tempfile.TemporaryDirectory()
folder = Path(temporary.name)
torch.hub.set_dir(folder)
(folder / "checkpoints").mkdir()
file_name = ResNet18_Weights.IMAGENET1K_V1.url.rpartition("/")[2]
random_state = resnet18(weights=None).state_dict()
torch.save(random_state, folder / "checkpoints" / file_name)
print(file_name, "with random weights")


# %% reporter
def report(action):
    """Print the warnings and the error of an old line."""
    said = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            action()
        except Exception as error:
            said.append(f"{type(error).__name__}: {error}")
    said += [f"{one.category.__name__}: {one.message}" for one in caught]
    for message in said:
        message = " ".join(message.split())
        print(textwrap.fill(message, 70, subsequent_indent="  "))
    return len(said)


# %% pretrained
keyword_messages = report(lambda: resnet18(pretrained=True))

# %% positional
positional_messages = report(lambda: resnet18(True))

# %% pretrained_false
false_messages = report(lambda: resnet18(pretrained=False))

# %% weights
weights_messages = report(lambda: resnet18(weights=ResNet18_Weights.DEFAULT))
print("messages:", weights_messages)
loaded_state = resnet18(weights=ResNet18_Weights.DEFAULT).state_dict()
from_file = torch.equal(loaded_state["fc.weight"], random_state["fc.weight"])
print("weights of the file:", from_file)

# %% entries
documented = {}
for entry in ResNet50_Weights:
    documented[entry.name] = entry.meta["_metrics"]["ImageNet-1K"]["acc@1"]
    print(entry.name, documented[entry.name], "%")
default_entry = ResNet50_Weights.DEFAULT.name
print("DEFAULT is", default_entry)

# %% preparation
resizes = [entry.transforms().resize_size[0] for entry in ResNet50_Weights]
print("resize", resizes)
print(ResNet50_Weights.DEFAULT.transforms())

# %% fixed_512
images = torch.rand(2, 3, 64, 64)  # (B, 3, H, W)
small = resnet18(weights=None)
small.fc = nn.Linear(512, 2)
small_logits = small(images)  # (B, 2)
print("resnet18", small_logits.shape)
large = resnet50(weights=None)
large.fc = nn.Linear(512, 2)
fixed_messages = report(lambda: large(images))

# %% in_features
large = resnet50(weights=None)
large.fc = nn.Linear(large.fc.in_features, 2)
large_logits = large(images)  # (B, 2)
print("resnet50", large_logits.shape)

# %% unused_fc
mobile = mobilenet_v3_small(weights=None)
mobile.fc = nn.Linear(512, 2)  # a new attribute, no error
unused_logits = mobile(images)  # (B, 1000), not (B, 2)
nn.functional.cross_entropy(unused_logits, torch.tensor([0, 1])).backward()
fc_is_unused = mobile.fc.weight.grad is None
print(unused_logits.shape, "gradient of fc:", mobile.fc.weight.grad)

# %% classifier
mobile = mobilenet_v3_small(weights=None)
mobile.classifier[-1] = nn.Linear(mobile.classifier[-1].in_features, 2)
mobile_logits = mobile(images)  # (B, 2)
print(mobile_logits.shape)

# %% last_layers
last_layers = {}
for family in ("resnet18", "resnet50", "vgg16", "densenet121", "vit_b_16"):
    with torch.device("meta"):  # shapes only, no memory
        model = get_model(family, weights=None)
    layers = dict(model.named_modules())
    last = [n for n, layer in layers.items() if isinstance(layer, nn.Linear)][
        -1
    ]
    last_layers[family] = [last, layers[last].in_features]
    print(f"{family:12} {last:14} {layers[last].in_features}")


# %% whole_model
class OldNet(nn.Sequential):
    pass


old_models = types.ModuleType("old_models")  # stands for old_models.py
sys.modules["old_models"] = old_models
old_models.OldNet, OldNet.__module__ = OldNet, "old_models"
old_net = OldNet(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
torch.save(old_net, folder / "whole.pt")
try:
    torch.load(folder / "whole.pt")
except pickle.UnpicklingError as error:
    print("UnpicklingError:", str(error).split(". ")[0])
    print(re.search(r"Unsupported global: .* by default", str(error))[0])


# %% code_in_file
class Stranger:
    def __reduce__(self):
        return print, ("this line was run by the file",)


torch.save({"weight": Stranger()}, folder / "stranger.pt")
torch.load(folder / "stranger.pt", weights_only=False)

# %% renamed
trusted = torch.load(folder / "whole.pt", weights_only=False)
print(type(trusted).__name__)
del old_models.OldNet  # the class was renamed
report(lambda: torch.load(folder / "whole.pt", weights_only=False))
del sys.modules["old_models"]  # the file was moved
report(lambda: torch.load(folder / "whole.pt", weights_only=False))

# %% state_dict
torch.save(trusted.state_dict(), folder / "weights.pt")
model = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
state = torch.load(folder / "weights.pt", map_location="cpu", weights_only=True)
print(model.load_state_dict(state, strict=True))
vectors = torch.rand(2, 4)  # (B, 4)
same_outputs = torch.equal(model(vectors), old_net(vectors))
print("same outputs:", same_outputs)

# %% wrong_file
report(lambda: small.load_state_dict(random_state))
prefixed = {f"module.{name}": value for name, value in state.items()}
report(lambda: model.load_state_dict(prefixed))
report(lambda: model.load_state_dict(trusted))

# %% not_strict
fresh = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
before = fresh(vectors)  # (B, 2)
answer = fresh.load_state_dict(prefixed, strict=False)
missing = len(answer.missing_keys)
loaded_nothing = torch.equal(fresh(vectors), before)
print(missing, "missing, no error; outputs unchanged:", loaded_nothing)

# %% two_classes
report(lambda: resnet18(weights=ResNet18_Weights.DEFAULT, num_classes=2))

# %% other_lines
report(lambda: torchvision.dataset.ImageFolder)
report(lambda: transforms.Scale(256))
report(lambda: transforms.RandomSizedCrop(224))
report(lambda: torch.tensor(0.5).data[0])
report(lambda: Variable(images, volatile=True))

# %% tidy
temporary.cleanup()
