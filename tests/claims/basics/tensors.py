"""What the lesson on tensors claims."""

from tests.recorder.claims import Comparison, Results, claim, same


@claim(
    en="Decimals give a float32 tensor, integers an int64 one",
    ja="小数からはfloat32、整数からはint64のテンソルができる",
)
def decimals_give_float32(r: Results) -> list[Comparison]:
    return [
        same(r.zeros.dtype, "torch.float32"),
        same(r.noise.dtype, "torch.float32"),
        same(r.table.dtype, "torch.int64"),
    ]


@claim(
    en="A tensor without a dimension does not decide the dtype",
    ja="0次元のテンソルは、結果のデータ型を決めない",
)
def no_dimension_no_vote(r: Results) -> list[Comparison]:
    return [
        same(r.double.dtype, "torch.float64"),
        same(r.mixed.dtype, "torch.float32"),
    ]


@claim(
    en="keepdim=True leaves the summed dimension with length 1",
    ja="keepdim=Trueなら、合計した次元が長さ1で残る",
)
def keepdim_keeps_the_dimension(r: Results) -> list[Comparison]:
    return [same(r.totals.shape, [2, 1]), same(r.shares.shape, [2, 3])]


@claim(
    en="A stack has one dimension more, a cat does not",
    ja="stackは次元を1つ増やし、catは増やさない",
)
def stack_adds_a_dimension(r: Results) -> list[Comparison]:
    return [same(r.batch.shape, [4, 8, 8]), same(r.longer.shape, [8, 8, 8])]


@claim(
    en="from_numpy keeps float64",
    ja="from_numpyはfloat64をそのまま引き継ぐ",
)
def from_numpy_keeps_float64(r: Results) -> Comparison:
    return same(r.from_numpy.dtype, "torch.float64")
