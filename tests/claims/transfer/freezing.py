"""What the lesson on freezing claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, same


@claim(
    en="Freezing leaves nothing to train, and a new head is trained",
    ja="固定すると学習するものはなくなり、新しい出力層だけが学習される",
)
def only_the_new_head_is_trained(r: Results) -> list[Comparison]:
    return [
        same(r.frozen_parameters, 0),
        same(r.head_parameters, 512 * 5 + 5),
    ]


@claim(
    en="requires_grad_ without its last underscore freezes nothing",
    ja="requires_grad_の最後の_を忘れて代入すると、何も固定されない",
)
def typo_freezes_nothing(r: Results) -> Comparison:
    return same(r.typo_parameters, r.all_parameters)


@claim(
    en="Without the body, the optimizer leaves it, but its gradient grows",
    ja="optimizerに渡さない層は動かないが、勾配はたまっていく",
)
def gradients_grow_outside_the_optimizer(r: Results) -> list[Comparison]:
    return [
        same(r.conv_moved, 0),
        more(r.gradient_norms[2], 1.5 * r.gradient_norms[0]),
    ]


@claim(
    en="Statistics of batch normalisation move in train(), stay in eval()",
    ja="バッチ正規化の統計量は、train()では動き、eval()では止まる",
)
def statistics_move_only_in_training(r: Results) -> list[Comparison]:
    return [
        same(r.moved_buffers, r.buffers),
        same(r.moved_when_frozen, 0),
    ]


@claim(
    en="A zeroed gradient lets a frozen layer move, None does not",
    ja="勾配をゼロで埋めると固定した層も動き、Noneにすれば動かない",
)
def zeroed_gradients_move_a_frozen_layer(r: Results) -> list[Comparison]:
    ways = [r.later[name] for name in ("momentum", "weight decay", "Adam")]
    return [
        *(more(way.zeroed, 0.001) for way in ways),
        *(same(way.none, 0) for way in ways),
    ]


@claim(
    en="A frozen body saves at least a third of the time",
    ja="元の層を固定すると、時間を3分の1以上節約できる",
)
def freezing_saves_time(r: Results) -> Comparison:
    return less(r.frozen_seconds, 0.67 * r.unfrozen_seconds)


@claim(
    en="A frozen body saves at least half of the memory",
    ja="元の層を固定すると、メモリを半分以上節約できる",
)
def freezing_saves_memory(r: Results) -> Comparison:
    return less(r.frozen_bytes, 0.5 * r.unfrozen_bytes)
