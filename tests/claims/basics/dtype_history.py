"""What the lesson on old names claims."""

from tests.recorder.claims import Comparison, Results, claim, same


@claim(
    en="FloatTensor takes an integer for a size",
    ja="FloatTensorは整数を要素数として扱う",
)
def integer_is_a_size(r: Results) -> list[Comparison]:
    return [same(r.old.shape, [2]), same(r.new.shape, [])]


@claim(
    en="A change through .data makes the gradient wrong without an error",
    ja=".dataで書き換えると、エラーなしで勾配が誤る",
)
def data_makes_gradients_wrong(r: Results) -> Comparison:
    return same(r.silent, [0, 0])
