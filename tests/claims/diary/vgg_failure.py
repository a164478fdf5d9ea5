"""What the evidence on a failed transfer claims."""

from statistics import mean

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    same,
)


@claim(
    en="With model.fc on a VGG the network answers as before: worse than "
    "chance",
    ja="VGGにmodel.fcを付けると、ネットワークの答えは元のまま。ランダムな答えにも届かない",
)
def a_layer_beside_the_network_learns_nothing(r: Results) -> Comparison:
    return less(max(r.accuracy["model.fc"]), 0.2)


@claim(
    en="At a rate of 0.3 for all layers, accuracy stays near chance",
    ja="すべての層を学習率0.3で学習すると、正解率はランダムな答えとほぼ変わらない",
)
def a_high_rate_ruins_it(r: Results) -> Comparison:
    return less(max(r.accuracy["high rate"]), 0.3)


@claim(
    en="With the same pictures, the right layer and a small rate, transfer "
    "works, with each of three seeds",
    ja="同じ画像でも、正しい層を付け替えて小さな学習率にすれば、3つのシードのどれでも転移学習は成功する",
)
def done_right_it_works(r: Results) -> Comparison:
    return more(min(r.accuracy["done right"]), 0.7)


@claim(
    en="From scratch it works too: there is no layer to miss",
    ja="ゼロからの学習も成功する。間違える層がそもそもない",
)
def scratch_works(r: Results) -> Comparison:
    return more(min(r.accuracy["scratch"]), 0.7)


@claim(
    en="With a larger batch the unused layer is still unused, and at the high "
    "rate the mean accuracy stays 20 points or more behind the right way",
    ja="バッチを大きくしても、使われない層は使われないまま。大きな学習率では、"
    "平均の正解率が正しい手順より20ポイント以上低い",
)
def a_larger_batch_is_no_repair(r: Results) -> list[Comparison]:
    return [
        same(r.larger["model.fc"], r.accuracy["model.fc"]),
        less(mean(r.larger["high rate"]), mean(r.accuracy["done right"]), 0.2),
    ]


@claim(
    en="A new head above frozen layers learns, and its mean accuracy stays "
    "at least 5 points behind that of all layers",
    ja="出力層だけでも学習するが、平均の正解率はすべての層の学習より5ポイント以上低い",
)
def the_head_alone_stays_behind(r: Results) -> list[Comparison]:
    head = mean(r.accuracy["head only"])
    return [
        more(head, 0.4),
        less(head, mean(r.accuracy["done right"]), 0.05),
    ]
