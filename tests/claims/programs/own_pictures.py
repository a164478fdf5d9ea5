"""What the program for own pictures claims of its demo and of photos."""

from tests.recorder.claims import Comparison, Results, claim, more


@claim(
    en="On new pictures, the demo is right far more often than a guess",
    ja="デモは、新しい画像にもランダムな答えよりずっとよく正解する",
)
def demo_beats_guessing(r: Results) -> Comparison:
    return more(r.evaluate.accuracy, 1 / 3, by=0.1)


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
