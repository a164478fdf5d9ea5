"""What the lesson on normalizing claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, near


@claim(
    en="SGD at the lowest rate: with normalized digits at least 4 points more "
    "after 20 epochs, with MNIST at least 1 point after one",
    ja="最も低い学習率のSGDでは、正規化すると手書き数字（20エポック）で"
    "4ポイント以上、MNIST（1エポック）で1ポイント以上高い",
)
def sgd_learns_faster_at_one_rate(r: Results) -> list[Comparison]:
    pairs = [(x.sgd.normalized, x.sgd.zero_to_one) for x in (r.digits, r.mnist)]
    return [
        more(ours.mean[0], theirs.mean[0], by=by)
        for (ours, theirs), by in zip(pairs, (0.04, 0.01), strict=True)
    ]


@claim(
    en="Adam, each at its best rate: the two differ by at most 2 points",
    ja="それぞれに最もよい学習率のAdamでは、差は2ポイント以内",
)
def adam_ends_alike(r: Results) -> list[Comparison]:
    return [
        near(max(x.adam.normalized.mean), max(x.adam.zero_to_one.mean), 0.02)
        for x in (r.digits, r.mnist)
    ]


@claim(
    en="No rate at the edge of those tried is better than the best "
    "inside by half a point",
    ja="試した範囲の端の学習率が、内側の最もよい学習率を"
    "0.5ポイント以上上回ることはない",
)
def best_rates_are_inside(r: Results) -> list[Comparison]:
    return [
        more(max(means[1:-1]) + 0.005, max(means[0], means[-1]))
        for x in (r.digits, r.mnist)
        for way in (x.adam, x.sgd)
        for means in (way.zero_to_one.mean, way.normalized.mean)
    ]


@claim(
    en="Dark ink on light paper: at most 20 % are right; inverted, within 3 "
    "points of pictures like those of the training",
    ja="明るい紙に暗い線では正解率20%以下、反転すると学習と同じ画像との差は"
    "3ポイント以内",
)
def photos_must_be_inverted(r: Results) -> list[Comparison]:
    x = r.digits
    return [
        less(x.photo.right.mean, 0.2),
        near(x.inverted.right.mean, x.as_trained.right.mean, within=0.03),
    ]


@claim(
    en="Forgetting Normalize costs at least 1 point of accuracy",
    ja="Normalizeを忘れると、正解率が1ポイント以上下がる",
)
def forgetting_costs_accuracy(r: Results) -> Comparison:
    x = r.digits
    return less(x.forgotten.right.mean, x.as_trained.right.mean, by=0.01)


@claim(
    en="MNIST's 60,000 training pictures: 0.1307 and 0.3081",
    ja="MNISTの訓練画像60,000枚では0.1307と0.3081",
)
def mnist_has_the_known_numbers(r: Results) -> list[Comparison]:
    return [
        near(r.mnist.more.mean.mean, 0.1307, within=0.00005),
        near(r.mnist.more.std.mean, 0.3081, within=0.00005),
    ]
