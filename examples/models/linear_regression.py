"""Linear regression on a CSV file: nan, a bias that stays put, and scaling.

Shapes: N rows, F columns that are inputs; x is (N, F), y is (N, 1)
Needs: torch 2.11 or newer, scikit-learn, matplotlib
Run: python linear_regression.py --data FILE --seed 0
Source: scikit-learn, load_diabetes; PyTorch documentation, torch.linalg.lstsq
"""

import argparse
import math
import tempfile

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_diabetes
from torch import nn


def write_csv(path):
    """Write what two thermometers in an oven say, a row each time."""
    celsius = torch.linspace(20, 250, 100)
    table = torch.stack([celsius, 1.8 * celsius + 32], dim=1)  # (100, 2)
    table[:, 1] += 3 * torch.randn(100)
    head = "celsius,fahrenheit"
    np.savetxt(path, table, "%.1f", ",", header=head, comments="")


def read_csv(path):
    """Read the numbers below the header; the last column is the target."""
    table = np.loadtxt(path, np.float32, delimiter=",", skiprows=1, ndmin=2)
    table = torch.tensor(table)  # (N, F + 1), float32
    return table[:, :-1], table[:, -1:]  # (N, F), (N, 1)


def make_sensor():
    """Compute a thermistor's resistance (kilohm) over temperature."""
    celsius = torch.linspace(0, 100, 100).unsqueeze(1)  # (100, 1)
    kilohm = 10 * (3950 / (celsius + 273.15) - 3950 / 298.15).exp()
    return celsius, kilohm * (1 + 0.02 * torch.randn(100, 1))


def split(count):
    """Shuffle the rows; keep a fifth of them for validation."""
    return torch.randperm(count).split([count - count // 5, count // 5])


def make_scaler(x, y):
    """Return mean and std of the training rows, one number a column."""
    return {"x": (x.mean(0), x.std(0)), "y": (y.mean(0), y.std(0))}


def scale(values, mean, std):
    return (values - mean) / std


def answer(model, x, scaler):
    """Scale what goes in, un-scale what comes out."""
    mean, std = scaler["y"]
    return model(scale(x, *scaler["x"])) * std + mean  # (N, F) -> (N, 1)


def fit(model, x, y, rate, args, kind=torch.optim.SGD):
    """Train on all rows at once; return the losses, up to a nan."""
    optimizer, losses = kind(model.parameters(), lr=rate), []
    for _ in range(args.updates):
        loss = nn.functional.mse_loss(model(x), y)  # both (N, 1)
        losses.append(loss.item())
        if math.isnan(losses[-1]):
            break
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


def rmse(predictions, targets):
    return (predictions - targets).square().mean().sqrt().item()


def try_unscaled(x, y, args):
    """Train on the numbers as they are; return the last line."""
    for rate in (0.01, 1e-4, 1e-5, 3e-5):
        line = nn.Linear(x.shape[1], 1)
        losses = fit(line, x, y, rate, args)
        print(f"rate {rate:g}: loss {losses[-1]:.1f}", end=" ")
        print(f"weight {line.weight[0, 0]:.2f} bias {line.bias[0]:.2f}")
    return line


def fit_scaled(x, y, path, args):
    """Train on scaled numbers; save the line, and return it as loaded."""
    scaler, line = make_scaler(x, y), nn.Linear(x.shape[1], 1)
    scaled_x, scaled_y = scale(x, *scaler["x"]), scale(y, *scaler["y"])
    losses = fit(line, scaled_x, scaled_y, 0.1, args)
    if not math.isfinite(losses[-1]):
        raise SystemExit("loss is not finite: lower the learning rate")
    torch.save({"weights": line.state_dict(), "scaler": scaler}, path)
    saved = torch.load(path)
    line = nn.Linear(x.shape[1], 1)
    line.load_state_dict(saved["weights"])
    return line, saved["scaler"]


def least_squares(x, y, train):
    """Solve for weights and bias at once; answer for all rows."""
    columns = torch.cat([x, torch.ones_like(y)], dim=1).double()  # (N, F + 1)
    weights = torch.linalg.lstsq(columns[train], y[train].double()).solution
    return (columns @ weights).float()  # (N, F + 1) @ (F + 1, 1) -> (N, 1)


def train_network(x, y, train, val, args):
    """Try three rates; return the answers that are best on validation."""
    answers = []
    for rate in (0.003, 0.01, 0.03):
        layers = nn.Linear(x.shape[1], 16), nn.Tanh(), nn.Linear(16, 1)
        network = nn.Sequential(*layers)
        fit(network, x[train], y[train], rate, args, torch.optim.Adam)
        answers.append(network(x).detach())  # (N, 1)
    return min(answers, key=lambda each: rmse(each[val], y[val]))


def compare(name, x, y, args):
    """Let each way answer for all rows; measure on validation rows."""
    train, val = split(len(x))
    scaler = make_scaler(x[train], y[train])
    x, scaled_y = scale(x, *scaler["x"]), scale(y, *scaler["y"])
    powers = torch.cat([x, x**2, x**3, x**4], dim=1)  # (N, 4 F)
    answers = {"line": least_squares(x, scaled_y, train)}
    answers["polynomial"] = least_squares(powers, scaled_y, train)
    answers["network"] = train_network(x, scaled_y, train, val, args)
    mean, std = scaler["y"]
    errors = {"average": rmse(mean, y[val])}
    for way, scaled in answers.items():
        answers[way] = scaled * std + mean  # in the unit of y
        errors[way] = rmse(answers[way][val], y[val])
    print(f"{name:8}", *(f"{way} {error:.2f}" for way, error in errors.items()))
    return errors, answers


def try_small_rate(x, y, args):
    """Begin with a tiny rate and no bias; return losses of training."""
    losses = fit(nn.Linear(x.shape[1], 1, bias=False), x, y, 1e-5, args)
    no_bias = x @ torch.linalg.lstsq(x, y).solution  # no column of ones
    results = {"first": losses[0], "last": losses[-1]}
    results |= {"no_bias": rmse(no_bias, y) ** 2, "average": y.var().item()}
    print("losses  ", *(f"{name} {x:.0f}" for name, x in results.items()))
    return results


def keep(columns):
    """Return every fourth row of columns as lists, for a figure."""
    return {name: each[::4, 0].tolist() for name, each in columns.items()}


def fit_readings(path, saved, args):
    """Fit a line to a file, without scaling and with it."""
    x, y = read_csv(path)
    train, val = split(len(x))
    unscaled = try_unscaled(x[train], y[train], args)
    line, scaler = fit_scaled(x[train], y[train], saved, args)
    before, after = unscaled(x), answer(line, x, scaler)  # (N, 1) each
    try:
        after.numpy()
    except (RuntimeError, TypeError) as error:
        print(f"{type(error).__name__}: {error}")
    before, after = before.detach(), after.detach()  # now to be drawn
    bias = answer(line, torch.zeros_like(x[:1]), scaler).item()
    errors = [rmse(each[val], y[val]) for each in (before, after)]
    print(f"scaled: bias {bias:.2f}, RMSE {errors[1]:.2f}, not {errors[0]:.2f}")
    print(f"first row: {after[0, 0]:.1f}, no scaler: {line(x[:1])[0, 0]:.1f}")
    lines = keep({"x": x, "readings": y, "raw": before, "scaled": after})
    results = {"raw": {"bias": unscaled.bias.item(), "rmse": errors[0]}}
    results |= {"scaled": {"bias": bias, "rmse": errors[1]}, "lines": lines}
    return results


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="a CSV with a header, the target last")
    parser.add_argument("--updates", type=int, default=500, help="(500)")
    parser.add_argument("--seed", type=int, default=0, help="(%(default)s)")
    parser.add_argument("--device", default="cpu", help="(%(default)s)")
    parser.add_argument("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    args = parser.parse_args(argv)
    torch.manual_seed(args.seed)
    with tempfile.TemporaryDirectory() as folder:
        write_csv(f"{folder}/readings.csv")
        path = args.data or f"{folder}/readings.csv"
        with torch.device(args.device):
            results = fit_readings(path, f"{folder}/line.pt", args)
        results["readings"], _ = compare("readings", *read_csv(path), args)
    x, y = make_sensor()
    results["sensor"], curves = compare("sensor", x, y, args)
    results["curves"] = keep({"x": x, "readings": y} | curves)
    x, y = load_diabetes(return_X_y=True)  # (442, 10), (442,), float64
    x, y = torch.tensor(x).float(), torch.tensor(y).float().unsqueeze(1)
    results["diabetes"], _ = compare("diabetes", x, y, args)
    return results | {"small_rate": try_small_rate(x, y, args)}


def draw(results):
    """Draw the readings with both lines, the sensor with its curves."""
    for name, y_label in (("lines", "fahrenheit"), ("curves", "kilohm")):
        _, axes = plt.subplots(num=name)
        for label, values in [*results[name].items()][1:]:
            style = "o" if label == "readings" else "-"
            axes.plot(results[name]["x"], values, style, label=label)
        axes.set(xlabel="celsius", ylabel=y_label)
        axes.legend()


if __name__ == "__main__":
    draw(main())
    plt.show()
