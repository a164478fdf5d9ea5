"""What the lesson on five flowers claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more
