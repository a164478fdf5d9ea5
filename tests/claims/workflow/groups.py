"""What the lesson on splitting by writer claims."""

from tests.recorder.claims import Comparison, Results, claim, more


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
    en="Between forms, accuracy varies more than three times as much as "
    "between seeds",
    ja="正解率は、シードの間より用紙の間で3倍以上大きくばらつく",
)
def forms_differ_more_than_seeds(r: Results) -> list[Comparison]:
    return [
        more(part.writer.spread.mean, 3 * part.writer.accuracy.std)
        for part in (r.mlp, r.cnn)
    ]


@claim(
    en="A random split hides the hardest form",
    ja="ランダムな分け方は、いちばん難しい用紙の正解率を高く見せる",
)
def random_split_hides_the_hardest_form(r: Results) -> Comparison:
    random, writer = r.mlp.random.lowest, r.mlp.writer.lowest
    return more(random.mean, writer.mean, by=0.02)
