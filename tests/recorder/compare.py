"""Compare a run with its record: exactly where it must be equal, else fairly.

Under an equal fingerprint text is equal and values agree to six digits. Under
another one only arithmetic is compared, to half a unit of its last digit: the
recorded variants tell which numbers a training has moved.
"""

import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from docs._tools.records import has_spread, summary

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d*)?(?:e[+-]?\d+)?(?![\w])|-?\.\d+")
# Measured, but of this machine and this moment.
NEVER_COMPARED = ("_seconds", "_bytes")
SLASH = "~1"  # in a name, as JSON pointers write it
ARITHMETIC_DIGITS = 5  # of another torch or processor: float32 has seven

Agree = Callable[[str, Any, Any], bool]  # a place, what was, what is now


def never(*_: object) -> bool:
    """Let nothing pass that differs."""
    return False


def differences(was: Any, now: Any, agree: Agree = never) -> Iterator[str]:
    """Yield what differs, but for what agrees all the same."""
    for path, new in changed_leaves(was, now).items():
        old = branch(was, path)
        if not agree(path, old, new):
            told = [sorted(x) if isinstance(x, dict) else x for x in (old, new)]
            yield f"{path}: recorded {told[0]!r}, now {told[1]!r}"


def alike(_: str, old: Any, new: Any) -> bool:
    """Say whether two values are of one kind; a list may have any length."""
    if old is None or new is None:
        return True
    if isinstance(old, float) and isinstance(new, float):
        return math.isfinite(old) == math.isfinite(new)
    return type(old) is type(new) and not isinstance(old, dict)


def close(old: Any, new: Any) -> bool:
    """Say whether two numbers may be of the same arithmetic."""
    if not (isinstance(old, float) and isinstance(new, float)):
        return False
    unit = 10.0 ** (math.floor(math.log10(abs(old) or 1e-6)) + 1)
    return abs(new - old) <= unit * 10.0**-ARITHMETIC_DIGITS / 2 + 1e-6


def near(was: Any, variants: Mapping[str, Any], *, same_torch: bool) -> Agree:
    """Return what may differ under another fingerprint.

    Args:
        was: the recorded values.
        variants: what other numerics left, as the record holds it.
        same_torch: another torch has other messages, and counts other things.

    A lesson that was not recorded under other numerics is a long training:
    none of its decimal numbers is compared. Where one number of a list or
    table moves, all of it may.
    """
    moving = {
        path.split("/")[0]
        for variant in variants.values()
        for path, value in variant["values"].items()
        if not close(branch(was, path), value)
    }

    def agree(path: str, old: Any, new: Any) -> bool:
        if path.split("/")[0] in moving:
            return type(old) is type(new) is dict or alike(path, old, new)
        if variants and (same_torch or isinstance(old, float)):
            return close(old, new)
        return alike(path, old, new)

    return agree


def changed_leaves(was: Any, now: Any, path: str = "") -> dict[str, Any]:
    """Return by path what differs in ``now``.

    A table with other keys or a list of another length counts as one leaf.
    """
    if path.endswith(NEVER_COMPARED):
        return {}
    before, after = (
        dict(enumerate(tree)) if isinstance(tree, list) else tree
        for tree in (was, now)
    )
    if (
        type(was) is not type(now)
        or not isinstance(before, dict)
        or before.keys() != after.keys()
    ):
        both_nan = was != was and now != now
        equal = type(was) is type(now) and was == now
        return {} if equal or both_nan else {path: now}
    changed: dict[str, Any] = {}
    for name, old in before.items():
        step = str(name).replace("/", SLASH)
        below = f"{path}/{step}" if path else step
        changed |= changed_leaves(old, after[name], below)
    return changed


def branch(tree: Any, path: str) -> Any:
    """Return what stands under a path."""
    for part in path.split("/") if path else ():
        name = part.replace(SLASH, "/")
        tree = tree[int(name) if isinstance(tree, list) else name]
    return tree


def changed_lines(was: str, now: str) -> dict[str, str | None]:
    """Return the lines of ``now`` that differ, by their number from 1."""
    pairs = itertools.zip_longest(was.splitlines(), now.splitlines())
    return {
        str(number): new
        for number, (old, new) in enumerate(pairs, start=1)
        if old != new
    }


def line_differences(
    output: str, printed: str, agree: Agree = never
) -> Iterator[str]:
    """Yield the lines that differ, but for those that agree all the same."""
    lines = dict(enumerate(output.splitlines(), start=1))
    for number, new in changed_lines(output, printed).items():
        old = lines.get(int(number))
        if not agree(number, old, new):
            yield f"line {number}: recorded {old!r}, now {new!r}"


def near_lines(variants: Mapping[str, Any]) -> Agree:
    """Return which lines may differ: those that a variant has moved.

    Of others the words must be equal, and each number within a unit of its
    last digit.
    """
    moved = {line for one in variants.values() for line in one["lines"]}

    def agree(line: str, old: Any, new: Any) -> bool:
        if line in moved or old is None or new is None:
            return bool(moved)
        numbers = [NUMBER.findall(text) for text in (old, new)]
        words = [NUMBER.sub("#", text).split() for text in (old, new)]
        return words[0] == words[1] and all(
            a == b or abs(float(a) - float(b)) <= _unit(a) * 1.001
            for a, b in zip(*numbers, strict=True)
        )

    return agree


def _unit(number: str) -> float:
    """Return a unit of the last printed digit; 0 for a whole number."""
    exponent = int(Decimal(number).as_tuple().exponent)
    return 10.0**exponent if exponent else 0.0


def tables(tree: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield all tables of a tree, each with its path ``a.b.``."""
    if isinstance(tree, dict):
        yield path, tree
        for name, below in tree.items():
            yield from tables(below, f"{path}{name}.")


def mean_differences(
    was: list[dict[str, Any]], now: list[dict[str, Any]]
) -> Iterator[str]:
    """Yield the means over seeds that lie over four standard errors apart."""
    before, after = (dict(tables(summary(runs))) for runs in (was, now))
    for path in before.keys() & after.keys():
        old, new = before[path], after[path]
        if not has_spread(old) or path[:-1].endswith(NEVER_COMPARED):
            continue
        if np.shape(old["mean"]) != np.shape(new["mean"]):
            continue
        errors = [np.divide(one["std"], one["n"] ** 0.5) for one in (old, new)]
        allowed = 4 * np.hypot(*errors)
        if np.any(abs(np.subtract(old["mean"], new["mean"])) > allowed + 1e-6):
            yield (
                f"{path}mean recorded {old['mean']}, now {new['mean']}; "
                f"four standard errors are {allowed}"
            )
