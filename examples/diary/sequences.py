"""What a first LSTM stumbles over: windows, three axes, input_size.

Shapes: T steps, B sequences, F features a step, H hidden
Needs: torch 2.11 or newer
Run: python sequences.py
Source: PyTorch documentation, pages LSTM and Tensor.unfold
"""

import contextlib
import textwrap

import torch
from torch import nn

raised = {}  # what each line ended with


@contextlib.contextmanager
def shows_error(name):
    try:
        yield
    except (AttributeError, RuntimeError, ValueError) as error:
        raised[name] = type(error).__name__
        print(textwrap.fill(f"{raised[name]}: {error}", 70))


# %% windows
def make_windows(series, length):
    """Return windows of a series, and the value after each."""
    starts = range(len(series) - length)
    windows = torch.stack([series[start : start + length] for start in starts])
    return windows, series[length:]  # (N, T), (N,)


series = torch.sin(torch.arange(400) / 10)
windows, targets = make_windows(series, 20)
as_unfold = torch.equal(windows, series.unfold(0, 20, 1)[:-1])
print(tuple(windows.shape), tuple(targets.shape), " as unfold:", as_unfold)

# %% dimensions
torch.manual_seed(0)
lstm = nn.LSTM(input_size=3, hidden_size=5)
one_sequence = lstm(torch.rand(7, 3))[0]  # (T, F) -> (T, H)
print("one sequence, two axes", tuple(one_sequence.shape))
with shows_error("one_axis"):
    lstm(torch.rand(7))
with shows_error("array"):
    lstm(torch.rand(7, 2, 3).numpy())

# %% order
steps_first, (h_n, _) = lstm(torch.rand(7, 2, 3))  # (T, B, F)
print("output", tuple(steps_first.shape), " h_n", tuple(h_n.shape))
turned = nn.LSTM(3, 5, batch_first=True)
batch_first, (h_turned, _) = turned(torch.rand(2, 7, 3))  # (B, T, F)
print("output", tuple(batch_first.shape), " h_n", tuple(h_turned.shape))

# %% input_size
temperature = nn.LSTM(input_size=1, hidden_size=8)  # one number an hour
weather = nn.LSTM(input_size=3, hidden_size=8)  # three numbers an hour
counts = [
    sum(one.numel() for one in model.parameters())
    for model in (temperature, weather)
]
print("parameters", *counts)
short = temperature(torch.rand(5, 1))[0]  # five hours
long = temperature(torch.rand(50, 1))[0]  # fifty, the same layer
print("steps", len(short), "and", len(long))
with shows_error("input_size"):
    temperature(torch.rand(1, 5))  # five hours as one step
