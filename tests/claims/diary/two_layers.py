"""What the evidence on two layers, by hand and without activation, claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    near,
    same,
    true,
)


@claim(
    en="Times the weight, plus the bias, then the activation, layer by layer: "
    "by hand it gives the network's output",
    ja="重みを掛け、バイアスを足し、活性化関数に通す。層ごとに手で計算しても、"
    "ネットワークの出力と同じになる",
)
def forward_by_hand_agrees(r: Results) -> Comparison:
    return true(r.forward_agrees, "by hand = second(tanh(first(x)))")


@claim(
    en="The chain rule by hand gives the gradients of backward(), in both "
    "layers",
    ja="連鎖律で手計算した勾配は、2つの層ともbackward()の勾配と同じになる",
)
def chain_rule_by_hand_agrees(r: Results) -> Comparison:
    return same(r.chain_agrees, [True, True])


@claim(
    en="A network without a hidden layer adjusts every weight and bias: of "
    "64 inputs and 10 outputs, 650 numbers",
    ja="隠れ層のないネットワークも、重みとバイアスをすべて調整する。入力64、"
    "出力10なら650個である",
)
def all_numbers_get_a_gradient(r: Results) -> list[Comparison]:
    return [same(r.adjusted, 64 * 10 + 10), same(r.moved, r.adjusted)]


@claim(
    en="Two linear layers are one linear layer; with tanh between them not",
    ja="線形層は2つ重ねても1つと同じで、間にtanhを入れると同じではなくなる",
)
def layers_without_activation_are_one(r: Results) -> list[Comparison]:
    return [
        true(r.collapses, "second(first(x)) = x @ weight.T + bias"),
        true(r.stays, "second(tanh(first(x))) ≠ x @ weight.T + bias"),
    ]


@claim(
    en="Without activation, each of five networks ends where answering one "
    "half everywhere ends (0.25); with tanh each learns exclusive or",
    ja="活性化関数がないと、5つのネットワークはどれも、いつも2分の1と答えたときの"
    "損失0.25で終わる。tanhがあると、どれも排他的論理和を覚える",
)
def only_with_activation_it_is_learned(r: Results) -> list[Comparison]:
    return [
        *(near(x, 0.25, 0.001) for x in r.left["no activation"]),
        less(max(r.left["tanh"]), 0.05),
    ]
