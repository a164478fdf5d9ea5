"""What the lesson on five flowers claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    near,
)

COUNTS = ("10", "30", "100")


def reached(r: Results, way: str, count: str) -> float:
    """Return the mean accuracy of a way on the test photos."""
    return float(r[f"{way}_at_{count}"].test_accuracy.mean)


@claim(
    en="With 30 or 100 photos a class, the pretrained ways lie within 6 points",
    ja="1クラス30枚と100枚では、学習済みの重みから始める方法の差は6ポイント以内",
)
def pretrained_ways_are_close(r: Results) -> list[Comparison]:
    return [
        near(reached(r, way, count), reached(r, "head", count), 0.06)
        for way in ("finetune", "head_then_all")
        for count in ("30", "100")
    ]


@claim(
    en="With 100 photos a class, `head` takes less than a third of the time",
    ja="1クラス100枚では、`head`の計算時間はほかの方法の3分の1未満",
)
def head_is_several_times_cheaper(r: Results) -> list[Comparison]:
    head = r.head_at_100.head_seconds.mean
    return [
        less(3 * head, r[f"{way}_at_100"].fit_seconds.mean)
        for way in ("finetune", "head_then_all")
    ]


@claim(
    en="100 photos a class instead of 10 bring each pretrained way 8 points "
    "or more",
    ja="1クラス10枚を100枚に増やすと、学習済みの重みを使うどの方法も"
    "8ポイント以上よくなる",
)
def photos_bring_more_than_the_way(r: Results) -> list[Comparison]:
    return [
        more(reached(r, way, "100"), reached(r, way, "10"), by=0.08)
        for way in ("head", "finetune", "head_then_all", "squeezenet")
    ]


@claim(
    en="With pretrained weights, `head` beats pixels by 10 points or more",
    ja="学習済みの重みを使う`head`は、画素だけの分類器を10ポイント以上上回る",
)
def pretraining_beats_pixels(r: Results) -> list[Comparison]:
    return [
        more(reached(r, "head", count), reached(r, "pixels", count), by=0.1)
        for count in COUNTS
    ]


@claim(
    en="With 100 photos a class, `scratch` beats pixels by 5 points or more, "
    "and stays 5 or more below `head`",
    ja="1クラス100枚の`scratch`は、画素だけの分類器を5ポイント以上上回り、"
    "`head`を5ポイント以上下回る",
)
def scratch_stays_below_head(r: Results) -> list[Comparison]:
    scratch = reached(r, "scratch", "100")
    return [
        more(scratch, reached(r, "pixels", "100"), by=0.05),
        more(reached(r, "head", "100"), scratch, by=0.05),
    ]


@claim(
    en="`head` on random weights is at most 5 points better than pixels",
    ja="ランダムな重みの`head`は、よくても画素だけの分類器を5ポイント上回るだけ",
)
def a_random_network_is_no_better_than_pixels(r: Results) -> list[Comparison]:
    return [
        less(reached(r, "random", count), reached(r, "pixels", count) + 0.05)
        for count in COUNTS
    ]
