"""What the lesson on shapes and states of an LSTM claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, true


@claim(
    en="With the right axes the loss nears 0; swapped, it stays high",
    ja="軸が正しければ損失は0に近づき、取り違えると高いまま残る",
)
def swapped_axes_do_not_learn(r: Results) -> list[Comparison]:
    right, swapped = sum(r.right[-50:]) / 50, sum(r.swapped[-50:]) / 50
    return [less(right, 0.005), more(swapped, 0.1)]


@claim(
    en="A state carried over continues the sequence as in one go",
    ja="状態を引き継げば、系列を一度に計算したときと同じ結果になる",
)
def carried_state_continues(r: Results) -> Comparison:
    return true(r.same)
