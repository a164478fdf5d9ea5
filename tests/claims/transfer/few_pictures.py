"""What the lesson on few pictures claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, near

ALL_LAYERS = ("head_then_all", "finetune", "scratch")


def at(r: Results, way: str, pictures: int) -> float:
    """Return the mean accuracy of a way with so many pictures a class."""
    return float(r[way].accuracy[str(pictures)].mean)


@claim(
    en="With 5 or 20 pictures a class each pretrained way is at least 10 "
    "points above scratch, with augmentation and without",
    ja="5枚と20枚では、データ拡張の有無によらず、学習済みの3つの方法が"
    "scratchを10ポイント以上上回る",
)
def pretrained_wins_with_few(r: Results) -> list[Comparison]:
    return [
        more(at(r, way + end, size), at(r, "scratch" + end, size), by=0.1)
        for way in ("head", "head_then_all", "finetune")
        for end in ("", "_augmented")
        for size in (5, 20)
    ]


@claim(
    en="Without augmentation, scratch with 80 pictures a class is at least 5 "
    "points below the head with 5; with 400 of each they are within 3",
    ja="データ拡張なしでは、80枚のscratchは5枚のheadより5ポイント以上低く、"
    "400枚どうしなら差は3ポイント以内",
)
def scratch_needs_hundreds_without(r: Results) -> list[Comparison]:
    return [
        less(at(r, "scratch", 80), at(r, "head", 5), by=0.05),
        near(at(r, "scratch", 400), at(r, "head", 400), within=0.03),
    ]


@claim(
    en="With augmentation and 80 pictures a class, scratch is within 3 points "
    "of the head; trained twice as long, at least 3 above it",
    ja="データ拡張ありの80枚では、scratchとheadの差は3ポイント以内で、"
    "2倍長く学習したscratchは3ポイント以上高い",
)
def scratch_reaches_the_head_with_80(r: Results) -> list[Comparison]:
    head = at(r, "head_augmented", 80)
    return [
        near(at(r, "scratch_augmented", 80), head, within=0.03),
        more(at(r, "scratch_augmented_longer", 80), head, by=0.03),
    ]


@claim(
    en="With augmentation and 400, it is within 3 points of the pretrained "
    "networks whose layers are all trained, also at twice the length",
    ja="データ拡張ありの400枚では、学習済みの重みから全層を学習した場合"
    "との差は3ポイント以内。2倍の長さでも同じ",
)
def scratch_reaches_all_with_400(r: Results) -> list[Comparison]:
    pairs = [
        ("head_then_all_augmented", "scratch_augmented"),
        ("finetune_augmented", "scratch_augmented"),
        ("head_then_all_augmented_longer", "scratch_augmented_longer"),
    ]
    return [near(at(r, a, 400), at(r, b, 400), within=0.03) for a, b in pairs]


@claim(
    en="With 80 a class, augmentation gives scratch at least 15 points, the "
    "head at most 5",
    ja="80枚のとき、データ拡張でscratchは15ポイント以上上がり、"
    "headは5ポイントまでしか上がらない",
)
def augmentation_helps_scratch_most(r: Results) -> list[Comparison]:
    return [
        more(at(r, "scratch_augmented", 80), at(r, "scratch", 80), by=0.15),
        less(at(r, "head_augmented", 80), at(r, "head", 80) + 0.05),
    ]


@claim(
    en="With augmentation and 400 a class, the head is at least 5 points "
    "below every way that trains all layers",
    ja="データ拡張ありの400枚では、headは全層を学習するどの方法よりも"
    "5ポイント以上低い",
)
def the_head_is_last_with_400(r: Results) -> list[Comparison]:
    return [
        more(at(r, f"{way}_augmented", 400), at(r, "head_augmented", 400), 0.05)
        for way in ALL_LAYERS
    ]


@claim(
    en="With augmentation, a rate three times lower or higher is at most 3 "
    "points better with 80 a class",
    ja="データ拡張ありの80枚では、学習率を約3分の1や3倍にしても、"
    "正解率の上積みは3ポイントまで",
)
def no_other_rate_is_better(r: Results) -> list[Comparison]:
    return [
        less(at(r, f"{way}_augmented_{other}", 80), limit)
        for way in ALL_LAYERS
        for other in ("lower", "higher")
        for limit in [at(r, f"{way}_augmented", 80) + 0.03]
    ]


@claim(
    en="Without augmentation, scratch trained twice as long with 80 a class "
    "is still at least 5 points below the head with 5",
    ja="データ拡張なしの80枚では、2倍長く学習したscratchも5枚のheadより"
    "5ポイント以上低い",
)
def longer_is_no_help_without(r: Results) -> Comparison:
    return less(at(r, "scratch_longer", 80), at(r, "head", 5), by=0.05)
