"""Step 9, inference: read other writers' digits once, and say how well.

A small network is trained first; then come accuracy and its error, the
confusion matrix, precision and recall, and what bad input looks like.

Shapes: N test pictures, M mistakes; a picture is (1, 8, 8), 10 classes
Run: python inference.py
Source: PyTorch documentation, "torch.inference_mode", "Module.eval",
"BatchNorm2d"; data, scikit-learn's load_digits
"""

import copy
import textwrap

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn


class SmallCNN(nn.Module):
    """Two convolutions, then one linear layer."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(),  # (B, 16, 8, 8)
            nn.Conv2d(16, 32, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(),  # (B, 32, 8, 8)
            nn.MaxPool2d(2),  # (B, 32, 4, 4)
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),  # (B, 512)
            nn.Dropout(0.2),
            nn.Linear(512, 10),  # (B, 10)
        )

    def forward(self, images):
        return self.classifier(self.features(images))


# %% train
torch.manual_seed(0)
digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32) / 16
images, labels = images.unsqueeze(1), torch.tensor(digits.target)
train_images, test_images = images.split([1400, 397])
train_labels, test_labels = labels.split([1400, 397])
model = SmallCNN()
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for _ in range(4):
    for batch in torch.randperm(1400).split(32):
        loss = nn.functional.cross_entropy(
            model(train_images[batch]), train_labels[batch]
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

# %% infer
model.eval()
with torch.inference_mode():
    logits = model(test_images)  # (N, 1, 8, 8) -> (N, 10)
predictions = logits.argmax(dim=1)  # (N, 10) -> (N,)
correct = predictions == test_labels
accuracy = correct.float().mean().item()
print(f"{len(test_labels)} pictures, accuracy {accuracy:.3f}")

# %% softmax
probabilities = logits.softmax(dim=1)  # each row sums to 1
same_answers = torch.equal(probabilities.argmax(dim=1), predictions)
confidence = probabilities.amax(dim=1)  # (N,)
sure_when_right = confidence[correct].mean().item()
sure_when_wrong = confidence[~correct].mean().item()
print(f"softmax changes no answer: {same_answers}")
print(f"largest probability: {sure_when_right:.2f} where right")
print(f"largest probability: {sure_when_wrong:.2f} where wrong")

# %% standard_error
test_size = len(test_labels)
standard_error = (accuracy * (1 - accuracy) / test_size) ** 0.5
low, high = accuracy - 1.96 * standard_error, accuracy + 1.96 * standard_error
print(f"standard error {standard_error:.4f}")
print(f"95 % interval {low:.3f} to {high:.3f}")


# %% confusion
def confusion_matrix(labels: Tensor, predictions: Tensor) -> Tensor:
    """Step 9: count pictures; row: true label, column: label read."""
    pairs = labels * 10 + predictions  # (N,), values 0..99
    return torch.bincount(pairs, minlength=100).reshape(10, 10)


table = confusion_matrix(test_labels, predictions)  # (10, 10)
confusion = table.tolist()
print(f"on the diagonal: {table.trace() / table.sum():.3f}")

# %% by_class
recall = table.diagonal() / table.sum(dim=1)  # row: true digit
precision = table.diagonal() / table.sum(dim=0)  # column: digit read
print("digit recall precision")
for digit in range(10):
    print(f"{digit:5} {recall[digit]:6.2f} {precision[digit]:9.2f}")
recalls, precisions = recall.tolist(), precision.tolist()

# %% mistakes
wrong = (~correct).nonzero().flatten()  # (M,)
pairs = zip(test_labels[wrong], predictions[wrong], strict=True)
captions = [f"{label} -> {read}" for label, read in pairs]
pictures = (test_images[wrong, 0] * 16).int().tolist()  # (M, 8, 8)
sure_of_mistakes = confidence[wrong].tolist()


# %% forgotten_eval
def read_five_times(model, order):
    """Return (5, N) answers, read in batches of 8 in the given order."""
    batches = [test_images[part] for part in order.split(8)] * 5
    with torch.inference_mode():
        answers = torch.cat([model(batch).argmax(dim=1) for batch in batches])
    return answers.reshape(5, 397)[:, order.argsort()]


mixed, sorted_by_class = torch.arange(397), test_labels.argsort(stable=True)
careless = copy.deepcopy(model).train()  # eval() was forgotten
mode_accuracies, steady_shares = [], []
for name, reader, order in (
    ("eval()", model, mixed),
    ("train()", careless, mixed),
    ("train(), sorted by class", careless, sorted_by_class),
):
    answers = read_five_times(reader, order)
    mode_accuracies.append((answers == test_labels).float().mean().item())
    steady = (answers == answers[0]).all(dim=0)  # (N,)
    steady_shares.append(steady.float().mean().item())
    print(f"{name}: accuracy {mode_accuracies[-1]:.3f}", end=", ")
    print(f"the same answer five times {steady_shares[-1]:.3f}")
before = model.features[1].num_batches_tracked.item()
after = careless.features[1].num_batches_tracked.item()
extra_batches = after - before
print(f"{extra_batches} batches changed the statistics of batch norm")

# %% coin_flips
torch.manual_seed(0)
coins = torch.randint(2, (500, 1, 397))  # 500 test sets, true labels
guesses = torch.randint(2, (500, 20, 397))  # 20 runs that only guess
scores = (guesses == coins).float().mean(dim=2)  # (500, 20)
chosen_best = scores.amax(dim=1).mean().item()
all_runs = scores.mean().item()
best = scores.argmax(dim=1)  # (500,)
new_coins = torch.randint(2, (500, 397))
winners = guesses[torch.arange(500), best]  # (500, 397)
best_on_new = (winners == new_coins).float().mean().item()
print(f"all runs: {all_runs:.3f}")
print(f"the best of 20, on the same pictures: {chosen_best:.3f}")
print(f"the same run, on new pictures: {best_on_new:.3f}")

# %% one_picture
picture = test_images[0]  # (1, 8, 8): no batch
with torch.inference_mode():
    one_logits = model(picture.unsqueeze(0))  # (1, 1, 8, 8) -> (1, 10)
read, label = one_logits.argmax(dim=1).item(), test_labels[0].item()
print(f"read as {read}, label {label}")

# %% errors
elsewhere = torch.device("meta")  # stands for an accelerator
attempts = (
    lambda: model(picture),
    lambda: model(test_images.squeeze(1)),
    lambda: model(test_images.double()),
    lambda: model((test_images * 16).byte()),
    lambda: model(test_images.to(elsewhere)),
    lambda: predictions.to(elsewhere).numpy(),
    lambda: model(test_images).numpy(),
    lambda: logits.requires_grad_(),
)
for number, attempt in enumerate(attempts, 1):
    try:
        attempt()
    except (RuntimeError, TypeError, ValueError) as error:
        message = f"{number} {type(error).__name__}: {error}"
        print(textwrap.fill(message, 70, subsequent_indent="  "))

# %% column_of_labels
column = test_labels.unsqueeze(1)  # (N, 1)
crossed = predictions == column  # (N, N), no error
crossed_accuracy = crossed.float().mean().item()
print(f"{tuple(crossed.shape)}: accuracy {crossed_accuracy:.3f}")
