"""What the program for own pictures claims of its demonstration."""

from tests.recorder.claims import Comparison, Results, claim, less


@claim(
    en="The demonstration ends with a loss that only sound training reaches",
    ja="デモの最後の損失は、正しく学習したときの範囲にある",
)
def demonstration_ends_where_sound_training_does(
    r: Results,
) -> list[Comparison]:
    # With three classes, a softmax too many keeps every loss above 0.55.
    return [less(r.best.train_loss, 0.5), less(r.best.val_loss, 0.5)]
