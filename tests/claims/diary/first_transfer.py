"""What the evidence on a first transfer claims."""

from tests.recorder.claims import Comparison, Results, claim, near, same, true


@claim(
    en="torchvision has an address for each file of weights",
    ja="torchvisionは、重みのファイルごとにアドレスを持っている",
)
def weights_have_an_address(r: Results) -> Comparison:
    return true(r.all_have_an_address, "each address begins with https://")


@claim(
    en="Resize with one number leaves two shapes, with two there is one",
    ja="Resizeに数を1つ渡すと大きさはそろわず、2つ渡すとそろう",
)
def one_number_is_not_enough(r: Results) -> list[Comparison]:
    return [
        same(r.shorter_edge, [[298, 224], [224, 298]]),
        same(r.both_edges, [[224, 224], [224, 224]]),
    ]


@claim(
    en="ImageFolder takes the names of the folders for the classes",
    ja="ImageFolderは、フォルダの名前をクラスにする",
)
def folders_become_classes(r: Results) -> list[Comparison]:
    return [
        same(r.classes, ["bird_a", "bird_b"]),
        same(r.targets, [0, 0, 1, 1, 1]),
    ]


@claim(
    en="There is no torchvision.dataset",
    ja="torchvision.datasetは存在しない",
)
def the_module_has_an_s(r: Results) -> Comparison:
    return same(r.raised.spelling, "AttributeError")


@claim(
    en="An unpacked archive has the same classes; one folder too high, there "
    "is one class and no error; .ipynb_checkpoints is an error",
    ja="展開したアーカイブのクラスは同じ。1つ上のフォルダを指定するとエラーなしで"
    "1クラスになり、.ipynb_checkpointsがあるとエラーになる",
)
def an_archive_keeps_the_classes(r: Results) -> list[Comparison]:
    return [
        same(r.unpacked_classes, ["bird_a", "bird_b"]),
        same(r.too_high_classes, ["train"]),
        same(r.raised.checkpoints, "FileNotFoundError"),
    ]


@claim(
    en="Gradients of layers outside of the optimizer are computed, and add up",
    ja="オプティマイザに渡していない層でも、勾配は計算され、足し込まれる",
)
def gradients_outside_add_up(r: Results) -> list[Comparison]:
    return [near(r.growth[1], 2, 0.001), near(r.growth[2], 3, 0.001)]
