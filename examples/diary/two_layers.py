"""Two layers by hand, the chain rule, and layers without activation.

Shapes: N samples
Needs: torch 2.11 or newer, matplotlib
Run: python two_layers.py
Source: PyTorch documentation, pages Autograd mechanics, Linear and Tanh
"""

import matplotlib.pyplot as plt
import torch
from torch import nn

torch.manual_seed(0)

# %% forward_by_hand
first, second = nn.Linear(3, 4), nn.Linear(4, 2)
x, aims = torch.randn(5, 3), torch.randn(5, 2)  # (N, 3) and (N, 2)
outputs = second(torch.tanh(first(x)))  # (N, 2)
hidden = torch.tanh(x @ first.weight.T + first.bias)  # weight, bias, tanh
by_hand = hidden @ second.weight.T + second.bias  # the next layer
forward_agrees = torch.allclose(outputs, by_hand, atol=1e-6)
print("forward by hand agrees", forward_agrees)

# %% chain_rule
nn.functional.mse_loss(outputs, aims).backward()
with torch.no_grad():
    at_output = 2 * (by_hand - aims) / aims.numel()  # (N, 2), of the loss
    of_second = at_output.T @ hidden  # (2, 4)
    at_hidden = at_output @ second.weight * (1 - hidden**2)  # (N, 4)
    of_first = at_hidden.T @ x  # (4, 3)
pairs = [(first.weight.grad, of_first), (second.weight.grad, of_second)]
chain_agrees = [torch.allclose(*pair, atol=1e-6) for pair in pairs]
print("gradients by hand agree", *chain_agrees)

# %% no_hidden_layer
single = nn.Linear(64, 10)
adjusted = sum(p.numel() for p in single.parameters())
single(torch.ones(1, 64)).square().sum().backward()
moved = sum(p.grad.count_nonzero().item() for p in single.parameters())
print(f"without a hidden layer: {adjusted} numbers, {moved} with a gradient")

# %% without_activation
weight = second.weight @ first.weight  # (2, 3)
bias = second.weight @ first.bias + second.bias  # (2,)
plain = second(first(x))
collapses = torch.allclose(plain, x @ weight.T + bias, atol=1e-6)
stays = not torch.allclose(outputs, x @ weight.T + bias, atol=0.01)
print("two layers are one", collapses, " with tanh they are not", stays)

# %% training
corners = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
different = torch.tensor([[0.0], [1.0], [1.0], [0.0]])  # of the two numbers


def learn(activation, seed):
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(2, 8), activation, nn.Linear(8, 1))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(300):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(corners), different).backward()
        optimizer.step()
    return model


# %% exclusive_or
side = torch.linspace(-0.5, 1.5, 21)
places = torch.cartesian_prod(side, side).flip(1)  # (441, 2)
_, panels = plt.subplots(1, 2, num="exclusive_or", figsize=(5, 2.4))
left = {}  # loss of each seed
ways = {"no activation": nn.Identity(), "tanh": nn.Tanh()}
for axes, (name, activation) in zip(panels, ways.items(), strict=True):
    models = [learn(activation, seed) for seed in range(5)]
    errors = [model(corners) - different for model in models]
    left[name] = [one.square().mean().item() for one in errors]
    print(f"{name:13} loss", *(f"{loss:.2f}" for loss in left[name]))
    heights = models[0](places).detach().view(21, 21)
    box = (-0.5, 1.5, -0.5, 1.5)
    axes.imshow(heights, origin="lower", extent=box, vmin=-0.2, vmax=1.2)
    axes.set_title(name)
    for place, answer in zip(corners.tolist(), different.tolist(), strict=True):
        axes.text(*place, f"{answer[0]:.0f}", ha="center", va="center")

# %% show
plt.show()
