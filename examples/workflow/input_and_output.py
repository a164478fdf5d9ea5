"""Look at what goes into a network and what comes out, before training.

Shapes: B batch, N data set, C channels; a digit is (1, 8, 8), 10 classes
Needs: torch 2.11 or newer, torchvision, scikit-learn, matplotlib
Run: python input_and_output.py
Source: scikit-learn, load_digits; PyTorch documentation, pages Conv2d and
    CrossEntropyLoss; torchvision documentation, page Transforms v2
"""

import contextlib
import math
import warnings

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits, load_sample_image
from torch import nn
from torchvision import transforms
from torchvision.transforms import v2


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except RuntimeError as error:
        print(f"{type(error).__name__}: {error}")


# %% raw
digits = load_digits()
raw_images, raw_labels = digits.images, digits.target
print("images", raw_images.shape, raw_images.dtype)
print("labels", raw_labels.shape, raw_labels.dtype)
print(f"values {raw_images.min():.0f} to {raw_images.max():.0f}")

# %% pictures
figure, grid = plt.subplots(2, 5, num="pictures", figsize=(4, 2))
for axes, image, label in zip(grid.flat, raw_images, raw_labels, strict=False):
    axes.imshow(image, cmap="gray_r")
    axes.set_title(label)
    axes.axis("off")

# %% convert
images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
labels = torch.tensor(digits.target)  # (N,), int64
print("images", tuple(images.shape), images.dtype, "to", images.max().item())

# %% balance
train_labels, val_labels = labels[:1157], labels[1157:1415]
counts = train_labels.bincount()  # (10,)
baseline = (val_labels == counts.argmax()).float().mean().item()
print("training pictures of each digit", counts.tolist())
print(f"always answer {counts.argmax()}: {baseline:.1%} of validation right")

# %% layout
photo = load_sample_image("china.jpg").copy()  # (H, W, C), uint8
good = torch.tensor(photo).permute(2, 0, 1)  # (C, H, W)
mixed = torch.tensor(photo).reshape(good.shape)  # mixes the pixels
print("first pixel in the photo", photo[0, 0].tolist())
print("permute", tuple(good.shape), "first pixel", good[:, 0, 0].tolist())
print("reshape", tuple(mixed.shape), "first pixel", mixed[:, 0, 0].tolist())

# %% to_tensor
to_tensor = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])
small = raw_images[0].astype("uint8")  # (8, 8), 0..16
print(f"photo, uint8   {photo.max():3} -> {to_tensor(photo).max():.4f}")
print(f"digit, uint8   {small.max():3} -> {to_tensor(small).max():.4f}")
print(f"digit, float64  15 -> {to_tensor(raw_images[0]).max():.4f}")

# %% old_name
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    transforms.ToTensor()
    print("transforms.ToTensor:", len(caught), "warnings")
    v2.ToTensor()
    print("v2.ToTensor:", len(caught), "warning\n ", caught[0].message)


# %% network
def make_network(seed):
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1),  # (B, 8, 8, 8)
        nn.ReLU(),
        nn.Flatten(),  # (B, 512)
        nn.Linear(512, 10),  # (B, 10)
    )


# %% output
model = make_network(seed=0)
batch = images[:4]  # (B, 1, 8, 8)
with torch.no_grad():
    logits = model(batch)  # (B, 10)
print("logits", tuple(logits.shape), logits.dtype)

# %% postprocess
probabilities = logits.softmax(dim=1)  # (B, 10)
predictions = logits.argmax(dim=1)  # (B,)
same_answer = torch.equal(predictions, probabilities.argmax(dim=1))
print("predicted", predictions.tolist(), "  labels", labels[:4].tolist())
figure, (left, right) = plt.subplots(1, 2, num="in_and_out", figsize=(5, 2.2))
left.imshow(raw_images[0], cmap="gray_r")
left.set_title("input")
right.bar(range(10), probabilities[0].tolist())
right.set(title="output", xlabel="digit", ylabel="probability", ylim=(0, 1))

# %% first_loss
criterion = nn.CrossEntropyLoss()
even_guess_loss = math.log(10)
untrained_loss = {}
for largest in (1, 16, 255):
    scaled = images[:1157] * largest  # (N, 1, 8, 8)
    with torch.no_grad():
        outputs = [make_network(seed)(scaled) for seed in range(10)]
    losses = torch.tensor([criterion(one, train_labels) for one in outputs])
    untrained_loss[f"to_{largest}"] = losses.mean().item()
    print(f"values 0 to {largest:3}  first loss {losses.mean():5.2f}")

# %% errors
with shows_error():
    model(batch.double())  # float64
with shows_error():
    model(batch.squeeze(1))  # (B, H, W): no channels
with shows_error():
    model(batch[0])  # (C, H, W): no batch

# %% show
plt.show()
