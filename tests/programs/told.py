"""Command lines of the program, run in this process, and their answers."""

import contextlib
import io
import re
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str
    result: Any = None

    @property
    def line(self) -> str:
        """Return the last line of what went wrong."""
        return (self.err.strip().splitlines() or [""])[-1]

    @property
    def said(self) -> str:
        """Return all that was printed."""
        return self.out + self.err


def counts(done: Ended) -> dict[str, tuple[int, int]]:
    """Return how many pictures a training has of each class: train, val."""
    found = re.findall(r"(?m)^ *(.+): (\d+) train, (\d+) val", done.out)
    return {name: (int(train), int(val)) for name, train, val in found}


def totals(done: Ended) -> dict[str, int]:
    """Return how many pictures each class has, part of each on both sides."""
    found = counts(done)
    assert all(train and val for train, val in found.values())
    return {name: train + val for name, (train, val) in found.items()}


class Command(Protocol):
    """Run a command line of the program in this process."""

    def __call__(self, argv: list[str], status: int | None = 0) -> Ended:
        """Return how it ended; None stands for any status."""
        ...


def ended(program: ModuleType, argv: list[str]) -> Ended:
    """Run a command line; only SystemExit is a way to end early."""
    out, err = io.StringIO(), io.StringIO()
    status, result = 0, None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            result = program.main(argv)
        except SystemExit as error:
            if isinstance(error.code, str):  # Python prints it then
                status = 1
                print(error.code, file=err)
            else:
                status = error.code or 0
    return Ended(status, out.getvalue(), err.getvalue(), result)


def checked(
    program: ModuleType, argv: list[str], status: int | None = 0
) -> Ended:
    """Run a command line that must end with this status, None: with any.

    Whatever goes wrong ends in one line that says so, without a traceback.
    """
    done = ended(program, argv)
    assert status in (done.status, None), done.said
    assert "Traceback" not in done.said
    if done.status:
        begins = "stopped: " if done.status == 130 else "error: "
        assert done.line.startswith(begins), done.said
        assert len(done.line) < 1000, done.line
    return done
