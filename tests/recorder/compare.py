"""Compare a run with its record: structure exactly, numbers within limits."""

import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from typing import Any

from tests.recorder.settings import Tolerance

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d*)?(?:e[+-]?\d+)?(?![\w])|-?\.\d+")
# Measured, but of this machine and this moment.
NEVER_COMPARED = ("_seconds", "_bytes")


def text_differences(
    expected: str, actual: str, tolerance: Tolerance
) -> Iterator[str]:
    """Yield a line for every difference between two printed outputs.

    Runs of blanks count as one, since the width of a number may change.
    """
    old, new = expected.splitlines(), actual.splitlines()
    for number, (was, now) in enumerate(zip(old, new, strict=False), 1):
        if not _lines_agree(was, now, tolerance):
            yield f"line {number}: recorded {was!r}, now {now!r}"
    if len(old) != len(new):
        yield f"recorded {len(old)} lines, now {len(new)}"


def _lines_agree(was: str, now: str, tolerance: Tolerance) -> bool:
    if was == now:
        return True
    if _skeleton(was) != _skeleton(now):
        return False
    for old, new in zip(
        NUMBER.finditer(was), NUMBER.finditer(now), strict=True
    ):
        if old[0] == new[0]:
            continue
        if old[0].lstrip("-").isdigit() and new[0].lstrip("-").isdigit():
            return False
        unit = 100 if was[old.end() :].startswith("%") else 1
        if not tolerance.allows(float(old[0]), float(new[0]), unit):
            return False
    return True


def _skeleton(line: str) -> str:
    return " ".join(NUMBER.sub("#", line).split())


def value_differences(
    expected: Any, actual: Any, tolerance: Tolerance
) -> Iterator[str]:
    """Yield a line for every difference between two trees of values.

    Of a key that the tolerance leaves unchecked, only the type counts.
    """

    def collapses(key: str, value: Any) -> bool:
        return any(fnmatch(key, pattern) for pattern in tolerance.unchecked)

    was = dict(_leaves(expected, collapses))
    now = dict(_leaves(actual, collapses))
    yield from _lost_and_new(was, now)
    for key in was.keys() & now.keys():
        if not _values_agree(was[key], now[key], tolerance):
            yield f"{key}: recorded {was[key]!r}, now {now[key]!r}"


def structure_differences(expected: Any, actual: Any) -> Iterator[str]:
    """Yield the names that only one of two trees of values has."""

    def collapses(key: str, value: Any) -> bool:
        return not isinstance(value, dict)

    was = dict(_leaves(expected, collapses))
    now = dict(_leaves(actual, collapses))
    yield from _lost_and_new(was, now)


def _lost_and_new(was: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    if lost := sorted(was.keys() - now.keys()):
        yield f"recorded, but no longer there: {', '.join(lost)}"
    if new := sorted(now.keys() - was.keys()):
        yield f"there, but not recorded: {', '.join(new)}"


def _leaves(
    tree: Any, collapses: Callable[[str, Any], bool], key: str = ""
) -> Iterator[tuple[str, Any]]:
    if key.endswith(NEVER_COMPARED):
        yield key, "measured"
    elif key and collapses(key, tree):
        yield key, type(tree).__name__
    elif isinstance(tree, dict | list) and tree:
        pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for name, branch in pairs:
            below = f"{key}.{name}" if key else str(name)
            yield from _leaves(branch, collapses, below)
    else:
        yield key, tree


def _values_agree(was: Any, now: Any, tolerance: Tolerance) -> bool:
    numbers = (int, float)
    if (
        type(was) in numbers
        and type(now) in numbers
        and float
        in (
            type(was),
            type(now),
        )
    ):
        return tolerance.allows(float(was), float(now))
    return type(was) is type(now) and bool(was == now)
