"""What the evidence on random crops and on modes claims."""

from tests.recorder.claims import Comparison, Results, claim, near, same, true


@claim(
    en="With scale=(0.5, 1.0) a crop has half of the area or more, and its "
    "sides are longer than half",
    ja="scale=(0.5, 1.0)では、切り出す面積が半分以上になり、辺は半分より長い",
)
def scale_is_an_area(r: Results) -> list[Comparison]:
    return [
        near(r.smallest_area, 0.5, 0.03),
        near(r.largest_area, 1.0, 0.03),
        near(r.shortest_side, 0.61, 0.05),
    ]


@claim(
    en="Width by height of a crop lies between 3/4 and 4/3",
    ja="切り出す幅と高さの比は、3/4から4/3まで",
)
def ratio_is_between_three_quarters_and_four_thirds(
    r: Results,
) -> list[Comparison]:
    return [
        near(r.lowest_ratio, 3 / 4, 0.03),
        near(r.highest_ratio, 4 / 3, 0.03),
    ]


@claim(
    en="PIL pictures and tensors of any size end in the size that was given",
    ja="PIL画像もテンソルも、どんな大きさからでも指定した大きさになる",
)
def all_end_in_one_size(r: Results) -> Comparison:
    return same(r.sizes, [[32, 32]] * 4)


@claim(
    en="A tilde between two numbers is no Python",
    ja="2つの数の間にチルダを置くと、Pythonの文法エラーになる",
)
def a_tilde_is_no_range(r: Results) -> Comparison:
    return same(r.tilde, "SyntaxError")


@claim(
    en="Cutting and then resizing gives what RandomResizedCrop gives",
    ja="切り出してからサイズを変えると、RandomResizedCropと同じになる",
)
def first_cut_then_resized(r: Results) -> Comparison:
    return true(r.same_crop, "resize(crop(picture)) = RandomResizedCrop")


@claim(
    en="A flip exchanges left and right, without p in about half of the cases",
    ja="反転では左右が入れ替わり、pを書かなければ、およそ半分で起こる",
)
def a_flip_comes_in_half_of_the_cases(r: Results) -> list[Comparison]:
    return [
        same(r.mirrored, [[[2, 1], [4, 3]]]),
        near(r.flipped_share, 0.5, 0.05),
    ]


@claim(
    en="A gradient is computed with requires_grad only, and for decimals only",
    ja="勾配が求まるのはrequires_gradがTrueのときだけで、Trueにできるのは小数だけ",
)
def only_requires_grad_gets_a_gradient(r: Results) -> list[Comparison]:
    return [
        same(r.gradients, [[1.0, 1.0], None]),
        same(r.whole_numbers, "RuntimeError"),
    ]


@claim(
    en="eval() leaves gradients on, no_grad() leaves BatchNorm in training",
    ja="eval()では勾配の計算が止まらず、no_grad()ではBatchNormが学習のまま動く",
)
def two_switches_for_two_things(r: Results) -> list[Comparison]:
    return [
        true(r.eval_keeps_graph, "eval(): the output has a graph"),
        true(r.no_grad_moves, "no_grad(): running_mean moved"),
    ]


@claim(
    en="set_grad_enabled(False) keeps nothing for backward()",
    ja="set_grad_enabled(False)では、backward()のための値が1つも残らない",
)
def validation_keeps_nothing(r: Results) -> list[Comparison]:
    return [true(r.kept.train > 0, "training keeps"), same(r.kept.validate, 0)]
