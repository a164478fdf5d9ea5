"""What the lesson on losses claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, near


@claim(
    en="MSE is lowest for the mean of the minutes, MAE for their median",
    ja="MSEは平均で、MAEは中央値で最も小さくなる",
)
def mse_finds_the_mean_mae_the_median(r: Results) -> list[Comparison]:
    return [near(r.lowest.MSE, 16, 0.1), near(r.lowest.MAE, 12, 0.1)]


@claim(
    en="The sum sees equal ratios, softmax equal differences",
    ja="合計で割ると比が等しいものが、softmaxでは差が等しいものが同じになる",
)
def softmax_sees_differences(r: Results) -> list[Comparison]:
    shares, probabilities = r.shares, r.probabilities
    return [
        near(shares[0], shares[1], 1e-6),
        less(shares[2], shares[0], by=0.1),
        near(probabilities[0], probabilities[2], 1e-6),
        more(probabilities[1], probabilities[0], by=0.2),
    ]


@claim(
    en="The smoothed loss rises again for very sure logits",
    ja="ラベルスムージングを使うと、確信度が高すぎれば損失がまた上がる",
)
def smoothing_makes_certainty_costly(r: Results) -> list[Comparison]:
    return [
        less(r.surer[2], r.surer[1]),
        more(r.smoothed[2], r.smoothed[1], by=0.5),
    ]


@claim(
    en="A lower threshold finds more eights and gives more false alarms",
    ja="しきい値を下げると、見つかる8も、誤って8とする画像も増える",
)
def lower_threshold_finds_more(r: Results) -> list[Comparison]:
    low, high = r.found["0.1"], r.found["0.9"]
    return [more(low[0], high[0], by=5), more(low[1], high[1], by=3)]
