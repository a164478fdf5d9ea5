"""What the lesson on input and output claims."""

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
    en="On values from 0 to 1, an untrained network starts near ln 10",
    ja="0〜1の入力では、学習前の損失はln 10に近い",
)
def scaled_input_starts_near_ln_10(r: Results) -> Comparison:
    return near(r.untrained_loss.to_1, r.even_guess_loss, within=0.1)


@claim(
    en="Not divided by 16, the input starts the loss above ln 10",
    ja="16で割り忘れると、学習前の損失はln 10を上回る",
)
def raw_input_starts_above_ln_10(r: Results) -> Comparison:
    return more(r.untrained_loss.to_16, r.even_guess_loss, by=0.5)


@claim(
    en="On values from 0 to 255, an untrained network starts far above ln 10",
    ja="0〜255の入力では、学習前の損失はln 10をはるかに上回る",
)
def photo_range_starts_far_above_ln_10(r: Results) -> Comparison:
    return more(r.untrained_loss.to_255, 5 * r.even_guess_loss)


@claim(
    en="Always answering the commonest digit is right less often than 15 %",
    ja="いちばん多い数字をいつも答えても、正解率は15 %に届かない",
)
def commonest_digit_is_a_low_baseline(r: Results) -> Comparison:
    return less(r.baseline, 0.15)


@claim(
    en="Softmax does not change which class is largest",
    ja="softmaxをかけても、最大のクラスは変わらない",
)
def softmax_keeps_the_largest(r: Results) -> Comparison:
    return true(r.same_answer, "argmax(softmax(logits)) = argmax(logits)")
