"""What the lesson on optimizers in detail claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more, true


@claim(
    en="SGD with momentum by hand gives the same weights to the last bit",
    ja="手で書いたモーメンタム付きSGDの重みは、最後のビットまで一致する",
)
def by_hand_is_the_same(r: Results) -> Comparison:
    return true(all(r.equal), "weights(by hand) = weights(torch.optim.SGD)")


@claim(
    en="Each best rate lies inside of the rates that were tried",
    ja="最もよい学習率は、どれも試した範囲の内側にある",
)
def best_rates_are_inside(r: Results) -> list[Comparison]:
    low, high = r.rates[0], r.rates[-1]
    return [
        true(low < rate < high, f"{low:.3g} < {rate:.3g} < {high:.3g}")
        for rate in r.best.values()
    ]


@claim(
    en="AdamW takes the same share of all weights, Adam does not",
    ja="AdamWの重みは一様に縮み、Adamでは勾配の大きさで変わる",
)
def adamw_decays_all_alike(r: Results) -> list[Comparison]:
    adam, adamw = r.left.Adam, r.left.AdamW
    return [
        less(max(adamw) - min(adamw), 0.02),
        less(adam[0], 0.1),
        more(adam[-1], 0.95),
    ]


@claim(
    en="A rate that suits a batch of 1 is too small for 256, and the reverse",
    ja="バッチサイズ1に合う学習率は256には小さすぎ、逆は大きすぎる",
)
def batch_and_rate_belong_together(r: Results) -> list[Comparison]:
    one, many = r.accuracy["1"], r.accuracy["256"]
    return [
        more(one[0], 0.7),
        less(many[0], 0.3),
        less(one[3], 0.3),
        more(many[3], 0.35),
    ]
