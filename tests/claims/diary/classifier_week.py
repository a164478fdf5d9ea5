"""What the evidence on a first classifier claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    more,
    near,
    same,
    true,
)


@claim(
    en="A dataset gives one sample and counts samples, a loader batches",
    ja="Datasetはサンプルを、DataLoaderはバッチを返し、数える",
)
def samples_and_batches(r: Results) -> list[Comparison]:
    return [
        same(r.sample.shape, [1, 8, 8]),
        same(r.batch.shape, [64, 1, 8, 8]),
        same(r.lengths, [1797, 29]),
    ]


@claim(
    en="nn.Transformer is a network with weights",
    ja="nn.Transformerは重みを持つネットワークである",
)
def a_transformer_is_a_network(r: Results) -> Comparison:
    return more(r.weights, 1)


@claim(
    en="ToImage and ToDtype give what ToTensor gives; v2.ToTensor warns",
    ja="ToImageとToDtypeの結果はToTensorと同じで、v2.ToTensorは警告する",
)
def two_steps_replace_to_tensor(r: Results) -> list[Comparison]:
    return [
        true(r.unchanged, "both tensors are equal"),
        same(r.warned, ["UserWarning"]),
    ]


@claim(
    en="ToTensor leaves float32 pictures unscaled and refuses tensors",
    ja="ToTensorはfloat32の画像を縮めず、テンソルを受けつけない",
)
def to_tensor_scales_only_bytes(r: Results) -> list[Comparison]:
    return [same(r.unscaled, 255.0), same(r.raised.tensor, "TypeError")]


@claim(
    en="item() gives the number of a tensor with one element, else an error",
    ja="item()は要素が1つのテンソルの数を返し、それ以外ではエラーになる",
)
def item_gives_one_number(r: Results) -> list[Comparison]:
    return [
        true(isinstance(r.number, float), "a Python number"),
        same(r.raised.two, "RuntimeError"),
    ]


@claim(
    en="A list of losses that hold their graphs cannot be plotted",
    ja="計算グラフを持つ損失のリストは、グラフに描けない",
)
def losses_need_item_to_be_plotted(r: Results) -> list[Comparison]:
    return [same(r.raised.plot, "RuntimeError"), same(r.curve.shape, [2])]


@claim(
    en="One point more or less is within chance on 10,000 pictures",
    ja="1万枚での1ポイントの差は、偶然の範囲にある",
)
def one_point_may_be_chance(r: Results) -> list[Comparison]:
    difference = 2**0.5 * r.half_width  # of two such accuracies
    return [near(r.half_width, 0.0098, 0.00005), more(difference, 0.01)]


@claim(
    en="A convolution may add channels, keep their number or lower it",
    ja="畳み込みでは、チャンネルを増やすことも、保つことも、減らすこともできる",
)
def channels_are_free(r: Results) -> list[Comparison]:
    return [
        same(r.more.shape[1], 16),
        same(r.same.shape[1], 3),
        same(r.fewer.shape[1], 4),
    ]


@claim(
    en="ReLU and max pooling may change places, ReLU and BatchNorm may not",
    ja="ReLUと最大プーリングは入れ替えられるが、ReLUとBatchNormは入れ替えられない",
)
def some_layers_commute(r: Results) -> list[Comparison]:
    return [
        true(r.commute, "pool(relu) = relu(pool)"),
        true(r.matters, "norm(relu) ≠ relu(norm)"),
    ]


@claim(
    en="model(x) calls hooks, model.forward(x) does not",
    ja="model(x)はフックを呼び、model.forward(x)は呼ばない",
)
def forward_by_hand_skips_hooks(r: Results) -> Comparison:
    return same(r.calls, ["hook"])
