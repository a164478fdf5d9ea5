"""What the lesson on training and validation claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, same


@claim(
    en="A sound network learns one batch by heart",
    ja="正しく組まれたネットワークは、1つのバッチを丸ごと覚えられる",
)
def one_batch_is_learned_by_heart(r: Results) -> Comparison:
    return less(r.seeds.one_batch.max, 0.1)


@claim(
    en="Overfitting: the validation loss rises after the best epoch",
    ja="過学習では、最良のエポックの後で検証の損失が上がる",
)
def overfitting_raises_the_validation_loss(r: Results) -> Comparison:
    return more(r.seeds.last_loss.mean, r.seeds.best_loss.mean, by=0.05)


@claim(
    en="The best state is more accurate than the last",
    ja="最良の状態の正解率は、最後の状態より高い",
)
def best_state_beats_the_last(r: Results) -> Comparison:
    best, last = r.seeds.best_accuracy.mean, r.seeds.last_accuracy.mean
    return more(best, last, by=0.01)


@claim(
    en="With wrong labels, training stops before its last epoch",
    ja="間違ったラベルがあると、予定のエポック数より前に止まる",
)
def early_stopping_fires(r: Results) -> Comparison:
    return less(r.seeds.last_epoch.mean, 40)


@claim(
    en="Training mode makes the validation loss worse",
    ja="訓練モードのまま測ると、検証の損失が悪くなる",
)
def training_mode_worsens_validation(r: Results) -> Comparison:
    in_train, in_eval = r.seeds.in_train.mean[0], r.seeds.in_eval.mean[0]
    return more(in_train, in_eval, by=0.02)


@claim(
    en="In eval mode, two readings give the same loss; in train mode not",
    ja="評価モードなら2回測っても損失は同じで、訓練モードでは違う",
)
def evaluation_repeats(r: Results) -> list[Comparison]:
    return [
        same(r.in_eval[0], r.in_eval[1]),
        same(r.in_train[0] == r.in_train[1], False),
    ]


@claim(
    en="Fresh statistics of BatchNorm lower the first validation loss",
    ja="バッチ正規化の統計量を測り直すと、最初の検証の損失が下がる",
)
def first_statistics_lag(r: Results) -> Comparison:
    return less(r.seeds.fresh.mean, r.seeds.stale.mean, by=0.1)


@claim(
    en="At the end of the first epoch the training loss is lower than in it",
    ja="最初のエポックの終わりには、訓練の損失がエポック中の平均より低い",
)
def training_loss_is_a_mean_over_the_epoch(r: Results) -> Comparison:
    return less(r.seeds.after.mean, r.seeds.during.mean, by=0.1)
