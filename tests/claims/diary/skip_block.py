"""What the evidence on a first residual network claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    same,
    true,
)


@claim(
    en="Where channels or size change, a plain skip is an error, a "
    "convolution in it is not",
    ja="チャンネル数や大きさが変わると、そのままのスキップ接続はエラーになり、畳み込みを入れれば通る",
)
def a_skip_must_fit(r: Results) -> list[Comparison]:
    return [
        same(r.raised.channels, "RuntimeError"),
        same(r.raised.stride, "RuntimeError"),
        same(r.fitted.shape, [2, 16, 4, 4]),
    ]


@claim(
    en="ReLU(inplace=True) overwrites what the skip was to carry",
    ja="ReLU(inplace=True)は、スキップ接続が運ぶはずの値を書き換える",
)
def in_place_changes_the_skip(r: Results) -> Comparison:
    return true(r.overwritten, "the skip has lost its negative numbers")


@claim(
    en="In 28 layers the gradient dies on its way; BatchNorm alone makes it "
    "more than ten times as large; with skips it arrives at about its size",
    ja="28層の途中で、勾配は消える。バッチ正規化だけでは10倍より大きくなり、"
    "スキップ接続があれば、ほぼ元の大きさで届く",
)
def skips_let_the_gradient_arrive(r: Results) -> list[Comparison]:
    return [
        less(max(r.ratios["bare"]), 1e-6),
        more(min(r.ratios["norm"]), 10),
        more(min(r.ratios["skip"]), 0.1),
        less(max(r.ratios["skip"]), 10),
        more(min(r.ratios["skip and norm"]), 0.1),
        less(max(r.ratios["skip and norm"]), 20),
    ]
