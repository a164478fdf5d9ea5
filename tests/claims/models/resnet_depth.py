"""What the lesson on deep networks with and without skips claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, near

PLAIN, GOOD = ("plain_net", "plain_norm"), ("skip_norm", "skip_zero")
EVERY = ("plain_net", "plain_norm", "skip_he", "skip_norm", "skip_zero")


@claim(
    en="With 8 layers, each at its best rate, all five ways are within 5 "
    "points",
    ja="8層なら、それぞれ最もよい学習率どうしで、5通りの差は5ポイント以内",
)
def alike_with_8_layers(r: Results) -> list[Comparison]:
    first = r.shallow.plain_net.best.mean
    return [
        near(r.shallow[way].best.mean, first, within=0.05) for way in EVERY[1:]
    ]


@claim(
    en="After 10 epochs with 56 layers, plain networks stay below 50 %, with "
    "BatchNorm too; with skips and a small branch, above 85 %",
    ja="56層の正解率は、10エポック後、スキップ接続がないとBatchNormがあっても50%未満、"
    "スキップ接続があり分岐を小さく始めれば85%以上",
)
def skips_learn_with_56_layers(r: Results) -> list[Comparison]:
    return [
        *(less(r.deep[way].best.mean, 0.5) for way in PLAIN),
        *(more(r.deep[way].best.mean, 0.85) for way in GOOD),
    ]


@claim(
    en="With 56 layers, skips around layers with He's weights, and nothing "
    "else, learn at none of eleven rates",
    ja="56層では、Heの初期値のままスキップ接続を付けただけでは、11通りのどの学習率でも"
    "学習しない",
)
def skip_alone_fails_from_he(r: Results) -> list[Comparison]:
    tried = (r.deep.skip_he, r.deep_low.skip_he)
    return [less(one.best.mean, 0.3) for one in tried]


@claim(
    en="Before training, the plain network's gradient does not vanish; with "
    "BatchNorm it grows a thousandfold towards the first layer",
    ja="学習前、スキップ接続もBatchNormもないネットワークの勾配は消えない。"
    "BatchNormを入れると、最初の層では最後の層の1000倍以上になる",
)
def plain_gradients_do_not_vanish(r: Results) -> list[Comparison]:
    def ratio(way: str) -> float:
        sizes = r.deep[way].gradients.mean
        return float(sizes[0] / sizes[-1])

    return [
        more(ratio("plain_net"), 0.3),
        more(ratio("plain_norm"), 1000),
        less(ratio("skip_zero"), 10),
    ]


@claim(
    en="At rates 0.3 and 1, 8 layers with BatchNorm get over 85 % right, "
    "without it under 50 %",
    ja="8層、学習率0.3と1での正解率は、BatchNormがあれば85%以上、なければ50%未満",
)
def batch_norm_stands_larger_rates(r: Results) -> list[Comparison]:
    found: list[Comparison] = []
    for rate in (0.3, 1.0):
        at = r.rates.index(rate)
        found.append(more(r.shallow.plain_norm.val.mean[at], 0.85))
        found.append(less(r.shallow.plain_net.val.mean[at], 0.5))
    return found


@claim(
    en="With 20 layers and no skips, BatchNorm is better after 10 epochs, each "
    "at its best rate",
    ja="スキップ接続のない20層では、10エポック後、最もよい学習率どうしで比べると、"
    "BatchNormがあるほうがよい",
)
def batch_norm_helps_at_20_layers(r: Results) -> Comparison:
    plain = r.middle.plain_net.best.mean
    return more(r.middle.plain_norm.best.mean, plain)


@claim(
    en="With batches of 4, 8 layers are better without BatchNorm, each at its "
    "best rate",
    ja="8層、4枚ずつのバッチでは、最もよい学習率どうしで比べると、"
    "BatchNormがないほうがよい",
)
def small_batches_turn_batch_norm_round(r: Results) -> Comparison:
    with_norm = r.small.plain_norm.best.mean
    return more(r.small.plain_net.best.mean, with_norm, by=0.05)


@claim(
    en="With 20 layers and 30 epochs, plain networks come within 5 points of "
    "those with skips; with 56 layers they stay at least 20 points below",
    ja="30エポックなら、スキップ接続の有無による差は、20層では5ポイント以内、"
    "56層では20ポイント以上",
)
def time_helps_with_20_layers(r: Results) -> list[Comparison]:
    skip = r.middle_longer.skip_norm.best.mean
    return [
        *(near(r.middle_longer[x].best.mean, skip, within=0.05) for x in PLAIN),
        *(
            more(r.longer.skip_zero.best.mean, r.longer[x].best.mean, by=0.2)
            for x in PLAIN
        ),
    ]
