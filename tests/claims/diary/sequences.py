"""What the evidence on a first LSTM claims."""

from tests.recorder.claims import Comparison, Results, claim, same, true


@claim(
    en="A function of three lines gives the windows that unfold gives",
    ja="3行の関数が作る窓は、unfoldが作るものと同じ",
)
def windows_are_those_of_unfold(r: Results) -> list[Comparison]:
    return [
        same(r.windows.shape, [380, 20]),
        same(r.targets.shape, [380]),
        true(r.as_unfold, "windows = unfold"),
    ]


@claim(
    en="Two axes are taken for one sequence; one axis and an array are errors",
    ja="2軸は1本の系列として扱われ、1軸やNumPyの配列はエラーになる",
)
def two_axes_are_one_sequence(r: Results) -> list[Comparison]:
    return [
        same(r.one_sequence.shape, [7, 5]),
        same(r.raised.one_axis, "ValueError"),
        same(r.raised.array, "AttributeError"),
    ]


@claim(
    en="By default the steps come first, with batch_first the batch; the "
    "state is the same in both",
    ja="デフォルトでは時刻が先、batch_firstではバッチが先。状態の軸はどちらも同じ",
)
def steps_come_first(r: Results) -> list[Comparison]:
    return [
        same(r.steps_first.shape, [7, 2, 5]),
        same(r.batch_first.shape, [2, 7, 5]),
        same(r.h_n.shape, [1, 2, 5]),
        same(r.h_turned.shape, [1, 2, 5]),
    ]


@claim(
    en="input_size counts the numbers of a step: one layer takes 5 and 50 "
    "steps, and 5 numbers in one step are an error",
    ja="input_sizeは1つの時刻の数の個数である。同じ層に5時刻も50時刻も渡せて、"
    "1時刻に5個の数を渡すとエラーになる",
)
def input_size_is_that_of_a_step(r: Results) -> list[Comparison]:
    return [
        same(r.short.shape, [5, 8]),
        same(r.long.shape, [50, 8]),
        same(r.counts, [352, 416]),
        same(r.raised.input_size, "RuntimeError"),
    ]
