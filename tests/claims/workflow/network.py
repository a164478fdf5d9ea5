"""What the lesson on networks claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    more,
    same,
    true,
)


@claim(
    en="The formula agrees with every convolution that torch accepts",
    ja="出力の大きさの式は、torchが受け取るすべての畳み込みで正しい",
)
def formula_agrees_with_torch(r: Results) -> list[Comparison]:
    return [same(r.differ, 0), more(r.agree, 2000)]


@claim(
    en="torch refuses where the formula gives no pixel",
    ja="式の値が1画素に満たない畳み込みを、torchは受け取らない",
)
def torch_refuses_where_no_pixel_is_left(r: Results) -> Comparison:
    return more(r.refused, 50)


@claim(
    en="Layers in a plain list have no parameters",
    ja="ふつうのリストに入れた層のパラメータは、1つも登録されない",
)
def layers_in_a_list_have_no_parameters(r: Results) -> list[Comparison]:
    return [same(r.list_parameters, 0), more(r.registered_parameters, 0)]


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
    return same(r.changed_logits.shape[1], 10)


@claim(
    en="A convolution of kernel 3 and padding 1 keeps the size",
    ja="カーネル3、パディング1の畳み込みは、大きさを変えない",
)
def padding_keeps_the_size(r: Results) -> Comparison:
    return same(r["same"], 8)
