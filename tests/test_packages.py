"""Install lines: whoever follows one can run the script that it stands for."""

import functools
import re
from collections.abc import Iterable
from importlib.metadata import (
    PackageNotFoundError,
    packages_distributions,
    requires,
)

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from docs._tools.lessons import LANGUAGES, ROOT, lessons, script_path, scripts
from docs._tools.packages import modules, packages
from tests.test_project import group

PIP = re.compile(r"^python -m pip install (.+)$", re.MULTILINE)
README_LESSON = "workflow/nine_steps"


@functools.cache
def distributions() -> dict[str, set[str]]:
    """Return for each module the installed packages that bring it."""
    return {
        module: {canonicalize_name(name) for name in names}
        for module, names in packages_distributions().items()
    }


@functools.cache
def closure(names: frozenset[str]) -> set[str]:
    """Return packages with all that pip installs along with them here."""
    wanted: set[str] = set(map(canonicalize_name, names))
    known: set[str] = set()
    while wanted:
        name = wanted.pop()
        known.add(name)
        try:
            needs = map(Requirement, requires(name) or ())
        except PackageNotFoundError:
            continue
        wanted |= {
            canonicalize_name(need.name)
            for need in needs
            if not need.marker or need.marker.evaluate({"extra": ""})
        } - known
    return known


def missing(imported: Iterable[str], named: Iterable[str]) -> list[str]:
    """List the modules that no named package brings."""
    brought = closure(frozenset(named))
    return sorted(
        module
        for module in imported
        if not distributions().get(module, set()) & brought
    )


def install_lines(name: str) -> list[list[str]]:
    """List the packages of each install line of a file, without uv's."""
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = [line.split() for line in PIP.findall(text)]
    return [line for line in lines if line != ["uv"]]


@pytest.mark.parametrize("lesson", scripts())
def test_packages_bring_all_that_a_script_imports(lesson: str) -> None:
    """A module whose package has another name stands in NAMES."""
    path = script_path(lesson)
    imported = modules(path.read_text(encoding="utf-8"), str(path))
    lost = missing(imported, packages(lesson))
    assert not lost, (
        f"examples/{lesson}.py imports {lost}, but `pip install "
        f"{' '.join(packages(lesson))}` does not bring it: add the package's "
        "name to NAMES in docs/_tools/packages.py"
    )


def test_a_package_that_is_not_named_is_missed() -> None:
    """The check above fails where it should."""
    assert missing({"torch", "matplotlib"}, ["torch"]) == ["matplotlib"]
    assert missing({"numpy", "PIL"}, ["torchvision"]) == []


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_readme_installs_what_its_example_imports(name: str) -> None:
    """No more and no less than the one script needs."""
    wanted = [packages(README_LESSON)]
    assert install_lines(name) == wanted, (
        f"{name}: the install line of {README_LESSON} is "
        f"`python -m pip install {' '.join(wanted[0])}`"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_home_installs_what_all_lessons_import(language: str) -> None:
    """One line serves whoever goes on to the next lesson."""
    name = f"docs/{language}/index.md"
    wanted = packages(*lessons())
    assert install_lines(name) == [wanted], (
        f"{name}: all lessons need `python -m pip install {' '.join(wanted)}`"
    )


def test_site_group_brings_all_that_builds_the_site() -> None:
    """Whoever only reads installs no torch."""
    named = [requirement.name for requirement in group("site")]
    assert "torch" not in closure(frozenset(named)), (
        "pyproject.toml: the group `site` brings torch"
    )
    for path in (ROOT / "docs" / "_tools").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        lost = missing(modules(source, str(path)) - {"docs"}, named)
        assert not lost, (
            f"docs/_tools/{path.name} imports {lost}: add its package to the "
            "group `site` in pyproject.toml"
        )


@pytest.mark.parametrize("lesson", scripts())
def test_a_script_names_what_it_needs(lesson: str) -> None:
    """Whoever has the file alone installs what its first lines name."""
    path = script_path(lesson)
    source = path.read_text(encoding="utf-8")
    needs = re.search(r"^Needs: (.+(?:\n    .+)*)", source, re.MULTILINE)
    assert needs, f"{path}: no line 'Needs: ...' in its first docstring"
    named = re.findall(r"[a-z][\w-]+", needs[1])
    lacking = missing(modules(source, str(path)), named)
    assert not lacking, f"{path}: imports {lacking}; its line 'Needs' says none"
