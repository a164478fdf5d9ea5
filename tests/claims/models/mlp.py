"""What the lesson on saving and resuming an MLP claims."""

from tests.recorder.claims import Comparison, Results, claim, more, true

LEFT_OUT = ("optimizer", "scheduler", "generator")


@claim(
    en="All four loaded: the same weights, bit for bit; without optimizer, "
    "scheduler or generator: other weights",
    ja="4つとも読み込むと重みは完全に同じ。オプティマイザ、スケジューラ、"
    "乱数の状態のどれかがないと違う重みになる",
)
def only_all_four_resume_exactly(r: Results) -> list[Comparison]:
    return [
        true(r.nothing.same, "nothing left out: the same weights"),
        *(true(not r[part].same, f"{part} left out") for part in LEFT_OUT),
    ]


@claim(
    en="On MNIST the MLP names at least 98.3 % of the test pictures rightly",
    ja="MNISTでは、テスト画像の98.3%以上が正解",
)
def mnist_is_read_at_its_goal(r: Results) -> Comparison:
    return more(r.mnist.test_accuracy.mean, 0.983)
