"""What the lesson on cures for rare classes claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    near,
    true,
)

MACRO, RARE, COMMON, USUAL = range(4)  # places in a row of `best`


@claim(
    en="Subtracting the log shares after training raises the accuracy on the "
    "rare digits by 15 points or more",
    ja="学習後に割合の対数を引くと、枚数の少ない数字の正解率は15ポイント以上上がる",
)
def shifted_logits_find_the_rare(r: Results) -> Comparison:
    best = r.seeds.best
    return more(best.shifted_after.mean[RARE], best.untreated.mean[RARE], 0.15)


@claim(
    en="Shifted after training, the network finds more of the rare digits than "
    "with weights in the loss or the sampler, by 5 points or more",
    ja="学習後に割合の対数を引くと、枚数の少ない数字の正解率は、損失の重みや"
    "サンプラーを使うより5ポイント以上高い",
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
    ja="ロジットを学習中にずらすか学習後にずらすかで、マクロ平均の差は3ポイント以内",
)
def both_shifts_are_close(r: Results) -> Comparison:
    best = r.seeds.best
    return near(
        best.shifted_after.mean[MACRO], best.shifted_loss.mean[MACRO], 0.03
    )


@claim(
    en="The price of the shift: the common digits lose 10 points at most",
    ja="代わりに枚数の多い数字の正解率は下がるが、10ポイント以内",
)
def common_digits_pay_little(r: Results) -> Comparison:
    best = r.seeds.best
    return less(
        best.untreated.mean[COMMON] - best.shifted_after.mean[COMMON], 0.1
    )


@claim(
    en="With digits as often as in training, all ways lie within 3 points of "
    "the untreated network",
    ja="クラスの割合が訓練と同じなら、どの方法も、何もしない場合との差は3ポイント以内",
)
def the_usual_mixture_hardly_moves(r: Results) -> list[Comparison]:
    best = r.seeds.best
    return [
        near(row.mean[USUAL], best.untreated.mean[USUAL], 0.03)
        for row in map(best.__getitem__, best)
    ]


@claim(
    en="In the mean of the seeds, none of the ways has its best macro accuracy "
    "at the first or last rate",
    ja="シードの平均で、最小や最大の学習率が最もよかった方法はない",
)
def no_way_is_best_at_an_edge(r: Results) -> list[Comparison]:
    rows = {way: r.seeds.macro[way].mean for way in r.seeds.macro}
    return [
        true(max(row) > max(row[0], row[-1]), way) for way, row in rows.items()
    ]


@claim(
    en="After few epochs the sampler is ahead of the shift by macro; with "
    "classes that are still rarer, the shift costs accuracy on the usual "
    "mixture",
    ja="エポックが少ないと、macroはずらす方法よりサンプラーのほうが高い。"
    "少ないクラスがさらに少ないと、ずらす方法ではusualの正解率が下がる",
)
def where_the_ranking_turns(r: Results) -> list[Comparison]:
    few, uneven = r.few_epochs.best, r.more_uneven.best
    return [
        more(few.sampler.mean[MACRO], few.shifted_after.mean[MACRO]),
        more(uneven.untreated.mean[USUAL], uneven.shifted_after.mean[USUAL]),
    ]
