"""Step 7, the optimizer: how a gradient becomes a change of the weights.

SGD, momentum and Adam are computed by hand and compared with torch.optim;
learning rates and orders of calls are measured on handwritten digits.

Shapes: B batch; a picture is 64 numbers, there are 10 classes
Run: python optimizer.py
Source: PyTorch documentation, "torch.optim", "SGD", "Adam", "RMSprop"
"""

import textwrap

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.optim import SGD, Adam, RMSprop

# %% by_hand
torch.manual_seed(0)
weight = torch.tensor([1.0, 2.0], requires_grad=True)
optimizer = SGD([weight], lr=0.1)
(weight**2).sum().backward()
expected = weight.detach() - 0.1 * weight.grad
optimizer.step()
print("gradient ", weight.grad)
print("by hand  ", expected)
print("optimizer", weight.detach())

# %% momentum
scalar = torch.tensor(1.0, requires_grad=True)
optimizer = SGD([scalar], lr=0.1, momentum=0.9)
by_hand, velocity = 1.0, 0.0
for step in range(1, 5):
    optimizer.zero_grad()
    (scalar**2).backward()
    optimizer.step()
    velocity = 0.9 * velocity + 2 * by_hand  # gradient of w * w: 2 w
    by_hand = by_hand - 0.1 * velocity
    print(f"step {step}: {by_hand:.4f} by hand, {scalar:.4f} by SGD")

# %% first_step
for gradient in (0.01, 1.0, 100.0):
    for rule in (SGD, Adam):
        scalar = torch.tensor(0.0, requires_grad=True)
        scalar.grad = torch.tensor(gradient)
        rule([scalar], lr=0.1).step()
        print(f"gradient {gradient}: {rule.__name__} moves {-scalar:.3f}")

# %% digits
digits = load_digits()
images = torch.tensor(digits.data[:1400], dtype=torch.float32) / 16
labels = torch.tensor(digits.target[:1400])
train_images, val_images = images.split([1200, 200])
train_labels, val_labels = labels.split([1200, 200])
criterion = nn.CrossEntropyLoss()


def make_model(seed):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def learn(model, optimizer, order="zero_grad backward step", batch_size=50):
    """Return the validation accuracy after each of ten epochs."""
    accuracies = []
    for _ in range(10):
        for batch in torch.randperm(1200).split(batch_size):
            loss = criterion(model(train_images[batch]), train_labels[batch])
            calls = {
                "zero_grad": optimizer.zero_grad,
                "backward": loss.backward,
                "step": optimizer.step,
            }
            for name in order.split():
                calls[name]()
        correct = model(val_images).argmax(dim=1) == val_labels
        accuracies.append(correct.float().mean().item())
    return accuracies


def mean_curve(rule, order="zero_grad backward step", size=50, **options):
    """Average what three models learn, from three seeds."""
    runs = []
    for seed in range(3):
        model = make_model(seed)
        optimizer = rule(model.parameters(), **options)
        runs.append(learn(model, optimizer, order, size))
    return torch.tensor(runs).mean(dim=0).tolist()


# %% learning_rates
epoch = list(range(1, 11))
rates = [0.001, 0.01, 0.1, 1.0, 10.0]
curves = [mean_curve(SGD, lr=rate) for rate in rates]
for rate, curve in zip(rates, curves, strict=True):
    print(f"lr={rate}: accuracy {curve[-1]:.3f}")
default_rate = SGD(make_model(0).parameters()).defaults["lr"]
print(f"SGD without lr takes {default_rate}")

# %% too_large
torch.manual_seed(0)
line = nn.Linear(64, 1)
optimizer = SGD(line.parameters(), lr=0.1)
for step in range(1, 401):
    outputs = line(train_images).squeeze(1)  # (B, 1) -> (B,)
    loss = nn.functional.mse_loss(outputs, train_labels.float())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step in (1, 2, 10, 50, 400):
        print(f"step {step}: loss {loss:.3g}")

# %% rules
plain = mean_curve(SGD, lr=0.1)[-1]
momentum = mean_curve(SGD, lr=0.1, momentum=0.9)[-1]
adam = mean_curve(Adam, lr=0.01)[-1]
adam_small = mean_curve(Adam, lr=0.001)[-1]
rmsprop = mean_curve(RMSprop, lr=0.01)[-1]
print(f"SGD {plain:.3f}, with momentum {momentum:.3f}")
print(f"Adam {adam:.3f}, with lr=0.001 {adam_small:.3f}")
print(f"RMSprop {rmsprop:.3f}")

# %% batch_sizes
sizes = [10, 50, 200]
same_rate = [mean_curve(SGD, size=n, lr=0.1)[-1] for n in sizes]
scaled_rate = [mean_curve(SGD, size=n, lr=0.002 * n)[-1] for n in sizes]
for size, same, scaled in zip(sizes, same_rate, scaled_rate, strict=True):
    print(f"batch {size}: {same:.3f}, rate scaled with it {scaled:.3f}")

# %% old_model
model = make_model(0)
optimizer = SGD(model.parameters(), lr=0.5)
model = make_model(1)  # the optimizer still holds the first
stale = learn(model, optimizer)
optimizer = SGD(model.parameters(), lr=0.5)
fresh = learn(model, optimizer)
print("old model's:", *[f"{value:.2f}" for value in stale])
print("this one's: ", *[f"{value:.2f}" for value in fresh])


# %% who_is_held
def count_held(optimizer, model):
    held = {id(one) for one in optimizer.param_groups[0]["params"]}
    return sum(id(one) in held for one in model.parameters())


model.load_state_dict(make_model(2).state_dict())
held_after_load = count_held(optimizer, model)
model.to(torch.float64)
held_after_dtype = count_held(optimizer, model)
model[2] = nn.Linear(32, 10)
held_after_new_layer = count_held(optimizer, model)
print(f"after load_state_dict: {held_after_load} of 4 held")
print(f"after to(float64):     {held_after_dtype} of 4 held")
print(f"after a new layer:     {held_after_new_layer} of 4 held")

# %% orders
orders = [
    "zero_grad backward step",
    "backward step zero_grad",
    "backward zero_grad step",
    "zero_grad step backward",
    "backward step",
]
order_accuracies = []
for order in orders:
    order_accuracies.append(mean_curve(SGD, order, lr=1.0)[-1])
    print(f"{order}: accuracy {order_accuracies[-1]:.2f}")

# %% step_too_early
try:
    mean_curve(SGD, "step zero_grad backward", lr=1.0)
except RuntimeError as error:
    print(textwrap.fill(f"RuntimeError: {error}", 70))

# %% zero_grad
model = make_model(0)
optimizer = SGD(model[2].parameters(), lr=0.1)  # the last layer only
first_norms, last_norms = [], []
for _ in range(3):
    optimizer.zero_grad()
    criterion(model(train_images), train_labels).backward()
    first_norms.append(model[0].weight.grad.norm().item())
    last_norms.append(model[2].weight.grad.norm().item())
print("first layer:", *[f"{norm:.3f}" for norm in first_norms])
print("last layer: ", *[f"{norm:.3f}" for norm in last_norms])
model.zero_grad()
print(f"after model.zero_grad(): {model[0].weight.grad}")

# %% state
model = make_model(0)
optimizer = Adam(model.parameters(), lr=0.01)
loss = criterion(model(train_images), train_labels)
loss.backward()
optimizer.step()
first_weight = model[0].weight
first_gradient = first_weight.grad
state = optimizer.state[first_weight]
average, square_average = state["exp_avg"], state["exp_avg_sq"]
print(f"for each parameter Adam keeps {sorted(state)}")

# %% errors
attempts = (
    lambda: SGD([], lr=0.1),
    lambda: torch.optim.RMSProp(model.parameters()),
    lambda: torch.optim.MomentumSGD(model.parameters()),
    lambda: make_model(0)[0].weight.grad.zero_(),
    lambda: optimizer.backward(),
)
for number, attempt in enumerate(attempts, 1):
    try:
        attempt()
    except (ValueError, AttributeError) as error:
        print(f"{number} {type(error).__name__}: {error}")
