"""Options of the test command and what several tests share."""

import os

# Before torch is imported: two threads on a loaded machine are far slower.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["NO_MKDOCS_2_WARNING"] = "1"

import pytest

from docs._build.lessons import lessons


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
        "--full",
        action="store_true",
        help="run training scripts with their full work before comparing",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse what would write records twice or record nothing."""
    name = config.getoption("--record")
    if name is None:
        return
    if config.getoption("numprocesses", None) or os.environ.get("CI"):
        raise pytest.UsageError("--record runs in one process, not in CI")
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
