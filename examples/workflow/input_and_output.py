"""Look at what goes in, what comes out, and how to read it.

Shapes: B batch, C channels, H x W pixels; a digit is (1, 8, 8), 10 classes
Run: python input_and_output.py
Source: scikit-learn, load_digits; PyTorch documentation, pages Conv2d and
    CrossEntropyLoss; torchvision documentation, page Transforms v2
"""

import math
import statistics
import warnings

import numpy as np
import torch
from sklearn.datasets import load_digits, load_sample_image
from torch import nn
from torchvision.transforms import v2

# %% raw
torch.manual_seed(0)
digits = load_digits()
raw_images, raw_labels = digits.images, digits.target
raw_min, raw_max = float(raw_images.min()), float(raw_images.max())
print("images", raw_images.shape, raw_images.dtype)
print("labels", raw_labels.shape, raw_labels.dtype)
print(f"values {raw_min:.0f} to {raw_max:.0f}")
print(f"picture 0, a {raw_labels[0]}:\n{raw_images[0].astype(int)}")

# %% gallery
pictures = raw_images[:10].astype(int).tolist()
captions = [str(label) for label in raw_labels[:10]]

# %% balance
counts = np.bincount(raw_labels).tolist()
test_counts = np.bincount(raw_labels[1400:]).tolist()
constant_accuracy = max(counts) / sum(counts)
print("all ", counts)
print("test", test_counts)
print(f"always the commonest digit: {constant_accuracy:.3f} right")

# %% convert
doubles = torch.from_numpy(raw_images)  # (N, 8, 8), float64, 0..16
floats = doubles.to(torch.float32) / 16  # (N, 8, 8), 0..1
images = floats.unsqueeze(1)  # (N, 1, 8, 8)
labels = torch.from_numpy(raw_labels)  # (N,), int64
for name, tensor in (
    ("from_numpy", doubles),
    ("float32", floats),
    ("unsqueeze", images),
):
    print(
        f"{name:10} {tuple(tensor.shape)!s:15} {tensor.dtype}"
        f"  max {tensor.max().item()}"
    )

# %% layout
photo = load_sample_image("china.jpg").copy()  # writable
channels_last = torch.tensor(photo)  # (H, W, C)
channels_first = channels_last.permute(2, 0, 1)  # (C, H, W)
scrambled = channels_last.reshape(3, 427, 640)  # right shape, wrong pixels
red = channels_last[:, :, 0]  # (H, W)
print("photo  ", tuple(channels_last.shape), channels_last.dtype)
for name, tensor in (("permute", channels_first), ("reshape", scrambled)):
    print(name, tuple(tensor.shape), "red kept:", torch.equal(tensor[0], red))

# %% to_tensor
to_tensor = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])
for name, array in (
    ("photo, uint8", photo),
    ("digit, uint8", raw_images[0].astype(np.uint8)),
    ("digit, float64", raw_images[0]),
):
    tensor = to_tensor(array)
    print(f"{name:15}{tuple(array.shape)!s:14} max {array.max():.0f}")
    print(f"{'':15}{tuple(tensor.shape)!s:14} max {tensor.max():.4f}")

# %% old_name
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    v2.ToTensor()
print(caught[0].message)


# %% network
def make_network(seed: int) -> nn.Sequential:
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
for row in logits.tolist():
    print(" ".join(f"{value:5.2f}" for value in row))

# %% postprocess
class_names = ["zero", "one", "two", "three", "four"]
class_names += ["five", "six", "seven", "eight", "nine"]
probabilities = logits.softmax(dim=1)  # (B, 10)
confidences, predictions = probabilities.max(dim=1)  # (B,), (B,)
same_answer = torch.equal(predictions, logits.argmax(dim=1))
for index, confidence, label in zip(
    predictions, confidences, labels[:4], strict=True
):
    print(f"{class_names[index]:6} {confidence:.2f}   label {label}")
print("argmax of the logits is the same:", same_answer)

# %% wrong_dimension
row_sums = probabilities.sum(dim=1)  # (B,)
wrong_sums = logits.softmax(dim=0).sum(dim=1)  # (B,)
print("dim=1", " ".join(f"{value:.2f}" for value in row_sums.tolist()))
print("dim=0", " ".join(f"{value:.2f}" for value in wrong_sums.tolist()))

# %% untrained
criterion = nn.CrossEntropyLoss()
even_guess_loss = math.log(10)
untrained_loss = {}
for largest in (1, 16, 255):
    losses = []
    for seed in range(10):
        with torch.no_grad():
            outputs = make_network(seed)(images * largest)  # (N, 10)
        losses.append(criterion(outputs, labels).item())
    mean, spread = statistics.mean(losses), statistics.stdev(losses)
    untrained_loss[f"to_{largest}"] = {"mean": mean, "std": spread}
    print(f"values 0..{largest:<4} loss {mean:5.2f} +- {spread:.2f}")
networks = len(losses)
print(f"ln 10               {even_guess_loss:.2f}")

# %% forms
opening = raw_labels[:30]  # every form begins like this
form_starts = [
    start
    for start in range(len(raw_labels) - 29)
    if (raw_labels[start : start + 30] == opening).mean() > 0.9
]
forms = len(form_starts)
cut_form = next(start for start in form_starts if start >= 1400) - 1400
print(forms, "forms begin at", form_starts)
print("the form cut at 1400 gives the test", cut_form, "pictures")


# %% nearest
def nearest_accuracy(order: torch.Tensor) -> float:
    """Copy the label of the nearest of the first 1,400 pictures."""
    flat = images.flatten(1)[order]  # (N, 64)
    nearest = torch.cdist(flat[1400:], flat[:1400]).argmin(dim=1)
    found = labels[order][nearest]  # (397,)
    return (found == labels[order][1400:]).float().mean().item()


# %% writers
other_writers = nearest_accuracy(torch.arange(1797))
mixed = []
for seed in range(5):
    generator = torch.Generator().manual_seed(seed)
    mixed.append(nearest_accuracy(torch.randperm(1797, generator=generator)))
mixed_mean, mixed_std = statistics.mean(mixed), statistics.stdev(mixed)
print(f"split by writer {other_writers:.3f}")
print(f"random split    {mixed_mean:.3f} +- {mixed_std:.3f}")

# %% errors
wrong_inputs = {
    "float64": batch.double(),
    "uint8": (batch * 16).to(torch.uint8),
    "(B, H, W, C)": batch.permute(0, 2, 3, 1),
    "(B, H, W)": batch.squeeze(1),
    "one picture (C, H, W)": batch[0],
    "one picture (H, W)": batch[0, 0],
}
for what, wrong in wrong_inputs.items():
    try:
        model(wrong)
    except RuntimeError as error:
        print(f"{what}\n  RuntimeError: {error}")
print("one picture (1, C, H, W)", tuple(model(batch[0].unsqueeze(0)).shape))
