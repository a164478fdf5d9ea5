"""What the lesson on the filters of a CNN claims."""

from statistics import fmean

from tests.recorder.claims import Comparison, Results, claim, less, more, same


@claim(
    en="In the network shown, each trained filter of the first layer has a "
    "cosine of at least 0.6 with its random start",
    ja="ここに示すネットワークでは、最初の層のどのフィルタも、初期値と学習後の"
    "コサイン類似度が0.6以上",
)
def filters_stay_like_their_start(r: Results) -> Comparison:
    return more(min(r.likeness), 0.6)


@claim(
    en="With random first filters that never learn, validation accuracy is at "
    "most 4 points lower, as the mean of three seeds",
    ja="最初の層のフィルタがランダムなままでも、検証の正解率の低下は、3つのシードの"
    "平均で4ポイント以内",
)
def random_filters_nearly_do(r: Results) -> Comparison:
    return less(fmean(r.learned) - fmean(r.frozen), 0.04)


@claim(
    en="A value depends on 3×3, 4×4 and 8×8 pixels",
    ja="1つの値に影響する範囲は、層を進むにつれて3×3、4×4、8×8画素と広がる",
)
def the_field_grows(r: Results) -> Comparison:
    return same(list(r.field), [3, 4, 8])
