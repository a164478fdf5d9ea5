"""LSTM: three axes of the input, the state, and when to detach it.

Shapes: B sequences, T steps, F features a step, H hidden
Needs: torch 2.11 or newer, matplotlib
Run: python lstm.py
Source: PyTorch documentation, pages LSTM, GRU and pack_padded_sequence
"""

import contextlib
import textwrap

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence


@contextlib.contextmanager
def shows_error():
    try:
        yield
    except (RuntimeError, ValueError) as error:
        print(textwrap.fill(f"{type(error).__name__}: {error}", 70))


# %% axes
torch.manual_seed(0)
inputs = torch.randn(12, 384, 768)  # (B, T, F): batch, time, features
lstm = nn.LSTM(input_size=768, hidden_size=8, batch_first=True)
output, (h_n, c_n) = lstm(inputs)
print("output", *output.shape)  # (B, T, H): every step
print("h_n   ", *h_n.shape, "  c_n", *c_n.shape)  # (1, B, H): the end

# %% input_size
for name, parameter in lstm.named_parameters():
    print(f"{name:12}", *parameter.shape)
print("five steps  ", *lstm(inputs[:, :5])[0].shape)
with shows_error():
    lstm(inputs.transpose(1, 2))  # (B, F, T)

# %% batch_first
numbers = torch.randn(4, 7, 3)  # the same numbers, read in two ways
for batch_first in (True, False):
    three = nn.LSTM(3, 5, 3, bidirectional=True, batch_first=batch_first)
    every, (h, c) = three(numbers)
    print(batch_first, " output", *every.shape, " h_n", *h.shape)


# %% task
def train(batch_first):
    torch.manual_seed(0)
    recurrent = nn.LSTM(1, 16, batch_first=batch_first)
    head = nn.Linear(16, 1)
    parameters = [*recurrent.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.01)
    losses = []
    for _ in range(200):
        windows = torch.randn(32, 6, 1)  # (B, T, F)
        steps, _ = recurrent(windows)
        loss = nn.functional.mse_loss(head(steps[:, -1]), windows.mean(dim=1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# %% swapped
right, swapped = train(batch_first=True), train(batch_first=False)
print(f"at the end: right {right[-1]:.4f}, swapped {swapped[-1]:.4f}")
figure, axes = plt.subplots(num="swapped")
axes.plot(swapped, label="axes swapped")
axes.plot(right, label="axes right")
axes.set(xlabel="update", ylabel="loss", ylim=(0, 0.35))
axes.legend()

# %% zeros
zeros = torch.zeros(1, 12, 8)  # (1, B, H), for h and for c
print("default:", torch.equal(output, lstm(inputs, (zeros, zeros))[0]))

# %% halves
first_half, state = lstm(inputs[:, :192])
second_half, _ = lstm(inputs[:, 192:], state)  # carried over
forgetful, _ = lstm(inputs[:, 192:])  # begins at zeros again
same = torch.allclose(second_half, output[:, 192:], atol=1e-6)
print("carried over, as in one go:", same)
difference = (forgetful - output[:, 192:]).abs().amax(dim=(0, 2))  # (T,)
print(f"zeros instead: off by {difference[0]:.2f} at first,", end=" ")
print(f"{difference[-1]:.2f} at the end")


# %% parts
series = torch.sin(torch.arange(201) / 5).reshape(1, 201, 1)  # one series
memory, head = nn.LSTM(1, 8, batch_first=True), nn.Linear(8, 1)


def learn_in_parts(detach):
    state = None  # zeros
    for begin in (0, 50, 100, 150):
        part = series[:, begin : begin + 51]  # (1, 51, 1)
        steps, state = memory(part[:, :-1], state)
        loss = nn.functional.mse_loss(head(steps), part[:, 1:])
        loss.backward()  # then an optimizer's step
        print("learned from part", begin // 50 + 1)
        if detach:
            state = tuple(one.detach() for one in state)  # h and c


# %% second_backward
with shows_error():
    learn_in_parts(detach=False)

# %% detach
learn_in_parts(detach=True)

# %% last
print("output[:, -1] is h_n[-1]:", torch.equal(output[:, -1], h_n[-1]))
every, (h, c) = nn.LSTM(3, 5, bidirectional=True, batch_first=True)(numbers)
print("two directions:", torch.equal(every[:, -1], torch.cat([*h], dim=1)))
both_ends = torch.cat([every[:, -1, :5], every[:, 0, 5:]], dim=1)
print("both ends:     ", torch.equal(both_ends, torch.cat([*h], dim=1)))

# %% padding
short = inputs[:1, :3]  # (1, 3, F)
padded = torch.cat([short, torch.zeros(1, 2, 768)], dim=1)  # (1, 5, F)
_, (wanted, _) = lstm(short)
last_step = lstm(padded)[0][:, -1]
packed = pack_padded_sequence(padded, [3], batch_first=True)
_, (h_packed, _) = lstm(packed)
print("last step:", torch.allclose(last_step, wanted[0], atol=1e-6))
print("packed:   ", torch.allclose(h_packed, wanted, atol=1e-6))

# %% show
plt.show()
