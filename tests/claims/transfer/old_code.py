"""What the lesson on old code claims."""

from tests.recorder.claims import Comparison, Results, claim, more, same, true


@claim(
    en="Of eleven old lines, six stop, three warn, and two go on in silence",
    ja="11の古い書き方のうち、6つは止まり、3つは警告、2つは何も言わずに進む",
)
def how_old_lines_end(r: Results) -> list[Comparison]:
    return [
        same(r.fates.stops, 6),
        same(r.fates.warns, 3),
        same(r.fates.silent, 2),
    ]


@claim(
    en="DEFAULT of ResNet-50 is the second entry, documented as the better",
    ja="ResNet-50では、2つ目の重みのほうが、公表された正解率が高い",
)
def the_second_entry_is_the_better(r: Results) -> Comparison:
    first, second = "IMAGENET1K_V1", "IMAGENET1K_V2"
    return more(r.documented[second], r.documented[first], by=4)


@claim(
    en="The two entries resize pictures differently",
    ja="2つの重みは、前処理のリサイズの大きさが違う",
)
def entries_resize_differently(r: Results) -> Comparison:
    first, second = r.resizes
    return true(first != second, f"{first} != {second}")


@claim(
    en="model.fc on a network without fc changes no output",
    ja="fcのないモデルにmodel.fcを足しても、出力の形は変わらない",
)
def added_fc_is_never_used(r: Results) -> Comparison:
    return same(r.unused_logits.shape, [2, 1000])


@claim(
    en="strict=False may load nothing at all",
    ja="strict=Falseでは、1つも読み込まれないことがある",
)
def strict_false_may_load_nothing(r: Results) -> Comparison:
    return same(r.loaded, 0)


@claim(
    en="With scheduler.step() first, the first rate is never used",
    ja="先にscheduler.step()を呼ぶと、最初の学習率は一度も使われない",
)
def the_first_rate_is_skipped(r: Results) -> Comparison:
    return true(abs(r.first_rate - 0.01) < 1e-9, "the first rate is 0.01")
