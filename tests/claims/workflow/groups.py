"""What the lesson on splitting by writer claims."""

import statistics

from tests.recorder.claims import Comparison, Results, claim, more, near


def deviations(forms: Results) -> tuple[float, float]:
    """Return the deviation between forms, and that of one form over seeds."""
    seeds = statistics.fmean(std**2 for std in forms.std)
    between = statistics.variance(forms.mean) - seeds / forms.n
    return between**0.5, seeds**0.5


@claim(
    en="The MLP looks better where its training holds digits of every form",
    ja="MLPは、どの用紙の数字も訓練に入ると正解率が高く見える",
)
def random_split_flatters_the_mlp(r: Results) -> Comparison:
    random, writer = r.mlp.random.accuracy, r.mlp.writer.accuracy
    return more(random.mean, writer.mean, by=0.02)


@claim(
    en="So does the CNN, by less",
    ja="CNNも高く見えるが、差はMLPより小さい",
)
def random_split_flatters_the_cnn_less(r: Results) -> list[Comparison]:
    mlp = r.mlp.random.accuracy.mean - r.mlp.writer.accuracy.mean
    cnn = r.cnn.random.accuracy.mean - r.cnn.writer.accuracy.mean
    return [more(cnn, 0.0), more(mlp, cnn)]


@claim(
    en="The MLP's accuracy on a form varies at least 1.5 times as much with "
    "the form as with the seed",
    ja="用紙1枚でのMLPの正解率は、シードより用紙によって1.5倍以上大きく変わる",
)
def forms_differ_more_than_seeds(r: Results) -> Comparison:
    between, seeds = deviations(r.mlp.writer.forms)
    return more(between, 1.5 * seeds)


@claim(
    en="The CNN's varies about as much with the form as with the seed",
    ja="CNNの正解率は、用紙によってもシードによっても同じくらい変わる",
)
def forms_and_seeds_move_the_cnn_alike(r: Results) -> Comparison:
    return near(*deviations(r.cnn.writer.forms), within=0.01)


@claim(
    en="Nearest neighbours, without training, are within 2 points of the CNN",
    ja="学習のいらない最近傍法も、CNNとの差は2ポイント以内",
)
def nearest_neighbours_keep_up(r: Results) -> Comparison:
    nearest, cnn = r.nearest.writer.accuracy, r.cnn.writer.accuracy
    return near(nearest.mean, cnn.mean, within=0.02)


@claim(
    en="A random split hides the hardest form",
    ja="ランダムな分け方は、いちばん難しい用紙の正解率を高く見せる",
)
def random_split_hides_the_hardest_form(r: Results) -> Comparison:
    random, writer = r.mlp.random.lowest, r.mlp.writer.lowest
    return more(random.mean, writer.mean, by=0.02)
