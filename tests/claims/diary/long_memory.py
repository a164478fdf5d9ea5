"""What the evidence on folklore claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more


@claim(
    en="Each at its best rate: over 10 steps RNN and LSTM recall the first "
    "sign in 95 % or more; over 30 steps the LSTM is behind the RNN, and stays "
    "below 95 % with four times the updates",
    ja="それぞれ最もよい学習率なら、10ステップではRNNもLSTMも95%以上正解する。30ステップ"
    "ではLSTMの正解率はRNNより低く、更新を4倍にしても95%に届かない",
)
def a_plain_lstm_is_not_ahead(r: Results) -> list[Comparison]:
    rnn = r.seeds.rnn.best.mean
    return [
        *(more(r.near[way].best.mean, 0.95) for way in ("rnn", "lstm")),
        less(r.seeds.lstm.best.mean, rnn),
        less(r.longer.lstm.best.mean, 0.95),
        *(less(one.lstm.best.mean, rnn) for one in (r.low, r.high)),
    ]


@claim(
    en="With a forget gate that starts open, the LSTM recalls the first of 30 "
    "signs in 95 % of the sequences or more, and is ahead of the plain one",
    ja="忘却ゲートを開いた状態から始めると、LSTMは30ステップでも95%以上正解し、"
    "ふつうのLSTMを上回る",
)
def an_open_gate_remembers(r: Results) -> list[Comparison]:
    opened = r.seeds.lstm_keeps.best.mean
    return [more(opened, 0.95), more(opened, r.seeds.lstm.best.mean)]
