"""What the lesson on input and output claims."""

from statistics import fmean

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    more,
    near,
    true,
)


@claim(
    en="On values from 0 to 1, an untrained network starts near ln 10",
    ja="0〜1の入力では、学習前の損失はln 10に近い",
)
def scaled_input_starts_near_ln_10(r: Results) -> Comparison:
    return near(r.untrained_loss.to_1.mean, r.even_guess_loss, within=0.1)


@claim(
    en="On values from 0 to 16, an untrained network starts above ln 10",
    ja="0〜16の入力では、学習前の損失はln 10を上回る",
)
def raw_input_starts_above_ln_10(r: Results) -> Comparison:
    return more(r.untrained_loss.to_16.mean, r.even_guess_loss, by=0.5)


@claim(
    en="On values from 0 to 255, an untrained network starts far above ln 10",
    ja="0〜255の入力では、学習前の損失はln 10をはるかに上回る",
)
def photo_range_starts_far_above_ln_10(r: Results) -> Comparison:
    return more(r.untrained_loss.to_255.mean, 5 * r.even_guess_loss)


@claim(
    en="A nearest neighbour does better on each of five random splits",
    ja="最近傍法の正解率は、ランダムに分けると5通りとも高くなる",
)
def random_split_flatters_the_neighbour(r: Results) -> Comparison:
    return more(min(r.mixed), r.other_writers, by=0.015)


@claim(
    en="The mean of the random splits is that of its five values",
    ja="ランダムに分けた正解率の平均は、5つの値の平均に等しい",
)
def mean_of_splits_agrees_with_values(r: Results) -> Comparison:
    return near(r.mixed_mean, fmean(r.mixed), within=1e-5)


@claim(
    en="Softmax does not change which class is largest",
    ja="softmaxをかけても、最大のクラスは変わらない",
)
def softmax_keeps_the_largest(r: Results) -> Comparison:
    return true(r.same_answer, "argmax(softmax(logits)) = argmax(logits)")
