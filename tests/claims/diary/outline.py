"""What the evidence on an outline in nine steps claims."""

from tests.recorder.claims import Comparison, Results, claim, less, same, true


@claim(
    en="A module without forward raises an error when it is called",
    ja="forwardのないモジュールは、呼び出すとエラーになる",
)
def forward_must_be_there(r: Results) -> Comparison:
    return same(r.raised.no_forward, "NotImplementedError")


@claim(
    en="A network of one's own joins two inputs and gives two outputs, "
    "nn.Sequential takes one input",
    ja="自分で書いたネットワークは入力も出力も2つにできるが、nn.Sequentialの入力は1つだけ",
)
def branches_need_forward(r: Results) -> list[Comparison]:
    return [
        same(r.logits.shape, [5, 3]),
        same(r.guesses.shape, [5, 1]),
        same(r.raised.two_inputs, "TypeError"),
    ]


@claim(
    en="A sum of two losses reaches all four layers, one loss misses a head",
    ja="2つの損失の和は4つの層すべてに届き、片方だけでは出力層の1つに届かない",
)
def two_losses_reach_all_layers(r: Results) -> list[Comparison]:
    return [
        same(r.both, ["left", "right", "kind", "size"]),
        same(r.alone, ["left", "right", "kind"]),
    ]


@claim(
    en="backward() needs one number: five losses are an error",
    ja="backward()には1つの数が要り、5つの損失のままではエラーになる",
)
def backward_needs_one_number(r: Results) -> list[Comparison]:
    return [
        same(r["each"].shape, [5]),
        same(r.raised.five_losses, "RuntimeError"),
    ]


@claim(
    en="An LSTM is a recurrent layer with two states and four times the "
    "weights of nn.RNN",
    ja="LSTMも再帰型の層で、状態は2つ、重みはnn.RNNの4倍",
)
def lstm_is_one_of_the_recurrent_layers(r: Results) -> list[Comparison]:
    return [
        true(r.lstm_is_recurrent, "LSTM is a RNNBase"),
        same(r.states, {"RNN": 1, "GRU": 1, "LSTM": 2}),
        same(r.weights.LSTM, 4 * r.weights.RNN),
        same(r.weights.GRU, 3 * r.weights.RNN),
    ]


@claim(
    en="Momentum is a setting of SGD: with the same gradient each move is "
    "longer than the one before",
    ja="モーメンタムはSGDの設定で、勾配が同じなら、進む幅が毎回大きくなる",
)
def momentum_is_a_setting_of_sgd(r: Results) -> list[Comparison]:
    first, second, third = r.moves
    return [
        same(r.names, []),
        less(first, second),
        less(second, third),
    ]


@claim(
    en="What state_dict() returns changes with the weights, a deep copy not",
    ja="state_dict()が返すものは重みといっしょに変わり、deepcopyは変わらない",
)
def only_a_copy_keeps_the_best(r: Results) -> list[Comparison]:
    return [
        true(r.follows, "state_dict() = new weights"),
        true(r.stays, "deepcopy ≠ new weights"),
    ]


@claim(
    en="In Markdown, `(text)[address]` is no link, `[text](address)` is one",
    ja="Markdownでは、`[文](アドレス)`がリンクで、`(文)[アドレス]`はリンクにならない",
)
def brackets_make_the_link(r: Results) -> list[Comparison]:
    return [same(len(r.swapped), 0), same(len(r.written), 1)]
