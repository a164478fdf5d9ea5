"""What the nine steps claim."""

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
    en="The CNN reaches 95 % on digits of other writers",
    ja="CNNは、別の書き手の数字で正解率95 %に達する",
)
def cnn_reads_other_writers(r: Results) -> Comparison:
    return more(r.cnn.test_accuracy.mean, 0.95)


@claim(
    en="On other writers, the worst of five CNNs beats the best of five MLPs",
    ja="別の書き手では、5つのCNNの最低が5つのMLPの最高を上回る",
)
def worst_cnn_beats_best_mlp(r: Results) -> Comparison:
    return more(r.cnn.test_accuracy.min, r.mlp.test_accuracy.max, by=0.03)


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
    return more(mixed.mean, apart.mean, by=0.03)


@claim(
    en="Validation accuracy lies above that on other writers",
    ja="検証の正解率は、別の書き手でのテストより高い",
)
def validation_flatters_the_cnn(r: Results) -> Comparison:
    validation, test = r.cnn.best_val_accuracy, r.cnn.test_accuracy
    return more(validation.mean, test.mean, by=0.01)


@claim(
    en="The test accuracy is the diagonal of the confusion matrix by its sum",
    ja="テストの正解率は、混同行列の対角線の和を総和で割った値に等しい",
)
def accuracy_agrees_with_confusion(r: Results) -> list[Comparison]:
    right = sum(row[digit] for digit, row in enumerate(r.confusion))
    pictures = sum(map(sum, r.confusion))
    return [
        same(pictures, r.test_size),
        near(r.test_accuracy, right / pictures, within=1e-5),
        same(len(r.mistakes.labels), pictures - right),
    ]


@claim(
    en="Training ends with a loss that only a sound CNN reaches",
    ja="訓練の最後の損失は、正しく学習したCNNの範囲にある",
)
def training_ends_where_a_sound_cnn_does(r: Results) -> list[Comparison]:
    # A softmax too many keeps every loss above 1.46.
    return [
        less(r.best_train_loss, 0.1),
        less(r.best_val_loss, 0.2),
        less(r.test_loss, 0.5),
        more(r.test_accuracy, 0.93),
        less(r.test_accuracy, 0.99),
    ]
