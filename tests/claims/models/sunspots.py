"""What the lesson on forecasting sunspots claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    near,
)

NETWORKS = ("rnn", "lstm", "gru")


@claim(
    en="RNN, LSTM and GRU are at least 8 sunspots closer than the last value",
    ja="RNN、LSTM、GRUの誤差は、前の年の値より8以上小さい",
)
def networks_beat_the_last_value(r: Results) -> list[Comparison]:
    window = r.window_9
    return [
        less(window[name].same_year.mean, window.last_value.same_year.mean, 8)
        for name in NETWORKS
    ]


@claim(
    en="On the years that chose, the networks look better than autoregression",
    ja="選択に使った年では、ネットワークのほうが自己回帰よりよく見える",
)
def validation_flatters_the_networks(r: Results) -> list[Comparison]:
    window = r.window_9
    return [
        less(
            window[name].validation.mean, window.autoregression.validation.mean
        )
        for name in NETWORKS
    ]


@claim(
    en="On the test years each network is within 2.5 of autoregression",
    ja="テストの年では、どのネットワークも自己回帰との差が2.5以内",
)
def autoregression_keeps_up(r: Results) -> list[Comparison]:
    best = r.window_9.autoregression.same_year.mean
    return [
        near(window[name].same_year.mean, best, within=2.5)
        for window in (r.window_9, r.window_18)
        for name in NETWORKS
    ]


@claim(
    en="Unscaled, at the smallest rate and 40 epochs: the forecast swings less "
    "than a third as much as the truth, and is worse than the last value",
    ja="標準化せず、最も小さい学習率で40エポックでは、予測の振れ幅は実際の"
    "3分の1に満たず、誤差は前の年の値より大きい",
)
def unscaled_is_nearly_flat(r: Results) -> list[Comparison]:
    flat = r.window_9.unscaled
    last = r.window_9.last_value.same_year.mean
    return [less(flat.swing.mean, 0.33), more(flat.same_year.mean, last)]


@claim(
    en="The LSTM lies nearer to the year it was to forecast than to the year "
    "before",
    ja="LSTMの予測は、前の年の値より、予測した年の値に近い",
)
def the_lstm_does_not_only_lag(r: Results) -> Comparison:
    lstm = r.window_9.lstm
    return less(lstm.same_year.mean, lstm.year_before.mean)


@claim(
    en="Five years ahead, each error is at least 1.4 times as large",
    ja="5年先では、どの誤差も1.4倍以上になる",
)
def far_years_are_harder(r: Results) -> list[Comparison]:
    names = ("last_value", "autoregression", *NETWORKS)
    window = r.window_9
    return [
        more(window[x].five_ahead.mean, 1.4 * window[x].same_year.mean)
        for x in names
    ]


@claim(
    en="The best rate lies inside of those tried",
    ja="最もよい学習率は、試した範囲の内側にある",
)
def best_rate_is_inside(r: Results) -> list[Comparison]:
    return [
        less(min(r.window_9.rates[name].mean), min(r.edges.rates[name].mean))
        for name in NETWORKS
    ]
