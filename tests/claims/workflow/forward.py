"""What the lesson on the forward pass claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, same


@claim(
    en="A hook runs on model(x) and not on model.forward(x)",
    ja="フックはmodel(x)で動き、model.forward(x)では動かない",
)
def hook_runs_only_on_the_call(r: Results) -> list[Comparison]:
    return [same(r.hooks_after_call, 1), same(r.hooks_after_forward, 1)]


@claim(
    en="Without skips, the gradient dies before the first layer",
    ja="スキップがないと、勾配は最初の層に届く前に消える",
)
def gradient_dies_without_skips(r: Results) -> Comparison:
    return less(r.first_gradients[0], 1e-4)


@claim(
    en="With skips, the gradient reaches the first layer",
    ja="スキップがあれば、勾配は最初の層まで届く",
)
def gradient_arrives_with_skips(r: Results) -> Comparison:
    return more(r.first_gradients[1], 0.1)


@claim(
    en="Both branches and both heads receive gradients",
    ja="2つの枝にも2つのヘッドにも、勾配が届く",
)
def branches_and_heads_receive_gradients(r: Results) -> Comparison:
    return same(len(r.with_gradient), 8)


@claim(
    en="A head that is not in the loss receives no gradient",
    ja="損失に入っていないヘッドには、勾配が届かない",
)
def head_outside_the_loss_receives_none(r: Results) -> Comparison:
    return same(r.without_gradient, ["parity_head.weight", "parity_head.bias"])
