"""What the lesson on old code claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    more,
    same,
    true,
)


@claim(
    en="pretrained=True still works, with two warnings",
    ja="pretrained=Trueは今も動くが、警告が2つ出る",
)
def keyword_gives_two_warnings(r: Results) -> Comparison:
    return same(r.keyword_messages, 2)


@claim(
    en="A positional True and pretrained=False warn as well",
    ja="位置引数のTrueにもpretrained=Falseにも、警告が出る",
)
def positional_and_false_warn_too(r: Results) -> list[Comparison]:
    return [same(r.positional_messages, 2), same(r.false_messages, 2)]


@claim(
    en="The weights enum gives no message",
    ja="重みの列挙型を渡せば、何も警告されない",
)
def weights_enum_gives_no_message(r: Results) -> Comparison:
    return same(r.weights_messages, 0)


@claim(
    en="DEFAULT of ResNet-50 is the second entry, documented as the better",
    ja="ResNet-50のDEFAULTは2つ目の重みで、公表された正解率が高い",
)
def default_is_the_better_entry(r: Results) -> list[Comparison]:
    first, second = "IMAGENET1K_V1", "IMAGENET1K_V2"
    return [
        same(r.default_entry, second),
        more(r.documented[second], r.documented[first], by=4),
    ]


@claim(
    en="The two entries resize pictures differently",
    ja="2つの重みは、前処理のリサイズの大きさが違う",
)
def entries_resize_differently(r: Results) -> Comparison:
    first, second = r.resizes
    return true(first != second, f"{first} != {second}")


@claim(
    en="512 inputs fit ResNet-18 and not ResNet-50",
    ja="入力数512はResNet-18に合い、ResNet-50には合わない",
)
def fixed_512_fits_only_small_resnets(r: Results) -> list[Comparison]:
    return [
        same(r.last_layers.resnet18[1], 512),
        same(r.last_layers.resnet50[1], 2048),
        same(r.fixed_messages, 1),
    ]


@claim(
    en="model.fc on a network without fc is never used",
    ja="fcのないモデルに足したmodel.fcは、一度も使われない",
)
def added_fc_is_never_used(r: Results) -> Comparison:
    return true(r.fc_is_unused, "model.fc.weight.grad is None")


@claim(
    en="A state_dict in a model that the code builds gives the same outputs",
    ja="コードで作ったモデルにstate_dictを読み込むと、出力が一致する",
)
def state_dict_gives_the_same_outputs(r: Results) -> Comparison:
    return true(r.same_outputs, "outputs(rebuilt) = outputs(saved)")


@claim(
    en="strict=False may load nothing at all",
    ja="strict=Falseでは、1つも読み込まれないことがある",
)
def strict_false_may_load_nothing(r: Results) -> list[Comparison]:
    return [
        true(r.loaded_nothing, "weights after = weights before"),
        same(r.missing, 4),
    ]
