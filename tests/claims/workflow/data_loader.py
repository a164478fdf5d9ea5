"""What the lesson on data loaders claims."""

from itertools import chain

from tests.recorder.claims import Comparison, Results, claim, more, same, true


@claim(
    en="The last batch holds the rest, unless drop_last throws it away",
    ja="最後のバッチは残りの分だけで、drop_lastなら捨てられる",
)
def last_batch_holds_the_rest(r: Results) -> list[Comparison]:
    return [
        same(r.sizes, [64] * 18 + [5]),
        same(sum(r.sizes), r.samples),
        same(r.full_batches, r.batches - 1),
    ]


@claim(
    en="Two epochs differ in order, and each shows everything once",
    ja="順番はエポックごとに変わり、どのサンプルも1回ずつ出てくる",
)
def epochs_differ_and_show_all_once(r: Results) -> list[Comparison]:
    first, second = ([*chain(*epoch)] for epoch in r.epochs)
    return [
        true(first != second, "epoch 1 != epoch 2"),
        same(sorted(first), [*range(10)]),
        same(sorted(second), [*range(10)]),
    ]


@claim(
    en="Each at its best rate, sorted training is 8 points behind at the end",
    ja="それぞれ最良の学習率でも、ラベル順の訓練は最後に8ポイント以上低い",
)
def sorted_labels_slow_training(r: Results) -> Comparison:
    return more(r.accuracy.shuffled.mean, r.accuracy.sorted.mean, by=0.08)


@claim(
    en="After 5 epochs shuffled training is 30 points ahead",
    ja="5エポックの時点では、シャッフルした訓練が30ポイント以上高い",
)
def shuffled_training_is_ahead_early(r: Results) -> Comparison:
    return more(r.curves.shuffled[4], r.curves.sorted[4], by=0.3)


@claim(
    en="With shuffling, the network learns, and less than perfectly",
    ja="シャッフルすれば学習できるが、完璧にはならない",
)
def shuffled_training_learns(r: Results) -> list[Comparison]:
    mean = r.accuracy.shuffled.mean
    return [more(mean, 0.9), more(0.99, mean)]
