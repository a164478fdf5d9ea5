"""The recorder itself: what it collects, compares, and refuses."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

import pytest
import torch
from pytest_examples import EvalExample

from docs._tools.lessons import ROOT, load_record, namespace
from tests.recorder.compare import (
    structure_differences,
    text_differences,
    value_differences,
)
from tests.recorder.record import (
    make_record,
    record_faults,
    run_differences,
    write_record,
)
from tests.recorder.run import Outcome, run_lesson
from tests.recorder.settings import Tolerance, load_settings

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
everyday = ["--epochs", "1"]

[sweeps.seeds]
arguments = []
seeds = [0, 1, 2]

[claims]
"three runs" = "seeds['loss']['n'] == 3"
"""


def project(root: Path, script: str, settings: str = "") -> Path:
    """Make a project whose only lesson is ``basics/tiny``."""
    path = root / "examples/basics/tiny.py"
    path.parent.mkdir(parents=True)
    path.write_text(script)
    if settings:
        path.with_suffix(".toml").write_text(settings)
    return root


def record(evaluate: EvalExample, root: Path) -> None:
    """Record the lesson of a made project."""

    def run(arguments: Sequence[str] = ()) -> Outcome:
        return run_lesson(
            evaluate, "basics/tiny", arguments=arguments, root=root
        )

    write_record(make_record("basics/tiny", run, root), root)


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
    kept = load_record("basics/tiny", root)
    assert kept["values"] == {"result": pytest.approx(0.404, abs=1e-3)}
    assert kept["tensors"]["images"]["shape"] == [2, 3]
    assert kept["seeds"] == [0]
    assert not list(record_faults("basics/tiny", root))


def test_training_script_is_recorded_in_full_and_checked_reduced(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """Sweeps hold mean and spread; the everyday run has its own record."""
    root = project(tmp_path, TRAINING, SETTINGS)
    record(eval_example, root)
    kept = load_record("basics/tiny", root)
    assert kept["values"]["epochs"] == 3
    assert kept["everyday"]["values"]["epochs"] == 1
    losses = namespace(kept)["seeds"]["loss"]
    assert losses["mean"] == pytest.approx(sum(losses["values"]) / 3, rel=1e-4)
    assert losses["std"] > 0
    assert kept["seeds"] == [0, 1, 2]
    again = run_lesson(
        eval_example, "basics/tiny", arguments=["--epochs", "1"], root=root
    )
    assert not list(run_differences("basics/tiny", again, root))


def test_forgotten_seed_is_found_out(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """Every run starts from a random state, so the numbers differ."""
    root = project(tmp_path, CONCEPT.replace("torch.manual_seed(0)\n", ""))
    record(eval_example, root)
    again = run_lesson(eval_example, "basics/tiny", root=root)
    assert any(
        line.startswith("result: recorded")
        for line in run_differences("basics/tiny", again, root)
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("examples/basics/tiny.py", "rand(())", "rand(1)"), "changed after"),
        (("examples/basics/tiny.toml", "1, 2", "1, 3"), "changed after"),
        (("snippets/basics/tiny/output.txt", "loss", "lost"), "was edited"),
        (("snippets/basics/tiny/record.json", '"n": 3', '"n": 4'), "edited"),
    ],
)
def test_stale_and_edited_records_are_faults(
    tmp_path: Path,
    eval_example: EvalExample,
    change: tuple[str, str, str],
    message: str,
) -> None:
    """Each names the file and the command that mends it."""
    root = project(tmp_path, TRAINING, SETTINGS)
    record(eval_example, root)
    name, old, new = change
    text = (root / name).read_text()
    assert old in text
    (root / name).write_text(text.replace(old, new))
    faults = list(record_faults("basics/tiny", root))
    assert message in faults[0]
    assert name.removeprefix("snippets/") in faults[0] or name in faults[0]
    assert "uv run pytest --record basics/tiny" in faults[0]


def test_claim_that_the_numbers_do_not_bear_is_a_fault(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """The message holds the claim in words and as an expression."""
    settings = SETTINGS + '"always right" = "loss > 1"\n'
    root = project(tmp_path, TRAINING, settings)
    record(eval_example, root)
    assert list(record_faults("basics/tiny", root)) == [
        "the claim 'always right' does not hold: loss > 1"
    ]


def test_two_things_of_one_name_are_refused(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """A page that names it could mean either."""
    settings = SETTINGS.replace("sweeps.seeds", "sweeps.loss")
    root = project(tmp_path, TRAINING, settings)
    with pytest.raises(ValueError, match=r"two things are named \['loss'\]"):
        record(eval_example, root)


SERIES = """\
# A training script that can read real data.
def main(argv=None):
    import argparse
    from pathlib import Path

    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device")
    parser.add_argument("--data", type=Path)
    options = parser.parse_args(argv)
    size = len(options.data.read_text()) if options.data else 0
    history = {"loss": [options.seed, 2.0 * options.seed], "size": size}
    return {"history": history, "seed": options.seed}
"""
REAL_SETTINGS = """\
[sweeps.drawn]
arguments = []
seeds = [1, 2, 3]

[sweeps.photos]
arguments = ["--data", "{data}/photos.txt"]
seeds = [0, 1]
"""


def test_sweep_summarises_series_and_real_data_with_their_provenance(
    tmp_path: Path, eval_example: EvalExample, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real results are measured on demand, kept, and held to the script."""
    root = project(tmp_path / "project", SERIES, REAL_SETTINGS)
    monkeypatch.setenv("STUDY_DATA", str(tmp_path))

    def run(arguments: Sequence[str] = ()) -> Outcome:
        return run_lesson(
            eval_example, "basics/tiny", arguments=arguments, root=root
        )

    write_record(make_record("basics/tiny", run, root), root)
    loss = namespace(load_record("basics/tiny", root))["drawn"]["history"][
        "loss"
    ]
    assert (loss["n"], loss["mean"], loss["std"]) == (3, [2, 4], [1, 2])
    assert (loss["low"], loss["high"]) == ([1, 2], [3, 6])
    missing = list(record_faults("basics/tiny", root))
    assert missing == [
        "basics/tiny: photos was never measured on real data: run `uv run "
        "pytest --record basics/tiny --real`"
    ]

    with pytest.raises(FileNotFoundError, match="set STUDY_DATA"):
        make_record("basics/tiny", run, root, real=True)
    (tmp_path / "photos.txt").write_text("12345")
    write_record(make_record("basics/tiny", run, root, real=True), root)
    made = load_record("basics/tiny", root)
    assert made["sweeps"]["photos"]["history"]["size"]["mean"] == 5
    data = made["real"]["photos"]["data"]["photos.txt"]
    assert (data["files"], data["bytes"]) == (1, 5)
    assert not list(record_faults("basics/tiny", root))

    (tmp_path / "photos.txt").unlink()
    write_record(make_record("basics/tiny", run, root), root)
    again = load_record("basics/tiny", root)
    assert (again["real"], again["sweeps"]) == (made["real"], made["sweeps"])
    script = root / "examples/basics/tiny.py"
    script.write_text(script.read_text() + "# changed\n")
    write_record(make_record("basics/tiny", run, root), root)
    (old,) = record_faults("basics/tiny", root)
    assert "photos was measured by an older script" in old


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


def test_every_run_has_one_thread(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """The last digits of a sum depend on the number of threads."""
    script = "import torch\n\n# %% ask\nthreads = torch.get_num_threads()\n"
    root = project(tmp_path, script)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        outcome = run_lesson(eval_example, "basics/tiny", root=root)
    finally:
        torch.set_num_threads(before)
    assert outcome.values["threads"] == 1


def test_numbers_do_not_depend_on_what_ran_before(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """A training gives the same digits first and after a meddling script."""
    reduced = load_settings("workflow/nine_steps").everyday

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
    run_lesson(
        eval_example, "basics/tiny", root=project(tmp_path / "it", meddling)
    )
    second = train()
    assert (first.output, first.values) == (second.output, second.values)


TOLERANCE = Tolerance(rtol=0.01, atol=0.01, unchecked=("mistakes",))


@pytest.mark.parametrize(
    ("was", "now", "count"),
    [
        ("loss 0.512  acc 95.0%", "loss 0.515 acc 95.9%", 0),
        ("loss 0.512", "loss 0.612", 1),
        ("acc 95.0%", "acc 97.5%", 1),
        ("epoch 1", "epoch 2", 1),
        ("epoch 1", "Epoch 1", 1),
        ("a\nb", "a", 1),
        ("loss nan", "loss 0.5", 1),
        ("tensor([1., 2.])", "tensor([1., 2.])", 0),
        ("tensor([1., 2.])", "tensor([1., 3.])", 1),
        ("shape (64, 1)", "shape (32, 1)", 1),
    ],
)
def test_printed_numbers_have_a_tolerance_and_text_has_none(
    was: str, now: str, count: int
) -> None:
    """Whole numbers are exact; a percentage's tolerance is in points."""
    assert len(list(text_differences(was, now, TOLERANCE))) == count


@pytest.mark.parametrize(
    ("was", "now", "message"),
    [
        ({"a": 1.0}, {"a": 1.015}, None),
        ({"a": 1.0}, {"a": 1.03}, "a: recorded 1.0, now 1.03"),
        ({"a": 3}, {"a": 4}, "a: recorded 3, now 4"),
        ({"a": True}, {"a": False}, "a: recorded True, now False"),
        ({"a": [1, 2]}, {"a": [1]}, "no longer there: a.1"),
        ({"a": {"b": 1}}, {"a": {"c": 1}}, "no longer there: a.b"),
        ({"mistakes": [1]}, {"mistakes": [2, 3]}, None),
        ({"mistakes": [1]}, {}, "no longer there: mistakes"),
        ({"t_seconds": 1.0}, {"t_seconds": 9.0}, None),
        ({"t_seconds": 1.0}, {}, "no longer there: t_seconds"),
    ],
)
def test_values_are_compared_by_key(
    was: dict[str, object], now: dict[str, object], message: str | None
) -> None:
    """What was measured, or drifts by nature, need only be there."""
    differences = list(value_differences(was, now, TOLERANCE))
    assert (message is None) == (not differences)
    if message:
        assert message in differences[0]


def test_on_an_accelerator_only_the_names_count() -> None:
    """Digits differ there, and the length of a history may."""
    was = {"loss": 0.5, "history": {"loss": [1.0, 0.5]}}
    assert not list(
        structure_differences(was, {"loss": 9, "history": {"loss": [1.0]}})
    )
    assert list(structure_differences(was, {"loss": 0.5, "history": {}}))


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
    assert f"tiny.py:{line + 1}: IndexError" in run.stdout, run.stdout
    assert "INTERNALERROR" not in run.stdout


def test_record_is_ascii_and_ends_lines_alike(
    tmp_path: Path, eval_example: EvalExample
) -> None:
    """A record is read on every system."""
    root = project(tmp_path, CONCEPT)
    record(eval_example, root)
    written = (root / "snippets/basics/tiny/record.json").read_bytes()
    assert written.isascii()
    assert b"\r" not in written
    assert json.loads(written)["lesson"] == "basics/tiny"
