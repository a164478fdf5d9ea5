"""The recorder itself: what it runs, keeps, compares, and refuses."""

import ast
import dataclasses
import io
import json
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import torch
from pytest_examples import EvalExample

from docs._tools.lessons import ROOT
from docs._tools.records import Record
from tests.recorder import claims, compare, numerics, runs
from tests.recorder import record as recording
from tests.recorder.guards import constant_metrics
from tests.recorder.run import Heard, Outcome, Silence, run_lesson
from tests.recorder.settings import load_settings

LESSON = "basics/tiny"
CONCEPT = '''\
"""A concept script."""

import torch

# %% setup
torch.manual_seed(0)
images = torch.rand(2, 3)
print(images.shape)


def mean(numbers):
    print("inside")
    return numbers.mean().item()


# %% result
result = mean(images)
print(f"mean {result:.3f}")
'''
TRAINING = '''\
"""A training script."""

import argparse

import torch


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--epochs", type=int, default=3)
    options = parser.parse_args(argv)
    torch.manual_seed(options.seed)
    loss = torch.rand(()).item()
    print(f"loss {loss:.3f} after {options.epochs} epochs")
    return {"seed": options.seed, "epochs": options.epochs, "loss": loss}


if __name__ == "__main__":
    main()
'''
SETTINGS = """\
short = ["--epochs", "1"]

[sweeps.seeds]
arguments = []
seeds = [0, 1, 2]
"""
CLAIMS = """\
from tests.recorder.claims import Results, claim, less


@claim(en="The loss stays below one", ja="損失は1を下回る")
def loss_below_one(r: Results) -> object:
    return less(r.seeds.loss.max, LIMIT)
"""


def project(root: Path, script: str, settings: str = "") -> Path:
    """Make a project whose only lesson is ``basics/tiny``."""
    path = root / "examples/basics/tiny.py"
    path.parent.mkdir(parents=True)
    path.write_text(script)
    if settings:
        path.with_suffix(".toml").write_text(settings)
    return root


def run_missing(
    evaluate: EvalExample, root: Path, *, real: bool = False
) -> int:
    """Make the runs that a record lacks, all in this process; count them."""
    count = 0
    while missing := recording.Recording(LESSON, root).missing(real=real):
        for run in missing:
            outcome = run_lesson(
                evaluate, LESSON, arguments=run.full_arguments, root=root
            )
            runs.keep(run, outcome, root)
        count += len(missing)
    return count


def record(evaluate: EvalExample, root: Path, *, real: bool = False) -> int:
    """Record the lesson of a made project; return how many runs it took."""
    count = run_missing(evaluate, root, real=real)
    recording.Recording(LESSON, root).write()
    return count


def written(root: Path) -> dict[str, Any]:
    """Return the record as it stands in its file."""
    return recording.recorded(LESSON, root)


def faults(root: Path) -> list[str]:
    """Return what is wrong with the record."""
    return list(recording.record_faults(LESSON, root))


def change(path: Path, old: str, new: str) -> None:
    """Replace a text that a file holds."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_concept_script_leaves_output_by_cell_values_and_tensors(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """Also what a function prints belongs to the cell that called it."""
    root = project(tmp_path, CONCEPT)
    record(eval_example, root)
    output = (root / "snippets/basics/tiny/output.txt").read_text()
    assert output == (
        "# %% setup\ntorch.Size([2, 3])\n\n# %% result\ninside\nmean 0.404\n"
    )
    kept = written(root)
    assert kept["main"]["values"] == {"result": pytest.approx(0.404, abs=1e-3)}
    assert kept["main"]["tensors"]["images"]["shape"] == [2, 3]
    assert kept["seeds"] == [0]
    assert [*kept["variants"]] == runs.VARIANTS
    assert not faults(root)


def test_sweep_keeps_every_run_and_is_summarised_when_read(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """Nothing that follows from the runs is stored."""
    root = project(tmp_path, TRAINING, SETTINGS)
    assert record(eval_example, root) == 1 + len(runs.VARIANTS) + 3
    kept = written(root)
    losses = [run["loss"] for run in kept["sweeps"]["seeds"]["runs"]]
    loss = Record(kept).tree["seeds"]["loss"]
    assert loss["mean"] == pytest.approx(sum(losses) / 3, rel=1e-4)
    assert loss["std"] > 0
    assert kept["seeds"] == [0, 1, 2]


@pytest.mark.parametrize(
    ("name", "old", "new", "count"),
    [
        ("examples/basics/tiny.py", "import argparse", "import argparse  #", 0),
        ("examples/basics/tiny.py", "A training", "A trainings", 0),
        ("examples/basics/tiny.toml", "0, 1, 2", "0, 1, 2, 3", 1),
        ("examples/basics/tiny.py", "{loss:.3f}", "{loss:.2f}", 6),
        ("examples/basics/tiny.py", "torch.rand", "2 * torch.rand", 9),
    ],
)
def test_only_what_changed_runs_again(
    tmp_path: Path,
    eval_example: EvalExample,
    name: str,
    old: str,
    new: str,
    count: int,
) -> None:
    """A comment costs nothing, a seed its run, a print the shown run."""
    root = project(tmp_path, TRAINING, SETTINGS)
    record(eval_example, root)
    shutil.rmtree(root / ".cache")
    change(root / name, old, new)
    assert record(eval_example, root) == count
    assert not faults(root)


COUNTED = """
import sys


def learn(epochs):
    for epoch in range(epochs):
        train()
        print(f"epoch {epoch}", end="\\r", file=sys.stderr, flush=True)
"""


def test_a_count_on_stderr_is_no_part_of_a_sweeps_key() -> None:
    """It computes nothing; only the shown run tells how long it is silent."""
    plain = """
def learn(epochs):
    for _ in range(epochs):
        train()
"""
    used = COUNTED.replace("train()", "train(epoch)")
    for printed, source, same in (
        (False, COUNTED, True),
        (False, used, False),
        (True, COUNTED, False),
    ):
        pair = [runs._computed(x, printed=printed) for x in (source, plain)]
        assert (pair[0] == pair[1]) is same, source


def test_a_line_on_either_stream_ends_a_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A terminal shows what is written up to the end of its last line."""
    clock = [0.0]
    monkeypatch.setattr("tests.recorder.run.cpu_seconds", lambda: clock[0])
    silence, written = Silence(), io.StringIO()
    stream = Heard(written, silence)
    for now, text in (3, "epoch 1\r"), (6, "no end"), (8.5, "\n"), (9, "x\n"):
        clock[0] = now
        stream.write(text)
    assert silence.longest == 5.5
    assert written.getvalue() == "epoch 1\rno end\nx\n"


BUSY = """
import sys
import time


def compute(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


compute(0.2)
print("half", end="\\r", file=sys.stderr, flush=True)
compute(0.4)
"""


def test_a_record_says_how_long_its_run_is_silent(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """Of the processor's seconds, up to the end of the run."""
    root = project(tmp_path, BUSY)
    record(eval_example, root)
    kept = written(root)
    assert 0.3 < kept["silent_seconds"] < kept["cpu_seconds"] - 0.1
    assert not faults(root)


def test_interrupted_recording_goes_on(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """What was run is kept, and asked for no more."""
    root = project(tmp_path, TRAINING, SETTINGS)
    first, *rest = recording.Recording(LESSON, root).missing()
    outcome = run_lesson(eval_example, LESSON, root=root)
    runs.keep(first, outcome, root)
    again = recording.Recording(LESSON, root).missing()
    assert first not in again
    assert {*rest} < {*again}
    with pytest.raises(recording.NotRunError, match="basics/tiny"):
        recording.Recording(LESSON, root).write()


def test_forgotten_seed_is_found_out(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """Every run starts from a random state, so the numbers differ."""
    root = project(tmp_path, CONCEPT.replace("torch.manual_seed(0)\n", ""))
    record(eval_example, root)
    again = run_lesson(eval_example, LESSON, root=root)
    main = written(root)["main"]
    assert list(compare.differences(main["values"], again.values))


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("examples/basics/tiny.py", "rand(())", "rand(1)", "was not run as"),
        ("examples/basics/tiny.toml", "1, 2", "1, 3", "was not run as"),
        ("snippets/basics/tiny/output.txt", "loss", "lost", "was edited"),
        ("snippets/basics/tiny/record.json", '"cpu', '"gpu', "was edited"),
        (
            "snippets/basics/tiny/record.json",
            '"loss": 0',
            '"loss": 1',
            "edited",
        ),
    ],
)
def test_stale_and_edited_records_are_faults(
    tmp_path: Path,
    eval_example: EvalExample,
    name: str,
    old: str,
    new: str,
    message: str,
) -> None:
    """Each names the file or the sweep, and the command that mends it."""
    root = project(tmp_path, TRAINING, SETTINGS)
    record(eval_example, root)
    change(root / name, old, new)
    told = faults(root)
    assert any(message in fault for fault in told), told
    assert any("uv run pytest --record basics/tiny" in one for one in told)


@pytest.mark.parametrize(
    ("name", "old", "new", "error"),
    [
        ("output.txt", "loss", "lost", recording.NotRunError),
        ("record.json", '"loss": 0', '"loss": 1', ValueError),
    ],
)
def test_a_recording_signs_nothing_that_no_run_left(
    tmp_path: Path,
    eval_example: EvalExample,
    name: str,
    old: str,
    new: str,
    error: type[Exception],
) -> None:
    """An edited file is run anew; of an edited record nothing is taken."""
    root = project(tmp_path, TRAINING, SETTINGS)
    record(eval_example, root)
    change(root / f"snippets/{LESSON}/{name}", old, new)
    shutil.rmtree(root / ".cache", ignore_errors=True)
    with pytest.raises(error, match=r"as it is now|edited"):
        recording.Recording(LESSON, root).write()


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("0.1", "does not hold under pinned numerics: 0.9 ≤ 0.1"),
        ("0.91", "below twice the noise"),
        ("2.0", ""),
    ],
)
def test_claim_must_hold_with_a_margin(
    tmp_path: Path, eval_example: EvalExample, limit: str, message: str
) -> None:
    """A margin below twice the noise over seeds is none."""
    root = project(tmp_path, TRAINING, SETTINGS)
    path = root / "tests/claims/basics/tiny.py"
    path.parent.mkdir(parents=True)
    path.write_text(CLAIMS.replace("LIMIT", limit))
    record(eval_example, root)
    kept = written(root)
    for at, run in enumerate(kept["sweeps"]["seeds"]["runs"]):
        run["loss"] = [0.5, 0.7, 0.9][at]
    tree = Record(kept).tree
    told = list(claims.claim_faults(LESSON, tree, {}, root))
    assert message in "".join(told)
    assert bool(told) == bool(message)


def test_claim_that_other_numerics_turn_is_refused(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """The message says under which."""
    root = project(tmp_path, TRAINING, SETTINGS)
    path = root / "tests/claims/basics/tiny.py"
    path.parent.mkdir(parents=True)
    path.write_text(CLAIMS.replace("r.seeds.loss.max, LIMIT", "r.loss, 0.9"))
    record(eval_example, root)
    kept = written(root)
    kept["variants"]["sse4"]["values"]["loss"] = 0.95
    tree = Record(kept).tree
    others = recording.variant_trees(kept)
    told = "".join(claims.claim_faults(LESSON, tree, others, root))
    assert "loss-below-one: does not hold under sse4: 0.95 ≤ 0.9" in told


def test_two_things_of_one_name_are_refused(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """A page that names it could mean either."""
    settings = SETTINGS.replace("sweeps.seeds", "sweeps.loss")
    root = project(tmp_path, TRAINING, settings)
    with pytest.raises(ValueError, match=r"two things are named \['loss'\]"):
        record(eval_example, root)


REAL = """\
[sweeps.photos]
arguments = ["--epochs", "{data}/photos.txt"]
seeds = [0, 1]
"""


def test_real_data_are_measured_on_demand_and_kept(
    tmp_path: Path, eval_example: EvalExample, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without them the old results stay, and a comment makes none stale."""
    script = TRAINING.replace(
        "type=int, default=3", "type=lambda t: len(open(t).read()), default=3"
    )
    root = project(tmp_path / "project", script, REAL)
    monkeypatch.setenv("STUDY_DATA", str(tmp_path))
    record(eval_example, root)
    assert "photos was not measured so" in faults(root)[0]
    assert "--record basics/tiny --real" in faults(root)[0]
    (tmp_path / "photos.txt").write_text("12345")
    assert record(eval_example, root, real=True) == 2
    photos = written(root)["real"]["photos"]
    assert photos["runs"][0]["epochs"] == 5
    assert photos["data"]["photos.txt"]["bytes"] == 5
    (tmp_path / "photos.txt").unlink()
    shutil.rmtree(root / ".cache")
    change(root / "examples/basics/tiny.py", "import torch", "import torch  #")
    assert record(eval_example, root) == 0
    assert written(root)["real"] == {"photos": photos}
    assert not faults(root)


def test_run_leaves_the_process_as_it_was(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """Folder, arguments, generator, type and threads are put back."""
    meddling = """\
    import os, sys
    import torch
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(2)
    torch.set_grad_enabled(False)
    torch.hub.set_dir("weights")
    torch.manual_seed(1)
    os.environ["MEDDLED"] = "yes"
    sys.argv.append("x")
    open("left", "w").close()
    """
    root = project(tmp_path / "project", dedent(meddling))

    def state() -> tuple[object, ...]:
        return (
            Path.cwd(),
            list(sys.argv),
            sys.modules["__main__"],
            torch.get_default_dtype(),
            torch.get_num_threads(),
            torch.is_grad_enabled(),
            torch.hub.get_dir(),
            torch.get_rng_state().tolist(),
        )

    before = state()
    run_lesson(eval_example, "basics/tiny", root=root)
    assert state() == before
    assert not Path("left").exists()


def test_interrupted_script_ends_the_run(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """Its outcome is not kept as if it were whole."""
    root = project(tmp_path, "print(1)\nraise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        run_lesson(eval_example, LESSON, root=root)


def test_numbers_do_not_depend_on_what_ran_before(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """A training gives the same digits first and after a meddling script."""
    reduced = load_settings("workflow/nine_steps").short

    def train() -> Outcome:
        return run_lesson(
            eval_example, "workflow/nine_steps", arguments=reduced
        )

    first = train()
    meddling = (
        "import torch\n\ntorch.manual_seed(9)\n"
        "torch.set_default_dtype(torch.float64)\n"
        "torch.backends.mkldnn.enabled = False\n"
    )
    run_lesson(eval_example, LESSON, root=project(tmp_path / "it", meddling))
    second = train()
    assert (first.output, first.values) == (second.output, second.values)


@pytest.mark.parametrize("name", [*numerics.NUMERICS])
def test_numerics_are_a_whole_environment(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another choice had set is gone; the pins hold unless changed."""
    monkeypatch.setenv("STUDY_NO_ONEDNN", "1")
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "AVX512_CORE")
    chosen = numerics.environment(name)
    wanted = {**numerics.PINS, **numerics.NUMERICS[name]}
    for variable, value in wanted.items():
        assert chosen.get(variable, "") == value
    assert ("STUDY_NO_ONEDNN" in chosen) == (name == "no-onednn")
    assert "PATH" in chosen


@pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64"),
    reason="the pins name code of x86 processors",
)
def test_every_library_of_linear_algebra_obeys_the_pins() -> None:
    """An OpenBLAS that chooses by processor gives another solver's digits."""
    code = (
        "import json, scipy.linalg, threadpoolctl, torch\n"
        "print(json.dumps(threadpoolctl.threadpool_info()))"
    )
    told = subprocess.check_output(
        [sys.executable, "-c", code], env=numerics.environment("pinned")
    )
    free = [
        f"{library['filepath']}: {library['architecture']} code"
        for library in json.loads(told)
        if library["internal_api"] == "openblas"
        and library["architecture"] != "Haswell"
    ]
    assert not free, (
        f"not bound by pins in tests/recorder/numerics.toml: {free}"
    )


def test_unknown_numerics_end_with_their_names(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A typing error must not run under the pins in silence."""
    with pytest.raises(SystemExit):
        numerics.chosen(["--numerics", "avx9"])
    assert "'avx9' (choose from" in capsys.readouterr().err


def test_other_masks_change_what_dropout_draws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As without MKL; the expected value stays."""
    ones = torch.ones(20_000)

    def masked() -> torch.Tensor:
        torch.manual_seed(0)
        with numerics.emulated():
            return torch.nn.functional.dropout(ones, 0.25)

    usual = masked()
    monkeypatch.setenv("STUDY_OTHER_MASKS", "1")
    other = masked()
    assert not torch.equal(usual, other)
    assert other.mean().item() == pytest.approx(1, abs=0.02)


def test_exact_comparison_lets_nothing_pass() -> None:
    """Text, digits, kinds, names."""
    was = {"a": 0.5, "b": [1, 2], "t_seconds": 1.0}
    now = {"a": 0.500001, "b": [1, 2, 3], "t_seconds": 9.0}
    told = [*compare.line_differences("x 1\ny", "x 2\ny")]
    told += compare.differences(was, now)
    assert told == [
        "line 1: recorded 'x 1', now 'x 2'",
        "a: recorded 0.5, now 0.500001",
        "b: recorded [1, 2], now [1, 2, 3]",
    ]


MOVED = {"sse4": {"values": {"loss": 0.6, "curve/1": 0.4}, "lines": {"2": "x"}}}


@pytest.mark.parametrize(
    ("now", "count"),
    [
        ({"loss": 0.9, "curve": [1.0, 0.9], "sum": 0.25}, 0),
        ({"loss": 0.9, "curve": [0.2, 0.9], "sum": 0.2500001}, 0),
        ({"loss": 0.5, "curve": [1.0, 0.5], "sum": 0.26}, 1),
        ({"loss": float("nan"), "curve": [1.0, 0.5], "sum": 0.25}, 1),
        ({"loss": 0.5, "curve": [1.0, 0.5]}, 1),
        ({"loss": "0.5", "curve": [1.0, 0.5], "sum": 0.25}, 1),
    ],
)
def test_under_another_fingerprint_arithmetic_must_hold(
    now: dict[str, Any], count: int
) -> None:
    """What the recorded variants moved is free, but for kind and finiteness."""
    was = {"loss": 0.5, "curve": [1.0, 0.5], "sum": 0.25}
    agree = compare.near(was, MOVED, same_torch=True)
    told = list(compare.differences(was, now, agree))
    assert len(told) == count, told


@pytest.mark.parametrize(
    ("now", "count"),
    [
        ("loss 0.512\nanything 7", 0),
        ("loss 0.513\nanything", 0),
        ("loss 0.514\nanything", 1),
        ("lost 0.512\nanything", 1),
    ],
)
def test_lines_that_no_variant_moved_keep_words_and_digits(
    now: str, count: int
) -> None:
    """The last printed digit may be rounded otherwise."""
    was, agree = "loss 0.512\nmoved 1", compare.near_lines(MOVED)
    told = list(compare.line_differences(was, now, agree))
    assert len(told) == count, told


def test_means_over_seeds_agree_within_four_standard_errors() -> None:
    """The spread of the seeds is the measure, and no number chosen by hand."""
    was = [{"a": 0.90}, {"a": 0.92}, {"a": 0.94}]
    near = [{"a": 0.93}, {"a": 0.95}, {"a": 0.97}]
    far = [{"a": 0.70}, {"a": 0.72}, {"a": 0.74}]
    assert not list(compare.mean_differences(was, near))
    assert "mean recorded 0.92, now 0.72" in next(
        compare.mean_differences(was, far)
    )


def test_a_mean_and_std_of_pixels_are_no_spread_over_seeds() -> None:
    """A lesson may return numbers of these names; they have no n."""
    runs = [{"pixels": {"mean": 0.13, "std": 0.31}}] * 2
    assert not list(compare.mean_differences(runs, runs))


def test_short_run_keeps_names_kinds_and_finiteness() -> None:
    """The length of a history may differ."""
    was = {"loss": 0.5, "history": {"loss": [1.0, 0.5]}}
    same = {"loss": 9.0, "history": {"loss": [1.0]}}
    assert not list(compare.differences(was, same, compare.alike))
    for other in (
        {"loss": 0.5, "history": {}},
        {"loss": "0.5", "history": {"loss": [1.0]}},
        {"loss": float("inf"), "history": {"loss": [1.0]}},
    ):
        assert list(compare.differences(was, other, compare.alike))


TRAIN = """\
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

# %% train
torch.manual_seed(0)
inputs, labels = torch.rand(200, 4), torch.arange(200) % 2
train_data = TensorDataset(inputs[:120], labels[:120])
val_data = TensorDataset(inputs[120:], labels[120:])
loader = DataLoader(train_data, 16, shuffle=True)
val_loader = DataLoader(val_data, 40)
model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def evaluate(model, loader):
    with torch.no_grad():
        return sum(model(batch).sum() for batch, _ in loader)


for _ in range(2):
    for batch, targets in loader:
        loss = nn.functional.cross_entropy(model(batch), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    evaluate(model, val_loader)
"""


@pytest.mark.parametrize(
    ("old", "new", "guard"),
    [
        ("optimizer.step()", "optimizer.step() ", None),
        ("inputs[:120], labels[:120]", "inputs[:140], labels[:140]", "leak"),
        ("DataLoader(val_data", "DataLoader(train_data", "leak"),
        ("    evaluate(model, val_loader)", "    model(inputs[60:])", "mixed"),
        ("shuffle=True", "shuffle=False", "order"),
        (
            "model(batch), targets",
            "model(batch).softmax(1), targets",
            "softmax_before_cross_entropy",
        ),
    ],
)
def test_guard_fires_and_says_what_to_do(
    tmp_path: Path,
    eval_example: EvalExample,
    old: str,
    new: str,
    guard: str | None,
) -> None:
    """Each planted fault changes no error message of torch's."""
    root = project(tmp_path, TRAIN.replace(old, new))
    outcome = run_lesson(eval_example, LESSON, root=root)
    assert [*outcome.faults] == ([guard] if guard else [])
    assert all(":" in message for message in outcome.faults.values())


SPLIT = """\"\"\"Part what is not learned.\"\"\"
import pathlib

from torch.utils.data import DataLoader, Dataset, Subset


class Files(Dataset):
    def __init__(self, files, size):
        self.files, self.size = files, size

    def __len__(self):
        return len(self.files)

    def __getitem__(self, number):
        return self.size


# %% part
files = [pathlib.Path(f"{number}.png") for number in range(9)]
small, large = Files(files, 8), Files(files, 16)
train_set, val_set = Subset(small, range(6)), Subset(large, range(6, 9))


def count():
    train = DataLoader(Files(files[:6], 8))
    test = DataLoader(Files(files[6:], 8))
    return sum(len(batch) for batch in test), len(train)


counts = count()
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("6, 9)", "6, 8)", ""),
        ("range(6, 9)", "range(5, 9)", "'train_set' and 'val_set' share 1 "),
        ("Subset(large, range(6, 9))", "large", "share 6 samples"),
        ("files[6:]", "files[4:]", "'train' and 'test' share 2 samples"),
    ],
)
def test_parts_that_share_samples_are_found(
    tmp_path: Path, eval_example: EvalExample, old: str, new: str, told: str
) -> None:
    """Of a script that trains nothing; of a function, when it reads one."""
    root = project(tmp_path, SPLIT.replace(old, new))
    outcome = run_lesson(eval_example, LESSON, root=root)
    assert bool(outcome.faults) == bool(told)
    assert told in outcome.faults.get("leak", "")


def test_metric_that_no_seed_moves_is_a_constant() -> None:
    """A whole number and a setting may be equal in all runs."""
    same = {"val_accuracy": 0.512, "epochs": 3, "rate": 0.1, "best_loss": 1.0}
    rows = [{**same, "test_loss": 0.1 * seed} for seed in range(3)]
    assert constant_metrics(rows) == ["val_accuracy"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("everyday = []", r"tiny.toml: .*argument 'everyday'"),
        ('arguments = "demo"', "arguments is a list of str: 'demo'"),
        ("[sweeps.a]\nseed = [1]", r"Sweep.* argument 'seed'"),
        ("[sweeps.a]\nseeds = []", "seeds is a list of int"),
        ('[exempt]\nleaks = "why"', r"\[exempt\]: unknown \['leaks'\]"),
    ],
)
def test_nonsense_in_a_sidecar_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    """A mistyped key would otherwise be passed over in silence."""
    root = project(tmp_path, CONCEPT, text)
    with pytest.raises(ValueError, match=message):
        load_settings(LESSON, root)


def test_failing_example_is_an_ordinary_failure_at_its_own_line(
    tmp_path: Path,
) -> None:
    """A failure in a script neither kills pytest nor hides where it was.

    ``failing_example.py`` raises on purpose, in a function, on a marked line.
    """
    shutil.copy(Path(__file__).parent / "failing_example.py", tmp_path)
    script = (tmp_path / "failing_example.py").read_text()
    project(tmp_path, script)
    (tmp_path / "test_it.py").write_text(
        dedent(f"""\
        from pathlib import Path

        from tests.recorder.run import run_lesson


        def test_it(eval_example):
            run_lesson(
                eval_example, "basics/tiny", root=Path({str(tmp_path)!r})
            )


        def test_next():
            pass
        """)
    )
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider"),
            *("-n", "0"),
            *("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT)),
            *("--noconftest", str(tmp_path / "test_it.py")),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    line = script.splitlines().index(
        "    return numbers[10]  # fails: three numbers"
    )
    assert "1 failed, 1 passed" in run.stdout, run.stdout + run.stderr
    assert f"tiny.py:{line + 1}: in eleventh" in run.stdout, run.stdout
    assert "INTERNALERROR" not in run.stdout


def test_record_is_ascii_and_holds_a_row_of_numbers_in_a_line(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """A record is read on every system, and its diff by people."""
    root = project(tmp_path, CONCEPT + "rows = [[1, 2], [3, 4]]\n")
    record(eval_example, root)
    text = (root / "snippets/basics/tiny/record.json").read_bytes()
    assert text.isascii()
    assert b"\r" not in text
    assert b"[1, 2]" in text
    assert json.loads(text)["lesson"] == LESSON


def test_outcome_can_be_kept_as_json() -> None:
    """What a run leaves is read back as it was."""
    outcome = Outcome("x\n", {"a": [1, 2.5]}, {}, [0], 0.1, 0.1, 0.1)
    assert json.loads(json.dumps(dataclasses.asdict(outcome))) == (
        dataclasses.asdict(outcome)
    )


SAVING = """
from pathlib import Path

print(Path("seen.txt").read_text())
Path("made.bin").write_bytes(bytes(range(256)))
"""


def test_a_record_keeps_and_a_run_finds_files(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """What a script saves lies beside its record, what it loads beside it."""
    seen = tmp_path / "snippets/basics/other/seen.txt"
    seen.parent.mkdir(parents=True)
    seen.write_text("before")
    sidecar = 'saves = ["made.bin"]\nloads = ["basics/other/seen.txt"]\n'
    root = project(tmp_path, SAVING, sidecar)
    assert record(eval_example, root) >= 1
    made = root / "snippets/basics/tiny/made.bin"
    assert made.read_bytes() == bytes(range(256))
    assert not faults(root)
    assert not recording.Recording(LESSON, root).write()
    made.unlink()
    assert any("made.bin was edited, added or" in one for one in faults(root))
    assert recording.Recording(LESSON, root).write()
    assert made.read_bytes() == bytes(range(256))
    seen.write_text("after")
    (fault,) = faults(root)
    assert "was not run as it is now" in fault
    assert record(eval_example, root) >= 1
    assert "after" in (made.parent / "output.txt").read_text()
    made.write_bytes(b"other")
    assert any("made.bin was edited" in fault for fault in faults(root))
    seen.unlink()
    with pytest.raises(FileNotFoundError, match=r"tiny\.toml: no .*seen\.txt"):
        record(eval_example, root)


def test_the_key_of_a_run_is_the_same_under_each_python() -> None:
    """A syntax tree is the text that Python 3.11 writes, whichever runs."""
    tree = ast.parse("def f():\n    return g()\n")
    assert runs._dumped(tree) == (
        "Module(body=[FunctionDef(name='f', args=arguments(posonlyargs=[],"
        " args=[], kwonlyargs=[], kw_defaults=[], defaults=[]),"
        " body=[Return(value=Call(func=Name(id='g', ctx=Load()), args=[],"
        " keywords=[]))], decorator_list=[])], type_ignores=[])"
    ), "give this form to tests/recorder/runs.py, _dumped; else every key moves"
