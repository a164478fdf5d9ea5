"""What the program for own pictures claims of its demo and of photos."""

import math

from tests.recorder.claims import Comparison, Results, claim, less, more


@claim(
    en="The demo's validation loss ends below that of a guess",
    ja="デモの検証の損失は、ランダムに答えた場合より小さくなる",
)
def demo_learns(r: Results) -> Comparison:
    return less(r.best.val_loss, math.log(3))


@claim(
    en="Both ways answer far better than always naming the larger class",
    ja="どちらの方法も、いつも多いほうのクラスと答えるよりずっとよく正解する",
)
def photos_beat_the_larger_class(r: Results) -> list[Comparison]:
    return [
        more(
            run.report.accuracy.min,
            max(ants, bees) / (ants + bees),
            by=0.2,
        )
        for run in (r.head_then_all, r.head)
        for ants in [run.report.classes.ants.of.mean]
        for bees in [run.report.classes.bees.of.mean]
    ]
