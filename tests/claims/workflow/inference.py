"""What the lesson on inference claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    near,
)


@claim(
    en="Pictures made fit are classified, pictures not inverted are not",
    ja="訓練と同じ形式に直した画像は分類でき、白黒を反転しないと分類できない",
)
def new_pictures_must_be_made_fit(r: Results) -> list[Comparison]:
    return [more(r.seeds.fit.mean, 0.9), less(r.seeds.not_inverted.mean, 0.5)]


@claim(
    en="Where it cannot classify, the network is sure all the same",
    ja="分類できない画像でも、ネットワークの確信度は高い",
)
def sure_and_wrong(r: Results) -> Comparison:
    return more(r.seeds.still_sure.mean, r.seeds.not_inverted.mean, by=0.2)


@claim(
    en="The interval of this accuracy is wider than four points",
    ja="この正解率の信頼区間は、幅が4ポイントを超える",
)
def interval_is_wide(r: Results) -> Comparison:
    return more(r.seeds.interval.mean[1] - r.seeds.interval.mean[0], 0.04)


@claim(
    en="The accuracy is inside its interval, and not in the middle",
    ja="正解率は信頼区間の中にあるが、真ん中ではない",
)
def interval_is_lopsided(r: Results) -> list[Comparison]:
    low, high = r.interval
    return [
        more(high, r.accuracy),
        more(r.accuracy - low, high - r.accuracy, by=0.005),
    ]


@claim(
    en="Two trainings of one network differ on fewer pictures",
    ja="同じネットワークを2回訓練したときのほうが、答えの違う画像が少ない",
)
def trainings_differ_less_than_models(r: Results) -> Comparison:
    return less(r.seeds.again.differ.mean, r.seeds.linear.differ.mean, by=3)


@claim(
    en="After eight epochs the linear model is worse beyond chance, five times",
    ja="8エポックの時点で、線形モデルとの差は5回とも偶然より大きい",
)
def linear_model_differs(r: Results) -> Comparison:
    return less(r.seeds.linear.p_value.max, 0.01)


@claim(
    en="The best of twenty guessers gains most where answers are a toss-up",
    ja="20個の最高を選ぶ効果は、五分五分のときに最も大きい",
)
def choosing_flatters_guessers_most(r: Results) -> list[Comparison]:
    half, here = r.seeds.gains.mean
    return [more(half, here, by=0.01), more(here, 0.01)]


@claim(
    en="The accuracy is the diagonal of the confusion matrix by its sum",
    ja="正解率は、混同行列の対角線の和を総和で割った値に等しい",
)
def accuracy_agrees_with_confusion(r: Results) -> Comparison:
    right = sum(row[digit] for digit, row in enumerate(r.confusion))
    return near(r.accuracy, right / sum(map(sum, r.confusion)), within=1e-5)
