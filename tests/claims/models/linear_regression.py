"""What the lesson on linear regression claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, near


@claim(
    en="SGD, 500 updates: unscaled, the bias stays below 3; scaled, it is "
    "within 2 of 32",
    ja="SGDの500回の更新で、標準化しないとバイアスは3未満のまま、"
    "標準化すると32との差は2以内",
)
def scaling_frees_the_bias(r: Results) -> list[Comparison]:
    raw, scaled = r.seeds.raw.bias.mean, r.seeds.scaled.bias.mean
    return [less(raw, 3.0), near(scaled, 32.0, within=2.0)]


@claim(
    en="SGD, 500 updates: unscaled, the typical error is at least three times "
    "as large",
    ja="SGDの500回の更新で、標準化しないと誤差（RMSE）は3倍以上",
)
def scaling_lowers_the_error(r: Results) -> Comparison:
    return more(r.seeds.raw.rmse.mean, 3 * r.seeds.scaled.rmse.mean)


@claim(
    en="The sensor: polynomial and network have at most a quarter of the "
    "line's error",
    ja="温度センサでは、多項式とネットワークの誤差は直線の4分の1以下",
)
def curves_beat_the_line_on_the_sensor(r: Results) -> list[Comparison]:
    x = r.seeds.sensor
    return [
        less(way.mean, x.line.mean / 4) for way in (x.polynomial, x.network)
    ]


@claim(
    en="Diabetes: the line is at least 10 better than the mean; neither "
    "polynomial nor network is more than 2 better than the line",
    ja="糖尿病のデータでは、線形回帰は平均より10以上よく、多項式もネットワーク"
    "も線形回帰より2を超えてよくはならない",
)
def the_line_is_enough_for_diabetes(r: Results) -> list[Comparison]:
    x = r.seeds.diabetes
    return [
        less(x.line.mean, x.average.mean, by=10),
        more(x.polynomial.mean, x.line.mean - 2),
        more(x.network.mean, x.line.mean - 2),
    ]


@claim(
    en="Rate 1e-5: in 500 updates the loss moves by less than 0.1 %; without "
    "a bias no weights reach four times the loss of the mean",
    ja="学習率1e-5では、500回更新しても損失は0.1%も動かない。バイアスがないと、"
    "どんな重みでも損失は平均の4倍より大きい",
)
def no_rate_replaces_a_bias(r: Results) -> list[Comparison]:
    x = r.seeds.small_rate
    moved = (x.first.mean - x.last.mean) / x.first.mean
    return [
        less(moved, 0.001),
        more(x.no_bias.mean, 4 * x.average.mean),
    ]
