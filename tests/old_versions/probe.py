"""What torch and torchvision do, as far as it has changed since the notes.

It runs on Python 3.6 with torch 1.0 as well as on today's: plain code, one
function a behaviour, and each returns a few characters that tell what happened.

Run: python probe.py
"""

import importlib.util
import json
import platform
import sys
import warnings
from typing import Any, Callable  # noqa: UP035 - Python 3.6


def outcome(call: Callable[[], Any]) -> str:
    """Tell how a call ends: by an error, with a warning, or with its value."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            value = call()
        except Exception as error:
            return type(error).__name__
    for warning in caught:
        if issubclass(warning.category, UserWarning):
            return warning.category.__name__
    return str(value)


def version_of_2018() -> str:
    """Ask whether this is the first stable version, 1.0.0."""
    return str(torch.__version__ == "1.0.0")


def bool_tensor() -> str:
    """Make a tensor of bool."""
    return outcome(lambda: torch.ones(1, dtype=torch.bool).dtype)


def char_to_numpy() -> str:
    """Turn a CharTensor, integers of 8 bits, into an array."""
    return outcome(lambda: torch.CharTensor([1]).numpy().dtype)


def summary_writer() -> str:
    """Look for TensorBoard's writer within torch."""
    found = importlib.util.find_spec("torch.utils.tensorboard")
    return "there" if found else "absent"


def target_shape() -> str:
    """Compare predictions (4, 1) with targets (4,)."""
    mse = torch.nn.functional.mse_loss
    return outcome(lambda: tuple(mse(torch.ones(4, 1), torch.ones(4)).shape))


def out_of_another_size() -> str:
    """Add into a tensor that is too small for the sum."""
    one = torch.ones(3)
    return outcome(lambda: tuple(torch.add(one, one, out=torch.ones(1)).shape))


def conv_without_batch() -> str:
    """Give a single picture to a convolution."""
    layer = torch.nn.Conv2d(1, 6, 3)
    return outcome(lambda: tuple(layer(torch.ones(1, 32, 32)).shape))


def lstm_without_batch() -> str:
    """Give a single sequence to an LSTM."""
    layer = torch.nn.LSTM(3, 5)
    return outcome(lambda: tuple(layer(torch.ones(7, 3))[0].shape))


def next_of_an_iterator() -> str:
    """Call next as a method of a DataLoader's iterator."""
    loader = torch.utils.data.DataLoader([1, 2], batch_size=2)
    return outcome(lambda: tuple(iter(loader).next().shape))


def zero_grad() -> str:
    """Look at a gradient that was set to zero."""
    layer = torch.nn.Linear(1, 1)
    layer(torch.ones(1, 1)).sum().backward()
    layer.zero_grad()
    return "None" if layer.weight.grad is None else "zeros"


def item_of_two() -> str:
    """Ask a tensor of two numbers for its number."""
    return outcome(lambda: torch.ones(2).item())


def default_device() -> str:
    """Look for a way to change where tensors are made."""
    return "there" if hasattr(torch, "set_default_device") else "absent"


def sgd_without_rate() -> str:
    """Leave the rate out; tell the one that is used."""
    weights = [torch.ones(1, requires_grad=True)]
    return outcome(lambda: torch.optim.SGD(weights).defaults["lr"])


def accelerator() -> str:
    """Look for one name for all kinds of GPU."""
    return "there" if hasattr(torch, "accelerator") else "absent"


def resnet_at_160() -> str:
    """Give a picture of 160 x 160, not 224 x 224, to a ResNet-18."""
    model = torchvision.models.resnet18().eval()
    return outcome(lambda: tuple(model(torch.ones(1, 3, 160, 160)).shape))


def pretrained() -> str:
    """Name the argument `pretrained`; False, so that nothing is loaded."""
    resnet = torchvision.models.resnet18
    return outcome(lambda: type(resnet(pretrained=False)).__name__)


def v2_to_tensor() -> str:
    """Make the ToTensor of transforms.v2."""
    if not importlib.util.find_spec("torchvision.transforms.v2"):
        return "absent"
    with warnings.catch_warnings():  # of 0.15: the whole of v2 was on trial
        warnings.simplefilter("ignore")
        from torchvision.transforms import v2
    return outcome(lambda: type(v2.ToTensor()).__name__)


def hosted_logs() -> str:
    """Look for the part of TensorBoard that sent logs to TensorBoard.dev."""
    found = importlib.util.find_spec("tensorboard.uploader")
    return "there" if found else "absent"


BEHAVIOURS = {
    "torch": [
        version_of_2018,
        bool_tensor,
        char_to_numpy,
        summary_writer,
        target_shape,
        out_of_another_size,
        conv_without_batch,
        lstm_without_batch,
        next_of_an_iterator,
        zero_grad,
        item_of_two,
        default_device,
        sgd_without_rate,
        accelerator,
    ],
    "torchvision": [resnet_at_160, pretrained, v2_to_tensor],
    "tensorboard": [hosted_logs],
}


def library(name: str) -> Any:
    """Return a library, or None where it is not installed."""
    found = importlib.util.find_spec(name)
    return importlib.import_module(name) if found else None


def main() -> Any:
    """Return, for each library: its version, and what it does."""
    return {
        name: {
            "version": sys.modules[name].__version__.partition("+")[0],
            "python": platform.python_version(),
            "does": {one.__name__: one() for one in behaviours},
        }
        for name, behaviours in BEHAVIOURS.items()
        if library(name)
    }


torch, torchvision = library("torch"), library("torchvision")

if __name__ == "__main__":
    print(json.dumps(main()))
