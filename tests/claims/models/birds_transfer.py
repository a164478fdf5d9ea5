"""What the lesson on first tries at transfer claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more


@claim(
    en="On flowers, the pretrained MobileNetV2 with a new last layer is at "
    "least 5 points better than the own network",
    ja="花の写真の正解率は、学習済みのMobileNetV2の出力層だけを学習すると、"
    "自作のネットワークより5ポイント以上高い",
)
def pretrained_head_beats_own_network(r: Results) -> Comparison:
    pretrained, own = r.pretrained.shown.test.mean, r.own.shown.test.mean
    return more(pretrained[1], own[1], by=0.05)


@claim(
    en="Each mistake costs 10 points or more, on drawn birds and on flowers",
    ja="どの間違いでも、鳥の絵と花の写真の両方で、正解率が10ポイント以上下がる",
)
def mistakes_cost_accuracy(r: Results) -> list[Comparison]:
    names = ("eval_forgotten", "not_scaled", "layer_unused", "rate_too_high")
    return [
        less(shown[name].mean[1], shown.right.mean[1], by=0.1)
        for shown in (r.seeds.shown, r.pretrained.shown)
        for name in names
    ]


@claim(
    en="At a rate that is too high for all layers, the loss on validation "
    "photos is above log(C) after three epochs",
    ja="大きすぎる学習率で全層を3エポック学習すると、検証の損失はlog(C)を上回る",
)
def high_rate_forgets(r: Results) -> Comparison:
    shown = r.seeds.shown
    return more(shown.rate_too_high.mean[0], shown.know_nothing.mean[0])
