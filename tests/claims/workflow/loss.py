"""What the lesson on losses claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    near,
    true,
)


@claim(
    en="Cross entropy is log-softmax and negative log-likelihood",
    ja="クロスエントロピーは、log-softmaxと負の対数尤度を続けたものに等しい",
)
def cross_entropy_is_two_steps(r: Results) -> Comparison:
    return less(r.by_hand_differs_by, 1e-5)


@claim(
    en="An untrained network's loss is near ln 10",
    ja="学習前の損失はln 10に近い",
)
def untrained_loss_is_near_ln_10(r: Results) -> Comparison:
    return near(r.untrained_loss, r.even_guess_loss, within=0.1)


@claim(
    en="The gradient at the logits is p minus one-hot",
    ja="ロジットでの勾配は、確率pからone-hotを引いたものである",
)
def gradient_is_p_minus_one_hot(r: Results) -> Comparison:
    return true(r.gradient_is_p_minus_one_hot, "gradient = p - one_hot")


@claim(
    en="With probabilities as input, the loss cannot fall below 1.46",
    ja="確率を渡すと、損失は1.46より下がらない",
)
def probabilities_keep_the_loss_high(r: Results) -> Comparison:
    return near(r.lowest_loss, 1.46, within=0.01)


@claim(
    en="nll_loss on probabilities gives a negative loss",
    ja="nll_lossに確率を渡すと、損失が負になる",
)
def nll_of_probabilities_is_negative(r: Results) -> Comparison:
    return less(r.nll_of_softmax, 0)


@claim(
    en="A softmax too many shrinks the first gradient to less than a fifth",
    ja="softmaxが1つ余分だと、最初の勾配は5分の1より小さくなる",
)
def extra_softmax_shrinks_the_gradient(r: Results) -> Comparison:
    return less(r.gradient_norms[1], 0.2 * r.gradient_norms[0])


@claim(
    en="SGD loses at least 30 points by a softmax too many",
    ja="SGDは、softmaxが1つ余分だと30ポイント以上下がる",
)
def extra_softmax_ruins_sgd(r: Results) -> Comparison:
    logits, softmax = r.accuracy.sgd_logits, r.accuracy.sgd_softmax
    return more(logits.mean, softmax.mean, by=0.3)


@claim(
    en="Adam loses at least 2 points by a softmax too many",
    ja="Adamは、softmaxが1つ余分だと2ポイント以上下がる",
)
def extra_softmax_costs_adam_less(r: Results) -> Comparison:
    logits, softmax = r.accuracy.adam_logits, r.accuracy.adam_softmax
    return more(logits.mean, softmax.mean, by=0.02)


@claim(
    en="On logits, both optimizers reach more than 75 %, and less than 95 %",
    ja="ロジットを渡せば、どちらの最適化手法も75 %を超え、95 %には届かない",
)
def training_on_logits_ends_well(r: Results) -> list[Comparison]:
    ways = r.accuracy.sgd_logits, r.accuracy.adam_logits
    return [
        comparison
        for way in ways
        for comparison in (more(way.mean, 0.75), less(way.mean, 0.95))
    ]


@claim(
    en="A head of 1000 outputs raises no error, but starts at a larger loss",
    ja="出力が1000個のままでもエラーは出ず、最初の損失だけが大きい",
)
def head_of_1000_starts_higher(r: Results) -> Comparison:
    return more(r.too_wide, 6)


@claim(
    en="Perfect predictions of shape (B, 1) get a large MSE",
    ja="形が(B, 1)だと、完璧な予測でも平均二乗誤差が大きい",
)
def perfect_predictions_get_a_large_mse(r: Results) -> Comparison:
    return more(r.trapped_loss, 10)


@claim(
    en="Weighted by the size of the batch, the mean is that of all pictures",
    ja="枚数で重みを付けた平均は全体の損失に等しく、単純な平均は違う",
)
def weighted_mean_is_that_of_the_whole(r: Results) -> list[Comparison]:
    return [
        near(r.weighted_mean, r.whole, within=1e-4),
        more(abs(r.plain_mean - r.whole), 1e-4),
    ]
