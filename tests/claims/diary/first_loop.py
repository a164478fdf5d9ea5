"""What the evidence on a first training loop claims."""

from tests.recorder.claims import Comparison, Results, claim, same, true


@claim(
    en="Channels last raise an error, one row of eight numbers does not",
    ja="チャンネルが最後だと畳み込み層はエラーになるが、8個の数の1行では線形層はエラーにならない",
)
def channels_come_first(r: Results) -> list[Comparison]:
    return [
        same(r.outputs.shape, [10, 4, 6, 6]),
        same(r.raised.channels_last, "RuntimeError"),
        same(r.one_sample.shape, [1, 8]),
    ]


@claim(
    en="The output of a network must be detached to plot it, the input not",
    ja="グラフを描くときにdetachが要るのは、入力ではなく出力",
)
def only_the_output_must_be_detached(r: Results) -> list[Comparison]:
    return [
        same(r.needed, [False, True]),
        same(r.raised.plot_output, "RuntimeError"),
    ]


@claim(
    en="A tensor arrives on the device that was looked up",
    ja="調べたデバイスに、テンソルが移る",
)
def the_device_is_looked_up(r: Results) -> Comparison:
    return true(r.arrived, "device of the copy = device looked up")


@claim(
    en="next(iter(loader)) gives the first batch, iter(loader).next() an error",
    ja="next(iter(loader))で最初のバッチが出て、iter(loader).next()はエラーになる",
)
def only_next_of_python_works(r: Results) -> list[Comparison]:
    return [
        same(r.first.shape, [4, 1, 8, 8]),
        same(r.raised.old_next, "AttributeError"),
        same(r.raised.index, "TypeError"),
    ]


@claim(
    en="permute and reshape give the same shape and other pictures",
    ja="permuteとreshapeは形が同じで、絵は違う",
)
def permute_and_not_reshape(r: Results) -> list[Comparison]:
    return [
        same(r.permuted.shape, r.reshaped.shape),
        true(r.scrambled, "permute ≠ reshape"),
    ]


@claim(
    en="Labels on another device are an error; .to() moves a module itself, "
    "of a tensor it gives a copy",
    ja="ラベルが別のデバイスにあるとエラーになる。.to()はモジュール自身を動かし、"
    "テンソルではコピーを返す",
)
def all_on_one_device(r: Results) -> list[Comparison]:
    return [
        same(r.raised.two_devices, "RuntimeError"),
        same(r.stays, "cpu"),
        same(r.moves, "meta"),
    ]
