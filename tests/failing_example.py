"""Raises on purpose: the recorder's own test runs it (see test_recorder)."""


def eleventh(numbers: list[int]) -> int:
    """Ask for what is not there."""
    return numbers[10]  # fails: three numbers


# %% start
print("before")

# %% fail
eleventh([1, 2, 3])
