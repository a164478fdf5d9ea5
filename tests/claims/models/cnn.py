"""What the lesson on a CNN with and without augmentation claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more


@claim(
    en="On MNIST the CNN names at least 99.4 % of the test pictures rightly",
    ja="MNISTでは、テスト画像の99.4%以上が正解",
)
def mnist_is_read_at_its_goal(r: Results) -> Comparison:
    return more(r.mnist.test_accuracy.mean, 0.994)


@claim(
    en="After 8 epochs, validation accuracy with augmentation is at least 15 "
    "points lower, at each of three rates",
    ja="8エポック後、拡張ありの検証の正解率は、3つの学習率のどれでも"
    "15ポイント以上低い",
)
def it_loses_in_a_short_training(r: Results) -> list[Comparison]:
    return [
        less(x.validation_augmented.mean, x.validation_none.mean, by=0.15)
        for x in (r.lower_8, r.epochs_8, r.higher_8)
    ]


@claim(
    en="After 40 epochs, validation accuracy with augmentation is at least 1 "
    "point higher, at each of three rates",
    ja="40エポック後、拡張ありの検証の正解率は、3つの学習率のどれでも"
    "1ポイント以上高い",
)
def it_wins_in_a_longer_one(r: Results) -> list[Comparison]:
    return [
        more(x.validation_augmented.mean, x.validation_none.mean, by=0.01)
        for x in (r.lower_40, r.epochs_40, r.higher_40)
    ]


@claim(
    en="From 40 to 120 epochs, validation accuracy without augmentation rises "
    "by at most 2 points",
    ja="40エポックから120エポックにしても、拡張なしの検証の正解率の上昇は"
    "2ポイント以内",
)
def longer_brings_little_without(r: Results) -> Comparison:
    late, later = r.epochs_40.validation_none, r.epochs_120.validation_none
    return less(later.mean - late.mean, 0.02)


@claim(
    en="After 40 epochs with augmentation, accuracy in training is at least 2 "
    "points below that of validation",
    ja="拡張ありの40エポック後、訓練の正解率は検証より2ポイント以上低い",
)
def training_lies_below_validation(r: Results) -> Comparison:
    x = r.epochs_40
    return less(x.training_augmented.mean, x.validation_augmented.mean, by=0.02)
