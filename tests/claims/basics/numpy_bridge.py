"""What the lesson on NumPy and tensors claims."""

from tests.recorder.claims import Comparison, Results, claim, same

SHARED = [0, 1, 3, 5]  # of the ways: no copy
COPIED = [2, 4, 6, 7]


@claim(
    en="from_numpy, as_tensor, slices and a .to that changes nothing share",
    ja="from_numpy、as_tensor、スライス、何も変えない.toはメモリを共有する",
)
def these_ways_share(r: Results) -> list[Comparison]:
    return [same(r.shares[way], True) for way in SHARED]


@claim(
    en="torch.tensor, a list of indices, .float() and astype copy",
    ja="torch.tensor、番号のリスト、.float()、astypeはコピーする",
)
def these_ways_copy(r: Results) -> list[Comparison]:
    return [same(r.shares[way], False) for way in COPIED]


@claim(
    en="Each of the ten dtypes keeps its name",
    ja="10種類のデータ型は、どれも名前が変わらない",
)
def dtypes_keep_their_names(r: Results) -> list[Comparison]:
    return [
        same(kept, f"torch.{name}")
        for kept, name in zip(r.kept, r.known.split(), strict=True)
    ]


@claim(
    en="An int8 array picks by position, a bool array by yes and no",
    ja="int8の配列は番号として、boolの配列は条件として選ぶ",
)
def int8_picks_by_position(r: Results) -> list[Comparison]:
    return [same(r.picked.shape, [3]), same(r.chosen.shape, [2])]


@claim(
    en="int8 stays int8 in a sum with a Python number",
    ja="Pythonの数を足しても、int8はint8のまま",
)
def int8_stays_int8(r: Results) -> list[Comparison]:
    return [
        same(r.wrapped.dtype, "torch.int8"),
        same(r.total.dtype, "torch.int32"),
    ]
