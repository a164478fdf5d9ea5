"""What the lesson on nn.Module claims."""

from tests.recorder.claims import Comparison, Results, claim, same


@claim(
    en="The parameters counted by hand are those of the network",
    ja="手で数えたパラメータの数は、ネットワークのものと等しい",
)
def parameters_can_be_counted_by_hand(r: Results) -> Comparison:
    return same(r["count"], r.by_hand)


@claim(
    en="A buffer is saved and moved, but not trained",
    ja="バッファは保存も移動もされるが、学習はされない",
)
def a_buffer_is_saved_and_moved(r: Results) -> list[Comparison]:
    return [same(r.table[2], [0, 1, 1]), same(r.table[3], [0, 0, 1])]


@claim(
    en="A plain tensor and a layer in a list are not seen at all",
    ja="ただのテンソルとリストに入れた層は、まったく登録されない",
)
def plain_things_are_not_seen(r: Results) -> list[Comparison]:
    return [same(row, [0, 0, 0]) for row in r.table[4:]]


@claim(
    en="In eval mode, functional.dropout still drops, nn.Dropout does not",
    ja="評価モードでも、functional.dropoutは値を落とし、nn.Dropoutは落とさない",
)
def functional_dropout_knows_no_mode(r: Results) -> Comparison:
    return same(r.falls, [True, False])


@claim(
    en="Six layers take one picture, three mean something else, three refuse",
    ja="画像1枚を、6つの層は受け取り、3つは別の意味に取り、3つは拒む",
)
def some_layers_mean_something_else(r: Results) -> list[Comparison]:
    answers = list(r.answers)
    wanted = {"same": 6, "other": 3, "error": 3}
    return [same(answers.count(name), wanted[name]) for name in wanted]


@claim(
    en="A Parameter that was converted is no parameter any more",
    ja="変換したParameterは、もうパラメータではない",
)
def a_converted_parameter_is_lost(r: Results) -> Comparison:
    return same(r.found, 0)
