"""What the functions of the scripts promise, each tried by itself.

A check finds its subjects by name over all scripts; a script that has no
such function is no case of it.
"""

import argparse
import ast
import contextlib
import inspect
import math
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, NoReturn

import numpy
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from docs._tools.lessons import script_path, scripts
from tests.recorder.settings import lay_files

Load = Callable[[str], ModuleType]


def tree_of(lesson: str) -> ast.Module:
    """Return the syntax tree of a lesson's script."""
    return ast.parse(script_path(lesson).read_text(encoding="utf-8"))


TREES = {lesson: tree_of(lesson) for lesson in scripts()}
FUNCTIONS = {
    (lesson, node.name): node
    for lesson, tree in TREES.items()
    for node in tree.body
    if isinstance(node, ast.FunctionDef)
}
PROGRAMS = [lesson for lesson, name in FUNCTIONS if name == "main"]


def calls(node: ast.AST, method: str) -> bool:
    """Say whether anything in ``node`` calls a method of this name."""
    return any(
        isinstance(part, ast.Call)
        and isinstance(part.func, ast.Attribute)
        and part.func.attr == method
        for part in ast.walk(node)
    )


def named(*names: str) -> list[tuple[str, str]]:
    """List the functions of these names, as lesson and function."""
    return [key for key in FUNCTIONS if key[1] in names]


def in_all(cases: Sequence[Any]) -> pytest.MarkDecorator:
    """Parametrize a test with functions of scripts."""
    return pytest.mark.parametrize(
        ("lesson", "function"), cases, ids=["-".join(case) for case in cases]
    )


def wrong(
    lesson: str,
    function: str,
    *,
    is_: str,
    should: str,
    do: str,
    line: int | None = None,
) -> NoReturn:
    """Fail with the place, what was met, what was expected and the advice."""
    line = line or FUNCTIONS[lesson, function].lineno
    pytest.fail(
        f"examples/{lesson}.py:{line}: {function}: {is_}; expected: {should}. "
        f"{do}",
        pytrace=False,
    )


def run_nodes(lesson: str, nodes: Sequence[ast.stmt]) -> ModuleType:
    """Run some statements of a script as a module of their own."""
    path = script_path(lesson)
    module = ModuleType(f"part_of_{path.stem}")
    code = compile(ast.Module([*nodes], []), str(path), "exec")
    exec(code, module.__dict__)
    return module


@pytest.fixture
def load(load_script: Callable[[Path], ModuleType]) -> Load:
    """Load a program whole, of any other script only the definitions."""

    def load_lesson(lesson: str) -> ModuleType:
        if lesson in PROGRAMS:
            return load_script(script_path(lesson))
        kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
        body = TREES[lesson].body
        return run_nodes(lesson, [n for n in body if isinstance(n, kinds)])

    return load_lesson


def call(function: Callable[..., Any], **known: object) -> Any:
    """Call a function with those of the known arguments that it takes.

    Raises:
        LookupError: an argument that has no default is not known.
    """
    parameters = inspect.signature(function).parameters
    given = {name: known[name] for name in parameters if name in known}
    for name, parameter in parameters.items():
        if name not in known and parameter.default is parameter.empty:
            raise LookupError(
                f"{function.__name__} takes {name!r}: say in "
                "tests/test_script_parts.py what a test gives it"
            )
    return function(**given)


# Measuring ------------------------------------------------------------------

MEASURING = [
    (lesson, name)
    for lesson, name in named("evaluate", "validate", "pass_over", "predict")
    if not lesson.startswith("programs/")  # which have tests of their own
]
OF_BYTES = {"transfer/flowers"}  # predict returns logits of values 0..255
PICTURES = 23  # neither a multiple of 7 nor one batch of it


class Probe(nn.Module):
    """Hand the pictures on; note the mode of each call."""

    def __init__(self) -> None:
        super().__init__()
        self.modes: set[tuple[bool, bool]] = set()

    def forward(self, images: Tensor) -> Tensor:
        """Note whether it trains and whether gradients are kept."""
        self.modes.add((self.training, torch.is_grad_enabled()))
        return images


def probed_network() -> Any:
    """Return a network whose answers depend on its mode."""
    torch.manual_seed(0)
    probe, head = Probe(), nn.Linear(48, 5)
    head.weight.data *= 10  # answers of several classes
    network = nn.Sequential(
        probe,  # (B, 3, 4, 4)
        nn.BatchNorm2d(3),
        nn.Flatten(),
        nn.Dropout(0.5),
        head,
    )
    for _ in range(20):
        network(5 * torch.rand(64, 3, 4, 4) + 2)  # statistics unlike 0 and 1
    probe.modes.clear()
    return network


def some_pictures() -> TensorDataset:
    """Return pictures (23, 3, 4, 4) and labels in 0..4."""
    generator = torch.Generator().manual_seed(1)
    images = 5 * torch.rand(PICTURES, 3, 4, 4, generator=generator) + 2
    return TensorDataset(images, torch.arange(PICTURES) % 5)


def measure(
    module: ModuleType, function: str, network: nn.Module, batch_size: int
) -> Any:
    """Call a measuring function of a script on all pictures."""
    network.train()
    measured = call(
        getattr(module, function),
        model=network,
        images=some_pictures().tensors[0],
        labels=some_pictures().tensors[1],
        split=some_pictures().tensors,
        loader=DataLoader(some_pictures(), batch_size),
        criterion=nn.CrossEntropyLoss(),
        device="cpu",
    )
    if function == "predict" and isinstance(measured, tuple):
        return measured[0]  # the answers come before how sure they are
    if function == "predict" and isinstance(measured, list):
        return measured[0].argmax(dim=1)  # logits, and labels
    return measured


def same_numbers(first: Any, second: Any) -> bool:
    """Compare numbers or tensors to float rounding."""
    return torch.allclose(torch.as_tensor(first), torch.as_tensor(second))


@in_all(MEASURING)
def test_batch_size_does_not_change_what_is_measured(
    load: Load, lesson: str, function: str
) -> None:
    """Means over pictures, not over batches: loss, accuracy and answers."""
    module, network = load(lesson), probed_network().eval()
    images, labels = some_pictures().tensors
    with torch.no_grad():
        logits = network(images / 255 if lesson in OF_BYTES else images)
    answers = logits.argmax(dim=1)
    loss = nn.functional.cross_entropy(logits, labels).item()
    true: Any = (loss, (answers == labels).float().mean().item())
    if function == "predict":
        true = logits if lesson in OF_BYTES else answers
    for size in (1, 7, PICTURES):
        measured = measure(module, function, network, size)
        if not same_numbers(measured, true):
            wrong(
                lesson,
                function,
                is_=f"with batches of {size} it returns {measured}",
                should=f"{true} with any batch size",
                do="Call model.eval(), multiply the loss of a batch by "
                "len(labels), and divide the sum by the number of pictures.",
            )


@in_all(MEASURING)
def test_measuring_neither_trains_nor_keeps_gradients(
    load: Load, lesson: str, function: str
) -> None:
    """The network is in eval mode, and autograd notes nothing."""
    network = probed_network()
    measure(load(lesson), function, network, 7)
    for training, gradients in network[0].modes:
        if training or gradients:
            wrong(
                lesson,
                function,
                is_=f"the network runs with training={training} and "
                f"gradients={gradients}",
                should="both are False",
                do="Call model.eval() and compute below torch.no_grad().",
            )


@in_all(MEASURING)
def test_measuring_changes_nothing(
    load: Load, lesson: str, function: str
) -> None:
    """BatchNorm's statistics and all weights stay as they were."""
    network = probed_network()
    before = {n: value.clone() for n, value in network.state_dict().items()}
    measure(load(lesson), function, network, 7)
    after = network.state_dict()
    moved = [name for name in before if not before[name].equal(after[name])]
    if moved:
        wrong(
            lesson,
            function,
            is_=f"it changes {', '.join(moved)}",
            should="measuring leaves the network as it was",
            do="Call model.eval() before the first batch.",
        )


# The device ---------------------------------------------------------------

# What is given a device and pictures: all that must go where the network is.
USUAL = {"model", "loader", "criterion", "optimizer", "scheduler", "device"}
SENDING = [
    key
    for key in [*MEASURING, *named("train_epoch")]
    for names in [{x.arg for x in FUNCTIONS[key].args.args}]
    if "device" in names and (key in MEASURING or names <= USUAL)
]


class Sent(torch.Tensor):
    """A tensor that went to the device; so is all that is made of it."""


def must_be_sent(tensor: Any, what: str) -> None:
    """Refuse a tensor that stayed where the loader made it."""
    if not isinstance(tensor, Sent):
        raise TypeError(f"{what} stay on the CPU")


class Receiver(nn.Module):
    """A network on another device."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(1, 5)

    def forward(self, images: Tensor) -> Tensor:
        """Refuse pictures that were not sent; take any size of them."""
        must_be_sent(images, "pictures")
        brightness = images.flatten(1).mean(dim=1, keepdim=True)  # (B, 1)
        logits: Tensor = self.head(brightness)
        return logits


class ReceivedLoss(nn.Module):
    """A loss that is computed on another device."""

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Refuse labels that were not sent."""
        must_be_sent(labels, "labels")
        return nn.functional.cross_entropy(logits, labels)


@in_all(SENDING)
def test_pictures_and_labels_go_to_the_device(
    load: Load, monkeypatch: pytest.MonkeyPatch, lesson: str, function: str
) -> None:
    """On a computer without a GPU a forgotten to(device) is not felt."""
    to = torch.Tensor.to

    def send(tensor: Tensor, *given: Any, **more: Any) -> Tensor:
        moved = to(tensor, *given, **more)
        return moved.as_subclass(Sent) if "cpu" in given else moved

    monkeypatch.setattr(torch.Tensor, "to", send)
    network = Receiver()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.ConstantLR(optimizer)
    try:
        call(
            getattr(load(lesson), function),
            model=network,
            images=some_pictures().tensors[0],
            labels=some_pictures().tensors[1],
            split=some_pictures().tensors,
            loader=DataLoader(some_pictures(), 7),
            criterion=ReceivedLoss(),
            optimizer=optimizer,
            scheduler=schedule,
            device="cpu",
        )
    except TypeError as error:
        wrong(
            lesson,
            function,
            is_=str(error),
            should="all that meets the network is where the network is",
            do="Write .to(device) on it.",
        )


# Statistics by hand ---------------------------------------------------------


@in_all(named("wilson_interval"))
def test_interval_is_that_of_a_library(
    load: Load, lesson: str, function: str
) -> None:
    """A formula that is slightly wrong still gives an interval."""
    import scipy.stats

    interval = getattr(load(lesson), function)
    for right, count in ((362, 382), (9, 10), (0, 7), (50, 100)):
        tried = scipy.stats.binomtest(right, count)
        wanted = tried.proportion_ci(0.95, method="wilson")
        if not numpy.allclose(interval(right, count), wanted, atol=1e-4):
            wrong(
                lesson,
                function,
                is_=f"of {right} of {count} it gives {interval(right, count)}",
                should=f"{tuple(map(float, wanted))}, as scipy.stats.binomtest",
                do="Compare the formula with the one on the page.",
            )


@in_all([one for one in named("compare") if one[0] == "workflow/inference"])
def test_p_value_is_that_of_a_library(
    load: Load, lesson: str, function: str
) -> None:
    """Coins of which some fall for the first: a two-sided binomial test."""
    import scipy.stats

    compare = getattr(load(lesson), function)
    for first_only, second_only in ((8, 2), (5, 5), (1, 12), (0, 3)):
        only = first_only + second_only
        first = torch.arange(only + 4) < first_only
        second = ~first & (torch.arange(only + 4) < only)
        p_value = compare(first, second, "x")["p_value"]
        wanted = scipy.stats.binomtest(first_only, only).pvalue
        if not math.isclose(p_value, wanted, rel_tol=1e-6):
            wrong(
                lesson,
                function,
                is_=f"{first_only} to {second_only} gives p = {p_value}",
                should=f"{wanted}, as scipy.stats.binomtest",
                do="Count both tails, and the cases as uneven as this one.",
            )


# Frozen layers --------------------------------------------------------------

FREEZERS = named("freeze_statistics")
LEARNING = [  # those that put a network into training, batch by batch
    (lesson, name)
    for (lesson, name), node in FUNCTIONS.items()
    if (lesson, "freeze_statistics") in FREEZERS
    and {"model", "loader"} <= {one.arg for one in node.args.args}
    and "mode" not in {one.arg for one in node.args.args}  # own tests
    and calls(node, "train")
]


def half_frozen() -> Any:
    """Return two convolutions with BatchNorm; the first pair is frozen."""
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(),
        nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4), nn.ReLU(),
        nn.Flatten(), nn.Linear(16, 5),
    )  # fmt: skip
    network[:2].requires_grad_(False)
    return network


def check_statistics(lesson: str, function: str, network: Any, do: str) -> None:
    """Fail unless only the statistics of the trained layer have moved."""
    for index, state, moves in ((1, "frozen", False), (4, "trained", True)):
        moved = network[index].running_mean.count_nonzero().item() > 0
        if moved != moves:
            verb = {True: "move", False: "stand still"}
            wrong(
                lesson,
                function,
                is_=f"the statistics of a {state} BatchNorm {verb[moved]}",
                should=f"they {verb[moves]}",
                do=do,
            )


@in_all(FREEZERS)
def test_frozen_statistics_stand_still(
    load: Load, lesson: str, function: str
) -> None:
    """In training, only BatchNorm that is trained changes; in eval, none."""
    freeze = getattr(load(lesson), function)
    network = half_frozen().train()
    freeze(network)
    network(some_pictures().tensors[0])
    advice = "Put BatchNorm of frozen weights into eval mode, no other."
    check_statistics(lesson, function, network, advice)
    freeze(network.eval())
    if network[4].training:
        wrong(
            lesson,
            function,
            is_="it puts a trained BatchNorm of a network in eval mode into "
            "training",
            should="eval mode stays",
            do="Train a BatchNorm only if module.training was True.",
        )


@in_all(LEARNING)
def test_learning_keeps_frozen_statistics(
    load: Load, lesson: str, function: str
) -> None:
    """Whatever trains a network freezes the statistics after train()."""
    network = half_frozen()
    learned = [one for one in network.parameters() if one.requires_grad]
    optimizer = torch.optim.SGD(learned, lr=0.1)
    schedule = torch.optim.lr_scheduler.ConstantLR(optimizer)
    call(
        getattr(load(lesson), function),
        model=network,
        loader=DataLoader(some_pictures(), 7),
        criterion=nn.CrossEntropyLoss(),
        optimizer=optimizer,
        scheduler=schedule,
        schedule=schedule,
        settings=argparse.Namespace(device="cpu", steps=3),
        device="cpu",
    )
    advice = "Call freeze_statistics(model) after model.train()."
    check_statistics(lesson, function, network, advice)


# The best epoch -------------------------------------------------------------

# Each quantity is best in another epoch; the loss of validation decides.
SCRIPTED = [  # train loss and accuracy, validation loss and accuracy
    ((5.0, 0.1), (4.0, 0.9)),
    ((4.0, 0.9), (2.0, 0.2)),
    ((3.0, 0.2), (1.0, 0.3)),
    ((2.0, 0.3), (3.0, 0.4)),
    ((1.0, 0.4), (5.0, 0.5)),
]
BEST = 3
KEEPERS = [  # those that keep a state in a loop over epochs
    (lesson, name)
    for (lesson, name), node in FUNCTIONS.items()
    for loop in node.body
    if isinstance(loop, ast.For) and calls(loop, "state_dict")
]


class Kept(NamedTuple):
    """By what a state was kept, and the epoch that it is of."""

    place: str
    epoch: float


class Counter(nn.Module):
    """A network whose one weight is the number of the epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.epoch = nn.Parameter(torch.zeros(()))

    def scripted(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the epoch's results; later ones are like the last."""
        return SCRIPTED[min(int(self.epoch), len(SCRIPTED)) - 1]

    def learn(self) -> tuple[float, float]:
        """Go on by one epoch; return its training loss and accuracy."""
        self.epoch.data += 1
        return self.scripted()[0]

    def check(self) -> tuple[float, float]:
        """Return validation loss and accuracy of the epoch."""
        return self.scripted()[1]


def epoch_in(path: Path) -> float:
    """Return the epoch of the weights in a checkpoint."""
    state = torch.load(path, weights_only=True)["state_dict"]
    return float(state["epoch"])


def keep_nine(
    module: ModuleType, patch: pytest.MonkeyPatch, folder: Path
) -> list[Kept]:
    """Let nine_steps live through the scripted epochs."""
    model = Counter()
    patch.setattr(module, "train_epoch", lambda model, *_: model.learn())
    patch.setattr(module, "evaluate", lambda model, *_: model.check())
    args = argparse.Namespace(epochs=len(SCRIPTED), device="cpu")
    best_epoch, _ = module.fit(model, [], [], None, None, args)
    return [
        Kept("the best epoch returned", best_epoch),
        Kept("the network at the end", model.epoch.item()),
    ]


def keep_fit(
    module: ModuleType, patch: pytest.MonkeyPatch, folder: Path
) -> list[Kept]:
    """Let train_and_validate live through the scripted epochs."""
    patch.setattr(module, "make_model", Counter)
    patch.setattr(module, "train_epoch", lambda model, *_: model.learn())
    patch.setattr(module, "evaluate", lambda model, *_: model.check())
    model, _, best_epoch = module.fit([0], [0], "cpu", len(SCRIPTED), 9)
    return [
        Kept("the best epoch returned", best_epoch),
        Kept("the network at the end", model.epoch.item()),
    ]


def keep_which(
    module: ModuleType, patch: pytest.MonkeyPatch, _: Path
) -> list[Kept]:
    """Let which_when train on; it chooses by the accuracy."""
    model = Counter()
    patch.setattr(module, "train_epoch", lambda model, *_: model.learn()[0])
    patch.setattr(module, "evaluate", lambda *_: (1.0, 1 / model.check()[0]))
    module.fit(model, None, [0], [], len(SCRIPTED))
    return [Kept("the network at the end", model.epoch.item())]


KEEPING = {
    ("transfer/which_when", "fit"): keep_which,
    ("workflow/nine_steps", "fit"): keep_nine,
    ("workflow/train_and_validate", "fit"): keep_fit,
}


@in_all(sorted({*KEEPERS} | {*KEEPING}))
def test_best_epoch_is_that_of_validation(
    load: Load,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    lesson: str,
    function: str,
) -> None:
    """Training improves to the end, validation until the third epoch."""
    if (lesson, function) not in KEEPING:
        wrong(
            lesson,
            function,
            is_="it keeps states, and nothing here tries which",
            should="an entry in KEEPING",
            do="Add one in tests/test_script_parts.py.",
        )
    keep = KEEPING[lesson, function]
    kept = keep(load(lesson), monkeypatch, tmp_path)
    if not kept:
        kept = [Kept("the best state returned", 0)]
    for place, epoch in kept:
        if epoch != BEST:
            wrong(
                lesson,
                function,
                is_=f"{place} is of epoch {epoch:g}",
                should=f"of epoch {BEST}, where the validation loss is lowest",
                do="Compare the validation loss, copy the state (deepcopy or "
                "a file), and load it back at the end.",
            )


# Loaders --------------------------------------------------------------------

# The shortest run of those for which one epoch is none.
SHORTEST = {
    "models/birds_transfer": ["--train=all", "--rates=0.003"],
    "transfer/flowers": [],
    "transfer/few_pictures": [
        *("--mode=finetune", "--pictures=5", "--recipe", "0.001", "0.1"),
    ],
    "transfer/learning_rates": ["--epochs=1", "--rates=0.01"],
    "transfer/transfer_vs_finetuning": ["--epochs=1", "--pictures=5"],
    "transfer/which_when": ["--tasks=shapes_20", "--epochs=1"],
}
LOADER = re.compile(r"^(train|val|test)_loader$")


class Enough(BaseException):
    """End a run: training and two measurements have been seen."""


class Loaders(NamedTuple):
    """The loaders that a network learned from, and those only read.

    Each has an attribute `line`: where the script makes it.
    """

    learned: list[Any]
    read: list[Any]


@contextlib.contextmanager
def watched(module: ModuleType) -> Iterator[Loaders]:
    """Note how a program uses its loaders; end it as soon as possible."""
    loaders = Loaders([], [])
    latest: list[Any] = []
    backward = torch.Tensor.backward

    class Watched(DataLoader[Any]):
        def __init__(self, *given: Any, **options: Any) -> None:
            self.line = sys._getframe(1).f_lineno
            super().__init__(*given, **options)

        def __iter__(self) -> Any:
            for batch in super().__iter__():
                latest[:] = [self]
                yield batch
            if self not in loaders.learned:
                loaders.read.append(self)
            if loaders.learned and len(loaders.read) > 1:
                raise Enough

    def learn(tensor: Tensor) -> None:
        loaders.learned.extend(x for x in latest if x not in loaders.learned)
        backward(tensor)  # type: ignore[no-untyped-call]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "DataLoader", Watched)
        patch.setattr(torch.Tensor, "backward", learn)
        with contextlib.suppress(Enough):
            yield loaders


def loaders_of(module: ModuleType, lesson: str, folder: Path) -> Loaders:
    """Return the loaders that a short run of a program makes."""
    lay_files(lesson, folder)
    short = SHORTEST.get(lesson, ["--epochs=1"])
    with watched(module) as loaders, contextlib.chdir(folder):
        module.main([*short, "--device=cpu"])
    if not loaders.learned:  # some measure without a loader
        wrong(
            lesson,
            "main",
            is_="no loader is trained on",
            should="one or more",
            do="Lengthen the run in SHORTEST, tests/test_script_parts.py.",
        )
    return loaders


def read(loader: Any) -> list[Tensor]:
    """Return inputs and labels of all batches, in the order of reading."""
    batches = list(DataLoader.__iter__(loader))
    return [torch.cat(parts) for parts in zip(*batches, strict=True)]


def check_loaders(lesson: str, loaders: Loaders) -> None:
    """Fail unless validation is fixed and training mixed."""
    for loader in loaders.read:
        if not all(map(torch.equal, read(loader), read(loader))):
            wrong(
                lesson,
                "DataLoader",
                line=loader.line,
                is_="what is only measured comes as other pictures, or in "
                "another order, when it is read again",
                should="the same tensors each time",
                do="Neither shuffle nor augment for validation; or are "
                "training and validation swapped?",
            )
    for loader in loaders.learned:
        if all(map(torch.equal, read(loader), read(loader))):
            wrong(
                lesson,
                "DataLoader",
                line=loader.line,
                is_="what the network learns from comes in the same order "
                "in each epoch",
                should="another order each time",
                do="Give it shuffle=True; or are training and validation "
                "swapped?",
            )


def trains_on_loaders(tree: ast.Module) -> bool:
    """Say whether a script learns from batches of a DataLoader."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return calls(tree, "backward") and "DataLoader" in names


@pytest.mark.parametrize(
    "lesson", [one for one in PROGRAMS if trains_on_loaders(TREES[one])]
)
def test_loaders_of_a_program(
    load: Load, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lesson: str
) -> None:
    """Validation reads the same each time, training another order.

    What a program puts into a temporary folder is still there when it is
    stopped.
    """
    drawn = tmp_path / "drawn"
    drawn.mkdir()
    monkeypatch.setattr(
        "tempfile.TemporaryDirectory", lambda: contextlib.nullcontext(drawn)
    )
    check_loaders(lesson, loaders_of(load(lesson), lesson, tmp_path))


def loaders_at_the_top(tree: ast.Module) -> dict[str, ast.Assign]:
    """Return where a script with cells makes its loaders, by name."""
    return {
        target.id: node
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and LOADER.match(target.id)
    }


@pytest.mark.parametrize(
    "lesson", [one for one, tree in TREES.items() if loaders_at_the_top(tree)]
)
def test_loaders_of_a_concept(lesson: str) -> None:
    """The same for train_loader and val_loader of a script with cells."""
    body, tops = TREES[lesson].body, loaders_at_the_top(TREES[lesson])
    last = max(body.index(node) for node in tops.values())
    module = run_nodes(lesson, body[: last + 1])
    loaders = Loaders([], [])
    for name, node in tops.items():
        loader = getattr(module, name)
        loader.line = node.lineno
        side = loaders.learned if name == "train_loader" else loaders.read
        side.append(loader)
    check_loaders(lesson, loaders)


@pytest.mark.parametrize(
    ("lesson", "name"), [x for x in FUNCTIONS if x[1].startswith("freeze_")]
)
def test_what_trains_stays_in_train_mode(
    load: Load, lesson: str, name: str
) -> None:
    """A helper stops what is frozen as a whole, and no dropout beside it."""
    frozen = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4))
    frozen.requires_grad_(False)
    learns = nn.Sequential(nn.Conv2d(4, 4, 1), nn.BatchNorm2d(4))
    model = nn.Sequential(frozen, learns, nn.Dropout(), nn.Linear(4, 2))
    getattr(load(lesson), name)(model.train())
    assert not frozen[1].training, f"examples/{lesson}.py: {name} stops none"
    assert all(part.training for part in [*learns, model[2], model[3]]), (
        f"examples/{lesson}.py: {name} stops what still learns, or dropout"
    )
