"""What the lesson on cures for rare classes claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, near

MACRO, RARE, COMMON, USUAL = range(4)  # places in a row of `best`


@claim(
    en="Subtracting the log shares after training raises the accuracy on the "
    "rare digits by 15 points or more",
    ja="学習後に割合の対数を引くと、少ない数字の正解率は15ポイント以上上がる",
)
def shifted_logits_find_the_rare(r: Results) -> Comparison:
    best = r.seeds.best
    return more(best.shifted_after.mean[RARE], best.untreated.mean[RARE], 0.15)


@claim(
    en="It finds more of the rare digits than weights in the loss and than "
    "the sampler, by 5 points or more",
    ja="少ない数字の正解率は、損失の重みやサンプラーより5ポイント以上高い",
)
def shifted_logits_beat_weights_and_sampler(r: Results) -> list[Comparison]:
    best = r.seeds.best
    return [
        more(best.shifted_after.mean[RARE], best[way].mean[RARE], by=0.05)
        for way in ("loss_weights", "sampler")
    ]


@claim(
    en="Shifted in the loss or after training: macro accuracy differs by 3 "
    "points at most",
    ja="損失でずらしても学習後にずらしても、マクロ平均の差は3ポイント以内",
)
def both_shifts_are_close(r: Results) -> Comparison:
    best = r.seeds.best
    return near(
        best.shifted_after.mean[MACRO], best.shifted_loss.mean[MACRO], 0.03
    )


@claim(
    en="The price: the common digits lose 10 points at most",
    ja="代わりに多い数字の正解率は下がるが、10ポイント以内",
)
def common_digits_pay_little(r: Results) -> Comparison:
    best = r.seeds.best
    return less(
        best.untreated.mean[COMMON] - best.shifted_after.mean[COMMON], 0.1
    )
