"""What a first autoencoder stumbles over: upsampling, loss, labels.

Shapes: B pictures of a batch; a picture is (1, 8, 8)
Needs: torch 2.11 or newer, scikit-learn
Run: python first_autoencoder.py
Source: PyTorch documentation, pages Upsample, MSELoss and BCELoss
"""

import contextlib
import textwrap

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

raised = {}  # what each line ended with


@contextlib.contextmanager
def shows_error(name):
    try:
        yield
    except AttributeError as error:
        raised[name] = type(error).__name__
        print(textwrap.fill(f"{raised[name]}: {error}", 70))


digits = load_digits()
images = torch.tensor(digits.images, dtype=torch.float32) / 16  # 0..1
images = images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
labels = torch.tensor(digits.target)  # (N,)
train_images, val_images = images[:1157], images[1157:1415]


# %% encoder
def make_encoder():
    return nn.Sequential(  # as in a classifier
        nn.Conv2d(1, 8, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),  # (B, 8, 4, 4)
        nn.Conv2d(8, 8, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),  # (B, 8, 2, 2)
    )


codes = make_encoder()(images[:5])
print("code", tuple(codes.shape))

# %% upsample
with shows_error("upsampling"):
    nn.Upsampling(scale_factor=2)
enlarge = nn.Upsample(scale_factor=2)
learned = sum(one.numel() for one in enlarge.parameters())
print("numbers that it learns:", learned)
halved = nn.Sequential(*[nn.MaxPool2d(2)] * 3)(torch.rand(1, 1, 28, 28))
back = nn.Upsample(scale_factor=8)(halved)  # 28, 14, 7, 3 and 24
print("28 becomes", halved.shape[-1], "and then", back.shape[-1])


# %% training
def learn(criterion, seed, labels):
    torch.manual_seed(seed)
    model = nn.Sequential(
        make_encoder(),
        nn.Upsample(scale_factor=2),
        nn.Conv2d(8, 8, 3, padding=1),
        nn.ReLU(),
        nn.Upsample(scale_factor=2),
        nn.Conv2d(8, 1, 3, padding=1),
        nn.Sigmoid(),  # 0..1, as the pictures
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    data = TensorDataset(train_images, labels)
    for _ in range(6):
        for batch, _ in DataLoader(data, 64, shuffle=True):
            loss = criterion(model(batch), batch)  # the target is the input
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


# %% losses
mse = nn.MSELoss()
copied = {"MSELoss": [], "BCELoss": []}  # error of the copies
for seed in range(3):
    for name, found in copied.items():
        model = learn(getattr(nn, name)(), seed, labels[:1157])
        with torch.no_grad():
            found.append(mse(model(val_images), val_images).item())
mean_picture = train_images.mean(dim=0).expand_as(val_images)
guess = mse(mean_picture, val_images).item()
for name, found in copied.items():
    print(name, *(f"{error:.3f}" for error in found))
print(f"mean picture {guess:.3f}")

# %% no_labels
shuffled = labels[:1157][torch.arange(1156, -1, -1)]
one, other = (
    learn(mse, 0, given).state_dict() for given in (labels[:1157], shuffled)
)
same_weights = all(torch.equal(one[name], other[name]) for name in one)
print("other labels, the same weights:", same_weights)

# %% look
copies = model(val_images)
long_way = copies[3].permute(1, 2, 0).detach().cpu()[:, :, 0]
short_way = copies[3, 0].detach().cpu()  # (8, 8)
equal = torch.equal(long_way, short_way)
print(tuple(long_way.shape), "equal:", equal)
