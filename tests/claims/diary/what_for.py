"""What the evidence on what a gradient is for claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, same


@claim(
    en="The first throw misses by metres, the tenth by a few centimetres",
    ja="1投目はメートル単位で外れ、10投目のずれは数センチになる",
)
def the_tenth_throw_hits(r: Results) -> list[Comparison]:
    return [more(r.misses[0], 5), less(r.misses[9], 0.1)]


@claim(
    en="A forward() with for, if, print and log gets its gradients, and "
    "backward() is not written anywhere",
    ja="for、if、print、logを使ったforwardでも勾配が求まり、backwardはどこにも書いていない",
)
def backward_is_not_written(r: Results) -> list[Comparison]:
    return [same(r.written, ["forward"]), same(r.filled, [True, True])]


@claim(
    en="backward(ones) gives the gradient of the sum; with no argument, ten "
    "outputs are an error",
    ja="backwardに1を並べて渡すと合計の勾配になり、何も渡さないと10個の出力はエラーになる",
)
def ones_stand_for_the_sum(r: Results) -> list[Comparison]:
    return [
        same(sorted({*r.with_ones}), [1.0]),
        same(sorted({*r.of_sum}), [1.0]),
        same(r.raised.no_argument, "RuntimeError"),
    ]


@claim(
    en="After zero_grad() a gradient is None, with set_to_none=False zero",
    ja="zero_gradの後の勾配はNone、set_to_none=Falseを付けると0になる",
)
def zero_grad_leaves_none(r: Results) -> list[Comparison]:
    return [
        same(r.now, None),
        same(r.raised.fill, "AttributeError"),
        same(sorted({*r.as_noted}), [0.0]),
    ]
