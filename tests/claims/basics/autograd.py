"""What the lesson on autograd claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, same


@claim(
    en="Autograd and finite differences give the same gradients",
    ja="自動微分の勾配は、有限差分で求めた勾配と一致する",
)
def autograd_agrees_with_differences(r: Results) -> list[Comparison]:
    by_hand = (-0.25, 0.5, -0.125)  # -x / 4: where all weights are 0
    return [
        less(abs(difference - gradient), 1e-8)
        for difference, gradient in zip(r.differences, by_hand, strict=True)
    ]


@claim(
    en="Gradients of several backward passes add up",
    ja="逆伝播を繰り返すと、勾配は足し込まれる",
)
def gradients_add_up(r: Results) -> Comparison:
    return same(r.sums, [2, 4, 6])


@claim(
    en="With gradients cleared at each update, the line is found",
    ja="更新のたびに勾配を消せば、直線を当てはめられる",
)
def cleared_gradients_reach_the_line(r: Results) -> Comparison:
    return less(r.cleared[99], 1e-4)


@claim(
    en="With gradients never cleared, the loss does not settle",
    ja="勾配を一度も消さないと、損失は落ち着かない",
)
def gradients_never_cleared_do_not_settle(r: Results) -> list[Comparison]:
    return [more(max(r.never[50:]), 3), less(max(r.cleared[50:]), 0.01)]
