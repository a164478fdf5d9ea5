"""Take mini-batches out of a Dataset: order, sizes, worker processes.

Shapes: B batch (64); one picture is (1, 8, 8), one label is ()
Run: python data_loader.py
Source: PyTorch documentation, page torch.utils.data; Python documentation,
    page multiprocessing
"""

import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset, SequentialSampler


class Digits(Dataset):
    """Step 2: pair every picture with its label."""

    def __init__(self, images: Tensor, labels: Tensor) -> None:
        self.images = images  # (N, 1, 8, 8), values 0..1
        self.labels = labels  # (N,)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.images[index], self.labels[index]


# %% sizes
ten = range(10)  # has a length and an index: a dataset
loader = DataLoader(ten, batch_size=4)
sizes = [len(batch) for batch in loader]
full_sizes = [len(b) for b in DataLoader(ten, batch_size=4, drop_last=True)]
batches_of_ten = len(loader)
print("len(loader)", batches_of_ten, "sizes", sizes)
print("drop_last=True", full_sizes)
print("batches", [batch.tolist() for batch in loader])

# %% build
torch.manual_seed(0)
digits = load_digits()
all_images = torch.tensor(digits.images, dtype=torch.float32) / 16
all_images = all_images.unsqueeze(1)  # (N, 8, 8) -> (N, 1, 8, 8)
all_labels = torch.tensor(digits.target)  # (N,)
train_set = Digits(all_images[:1120], all_labels[:1120])
val_set = Digits(all_images[1120:1400], all_labels[1120:1400])
train_loader = DataLoader(
    train_set,
    batch_size=64,
    shuffle=True,
    generator=torch.Generator().manual_seed(0),
)
val_loader = DataLoader(val_set, batch_size=64)  # in order

# %% one_batch
images, labels = next(iter(train_loader))  # (B, 1, 8, 8), (B,)
batch_size, train_batches = len(images), len(train_loader)
train_size = len(train_loader.dataset)
print("images", tuple(images.shape), images.dtype)
print("labels", tuple(labels.shape), labels.dtype)
print("batch", batch_size, "batches", train_batches, "pairs", train_size)

# %% iterator
iterator = iter(loader)
taken = [next(iterator).tolist() for _ in range(batches_of_ten)]
try:
    next(iterator)
except StopIteration as error:
    print(f"after {len(taken)} batches: {error!r}")
first = next(iter(train_loader))[1]  # (B,)
second = next(iter(train_loader))[1]  # (B,)
print("next(iter(...)) twice, the same:", torch.equal(first, second))

# %% shuffle
shuffled = DataLoader(
    ten, batch_size=5, shuffle=True, generator=torch.Generator().manual_seed(0)
)
epochs = [torch.cat(list(shuffled)).tolist() for _ in range(2)]
every_one_once = all(sorted(epoch) == list(ten) for epoch in epochs)
for epoch in epochs:
    print("epoch", epoch)
print("every one exactly once:", every_one_once)

# %% aligned
numbered = Digits(all_images, torch.arange(len(all_images)))
aligned = all(
    torch.equal(pictures, all_images[numbers])
    for pictures, numbers in DataLoader(numbered, batch_size=64, shuffle=True)
)
print("pictures keep their labels:", aligned)


# %% sorted_labels
def train_on_sorted(shuffle: bool, seed: int) -> Tensor:
    torch.manual_seed(seed)
    order = all_labels[:1400].argsort()  # zeros first, nines last
    loader = DataLoader(
        Digits(all_images[order], all_labels[order]), 64, shuffle=shuffle
    )
    model = nn.Sequential(
        nn.Flatten(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    for _ in range(5):
        for images, labels in loader:
            loss = nn.functional.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model(all_images[1400:]).argmax(dim=1)  # (397,)


# %% unshuffled
accuracy = {}
for name, shuffle in (("shuffled", True), ("sorted", False)):
    answers = torch.stack(
        [train_on_sorted(shuffle, seed) for seed in range(5)]
    )  # (5, 397)
    runs = (answers == all_labels[1400:]).float().mean(dim=1).tolist()
    mean, std = statistics.mean(runs), statistics.stdev(runs)
    nines = (answers == 9).float().mean().item()
    accuracy[name] = {"mean": mean, "std": std, "n": len(runs)}
    accuracy[name]["nines"] = nines
    print(f"{name:8} accuracy {mean:.2f}, answers 9 {nines:.2f}")

# %% validation_order
in_order = torch.cat([labels for _, labels in val_loader])  # (280,)
shuffled_val = DataLoader(val_set, batch_size=64, shuffle=True)
mixed = torch.cat([labels for _, labels in shuffled_val])  # (280,)
order_kept = torch.equal(in_order, val_set.labels)
order_lost = not torch.equal(mixed, val_set.labels)
print("in order, row i is val_set[i]:", order_kept)
print("shuffled, row i is val_set[i]:", not order_lost)

# %% collate
lengths = [5, 3, 2]
rows = [torch.ones(length) for length in lengths]
as_list = next(iter(DataLoader(rows, batch_size=3, collate_fn=list)))


def pad(batch: list[Tensor]) -> tuple[Tensor, Tensor]:
    sizes = torch.tensor([len(row) for row in batch])  # (B,)
    return pad_sequence(batch, batch_first=True), sizes


padded, row_sizes = next(iter(DataLoader(rows, batch_size=3, collate_fn=pad)))
print("a list of", len(as_list), "rows")
print("padded", tuple(padded.shape), "sizes", row_sizes.tolist())
print(padded)

# %% errors
attempts = {
    "loader[0]": lambda: loader[0],
    "iter(loader).next()": lambda: iter(loader).next(),
    "rows of 5, 3 and 2": lambda: next(iter(DataLoader(rows, batch_size=3))),
    "shuffle and sampler": lambda: DataLoader(
        ten, shuffle=True, sampler=SequentialSampler(ten)
    ),
}
for what, attempt in attempts.items():
    try:
        attempt()
    except Exception as error:
        print(f"{what}\n  {type(error).__name__}: {error}")

# %% workers
forked = multiprocessing.get_start_method() == "fork"
workers = 2 if forked else 0  # without fork: see guard
alone = list(DataLoader(train_set, batch_size=64))
together = list(DataLoader(train_set, batch_size=64, num_workers=workers))
same_batches = all(
    torch.equal(one[0], two[0]) and torch.equal(one[1], two[1])
    for one, two in zip(alone, together, strict=True)
)
print(f"{workers} workers, the same batches: {same_batches}")


# %% counting
class Counting(Dataset):
    """Count the reads; draw a random number for each, three ways."""

    def __init__(self) -> None:
        self.reads = 0
        self.generator = np.random.default_rng(0)

    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> tuple[float, float, float]:
        self.reads += 1
        own = self.generator.random()
        return torch.rand(()).item(), np.random.rand(), own


# %% copies
torch.manual_seed(0)
counting = Counting()
reading = DataLoader(counting, batch_size=2, num_workers=workers)
two_epochs = [list(reading) for _ in range(2)]
reads_seen = counting.reads
print("reads seen by the main process:", reads_seen)

# %% randomness
drawn = {}
for column, name in enumerate(("torch", "numpy", "own")):
    drawn[name] = [
        [f"{number:.2f}" for number in batch[column].tolist()]
        for epoch in two_epochs
        for batch in epoch
    ]
    print(f"{name:6}", *(" ".join(batch) for batch in drawn[name]), sep="   ")


# %% guard
def run_alone(script: str) -> str:
    """Run a script of its own; return what it says."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "start_worker.py")
        path.write_text(script, encoding="utf-8")
        result = subprocess.run(
            [sys.executable, path], capture_output=True, text=True, check=False
        )
    message = result.stderr.partition("RuntimeError: ")[2]
    said = textwrap.dedent(message.partition('The "freeze')[0])
    return result.stdout.strip() or f"RuntimeError: {said.strip()}"


start = "worker.start()"
unguarded = f"""
import multiprocessing

context = multiprocessing.get_context("spawn")
worker = context.Process(target=print, args=["hello from the worker"])
{start}
"""
guarded = unguarded.replace(start, f'if __name__ == "__main__":\n    {start}')
for script in (unguarded, guarded):
    print(script.strip())
    print("->", run_alone(script), end="\n\n")


# %% clock
class SlowRead(Dataset):
    """Take 4 ms for each number, as a slow disk would."""

    def __len__(self) -> int:
        return 96

    def __getitem__(self, index: int) -> int:
        time.sleep(0.004)
        return index


def epoch_seconds(dataset: Dataset, workers: int) -> list[float]:
    loader = DataLoader(
        dataset, 16, num_workers=workers, persistent_workers=workers > 0
    )
    seconds = []
    for _ in range(2):
        started = time.perf_counter()
        for _ in loader:
            pass
        seconds.append(time.perf_counter() - started)
    return seconds


memory_alone_seconds = epoch_seconds(train_set, 0)
memory_workers_seconds = epoch_seconds(train_set, workers)
slow_alone_seconds = epoch_seconds(SlowRead(), 0)
slow_workers_seconds = epoch_seconds(SlowRead(), workers)

# %% worker_error
try:
    next(iter(DataLoader(rows, batch_size=3, num_workers=workers)))
except RuntimeError as error:
    print("RuntimeError:", str(error).partition("\n")[0])
    print("...")
    print(str(error).strip().rpartition("\n")[2])
