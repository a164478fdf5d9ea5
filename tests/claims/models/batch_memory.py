"""What the lesson on memory and batch size claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    true,
)


@claim(
    en="The first linear layer holds 7 of 10 parameters of VGG16",
    ja="VGG16のパラメータの7割は、最初の線形層にある",
)
def one_layer_is_most_of_vgg16(r: Results) -> Comparison:
    total = r.convolutions + sum(r.linear)
    return more(r.linear[0] / total, 0.7)


@claim(
    en="MobileNetV2 keeps more for each photo than VGG16, with less than a "
    "thirtieth of the weights",
    ja="MobileNetV2は、重みがVGG16の30分の1未満なのに、写真1枚あたりの"
    "メモリはVGG16より多い",
)
def small_networks_keep_much(r: Results) -> list[Comparison]:
    vgg16, mobile = r.networks.vgg16, r.networks.mobilenet_v2
    return [
        more(mobile.photo, vgg16.photo),
        less(30 * mobile.weights, vgg16.weights),
    ]


@claim(
    en="With all but the last layer frozen, a photo takes less than a "
    "thousandth of the memory",
    ja="最後の層以外を凍結すると、写真1枚ごとに保存する値は1000分の1未満",
)
def frozen_layers_keep_nothing(r: Results) -> list[Comparison]:
    return [less(1000 * x["head"], x["photo"]) for x in r.networks.values()]


@claim(
    en="A real step takes 500 to 2000 MB more than weights, gradients, "
    "optimizer and what is kept for backward()",
    ja="実際の1回の更新では、重み、勾配、オプティマイザ、保存する値の合計より"
    "500〜2000MB多く使う",
)
def a_real_step_takes_more(r: Results) -> list[Comparison]:
    one, peaks = r.networks.vgg16, r.measured.peaks
    rest = {
        "SGD": _only(peaks.SGD_1) - 2 * one.weights - one.photo,
        "Adam": _only(peaks.Adam_1) - 4 * one.weights - one.photo,
    }
    return [
        comparison
        for value in rest.values()
        for comparison in (more(value, 500.0), less(value, 2000.0))
    ]


def _only(value: object) -> float:
    """Return a number that stands alone or as the mean of its seeds."""
    return float(getattr(value, "mean", value))  # type: ignore[arg-type]


@claim(
    en="After five epochs, each at its best rate, batches of 8 are 5 points or "
    "more ahead of batches of 256 on validation data",
    ja="5エポックのあと、それぞれ最もよい学習率なら、検証データではバッチサイズ8が"
    "256より5ポイント以上よい",
)
def small_batches_end_ahead(r: Results) -> Comparison:
    small, large = (r.seeds.accuracy[f"batch {size}"].mean for size in (8, 256))
    return more(max(small), max(large), by=0.05)


@claim(
    en="After five epochs, batches of 8 lose 20 points or more at rate 1 "
    "against 0.1; batches of 256 gain 20 or more at 0.3 against 0.03",
    ja="5エポックでは、バッチサイズ8は学習率を0.1から1にすると20ポイント以上下がり、256は"
    "0.03から0.3にすると20ポイント以上上がる",
)
def larger_batches_want_higher_rates(r: Results) -> list[Comparison]:
    places = {0.03: 1, 0.1: 2, 0.3: 3, 1: 4}  # of the rates
    small = r.seeds.accuracy["batch 8"].mean
    large = r.seeds.accuracy["batch 256"].mean
    return [
        more(small[places[0.1]], small[places[1]], by=0.2),
        more(large[places[0.3]], large[places[0.03]], by=0.2),
    ]


@claim(
    en="Four batches of 8, each loss divided by 4, give the gradient of 32",
    ja="8枚ずつ4回に分け、4で割った損失の勾配を足すと、32枚のときと同じ勾配になる",
)
def accumulated_gradients_are_equal(r: Results) -> Comparison:
    return true(r.equal, "equal")
