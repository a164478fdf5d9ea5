"""What the lesson on autoencoders claims."""

from tests.recorder.claims import Comparison, Results, claim, less, more

DECODERS = ("upsample", "conv_transpose")


@claim(
    en="With 8 numbers both autoencoders copy new digits closer than PCA",
    ja="8個の数では、どちらのオートエンコーダもPCAより元の画像に近い",
)
def eight_numbers_beat_pca(r: Results) -> list[Comparison]:
    return [less(r.code_8[x].mean, r.code_8.pca.mean) for x in DECODERS]


@claim(
    en="With 32 numbers PCA is closer than both",
    ja="32個の数では、PCAのほうがどちらよりも元の画像に近い",
)
def thirty_two_numbers_do_not(r: Results) -> list[Comparison]:
    return [less(r.code_32.pca.mean, r.code_32[x].mean) for x in DECODERS]


@claim(
    en="With the wrong range the copies are worse than the mean picture, and "
    "so is the best that this range allows",
    ja="範囲が違うと平均の画像より悪く、その範囲で最も近い画像でさえ平均の画像より悪い",
)
def wrong_range_is_worse_than_the_mean(r: Results) -> list[Comparison]:
    mean = r.code_8.mean_picture.mean
    return [
        more(r.code_8.mismatch.mean, mean),
        more(r.code_8.nearest.mean, mean),
    ]


@claim(
    en="Denoised pictures are closer to the clean ones than the noisy ones, "
    "and than those of the best PCA",
    ja="ノイズを除いた画像は、ノイズのある画像や最良のPCAより元の画像に近い",
)
def denoising_beats_pca(r: Results) -> list[Comparison]:
    way = r.code_8
    return [
        less(way.denoised.mean, way.noisy.mean),
        less(way.denoised.mean, way.best_pca.mean),
    ]
