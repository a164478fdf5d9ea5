"""What the lesson on shortcuts claims."""

from tests.recorder.claims import Comparison, Results, claim, near, true

WAYS = ("kernel_3", "padded", "no_shortcut")


@claim(
    en="Each at its best rate, all four ways are within 2 points of one "
    "another on average",
    ja="最もよい学習率どうしの平均は、4通りとも2ポイント以内",
)
def all_shortcuts_alike(r: Results) -> list[Comparison]:
    first = r.longer.kernel_1.best.mean
    return [near(r.longer[way].best.mean, first, within=0.02) for way in WAYS]


@claim(
    en="A 3x3 projection has more than eight times the weights of a 1x1",
    ja="3x3の射影の重みは、1x1の8倍より多い",
)
def three_by_three_costs_more(r: Results) -> Comparison:
    return true(r.kernel_3.weights > 8 * r.kernel_1.weights)
