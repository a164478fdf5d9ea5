"""What the lesson on losses claims."""

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
    en="An untrained network's loss is near ln 10",
    ja="学習前の損失はln 10に近い",
)
def untrained_loss_is_near_ln_10(r: Results) -> Comparison:
    return near(r.first_loss, r.even_guess, within=0.2)


@claim(
    en="At one accuracy, the loss can be ten times another",
    ja="正解率が同じでも、損失には10倍近い差がつく",
)
def one_accuracy_many_losses(r: Results) -> list[Comparison]:
    return [
        more(r.sureness["0.5"], 5 * r.sureness["10"]),
        more(r.sureness["100"], 5 * r.sureness["10"]),
    ]


@claim(
    en="The gradient at the logits is p minus one-hot",
    ja="ロジットでの勾配は、確率pからone-hotを引いたものである",
)
def gradient_is_p_minus_one_hot(r: Results) -> Comparison:
    return true(r.gradient_fits, "gradient = p - one_hot")


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
    return more(r.wrong_mse, 10)


@claim(
    en="Weighted by the size of the batch, the mean is that of all pictures",
    ja="枚数による加重平均は全体の損失に等しく、単純な平均は違う",
)
def weighted_mean_is_that_of_the_whole(r: Results) -> list[Comparison]:
    return [
        near(r.weighted, r.whole, within=1e-4),
        more(abs(r.plain - r.whole), 1e-4),
        same(sum(r.counts), 258),
        less(r.counts[-1], 64),
    ]
