"""What the lesson on batch normalisation claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    near,
    true,
)

WITHOUT, WITH = "without", "BatchNorm"


@claim(
    en="After 20 layers the features of different pictures differ less than a "
    "thousandth as much as after the first; with BatchNorm as much",
    ja="20層を通ると画像ごとの特徴の違いは1000分の1未満になり、"
    "BatchNormがあればほぼ変わらない",
)
def batch_norm_keeps_the_features(r: Results) -> list[Comparison]:
    first, last = (r.signals[WITHOUT][at] for at in (0, -1))
    kept = r.signals[WITH]
    return [less(last / first, 1e-3), near(kept[0], kept[-1], within=0.1)]


@claim(
    en="Gradients grow at least tenfold from the last to the first layer "
    "with BatchNorm; without it they shrink to less than "
    "a ten-thousandth",
    ja="最初の層の勾配は、BatchNormがあると最後の層の10倍以上になり、"
    "ないと1万分の1未満になる",
)
def gradients_grow_with_batch_norm(r: Results) -> list[Comparison]:
    with_norm, without = r.sizes[WITH], r.sizes[WITHOUT]
    return [
        more(with_norm[0] / with_norm[-1], 10),
        less(without[0] / without[-1], 1e-4),
    ]


@claim(
    en="In eval() mode more than 90 % are right; in train() mode, two at a "
    "time, at least 20 points fewer",
    ja="eval()での正解率は90%以上。train()のまま2枚ずつ分類すると20ポイント以上下がる",
)
def small_batches_spoil_the_answers(r: Results) -> list[Comparison]:
    two = r.by_size["2"]
    return [more(r.in_eval, 0.9), more(r.in_eval, two, by=0.2)]


@claim(
    en="A bias before BatchNorm changes nothing",
    ja="BatchNormの前のバイアスは出力を変えない",
)
def bias_before_batch_norm_is_lost(r: Results) -> Comparison:
    return true(r.same_with_bias)


@claim(
    en="In eval() mode the answer does not depend on the rest of the batch",
    ja="eval()の答えは、バッチのほかの画像によらない",
)
def eval_answers_alone(r: Results) -> Comparison:
    return true(r.same_in_eval)
