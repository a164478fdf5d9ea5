"""What the lesson on data loaders claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    same,
    true,
)


@claim(
    en="The last batch holds the rest, unless drop_last throws it away",
    ja="最後のバッチは残りの分だけで、drop_lastなら捨てられる",
)
def last_batch_holds_the_rest(r: Results) -> list[Comparison]:
    return [same(r.sizes, [4, 4, 2]), same(r.full_sizes, [4, 4])]


@claim(
    en="Two epochs differ in order, and each shows everything once",
    ja="順番は1周ごとに変わり、どのサンプルも1周に1回ずつ出てくる",
)
def epochs_differ_and_show_all_once(r: Results) -> list[Comparison]:
    return [
        true(r.epochs[0] != r.epochs[1], "epoch 1 != epoch 2"),
        true(r.every_one_once, "sorted(epoch) = 0, 1, ..., 9"),
    ]


@claim(
    en="Shuffling keeps pictures and labels together",
    ja="シャッフルしても、画像とラベルの対応は崩れない",
)
def shuffling_keeps_labels(r: Results) -> Comparison:
    return true(r.aligned, "labels = labels of the pictures")


@claim(
    en="Training in the order of the labels costs 50 points",
    ja="ラベルの順に訓練すると、正解率が50ポイント以上下がる",
)
def sorted_labels_ruin_training(r: Results) -> Comparison:
    return more(r.accuracy.shuffled.mean, r.accuracy.sorted.mean, by=0.5)


@claim(
    en="With shuffling, the network learns, and less than perfectly",
    ja="シャッフルすれば学習できるが、満点にはならない",
)
def shuffled_training_learns(r: Results) -> list[Comparison]:
    mean = r.accuracy.shuffled.mean
    return [more(mean, 0.75), less(mean, 0.95)]


@claim(
    en="Shuffled validation loses the row numbers",
    ja="検証データをシャッフルすると、行番号との対応が失われる",
)
def shuffled_validation_loses_the_rows(r: Results) -> list[Comparison]:
    return [
        true(r.order_kept, "shuffle=False: order kept"),
        true(r.order_lost, "shuffle=True: order lost"),
    ]


@claim(
    en="Workers change neither the order nor the content",
    ja="ワーカーを使っても、バッチの順番と中身は変わらない",
)
def workers_change_no_batch(r: Results) -> Comparison:
    return true(r.same_batches, "batches(workers) = batches(0)")


@claim(
    en="A counter in the dataset stays 0 in the main process",
    ja="Datasetの中で数えた回数は、元のプロセスでは0のままである",
)
def counter_stays_in_the_worker(r: Results) -> Comparison:
    return true(
        r.workers == 0 or r.reads_seen == 0,
        f"{r.workers} workers: {r.reads_seen} reads",
    )


@claim(
    en="The dataset's own generator repeats in every worker and epoch",
    ja="Dataset自身の乱数は、どのワーカーでも、どの周でも同じになる",
)
def own_generator_repeats(r: Results) -> Comparison:
    own = r.drawn.own
    return true(
        r.workers == 0 or own == 4 * own[:1], f"{own[0]} = ... = {own[-1]}"
    )


@claim(
    en="PyTorch's generator differs from worker to worker, epoch to epoch",
    ja="PyTorchの乱数は、ワーカーごと、1周ごとに違う",
)
def torch_generator_differs(r: Results) -> list[Comparison]:
    first, *others = r.drawn.torch[:3]
    return [true(first != other, f"{first} != {other}") for other in others]


@claim(
    en="NumPy's global generator differs from worker to worker, epoch to epoch",
    ja="NumPyのグローバルな乱数も、ワーカーごと、1周ごとに違う",
)
def numpy_generator_differs(r: Results) -> list[Comparison]:
    first, *others = r.drawn.numpy[:3]
    return [true(first != other, f"{first} != {other}") for other in others]
