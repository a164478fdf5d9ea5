"""What the lesson on which layers to train claims."""

from tests.recorder.claims import Comparison, Results, claim, more, near


@claim(
    en="On similar shapes the last features lie far above those of the middle",
    ja="似た図形では、出力層の直前の特徴量が途中の層の特徴量をはるかに上回る",
)
def last_features_suit_similar_shapes(r: Results) -> Comparison:
    return more(r.shapes_20.head.mean, r.shapes_20.middle.mean, by=0.2)


@claim(
    en="On digits the features of the middle lie far above the last ones, "
    "which are averages over the picture",
    ja="数字では、途中の層の特徴量が、画像全体の平均である出力層の直前の"
    "特徴量をはるかに上回る",
)
def features_of_the_middle_suit_digits(r: Results) -> Comparison:
    return more(r.digits_10.middle.mean, r.digits_10.head.mean, by=0.1)


@claim(
    en="With 10 digits a class the pretrained middle is within 6 points of "
    "plain pixels",
    ja="数字が1クラス10枚のとき、学習済みの途中の層の特徴量と画素そのものの差は"
    "6ポイント以内",
)
def the_middle_is_no_better_than_pixels(r: Results) -> Comparison:
    ten = r.digits_10
    return near(ten.middle.mean, ten.pixels.mean, within=0.06)


@claim(
    en="With 10 digits a class scratch lies above the middle by 2.5 points",
    ja="数字が1クラス10枚のとき、scratchは途中の層の特徴量を2.5ポイント以上上回る",
)
def scratch_beats_the_middle(r: Results) -> Comparison:
    return more(r.digits_10.scratch.mean, r.digits_10.middle.mean, by=0.025)


@claim(
    en="With 100 digits a class all layers lie above the head",
    ja="数字が1クラス100枚のとき、全層の学習はheadを上回る",
)
def all_layers_beat_the_head(r: Results) -> Comparison:
    return more(r.digits_100.finetune.mean, r.digits_100.head.mean, by=0.03)


@claim(
    en="With 100 digits a class all layers, pretrained or not, are within 5 "
    "points of a linear classifier on the middle",
    ja="数字が1クラス100枚のとき、全層の学習は、学習済みの重みからでも"
    "ランダムな重みからでも、途中の層の特徴量との差が5ポイント以内",
)
def all_layers_and_the_middle_are_close(r: Results) -> list[Comparison]:
    many = r.digits_100
    return [
        near(way.mean, many.middle.mean, within=0.05)
        for way in (many.finetune, many.scratch)
    ]
