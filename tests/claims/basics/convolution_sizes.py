"""What the lesson on the sizes of convolutions claims."""

from tests.recorder.claims import Comparison, Results, claim, same


@claim(
    en="Both formulas give the size of every layer that was tried",
    ja="2つの式は、試したすべての層の大きさと一致する",
)
def formulas_agree_with_the_layers(r: Results) -> Comparison:
    return same(r.agreed, r.checked)


@claim(
    en="Kernel 3 with padding 1 keeps the size, pooling 2 halves it",
    ja="カーネル3でパディング1なら大きさは変わらず、プーリング2なら半分になる",
)
def padding_keeps_pooling_halves(r: Results) -> list[Comparison]:
    after = r.after
    return [
        same(after["kernel 3, padding 1"], 32),
        same(after["pooling 2"], 16),
    ]


@claim(
    en="A side of 7 and one of 8 both become 4",
    ja="1辺が7でも8でも4になる",
)
def two_sides_become_one(r: Results) -> Comparison:
    return same(r.smaller, {"7": 4, "8": 4})
