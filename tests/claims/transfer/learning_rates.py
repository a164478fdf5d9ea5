"""What the lesson on learning rates claims."""

from itertools import pairwise

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    near,
)


def at(r: Results, way: str, rate: str, key: str = "accuracy") -> float:
    """Return the mean over networks of a way at a rate."""
    return float(r[way][rate][key].mean)


@claim(
    en="From 0.003 to 0.1, the head alone stays within five points",
    ja="出力層だけなら、学習率0.003から0.1までの差は5ポイント以内",
)
def head_learns_at_many_rates(r: Results) -> list[Comparison]:
    best = at(r, "head", "1e-02")
    rates = "1e-01", "3e-02", "3e-03"
    return [near(at(r, "head", rate), best, within=0.05) for rate in rates]


@claim(
    en="At 0.1, smaller rates for the old layers are better than one for all",
    ja="学習率0.1では、学習済みの層だけ小さくしたほうが、全層同じより高い",
)
def smaller_rates_for_old_layers_help(r: Results) -> list[Comparison]:
    one = at(r, "one", "1e-01")
    return [more(at(r, way, "1e-01"), one) for way in ("tenth", "layerwise")]


@claim(
    en="Five epochs of warm-up, a cosine schedule and a trained head stay "
    "below `head` at 0.1",
    ja="学習率0.1では、5エポックのウォームアップもコサインのスケジュールも"
    "出力層が先も`head`より低い",
)
def no_way_saves_a_high_rate(r: Results) -> list[Comparison]:
    head = at(r, "head", "1e-01")
    ways = "one", "warmup", "cosine", "head_then_all"
    best_epoch = [less(at(r, way, "1e-01"), head) for way in ways]
    last = at(r, "head", "1e-01", "last")
    return [*best_epoch, less(at(r, "warmup", "1e-01", "last"), last)]


@claim(
    en="`tenth`, `layerwise`, `head_then_all` end near `head`",
    ja="`tenth`、`layerwise`、`head_then_all`の正解率は`head`に近い",
)
def at_their_best_rates_three_end_near_head(r: Results) -> list[Comparison]:
    ways = "tenth", "layerwise", "head_then_all"
    head = r.head.test.mean
    return [near(r[way].test.mean, head, within=0.04) for way in ways]


@claim(
    en="The higher the rate, the further the first convolution turns",
    ja="学習率が大きいほど、最初の畳み込みの向きは大きく変わる",
)
def higher_rates_turn_the_weights_further(r: Results) -> list[Comparison]:
    rates = "3e-01", "1e-01", "3e-02", "1e-02"
    angles = [at(r, "one", rate, "angle") for rate in rates]
    return [more(*pair) for pair in pairwise(angles)]


@claim(
    en="Counting the statistics anew brings back little of what was lost",
    ja="統計量を計算し直しても、失った正解率はほとんど戻らない",
)
def statistics_explain_little(r: Results) -> list[Comparison]:
    lost = at(r, "one", "1e-02", "last") - at(r, "one", "1e-01", "last")
    back = at(r, "one", "1e-01", "anew") - at(r, "one", "1e-01", "last")
    return [less(back, lost / 3)]
