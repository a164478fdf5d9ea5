"""What the evidence on a page of notes on tensors claims."""

from tests.recorder.claims import Comparison, Results, claim, same


@claim(
    en="A block alone lacks the tensor that another made",
    ja="ほかの場所で作ったテンソルを使うコードは、それだけでは動かない",
)
def a_block_lacks_its_tensor(r: Results) -> Comparison:
    return same(r.raised.alone, "NameError")


@claim(
    en="Output pasted among the lines is a syntax error",
    ja="表示された結果が混ざったコードは、構文エラーになる",
)
def pasted_output_is_an_error(r: Results) -> Comparison:
    return same(r.raised.pasted, "SyntaxError")


@claim(
    en="Ones from NumPy are a float64 ndarray, ones from PyTorch a float32 "
    "Tensor",
    ja="onesで作られるのは、NumPyではfloat64のndarray、"
    "PyTorchではfloat32のTensorである",
)
def ndarray_and_tensor(r: Results) -> list[Comparison]:
    return [
        same(r.units, ["ndarray", "Tensor"]),
        same(r.decimals, ["float64", "torch.float32"]),
    ]


@claim(
    en="size counts the elements of an array and gives the shape of a tensor; "
    "zeros of NumPy wants its shape in brackets",
    ja="sizeは、配列では要素の数、テンソルでは形を返す。"
    "NumPyのzerosには、形をかっこに入れて渡す",
)
def same_names_differ(r: Results) -> list[Comparison]:
    return [
        same(r.sizes, [6, [2, 3]]),
        same(r.raised.zeros, "TypeError"),
    ]


@claim(
    en="Rows, columns, negative indices and new axes are picked as in NumPy, "
    "a negative step is an error",
    ja="行、列、負の番号、軸の追加はNumPyと同じで、負のステップだけがエラーになる",
)
def only_backwards_differs(r: Results) -> list[Comparison]:
    return [
        same(all(r.alike), True),
        same(r.raised.backwards, "ValueError"),
    ]


@claim(
    en="Float and Double are floating-point numbers of 32 and 64 bits",
    ja="FloatとDoubleは、32ビットと64ビットの浮動小数点数である",
)
def float_and_double(r: Results) -> Comparison:
    return same(r.dtypes[:2], ["torch.float32", "torch.float64"])


@claim(
    en="Long, Int and Short are integers of 64, 32 and 16 bits",
    ja="Long、Int、Shortは、64、32、16ビットの整数である",
)
def long_int_short(r: Results) -> Comparison:
    return same(r.dtypes[2:5], ["torch.int64", "torch.int32", "torch.int16"])


@claim(
    en="Byte and Char are integers of 8 bits, without and with a sign",
    ja="ByteとCharは8ビットの整数で、Byteには符号がなく、Charにはある",
)
def byte_and_char(r: Results) -> Comparison:
    return same(r.dtypes[5:], ["torch.uint8", "torch.int8"])


@claim(
    en="torch.add gives what + gives, and out= writes it into a tensor",
    ja="torch.addは+と同じ結果になり、out=はそれをテンソルに書き込む",
)
def add_is_plus(r: Results) -> Comparison:
    return same(r.equal, [True, True])


@claim(
    en="out= resizes a tensor of another size with a warning; with a gradient "
    "it is an error",
    ja="大きさの違うout=は警告つきで広げられ、勾配があるとエラーになる",
)
def out_resizes_with_a_warning(r: Results) -> list[Comparison]:
    return [
        same(len(r.warned), 1),
        same(r.wrong_size.shape, [5, 3]),
        same(r.raised.out_with_gradient, "RuntimeError"),
    ]


@claim(
    en="add_, += and an assignment to an element write into the memory, "
    "y = y + 1 does not",
    ja="add_、+=、要素への代入は同じメモリに書き込み、y = y + 1は書き込まない",
)
def not_only_the_underscore(r: Results) -> Comparison:
    return same(r.seen, [1, 2, 5, 5])


@claim(
    en="In place, a tensor does not get a larger shape, and a leaf that "
    "requires a gradient is not changed",
    ja="インプレース演算では形を広げられず、勾配を求める葉は書き換えられない",
)
def in_place_is_refused(r: Results) -> list[Comparison]:
    return [
        same(r.raised.wider, "RuntimeError"),
        same(r.raised.leaf, "RuntimeError"),
    ]


@claim(
    en="t_ and copy_ change the tensor itself, in the same memory",
    ja="t_とcopy_は、同じメモリのまま、テンソルそのものを変える",
)
def t_and_copy_change_it(r: Results) -> list[Comparison]:
    return [
        same(r.turned.shape, [3, 2]),
        same(r.written, [7, 7, 7, 8, 8, 8]),
    ]


@claim(
    en="The sizes are printed as noted",
    ja="サイズは、ノートのとおりに表示される",
)
def sizes_as_noted(r: Results) -> Comparison:
    noted = "torch.Size([4, 4]) torch.Size([16]) torch.Size([2, 8])"
    return same(r.printed, noted)


@claim(
    en="-1 is found from the rest; two of them, or a rest that does not "
    "divide, are errors",
    ja="-1は残りから決まり、2つあるときと割り切れないときはエラーになる",
)
def one_dimension_is_inferred(r: Results) -> list[Comparison]:
    return [
        same(r.z.shape, [2, 8]),
        same(r.raised.two_unknown, "RuntimeError"),
        same(r.raised.no_divisor, "RuntimeError"),
    ]


@claim(
    en="view shares the memory; of a transposed tensor it is an error, where "
    "reshape copies",
    ja="viewはメモリを共有する。転置したテンソルではエラーになり、reshapeならコピーする",
)
def view_shares_or_fails(r: Results) -> list[Comparison]:
    return [
        same(r.noticed, 99),
        same(r.raised.view_of_turned, "RuntimeError"),
        same(r.copied, True),
    ]


@claim(
    en="The number prints with four digits in a tensor, with all by item()",
    ja="同じ数が、テンソルでは4桁、item()では最後の桁まで表示される",
)
def item_shows_the_tail(r: Results) -> Comparison:
    return same(r.shown, ["tensor([-0.2368])", "-0.23680149018764496"])
