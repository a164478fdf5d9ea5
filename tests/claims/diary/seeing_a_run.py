"""What the evidence on seeing a run claims."""

from tests.recorder.claims import Comparison, Results, claim, more, same, true


@claim(
    en="A model without layers gives the optimizer nothing: an error",
    ja="層のないモデルからはオプティマイザを作れず、エラーになる",
)
def an_empty_model_has_no_parameters(r: Results) -> Comparison:
    return same(r.raised, "ValueError")


@claim(
    en="A layer that is added after the optimizer does not learn",
    ja="オプティマイザを作ったあとに足した層は、学習しない",
)
def a_later_layer_does_not_learn(r: Results) -> list[Comparison]:
    return [
        true(r.first_moved, "weights of the first layer moved"),
        same(r.later_moved, False),
    ]


@claim(
    en="Loading a state and converting keep the parameters that the optimizer "
    "holds",
    ja="重みの読み込みと型の変換では、オプティマイザの持つパラメータは変わらない",
)
def loading_keeps_the_parameters(r: Results) -> Comparison:
    return true(r.still_the_same, "each parameter is the same object")


@claim(
    en="A curve has a value for each epoch; a loss can lie above 1",
    ja="曲線にはエポックごとに1つの値があり、損失は1を超えることもある",
)
def a_loss_is_no_rate(r: Results) -> list[Comparison]:
    return [
        same(len(r.val_losses), len(r.accuracies)),
        more(r.val_losses[0], 1.0),
    ]


@claim(
    en="What SummaryWriter wrote is read back equal, in float32",
    ja="SummaryWriterが書いた値は、float32で同じ値として読み戻せる",
)
def tensorboard_keeps_the_numbers(r: Results) -> Comparison:
    return true(r.equal, "steps and values read = written")


@claim(
    en="A copied folder of logs gives the same numbers",
    ja="ログのフォルダは、コピーしても同じ値になる",
)
def logs_are_files(r: Results) -> Comparison:
    return true(r.copy_equal, "values of the copy = written")


@claim(
    en="`tensorboard dev upload` refuses",
    ja="`tensorboard dev upload`はエラーで終わる",
)
def the_hosted_service_is_gone(r: Results) -> Comparison:
    return true(r.refused, "the command ends with an error")
