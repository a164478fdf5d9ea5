"""What the evidence on a small network, its loss and one step claims."""

import statistics

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    near,
    same,
    true,
)


@claim(
    en="Calling the network runs forward, with what is printed there",
    ja="ネットワークを呼ぶとforwardが動き、その中のprintも実行される",
)
def the_call_runs_forward(r: Results) -> Comparison:
    sizes = [[1, 1, 32, 32], [1, 6, 30, 30], [1, 6, 15, 15], [1, 1350]]
    return same([list(size) for size in r.sizes], sizes)


@claim(
    en="arange gives int64, view and float a target of shape (1, 10)",
    ja="arangeはint64で、viewとfloatで形(1, 10)の目標になる",
)
def the_target_fits_the_output(r: Results) -> list[Comparison]:
    return [
        same(r.integers.dtype, "torch.int64"),
        same(r.y.dtype, "torch.float32"),
        same(r.y.shape, r.out.shape),
    ]


@claim(
    en="MSELoss is the mean of the squared errors",
    ja="MSELossは、誤差の2乗の平均である",
)
def mse_is_the_mean_of_squares(r: Results) -> Comparison:
    return true(r.mse_agrees, "MSELoss(out, y) = ((out - y) ** 2).mean()")


@claim(
    en="The first losses of a hundred untrained networks lie around 28.5, "
    "the loss of outputs that are all 0; 28.92 is among them",
    ja="学習前のネットワーク100個の損失は、出力がすべて0のときの28.5の周りに"
    "散らばり、28.92もその中にある",
)
def untrained_losses_lie_around_that_of_zeros(r: Results) -> list[Comparison]:
    return [
        near(r.of_zeros, 28.5, 1e-4),
        near(statistics.fmean(r.losses), 28.5, 1),
        less(min(r.losses), 28.92),
        more(max(r.losses), 28.92),
    ]


@claim(
    en="A step of SGD is weight - rate * gradient",
    ja="SGDの1ステップは、重み−学習率×勾配である",
)
def a_step_is_rate_times_gradient(r: Results) -> Comparison:
    return true(r.updated, "weight = weight - rate * weight.grad")


@claim(
    en="After one step the loss on the same picture is less than half",
    ja="1ステップで、同じ画像の損失は半分以下になる",
)
def one_step_lowers_the_loss(r: Results) -> Comparison:
    return less(r.after, r.before / 2)


@claim(
    en="Without a rate, SGD takes 0.001",
    ja="学習率を書かないと、SGDは0.001を使う",
)
def sgd_has_a_default_rate(r: Results) -> Comparison:
    return same(r.default_rate, 0.001)


@claim(
    en="Weight and bias are learned; rate and weight_decay (L2) are given, "
    "and there is no l1",
    ja="重みとバイアスは学習され、学習率とweight_decay（L2）は人が渡す。l1はない",
)
def options_are_given_weights_are_learned(r: Results) -> list[Comparison]:
    given = [name for name in ("lr", "weight_decay") if name in r.given]
    return [
        same(r.learned, ["weight", "bias"]),
        same(given, ["lr", "weight_decay"]),
        true("l1" not in r.given, "l1 is no option of SGD"),
    ]


@claim(
    en="torch.optim has RMSprop, Adam and SGD, and no RMSProp",
    ja="torch.optimにはRMSprop、Adam、SGDがあり、RMSPropはない",
)
def rmsprop_has_one_capital_less(r: Results) -> Comparison:
    return same(r.there, [True, True, True, False])


@claim(
    en="A fixed linear layer refuses 40 pixels; with a pooling layer before "
    "it, the network takes 32 and 40",
    ja="入力の数が決まった線形層は40画素でエラーになり、その前にプーリング層を"
    "入れると、32画素も40画素も通る",
)
def a_pooling_layer_takes_other_sizes(r: Results) -> list[Comparison]:
    return [
        same(r.raised.other_size, "RuntimeError"),
        same([list(one) for one in r.fitted], [[1, 10], [1, 10]]),
    ]


@claim(
    en="resnet18 takes 160 and 256 pixels",
    ja="resnet18は160画素も256画素も受け取る",
)
def resnet18_takes_160_and_256(r: Results) -> Comparison:
    return same([list(one) for one in r.accepted], [[1, 1000], [1, 1000]])


@claim(
    en="torchvision's weights for classification were measured on ImageNet, "
    "those for detection, segmentation and video on other data",
    ja="torchvisionの重みは、分類のものはImageNetで、検出、領域分割、動画のものは"
    "別のデータで評価されている",
)
def other_tasks_have_other_data(r: Results) -> list[Comparison]:
    others = ("detection", "segmentation", "video")
    found = [name for name in others if "ImageNet-1K" in r.data[name]]
    return [same(r.data["classification"], ["ImageNet-1K"]), same(found, [])]


@claim(
    en="torch.utils.tensorboard comes with torch",
    ja="torch.utils.tensorboardは、torchに付いてくる",
)
def the_writer_comes_with_torch(r: Results) -> Comparison:
    return true(r.found, 'find_spec("torch.utils.tensorboard")')
