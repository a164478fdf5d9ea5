"""What the lesson on optimizers claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, same


def at(r: Results, name: str, rate: float) -> float:
    """Return the accuracy of a rule at the rate that is nearest."""
    place = min(range(len(r.rates)), key=lambda n: abs(r.rates[n] - rate))
    return float(r.curves[name][place])


@claim(
    en="A rate that is too small hardly learns, one too large not at all",
    ja="学習率が小さすぎるとほとんど学習せず、大きすぎるとまったく学習しない",
)
def rate_decides_whether_sgd_learns(r: Results) -> list[Comparison]:
    return [
        less(at(r, "SGD", 0.003), 0.3),
        more(at(r, "SGD", 0.729), 0.7),
        *(less(curve[-1], 0.3) for curve in r.curves.values()),
    ]


@claim(
    en="AdamW learns at rates at which SGD does not, and the reverse",
    ja="AdamWはSGDが学習しない学習率で学習し、逆も成り立つ",
)
def each_rule_has_its_own_rates(r: Results) -> list[Comparison]:
    return [
        more(at(r, "AdamW", 0.003), 0.85),
        less(at(r, "SGD", 0.003), 0.3),
        more(at(r, "SGD", 0.729), 0.7),
        less(at(r, "AdamW", 0.729), 0.3),
    ]


@claim(
    en="The accuracy is best inside the grid of rates, not at its edge",
    ja="正解率が最も高い学習率は、試した範囲の端ではなく内側にある",
)
def best_rates_lie_inside_the_grid(r: Results) -> list[Comparison]:
    return [
        more(max(curve[1:-1]), max(curve[0], curve[-1]))
        for curve in r.curves.values()
    ]


@claim(
    en="Gradients that are cleared before the step change no weight",
    ja="stepの前に勾配を消すと、重みは変わらない",
)
def clearing_too_early_trains_nothing(r: Results) -> Comparison:
    return same(r.before, r.after)


@claim(
    en="An optimizer of another model leaves the accuracy where it is",
    ja="別のモデルのオプティマイザでは、正解率がまったく動かない",
)
def optimizer_of_another_model_trains_nothing(r: Results) -> Comparison:
    return same(r.stale_before, r.stale_after)
