"""What the lesson on a fast training claims; measured on MNIST.

Seconds are compared within a run: another run may meet a busier machine.
"""

from statistics import mean

from tests.recorder.claims import Comparison, Results, claim, less, more


def _shares(r: Results, quantity: str, part: str, whole: str) -> list[float]:
    """Divide a quantity of one way by that of another, run by run."""
    above, below = (r.mnist[way][quantity]["values"] for way in (part, whole))
    return [a / b for a, b in zip(above, below, strict=True)]


@claim(
    en="On average over the runs, both ways classify at least 98.3 % of the "
    "test pictures correctly after one epoch",
    ja="測定の平均では、素直な書き方も速い書き方も、1エポックでテスト画像の98.3%以上が正解",
)
def both_reach_the_goal(r: Results) -> list[Comparison]:
    ways = r.mnist.simple, r.mnist.one_cycle
    return [more(way.accuracy.mean, 0.983) for way in ways]


@claim(
    en="In each run the fast way needs less than a third of the time of the "
    "simple one",
    ja="どの測定でも、速い書き方の時間は、素直な書き方の3分の1に満たない",
)
def a_third_of_the_time(r: Results) -> Comparison:
    return more(r.mnist.one_cycle.ratio_of_seconds.min, 3)


@claim(
    en="With all pictures in one tensor, waiting for batches takes less than a "
    "tenth of the time that it took before",
    ja="全画像を1つのテンソルにすると、バッチを待つ時間は、それまでの10分の1に満たない",
)
def waiting_ends(r: Results) -> Comparison:
    return less(max(_shares(r, "waiting_seconds", "tensor", "simple")), 0.1)


@claim(
    en="In each run the smaller network at least triples the speed",
    ja="どの測定でも、ネットワークを小さくすると、速さが3倍以上になる",
)
def most_comes_from_the_network(r: Results) -> Comparison:
    return more(min(_shares(r, "total_seconds", "tensor", "smaller")), 3)


@claim(
    en="On average over the runs, channels_last saves some time: at least a "
    "twentieth",
    ja="測定の平均では、channels_lastで時間が少なくとも20分の1短くなる",
)
def layout_saves_a_little(r: Results) -> Comparison:
    return less(mean(_shares(r, "total_seconds", "layout", "stride")), 0.95)


@claim(
    en="In each run AdamW with OneCycle reaches a higher accuracy than "
    "Adadelta at one rate, all else being equal",
    ja="どの測定でも、AdamWとOneCycleのほうが、一定の学習率のAdadeltaより正解率が高い",
)
def one_cycle_learns_more(r: Results) -> Comparison:
    return more(min(_shares(r, "accuracy", "one_cycle", "batches")), 1)
