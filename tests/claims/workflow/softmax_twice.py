"""What the lesson on a softmax too many claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    more,
    near,
    true,
)

WAYS = [
    (name, way) for name in ("sgd", "adam") for way in ("logits", "softmax")
]


def best(result: Results, when: str) -> int:
    """Return which rate has the highest mean accuracy over the seeds."""
    means: list[float] = result[when].mean
    return means.index(max(means))


@claim(
    en="With probabilities as input, the loss cannot fall below 1.46",
    ja="確率を渡すと、損失は1.46より下がらない",
)
def probabilities_keep_the_loss_high(r: Results) -> Comparison:
    return near(r.floor, 1.46, within=0.01)


@claim(
    en="The best rate lies inside of the rates that were tried",
    ja="最もよい学習率は、試した範囲の端ではない",
)
def best_rate_is_inside(r: Results) -> list[Comparison]:
    compared = []
    for name, way in WAYS:
        rates = r[name][way].rates
        rate = rates[best(r.seeds[name][way], "late")]
        text = f"{rates[0]:g} < {rate:g} < {rates[-1]:g}"
        compared.append(true(rates[0] < rate < rates[-1], text))
    return compared


@claim(
    en="With Adam, each at its best rate, both end within 2 points",
    ja="Adamでは、それぞれ最もよい学習率なら、最後の差は2ポイント以内である",
)
def adam_ends_alike(r: Results) -> Comparison:
    logits, softmax = r.seeds.adam.logits, r.seeds.adam.softmax
    return near(max(logits.late.mean), max(softmax.late.mean), within=0.02)


@claim(
    en="With Adam, the softmax is behind after ten epochs",
    ja="Adamでも、10エポックの時点ではsoftmaxが遅れている",
)
def adam_is_behind_early(r: Results) -> Comparison:
    logits, softmax = r.seeds.adam.logits, r.seeds.adam.softmax
    return more(max(logits.early.mean), max(softmax.early.mean))


@claim(
    en="With SGD, each at its best rate, the softmax is behind after 30 epochs",
    ja="SGDでは、それぞれ最もよい学習率でも、30エポック後にsoftmaxが遅れている",
)
def sgd_is_behind(r: Results) -> Comparison:
    logits, softmax = r.seeds.sgd.logits, r.seeds.sgd.softmax
    return more(max(logits.late.mean), max(softmax.late.mean), by=0.01)


@claim(
    en="After three times as many epochs, the best means are within 2 points",
    ja="エポック数を3倍にすると、最もよい平均どうしの差は2ポイント以内になる",
)
def longer_training_closes_the_gap(r: Results) -> Comparison:
    logits, softmax = r.longer.sgd.logits, r.longer.sgd.softmax
    return near(max(logits.late.mean), max(softmax.late.mean), within=0.02)
