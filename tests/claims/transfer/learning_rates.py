"""What the lesson on learning rates claims."""

from itertools import pairwise

from tests.recorder.claims import Comparison, Results, claim, less, more


def at(r: Results, way: str, rate: str, key: str = "accuracy") -> float:
    """Return the mean over networks of a way at a rate."""
    return float(r[way][rate][key].mean)


@claim(
    en="Each way with a new head is best at a rate inside the grid",
    ja="新しい出力層から始める方法は、どれも試した範囲の内側で最もよい",
)
def best_rates_lie_inside_the_grid(r: Results) -> list[Comparison]:
    return [
        more(
            min(at(r, way, rate, "loss") for rate in ("3e-01", "3e-03")),
            min(
                at(r, way, rate, "loss") for rate in ("1e-01", "3e-02", "1e-02")
            ),
        )
        for way in ("head", "one", "tenth", "layerwise", "warmup", "cosine")
    ]


@claim(
    en="At 0.1, smaller rates for the old layers are better than one for all",
    ja="学習率0.1では、学習済みの層だけ小さくしたほうが、全層同じより高い",
)
def smaller_rates_for_old_layers_help(r: Results) -> list[Comparison]:
    one = at(r, "one", "1e-01")
    return [more(at(r, way, "1e-01"), one) for way in ("tenth", "layerwise")]


@claim(
    en="At 0.1, warm-up, schedule and a trained head stay far below `head`",
    ja="学習率0.1では、ウォームアップでもスケジュールでも出力層が先でも、`head`よりずっと低い",
)
def no_way_saves_a_high_rate(r: Results) -> list[Comparison]:
    head = at(r, "head", "1e-01")
    ways = "one", "warmup", "cosine", "head_then_all"
    return [less(at(r, way, "1e-01"), head, by=0.03) for way in ways]


@claim(
    en="Each way at its best rate lies within four points of `head`",
    ja="どの方法も、最もよい学習率では`head`との差が4ポイント以内",
)
def best_rates_make_the_ways_alike(r: Results) -> list[Comparison]:
    return [
        less(abs(r[way].test.mean - r.head.test.mean), 0.04)
        for way in ("tenth", "layerwise", "head_then_all")
    ]


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
