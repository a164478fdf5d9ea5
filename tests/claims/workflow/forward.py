"""What the lesson on the forward pass claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, near


@claim(
    en="From the default start, the gradient dies before the first layer",
    ja="デフォルトの初期値では、勾配は最初の層に届く前に消える",
)
def default_start_kills_the_gradient(r: Results) -> Comparison:
    return less(max(r.results.default.first), 1e-5)


@claim(
    en="From the default start, the deep network does not learn",
    ja="デフォルトの初期値では、深いネットワークは学習できない",
)
def default_start_does_not_learn(r: Results) -> Comparison:
    return less(max(r.results.default.accuracy), 0.2)


@claim(
    en="He initialisation alone lets the gradient arrive",
    ja="He初期化だけで、勾配は最初の層まで届く",
)
def he_start_lets_the_gradient_arrive(r: Results) -> Comparison:
    return more(min(r.results.he.first), 1e-2)


@claim(
    en="He initialisation alone lets the deep network learn",
    ja="He初期化だけで、深いネットワークが学習できる",
)
def he_start_learns(r: Results) -> list[Comparison]:
    return [
        more(min(r.results.he.accuracy), 0.45),
        near(r.results.he.loss[0], 2.3, within=0.3),
    ]


@claim(
    en="With skips it learns too, from a far larger first loss",
    ja="スキップ接続でも学習できるが、最初の損失はずっと大きい",
)
def skips_learn_from_a_large_loss(r: Results) -> list[Comparison]:
    return [
        more(min(r.results.skip.accuracy), 0.6),
        more(min(r.results.skip.loss), 10),
    ]
