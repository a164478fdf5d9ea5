"""What the lesson on environments claims."""

from tests.recorder.claims import Comparison, Results, claim, same, true


@claim(
    en="As many pictures come out of the zip as went in, in ten classes",
    ja="zipを展開すると、入れたのと同じ枚数の画像が10クラスに分かれて出てくる",
)
def the_zip_brings_all(r: Results) -> list[Comparison]:
    return [true(r.complete, "unpacked = packed"), same(len(r.classes), 10)]


@claim(
    en="Read file by file, every picture is requested in each epoch; the zip "
    "is requested once",
    ja="1枚ずつ読むと、毎エポック全部の画像を取りに行くが、zipなら1回で済む",
)
def a_zip_is_asked_for_once(r: Results) -> list[Comparison]:
    epochs = len(r.by_file) - 1
    return [
        same(r.requests, epochs * r.files),
        same(r.by_zip[-1], 1),
    ]


@claim(
    en="One folder too high, ImageFolder finds one class and no error",
    ja="1つ上のフォルダを指すと、ImageFolderのクラスは1つになり、エラーは出ない",
)
def one_folder_too_high_is_one_class(r: Results) -> Comparison:
    return same(r.high_classes, ["digits"])


@claim(
    en="A Python without its packages does not find torch, and scikit-learn "
    "cannot be imported by the name that pip knows",
    ja="パッケージのないPythonはtorchを見つけられず、pipの名前ではimportできないものもある",
)
def two_ways_to_find_no_module(r: Results) -> list[Comparison]:
    return [
        same(r.last_line, "ModuleNotFoundError: No module named 'torch'"),
        same(r.by_pip_name, "ModuleNotFoundError"),
    ]
