"""See a run: optimizer and model in order, curves, TensorBoard's files.

Shapes: B pictures of a batch; a picture is (64,), there are 10 classes
Needs: torch 2.11 or newer, matplotlib, scikit-learn, tensorboard
Run: python seeing_a_run.py
Source: PyTorch documentation, pages torch.optim, torch.nn.Module and
torch.utils.tensorboard; TensorBoard, pull request 6638
"""

import shutil
import sys
import tempfile
from pathlib import Path
from subprocess import PIPE, run

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from tensorboard.backend.event_processing import event_accumulator
from torch import nn
from torch.optim import SGD
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.tensorboard import SummaryWriter

torch.manual_seed(0)
digits = load_digits()
images = torch.tensor(digits.data, dtype=torch.float32) / 16  # (N, 64)
labels = torch.tensor(digits.target)  # (N,)
train_data = TensorDataset(images[:1157], labels[:1157])  # forms 1-9
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
val_images, val_labels = images[1157:1415], labels[1157:1415]  # 10-11
criterion = nn.CrossEntropyLoss()


def train_epoch(model, loader, criterion, optimizer):
    model.train()
    total_loss = 0.0
    for images, labels in loader:
        loss = criterion(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(labels)
    return total_loss / len(loader.dataset)


@torch.no_grad()
def evaluate(model, images, labels, criterion):
    logits = model.eval()(images)  # (B, 64) -> (B, 10)
    correct = (logits.argmax(dim=1) == labels).sum().item()
    return criterion(logits, labels).item(), correct / len(labels)


# %% order
model = nn.Sequential()
try:
    SGD(model.parameters(), lr=0.1)  # no layer, no parameter
except ValueError as error:
    raised = type(error).__name__
    print(f"{raised}: {error}")

model = nn.Sequential(nn.Linear(64, 32), nn.ReLU())
optimizer = SGD(model.parameters(), lr=0.1)
model.append(nn.Linear(32, 10))  # the optimizer never hears of it
before = [layer.weight.clone() for layer in (model[0], model[2])]
train_epoch(model, train_loader, criterion, optimizer)
first_moved = not torch.equal(before[0], model[0].weight)
later_moved = not torch.equal(before[1], model[2].weight)
print("moved: first layer", first_moved, " later layer", later_moved)

# %% kept
parameters = list(model.parameters())
model.load_state_dict(model.state_dict())
model.double().float()
pairs = zip(parameters, model.parameters(), strict=True)
still_the_same = all(old is new for old, new in pairs)
print("after loading and converting, the same parameters:", still_the_same)

# %% train
optimizer = SGD(model.parameters(), lr=0.1)  # after the last layer
validation = val_images, val_labels, criterion
history = [(*evaluate(model, *validation), None)]
for _ in range(15):
    train_loss = train_epoch(model, train_loader, criterion, optimizer)
    history.append((*evaluate(model, *validation), train_loss))
val_losses, accuracies, train_losses = zip(*history, strict=True)

# %% curves
_, (left, right) = plt.subplots(1, 2, num="curves", figsize=(5, 2.4))
left.plot(range(1, 16), train_losses[1:], label="training")
left.plot(val_losses, label="validation")
left.set(xlabel="epoch", ylabel="loss", ylim=(0, None))
left.legend()
right.plot(accuracies)
right.set(xlabel="epoch", ylabel="validation accuracy", ylim=(0, 1))

# %% write
temporary = tempfile.TemporaryDirectory()
logs = Path(temporary.name, "logs")
with SummaryWriter(logs) as writer:
    for epoch, loss in enumerate(val_losses):
        writer.add_scalar("loss/validation", loss, epoch)
print("files:", len(list(logs.iterdir())))


# %% read_back
def read(folder):
    events = event_accumulator.EventAccumulator(str(folder)).Reload()
    return [(e.step, e.value) for e in events.Scalars("loss/validation")]


written = [*enumerate(torch.tensor(val_losses).tolist())]  # as float32
equal = read(logs) == written
copied = Path(shutil.copytree(logs, Path(temporary.name, "elsewhere")))
copy_equal = read(copied) == written
print("read back:", equal, " from a copied folder:", copy_equal)

# %% hosted
upload = ["-m", "tensorboard.main", "dev", "upload"]
refusal = run([sys.executable, *upload], stderr=PIPE, text=True)
refused = refusal.returncode != 0
print(next(x for x in refusal.stderr.splitlines() if x.startswith("ERROR")))
temporary.cleanup()

# %% show
plt.show()
