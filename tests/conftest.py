"""Options of the test command and what several tests share."""

import functools
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from tests.recorder import numerics

numerics.pin(sys.argv)  # before torch is imported
os.environ["NO_MKDOCS_2_WARNING"] = "1"

import pytest

from docs._tools.lessons import ROOT, lessons


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the two options that turn a check into a full run."""
    group = parser.getgroup("lessons")
    group.addoption(
        "--record",
        nargs="?",
        const="all",
        metavar="LESSON",
        help="run one lesson (basics/tensors), one section (basics) or, "
        "without a name, all lessons in full, and write snippets/",
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
        help="run training scripts with their full work before comparing",
    )
    group.addoption(
        "--numerics",
        choices=numerics.NUMERICS,
        default=numerics.chosen(()),
        help="how torch computes; pinned, as recorded, unless given",
    )


def pytest_report_header() -> str:
    """Say on what the digits of this run depend."""
    said = numerics.fingerprint()
    return "fingerprint: " + ", ".join(f"{k} {v}" for k, v in said.items())


def pytest_configure(config: pytest.Config) -> None:
    """Give all processes of a run one fresh folder for cached weights."""
    if hasattr(config, "workerinput"):
        return
    folder = tempfile.mkdtemp(prefix="torch_home_")
    os.environ["TORCH_HOME"] = folder
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Record in one process without a limit; refuse to record nothing."""
    name = config.getoption("--record")
    if name is None:
        return
    config.option.numprocesses = 0
    config.option.dist = "no"
    config.option.timeout = 0  # real data take many minutes
    if name != "all" and not any(is_part(one, name) for one in lessons()):
        raise pytest.UsageError(
            f"--record: no lesson {name!r}; there is: {', '.join(lessons())}"
        )


def is_part(lesson: str, name: str) -> bool:
    """Say whether ``name`` is a lesson, its section, or all."""
    return name in ("all", lesson) or lesson.startswith(f"{name}/")


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Keep only the recording of the chosen lessons under ``--record``."""
    name = config.getoption("--record")
    if name is None:
        return
    chosen = [
        item
        for item in items
        if isinstance(item, pytest.Function)
        and item.originalname == "test_example"
        and item.callspec.params["device"] == "cpu"
        and is_part(str(item.callspec.params["lesson"]), name)
    ]
    config.hook.pytest_deselected(
        items=[item for item in items if item not in chosen]
    )
    items[:] = chosen


@pytest.fixture(scope="session")
def load_script() -> Callable[[Path], ModuleType]:
    """Import a script once in a process, under a name of its own."""

    @functools.cache
    def load(path: Path) -> ModuleType:
        name = f"script_{path.stem}"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build both languages strictly, once, and return the site's folder."""
    folder = tmp_path_factory.mktemp("site")
    build = subprocess.run(
        [
            *(sys.executable, "-m", "mkdocs", "build", "--strict"),
            *("--site-dir", str(folder)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if build.returncode:
        said = build.stderr.splitlines()
        faults = "\n".join(one for one in said if not one.startswith("INFO"))
        pytest.fail(f"the strict build fails:\n{faults}", pytrace=False)
    return folder
