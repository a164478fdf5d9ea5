"""See which recurrent network still knows the first sign after many steps.

Shapes: B sequences of T signs, -1 or 1: (B, T, 1); H hidden numbers
Needs: torch 2.11 or newer
Run: python long_memory.py --length 30 --updates 300 --seed 0
Source: Hochreiter and Schmidhuber 1997, https://doi.org/10.1162/neco.1997.9.8.1735;
a large bias of the forget gate: Jozefowicz et al. 2015, ICML
"""

import argparse
import math
import sys

import torch
from torch import nn

RATES = (0.003, 0.01, 0.03, 0.1, 0.3)
HIDDEN = 16


def make_layer(way):
    if way == "rnn":
        return nn.RNN(1, HIDDEN, batch_first=True)
    layer = nn.LSTM(1, HIDDEN, batch_first=True)
    if way == "lstm_keeps":
        with torch.no_grad():  # gates: input, forget, cell, output
            layer.bias_ih_l0[HIDDEN : 2 * HIDDEN] = 3  # forget nothing yet
    return layer


def make_batch(size, args):
    """Return random signs, and as label whether the first one is 1."""
    shape = (size, args.length, 1)  # (B, T, 1)
    signs = torch.randint(2, shape, device=args.device) * 2.0 - 1
    return signs, (signs[:, 0, 0] > 0).long()  # (B,)


def recall(way, rate, args):
    """Train, and return the share of new sequences that are answered right."""
    torch.manual_seed(args.seed)
    layer = make_layer(way).to(args.device)
    head = nn.Linear(HIDDEN, 2).to(args.device)
    parameters = [*layer.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=rate)
    print(f"rate {rate:<5g}", end="\r", file=sys.stderr, flush=True)
    for _ in range(args.updates):
        signs, labels = make_batch(32, args)
        output, _ = layer(signs)  # (B, T, H)
        loss = nn.functional.cross_entropy(head(output[:, -1]), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if not math.isfinite(loss.item()):
        raise SystemExit("the loss is not finite: lower the rates")
    with torch.no_grad():
        signs, labels = make_batch(1000, args)
        predictions = head(layer(signs)[0][:, -1]).argmax(dim=1)
    return (predictions == labels).float().mean().item()


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--length", type=int, default=30, help="signs (%(default)s)")
    add("--updates", type=int, default=300, help="(%(default)s)")
    add("--rates", type=float, nargs="+", default=RATES, help="(%(default)s)")
    add("--seed", type=int, default=0, help="(%(default)s)")
    add("--device", default="cpu", help="(%(default)s)")
    add("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    return parser.parse_args(argv)


def main(argv=None):
    args = parse_arguments(argv)
    results = {}
    print("rates     ", *(f"{rate:6g}" for rate in args.rates))
    for way in ("rnn", "lstm", "lstm_keeps"):
        right = [recall(way, rate, args) for rate in args.rates]
        print(f"{way:10}", *(f"{one:6.1%}" for one in right))
        results[way] = {"right": right, "best": max(right)}
    return results | {"rates": [*args.rates], "length": args.length}


if __name__ == "__main__":
    main()
