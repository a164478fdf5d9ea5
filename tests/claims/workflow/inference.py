"""What the lesson on inference claims."""

from tests.recorder.claims import (
    Comparison,
    Results,
    claim,
    less,
    more,
    near,
    same,
    true,
)


def right(r: Results) -> int:
    """Return how many pictures lie on the diagonal of the matrix."""
    return sum(row[digit] for digit, row in enumerate(r.confusion))


@claim(
    en="On other writers, a short training reaches 90 %, and not 99 %",
    ja="別の書き手では、短い訓練でも90 %を超え、99 %には届かない",
)
def short_training_reads_other_writers(r: Results) -> list[Comparison]:
    return [more(r.accuracy, 0.9), less(r.accuracy, 0.99)]


@claim(
    en="Softmax does not change the answer",
    ja="softmaxをかけても答えは変わらない",
)
def softmax_keeps_the_answer(r: Results) -> Comparison:
    return true(r.same_answers, "argmax(softmax(logits)) = argmax(logits)")


@claim(
    en="The network is less sure where it is wrong",
    ja="間違えた画像では、確信の度合いが低い",
)
def network_is_less_sure_where_wrong(r: Results) -> Comparison:
    return less(r.sure_when_wrong, r.sure_when_right, by=0.1)


@claim(
    en="The confidence interval on 397 pictures is wider than 2 points",
    ja="397枚で測った正解率の信頼区間は、幅が2ポイントを超える",
)
def interval_is_wider_than_two_points(r: Results) -> list[Comparison]:
    return [
        more(r.high - r.low, 0.02),
        near(r.high - r.low, 2 * 1.96 * r.standard_error, within=1e-4),
    ]


@claim(
    en="The accuracy is the diagonal of the confusion matrix by its sum",
    ja="正解率は、混同行列の対角線の和を総和で割った値に等しい",
)
def accuracy_agrees_with_confusion(r: Results) -> list[Comparison]:
    pictures = sum(map(sum, r.confusion))
    return [
        same(pictures, r.test_size),
        near(r.accuracy, right(r) / pictures, within=1e-5),
        same(len(r.captions), pictures - right(r)),
    ]


@claim(
    en="Two readings of the test data in eval mode are equally accurate",
    ja="評価モードなら、テストデータを2回分類しても正解率は等しい",
)
def two_readings_are_equal(r: Results) -> Comparison:
    return near(r.accuracy, r.mode_accuracies[0], within=1e-5)


@claim(
    en="Precision and recall come from the confusion matrix",
    ja="適合率と再現率は、混同行列から計算した値に等しい",
)
def precision_and_recall_agree_with_confusion(
    r: Results,
) -> list[Comparison]:
    rows = r.confusion
    columns = list(zip(*rows, strict=True))
    return [
        near(rate, line[digit] / sum(line), within=1e-4)
        for rates, lines in ((r.recalls, rows), (r.precisions, columns))
        for digit, (rate, line) in enumerate(zip(rates, lines, strict=True))
    ]


@claim(
    en="With eval() the answer is the same each time, with train() it is not",
    ja="eval()なら答えは毎回同じで、train()では変わる",
)
def answers_are_steady_only_in_eval_mode(r: Results) -> list[Comparison]:
    steady, *others = r.steady_shares
    return [same(steady, 1), *(less(share, 0.97) for share in others)]


@claim(
    en="train() and pictures sorted by class cost accuracy",
    ja="train()のままクラス順に分類すると、正解率が下がる",
)
def training_mode_costs_accuracy_on_sorted_pictures(
    r: Results,
) -> Comparison:
    return more(r.mode_accuracies[0], r.mode_accuracies[2], by=0.01)


@claim(
    en="inference_mode does not stop batch normalisation",
    ja="inference_modeは、バッチ正規化の統計の更新を止めない",
)
def inference_mode_does_not_stop_batch_norm(r: Results) -> Comparison:
    return same(r.extra_batches, 500)


# rests on one run
@claim(
    en="Of the pictures answered with 9, the smallest share is right",
    ja="適合率が最も低いのは、9と答えた画像である",
)
def nine_has_the_lowest_precision(r: Results) -> list[Comparison]:
    return [
        same(r.precisions[9], min(r.precisions)),
        less(r.precisions[9], 0.92),
    ]


# rests on one run
@claim(
    en="8 is overlooked most often",
    ja="最も見落とされやすいのは8である",
)
def eight_has_the_lowest_recall(r: Results) -> Comparison:
    return same(r.recalls[8], min(r.recalls))


@claim(
    en="The best of twenty guesses looks better than chance, and is not",
    ja="20個の当てずっぽうの最高は、まぐれで高く見えるだけである",
)
def best_of_twenty_guesses_is_no_better(r: Results) -> list[Comparison]:
    return [
        more(r.chosen_best, 0.53),
        near(r.all_runs, 0.5, within=0.01),
        near(r.best_on_new, 0.5, within=0.01),
    ]


@claim(
    en="Labels of shape (N, 1) are compared with every prediction",
    ja="形が(N, 1)のラベルは、すべての予測と総当たりで比べられる",
)
def column_of_labels_meets_every_prediction(r: Results) -> Comparison:
    return less(r.crossed_accuracy, 0.2)
