"""What the lesson on networks claims."""

from tests.recorder.claims import Comparison, Results, claim, same, true


@claim(
    en="A convolution with padding='same' keeps the size",
    ja="padding='same'の畳み込みは、大きさを変えない",
)
def padding_keeps_the_size(r: Results) -> Comparison:
    return same(r["same"].shape[2:], [32, 32])


@claim(
    en="Layers in a plain list have no parameters",
    ja="ふつうのリストに入れた層のパラメータは、1つも登録されない",
)
def layers_in_a_list_have_no_parameters(r: Results) -> Comparison:
    return same(r.found, [0, 4])


@claim(
    en="A network with loaded weights gives the same logits",
    ja="重みを読み込んだネットワークは、同じロジットを返す",
)
def loaded_network_gives_the_same_logits(r: Results) -> Comparison:
    return true(r.same_logits, "logits(loaded) = logits(saved)")


@claim(
    en="The changed network answers with 10 logits",
    ja="作り変えたネットワークは、10個のロジットを返す",
)
def changed_network_gives_ten_logits(r: Results) -> Comparison:
    return same(r.resnet_logits.shape[1], 10)
