"""What the evidence on softmax, regression, rates and batches claims."""

import itertools
import statistics

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    near,
    same,
    true,
)


@claim(
    en="CrossEntropyLoss is log_softmax followed by NLLLoss",
    ja="CrossEntropyLossは、log_softmaxとNLLLossを続けたものに等しい",
)
def softmax_is_inside(r: Results) -> Comparison:
    return true(r.agree, "CrossEntropyLoss = NLLLoss(log_softmax)")


@claim(
    en="1 and 2 lose as much as 100 and 200 by their ratio, not by softmax",
    ja="比では1と2、100と200の損失は同じだが、softmaxでは違う",
)
def equal_ratios_lose_differently(r: Results) -> list[Comparison]:
    ratio, difference = r.ratio_losses, r.difference_losses
    return [
        near(ratio[0], ratio[1], 1e-5),
        more(difference[1], difference[0], by=90),
    ]


@claim(
    en="Softmax takes negative numbers; log_softmax stays finite",
    ja="softmaxは負の数でも確率になり、log_softmaxは有限のまま",
)
def softmax_does_more(r: Results) -> list[Comparison]:
    return [
        less(r.sums[1], 0),
        more(r.chances[1], 0.01),
        true(not r.finite[0], "log(softmax) = -inf"),
        true(r.finite[1], "log_softmax is finite"),
    ]


@claim(
    en="Logits are floating-point numbers like the output of a regression, "
    "classes are integers",
    ja="ロジットは回帰の出力と同じ小数で、クラスの番号は整数である",
)
def logits_are_continuous(r: Results) -> list[Comparison]:
    return [
        same(r.price.dtype, "torch.float32"),
        same(r.class_logits.dtype, "torch.float32"),
        same(r.classes.dtype, "torch.int64"),
    ]


@claim(
    en="A linear fit explains a curve and a product on the right features "
    "(R2 above 0.99), and neither on the plain ones (below 0.2)",
    ja="線形の当てはめは、特徴量を選べば曲線も積も説明でき（R2は0.99以上）、"
    "そのままの特徴量ではどちらも説明できない（0.2以下）",
)
def features_decide(r: Results) -> list[Comparison]:
    bent, product = r.r2["a^2 + sin(3b)"], r.r2["a * b"]
    return [
        more(r.r2["2a - 3b"][0], 0.99),
        less(bent[0], 0.2),
        less(product[0], 0.2),
        more(bent[1], 0.99),
        more(product[1], 0.99),
    ]


@claim(
    en="At each rate about a third as large, at least twice the epochs",
    ja="学習率を約3分の1にするたびに、エポック数は2倍以上になる",
)
def smaller_rates_need_more_epochs(r: Results) -> list[Comparison]:
    epochs = [statistics.fmean(r.needed[x]) for x in ("1.0", "0.3", "0.1")]
    return [more(b, 2 * a) for a, b in itertools.pairwise(epochs)]


@claim(
    en="At one rate, the smaller batch fits its training labels at least 20 "
    "points better",
    ja="学習率が同じなら、小さいバッチは訓練のラベルに20ポイント以上よく合う",
)
def small_batches_fit_closer_at_one_rate(r: Results) -> Comparison:
    return more(r.fits["10 at 0.1"][0], r.fits["50 at 0.1"][0], by=0.2)


@claim(
    en="A batch of 50 at five times the rate ends like a batch of 10, within "
    "8 points",
    ja="バッチ50は、学習率を5倍にすると、バッチ10と8ポイント以内で同じ結果になる",
)
def five_times_the_rate_makes_up(r: Results) -> list[Comparison]:
    pairs = (("10 at 0.02", "50 at 0.1"), ("10 at 0.1", "50 at 0.5"))
    return [
        near(one, other, 0.08)
        for small, large in pairs
        for one, other in zip(r.fits[small], r.fits[large], strict=True)
    ]
