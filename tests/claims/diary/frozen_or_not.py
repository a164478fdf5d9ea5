"""What the evidence on frozen and trained layers claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more


@claim(
    en="Training all layers goes far below the loss of the best possible head",
    ja="全層を学習すると、最もよい出力層の損失よりはるかに低くなる",
)
def frozen_features_are_a_floor(r: Results) -> list[Comparison]:
    return [
        more(r.head_losses[-1], r.best_loss),
        less(r.all_losses[-1], r.best_loss / 3),
    ]


@claim(
    en="In its second hundred updates the head gains at most a fifth, all "
    "layers at least a half",
    ja="後半100回の更新で、出力層だけの損失は5分の1も下がらず、全層では半分以下になる",
)
def the_head_hardly_moves_later(r: Results) -> list[Comparison]:
    return [
        more(r.head_losses[-1], 0.8 * r.head_losses[99]),
        less(r.all_losses[-1], 0.5 * r.all_losses[99]),
    ]


@claim(
    en="ResNet-18 computes at least ten times as much as a small CNN, and at "
    "224 pixels at least thirty times as much as at 32",
    ja="ResNet-18の計算は小さなCNNの10倍以上、224画素では32画素の30倍以上",
)
def the_network_and_the_size_cost(r: Results) -> list[Comparison]:
    cost = r.billions
    return [
        more(cost["ResNet-18"], 10 * cost["small CNN"]),
        more(cost["all layers"], 30 * cost["ResNet-18"]),
    ]


@claim(
    en="With the body frozen, less than two fifths of the work is left",
    ja="本体を凍結すると、計算は5分の2未満になる",
)
def frozen_is_a_third(r: Results) -> Comparison:
    return less(r.billions["frozen body"], 0.4 * r.billions["all layers"])
