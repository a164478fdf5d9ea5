"""Numerics of the test process, and what several tests share."""

import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from types import ModuleType
from typing import Any

from docs._tools.lessons import ROOT
from tests.recorder import numerics

numerics.pin(sys.argv)  # before torch is imported
if sys.dont_write_bytecode:  # every process would compile torch anew
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.pycache_prefix = str(ROOT / ".cache/bytecode")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
os.environ["NO_MKDOCS_2_WARNING"] = "1"

import pytest
from filelock import FileLock
from xdist.scheduler import LoadScopeScheduling

from tests.form import half_typed, waiting

pytest_plugins = ["tests.recorder.plugin"]


def pytest_configure(config: pytest.Config) -> None:
    """Give all processes of a run one fresh folder for cached weights."""
    if hasattr(config, "workerinput"):
        return
    if not config.getoption("--plan") and (faults := half_typed()):
        raise pytest.UsageError("\n".join(faults))
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    os.environ["TORCH_HOME"] = folder.name
    config.add_cleanup(folder.cleanup)


@pytest.fixture(scope="session")
def load_script() -> Callable[[Path], ModuleType]:
    """Import a script once in a process, under a name of its own."""
    from tests.recorder.figures import loaded

    return lambda path: loaded(path, path.read_text("utf-8"))


# What begins first, so that no process waits for another: while the one builds
# the site, the other checks types.
FIRST = ("site", "mypy", "browser-ja", "browser-en", "test_first_impressions")
WHOLE = {"test_first_impressions", "test_packages"}  # read much once
PARSED = {"test_built_pages", "test_form", "test_notebooks", "test_site"}


def group_of(nodeid: str) -> str:
    """Name what one process runs as a whole: it shares pages or a browser."""
    path, _, test = nodeid.partition("::")
    name = Path(path).stem
    if name in PARSED:
        return "site"
    if name == "test_browser":
        return "browser-en" if "[en" in test else "browser-ja"
    if name in WHOLE or "/programs/" in path:
        return name
    return "mypy" if test.endswith("[mypy]") else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each group to one process; marks do not reach xdist's own way."""
    config.option.loadscopereorder = False
    scheduling = LoadScopeScheduling(config, log)
    scheduling._split_scope = group_of
    return scheduling


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Begin with what takes long, and expect what waits to fail."""
    if config.getoption("--full"):  # a lesson may take its time then
        for item in items:
            item.add_marker(pytest.mark.timeout(0))
    ranks = {name: rank for rank, name in enumerate(FIRST)}
    items.sort(key=lambda item: ranks.get(group_of(item.nodeid), len(ranks)))
    waits = waiting()
    for item in items:
        name = getattr(item, "originalname", "")
        spec = getattr(item, "callspec", None)
        for entry, reason in waits.get(name, {}).items():
            if fnmatchcase(spec.id if spec else "", entry):
                told = f"{reason} (passes? delete it in tests/waiting.toml)"
                item.add_marker(pytest.mark.xfail(reason=told, strict=True))


def pytest_collection_finish() -> None:
    """Let no search for garbage go through what stays until the end."""
    gc.freeze()


def pytest_unconfigure() -> None:
    """Let Python end as ever: libraries tell of what they find left over."""
    gc.unfreeze()


UNBUILT = pytest.StashKey[bool]()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Report a build that fails once in a process, and skip the rest."""
    if "site" in getattr(item, "fixturenames", ()) and UNBUILT in (
        item.config.stash
    ):
        pytest.skip("the site was not built: see the first test that needs it")


@pytest.fixture(scope="session")
def site(
    tmp_path_factory: pytest.TempPathFactory,
    pytestconfig: pytest.Config,
    worker_id: str,
) -> Path:
    """Build both languages strictly, once for all workers of a run."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    folder, report = shared / "site", shared / "site.txt"
    with FileLock(shared / "site.lock"):
        if not report.exists():
            report.write_text(_build(folder), encoding="utf-8")
    if faults := report.read_text(encoding="utf-8"):
        pytestconfig.stash[UNBUILT] = True
        pytest.fail(f"the strict build fails:\n{faults}", pytrace=False)
    return folder


def _build(folder: Path) -> str:
    """Build the site into a folder; return what is wrong, or nothing."""
    command = (sys.executable, "-m", "mkdocs", "build", "--strict", "-d")
    build = subprocess.run(
        [*command, str(folder)], cwd=ROOT, capture_output=True, text=True
    )
    if not build.returncode:
        return ""
    lines = [x for x in build.stderr.splitlines() if not x.startswith("INFO")]
    return "\n".join(lines) or f"mkdocs ended with {build.returncode}"
