"""Read a folder for each class: split it, find bad files, even out sizes.

Shapes: N pictures; one is (3, H, W), and H and W may differ
Needs: torch 2.11 or newer, torchvision, scikit-learn, matplotlib
Run: python image_folder.py
Source: torchvision documentation, pages ImageFolder and Transforms v2;
    PyTorch documentation, page torch.hub
"""

import contextlib
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch.hub import load_state_dict_from_url
from torch.utils.data import DataLoader, Subset
from torchvision.datasets import MNIST, ImageFolder
from torchvision.transforms import v2


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except (OSError, RuntimeError) as error:
        print(f"{type(error).__name__}: {error}".replace(str(folder), "..."))


# %% folder
temporary = tempfile.TemporaryDirectory()
folder = Path(temporary.name, "photos")
digits = load_digits()
forms = np.repeat([1, 2, 3], [130, 126, 130])  # the first three forms
for number, form in enumerate(forms):
    digit = digits.target[number]
    if digit in (1, 2) or (digit == 8 and number % 5 == 0):  # 8 is rare
        path = folder / str(digit) / f"form{form}_{number:03}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((digits.images[number] * 15).astype("uint8")).save(path)

# %% read
dataset = ImageFolder(folder)
image, label = dataset[0]
print(dataset.class_to_idx, len(dataset), "pictures")
print(image.mode, image.size, label, Path(dataset.samples[0][0]).name)

# %% by_class
numbers, splits = range(len(dataset)), 200
missing = {"random": 0, "stratified": 0}  # splits without an 8
for seed in range(splits):
    for way, labels in (("random", None), ("stratified", dataset.targets)):
        _, val = train_test_split(numbers, stratify=labels, random_state=seed)
        missing[way] += 2 not in [dataset.targets[number] for number in val]
print("of", splits, "splits, validation has no 8 in:", missing)

# %% by_group
val = [number for number in numbers if "form3" in dataset.samples[number][0]]
train = sorted(set(numbers) - set(val))
train_set, val_set = Subset(dataset, train), Subset(dataset, val)
print(len(train_set), "and", len(val_set), "pictures, no form in both")

# %% sizes
three = (np.hstack(digits.images[:3]) * 15).astype("uint8")  # (8, 24)
wide = Image.fromarray(three)
wide.save(folder / "8" / "wide.png")
to_float = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]
with shows_error():
    next(iter(DataLoader(ImageFolder(folder, v2.Compose(to_float)), 83)))

# %% equal
torch.manual_seed(0)
ways = {
    "Resize": v2.Resize((8, 8)),
    "CenterCrop": v2.Compose([v2.Resize(8), v2.CenterCrop(8)]),
    "RandomResizedCrop": v2.RandomResizedCrop(8),
}
figure, axes = plt.subplots(1, 4, num="sizes", figsize=(5, 1.5))
axes[0].imshow(wide, cmap="gray")
for axis, (name, way) in zip(axes[1:], ways.items(), strict=True):
    axis.imshow(way(wide), cmap="gray")
    axis.set_title(name)
    print(f"{name}: {wide.size} -> {way(wide).size}")

# %% foreign
whole = (folder / "8" / "wide.png").read_bytes()
(folder / "8" / "half.png").write_bytes(whole[: len(whole) // 2])
(folder / "8" / "._wide.png").write_bytes(b"made by macOS")
(folder / "8" / "phone.heic").write_bytes(b"a photo")
for path in [Path(file) for file, _ in ImageFolder(folder).samples]:
    with shows_error():
        Image.open(path).load()


# %% valid
def is_readable(path):
    try:
        Image.open(path).load()
    except OSError:
        return False
    return not Path(path).name.startswith(".")


listed = len(ImageFolder(folder))
readable = len(ImageFolder(folder, is_valid_file=is_readable))
print(listed, "files end like a picture,", readable, "are one")

# %% deep
deep = Image.fromarray(three.astype("uint16") * 257)  # 16 bits, no white
white_after = (np.asarray(deep.convert("RGB")) == 255).mean().item()
print(f"{deep.mode}: {white_after:.0%} white after convert")

# %% hash
half = folder / "network-0123abcd.pth"
half.write_bytes(b"half of a file")
# Left out, the folder is below TORCH_HOME.
with shows_error(), contextlib.redirect_stdout(sys.stderr):
    load_state_dict_from_url(half.as_uri(), folder / "x", check_hash=True)
with shows_error():
    MNIST(folder)
temporary.cleanup()
plt.show()
