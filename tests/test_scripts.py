"""Rules of the scripts that a formatter or a linter does not know."""

import ast
import itertools
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from docs._tools.lessons import LANGUAGES, ROOT, lessons, script_path

LONGEST_FUNCTION = 30
ALLOWED_IMPORTS = {
    "matplotlib",
    "numpy",
    "sklearn",
    "torch",
    "torchvision",
    *sys.stdlib_module_names,
}


def parse(lesson: str) -> tuple[str, ast.Module]:
    """Return a lesson's source and its syntax tree."""
    source = script_path(lesson).read_text(encoding="utf-8")
    return source, ast.parse(source)


def functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """Return all functions and methods of a script."""
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    ]


@pytest.mark.parametrize("lesson", lessons())
def test_docstring_says_what_and_how(lesson: str) -> None:
    """It ends its first line, tells the shapes, the command, the source."""
    _, tree = parse(lesson)
    said = ast.get_docstring(tree) or ""
    assert said.split("\n")[0].endswith("."), "one summary line, with a stop"
    command = f"Run: python {lesson.rpartition('/')[2]}.py"
    for part in ("Shapes: ", command, "Source: "):
        assert part in said, f"examples/{lesson}.py: docstring lacks {part!r}"


@pytest.mark.parametrize("lesson", lessons())
def test_script_stands_alone(lesson: str) -> None:
    """It imports only what a reader has after one install command."""
    _, tree = parse(lesson)
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "no relative import"
            names.add(node.module or "")
    foreign = {name.partition(".")[0] for name in names} - ALLOWED_IMPORTS
    assert not foreign, f"examples/{lesson}.py imports {sorted(foreign)}"


@pytest.mark.parametrize("lesson", lessons())
def test_script_is_ascii_and_its_functions_are_short(lesson: str) -> None:
    """Code is the same for both languages and fits on a screen."""
    source, tree = parse(lesson)
    assert source.isascii(), f"examples/{lesson}.py: only ASCII"
    for function in functions(tree):
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= LONGEST_FUNCTION, f"{function.name}: {length} lines"


@pytest.mark.parametrize("lesson", lessons())
def test_script_is_linear_or_has_a_main(lesson: str) -> None:
    """A concept script has cells; a training script has main and a guard."""
    source, tree = parse(lesson)
    cells = re.findall(r"^# %% (\w+)$", source, flags=re.MULTILINE)
    odd = re.findall(r"^# ?%%(?! \w+$).*", source, flags=re.MULTILINE)
    assert not odd, f"a cell is headed `# %% name`: {odd}"
    mains = [one for one in tree.body if getattr(one, "name", "") == "main"]
    if mains:
        assert not cells, "a training script has functions, not cells"
        assert 'if __name__ == "__main__":\n    main()\n' in source
        for flag in ("--seed", "--device"):
            assert f'"{flag}"' in source, f"a training script has {flag}"
    else:
        assert cells, f"examples/{lesson}.py: neither cells nor main()"


def test_no_script_hides_a_module() -> None:
    """A script called ``profile.py`` breaks whatever imports ``profile``."""
    hidden = {*sys.stdlib_module_names, *ALLOWED_IMPORTS, "test"}
    names = {lesson.rpartition("/")[2] for lesson in lessons()}
    assert not names & hidden


def test_shared_functions_are_the_same_text() -> None:
    """What several scripts need is equal in each; else it has another name."""
    texts: dict[str, dict[str, list[str]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for lesson in lessons():
        source, tree = parse(lesson)
        for node in tree.body:
            if (
                isinstance(node, ast.FunctionDef | ast.ClassDef)
                and node.name != "main"
                and node.name != "parse_arguments"
            ):
                text = ast.get_source_segment(source, node) or ""
                texts[node.name][text].append(lesson)
    different = {
        name: sorted(itertools.chain(*versions.values()))
        for name, versions in texts.items()
        if len(versions) > 1
    }
    assert not different, (
        "these differ between scripts; make the texts equal, or give the "
        f"deliberate difference another name: {different}"
    )


@pytest.mark.parametrize("lesson", lessons())
def test_script_is_embedded_by_its_own_pages(lesson: str) -> None:
    """A script that no page shows is not a lesson."""
    for language in LANGUAGES:
        page = ROOT / "docs" / language / f"{lesson}.md"
        assert page.is_file(), f"docs/{language}/{lesson}.md is missing"
        text = page.read_text(encoding="utf-8")
        assert f'--8<-- "examples/{lesson}.py' in text, (
            f"docs/{language}/{lesson}.md shows nothing of its own script"
        )


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
    ],
    ids=lambda command: " ".join(command),
)
def test_whole_repository_passes(command: tuple[str, ...]) -> None:
    """The linter, the formatter and the type checker have nothing to say."""
    run = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_folders_below_examples_are_sections() -> None:
    """Two levels, no helper module, nothing else."""
    for path in (ROOT / "examples").rglob("*"):
        if "__pycache__" in path.parts:
            continue
        depth = len(path.relative_to(ROOT / "examples").parts)
        assert depth == (1 if path.is_dir() else 2), path
        assert path.is_dir() or path.suffix in (".py", ".toml"), path
        assert path.name != "__init__.py", Path(path)
