"""What the lesson on learning rates claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more
