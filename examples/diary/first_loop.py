"""What a first training loop stumbles over: order, shape, device, loader.

Shapes: N pictures, C channels, H height, W width
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python first_loop.py
Source: PyTorch documentation, pages Conv2d, torch.accelerator, Tensor.to and
torch.utils.data
"""

import contextlib
import textwrap

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

images = torch.tensor(load_digits().images[:10], dtype=torch.float32) / 16
images = images.unsqueeze(1)  # (10, 1, 8, 8)


raised = {}  # what each line ended with


@contextlib.contextmanager
def shows_error(name):
    try:
        yield
    except (AttributeError, RuntimeError, TypeError) as error:
        raised[name] = type(error).__name__
        print(textwrap.fill(f"{raised[name]}: {error}", 70))


# %% channels_first
conv = nn.Conv2d(1, 4, kernel_size=3)
print("channels first", tuple(conv(images).shape))
with shows_error("channels_last"):
    conv(images.permute(0, 2, 3, 1))  # (N, H, W, C)

# %% silent_order
square = nn.Linear(8, 8)
column, row = torch.ones(8, 1), torch.ones(1, 8)
with shows_error("column"):
    square(column)
one_sample = square(row)  # eight features, no error
print("one sample", tuple(one_sample.shape))

# %% plot_output
outputs = conv(images)
needed = images.requires_grad, outputs.requires_grad
print("needs a gradient: input", needed[0], " output", needed[1])
with shows_error("plot_output"):
    outputs.numpy()  # what plotting does first
curve = outputs.detach().numpy()

# %% device
here = torch.accelerator.is_available()
device = torch.accelerator.current_accelerator() if here else "cpu"
moved = images.to(device)
arrived = moved.device.type == torch.device(device).type
print("arrived", arrived)

# %% iterate
loader = DataLoader(TensorDataset(images), batch_size=4)
(first,) = next(iter(loader))  # (4, 1, 8, 8)
with shows_error("old_next"):
    iter(loader).next()
with shows_error("index"):
    loader[0]

# %% order_of_axes
picture = images[3]  # (C, H, W)
turned = picture.permute(1, 2, 0)  # (H, W, C)
three = torch.cat([picture, picture.flip(2), picture.flip(1)])  # (3, H, W)
permuted, reshaped = three.permute(1, 2, 0), three.reshape(8, 8, 3)
scrambled = not torch.equal(permuted, reshaped)
_, (left, right) = plt.subplots(1, 2, num="axes", figsize=(4, 2))
left.imshow(permuted.numpy())
left.set_title("permute")
right.imshow(reshaped.numpy())
right.set_title("reshape")
print("same numbers in other places", scrambled)

# %% all_on_one_device
logits, labels = torch.zeros(2, 3), torch.tensor([0, 1])
elsewhere = labels.to("meta")  # a device without data
with shows_error("two_devices"):
    nn.functional.cross_entropy(logits, elsewhere)
stays = labels.device.type  # .to() gave a copy
module = nn.Linear(3, 3)
module.to("meta")  # a module moves itself
moves = module.weight.device.type
print("labels are on", stays, " the module is on", moves)

# %% show
plt.show()
