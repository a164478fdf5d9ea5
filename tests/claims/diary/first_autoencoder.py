"""What the evidence on a first autoencoder claims."""

from tests.recorder.claims import Comparison, Results, claim, less, same, true


@claim(
    en="Convolution, ReLU and pooling, as in a classifier, give a code",
    ja="分類と同じ畳み込み、ReLU、プーリングで、少ない数（コード）ができる",
)
def the_encoder_is_that_of_a_classifier(r: Results) -> Comparison:
    return same(r.codes.shape, [5, 8, 2, 2])


@claim(
    en="nn.Upsample learns nothing, nn.Upsampling does not exist, and 28 "
    "pixels do not come back",
    ja="nn.Upsampleは何も学習せず、nn.Upsamplingは存在せず、28画素には戻らない",
)
def upsample_learns_nothing(r: Results) -> list[Comparison]:
    return [
        same(r.raised.upsampling, "AttributeError"),
        same(r.learned, 0),
        same(r.halved.shape, [1, 1, 3, 3]),
        same(r.back.shape, [1, 1, 24, 24]),
    ]


@claim(
    en="Trained with either loss, the copies are closer than the mean "
    "picture by a tenth and more, with each of three seeds",
    ja="どちらの損失で学習しても、3つのシードのどれでも、複製は平均の画像より1割以上近い",
)
def another_loss_copies_too(r: Results) -> list[Comparison]:
    worst = {name: max(found) for name, found in r.copied.items()}
    return [
        less(worst["MSELoss"], 0.9 * r.guess),
        less(worst["BCELoss"], 0.9 * r.guess),
    ]


@claim(
    en="With other labels the weights are the same, bit for bit",
    ja="ラベルを入れ替えても、重みは最後のビットまで同じ",
)
def labels_are_not_used(r: Results) -> Comparison:
    return true(r.same_weights, "weights(labels) = weights(other labels)")


@claim(
    en="permute, detach, cpu and the first channel give what [3, 0] gives",
    ja="permute、detach、cpu、1個目のチャンネルの順で取り出したものは、"
    "[3, 0]と同じ",
)
def the_long_way_is_right(r: Results) -> list[Comparison]:
    return [same(r.long_way.shape, [8, 8]), true(r.equal, "long = short")]
