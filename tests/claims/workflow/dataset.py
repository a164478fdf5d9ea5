"""What the lesson on datasets claims."""

from tests.recorder.claims import Comparison, Results, claim, same, true


@claim(
    en="TensorDataset gives the same sample as the class",
    ja="TensorDatasetは、自作のクラスと同じサンプルを返す",
)
def tensor_dataset_gives_the_same_sample(r: Results) -> Comparison:
    return true(r.same_sample, "TensorDataset[3] = Digits[3]")


@claim(
    en="A random transform gives another picture at each read",
    ja="乱数を使うtransformは、取り出すたびに違う画像を返す",
)
def each_read_differs(r: Results) -> Comparison:
    return true(not r.reads_are_equal, "read 1 != read 2")


@claim(
    en="Training and validation data share no sample",
    ja="訓練データと検証データは、サンプルを共有しない",
)
def split_shares_nothing(r: Results) -> Comparison:
    return same(r.shared, 0)


@claim(
    en="random_split shares the transform, Subset of a plain dataset does not",
    ja="random_splitはtransformを共有し、別のDatasetのSubsetは共有しない",
)
def random_split_shares_the_transform(r: Results) -> list[Comparison]:
    return [
        true(not r.trap_is_fixed, "random_split: read 1 != read 2"),
        true(r.val_is_fixed, "Subset(plain_files): read 1 = read 2"),
    ]
