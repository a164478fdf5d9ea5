"""Read data in other processes: when it pays, and what it changes.

Shapes: a sample is a number; a batch of four is (4,)
Needs: torch 2.11 or newer, numpy
Run: python workers.py --workers 2
Source: PyTorch documentation, pages torch.utils.data and Randomness; Python
    documentation, page multiprocessing
"""

import argparse
import time

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

# No worker can import a notebook's cell.
START = "spawn" if "__file__" in globals() else "fork"


class SlowDataset(Dataset):
    """Take 20 ms for each sample; draw a random number in three ways."""

    def __init__(self, length):
        self.length = length
        self.reads = 0
        self.generator = np.random.default_rng(0)

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        self.reads += 1
        time.sleep(0.02)  # like a file from a slow disk
        own = self.generator.random()
        return index, torch.rand(()).item(), np.random.random(), own


def reseed(worker_id):
    """Give each worker's copy of the dataset a generator of its own."""
    info = torch.utils.data.get_worker_info()
    info.dataset.generator = np.random.default_rng(info.seed)


def make_loader(dataset, workers, seed, worker_init_fn=None):
    return DataLoader(
        dataset,
        batch_size=4,
        num_workers=workers,
        worker_init_fn=worker_init_fn,
        persistent_workers=workers > 0,
        multiprocessing_context=START if workers else None,
        generator=torch.Generator().manual_seed(seed),
    )


def read_epoch(loader, device):
    """Return all batches of an epoch, and how long they took."""
    started = time.perf_counter()
    batches = []
    for indices, *numbers in loader:
        indices = indices.to(device)  # here a model would train
        batches.append((indices.tolist(), *numbers))
    return batches, time.perf_counter() - started


def show_random(batches):
    """Print the first number of the first two batches, drawn three ways."""
    drawn = {}
    for column, name in enumerate(("torch", "numpy", "own"), 1):
        drawn[name] = [f"{batch[column][0]:.3f}" for batch in batches[:2]]
        print(f"{name:6}", *drawn[name])
    return drawn


def show_error():
    """Stack rows of 5 and 3 in a worker; find collate_tensor_fn."""
    rows = [torch.ones(5), torch.ones(3)]
    loader = DataLoader(
        rows, batch_size=2, num_workers=1, multiprocessing_context=START
    )
    try:
        next(iter(loader))
    except RuntimeError as error:
        lines = str(error).strip().split("\n")
        at = next(n for n, line in enumerate(lines) if "collate_tensor" in line)
        print(lines[0], "...", sep="\n")
        print(lines[at].rpartition(", ")[2])  # the function
        print(lines[at + 1])  # its line
        print("...", lines[-1], sep="\n")


def compare_reading(args):
    """Read the same samples without workers, then twice with them."""
    alone, alone_seconds = read_epoch(
        make_loader(SlowDataset(48), 0, args.seed), args.device
    )
    dataset = SlowDataset(48)
    loader = make_loader(dataset, args.workers, args.seed)
    together, first_seconds = read_epoch(loader, args.device)
    _, next_seconds = read_epoch(loader, args.device)
    same_order = [b[0] for b in alone] == [b[0] for b in together]
    print("same batches in the same order:", same_order)
    print("reads that the main process counts:", dataset.reads)
    print("random numbers of worker 0 and worker 1:")
    return {
        "workers": args.workers,
        "same_order": same_order,
        "reads": dataset.reads,
        "drawn": show_random(together),
        "alone_seconds": alone_seconds,
        "first_seconds": first_seconds,
        "next_seconds": next_seconds,
    }


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="(%(default)s)")
    parser.add_argument("--device", default="cpu", help="(%(default)s)")
    parser.add_argument("-f", "--f", help=argparse.SUPPRESS)  # notebooks
    args = parser.parse_args(argv)
    results = compare_reading(args)
    print("the same with worker_init_fn=reseed:")
    loader = make_loader(SlowDataset(8), args.workers, args.seed, reseed)
    batches, _ = read_epoch(loader, args.device)
    results["reseeded"] = show_random(batches)
    print("an error in a worker:")
    show_error()
    return results


if __name__ == "__main__":
    main()
