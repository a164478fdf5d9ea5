"""What the evidence on notes about NumPy and devices claims."""

from tests.recorder.claims import Comparison, Results, claim, same


@claim(
    en="Ones are printed as noted, by PyTorch and by NumPy",
    ja="5個の1は、PyTorchでもNumPyでも、ノートのとおりに表示される",
)
def ones_as_noted(r: Results) -> Comparison:
    return same(r.before, ["tensor([1., 1., 1., 1., 1.])", "[1. 1. 1. 1. 1.]"])


@claim(
    en="add_ on the tensor changes the array",
    ja="テンソルのadd_で、配列も変わる",
)
def add_changes_the_array(r: Results) -> Comparison:
    return same(r.after, ["tensor([2., 2., 2., 2., 2.])", "[2. 2. 2. 2. 2.]"])


@claim(
    en="np.add with out= changes the tensor, which prints as noted; a = a + 1 "
    "does not",
    ja="np.addのout=でテンソルも変わり、ノートのとおりに表示される。"
    "a = a + 1では変わらない",
)
def numpy_changes_the_tensor(r: Results) -> list[Comparison]:
    noted = "tensor([2., 2., 2., 2., 2.], dtype=torch.float64)"
    return [same(r.filled[1], noted), same(r.left, noted)]


@claim(
    en="A CharTensor becomes an array and comes back, with one memory",
    ja="CharTensorは配列になり、元にも戻る。メモリは共有される",
)
def char_goes_both_ways(r: Results) -> list[Comparison]:
    return [
        same(r.array.dtype, "int8"),
        same(r.small.dtype, "torch.int8"),
        same(r.back, [-128, 5, 127]),
    ]


@claim(
    en=".to() gives a tensor on the device and leaves the first where it is; "
    "where nothing changes, it gives the first itself",
    ja=".to()は指定のデバイスに新しいテンソルを作り、元は動かさない。"
    "変えることがなければ元のテンソルを返す",
)
def to_makes_another(r: Results) -> list[Comparison]:
    return [same(r.places[:2], ["cpu", "meta"]), same(r.itself, True)]


@claim(
    en="ones_like with device= makes the tensor there",
    ja="ones_likeにdevice=を渡すと、そのデバイスの上に作られる",
)
def made_on_the_device(r: Results) -> Comparison:
    return same(r.places[2], "meta")


@claim(
    en="Tensors are made on the CPU, in a block of torch.device on that device",
    ja="テンソルはCPUに作られ、torch.deviceのブロックの中ではそのデバイスに作られる",
)
def the_default_can_be_changed(r: Results) -> list[Comparison]:
    return [same(r.default, "cpu"), same(r.chosen, "meta")]


@claim(
    en="Without CUDA the guarded block prints nothing; with a device looked "
    "up, the sum is there",
    ja="CUDAがないとifの中は何も表示せず、デバイスを調べて使えば和が得られる",
)
def the_guard_prints_nothing(r: Results) -> list[Comparison]:
    return [same(len(r.lines), 0), same(r.total.shape, [1])]


@claim(
    en="The number is as noted; the device is printed only off the CPU",
    ja="数はノートのとおりで、デバイスが表示されるのはCPU以外のときだけである",
)
def the_device_is_printed_off_the_cpu(r: Results) -> list[Comparison]:
    return [
        same(r.shown[0], "tensor([0.7632])"),
        same(r.named, [True, False]),
    ]


@claim(
    en="to() with a device and a dtype prints as noted",
    ja="to()にデバイスとデータ型を渡した結果は、ノートのとおりに表示される",
)
def to_changes_the_dtype(r: Results) -> Comparison:
    return same(r.shown[1], "tensor([0.7632], dtype=torch.float64)")
