"""What the evidence on the cost of networks claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    near,
    true,
)


@claim(
    en="ResNet-50 has four times the convolutions of VGG16 and less than a "
    "third of its multiplications",
    ja="ResNet-50の畳み込みはVGG16の4倍、乗算は3分の1未満",
)
def deeper_is_not_dearer(r: Results) -> list[Comparison]:
    return [
        more(r.layers.resnet50, 4 * r.layers.vgg16),
        less(r.billions.resnet50, r.billions.vgg16 / 3),
    ]


@claim(
    en="The outputs of the layers, kept for backward(), grow with the batch",
    ja="逆伝播まで取っておく層の出力は、バッチの大きさに比例して増える",
)
def memory_grows_with_the_batch(r: Results) -> list[Comparison]:
    return [near(found[2] / found[0], 16, 0.01) for found in r.memory.values()]


@claim(
    en="Four batches of 16, their losses divided by 4, give the gradient of 64",
    ja="16枚のバッチ4つの損失を4で割って足し込むと、64枚の勾配と同じになる",
)
def small_batches_add_up(r: Results) -> Comparison:
    return true(r.difference < 1e-6, "gradient(4 x 16) = gradient(64)")
