"""What the lesson on the residual block and ResNet-18 claims."""

from tests.recorder.claims import Comparison, Results, claim, same


@claim(
    en="With the same weights: the same output and the same gradients as "
    "torchvision's resnet18, bit for bit, from as many parameters",
    ja="同じ重みなら、出力も勾配もtorchvisionのresnet18と完全に同じで、"
    "パラメータの数も等しい",
)
def ours_is_torchvisions(r: Results) -> list[Comparison]:
    return [same(r.same_output, True), same(r.same_gradients, True)]
