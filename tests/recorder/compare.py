"""Compare a run with its record: exactly where it must be equal, else fairly.

Under an equal fingerprint text is equal and values agree to six digits. Under
another one only arithmetic is compared, to half a unit of its last digit: the
recorded variants tell which numbers a training has moved.
"""

import math
import re
import statistics
from collections.abc import Iterator, Mapping
from typing import Any

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d*)?(?:e[+-]?\d+)?(?![\w])|-?\.\d+")
# Measured, but of this machine and this moment.
NEVER_COMPARED = ("_seconds", "_bytes")
SLASH = "~1"  # in a name, as JSON pointers write it
ARITHMETIC_DIGITS = 5  # of another torch or processor: float32 has seven

Leaves = dict[str, Any]


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the plain values of a tree with their paths ``a/b/0``."""
    if path.endswith(NEVER_COMPARED):
        yield path, None
    elif isinstance(tree, dict | list) and tree:
        pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for name, branch in pairs:
            yield from leaves(branch, f"{path}/{name}" if path else str(name))
    else:
        yield path, tree


def changed_leaves(was: Any, now: Any, path: str = "") -> Leaves:
    """Return by path what differs in ``now``.

    A table with other keys or a list of another length counts as one leaf.
    """
    if path.endswith(NEVER_COMPARED) or _equal(was, now):
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
        return {path: now}
    changed: Leaves = {}
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
    before, after = was.splitlines(), now.splitlines()
    longest = max(len(before), len(after))
    before += [""] * (longest - len(before))
    lines = [*after, *([None] * (longest - len(after)))]
    return {
        str(number): line
        for number, (old, line) in enumerate(
            zip(before, lines, strict=True), start=1
        )
        if old != line
    }


def exact_differences(
    was: Any, now: Any, output: str, printed: str
) -> Iterator[str]:
    """Yield how a run under the recorded fingerprint differs at all."""
    for number, line in changed_lines(output, printed).items():
        lines = output.splitlines()
        old = lines[int(number) - 1] if int(number) <= len(lines) else None
        yield f"line {number}: recorded {old!r}, now {line!r}"
    if was.keys() != now.keys():
        yield f"recorded {sorted(was)}, now {sorted(now)}"
        return
    for path, value in changed_leaves(was, now).items():
        yield f"{path}: recorded {branch(was, path)!r}, now {value!r}"


def near_differences(
    was: Any, now: Any, variants: Mapping[str, Any], *, same_torch: bool
) -> Iterator[str]:
    """Yield how a run under another fingerprint differs in what must hold.

    Args:
        was: the recorded values.
        now: those of this run.
        variants: what other numerics left, as the record holds it.
        same_torch: another torch has other messages, and counts other things.

    A lesson that was not recorded under other numerics is a long training:
    none of its decimal numbers is compared.
    """
    moving = moving_branches(was, variants)
    before, after = dict(leaves(was)), dict(leaves(now))
    for path in {**before, **after}:
        free = path.split("/")[0] in moving
        if path not in before or path not in after:
            if not free:
                yield f"{path}: only one of record and run has it"
            continue
        old, new = before[path], after[path]
        counts = same_torch or isinstance(old, float)
        if not _agree(old, new, arithmetic=bool(variants) and counts > free):
            yield f"{path}: recorded {old!r}, now {new!r}"


def _agree(was: Any, now: Any, *, arithmetic: bool) -> bool:
    """Say whether two values are of a kind, and of a size if that counts."""
    if was is None or now is None:
        return was is now or not arithmetic
    if type(was) is not type(now):
        return False
    if not isinstance(was, float):
        return bool(was == now) or not arithmetic
    if math.isfinite(was) != math.isfinite(now):
        return False
    unit = 10.0 ** (math.floor(math.log10(abs(was) or 1e-6)) + 1)
    allowed = unit * 10.0**-ARITHMETIC_DIGITS / 2 + 1e-6
    return not arithmetic or _equal(was, now) or abs(now - was) <= allowed


def moving_branches(was: Any, variants: Mapping[str, Any]) -> set[str]:
    """Return the parts of the tree that other numerics moved.

    Where one number of a list or table moves, all of it may.
    """
    moved = set()
    for variant in variants.values():
        for path, value in variant["values"].items():
            if not _agree(branch(was, path), value, arithmetic=True):
                moved.add(path.split("/")[0])
    return moved


def line_differences(
    output: str, printed: str, variants: Mapping[str, Any]
) -> Iterator[str]:
    """Yield the lines that no variant moved and this run prints otherwise.

    The words must be equal, and each number within a unit of its last digit.
    """
    moved = {line for one in variants.values() for line in one["lines"]}
    before, after = output.splitlines(), printed.splitlines()
    if len(before) != len(after) and not moved:
        yield f"recorded {len(before)} lines, now {len(after)}"
    pairs = zip(before, after, strict=False)
    for number, (was, now) in enumerate(pairs, 1):
        if str(number) not in moved and not _lines_agree(was, now):
            yield f"line {number}: recorded {was!r}, now {now!r}"


def _lines_agree(was: str, now: str) -> bool:
    if was == now:
        return True
    old, new = NUMBER.findall(was), NUMBER.findall(now)
    if _words(was) != _words(now) or len(old) != len(new):
        return False
    return all(
        a == b or abs(float(a) - float(b)) <= _unit(a) * 1.001
        for a, b in zip(old, new, strict=True)
    )


def _unit(number: str) -> float:
    """Return a unit of the last printed digit; 0 for a whole number."""
    digits, _, power = number.partition("e")
    decimals = len(digits.partition(".")[2])
    whole = "." not in digits and not power
    return 0.0 if whole else 10.0 ** (int(power or 0) - decimals)


def _words(line: str) -> str:
    return " ".join(NUMBER.sub("#", line).split())


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    return type(a) is type(b) and bool(a == b)


def mean_differences(
    was: list[dict[str, Any]], now: list[dict[str, Any]]
) -> Iterator[str]:
    """Yield the means over seeds that lie over four standard errors apart."""
    before, after = (_means(runs) for runs in (was, now))
    for path in before.keys() & after.keys():
        (mean, error), (other, other_error) = before[path], after[path]
        allowed = 4 * math.hypot(error, other_error)
        if abs(mean - other) > allowed + 1e-6:
            yield (
                f"{path}: mean recorded {mean:.4g}, now {other:.4g}; "
                f"four standard errors are {allowed:.2g}"
            )


def _means(runs: list[dict[str, Any]]) -> dict[str, tuple[float, float]]:
    """Return mean and standard error of each number that all runs have."""
    rows = [dict(leaves(run)) for run in runs]
    means = {}
    for path, value in rows[0].items():
        numbers = [row.get(path) for row in rows]
        if isinstance(value, float) and all(
            isinstance(number, float) for number in numbers
        ):
            spread = statistics.stdev(numbers) / len(numbers) ** 0.5  # type: ignore[type-var]
            means[path] = (statistics.fmean(numbers), spread)  # type: ignore[arg-type]
    return means


def shape_differences(was: Any, now: Any) -> Iterator[str]:
    """Yield the names, kinds and infinities in which a short run differs."""
    before, after = _shapes(was), _shapes(now)
    for path, kind in before.items():
        if path not in after:
            yield f"{path}: recorded, but no longer there"
        elif after[path] != kind and "NoneType" not in (kind, after[path]):
            yield f"{path}: recorded {kind}, now {after[path]}"
    for path in after.keys() - before.keys():
        yield f"{path}: there, but not recorded"


def _shapes(tree: Any, path: str = "") -> dict[str, str]:
    if isinstance(tree, dict) and tree:
        kinds: dict[str, str] = {}
        for name, branch in tree.items():
            kinds |= _shapes(branch, f"{path}/{name}" if path else str(name))
        return kinds
    if isinstance(tree, float) and not math.isfinite(tree):
        return {path: "not finite"}
    return {path: type(tree).__name__}
