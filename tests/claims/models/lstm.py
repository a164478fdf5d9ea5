"""What the lesson on shapes and states of an LSTM claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, true


@claim(
    en="Right axes: loss near 0; swapped: it stays above a tenth of a 1/6",
    ja="軸が正しければ損失はほぼ0。取り違えると、下がらずに残る",
)
def swapped_axes_do_not_learn(r: Results) -> list[Comparison]:
    right, swapped = sum(r.right[-50:]) / 50, sum(r.swapped[-50:]) / 50
    return [less(right, 0.005), more(swapped, 0.1)]
