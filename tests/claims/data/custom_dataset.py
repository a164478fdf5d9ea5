"""What the lesson on pictures with a CSV claims."""

from tests.recorder.claims import Comparison, Results, claim, same, true


@claim(
    en="Values and labels of a batch are float32, of shape (B, 1) and (B, 10)",
    ja="バッチの値とラベルはfloat32で、形は(B, 1)と(B, 10)になる",
)
def targets_are_float32(r: Results) -> list[Comparison]:
    return [
        same(r["values"].dtype, "torch.float32"),
        same(r["values"].shape, [32, 1]),
        same(r.labels.dtype, "torch.float32"),
        same(r.labels.shape, [32, 10]),
    ]


@claim(
    en="Sorted as text, class 10 comes before class 2",
    ja="文字列として並べると、クラス10はクラス2より前に来る",
)
def ten_comes_before_two(r: Results) -> Comparison:
    return same(r.train_numbers, {"1": 0, "10": 1, "2": 2})


@claim(
    en="A class missing in validation shifts the numbers of the others",
    ja="検証データにないクラスがあると、ほかのクラスの番号がずれる",
)
def a_missing_class_shifts_the_numbers(r: Results) -> list[Comparison]:
    return [
        same([r.train_numbers["10"], r.train_numbers["2"]], [1, 2]),
        same([r.val_numbers["10"], r.val_numbers["2"]], [0, 1]),
    ]


@claim(
    en="With a new head, the logits of the old classes are as before",
    ja="出力層を付け替えても、もとのクラスのロジットは変わらない",
)
def old_classes_keep_their_logits(r: Results) -> list[Comparison]:
    return [true(r.kept, "logits[rows] = old logits"), same(r.rows, [0, 1, 3])]
