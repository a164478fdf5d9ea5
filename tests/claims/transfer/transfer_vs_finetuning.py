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
    en="Without augmentation and with every network, each pretrained mode is "
    "far above scratch, also when both train twice as long",
    ja="データ拡張なしでは、どのネットワークでも、学習済みの重みを使う方法は"
    "scratchよりはるかに高い。両方を2倍長く学習しても同じ",
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
    en="No pretrained mode is better than the head by 3 points in the mean, "
    "nor is one that trains twice as long",
    ja="学習済みの重みを使うどの方法も、平均でheadを3ポイント上回らない。"
    "2倍長く学習しても同じ",
)
def no_mode_is_far_from_head(r: Results) -> list[Comparison]:
    return [
        less(statistics.fmean(paired(r, mode + end, "head" + end)), 0.03)
        for end in ("", "_longer")
        for mode in PRETRAINED[1:]
    ]


@claim(
    en="Which pretrained mode is best changes with the network",
    ja="学習済みの重みを使う方法のどれが最良かは、ネットワークによって違う",
)
def best_mode_changes_with_the_network(r: Results) -> Comparison:
    values = [r[mode].test_accuracy["values"] for mode in PRETRAINED]
    best = {one.index(max(one)) for one in zip(*values, strict=True)}
    return same(len(best) > 1, True)


@claim(
    en="Without pretraining, a last layer alone hardly beats guessing",
    ja="事前学習がなければ、出力層だけの学習はランダムとほとんど変わらない",
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
    en="In finetune, a rate ten times as large costs at least 3 points",
    ja="finetuneでは、10倍の学習率にすると3ポイント以上下がる",
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
