"""What the lesson on the six rules of thumb claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    near,
    same,
)

TRAINED_SIDE = 32


def poolings(r: Results, pool: str, resize: str) -> list[tuple[float, float]]:
    """Return what pooling and resizing reach on each other side."""
    reached = zip(r.pooled[pool].mean, r.pooled[resize].mean, strict=True)
    sides = zip(r.pooled.side, reached, strict=True)
    return [pair for side, pair in sides if side != TRAINED_SIDE]


@claim(
    en="Rule 1: the last layer alone lies far above scratch",
    ja="経験則1: 最後の層だけの学習は、scratchよりはるかに高い",
)
def last_layer_lies_far_above_scratch(r: Results) -> Comparison:
    return more(r.similar.head.low, r.similar.scratch.high, by=0.4)


@claim(
    en="Rule 1: more layers bring no more than 3 points",
    ja="経験則1: より多くの層を学習しても、3ポイントより良くならない",
)
def more_layers_bring_little(r: Results) -> list[Comparison]:
    head = r.similar.head.mean
    return [
        less(way.mean - head, 0.03)
        for way in (r.similar.partial, r.similar.finetune)
    ]


@claim(
    en="Rule 2: on different data, scratch beats the last layer alone",
    ja="経験則2: 違うデータでは、scratchが最後の層だけの学習を上回る",
)
def scratch_beats_the_last_layer_alone(r: Results) -> Comparison:
    best = r.different.best
    return more(best.scratch.mean, best.head.mean, by=0.1)


@claim(
    en="Rule 2: the last block helps where the last layer does not suffice",
    ja="経験則2: 最後の層だけで足りなければ、最後のブロックも学習するとよい",
)
def last_block_helps(r: Results) -> Comparison:
    best = r.different.best
    return more(best.last_layers.mean, best.head.mean, by=0.05)


@claim(
    en="Rule 3: on different data, the full rate beats a tenth of it",
    ja="経験則3: 違うデータでは、元の層の学習率を10分の1に下げないほうがよい",
)
def full_rate_beats_a_tenth(r: Results) -> Comparison:
    rates = r.different.rates
    return more(rates.retrain.mean[0], rates.finetune.mean[0], by=0.15)


@claim(
    en="Rule 3: on different data, the pretrained weights bring little",
    ja="経験則3: 違うデータでは、学習済みの重みの効果はわずかである",
)
def pretrained_weights_bring_little(r: Results) -> Comparison:
    retrain, scratch = r.retrained.retrain, r.retrained.scratch
    return near(retrain.mean, scratch.mean, within=0.065)


@claim(
    en="Rule 4: the ResNet takes any size, the transformer a single one",
    ja="経験則4: ResNetはどの大きさも受け取り、Transformerは1つだけ",
)
def resnet_takes_any_size(r: Results) -> list[Comparison]:
    networks = r.sizes.networks
    return [
        same(networks.resnet18.smallest, 1),
        same(networks.vit_b_16.taken, "224"),
    ]


@claim(
    en="Rule 4: without any error, the accuracy falls to chance",
    ja="経験則4: エラーが出ないまま、正解率は当てずっぽうまで下がる",
)
def accuracy_falls_to_chance_without_an_error(r: Results) -> Comparison:
    return less(r.sizes.as_is.mean[-1], 0.15)


@claim(
    en="Rule 4: resized pictures keep the accuracy",
    ja="経験則4: リサイズすれば、正解率を保てる",
)
def resized_pictures_keep_the_accuracy(r: Results) -> list[Comparison]:
    return [more(accuracy, 0.85) for accuracy in r.sizes.resized.mean]


@claim(
    en="Rule 5: resizing lies far above pooling",
    ja="経験則5: リサイズは、プーリングよりはるかに高い",
)
def resizing_lies_far_above_pooling(r: Results) -> list[Comparison]:
    return [
        more(resized, pooled, by=0.1)
        for pooled, resized in poolings(r, "pool", "resize")
    ]


@claim(
    en="Rule 5: resizing lies above pooling after some training too",
    ja="経験則5: 少し学習した後でも、リサイズのほうが高い",
)
def resizing_wins_after_training_too(r: Results) -> list[Comparison]:
    return [
        more(resized, pooled, by=0.01)
        for pooled, resized in poolings(r, "pool_tuned", "resize_tuned")
    ]


@claim(
    en="Rule 6: a tenth for the old layers beats one rate for all",
    ja="経験則6: 元の層の学習率を10分の1にすると、全層同じより高い",
)
def tenth_beats_one_rate(r: Results) -> list[Comparison]:
    pairs = zip(r.slower.finetune.mean, r.slower.retrain.mean, strict=True)
    return [more(tenth, one, by=0.02) for tenth, one in pairs]
