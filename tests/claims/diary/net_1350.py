"""What the evidence on a first network claims."""

from tests.recorder.claims import Comparison, Results, claim, near, same, true


@claim(
    en="Printed, the network names its two layers, as it did then",
    ja="表示すると、当時と同じ2つの層が並ぶ",
)
def two_layers_are_printed(r: Results) -> list[Comparison]:
    conv = "(conv1): Conv2d(1, 6, kernel_size=(3, 3), stride=(1, 1))"
    linear = "(fc1): Linear(in_features=1350, out_features=10, bias=True)"
    lines = [line.strip() for line in r.printed]
    return [same(lines[1:-1], [conv, linear]), same(lines[0], "Net(")]


@claim(
    en="named_parameters() gives four names, and the shapes are as noted",
    ja="named_parametersは4つの名前を返し、形はノートのとおりである",
)
def four_parameters_have_names(r: Results) -> list[Comparison]:
    shapes = {
        "conv1.weight": [6, 1, 3, 3],
        "conv1.bias": [6],
        "fc1.weight": [10, 1350],
        "fc1.bias": [10],
    }
    return [
        same(list(r.sizes), list(shapes)),
        *[same(r.sizes[name], shapes[name]) for name in shapes],
    ]


@claim(
    en="One picture gives one row, seven give seven; the answer is the same "
    "alone as among others",
    ja="1枚なら1行、7枚なら7行になり、1枚だけでも、ほかと一緒でも、答えは同じである",
)
def the_first_number_counts_pictures(r: Results) -> list[Comparison]:
    return [
        same(r.one.shape, [1, 10]),
        same(r.seven.shape, [7, 10]),
        true(r.agrees, "answer alone = answer in the batch"),
    ]


@claim(
    en="32 pixels become 30, then 15, and 1350 numbers are left",
    ja="32画素が30になり、15になり、1350個の数が残る",
)
def sides_shrink_to_1350(r: Results) -> list[Comparison]:
    return [
        same(r.maps.shape[1:], [6, 30, 30]),
        same(r.pooled.shape[1:], [6, 15, 15]),
        same(r.flat.shape, [7, 1350]),
    ]


@claim(
    en="view(x.size()[0], -1) gives what torch.flatten(x, 1) gives",
    ja="view(x.size()[0], -1)は、torch.flatten(x, 1)と同じ結果になる",
)
def view_is_flatten_here(r: Results) -> Comparison:
    return true(r.as_view, "view = flatten")


@claim(
    en="A ReLU after ReLU and pooling changes nothing",
    ja="ReLUとプーリングの後にもう一度ReLUを通しても、何も変わらない",
)
def second_relu_changes_nothing(r: Results) -> Comparison:
    return true(r.unchanged, "relu(pool(relu(x))) = pool(relu(x))")


@claim(
    en="Conv2d(1, 6, 3) holds six kernels of one channel; a picture of three "
    "channels is an error",
    ja="Conv2d(1, 6, 3)は1チャネル用のカーネルを6つ持ち、"
    "3チャネルの画像ではエラーになる",
)
def three_numbers_make_the_kernels(r: Results) -> list[Comparison]:
    return [
        same(r.sizes["conv1.weight"], [6, 1, 3, 3]),
        same(r.raised.colours, "RuntimeError"),
    ]


@claim(
    en="Pictures of 28 pixels are an error; those of 32 pass, and of 33 too",
    ja="28画素の画像はエラーになる。32画素なら通り、33画素でも通る",
)
def fc1_fixes_the_size(r: Results) -> list[Comparison]:
    return [
        same(r.raised.size, "RuntimeError"),
        same(r.seven.shape, [7, 10]),
        same(r.by_luck.shape, [1, 10]),
    ]


@claim(
    en="Without a batch, the convolution takes a picture; the network is an "
    "error",
    ja="バッチの軸がなくても、畳み込み層は通り、ネットワーク全体ではエラーになる",
)
def a_single_picture_passes_half(r: Results) -> list[Comparison]:
    return [
        same(r.single.shape, [6, 30, 30]),
        same(r.raised.no_batch, "RuntimeError"),
    ]


@claim(
    en="The first weights of Conv2d(1, 6, 3) go up to a third",
    ja="Conv2d(1, 6, 3)の最初の重みは、大きくても3分の1である",
)
def first_weights_end_at_a_third(r: Results) -> Comparison:
    return near(r.largest, 1 / 3, within=0.003)


@claim(
    en="A module without forward() is an error once it is called",
    ja="forwardのないモジュールは、呼び出したときにエラーになる",
)
def forward_must_be_written(r: Results) -> Comparison:
    return same(r.raised.no_forward, "NotImplementedError")


@claim(
    en="A layer before `super().__init__()` is an error",
    ja="`super().__init__()`より先に層を置くと、エラーになる",
)
def super_must_come_first(r: Results) -> Comparison:
    return same(r.raised.no_super, "AttributeError")


@claim(
    en="ReLU, pooling and dropout learn nothing, PReLU one number; "
    "functional.conv2d takes its weights from outside",
    ja="ReLU、プーリング、ドロップアウトは何も学習せず、PReLUは数を1つ学習する。"
    "functional.conv2dは重みを外から受け取る",
)
def functions_hold_no_weights(r: Results) -> list[Comparison]:
    return [
        same(r.learned, [0, 0, 0, 1]),
        true(r.same_maps, "functional.conv2d = the layer"),
    ]


@claim(
    en="nn is torch.nn, and functional is torch.nn.functional",
    ja="nnはtorch.nn、functionalはtorch.nn.functionalのことである",
)
def short_names_are_the_modules(r: Results) -> list[Comparison]:
    return [
        true(r.aliases[0], "nn = torch.nn"),
        true(r.aliases[1], "functional = torch.nn.functional"),
    ]


@claim(
    en="Of these names, Python has input already",
    ja="この名前のうち、inputはPythonにもうある",
)
def input_is_taken(r: Results) -> Comparison:
    return same(r.taken, ["input"])


@claim(
    en="torch is past version 1; compared as text, numbers of two digits go "
    "wrong",
    ja="torchの版はもう1.xではない。文字列として比べると、2桁の番号で間違える",
)
def versions_compare_as_numbers(r: Results) -> list[Comparison]:
    return [true(r.major > 1, f"{r.major} > 1"), same(r.newer, [True, False])]
