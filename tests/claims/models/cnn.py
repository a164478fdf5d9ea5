"""What the lesson on a CNN with and without augmentation claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more


@claim(
    en="On MNIST the CNN classifies at least 99.4 % of the test pictures "
    "correctly",
    ja="MNISTでは、テスト画像の99.4%以上が正解",
)
def mnist_is_read_at_its_goal(r: Results) -> Comparison:
    return more(r.mnist.test_accuracy.mean, 0.994)


@claim(
    en="After 8 epochs, validation accuracy with augmentation is at least 5 "
    "points lower, at each of three rates",
    ja="8エポック後、拡張ありの検証の正解率は、3つの学習率のどれでも"
    "拡張なしより5ポイント以上低い",
)
def it_loses_in_a_short_training(r: Results) -> list[Comparison]:
    return [
        less(x.validation_augmented.mean, x.validation_none.mean, by=0.05)
        for x in (r.lower_8, r.epochs_8, r.higher_8)
    ]


@claim(
    en="After 80 epochs, validation accuracy with augmentation is at least 5 "
    "points higher, at each of four rates",
    ja="80エポック後、拡張ありの検証の正解率は、4つの学習率のどれでも"
    "拡張なしより5ポイント以上高い",
)
def it_wins_in_a_longer_one(r: Results) -> list[Comparison]:
    return [
        more(x.validation_augmented.mean, x.validation_none.mean, by=0.05)
        for x in (r.lower_80, r.epochs_80, r.higher_80, r.highest_80)
    ]


@claim(
    en="Without augmentation, at least 99 % of the training pictures are right "
    "after 16 epochs, and at most 80 % of the validation pictures after 80",
    ja="拡張なしでは、16エポックで訓練の正解率が99%以上になり、80エポック後も"
    "検証の正解率は80%以下",
)
def without_it_pictures_are_learned_by_heart(r: Results) -> list[Comparison]:
    return [
        more(r.epochs_16.training_none.mean, 0.99),
        less(r.epochs_80.validation_none.mean, 0.8),
    ]


@claim(
    en="On MNIST with augmentation, after 6 of 12 epochs, accuracy in training "
    "is at least 0.2 points below that of validation",
    ja="MNISTで拡張を使うと、12エポックのうち6エポックが終わったとき、訓練の正解率は"
    "検証より0.2ポイント以上低い",
)
def training_lies_below_validation(r: Results) -> Comparison:
    way, after = r.mnist.augmented, 6 - 1
    seen, new = way.train_accuracy.mean[after], way.val_accuracy.mean[after]
    return less(seen, new, 0.002)
