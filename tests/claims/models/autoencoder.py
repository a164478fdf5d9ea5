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
    en="Denoising cuts the error by more than half",
    ja="ノイズ除去で誤差は半分より小さくなる",
)
def denoising_halves_the_error(r: Results) -> Comparison:
    return less(r.code_8.denoised.mean, r.code_8.noisy.mean / 2)


@claim(
    en="With 8 numbers and 20 epochs: the best linear map takes away more "
    "noise than the autoencoder and PCA",
    ja="8個の数と20エポックでは、最良の線形変換は、オートエンコーダやPCAより"
    "ノイズをよく取り除く",
)
def least_squares_denoises_better(r: Results) -> list[Comparison]:
    best = r.code_8.least_squares.mean
    return [less(best, r.code_8[x].mean) for x in ("denoised", "best_pca")]
