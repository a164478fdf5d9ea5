"""Make a Dataset of a CSV file: a number, several labels, names of classes.

Shapes: B pictures of a batch; a picture is (1, 8, 16), its sum (1,), labels (10,)
Needs: torch 2.11 or newer, torchvision, scikit-learn
Run: python custom_dataset.py
Source: PyTorch documentation, pages torch.utils.data, MSELoss and
    BCEWithLogitsLoss; torchvision documentation, page ImageFolder
"""

import contextlib
import csv
import tempfile
from pathlib import Path

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset
from torchvision.datasets import ImageFolder
from torchvision.io import decode_image, write_png
from torchvision.transforms import v2

# %% folder
torch.manual_seed(0)
temporary = tempfile.TemporaryDirectory()
folder = Path(temporary.name)
digits = load_digits()
for part, first, end in (("train", 0, 1156), ("val", 1157, 1415)):
    lines = [["file", "sum", "digits"]]
    pairs = (first + torch.randperm(end - first)).view(-1, 2)
    for number, pair in enumerate(pairs.tolist()):
        name = f"{part}_{number:03}.png"
        left, right = torch.tensor(digits.images[pair] * 15)
        image = torch.cat([left, right], dim=1)  # (8, 16)
        write_png(image.unsqueeze(0).to(torch.uint8), str(folder / name))
        a, b = digits.target[pair]
        lines.append([name, a + b, f"{a} {b}"])
    with open(folder / f"{part}.csv", "w", newline="") as file:
        csv.writer(file).writerows(lines)


# %% dataset
class CsvPictures(Dataset):
    def __init__(self, folder, csv_name, transform):
        self.folder = Path(folder)
        self.transform = transform
        with open(self.folder / csv_name, newline="") as file:
            self.rows = list(csv.DictReader(file))  # all values are text

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        row = self.rows[index]
        image = decode_image(str(self.folder / row["file"]), mode="GRAY")
        value = torch.tensor([float(row["sum"])])  # (1,), float32
        labels = torch.zeros(10)  # float32
        labels[[int(digit) for digit in row["digits"].split()]] = 1
        return self.transform(image), value, labels


# %% sample
to_float = v2.ToDtype(torch.float32, scale=True)  # 0..255 -> 0..1
train_set = CsvPictures(folder, "train.csv", to_float)
val_set = CsvPictures(folder, "val.csv", to_float)
image, value, labels = train_set[0]
print(len(train_set), "and", len(val_set), "samples;", train_set.rows[0])
print(tuple(image.shape), value, labels.int().tolist())

# %% batch
train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
images, values, labels = next(iter(train_loader))
print(tuple(images.shape), tuple(values.shape), values.dtype, labels.shape)


# %% train
def train(outputs, criterion, column):
    torch.manual_seed(0)
    layers = nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, outputs)
    model = nn.Sequential(nn.Flatten(), *layers)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    for _ in range(20):
        for batch in train_loader:  # images, values, labels
            loss = criterion(model(batch[0]), batch[column])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


# %% measure
images, values, labels = next(iter(DataLoader(val_set, len(val_set))))
with torch.no_grad():
    sums = train(1, nn.MSELoss(), 1)(images)  # (B, 1)
    logits = train(10, nn.BCEWithLogitsLoss(), 2)(images)  # (B, 10)
mean = sum(float(row["sum"]) for row in train_set.rows) / len(train_set)
error = (sums - values).square().mean().sqrt().item()
mean_error = (mean - values).square().mean().sqrt().item()
found = (logits > 0)[labels == 1].float().mean().item()
print(error, mean_error, found, (logits > 0).float().sum(1).mean())
