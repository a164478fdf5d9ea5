"""What the lesson on freezing claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    same,
    true,
)

HEAD = 512 * 5 + 5
STATISTICS = 2 * 20  # mean and variance of each BatchNorm layer


@claim(
    en="Of the old layers, partial trains the last block, finetune all",
    ja="元の層のうち、partialは最後のブロックを、finetuneはすべてを学習する",
)
def modes_train_what_their_names_say(r: Results) -> list[Comparison]:
    body = {mode: rates[:-1] for mode, rates in r.modes.items()}
    return [
        same(body["scratch"], [2] * 5),
        same(body["head"], [0] * 5),
        same(body["partial"], [0, 0, 0, 0, 1]),
        same(body["finetune"], [1] * 5),
        same(body["head_then_all 1"], body["head"]),
        same(body["head_then_all 2"], body["finetune"]),
        *(same(rates[-1], 2) for rates in r.modes.values()),
    ]


@claim(
    en="With the body frozen, only the new head is trained",
    ja="本体を凍結すると、新しい出力層だけが学習される",
)
def only_the_new_head_is_trained(r: Results) -> Comparison:
    return same(r.head_parameters, HEAD)


@claim(
    en="requires_grad without the underscore and brackets freezes nothing",
    ja="requires_grad_の最後の_を忘れて代入すると、何も凍結されない",
)
def typo_freezes_nothing(r: Results) -> Comparison:
    return same(r.typo_parameters, 11_689_512)


@claim(
    en="In train(), each mean and variance of frozen BatchNorm layers moves",
    ja="train()では、凍結したバッチ正規化の平均と分散がすべて動く",
)
def statistics_move_in_training(r: Results) -> Comparison:
    return same(r.moved, STATISTICS)


@claim(
    en="A frozen EfficientNet gives one answer twice in eval() only",
    ja="凍結したEfficientNetの出力が毎回同じになるのは、eval()のときだけ",
)
def a_frozen_body_is_random_until_eval(r: Results) -> list[Comparison]:
    return [
        true(not r.agree_in_train, "in train(), two passes differ"),
        true(r.agree_in_eval, "in eval(), two passes agree"),
    ]


@claim(
    en="An optimizer made before the new head does not hold it",
    ja="出力層を付け替える前に作ったオプティマイザは、新しい出力層を持たない",
)
def an_early_optimizer_lacks_the_head(r: Results) -> Comparison:
    return same(r.forgotten, ["fc.weight", "fc.bias"])


@claim(
    en="A zeroed gradient lets a frozen layer move, None does not",
    ja="勾配をゼロで埋めると凍結した層も動き、Noneにすれば動かない",
)
def zeroed_gradients_move_a_frozen_layer(r: Results) -> list[Comparison]:
    zeroed, none = r.later
    return [more(zeroed, 0.01), same(none, 0)]


@claim(
    en="With momentum None, the running mean is that of all pictures",
    ja="momentumをNoneにすると、移動平均は全画像の平均に等しい",
)
def counted_anew_is_the_mean_of_all(r: Results) -> Comparison:
    return true(r.mean_fits, "running_mean = mean of conv1(images)")


@claim(
    en="A frozen body saves at least a third of the time",
    ja="本体を凍結すると、時間を3分の1以上節約できる",
)
def freezing_saves_time(r: Results) -> Comparison:
    return less(r.frozen_seconds, 0.67 * r.unfrozen_seconds)


@claim(
    en="A frozen body keeps less than a hundredth of the memory for backward()",
    ja="本体を凍結すると、逆伝播のために残すメモリは100分の1未満になる",
)
def freezing_saves_memory(r: Results) -> Comparison:
    return less(r.frozen_bytes, 0.01 * r.unfrozen_bytes)
