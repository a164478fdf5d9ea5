"""What the lesson on tensors claims."""

from tests.recorder.claims import Comparison, Results, claim, more, same


@claim(
    en="There are far more dtypes than five",
    ja="データ型は5種類よりずっと多い",
)
def many_more_dtypes_than_five(r: Results) -> Comparison:
    return more(r.dtype_count, 40)


@claim(
    en="Decimals give a float32 tensor",
    ja="小数から作ったテンソルはfloat32になる",
)
def decimals_give_float32(r: Results) -> list[Comparison]:
    return [
        same(tensor.dtype, "torch.float32")
        for tensor in (r.zeros, r.noise, r.x)
    ]


@claim(
    en="from_numpy keeps float64",
    ja="from_numpyはfloat64をそのまま引き継ぐ",
)
def from_numpy_keeps_float64(r: Results) -> Comparison:
    return same(r.from_array.dtype, "torch.float64")
