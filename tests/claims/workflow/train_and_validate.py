"""What the lesson on training and validation claims."""

from statistics import fmean

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    near,
    same,
)


@claim(
    en="Overfitting: the training loss falls, the validation loss rises",
    ja="過学習では、訓練の損失が下がる一方で検証の損失が上がる",
)
def overfitting_raises_the_validation_loss(r: Results) -> list[Comparison]:
    return [
        more(r.last_val_loss, r.best_val_loss, by=0.1),
        less(r.last_train_loss, r.best_train_loss, by=0.1),
    ]


@claim(
    en="The best state is more accurate than the last, in all five runs",
    ja="5回とも、最良の状態の正解率は最後の状態より高い",
)
def best_state_beats_the_last(r: Results) -> list[Comparison]:
    pairs = zip(r.best_accuracies, r.last_accuracies, strict=True)
    return [more(best, last, by=0.02) for best, last in pairs]


@claim(
    en="Training mode makes the validation loss worse",
    ja="訓練モードのまま測ると、検証の損失が悪くなる",
)
def training_mode_worsens_validation(r: Results) -> Comparison:
    return more(min(r.train_mode_losses), max(r.eval_losses), by=0.05)


@claim(
    en="In eval mode, two readings give the same loss",
    ja="評価モードなら、2回測っても損失は同じである",
)
def evaluation_repeats(r: Results) -> Comparison:
    return same(r.eval_losses[0], r.eval_losses[1])


@claim(
    en="Without zero_grad the loss does not settle",
    ja="zero_gradを忘れると、損失は落ち着かない",
)
def loss_does_not_settle_without_zero_grad(r: Results) -> list[Comparison]:
    return [
        more(max(r.line_losses.forgotten[40:]), 0.5),
        less(max(r.line_losses.cleared[40:]), 0.05),
    ]


@claim(
    en="Weighted by the size of the batch, the accuracy is right over all",
    ja="枚数で重みを付けた正解率は、全体で当たった割合に等しい",
)
def weighted_accuracy_is_exact(r: Results) -> list[Comparison]:
    return [
        near(r.exact_accuracy, r.correct / sum(r.batch_sizes), within=1e-5),
        near(r.unweighted_accuracy, fmean(r.batch_accuracies), within=1e-5),
    ]


@claim(
    en="The means of best and last states are those of their five values",
    ja="最良と最後の正解率の平均は、それぞれ5つの値の平均に等しい",
)
def means_agree_with_values(r: Results) -> list[Comparison]:
    return [
        near(r.best_mean, fmean(r.best_accuracies), within=1e-5),
        near(r.last_mean, fmean(r.last_accuracies), within=1e-5),
    ]


@claim(
    en="Both trainings end with losses that only a sound network reaches",
    ja="どちらの訓練の損失も、正しく学習したネットワークの範囲にある",
)
def trainings_end_where_sound_networks_do(r: Results) -> list[Comparison]:
    # A softmax too many keeps every loss above 1.46.
    return [
        less(max(r.eval_losses), 0.8),
        less(r.best_val_loss, 1),
        less(r.last_train_loss, 0.6),
    ]
