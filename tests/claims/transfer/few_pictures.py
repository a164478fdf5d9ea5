"""What the lesson on few pictures claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, same

FEW = (5, 10, 20, 50)
PRETRAINED = ("head", "partial", "finetune", "retrain")


def at(r: Results, way: str, pictures: int, key: str = "mean") -> float:
    """Return what a way reaches with so many pictures a class."""
    return float(r[way][key][r.pictures.index(pictures)])


def longer(r: Results, way: str, pictures: int, key: str = "mean") -> float:
    """Return the same after four times as many batches."""
    counts = r.longer.pictures.mean
    return float(r.longer[way][key].mean[counts.index(pictures)])


@claim(
    en="With 5 pictures a class, gentle training reaches half or more",
    ja="1クラス5枚でも、元の層をあまり動かさなければ半分以上当たる",
)
def five_pictures_reach_half(r: Results) -> list[Comparison]:
    return [more(at(r, way, 5), 0.5) for way in PRETRAINED[:3]]


@claim(
    en="From scratch, 50 pictures a class teach next to nothing",
    ja="最初からでは、1クラス50枚までほとんど何も学べない",
)
def scratch_learns_little_from_fifty(r: Results) -> list[Comparison]:
    return [less(at(r, "scratch", pictures), 0.3) for pictures in FEW]


@claim(
    en="Scratch needs hundreds of pictures for what the head does with 5",
    ja="headの5枚での正解率に、scratchは数百枚でようやく届く",
)
def scratch_needs_hundreds(r: Results) -> list[Comparison]:
    return [
        more(r.head.scratch_needs, 200),
        less(at(r, "scratch", 200), at(r, "head", 5), by=0.1),
    ]


# rests on one run: differences within the spread of three seeds
@claim(
    en="With 50 pictures or fewer, fine-tuning lies below head and partial",
    ja="50枚以下では、finetuneがheadとpartialを下回る",
)
def finetune_lies_below_with_few(r: Results) -> list[Comparison]:
    return [
        less(
            at(r, "finetune", pictures),
            min(at(r, "head", pictures), at(r, "partial", pictures)),
        )
        for pictures in FEW
    ]


@claim(
    en="Every gain over scratch is larger than the spread",
    ja="scratchとの差は、どこでもばらつきより大きい",
)
def every_gain_exceeds_the_spread(r: Results) -> list[Comparison]:
    return [same(r[way].no_gain_at, 0) for way in PRETRAINED]


@claim(
    en="With 50 pictures or fewer, retraining lies far below the head",
    ja="50枚以下では、retrainがheadを大きく下回る",
)
def retrain_lies_far_below_with_few(r: Results) -> list[Comparison]:
    return [
        less(at(r, "retrain", pictures), at(r, "head", pictures), by=0.08)
        for pictures in FEW
    ]


@claim(
    en="With 1000 pictures, retraining lies far above all others",
    ja="1,000枚では、retrainがほかのどれよりもはるかに高い",
)
def retrain_lies_far_above_with_many(r: Results) -> list[Comparison]:
    return [
        more(at(r, "retrain", 1000), at(r, way, 1000), by=0.08)
        for way in ("scratch", *PRETRAINED[:3])
    ]


@claim(
    en="With 1000 pictures and more batches, scratch passes fine-tuning",
    ja="1,000枚でステップ数を増やすと、scratchがfinetuneを追い抜く",
)
def scratch_passes_finetune(r: Results) -> Comparison:
    return more(
        longer(r, "scratch", 1000, "low"), longer(r, "finetune", 1000, "high")
    )


@claim(
    en="With 200 pictures, more batches do not help scratch",
    ja="200枚では、ステップ数を増やしてもscratchは伸びない",
)
def more_batches_do_not_help_with_200(r: Results) -> Comparison:
    return less(longer(r, "scratch", 200), at(r, "scratch", 200, "high"))


@claim(
    en="With 500 pictures, retraining passes fine-tuning at either length",
    ja="500枚では、どちらのステップ数でもretrainがfinetuneを上回る",
)
def retrain_passes_finetune_with_500(r: Results) -> list[Comparison]:
    return [
        more(reach(r, "retrain", 500, "low"), reach(r, "finetune", 500, "high"))
        for reach in (at, longer)
    ]


@claim(
    en="With 1000 pictures and more batches, scratch stays below retraining",
    ja="1,000枚でステップ数を増やしても、scratchはretrainに届かない",
)
def scratch_does_not_pass_retrain(r: Results) -> Comparison:
    return more(longer(r, "retrain", 1000), longer(r, "scratch", 1000))


# rests on one run: scratch with 1000 lies within the spread of 500
@claim(
    en="The head's gain over scratch is smallest with 500 pictures",
    ja="headとscratchの差は、500枚で最も小さい",
)
def gain_is_smallest_with_500(r: Results) -> list[Comparison]:
    gain = at(r, "head", 500, "gain")
    return [
        same(gain, min(r.head.gain)),
        less(gain, at(r, "head", 200, "gain"), by=0.1),
    ]
