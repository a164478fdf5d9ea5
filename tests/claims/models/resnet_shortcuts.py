"""What the lesson on shortcuts claims."""

from tests.recorder.claims import Comparison, Results, claim, more, near

WAYS = ("kernel_3", "padded", "no_shortcut")


@claim(
    en="On average, each at its best rate, the other three ways are within 2 "
    "points of the 1x1",
    ja="それぞれ最もよい学習率での平均の正解率は、どの方法でも1x1との差が2ポイント以内",
)
def all_shortcuts_alike(r: Results) -> list[Comparison]:
    first = r.longer.kernel_1.best.mean
    return [near(r.longer[way].best.mean, first, within=0.02) for way in WAYS]


@claim(
    en="A 3x3 projection has more than 7 times the parameters of a 1x1",
    ja="3x3の射影のパラメータは、1x1の7倍より多い",
)
def three_by_three_costs_more(r: Results) -> Comparison:
    return more(r.kernel_3.weights, 7 * r.kernel_1.weights)
