"""An environment: what is installed, which device, pictures as one zip.

What differs between computers goes to the error stream.

Shapes: N pictures; a digit is (8, 8)
Needs: torch 2.11 or newer, torchvision, matplotlib, scikit-learn
Run: python environment.py
Source: Python documentation, pages venv, importlib.util, shutil and site;
PyTorch documentation, pages torch.accelerator and torch.backends.cuda
"""

import importlib
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from PIL import Image
from sklearn.datasets import load_digits
from torchvision.datasets import ImageFolder
from torchvision.datasets.folder import default_loader

# %% versions
needed = ["torch", "torchvision", "matplotlib", "sklearn"]
missing = [name for name in needed if find_spec(name) is None]
python_fits = sys.version_info >= (3, 11)
torch_fits = torch.__version__ >= (2, 11)
print("missing packages:", len(missing))
print("Python new enough:", python_fits)
print("torch new enough:", torch_fits)
print(sys.executable, torch.__version__, file=sys.stderr)


# %% build
def explain(built, usable):
    """Say what to do about an NVIDIA GPU."""
    if usable:
        return "PyTorch uses the GPU"
    if built:
        return "PyTorch could, but finds no GPU or no driver"
    return "this PyTorch is for the CPU: install another build"


for built, usable in [(True, True), (True, False), (False, False)]:
    print(f"built {built!s:5} usable {usable!s:5} ->", explain(built, usable))
print(
    "here:",
    explain(torch.backends.cuda.is_built(), torch.cuda.is_available()),
    file=sys.stderr,
)

# %% device
device = torch.accelerator.current_accelerator(check_available=True) or "cpu"
total = torch.ones(3, device=device).sum().item()
print("three ones, added up there:", total)
print("computed on:", device, file=sys.stderr)

# %% pictures
temporary = tempfile.TemporaryDirectory()
home, drive, local = (
    Path(temporary.name, name) for name in ("home", "drive", "local")
)
digits = load_digits()
for number in range(386):  # three forms
    path = home / "digits" / str(digits.target[number]) / f"{number:03}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((digits.images[number] * 15).astype("uint8")).save(path)
files = len(list(home.rglob("*.png")))

# %% pack
shutil.make_archive(home / "digits", "zip", home / "digits")
drive.mkdir()
shutil.copy(home / "digits.zip", drive)  # stands for the upload
print(files, "pictures,", len(list(drive.iterdir())), "file to upload")

# %% unpack
shutil.unpack_archive(drive / "digits.zip", local / "digits")
dataset = ImageFolder(local / "digits")
classes, complete = dataset.classes, len(dataset) == files
print(len(classes), "classes, all pictures there:", complete)

# %% requests
requests = 0


def load_from_drive(path):
    global requests
    requests += 1  # the drive is asked for a file
    return default_loader(path)


remote = ImageFolder(local / "digits", loader=load_from_drive)
by_file, by_zip = [0], [1]
for _ in range(5):  # epochs
    shown = sum(1 for _ in remote)
    by_file.append(requests)
    by_zip.append(1)
print("5 epochs, requests:", requests, "or, with the zip,", by_zip[-1])

# %% picture
figure, axes = plt.subplots(num="requests", figsize=(5, 2.4))
axes.plot(by_file, label="each picture from the drive")
axes.plot(by_zip, label="one zip, unpacked")
axes.set(xlabel="epoch", ylabel="requests to the drive")
axes.legend()

# %% other_name
try:
    importlib.import_module("scikit_learn")  # import sklearn
except ModuleNotFoundError as error:
    by_pip_name = type(error).__name__
    print(f"{by_pip_name}: {error}")

# %% other_python
other = ["-S", "-c", "import torch"]  # -S: no packages
answer = subprocess.run(
    [sys.executable, *other], capture_output=True, text=True
)
last_line = answer.stderr.splitlines()[-1]
print(last_line)

# %% too_high
too_high = ImageFolder(local)
high_classes = too_high.classes
print(high_classes, len(too_high), "pictures")
temporary.cleanup()

# %% show
plt.show()
