"""Forecast the yearly sunspot number: RNN, LSTM, GRU against two baselines.

Shapes: N windows of W years, B batch, H hidden; one number a year
Needs: torch 2.11 or newer, matplotlib
Run: python sunspots.py --window 9 --seed 0
Source: WDC-SILSO, Royal Observatory of Belgium, yearly mean sunspot number
(first version), as in statsmodels.datasets.sunspots, public domain
"""

import argparse
import copy
import math
import sys

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

# 1700 to 2008, in tenths
TENTHS = """
50 110 160 230 360 580 290 200 100 80 30 0 0 20 110 270 470 630 600 390 280 260
220 110 210 400 780 1220 1030 730 470 350 110 50 160 340 700 810 1110 1010 730
400 200 160 50 110 220 400 600 809 834 477 478 307 122 96 102 324 476 540 629
859 612 451 364 209 114 378 698 1061 1008 816 665 348 306 70 198 925 1544 1259
848 681 385 228 102 241 829 1320 1309 1181 899 666 600 469 410 213 160 64 41 68
145 340 450 431 475 422 281 101 81 25 0 14 50 122 139 354 458 411 301 239 156 66
40 18 85 166 363 496 642 670 709 478 275 85 132 569 1215 1383 1032 857 646 367
242 107 150 401 615 985 1247 963 666 645 541 390 206 67 43 227 548 938 958 772
591 440 470 305 163 73 376 740 1390 1112 1016 662 447 170 113 124 34 60 323 543
597 637 635 522 254 131 68 63 71 356 730 851 780 640 418 262 267 121 95 27 50
244 420 635 538 620 485 439 186 57 36 14 96 474 571 1039 806 636 376 261 142 58
167 443 639 690 778 649 357 212 111 57 87 361 797 1144 1096 888 678 475 306 163
96 332 926 1516 1363 1347 839 694 315 139 44 380 1417 1902 1848 1590 1123 539
376 279 102 151 470 938 1059 1055 1045 666 689 380 345 155 126 275 925 1554 1546
1404 1159 666 459 179 134 294 1002 1576 1426 1457 943 546 299 175 86 215 643 933
1196 1110 1040 637 404 298 152 75 29
"""
KINDS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
STEPS = 11  # years ahead, about one cycle
SHOWN = ("validation", "same_year", "year_before", "five_ahead", "swing")


def make_windows(series, window):
    """Return each window of years, and the year after it."""
    rows = series.unfold(0, window + 1, step=1)  # (N, W + 1)
    return rows[:, :window].unsqueeze(2), rows[:, window:]  # (N, W, 1), (N, 1)


def split_in_time(series, window):
    """Train on years before 1900, validate to 1949, keep the rest."""
    inputs, targets = make_windows(series, window)
    first = 200 - window  # the window whose target is 1900
    parts = slice(first), slice(first, first + 50), slice(first + 50, None)
    return [TensorDataset(inputs[part], targets[part]) for part in parts]


class Forecaster(nn.Module):
    def __init__(self, kind, hidden=16):
        super().__init__()
        self.recurrent = kind(1, hidden, batch_first=True)
        self.head = nn.Linear(hidden, 1)

    def forward(self, inputs):
        output, _ = self.recurrent(inputs)  # (B, W, 1) -> (B, W, H)
        return self.head(output[:, -1])  # (B, H) -> (B, 1)


def fit_autoregression(inputs, targets):
    """Weigh the years of a window by least squares."""

    def columns(inputs):
        return torch.cat([inputs.squeeze(2), torch.ones(len(inputs), 1)], 1)

    weights = torch.linalg.lstsq(columns(inputs), targets).solution
    return lambda inputs: columns(inputs) @ weights  # (B, W + 1) -> (B, 1)


def rmse(predictions, targets):
    return (predictions - targets).square().mean().sqrt().item()


@torch.no_grad()
def forecast(model, inputs, steps):
    """Feed each prediction back as the newest year."""
    predictions = []
    for _ in range(steps):
        predictions.append(model(inputs))  # (N, 1)
        inputs = torch.cat([inputs[:, 1:], predictions[-1].unsqueeze(2)], 1)
    return torch.cat(predictions, dim=1)  # (N, steps)


def train_windows(model, loader, criterion, optimizer):
    """Learn from each window once; return the mean loss."""
    model.train()
    total_loss = 0.0
    for inputs, targets in loader:
        loss = criterion(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * len(targets)
    return total_loss / len(loader.dataset)


def fit(kind, rate, train_data, val_data, args):
    """Return the model of the best epoch and its validation error."""
    torch.manual_seed(args.seed)
    model, best_error = Forecaster(kind).to(args.device), math.inf
    train_loader = DataLoader(train_data, batch_size=32, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    val_inputs, val_targets = val_data.tensors
    print(f"rate {rate:<5g}", end="\r", file=sys.stderr, flush=True)
    for _ in range(args.epochs):
        loss = train_windows(model, train_loader, nn.MSELoss(), optimizer)
        if not math.isfinite(loss):
            raise SystemExit("loss is not finite: lower the learning rate")
        error = rmse(forecast(model, val_inputs, 1), val_targets)
        if error < best_error:
            best_error, best = error, copy.deepcopy(model)
    return best, best_error


def choose(kind, train_data, val_data, args):
    """Try each rate; return the best model and the errors of all."""
    runs = [fit(kind, rate, train_data, val_data, args) for rate in args.rates]
    return min(runs, key=lambda run: run[1])[0], [error for _, error in runs]


def measure(models, data, mean, std):
    """Compare with the years that came, in sunspots."""
    inputs, targets = data.tensors
    truth = targets[:, 0] * std + mean  # (N,)
    results, n = {"truth": truth.tolist()}, len(truth)
    for name, model in models.items():
        predictions = forecast(model, inputs, STEPS) * std + mean
        columns = enumerate(predictions.T)  # each (N,)
        ahead = [rmse(each[: n - k], truth[k:]) for k, each in columns]
        years = predictions[:, 0]  # (N,), one year ahead
        results[name] = {"same_year": ahead[0], "five_ahead": ahead[4]}
        results[name]["year_before"] = rmse(years[1:], truth[:-1])
        results[name]["swing"] = (years.std() / truth.std()).item()
        results[name] |= {"ahead": ahead, "years": years.tolist()}
    return results


def parse_arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--window", type=int, default=9, help="years seen (%(default)s)")
    add("--rates", type=float, nargs="+", default=[0.003, 0.01, 0.03])
    add("--epochs", type=int, default=40, help="(%(default)s)")
    add("--seed", type=int, default=0, help="(%(default)s)")
    add("--device", default="cpu", help="(%(default)s)")
    add("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    return parser.parse_args(argv)


def main(argv=None):
    args = parse_arguments(argv)
    # 309 years
    raw = torch.tensor([*map(int, TENTHS.split())], device=args.device) / 10
    mean, std = raw[:200].mean(), raw[:200].std()  # training years only
    parts = split_in_time((raw - mean) / std, args.window)
    train_data, val_data, test_data = parts
    models = {"last_value": lambda inputs: inputs[:, -1]}  # (B, W, 1) -> (B, 1)
    models["autoregression"] = fit_autoregression(*train_data.tensors)
    rates = {}
    for name, kind in KINDS.items():
        models[name], errors = choose(kind, train_data, val_data, args)
        rates[name] = [error * std.item() for error in errors]
    raw_data, raw_val_data, _ = split_in_time(raw, args.window)  # unscaled
    flat, _ = fit(nn.LSTM, args.rates[0], raw_data, raw_val_data, args)
    models["unscaled"] = lambda x: (flat(x * std + mean) - mean) / std
    validation = measure(models, val_data, mean, std)
    results = measure(models, test_data, mean, std)
    for name in models:
        results[name]["validation"] = validation[name]["same_year"]
        shown = [f"{key} {results[name][key]:.2f}" for key in SHOWN]
        print(f"{name:14}", *shown, sep="  ")
    return {**results, "rates": rates, "tried": args.rates}


def draw(results):
    """Draw the test years, and the error over the years ahead."""
    years = range(2009 - len(results["truth"]), 2009)
    for shown in (["last_value", "lstm"], ["unscaled"]):
        _, axes = plt.subplots(num=shown[-1])
        axes.plot(years, results["truth"], label="truth")
        for name in shown:
            axes.plot(years, results[name]["years"], label=name)
        axes.set(xlabel="year", ylabel="sunspots", ylim=(0, 300))
        axes.legend()
    _, axes = plt.subplots(num="ahead")
    for name in ("last_value", "autoregression", "lstm"):
        axes.plot(range(1, 12), results[name]["ahead"], "o-", label=name)
    axes.set(xlabel="years ahead", ylabel="typical error", ylim=(0, None))
    axes.legend()


if __name__ == "__main__":
    draw(main())
    plt.show()
