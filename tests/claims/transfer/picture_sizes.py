"""What the lesson on other sizes of pictures claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    near,
    same,
)

OTHERS = ("16", "32", "48")  # sides in pixels; the networks know 24


@claim(
    en="At twice the side, more than half of the accuracy is lost",
    ja="1辺が2倍になると、正解率は半分より低くなる",
)
def twice_the_side_costs_most_of_the_accuracy(r: Results) -> Comparison:
    enlarged = r.mean_enlarge
    return less(enlarged["48"].mean, enlarged["24"].mean / 2)


@claim(
    en="Resized back from twice the side, the accuracy stays within 5 points",
    ja="2倍に拡大しても元のサイズに戻せば、正解率の差は5ポイント以内",
)
def resizing_keeps_the_accuracy(r: Results) -> list[Comparison]:
    resized, known = r.mean_resize, r.mean_enlarge["24"].mean
    return [near(resized[side].mean, known, within=0.05) for side in OTHERS[1:]]


@claim(
    en="Of the five networks only ViT takes a single size",
    ja="5つのうち、1つのサイズしか受け取らないのはViTだけ",
)
def only_vit_takes_a_single_size(r: Results) -> list[Comparison]:
    single = [name for name, taken in r.taken.items() if " " not in taken]
    return [same(single, ["vit_b_16"]), same(r.taken.vit_b_16, "224")]


@claim(
    en="On a canvas of twice the side, where shapes keep their size, more "
    "than half of the accuracy is lost too",
    ja="図形の大きさを変えずに1辺を2倍にしても、正解率は半分より低くなる",
)
def a_larger_canvas_costs_as_much(r: Results) -> Comparison:
    return less(r.mean_widen["48"].mean, r.mean_enlarge["24"].mean / 2)


@claim(
    en="With and without a pooling layer of its own, enlarged shapes are "
    "recognised about as rarely",
    ja="拡大した図形の正解率は、プーリング層を足しても足さなくても近い",
)
def both_heads_lose_alike(r: Results) -> list[Comparison]:
    return [
        near(r.mean_enlarge[side].mean, r.grid_enlarge[side].mean, within=0.08)
        for side in OTHERS
    ]


@claim(
    en="Resized, the head on a grid keeps its accuracy too",
    ja="元のサイズに戻せば、3×3の位置を使う出力層の正解率もほとんど落ちない",
)
def resizing_keeps_that_of_the_grid_too(r: Results) -> Comparison:
    known = r.grid_enlarge["24"].mean
    return more(r.grid_resize["48"].mean, known - 0.05)
