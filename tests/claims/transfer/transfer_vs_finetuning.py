"""What the lesson on transfer learning and fine-tuning claims."""

import statistics

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    near,
    same,
)

PRETRAINED = ("head", "partial", "finetune", "head_then_all")


def paired(r: Results, mode: str, other: str) -> list[float]:
    """Return by how much a mode is better, network by network."""
    pairs = zip(
        r[mode].test_accuracy["values"],
        r[other].test_accuracy["values"],
        strict=True,
    )
    return [one - two for one, two in pairs]


@claim(
    en="With 20 pictures a class, no augmentation and every network, each "
    "pretrained mode is far above scratch, also when both train twice as long",
    ja="1クラス20枚、データ拡張なしでは、どのネットワークでも、学習済みの重みを"
    "使う方法はscratchよりはるかに高い。両方を2倍長く学習しても同じ",
)
def pretrained_beats_scratch_with_every_network(
    r: Results,
) -> list[Comparison]:
    return [
        more(min(paired(r, mode + end, "scratch" + end)), 0.0, by=0.2)
        for end in ("", "_longer")
        for mode in PRETRAINED
    ]


@claim(
    en="With 20 pictures a class and no augmentation, no pretrained mode is "
    "better than the head by 3 points in the mean, nor is one that trains "
    "twice as long",
    ja="1クラス20枚、データ拡張なしでは、学習済みの重みを使うどの方法も、平均で"
    "headを3ポイント上回らない。2倍長く学習しても同じ",
)
def no_mode_is_far_from_head(r: Results) -> list[Comparison]:
    return [
        less(statistics.fmean(paired(r, mode + end, "head" + end)), 0.03)
        for end in ("", "_longer")
        for mode in PRETRAINED[1:]
    ]


@claim(
    en="Which pretrained mode is best changes with the seed: with the "
    "network, the training pictures and the new head",
    ja="学習済みの重みを使う方法のどれが最良かは、シード（ネットワーク、訓練画像、"
    "新しい出力層）によって違う",
)
def best_mode_changes_with_the_seed(r: Results) -> Comparison:
    values = [r[mode].test_accuracy["values"] for mode in PRETRAINED]
    best = {one.index(max(one)) for one in zip(*values, strict=True)}
    return same(len(best) > 1, True)


@claim(
    en="Trained twice as long, the head is the best mode with most networks",
    ja="2倍長く学習すると、ほとんどのネットワークでheadが最良",
)
def head_is_mostly_best_when_trained_longer(r: Results) -> Comparison:
    values = [
        r[f"{mode}_longer"].test_accuracy["values"] for mode in PRETRAINED
    ]
    best = [one.index(max(one)) for one in zip(*values, strict=True)]
    return same(best.count(0) > len(best) / 2, True)


@claim(
    en="Without pretraining, a last layer on pixels or on the last features "
    "of a random network hardly beats guessing",
    ja="事前学習がなければ、画素や、ランダムなネットワークの最後の特徴量に付けた"
    "出力層だけの学習は、ランダムに答えた場合とほとんど変わらない",
)
def without_pretraining_a_last_layer_guesses(r: Results) -> list[Comparison]:
    return [
        less(r[mode].test_accuracy.max, 0.32)
        for mode in ("pixels", "random_head")
    ]


@claim(
    en="head keeps less than a hundredth of the memory of finetune",
    ja="headが逆伝播のために残すメモリは、finetuneの100分の1より少ない",
)
def head_keeps_little_memory(r: Results) -> Comparison:
    share = r.head.kept_bytes.mean / r.finetune.kept_bytes.mean
    return less(share, 0.01)


@claim(
    en="All layers from random weights learn more than a last layer alone",
    ja="ランダムな重みでも、全層の学習は出力層だけの学習より高い",
)
def scratch_learns_something(r: Results) -> Comparison:
    return more(statistics.fmean(paired(r, "scratch", "random_head")), 0.05)


@claim(
    en="With 20 pictures a class and no augmentation, a rate ten times as "
    "large costs finetune at least 3 points",
    ja="1クラス20枚、データ拡張なしのfinetuneでは、10倍の学習率にすると"
    "3ポイント以上下がる",
)
def large_rate_costs_finetune(r: Results) -> Comparison:
    large, _, small, *_ = r.finetune.accuracy_by_rate.mean
    return more(small, large, by=0.03)


@claim(
    en="Each mode learns its training: no rate leaves it at chance",
    ja="どの方法も、どの学習率でも、ランダムより確かに高い",
)
def every_rate_learns(r: Results) -> list[Comparison]:
    return [
        near(rate, 0.75, 0.15)
        for mode in PRETRAINED
        for rate in r[mode].accuracy_by_rate.mean
    ]
