"""Habits that a learner copies: modes, gradients, test data, a script alone.

Read from the syntax tree; nothing is run but one script that starts from an
empty folder as a notebook's cell, another one each day (with --full, all).
"""

import ast
import datetime
import itertools
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs._tools.lessons import record_folder, script_path, scripts
from tests import form
from tests.recorder.settings import lay_files, load_settings
from tests.shared import RECORDS

READ_TEST_DATA = {
    "models/cnn",
    "models/mlp",
    "models/sunspots",
    "transfer/flowers",
    "transfer/transfer_vs_finetuning",
    "workflow/inference",
    "workflow/nine_steps",
}
ROTATES = {"workflow/groups"}  # each form is the test data once, for each way
TEST = re.compile(r"test(_(data|set|loader|images|labels|batch))?")
LAYERS = re.compile(r"Dropout\w*|(Lazy)?BatchNorm\w*|resnet\d+")
# Lessons about the very thing, which measure without eval() to show it.
FORGETS = {"models/batch_norm", "workflow/train_and_validate"}
LOOKS_AT = {"len", "print", "shape", "zip", "enumerate", "next", "iter"}
LOOKS_AT |= {"set", "tuple", "list", "min", "max", "sum", "isdisjoint", "size"}
A_DAY = 1  # scripts that run alone
QUICK = 5  # CPU seconds of such a script


def tree_of(lesson: str) -> ast.Module:
    """Return the syntax tree of a script."""
    return ast.parse(script_path(lesson).read_text(encoding="utf-8"))


def name_of(node: ast.AST) -> str:
    """Return the last part of what a node names: ``c`` of ``a.b.c``."""
    if isinstance(node, ast.Call):
        return name_of(node.func)
    return getattr(node, "attr", "") or getattr(node, "id", "")


def calls(node: ast.AST, name: str) -> list[ast.Call]:
    """List the calls of functions and methods of a name."""
    return [
        part
        for part in ast.walk(node)
        if isinstance(part, ast.Call) and name_of(part) == name
    ]


def turns_gradients_off(node: ast.AST) -> bool:
    """Say whether no_grad() or inference_mode() stands above or in a node."""
    return any(
        name_of(part) in ("no_grad", "inference_mode")
        for part in ast.walk(node)
    )


def fail_with(lesson: str, faults: list[tuple[int, str]]) -> None:
    """End the test with file, line and what to do."""
    if faults:
        lines = [
            f"examples/{lesson}.py:{line}: {told}" for line, told in faults
        ]
        pytest.fail("\n".join(lines), pytrace=False)


def faults_of_loops(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and fault of train_epoch() and evaluate()."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        if node.name == "train_epoch":
            if not calls(node, "train"):
                yield node.lineno, "train_epoch() lacks model.train()"
            if not calls(node, "zero_grad"):
                yield node.lineno, "train_epoch() lacks optimizer.zero_grad()"
        for call in calls(node, "item"):
            of = name_of(getattr(call.func, "value", call))
            if of in ("loss", "criterion"):
                yield from _unweighted(node, call)
        if node.name == "evaluate" and "model" in name_of_arguments(node):
            if not calls(node, "eval"):
                yield node.lineno, "evaluate() lacks model.eval()"
            if not turns_gradients_off(node):
                yield node.lineno, "evaluate() lacks @torch.no_grad()"
            for call in calls(node, "train"):
                yield call.lineno, "evaluate() calls train()"


def name_of_arguments(node: ast.FunctionDef) -> set[str]:
    """Return the names of a function's arguments."""
    return {one.arg for one in node.args.args}


def _unweighted(
    loop: ast.FunctionDef, call: ast.Call
) -> Iterator[tuple[int, str]]:
    """Yield a batch's mean loss that is not multiplied by its size."""
    batches = any(isinstance(node, ast.For) for node in ast.walk(loop))
    if loop.name not in ("train_epoch", "evaluate") or not batches:
        return
    for node in ast.walk(loop):
        product = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)
        if product and call in ast.walk(node) and calls(node, "len"):
            return
    yield call.lineno, "weight the batch's loss by its size: * len(labels)"


def sums_of_means(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield what adds up means of batches, of which the last may be small."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.AugAssign) or not calls(node, "mean"):
            continue
        if isinstance(node.op, ast.Add) and not calls(node, "len"):
            yield (
                node.lineno,
                f"{ast.unparse(node)} weighs a small last batch like a whole "
                "one: add up sum(), or multiply by len(labels), and divide by "
                "len(loader.dataset); then `pytest --record` the lesson",
            )


@pytest.mark.parametrize("lesson", scripts())
def test_no_mean_of_batches_is_a_mean(lesson: str) -> None:
    """An accuracy averaged over batches is nearly right, and never so."""
    fail_with(lesson, [*sums_of_means(tree_of(lesson))])


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("right += (answers == labels).float().mean().item()", 1),
        ("right += torch.mean(hits).item()", 1),
        ("right += hits.mean().item() * len(labels)", 0),
        ("right += (answers == labels).sum().item()", 0),
        ("images -= images.mean()", 0),
    ],
)
def test_a_sum_of_means_is_found(line: str, faults: int) -> None:
    """Unless each is weighted by its batch."""
    assert len([*sums_of_means(ast.parse(line))]) == faults


@pytest.mark.parametrize("lesson", scripts())
def test_loops_set_the_mode_themselves(lesson: str) -> None:
    """train() in train_epoch; eval() and no_grad() in evaluate."""
    fail_with(lesson, [*faults_of_loops(tree_of(lesson))])


METRICS = ("confusion_matrix", "classification_report", "accuracy_score")
# Where the digits are cut: after forms 9 and 11 of 14.
PARTS = {"train": (None, 1157), "val": (1157, 1415), "test": (1415, None)}
DIGITS = 1797
MNIST = {"train": (None, 50_000), "val": (50_000, 60_000)}


def wrong_cuts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the slices that are no part of the one split of the digits."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Slice):
            yield from _odd_ends(node, [node.lower, node.upper])
        elif isinstance(node, ast.Call) and name_of(node) in ("slice", "range"):
            start = [None] * (len(node.args) == 1)
            yield from _odd_ends(node, [*start, *node.args])
        if isinstance(node, ast.Assign):
            names = {name_of(one).partition("_")[0] for one in node.targets}
            cuts = {ast.unparse(x) for x in ast.walk(node.value) if is_cut(x)}
            for name in names & PARTS.keys():
                right = ":".join(str(end or "") for end in PARTS[name])
                if cuts - {right}:
                    yield node.lineno, f"{name}: {cuts}, but it is {right}"


def _odd_ends(
    node: ast.expr, bounds: list[ast.expr | None]
) -> Iterator[tuple[int, str]]:
    start, end = (getattr(bound, "value", None) for bound in bounds[:2])
    numbers = [x for x in (start, end) if isinstance(x, int) and x > 1000]
    parts = MNIST if max(numbers, default=0) > DIGITS else PARTS
    inside = (
        (start or 0) >= (first or 0) and (end or 10**9) <= (last or 10**9)
        for first, last in parts.values()
    )
    if numbers and not any(inside):
        yield node.lineno, f"{ast.unparse(node)} is in none of {parts}"


def is_cut(node: ast.AST) -> bool:
    """Say whether a slice cuts at one of the ends of the split."""
    ends = {str(end) for part in PARTS.values() for end in part if end}
    return isinstance(node, ast.Slice) and bool(
        ends & {*ast.unparse(node).split(":")}
    )


@pytest.mark.parametrize(
    "lesson",
    [
        one
        for one in scripts()
        if "load_digits(" in script_path(one).read_text("utf-8")
    ],
)
def test_the_digits_are_split_in_one_way(lesson: str) -> None:
    """Parts that overlap leak, and a record would not tell."""
    fail_with(lesson, [*wrong_cuts(tree_of(lesson))])


def swapped_arguments(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield calls of sklearn's metrics whose first argument is no truth."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node) in METRICS:
            first = ast.unparse(node.args[0])
            if not re.search("label|target|true", first):
                yield node.lineno, f"{name_of(node)}() takes the labels first"


@pytest.mark.parametrize("lesson", scripts())
def test_metrics_get_the_labels_first(lesson: str) -> None:
    """Swapped, rows and columns change places, and no number moves."""
    fail_with(lesson, [*swapped_arguments(tree_of(lesson))])


def _agree(label: str, drawn: ast.Call) -> int:
    """Count words of a label that begin, or are begun by, one of the data."""
    data = " ".join(map(ast.unparse, drawn.args)).replace("_", " ").lower()
    known = set(re.findall("[a-z]{3,}", data))
    return sum(
        any(word.startswith(one) or one.startswith(word) for one in known)
        for word in set(re.findall("[a-z]{3,}", label.lower()))
    )


def swapped_labels(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield pairs drawn whose labels name each other's data better."""
    drawn = [
        (str(word.value.value), node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        for word in node.keywords
        if word.arg == "label" and isinstance(word.value, ast.Constant)
    ]
    for (label, one), (other, two) in itertools.combinations(drawn, 2):
        as_is = _agree(label, one) + _agree(other, two)
        if _agree(label, two) + _agree(other, one) > as_is:
            yield (
                one.lineno,
                f"label={label!r} draws {ast.unparse(one.args[-1])}, and "
                f"line {two.lineno} {other!r} {ast.unparse(two.args[-1])}: "
                f"swap the labels, then `pytest --record` the lesson",
            )


@pytest.mark.parametrize("lesson", scripts())
def test_labels_name_what_is_drawn(lesson: str) -> None:
    """A curve with its neighbour's label moves no number of a record."""
    fail_with(lesson, [*swapped_labels(tree_of(lesson))])


@pytest.mark.parametrize("way", ["plot", "bar"])
def test_swapped_labels_are_found(way: str) -> None:
    """Whole words, and those of which the data has the beginning."""
    draw = "axes.{0}(x, r['train_loss'], label={1!r})\n"
    draw += "axes.{0}(x, r['val_loss'], label={2!r})"
    labels = ["training", "validation"]
    assert not [*swapped_labels(ast.parse(draw.format(way, *labels)))]
    bad = ast.parse(draw.format(way, *labels[::-1]))
    assert [line for line, _ in swapped_labels(bad)] == [1]


CLASSES_LAST = ("softmax", "log_softmax", "argmax", "max", "topk")


def over_the_batch(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield what compares the pictures of a batch instead of the classes."""
    for name in CLASSES_LAST:
        for call in calls(tree, name):
            whole = ast.unparse(call)
            if re.match(r"(?:self\.)?(?:logits|model\b)", whole) and re.search(
                rf"\.{name}\((?:dim=)?0\)$", whole
            ):
                yield (
                    call.lineno,
                    f"{whole} goes over the pictures of the batch: logits are "
                    "(B, C), write dim=1, then `pytest --record` the lesson",
                )


@pytest.mark.parametrize("lesson", scripts())
def test_classes_are_compared_and_not_pictures(lesson: str) -> None:
    """Shares over the wrong dimension have the right shape."""
    fail_with(lesson, [*over_the_batch(tree_of(lesson))])


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("logits.softmax(dim=0).max(dim=1)", 1),
        ("model.eval()(images.to(device)).softmax(0)", 1),
        ("model(images).argmax(dim=1)", 0),
        ("scores.softmax(dim=0)", 0),
        ("logits[0].max(dim=1)", 0),
    ],
)
def test_a_softmax_over_pictures_is_found(line: str, faults: int) -> None:
    """Of logits and of what a network returns, not of a row by itself."""
    assert len([*over_the_batch(ast.parse(line))]) == faults


def _of_schedule(step: ast.Call) -> bool:
    return ast.unparse(step).startswith("schedul")


def _around(
    tree: ast.Module, call: ast.Call, *kinds: type[ast.AST]
) -> ast.AST | None:
    """Return the innermost node of some kinds around a call."""
    for node in reversed([*ast.walk(tree)]):
        if isinstance(node, kinds) and call in ast.walk(node):
            return node
    return None


def schedules(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield steps of a schedule that are of another kind than its length."""
    made = [*calls(tree, "OneCycleLR"), *calls(tree, "CosineAnnealingLR")]
    lengths = {
        bool(re.search(r"len\(|steps|updates|batches", ast.unparse(call)))
        for call in made
    }
    steps = calls(tree, "step")
    learning = [_around(tree, x, ast.For) for x in steps if not _of_schedule(x)]
    for call in filter(_of_schedule, steps if len(lengths) == 1 else ()):
        loop = _around(tree, call, ast.For)
        each_batch = loop is not None and loop in learning
        if each_batch not in lengths:
            is_, of = (
                ("batch", "epochs") if each_batch else ("epoch", "batches")
            )
            yield (
                call.lineno,
                f"{ast.unparse(call)} comes after each {is_}, but the schedule "
                f"counts {of} (line {made[0].lineno}): move it, then "
                "`pytest --record` the lesson",
            )


@pytest.mark.parametrize("lesson", scripts())
def test_schedules_step_as_they_count(lesson: str) -> None:
    """One that steps too often ends early or rises again, and nothing tells."""
    fail_with(lesson, [*schedules(tree_of(lesson))])


LOOP = """
schedule = {made}
for epoch in range(epochs):
    for images in loader:
        optimizer.step()
{space}schedule.step()
"""


@pytest.mark.parametrize(
    ("made", "space", "faults"),
    [
        ("CosineAnnealingLR(optimizer, epochs)", 4, 0),
        ("CosineAnnealingLR(optimizer, epochs)", 8, 1),
        ("OneCycleLR(optimizer, 0.1, epochs * len(loader))", 8, 0),
        ("OneCycleLR(optimizer, 0.1, epochs * len(loader))", 4, 1),
        ("OneCycleLR(optimizer, 0.1, steps)", 4, 1),
    ],
)
def test_a_schedule_out_of_step_is_found(
    made: str, space: int, faults: int
) -> None:
    """After each batch for each epoch, and the other way round."""
    tree = ast.parse(LOOP.format(made=made, space=" " * space))
    assert len([*schedules(tree)]) == faults


# The parts of an update by letters, and the orders in which they work.
LETTERS = {"zero_grad": "z", "backward": "b", "unscale_": "u"}
UPDATE = re.compile(r"zb+u?c*ms*|b+u?c*ms*z")
# What a loop says that shows another order on purpose.
SHOWN = re.compile(r"# (?:too early|nothing should move)")


def _letter(call: ast.Call, learn: set[str]) -> str:
    name = name_of(call)
    if name == "step":
        return "s" if _of_schedule(call) else "m"
    if name.startswith("clip_grad_"):
        return "c"
    return LETTERS.get(name, "m" if name in learn else "")


def updates_out_of_order(source: str) -> Iterator[tuple[int, str]]:
    """Yield loops that do not clear, go backward, clip and step in this order.

    And those in which a schedule steps before anything has learned.
    """
    tree = ast.parse(source)
    learn = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and calls(node, "backward")
    }
    loops = {
        _around(tree, call, ast.For, ast.While)
        or _around(tree, call, ast.FunctionDef)
        for call in calls(tree, "step")
    }
    for loop in filter(None, loops):
        if SHOWN.search(ast.get_source_segment(source, loop) or ""):
            continue
        inside = sorted(calls_in(loop), key=lambda call: call.end_lineno or 0)
        parts = [call for call in inside if _letter(call, learn)]
        letters = "".join(_letter(call, learn) for call in parts)
        is_update = "b" in letters and "m" in letters
        if is_update or "s" in letters:
            right = UPDATE.fullmatch if is_update else re.compile("m+s").match
            if not right(letters):
                told = ", ".join(f"{name_of(x)} ({x.lineno})" for x in parts)
                yield (
                    parts[0].lineno,
                    f"the parts of an update come as {told} (line): write "
                    "zero_grad, backward, clip_grad_norm_, the optimizer's "
                    "step, the schedule's; then `pytest --record` the lesson",
                )


@pytest.mark.parametrize("lesson", scripts())
def test_updates_go_in_order(lesson: str) -> None:
    """Gradients that are clipped or cleared at a wrong place tell nothing."""
    source = script_path(lesson).read_text("utf-8")
    fail_with(lesson, sorted(updates_out_of_order(source)))


INNER = """
for epoch in range(epochs):
    for images in loader:
        optimizer.zero_grad()
        criterion(model(images)).backward()
        clip_grad_norm_(model.parameters(), 1)
        optimizer.step()
        schedule.step()
"""


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        ("", "", 0),
        ("        optimizer.zero_grad()\n", "", 1),
        ("optimizer.zero_grad()", "if epoch: optimizer.zero_grad()", 0),
        ("schedule.step()", "clip_grad_value_(weights, 1)", 1),
        ("clip_grad_norm_(model.parameters(), 1)", "optimizer.zero_grad()", 1),
        ("clip_grad_norm_(model.parameters(), 1)", "schedule.step()", 1),
        ("        schedule.step()", "    schedule.step()", 0),
        ("    for images", "    schedule.step()\n    for images", 1),
        ("optimizer.step()", "optimizer.step()  # too early", 0),
    ],
)
def test_an_update_out_of_order_is_found(
    old: str, new: str, faults: int
) -> None:
    """Each part at another place; a condition around one is none."""
    source = INNER.replace(old, new) if old else INNER
    assert len([*updates_out_of_order(source)]) == faults


def learned_in_order(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield loaders that do not shuffle and are learned from where made.

    Those that a program gives to functions are tried in test_script_parts.
    """
    for made in calls(tree, "DataLoader"):
        options = {word.arg: ast.unparse(word.value) for word in made.keywords}
        if options.keys() & {"sampler", "batch_sampler"} or len(made.args) > 2:
            continue
        home = _around(tree, made, ast.FunctionDef) or tree
        names = {
            name_of(target)
            for node in ast.walk(home)
            if isinstance(node, ast.Assign) and node.value is made
            for target in node.targets
        }
        learned = any(
            isinstance(loop, ast.For)
            and (loop.iter is made or name_of(loop.iter) in names)
            and calls(loop, "backward")
            for loop in ast.walk(home)
        )
        if learned and options.get("shuffle", "False") == "False":
            yield (
                made.lineno,
                f"{ast.unparse(made)} is learned from in its order: write "
                "shuffle=True, then `pytest --record` the lesson",
            )


@pytest.mark.parametrize("lesson", scripts())
def test_what_is_learned_from_is_shuffled(lesson: str) -> None:
    """A single epoch does not show that the next would go in one order."""
    fail_with(lesson, [*learned_in_order(tree_of(lesson))])


@pytest.mark.parametrize(
    ("options", "faults"),
    [("", 1), (", shuffle=False", 1), (", shuffle=True", 0), (", True", 0)],
)
def test_learning_in_order_is_found(options: str, faults: int) -> None:
    """In a loop and by a name; not of what is only measured."""
    made = f"DataLoader(data, 64{options})"
    loop = "for x in {0}:\n        model(x).backward()\n"
    measure = "loader = DataLoader(val)\nfor x in loader:\n    model(x)\n"
    for source in (loop.format(made), f"ours = {made}\n    {loop}"):
        whole = f"def fit():\n    {source.format('ours')}\n\n{measure}"
        assert len([*learned_in_order(ast.parse(whole))]) == faults, whole


def is_test_data(node: ast.AST) -> bool:
    """Say whether a name of test data stands directly in a node."""
    return isinstance(node, ast.Name) and bool(TEST.fullmatch(node.id))


def readings(tree: ast.Module) -> Iterator[int]:
    """Yield the lines at which a script measures on its test data.

    Making a set, a loader, and looking at sizes is no measurement.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            given = [*node.args, *(word.value for word in node.keywords)]
            called = name_of(node)
            if called[:1].isupper() or called in LOOKS_AT:
                continue  # a class: DataLoader, TensorDataset
            if any(map(is_test_data, given)):
                yield node.lineno
        elif isinstance(node, ast.For | ast.comprehension) and (
            is_test_data(node.iter) and not is_test_data(node.target)
        ):  # a set of sets is read where one of them is
            yield node.iter.lineno


@pytest.mark.parametrize("lesson", scripts())
def test_test_data_is_read_once(lesson: str) -> None:
    """At the end, in one place; and only where a page is about that."""
    if lesson in ROTATES:
        return
    lines = sorted({*readings(tree_of(lesson))})
    most = int(lesson in READ_TEST_DATA)
    told = (
        "reads the test data a second time: read it once, at the end"
        if most
        else "reads the test data: choose and compare on validation data"
    )
    fail_with(lesson, [(line, told) for line in lines[most:]])


def measurements(tree: ast.Module) -> Iterator[ast.With | ast.FunctionDef]:
    """Yield the blocks that run something without gradients."""
    for node in ast.walk(tree):
        if isinstance(node, ast.With) and any(
            turns_gradients_off(item.context_expr) for item in node.items
        ):
            yield node
        if isinstance(node, ast.FunctionDef) and any(
            map(turns_gradients_off, node.decorator_list)
        ):
            yield node


def forgotten_eval(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the measurements before which no eval() stands.

    Only where the script builds layers that differ in it. A block calls eval()
    itself, or stands below a call of it on the same level of the same function.
    """
    names = {name_of(node) for node in ast.walk(tree)}
    layers = sorted(filter(LAYERS.fullmatch, names))
    if not layers:
        return
    evals = [call.lineno for call in calls(tree, "eval")]
    for node in measurements(tree):
        used = {name_of(call) for call in calls_in(node)}
        if not used & {"model", "network", "net", "evaluate", "classifier"}:
            continue  # it changes weights, or computes by hand
        inside = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        alone = isinstance(node, ast.FunctionDef)
        if any(
            line in inside or (not alone and line < node.lineno)
            for line in evals
        ):
            continue
        yield (
            node.lineno,
            f"measures a network with {', '.join(layers)} without a call of "
            "eval() before: write model.eval()",
        )


def calls_in(node: ast.AST) -> Iterator[ast.Call]:
    """Yield all calls in a node."""
    return (part for part in ast.walk(node) if isinstance(part, ast.Call))


@pytest.mark.parametrize("lesson", scripts())
def test_what_is_measured_is_in_eval_mode(lesson: str) -> None:
    """Dropout and BatchNorm are told that the training is over."""
    faults = [*forgotten_eval(tree_of(lesson))]
    if lesson not in FORGETS:
        fail_with(lesson, faults)


@pytest.mark.parametrize("lesson", scripts())
def test_script_asks_for_no_file_beside_it(lesson: str) -> None:
    """In a notebook there is no `__file__`; the recorder's folder is empty."""
    faults = [
        (node.lineno, "`__file__` is not there in a notebook: drop it")
        for node in ast.walk(tree_of(lesson))
        if isinstance(node, ast.Name) and node.id == "__file__"
    ]
    fail_with(lesson, faults)


CHOOSES = {"min", "max", "sorted", "argmin", "argmax"}
SCALES = re.compile(r"\w*(?:scaler|mean_and_std|statistics)")


def learned_choices(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield what is chosen by training rows, or scaled by all rows.

    The second only where a function cuts rows by two lists, train and val.
    """
    for node in calls_in(tree):
        key = [one.value for one in node.keywords if one.arg == "key"]
        names = {name_of(x) for one in key for x in ast.walk(one)}
        if name_of(node) in CHOOSES and any(
            name.startswith("train") for name in names
        ):
            yield node.lineno, "chooses by training data: take validation data"
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        cuts = {
            name_of(node.slice)
            for node in ast.walk(function)
            if isinstance(node, ast.Subscript)
        }
        for call in calls_in(function) if cuts & {"train", "val"} else ():
            rows = {name_of(x) for one in call.args for x in ast.walk(one)}
            if SCALES.fullmatch(name_of(call)) and "train" not in rows:
                yield (
                    call.lineno,
                    f"{ast.unparse(call)} sees validation rows: give it the "
                    "training rows, [train]",
                )


@pytest.mark.parametrize("lesson", scripts())
def test_validation_chooses_and_training_scales(lesson: str) -> None:
    """A choice on training rows, or a scale of all rows, flatters quietly."""
    fail_with(lesson, [*learned_choices(tree_of(lesson))])


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("min(answers, key=lambda x: rmse(x[val], y[val]))", 0),
        ("min(answers, key=lambda x: rmse(x[train], y[train]))", 1),
        ("max(trials, key=lambda trial: trial.train_accuracy)", 1),
        ("max(train_losses)", 0),
        ("make_scaler(x[train], y[train]), y[val]", 0),
        ("make_scaler(x, y), y[val]", 1),
        ("make_scaler(x, y)", 0),
    ],
)
def test_learned_choices_are_found(line: str, faults: int) -> None:
    """By the key of a choice, and by what a scaler is given."""
    tree = ast.parse(f"def compare(x, y, train, val):\n    return {line}\n")
    assert len([*learned_choices(tree)]) == faults


CELL = """
import sys
sys.argv = ["ipykernel_launcher.py", *{arguments!r}, "-f", "/x/kernel.json"]
with open({name!r}) as file:
    cell = compile(file.read(), "<cell>", "exec")
exec(cell, {{"__name__": "__main__"}})
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give today's scripts, or all of them, to the test that runs them."""
    if "alone" not in metafunc.fixturenames:
        return
    able = [x for x in scripts() if form.script(x).kind != "program"]
    if not metafunc.config.getoption("--full"):
        able = [
            lesson
            for lesson in able
            if (record_folder(lesson) / "record.json").exists()
            and RECORDS.record(lesson).data["cpu_seconds"] <= QUICK
        ]
        day = datetime.datetime.now(datetime.UTC).toordinal() * A_DAY
        able = (
            [able[(day + n) % len(able)] for n in range(A_DAY)] if able else []
        )
    metafunc.parametrize("alone", able)


def test_script_runs_alone(alone: str, tmp_path: Path) -> None:
    """Copied into an empty folder, pasted into a cell, without a screen."""
    path = script_path(alone)
    (tmp_path / path.name).write_bytes(path.read_bytes())
    lay_files(alone, tmp_path)
    cell = CELL.format(name=path.name, arguments=load_settings(alone).short)
    run = subprocess.run(
        [sys.executable, "-c", cell],
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "Agg", "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        pytest.fail(
            f"examples/{alone}.py, copied alone into an empty folder and run "
            f"as a notebook's cell, ends with {run.returncode}:\n"
            f"{run.stderr[-2000:]}",
            pytrace=False,
        )


GOOD = """
def train_epoch(model, loader):
    model.train()
    for images, labels in loader:
        optimizer.zero_grad()
        total_loss += loss.item() * len(labels)

@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    model(images)

model = nn.Sequential(nn.Dropout(0.5))
test_loader = DataLoader(test_data)
print(len(test_data))
evaluate(model, val_loader)
evaluate(model, test_loader)
"""


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("    model.train()\n", "", "train_epoch() lacks model.train()"),
        ("    optimizer.zero_grad()\n", "", "lacks optimizer.zero_grad()"),
        ("    model.eval()\n", "", "evaluate() lacks model.eval()"),
        ("@torch.no_grad()\n", "", "evaluate() lacks @torch.no_grad()"),
        ("model.eval()", "model.train()", "evaluate() calls train()"),
        (" * len(labels)", "", "weight the batch's loss by its size"),
    ],
)
def test_a_wrong_loop_is_found(old: str, new: str, fault: str) -> None:
    """Each habit that is missing is named."""
    assert not [*faults_of_loops(ast.parse(GOOD))]
    found = [
        told for _, told in faults_of_loops(ast.parse(GOOD.replace(old, new)))
    ]
    assert any(fault in told for told in found), found


def test_readings_of_test_data_are_counted() -> None:
    """What makes and what describes the set is none."""
    assert [*readings(ast.parse(GOOD))] == [17]
    more = "for batch, labels in test_loader:\n    pass\nmodel(test_images)\n"
    assert sorted(readings(ast.parse(GOOD + more))) == [17, 18, 20]


def test_a_forgotten_eval_is_found() -> None:
    """In a function, and before a block of a linear script."""
    assert not [*forgotten_eval(ast.parse(GOOD))]
    lost = GOOD.replace("model.eval()", "pass")
    assert [line for line, _ in forgotten_eval(ast.parse(lost))] == [9]
    block = "with torch.no_grad():\n    logits = model(images)\n"
    linear = f"model = nn.BatchNorm2d(1)\n{block}"
    assert [line for line, _ in forgotten_eval(ast.parse(linear))] == [2]
    below = linear.replace("with", "model.eval()\nwith")
    assert not [*forgotten_eval(ast.parse(below))]
    assert not [*forgotten_eval(ast.parse(block))]  # no layer that differs


@pytest.mark.parametrize(
    ("source", "faults"),
    [
        ("train = D(images[:1157], labels[:1157])", 0),
        ("train = D(images[:1257], labels[:1157])", 1),
        ("val = D(images[1415:], labels[1415:])", 1),
        ("val_images = images[1157:1415]", 0),
        ("parts = slice(1157), slice(1157, 1415), slice(1415, None)", 0),
        ("parts = slice(1257), slice(1157, 1415)", 1),
    ],
)
def test_a_wrong_cut_is_found(source: str, faults: int) -> None:
    """One that overlaps, and one that bears another part's name."""
    assert len([*wrong_cuts(ast.parse(source))]) == faults


def test_swapped_arguments_of_a_metric_are_found() -> None:
    """By the name of the first one."""
    good = "confusion_matrix(labels, predictions)"
    assert not [*swapped_arguments(ast.parse(good))]
    bad = "confusion_matrix(predictions, labels)"
    assert [line for line, _ in swapped_arguments(ast.parse(bad))] == [1]
