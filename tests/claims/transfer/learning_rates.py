"""What the lesson on learning rates claims."""

from itertools import pairwise

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    same,
)


def at(r: Results, way: str, rate: float, key: str = "val_accuracy") -> float:
    """Return the mean that a way reaches at a rate."""
    return float(r[way][key].mean[r[way].rate.index(rate)])


@claim(
    en="At 0.05, one rate for all layers lies below a tenth for the old ones",
    ja="学習率0.05では、元の層だけ10分の1にしたほうが、全層同じより高い",
)
def tenth_beats_one_rate(r: Results) -> Comparison:
    return more(at(r, "tenth", 0.05), at(r, "one", 0.05), by=0.05)


@claim(
    en="At 0.2, one rate for all layers learns next to nothing",
    ja="全層同じ学習率0.2では、ほとんど何も学べない",
)
def largest_rate_learns_nothing(r: Results) -> Comparison:
    return less(at(r, "one", 0.2), 0.35)


@claim(
    en="At 0.05, one rate for all layers lies far below the head alone",
    ja="全層同じ学習率0.05は、出力層だけの学習を大きく下回る",
)
def one_rate_lies_below_the_head(r: Results) -> Comparison:
    return less(at(r, "one", 0.05), at(r, "head", 0.01), by=0.1)


@claim(
    en="Warm-up saves none of the rates",
    ja="ウォームアップを使っても、どの学習率でも大きくは改善しない",
)
def warm_up_saves_no_rate(r: Results) -> list[Comparison]:
    return [
        less(at(r, "warmup", rate) - at(r, "one", rate), 0.12)
        for rate in r.one.rate
    ]


@claim(
    en="The larger the rate, the further the body moves",
    ja="学習率が大きいほど、元の層は遠くまで動く",
)
def larger_rate_moves_further(r: Results) -> list[Comparison]:
    steps = pairwise(r.one.body.mean)
    return [more(larger, 1.4 * smaller) for smaller, larger in steps]


@claim(
    en="At every rate, the first convolution moves furthest",
    ja="どの学習率でも、最も大きく動くのは最初の畳み込みである",
)
def first_convolution_moves_furthest(r: Results) -> list[Comparison]:
    layers = (r.one[name].mean for name in ("layer1", "layer2", "layer3"))
    others = [max(moved) for moved in zip(*layers, strict=True)]
    pairs = zip(r.one.conv1.mean, others, strict=True)
    return [more(first, 1.4 * other) for first, other in pairs]


@claim(
    en="A tenth is not the best share: at 0.2, a hundredth lies above it",
    ja="10分の1が最良とは限らず、0.2では100分の1のほうが高い",
)
def hundredth_beats_a_tenth(r: Results) -> Comparison:
    return more(at(r, "hundredth", 0.2), at(r, "tenth", 0.2), by=0.04)


@claim(
    en="A tenfold rate of the head alone speeds up the start",
    ja="出力層の学習率だけを10倍にすると、出だしが速くなる",
)
def larger_rate_of_the_head_is_faster(r: Results) -> Comparison:
    return less(
        at(r, "tenth", 0.01, "train_loss"),
        at(r, "one", 0.001, "train_loss"),
        by=0.2,
    )


@claim(
    en="At 0.05, the running statistics lag in the first epochs",
    ja="学習率0.05では、はじめのうち移動平均が遅れる",
)
def statistics_lag_early(r: Results) -> Comparison:
    early = r.one.early[r.one.rate.index(0.05)]
    counted = early["counted_accuracy"]["mean"]
    running = early["val_accuracy"]["mean"]
    lags = [new - old for new, old in zip(counted, running, strict=True)]
    return more(max(lags), 0.04)


@claim(
    en="At 0.05, training ends well and validation does not",
    ja="学習率0.05では、訓練はうまく終わり、検証はそうならない",
)
def training_ends_well_validation_does_not(r: Results) -> Comparison:
    return more(
        at(r, "one", 0.05, "train_accuracy"), at(r, "one", 0.05), by=0.25
    )


@claim(
    en="Gradients through two random heads point apart, trained ones less so",
    ja="乱数の出力層では勾配の向きがばらばらで、学習した出力層ではそろう",
)
def random_heads_point_apart(r: Results) -> Comparison:
    trained, random = r.gradient.trained_head, r.gradient.random_head
    return more(trained.cosine, random.cosine, by=0.2)


@claim(
    en="No setting lies clearly above training the head alone",
    ja="出力層だけの学習をはっきり上回る設定はない",
)
def no_setting_beats_the_head(r: Results) -> list[Comparison]:
    head = at(r, "head", 0.01)
    return [
        less(max(r[way].val_accuracy.mean) - head, 0.05)
        for way in ("one", "warmup", "tenth", "hundredth")
    ]


@claim(
    en="The message names the parameter that stands in two groups",
    ja="エラーメッセージは、2つのグループに同じパラメータがあると告げる",
)
def message_names_the_fault(r: Results) -> Comparison:
    return same(
        r.two_groups, "some parameters appear in more than one parameter group"
    )


@claim(
    en="At 0.01, every way ends with a loss that only sound training reaches",
    ja="学習率0.01では、どの訓練の損失も正しく学習したときの範囲にある",
)
def trainings_end_where_sound_ones_do(r: Results) -> list[Comparison]:
    # With five classes, a softmax too many keeps every loss above 0.90.
    return [
        less(at(r, way, 0.01, "train_loss"), 0.7)
        for way in ("one", "warmup", "tenth", "hundredth", "head")
    ]
