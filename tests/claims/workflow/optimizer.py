"""What the lesson on optimizers claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    near,
    same,
)


def final(r: Results, rate: float) -> float:
    """Return the accuracy of SGD after ten epochs at a rate."""
    return float(r.curves[r.rates.index(rate)][-1])


@claim(
    en="Rates of 0.1 and 1 learn; 0.001 and 10 do not",
    ja="学習率0.1と1では学習し、0.001と10では学習しない",
)
def rate_decides_whether_sgd_learns(r: Results) -> list[Comparison]:
    return [
        more(final(r, 0.1), 0.8),
        more(final(r, 1), 0.8),
        less(final(r, 0.001), 0.3),
        less(final(r, 10), 0.3),
    ]


@claim(
    en="The rate that SGD takes by itself is the one that hardly learns",
    ja="SGDの既定の学習率は、ほとんど学習しなかった値である",
)
def default_rate_hardly_learns(r: Results) -> Comparison:
    return same(r.default_rate, r.rates[0])


@claim(
    en="Momentum, Adam and RMSprop get further than plain SGD in ten epochs",
    ja="10エポックでは、モーメンタム、Adam、RMSpropがただのSGDより進む",
)
def other_optimizers_get_further(r: Results) -> list[Comparison]:
    return [
        more(accuracy, r.plain, by=0.02)
        for accuracy in (r.momentum, r.adam, r.rmsprop)
    ]


@claim(
    en="Adam learns at a rate of 0.001, at which SGD does not",
    ja="Adamは、SGDが学習しない学習率0.001でも学習する",
)
def adam_learns_at_a_small_rate(r: Results) -> list[Comparison]:
    return [more(r.adam_small, 0.85), less(final(r, 0.001), 0.3)]


@claim(
    en="A large batch at the same rate learns less, at a scaled rate not",
    ja="バッチを大きくすると同じ学習率では遅れ、比例させれば遅れない",
)
def large_batch_needs_a_larger_rate(r: Results) -> list[Comparison]:
    return [
        less(r.same_rate[2], r.same_rate[0], by=0.1),
        near(max(r.scaled_rate), min(r.scaled_rate), within=0.05),
    ]


@claim(
    en="An optimizer of another model leaves the accuracy where it is",
    ja="別のモデルのoptimizerでは、正解率がまったく動かない",
)
def optimizer_of_another_model_trains_nothing(
    r: Results,
) -> list[Comparison]:
    return [
        same(min(r.stale), max(r.stale)),
        more(r.fresh[-1], r.stale[-1], by=0.5),
    ]


@claim(
    en="Loading and converting keep the parameters, a new layer does not",
    ja="読み込みや型の変換ではパラメータが残り、新しい層では残らない",
)
def new_layer_has_new_parameters(r: Results) -> list[Comparison]:
    return [
        same(r.held_after_load, 4),
        same(r.held_after_dtype, 4),
        same(r.held_after_new_layer, 2),
    ]


@claim(
    en="zero_grad may stand before backward or after step",
    ja="zero_gradは、backwardの前に置いても、stepの後に置いてもよい",
)
def zero_grad_may_stand_first_or_last(r: Results) -> list[Comparison]:
    first, last, *_ = r.order_accuracies
    return [same(first, last), more(first, 0.85)]


@claim(
    en="Every other order of zero_grad, backward and step does not learn",
    ja="zero_grad、backward、stepのほかの順序では学習しない",
)
def every_other_order_fails(r: Results) -> list[Comparison]:
    return [less(accuracy, 0.4) for accuracy in r.order_accuracies[2:]]


@claim(
    en="With the last layer's optimizer, the first layer's gradient grows",
    ja="最後の層だけのoptimizerでは、最初の層の勾配がたまっていく",
)
def unknown_layers_collect_gradients(r: Results) -> list[Comparison]:
    return [
        more(r.first_norms[2], 2.9 * r.first_norms[0]),
        near(r.last_norms[2], r.last_norms[0], within=0.001),
    ]
