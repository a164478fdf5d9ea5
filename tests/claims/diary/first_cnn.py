"""What the evidence on a first CNN claims."""

from tests.recorder.claims import Comparison, Results, claim, same


@claim(
    en="Convolution, Flatten and Linear work in one Sequential",
    ja="畳み込み、Flatten、Linearは、1つのSequentialの中で動く",
)
def one_sequential_is_enough(r: Results) -> Comparison:
    return same(r.logits.shape, [2, 10])


@claim(
    en="Without Flatten there is an error, or none and a wrong shape",
    ja="Flattenがないと、エラーになるか、エラーなしで形が誤る",
)
def flatten_stands_between(r: Results) -> list[Comparison]:
    return [
        same(r.raised.no_flatten, "RuntimeError"),
        same(r.silent.shape, [2, 8, 30, 10]),
    ]


@claim(
    en="flatten() alone joins the batch too; float64 is an error",
    ja="flatten()だけではバッチもつながる。float64はエラーになる",
)
def flatten_starts_at_one(r: Results) -> list[Comparison]:
    return [
        same(r.lost.shape, [14400]),
        same(r.kept.shape, [2, 7200]),
        same(r.raised.float64, "RuntimeError"),
    ]


@claim(
    en="A loss stored under the name of the loss function cannot be called",
    ja="損失関数の名前に損失を入れると、もう呼び出せない",
)
def one_name_for_one_thing(r: Results) -> Comparison:
    return same(r.raised.name_twice, "TypeError")
