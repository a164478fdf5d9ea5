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
    en="On validation pictures that were moved, `medium` is at least 3 points "
    "above `none`, at each of three rates",
    ja="動かした検証画像では、3つの学習率のどれでも、`medium`が`none`より"
    "3ポイント以上高い",
)
def it_helps_on_what_it_changes(r: Results) -> list[Comparison]:
    return [
        more(x.medium.moved.mean, x.none.moved.mean, by=0.03)
        for x in (r.lower, r.seeds, r.higher)
    ]


@claim(
    en="After 20 epochs, `strong` is at least 20 points below `none` at each "
    "of three rates; `medium` is at least 3 points below at this rate, and at "
    "least 1 point above at three times the rate",
    ja="20エポック後の`strong`は、3つの学習率のどれでも`none`より20ポイント以上低い。"
    "`medium`は、この学習率では3ポイント以上低く、3倍の学習率では"
    "1ポイント以上高い",
)
def too_strong_loses(r: Results) -> list[Comparison]:
    return [
        *(
            less(x.strong.late.mean, x.none.late.mean, by=0.2)
            for x in (r.lower, r.seeds, r.higher)
        ),
        less(r.seeds.medium.late.mean, r.seeds.none.late.mean, by=0.03),
        more(r.higher.medium.late.mean, r.higher.none.late.mean, by=0.01),
    ]


@claim(
    en="After 20 epochs both flips are at least 1 point below `none`, at each "
    "of three rates",
    ja="どちらの反転も、3つの学習率のどれでも、20エポック後の正解率が`none`より"
    "1ポイント以上低い",
)
def flips_lose(r: Results) -> list[Comparison]:
    return [
        less(way.late.mean, x.none.late.mean, by=0.01)
        for x in (r.lower, r.seeds, r.higher)
        for way in (x.mirror, x.upside_down)
    ]


@claim(
    en="With `medium`, accuracy in training is at least 2 points below that of "
    "validation, and unchanged training pictures are at least 10 above",
    ja="`medium`では、学習中の正解率は検証より2ポイント以上低く、"
    "変えない訓練画像の正解率は10ポイント以上高い",
)
def training_lies_below_validation(r: Results) -> list[Comparison]:
    x = r.seeds.medium
    return [
        less(x.in_training.mean, x.late.mean, by=0.02),
        more(x.plain.mean, x.late.mean, by=0.1),
    ]
