"""What the nine steps claim."""

import itertools

from tests.recorder.claims import Comparison, Results, claim, less, more, true


@claim(
    en="The CNN reaches 90 % on forms that training never saw",
    ja="CNNは、訓練に使っていない用紙の数字で正解率90 %に達する",
)
def cnn_classifies_other_writers(r: Results) -> Comparison:
    return more(r.cnn.test_accuracy.mean, 0.90)


@claim(
    en="On unseen forms, the worst of five CNNs beats the best of five MLPs",
    ja="訓練に使っていない用紙では、5つのCNNの最低が5つのMLPの最高を上回る",
)
def worst_cnn_beats_best_mlp(r: Results) -> Comparison:
    return more(r.cnn.test_accuracy.min, r.mlp.test_accuracy.max)


@claim(
    en="A random split flatters the CNN",
    ja="ランダムに分けると、CNNの正解率は高く見える",
)
def random_split_flatters_the_cnn(r: Results) -> Comparison:
    mixed, apart = r.cnn_random_split.test_accuracy, r.cnn.test_accuracy
    return more(mixed.mean, apart.mean, by=0.01)


@claim(
    en="A random split flatters the MLP",
    ja="ランダムに分けると、MLPの正解率も高く見える",
)
def random_split_flatters_the_mlp(r: Results) -> Comparison:
    mixed, apart = r.mlp_random_split.test_accuracy, r.mlp.test_accuracy
    return more(mixed.mean, apart.mean, by=0.02)


@claim(
    en="Validation accuracy lies above test accuracy, although both are of "
    "writers that training never saw",
    ja="検証もテストも訓練に登場しない用紙なのに、検証の正解率のほうが高い",
)
def validation_forms_are_easier(r: Results) -> Comparison:
    validation, test = r.cnn.best_val_accuracy, r.cnn.test_accuracy
    return more(validation.mean, test.mean, by=0.01)


@claim(
    en="Early stopping ended all twenty trainings before epoch 100",
    ja="20回の学習は、どれも100エポックより前に早期終了した",
)
def early_stopping_acted(r: Results) -> list[Comparison]:
    sweeps = (r.cnn, r.mlp, r.cnn_random_split, r.mlp_random_split)
    return [less(sweep.epochs_run.max, 100, by=1) for sweep in sweeps]


@claim(
    en="Before the chosen epoch, the validation loss stands still for two "
    "epochs or more, and then falls again",
    ja="選ばれたエポックより前に、検証の損失は2エポック以上止まってから、また下がる",
)
def a_standstill_need_not_be_the_end(r: Results) -> Comparison:
    losses = [row[2] for row in r.history][: r.best_epoch]
    lowest = itertools.accumulate(losses, min)
    waits = [len([*same]) - 1 for _, same in itertools.groupby(lowest)]
    return true(max(waits) >= 2, "longest wait for a new best ≥ 2 epochs")
