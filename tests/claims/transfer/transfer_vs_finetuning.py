"""What the lesson on transfer learning and fine-tuning claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more


@claim(
    en="In every run, a pretrained way lies far above scratch",
    ja="どのシードでも、学習済みの重みから始めるとscratchよりはるかに高い",
)
def pretrained_ways_lie_far_above_scratch(r: Results) -> list[Comparison]:
    return [
        more(way.val_accuracy.min, r.scratch.val_accuracy.max, by=0.2)
        for way in (r.head, r.partial, r.finetune)
    ]


@claim(
    en="One high rate for all layers costs at least 10 points",
    ja="全層に同じ大きな学習率を使うと、10ポイント以上下がる",
)
def one_high_rate_costs_accuracy(r: Results) -> Comparison:
    gentle, high = r.finetune.val_accuracy, r.one_high_rate.val_accuracy
    return more(gentle.mean, high.mean, by=0.1)


@claim(
    en="The head reaches 90 % on ants and bees",
    ja="アリとハチの写真で、出力層だけの学習は90 %に達する",
)
def head_reaches_90_on_photos(r: Results) -> Comparison:
    return more(r.photos_head.val_accuracy.mean, 0.9)


@claim(
    en="Fine-tuning reaches 90 % on ants and bees",
    ja="アリとハチの写真で、全層の学習も90 %に達する",
)
def finetune_reaches_90_on_photos(r: Results) -> Comparison:
    return more(r.photos_finetune.val_accuracy.mean, 0.9)


@claim(
    en="SqueezeNet reaches 85 % in both modes",
    ja="SqueezeNetは、どちらのモードでも85 %に達する",
)
def squeezenet_reaches_85_in_both_modes(r: Results) -> list[Comparison]:
    return [
        more(way.val_accuracy.mean, 0.85)
        for way in (r.squeezenet_head, r.squeezenet_finetune)
    ]


@claim(
    en="One high rate costs SqueezeNet at least 3 points",
    ja="SqueezeNetも、同じ大きな学習率では3ポイント以上下がる",
)
def one_high_rate_costs_squeezenet_accuracy(r: Results) -> Comparison:
    gentle = r.squeezenet_finetune.val_accuracy
    high = r.squeezenet_one_high_rate.val_accuracy
    return more(gentle.mean, high.mean, by=0.03)


@claim(
    en="At one high rate, MobileNetV2's training loss falls at first",
    ja="同じ大きな学習率でも、MobileNetV2の訓練の損失ははじめ下がる",
)
def training_loss_falls_at_one_high_rate(r: Results) -> Comparison:
    loss = r.photos_one_high_rate.history.train_loss.mean
    return less(loss[1], loss[0], by=0.1)


@claim(
    en="At one high rate, MobileNetV2's validation accuracy falls, to the end",
    ja="同じ大きな学習率では、MobileNetV2の検証の正解率が最後まで下がる",
)
def validation_falls_at_one_high_rate(r: Results) -> list[Comparison]:
    way, gentle = r.photos_one_high_rate, r.photos_finetune
    accuracy = way.history.val_accuracy.mean
    return [
        less(accuracy[1], accuracy[0], by=0.05),
        less(way.val_accuracy.mean, gentle.val_accuracy.mean, by=0.2),
    ]


@claim(
    en="Half the rate, too, makes MobileNetV2's validation worse",
    ja="学習率を半分にしても、MobileNetV2の検証の結果は悪くなる",
)
def half_the_rate_harms_more_mildly(r: Results) -> list[Comparison]:
    way, gentle = r.photos_half_rate, r.photos_finetune
    loss = way.history.val_loss.mean
    return [
        more(loss[2], loss[0], by=0.05),
        less(way.val_accuracy.mean, gentle.val_accuracy.mean, by=0.03),
    ]


# rests on one run: a rise within the spread of three seeds
@claim(
    en="A tenth for the old layers keeps MobileNetV2's validation accuracy",
    ja="元の層を10分の1にすれば、MobileNetV2の検証の正解率は下がらない",
)
def tenth_of_the_rate_keeps_the_accuracy(r: Results) -> Comparison:
    accuracy = r.photos_finetune.history.val_accuracy.mean
    return more(accuracy[2], accuracy[0])


@claim(
    en="Every mode ends with a training loss that only sound training reaches",
    ja="どのモードの訓練の損失も、正しく学習したときの範囲にある",
)
def trainings_end_where_sound_ones_do(r: Results) -> list[Comparison]:
    # A softmax too many keeps it above 0.90 (two classes: 0.31).
    ways = r.scratch, r.head, r.partial, r.finetune
    return [
        *(less(way.history.train_loss.mean[-1], 0.6) for way in ways),
        less(r.photos_head.history.train_loss.mean[-1], 0.25),
    ]
