"""What the lesson on few pictures claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, near


def at(r: Results, way: str, pictures: int) -> float:
    """Return the mean accuracy of a way with so many pictures a class."""
    return float(r[way].accuracy[str(pictures)].mean)
