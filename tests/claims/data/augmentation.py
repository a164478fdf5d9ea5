"""What the lesson on augmentation claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    same,
    true,
)


@claim(
    en="Five epochs without augmentation show as many different pictures as "
    "there are, with random turns a new one each time",
    ja="5エポックで現れる違う画像は、拡張なしなら元の枚数と同じ、"
    "動かすと取り出した回数と同じ",
)
def each_epoch_sees_other_versions(r: Results) -> list[Comparison]:
    return [
        same(r.versions.none, 256),
        true(256 < r.versions.mirror <= 512, "256 < … ≤ 512"),
        same(r.versions.medium, 5 * 256),
    ]


@claim(
    en="After 3 epochs `medium` is at least 3 points below `none`, at each "
    "of three rates",
    ja="3エポック後の`medium`は、3つの学習率のどれでも、`none`より"
    "3ポイント以上低い",
)
def it_loses_in_a_short_training(r: Results) -> list[Comparison]:
    return [
        less(x.medium.third.mean, x.none.third.mean, by=0.03)
        for x in (r.lower, r.seeds, r.higher)
    ]


@claim(
    en="On validation pictures that were moved, `medium` is at least 10 "
    "points above `none`",
    ja="動かした検証画像では、`medium`が`none`より10ポイント以上高い",
)
def it_helps_on_what_it_changes(r: Results) -> list[Comparison]:
    return [
        more(x.medium.moved.mean, x.none.moved.mean, by=0.1)
        for x in (r.seeds, r.higher)
    ]


@claim(
    en="`strong` ends at least 5 points below `none`",
    ja="`strong`は、最後の正解率が`none`より5ポイント以上低い",
)
def too_strong_loses(r: Results) -> Comparison:
    return less(r.seeds.strong.late.mean, r.seeds.none.late.mean, by=0.05)


@claim(
    en="`upside_down` ends at least 2 points below `none`",
    ja="`upside_down`は、最後の正解率が`none`より2ポイント以上低い",
)
def upside_down_loses(r: Results) -> Comparison:
    x = r.seeds
    return less(x.upside_down.late.mean, x.none.late.mean, by=0.02)


@claim(
    en="With `strong`, the training pictures as they are come out at least 5 "
    "points better than the changed ones in training",
    ja="`strong`では、元の訓練画像の正解率が、学習中の変えた画像の正解率より"
    "5ポイント以上高い",
)
def changed_pictures_are_harder(r: Results) -> Comparison:
    return more(
        r.seeds.strong.plain.mean, r.seeds.strong.in_training.mean, by=0.05
    )
