"""Train and validate: two modes, exact means, and overfitting seen.

Shapes: B batch, N pictures; a picture is (1, 8, 8), there are 10 classes
Run: python train_and_validate.py
Source: PyTorch documentation, Autograd mechanics, Dropout, BatchNorm2d
"""

import copy
import statistics

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

# %% data
torch.manual_seed(0)
digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32) / 16
images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
labels = torch.tensor(digits.target)  # (N,)
train_data = TensorDataset(images[:1120], labels[:1120])
val_data = TensorDataset(images[1120:1400], labels[1120:1400])
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
val_loader = DataLoader(val_data, batch_size=64)
criterion = nn.CrossEntropyLoss()

# %% dropout
ones = torch.ones(1000)
dropout = nn.Dropout(0.5)
in_training = dropout.train()(ones)  # (1000,)
in_evaluation = dropout.eval()(ones)  # (1000,)
share_of_zeros = (in_training == 0).float().mean().item()
print(f"train() {in_training[:6].tolist()}  zeros {share_of_zeros:.1%}")
print(f"eval()  {in_evaluation[:6].tolist()}")

# %% train_a_little
model = nn.Sequential(
    nn.Conv2d(1, 16, kernel_size=3, padding=1, bias=False),
    nn.BatchNorm2d(16),
    nn.ReLU(),
    nn.MaxPool2d(2),  # (B, 16, 4, 4)
    nn.Flatten(),  # (B, 256)
    nn.Dropout(0.5),
    nn.Linear(256, 10),  # (B, 10)
)
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for epoch in range(1, 4):
    for batch, targets in train_loader:
        loss = criterion(model(batch), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"epoch {epoch}  loss of the last batch {loss.item():.3f}")

# %% forgotten_eval
val_images, val_labels = val_data.tensors
batch_norm = model[1]
mean_before = batch_norm.running_mean.clone()  # (16,)
with torch.no_grad():
    model.train()
    train_mode_losses = [
        criterion(model(val_images), val_labels).item() for _ in range(2)
    ]
    mean_moved = (batch_norm.running_mean - mean_before).abs().max().item()
    model.eval()
    eval_losses = [
        criterion(model(val_images), val_labels).item() for _ in range(2)
    ]
print("train()", " then ".join(f"{one:.3f}" for one in train_mode_losses))
print("eval() ", " then ".join(f"{one:.3f}" for one in eval_losses))
print(f"train() moved running_mean by up to {mean_moved:.3f}")

# %% one_picture
norm = nn.BatchNorm1d(10)
logits_of_one = model(images[:1])  # (1, 1, 8, 8) -> (1, 10)
try:
    norm(logits_of_one)
except ValueError as error:
    print(f"ValueError: {error}")
print("in eval():", tuple(norm.eval()(logits_of_one).shape))

# %% no_grad
logits = model(val_images)  # (280, 1, 8, 8) -> (280, 10)
with torch.no_grad():
    logits_without_graph = model(val_images)  # (280, 10)
print("eval() alone:", logits.requires_grad, type(logits.grad_fn).__name__)
print("no_grad():   ", logits_without_graph.requires_grad, end=" ")
print(logits_without_graph.grad_fn)
try:
    criterion(logits_without_graph, val_labels).backward()
except RuntimeError as error:
    print(f"RuntimeError: {error}")

# %% forgotten_train
model.eval()  # as evaluate() leaves it
batches_seen_before = batch_norm.num_batches_tracked.item()
model(images[:64])
batches_seen_in_eval = batch_norm.num_batches_tracked.item()
model.train()
model(images[:64])
batches_seen_in_train = batch_norm.num_batches_tracked.item()
print(f"batches that BatchNorm has seen: {batches_seen_before}")
print(f"after one more in eval():  {batches_seen_in_eval}")
print(f"after one more in train(): {batches_seen_in_train}")

# %% forgotten_zero_grad
x = torch.linspace(-1, 1, 64).unsqueeze(1)  # (64, 1)
y = 2 * x + 1  # (64, 1)
line_losses = {}
for clears in (False, True):
    torch.manual_seed(1)  # same start for both
    line = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(line.parameters(), lr=0.1)
    losses = []
    for _ in range(50):
        if clears:
            optimizer.zero_grad()
        loss = nn.functional.mse_loss(line(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    line_losses["cleared" if clears else "forgotten"] = losses
    print(f"zero_grad {clears!s:5}", *(f"{one:.3f}" for one in losses[::7]))

# %% mean_of_batches
batch_sizes, batch_accuracies, correct = [], [], 0
model.eval()
with torch.no_grad():
    for batch, targets in val_loader:
        hits = (model(batch).argmax(dim=1) == targets).sum().item()
        batch_sizes.append(len(targets))
        batch_accuracies.append(hits / len(targets))
        correct += hits
unweighted_accuracy = statistics.mean(batch_accuracies)
exact_accuracy = correct / len(val_data)
print("batch sizes", batch_sizes)
print(f"mean of the batch accuracies {unweighted_accuracy:.3%}")
print(f"right pictures / pictures    {exact_accuracy:.3%}")

# %% item
model.train()
total, total_with_item = 0, 0.0
for batch, targets in train_loader:
    loss = criterion(model(batch), targets)  # ()
    total += loss
    total_with_item += loss.item()
losses_held, node = 0, total.grad_fn
while node.name() == "AddBackward0":
    losses_held, node = losses_held + 1, node.next_functions[0][0]
print(f"sum of losses: {type(total).__name__} that holds {losses_held} graphs")
print(f"with .item():  {type(total_with_item).__name__}")


# %% overfitting
def overfit(seed, epochs=100):
    """Learn 200 pictures with 40 wrong labels; keep the best state."""
    torch.manual_seed(seed)
    noisy_labels = labels[:200].clone()  # (200,)
    wrong = torch.randperm(200)[:40]
    noisy_labels[wrong] = (labels[wrong] + torch.randint(1, 10, (40,))) % 10
    network = nn.Sequential(
        nn.Flatten(), nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10)
    )
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    history = {"train_loss": [], "val_loss": []}
    for _ in range(epochs):
        for part in torch.randperm(200).split(50):
            loss = criterion(network(images[part]), noisy_labels[part])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            train_loss = criterion(network(images[:200]), noisy_labels).item()
            val_loss = criterion(network(val_images), val_labels).item()
        history["train_loss"].append(train_loss)
        history["val_loss"].append(val_loss)
        if val_loss == min(history["val_loss"]):
            best_state = copy.deepcopy(network.state_dict())
    return network, history, best_state


network, overfit_history, best_state = overfit(seed=0)
val_losses = overfit_history["val_loss"]
overfit_history["epoch"] = list(range(1, len(val_losses) + 1))
best_val_loss, last_val_loss = min(val_losses), val_losses[-1]
best_epoch, last_epoch = val_losses.index(best_val_loss) + 1, len(val_losses)
best_train_loss = overfit_history["train_loss"][best_epoch - 1]
last_train_loss = overfit_history["train_loss"][-1]
for epoch in (1, 30, 60, 100):
    train_loss = overfit_history["train_loss"][epoch - 1]
    val_loss = overfit_history["val_loss"][epoch - 1]
    print(f"epoch {epoch:3}  train {train_loss:.3f}  val {val_loss:.3f}")


# %% restore
def accuracy_of(network):
    with torch.no_grad():
        hits = network(val_images).argmax(dim=1) == val_labels  # (280,)
    return hits.float().mean().item()


last_accuracies, best_accuracies = [], []
for seed in range(5):
    network, _, best_state = overfit(seed)
    last_accuracies.append(accuracy_of(network))
    network.load_state_dict(best_state)
    best_accuracies.append(accuracy_of(network))
    print(f"seed {seed}  last epoch {last_accuracies[-1]:.1%}", end="  ")
    print(f"best epoch {best_accuracies[-1]:.1%}")
last_mean = statistics.mean(last_accuracies)
last_std = statistics.stdev(last_accuracies)
best_mean = statistics.mean(best_accuracies)
best_std = statistics.stdev(best_accuracies)

# %% not_a_copy
saved = network.state_dict()
copied = copy.deepcopy(saved)
with torch.no_grad():
    network[1].weight.zero_()
same_as_now = torch.equal(saved["1.weight"], network[1].weight)
copy_kept = not torch.equal(copied["1.weight"], network[1].weight)
print("state_dict() changed with the model:", same_as_now)
print("deepcopy kept the old weights:      ", copy_kept)
