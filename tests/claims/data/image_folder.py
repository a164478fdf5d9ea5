"""What the lesson on a folder for each class claims."""

from tests.recorder.claims import Comparison, Results, claim, more, same


@claim(
    en="A random split can leave a rare class out, a stratified one does not",
    ja="ランダムな分割は少ないクラスを落とすことがあり、層化分割は落とさない",
)
def stratified_splits_keep_the_rare_class(r: Results) -> list[Comparison]:
    return [more(r.missing.random, 1), same(r.missing.stratified, 0)]


@claim(
    en="ImageFolder opens no file before it is asked for it",
    ja="ImageFolderは、取り出すまでファイルを開かない",
)
def bad_files_are_listed(r: Results) -> Comparison:
    return same(r.listed - r.readable, 2)


@claim(
    en="Of 16-bit pictures, convert makes mostly white",
    ja="16ビットの画像は、convertでほとんど白くなる",
)
def deep_pictures_turn_white(r: Results) -> Comparison:
    return more(r.white_after, 0.3)
