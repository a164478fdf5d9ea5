"""Make a Dataset: one sample for each index, from memory or from files.

Shapes: N samples; one picture is (1, 8, 8), one label is ()
Needs: torch 2.11 or newer, torchvision, scikit-learn, matplotlib
Run: python dataset.py
Source: PyTorch documentation, pages torch.utils.data and CrossEntropyLoss
"""

import contextlib
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from PIL import Image
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import Dataset, Subset, TensorDataset, random_split
from torchvision.transforms import v2


# %% memory
class Digits(Dataset):
    def __init__(self, images, labels):
        self.images = images  # (N, 1, 8, 8), values 0..1
        self.labels = labels  # (N,)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.images[index], self.labels[index]


# %% build
digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
labels = torch.tensor(digits.target)  # (N,)
dataset = Digits(images, labels)
image, label = dataset[3]  # (1, 8, 8), ()
print(len(dataset), "samples")
print("dataset[3]:", tuple(image.shape), image.dtype, label)

# %% ready_made
same_sample = TensorDataset(images, labels)[3][0].equal(image)
print("TensorDataset gives the same sample:", same_sample)

# %% write_files
temporary = tempfile.TemporaryDirectory()
for number in range(100):  # 0000_0.png, 0001_1.png, ...
    path = Path(temporary.name, f"{number:04}_{labels[number]}.png")
    v2.functional.to_pil_image(images[number]).save(path)  # 0..255


# %% files
class DigitFiles(Dataset):
    def __init__(self, folder, transform):
        self.paths = sorted(Path(folder).glob("*.png"))
        self.transform = transform

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        path = self.paths[index]
        image = v2.functional.pil_to_tensor(Image.open(path))  # uint8
        label = int(path.stem.split("_")[1])  # "0003_3" -> 3
        return self.transform(image), label


# %% transforms
to_float = v2.ToDtype(torch.float32, scale=True)  # 0..255 -> 0..1
bilinear = v2.InterpolationMode.BILINEAR
augment = v2.Compose([to_float, v2.RandomRotation(20, bilinear)])
plain_files = DigitFiles(temporary.name, to_float)
moved_files = DigitFiles(temporary.name, augment)
torch.manual_seed(0)
reads_are_equal = torch.equal(moved_files[3][0], moved_files[3][0])
print(len(moved_files), "files;", plain_files.paths[3].name)
print("two reads are equal:", reads_are_equal)

# %% draw
figure, axes = plt.subplots(1, 5, num="reads", figsize=(5, 1.2))
reads = [plain_files[3][0]] + [moved_files[3][0] for _ in range(4)]
for picture, axis in zip(reads, axes, strict=True):
    axis.imshow(picture[0].numpy(), cmap="gray_r")
    axis.axis("off")

# %% split
train_set = Subset(dataset, range(1157))  # forms 1-9
val_set = Subset(dataset, range(1157, 1415))  # forms 10-11
print(len(train_set), "and", len(val_set), "samples")

# %% random
generator = torch.Generator().manual_seed(0)
train_files, val_files = random_split(moved_files, [80, 20], generator)
shared = len(set(train_files.indices) & set(val_files.indices))
print(val_files.indices[:5], "... samples in both:", shared)

# %% trap
trap_is_fixed = torch.equal(val_files[0][0], val_files[0][0])
print("random_split: two reads are equal:", trap_is_fixed)
val_files = Subset(plain_files, val_files.indices)
val_is_fixed = torch.equal(val_files[0][0], val_files[0][0])
print("Subset of plain_files: two reads are equal:", val_is_fixed)


# %% shows_error
@contextlib.contextmanager
def shows_error():
    try:
        yield
    except Exception as error:
        print(f"{type(error).__name__}: {error}")


# %% label_kinds
criterion = nn.CrossEntropyLoss()
logits, four_labels = torch.zeros(4, 10), torch.tensor([0, 3, 7, 9])  # (4,)
for dtype in (torch.int64, torch.uint8, torch.int32, torch.float32):
    with shows_error():
        loss = criterion(logits, four_labels.to(dtype))
        print(f"{dtype}: loss {loss:.2f}")

# %% errors
with shows_error():
    criterion(logits, four_labels + 1)  # labels from 1 to 10
with shows_error():
    dataset[1797]
with shows_error():
    TensorDataset(images[:10], labels[:9])
Digits(images[:10], labels[:9])  # no error

# %% show
temporary.cleanup()
plt.show()
