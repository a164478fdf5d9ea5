"""What the lesson on CIFAR-10 claims of its drawn set."""

from statistics import fmean

from tests.recorder.claims import Comparison, Results, claim, more


@claim(
    en="Over the last six epochs the mean accuracy is lower on the training "
    "pictures, changed and with a hole, than on whole ones held out",
    ja="最後の6エポックの平均では、切り抜きや穴のある訓練画像での正解率は、"
    "学習に使わない元のままの画像での正解率より低い",
)
def training_is_harder_than_measuring(r: Results) -> Comparison:
    return more(fmean(r.held_accuracy[-6:]), fmean(r.train_accuracy[-6:]))
