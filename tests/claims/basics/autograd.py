"""What the lesson on autograd claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, same


@claim(
    en="Autograd gives the slopes of the difference quotient",
    ja="自動微分の勾配は、差分で求めた傾きと一致する",
)
def autograd_agrees_with_differences(r: Results) -> Comparison:
    return less(r.largest_gap, 1e-8)


@claim(
    en="Differences need two forward passes for each parameter",
    ja="差分では、パラメータ1個につき順伝播が2回要る",
)
def differences_need_two_passes_each(r: Results) -> Comparison:
    return same(r.forward_passes, 2 * r.parameter_count)


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
    return less(r.curves.cleared[99], 1e-4)


@claim(
    en="Gradients cleared before the step train nothing",
    ja="更新の直前に勾配を消すと、少しも学習しない",
)
def clearing_before_the_step_trains_nothing(r: Results) -> Comparison:
    return same(r.curves.too_late[99], r.curves.too_late[0])


@claim(
    en="With gradients never cleared, the loss does not settle",
    ja="勾配を一度も消さないと、損失は落ち着かない",
)
def gradients_never_cleared_do_not_settle(r: Results) -> list[Comparison]:
    return [more(r.late_peak, 3), less(max(r.curves.cleared[50:]), 0.01)]


@claim(
    en="Losses added as tensors keep the graph of every batch",
    ja="損失をテンソルのまま足すと、全バッチの計算グラフが残る",
)
def losses_as_tensors_keep_every_graph(r: Results) -> Comparison:
    return more(r.depth, 50)
