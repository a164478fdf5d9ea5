"""Pytest options that run, record and compare lessons.

``pytest --record`` is to lessons what ``--snapshot-update`` is to snapshots:
it makes the runs that are missing, in child processes of the numerics they
ask for, and writes snippets/ from them. What was run is kept, so a recording
that was interrupted goes on.
"""

import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from docs._tools.lessons import ROOT, scripts
from tests.recorder import numerics

if TYPE_CHECKING:
    from tests.recorder.runs import Run


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the recorder."""
    group = parser.getgroup("lessons")
    group.addoption(
        "--record",
        nargs="?",
        const="all",
        metavar="LESSON",
        help="run what is missing of one lesson (basics/tensors), one section "
        "(basics) or, without a name, all lessons, and write snippets/",
    )
    group.addoption(
        "--real",
        action="store_true",
        help="with --record, measure the results on real data too; they are "
        "in the folder STUDY_DATA, else in shared/data beside the checkout",
    )
    group.addoption(
        "--full",
        action="store_true",
        help="repeat every recorded run in full, each seed of each sweep",
    )
    group.addoption(
        "--numerics",
        choices=numerics.NUMERICS,
        help="how torch computes: pinned, as recorded, unless given",
    )
    group.addoption("--plan", help="file of the runs to make (internal)")


TOLD: dict[str, str] = {}


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Note on what the digits of this run depend, where torch is loaded.

    A process that only hands out tests would load it for this line alone.
    """
    if "torch" in sys.modules:
        facts = numerics.fingerprint().items()
        line = ", ".join(f"{name} {value}" for name, value in facts)
        getattr(session.config, "workeroutput", TOLD)["fingerprint"] = line


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the line over from a process that ran tests."""
    TOLD.update(getattr(node, "workeroutput", {}))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say it."""
    if line := TOLD.get("fingerprint"):
        terminalreporter.write_line(f"fingerprint: {line}")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Record instead of testing, where that is asked for."""
    name = config.getoption("--record")
    if name is None:
        return None
    if config.args_source is config.ArgsSource.ARGS:
        raise pytest.UsageError(
            "--record takes one lesson or one section, or no name for all; "
            f"what else is {' '.join(config.args)}?"
        )
    chosen = [
        lesson
        for lesson in scripts()
        if name in ("all", lesson) or lesson.startswith(f"{name}/")
    ]
    if not chosen and name != "pages":
        raise pytest.UsageError(
            f"--record: no lesson {name!r}; there is: {', '.join(scripts())}"
        )
    return record_all(chosen, real=bool(config.getoption("--real")))


def record_all(chosen: list[str], *, real: bool) -> int:
    """Make the missing runs, write the records; return an exit status.

    A main run tells by its cost whether it is repeated under other numerics,
    so missing runs are asked for twice.
    """
    from tests.recorder.record import Recording

    failed = 0
    for _ in range(2):
        missing = [
            run
            for lesson in chosen
            for run in Recording(lesson).missing(real=real)
        ]
        for name in numerics.NUMERICS:
            if part := [run for run in missing if run.numerics == name]:
                failed += make_runs(part, name)
        if failed:
            break
    return max(write_all(chosen), failed)


def make_runs(part: list["Run"], name: str) -> int:
    """Make runs in a child of their numerics; return its exit status."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "plan")
        path.write_bytes(pickle.dumps(part))
        # Two threads in each of two processes are far slower than in one.
        both = any("--threads" in run.arguments for run in part)
        processes = "1" if both or name == "two-threads" else "2"
        command = [
            *(sys.executable, "-m", "pytest", "-q", "-n", processes),
            *("-o", "timeout=0", "-p", "no:cacheprovider"),
            *("--numerics", name, "--plan", str(path)),
            "tests/test_examples.py::test_planned",
        ]
        print(f"{len(part)} runs under {name} numerics", flush=True)
        there = numerics.environment(name)
        return subprocess.run(command, cwd=ROOT, env=there).returncode


def write_all(chosen: list[str]) -> int:
    """Write the records whose runs are there; tell what readers see change."""
    from tests.page_snapshot import write_page_snapshots
    from tests.recorder.record import NotRunError, Recording, record_faults
    from tests.recorder.shown import changes_of_pages, shown_values

    before = shown_values()
    failed = 0
    for lesson in chosen:
        try:
            changed = Recording(lesson).write()
        except (NotRunError, ValueError, FileNotFoundError) as error:
            print(f"{lesson}: not recorded: {error}")
            failed = 1
            continue
        print(f"{lesson}: {'written' if changed else 'unchanged'}")
        for fault in record_faults(lesson):
            print(f"  {fault}")
            failed = 1
    for line in changes_of_pages(before, shown_values()):
        print(line)
    write_page_snapshots(chosen if chosen != scripts() else ())
    return failed


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each planned run to ``test_planned``."""
    if "run" in metafunc.fixturenames:
        plan = Path(metafunc.config.getoption("--plan"))
        planned = pickle.loads(plan.read_bytes())
        metafunc.parametrize("run", planned, ids=str)


def pytest_pycollect_makeitem(
    collector: pytest.Collector, name: str
) -> list[pytest.Item] | None:
    """Leave out ``test_planned`` where nothing is planned."""
    planned = name != "test_planned" or collector.config.getoption("--plan")
    return None if planned else []
