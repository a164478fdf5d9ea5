"""What the lesson on which layers to train claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, near


@claim(
    en="On similar shapes the last features lie far above those of the middle",
    ja="似た図形では、出力層の直前の特徴量が途中の層の特徴量をはるかに上回る",
)
def last_features_suit_similar_shapes(r: Results) -> Comparison:
    shapes = r.networks.shapes_20
    return more(shapes.head.mean, shapes.middle.mean, by=0.2)


@claim(
    en="On similar shapes, training the last block or all layers, at one "
    "rate, does not bring 2 points more than the head",
    ja="似た図形では、最後のブロックや、全層を同じ学習率で学習しても、headを"
    "2ポイント上回らない",
)
def more_layers_bring_shapes_nothing(r: Results) -> list[Comparison]:
    shapes = r.networks.shapes_20
    ways = shapes.partial.mean, shapes.finetune.mean
    return [less(way, shapes.head.mean + 0.02) for way in ways]


@claim(
    en="With 10 digits a class the features of the middle lie at least 10 "
    "points above the last ones, which are averages over the picture",
    ja="数字が1クラス10枚のとき、途中の層の特徴量は、画像全体の平均である"
    "出力層の直前の特徴量を10ポイント以上上回る",
)
def features_of_the_middle_suit_digits(r: Results) -> Comparison:
    ten = r.networks.digits_10
    return more(ten.middle.mean, ten.head.mean, by=0.1)


@claim(
    en="With 10 digits a class `unpooled` lies at least 5 points above "
    "`head`, but below the middle",
    ja="数字が1クラス10枚のとき、`unpooled`は`head`を5ポイント以上上回るが、"
    "途中の層の特徴量には届かない",
)
def much_of_the_gap_is_the_pooling(r: Results) -> list[Comparison]:
    ten = r.networks.digits_10
    return [
        more(ten.unpooled.mean, ten.head.mean, by=0.05),
        more(ten.middle.mean, ten.unpooled.mean),
    ]


@claim(
    en="With 10 digits a class the pretrained middle is within 6 points of "
    "plain pixels, and scratch lies above that middle",
    ja="数字が1クラス10枚のとき、学習済みの途中の層の特徴量と画素そのものの差は"
    "6ポイント以内で、scratchは途中の層の特徴量を上回る",
)
def pretraining_on_shapes_brings_digits_little(
    r: Results,
) -> list[Comparison]:
    ten = r.networks.digits_10
    return [
        near(ten.middle.mean, ten.pixels.mean, within=0.06),
        more(ten.scratch.mean, ten.middle.mean),
    ]


@claim(
    en="With 100 digits a class all layers, pretrained or not, lie 3 points "
    "or more above the head, and within 5 of the middle",
    ja="数字が1クラス100枚のとき、全層の学習は、学習済みの重みからでも"
    "ランダムな重みからでも、headを3ポイント以上上回り、途中の層の特徴量との差は"
    "5ポイント以内",
)
def all_layers_and_the_middle_are_close(r: Results) -> list[Comparison]:
    many = r.networks.digits_100
    ways = many.finetune.mean, many.scratch.mean
    return [
        *(more(way, many.head.mean, by=0.03) for way in ways),
        *(near(way, many.middle.mean, within=0.05) for way in ways),
    ]


@claim(
    en="The best rates of `finetune` on 10 digits a class are, in the mean, "
    "at least ten times those on shapes",
    ja="`finetune`の最もよい学習率の平均は、数字が1クラス10枚のとき、"
    "図形のときの10倍以上",
)
def digits_need_higher_rates(r: Results) -> Comparison:
    trained = r.networks.trained
    digits = trained.digits_10.finetune.chosen.mean
    shapes = trained.shapes_20.finetune.chosen.mean
    return more(digits, 10 * shapes)
