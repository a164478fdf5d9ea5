"""What the lesson on photos of digits claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more


@claim(
    en="Of photos as they are, inverted, or inverted and evenly lit, at most "
    "30 % are classified correctly, small digits and MNIST; as they are, the "
    "answers have a mean probability of 60 % or more",
    ja="写真のまま、反転まで、明るさをそろえるまでの正解率は、8×8の数字でも"
    "MNISTでも30%以下。写真のままでの答えの確率は平均60%以上",
)
def early_steps_alone_do_not_help(r: Results) -> list[Comparison]:
    steps = ("photo", "inverted", "even_light")
    return [
        *(
            less(x[s].right.mean, 0.3)
            for x in (r.digits, r.mnist)
            for s in steps
        ),
        *(more(x.photo.sure.mean, 0.6) for x in (r.digits, r.mnist)),
    ]


@claim(
    en="After all steps at least 80 % of the small digits and 85 % of MNIST's "
    "are classified correctly",
    ja="すべての手順のあとでは、8×8の数字で80%以上、MNISTで85%以上が正解",
)
def made_fit_is_read(r: Results) -> list[Comparison]:
    return [
        more(r.digits.centred.right.mean, 0.8),
        more(r.mnist.centred.right.mean, 0.85),
    ]


@claim(
    en="Stretched to fill the square, at least 10 points fewer are classified "
    "correctly than with the shape kept",
    ja="正方形いっぱいに引き伸ばすと、縦横比を保つより正解率が10ポイント以上低い",
)
def the_shape_must_be_kept(r: Results) -> list[Comparison]:
    return [
        less(x.cropped.right.mean, x.shape_kept.right.mean, by=0.1)
        for x in (r.digits, r.mnist)
    ]


@claim(
    en="Centred by mass, at least 4 points more of MNIST's digits are "
    "classified correctly than with the middle of the crop in the centre",
    ja="MNISTでは、枠の中央より重心で合わせるほうが正解率が4ポイント以上高い",
)
def mass_beats_box_on_mnist(r: Results) -> Comparison:
    x = r.mnist
    return more(x.centred.right.mean, x.shape_kept.right.mean, by=0.04)


@claim(
    en="A gap is left: after all steps, fewer photos are classified correctly "
    "than of the digits that were drawn on them",
    ja="すべて行っても、写真に描いた元の数字より正解率は低い",
)
def a_gap_is_left(r: Results) -> list[Comparison]:
    return [
        less(x.centred.right.mean, x.digit.right.mean)
        for x in (r.digits, r.mnist)
    ]
