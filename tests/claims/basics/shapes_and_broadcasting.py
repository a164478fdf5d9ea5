"""What the lesson on shapes and broadcasting claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    near,
    same,
)


@claim(
    en="A column and a row give a table",
    ja="列と行を足すと表になる",
)
def column_and_row_give_a_table(r: Results) -> Comparison:
    return same(r.table.shape, [3, 4])


@claim(
    en="Perfect predictions of shape (N, 1) get a loss above 0 against (N,)",
    ja="形(N, 1)の完璧な予測でも、(N,)と比べると損失が0にならない",
)
def perfect_predictions_get_a_loss(r: Results) -> list[Comparison]:
    return [same(r.difference.shape, [3, 3]), near(r.mistaken, 4 / 3, 0.001)]


@claim(
    en="With targets of shape (N,) the line stays flat",
    ja="正解の形が(N,)だと、直線の傾きは0のままになる",
)
def the_line_stays_flat(r: Results) -> list[Comparison]:
    wrong, right = r.slopes["(N,)"], r.slopes["(N, 1)"]
    return [less(abs(wrong), 0.05), near(right, 3, 0.05)]


@claim(
    en="Comparing (B, 1) with (B,) gives an accuracy above 100 %",
    ja="(B, 1)と(B,)を比べると、正解率が100%を超える",
)
def accuracy_above_one(r: Results) -> Comparison:
    return more(r.share, 1.0)
