"""What the lesson on datasets claims."""

from tests.recorder.claims import Comparison, Results, claim, same, true


@claim(
    en="A transform runs at each read, never before",
    ja="transformは取り出すたびに動き、その前には動かない",
)
def transform_runs_at_each_read(r: Results) -> list[Comparison]:
    return [
        same(r.calls.built, 0),
        same(r.calls.two_reads, 2),
        same(r.calls.one_epoch, 2 + r.dataset_size),
    ]


@claim(
    en="Training and validation data share nothing and make up the whole",
    ja="訓練データと検証データは重ならず、合わせて全体になる",
)
def split_shares_nothing(r: Results) -> list[Comparison]:
    return [
        same(r.shared, 0),
        same(r.train_size + r.val_size, r.dataset_size),
    ]


@claim(
    en="The same seed gives the same split",
    ja="シードが同じなら、分かれ方も同じになる",
)
def same_seed_same_split(r: Results) -> Comparison:
    return true(r.same_split, "split(seed 0) = split(seed 0)")


@claim(
    en="random_split shares the transform, Subset of a plain dataset does not",
    ja="random_splitはtransformを共有し、別のDatasetのSubsetは共有しない",
)
def random_split_shares_the_transform(r: Results) -> list[Comparison]:
    return [
        true(r.val_changes, "random_split: read 1 != read 2"),
        true(r.val_is_fixed, "Subset(plain): read 1 = read 2"),
    ]


@claim(
    en="TensorDataset gives the same pairs as the class",
    ja="TensorDatasetは、自作のクラスと同じサンプルを返す",
)
def tensor_dataset_gives_the_same_pairs(r: Results) -> Comparison:
    return true(r.same_pairs, "TensorDataset[i] = DigitsDataset[i]")
