"""Make a Dataset of a CSV file: a number, several labels, names of classes.

Shapes: B batch; a picture is (1, 8, 16), a sum (1,), labels are (10,)
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
from PIL import Image
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset, Subset
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except (OSError, RuntimeError, ValueError) as error:
        print(f"{type(error).__name__}: {error}".replace(str(folder), "..."))


# %% folder
torch.manual_seed(0)
temporary = tempfile.TemporaryDirectory()
folder = Path(temporary.name)
digits = load_digits()
lines = ["file,sum,digits"]
for first in range(0, 386, 2):  # two digits side by side
    pair = torch.tensor(digits.images[first : first + 2] * 15).byte()
    image = v2.functional.to_pil_image(torch.hstack([*pair]))  # (8, 16)
    image.save(folder / f"{first:03}.png")
    a, b = digits.target[first : first + 2]
    lines.append(f"{first:03}.png,{a + b},{a} {b}")
(folder / "pictures.csv").write_text("\n".join(lines))


# %% dataset
class CsvPictures(Dataset):
    def __init__(self, folder, csv_name, transform):
        self.folder, self.transform = Path(folder), transform
        with open(self.folder / csv_name, newline="") as file:
            self.rows = list(csv.DictReader(file))  # all values are text

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        row = self.rows[index]
        image = Image.open(self.folder / row["file"]).convert("L")  # grey
        value = torch.tensor([float(row["sum"])])  # (1,), float32
        labels = torch.zeros(10)  # float32
        labels[[int(digit) for digit in row["digits"].split()]] = 1
        return self.transform(image), value, labels


# %% sample
# A PIL image of 0..255 -> (1, 8, 16), 0..1
to_float = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])
dataset = CsvPictures(folder, "pictures.csv", to_float)
image, value, labels = dataset[2]
print(len(dataset), "samples;", dataset.rows[2])
print(tuple(image.shape), value, labels.tolist())

# %% batch
train_set = Subset(dataset, range(128))  # forms 1-2
val_set = Subset(dataset, range(128, 193))  # form 3
images, values, labels = next(iter(DataLoader(train_set, 32, shuffle=True)))
print(tuple(images.shape), tuple(values.shape), tuple(labels.shape))

# %% losses
outputs = torch.zeros(32, 11)  # of a network with 11 outputs
value_loss = nn.MSELoss()(outputs[:, :1], values)  # both (B, 1)
label_loss = nn.BCEWithLogitsLoss()(outputs[:, 1:], labels)  # both (B, 10)
with shows_error():
    nn.BCEWithLogitsLoss()(outputs[:, 1:], labels.long())

# %% classes
for name in ("1", "2", "10"):
    (folder / "rooms" / name).mkdir(parents=True)
train_rooms = ImageFolder(folder / "rooms", allow_empty=True)
(folder / "rooms" / "1").rmdir()  # as if validation lacked class 1
val_rooms = ImageFolder(folder / "rooms", allow_empty=True)
train_numbers, val_numbers = train_rooms.class_to_idx, val_rooms.class_to_idx
print("training", train_numbers, "validation", val_numbers)

# %% folder_errors
with shows_error():
    ImageFolder(folder / "rooms" / "2")  # no folders in it
with shows_error():
    ImageFolder(folder / "rooms")  # empty folders


# %% save
def make_model(classes):
    layers = nn.Flatten(), nn.Linear(128, 64), nn.ReLU()
    return nn.Sequential(*layers, nn.Linear(64, len(classes)))


model = make_model(train_numbers)
old = {"weights": model.state_dict(), "classes": list(train_numbers)}
torch.save(old, folder / "old.pt")

# %% new_class
saved = torch.load(folder / "old.pt")
classes = sorted([*saved["classes"], "15"])
with shows_error():
    make_model(classes).load_state_dict(saved["weights"])
model = make_model(saved["classes"])  # as it was saved
model.load_state_dict(saved["weights"])
old_head, new_head = model[-1], nn.Linear(64, len(classes))
rows = [classes.index(name) for name in saved["classes"]]
with torch.no_grad():
    old_logits = model(images)  # (B, 3)
    new_head.weight[rows] = old_head.weight
    new_head.bias[rows] = old_head.bias
    model[-1] = new_head
    kept = torch.allclose(model(images)[:, rows], old_logits)
print(classes, "old classes in rows", rows, "as before:", kept)
temporary.cleanup()
