"""Rules of the scripts that a formatter or a linter does not know."""

import argparse
import ast
import itertools
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

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
RESULT = re.compile(r"\d+(?:\.\d+)? ?%|\d+\.\d+")
NAMES = {"95 %"}  # of an interval, not a result


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
        call = "draw(main())" if "\ndef draw(" in source else "main()"
        assert f'if __name__ == "__main__":\n    {call}\n' in source
        for flag in ("--seed", "--device"):
            assert f'"{flag}"' in source, f"a training script has {flag}"
    else:
        assert cells, f"examples/{lesson}.py: neither cells nor main()"


def test_no_script_hides_a_module() -> None:
    """A script called ``profile.py`` breaks whatever imports ``profile``."""
    hidden = {*sys.stdlib_module_names, *ALLOWED_IMPORTS, "test"}
    faults = [
        f"examples/{lesson}.py hides the module of its name from all that "
        "lies beside it: rename the script, its pages and its record"
        for lesson in lessons()
        if lesson.rpartition("/")[2] in hidden
    ]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


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
    if run.returncode:
        pytest.fail(
            f"`{' '.join(command)}` says (`ruff format` and `ruff check --fix` "
            f"mend most of it):\n{run.stdout}{run.stderr}",
            pytrace=False,
        )


def test_folders_below_examples_are_sections() -> None:
    """Two levels, no helper module, nothing else."""
    for path in (ROOT / "examples").rglob("*"):
        if "__pycache__" in path.parts:
            continue
        depth = len(path.relative_to(ROOT / "examples").parts)
        assert depth == (1 if path.is_dir() else 2), path
        assert path.is_dir() or path.suffix in (".py", ".toml"), path
        assert path.name != "__init__.py", Path(path)


def not_printed(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the docstrings of a script and the formats of its values."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):  # a docstring
            yield node.value
        elif isinstance(node, ast.FormattedValue) and node.format_spec:
            yield from ast.walk(node.format_spec)


def numbers_in_text(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and number of each decimal or percentage in a text."""
    other = {*not_printed(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue):
            value = getattr(node.value, "value", None)
            if isinstance(value, int | float):
                yield node.lineno, f"{{{value}}}"
        elif isinstance(node, ast.Constant) and node not in other:
            text = node.value if isinstance(node.value, str) else ""
            without_fields = re.sub(r"\{[^{}]*\}", "", text)
            for number in RESULT.findall(without_fields):
                yield node.lineno, number


@pytest.mark.parametrize("lesson", lessons())
def test_results_are_not_typed_into_texts(lesson: str) -> None:
    """A text may name a constant of the code (lr=0.001), but no result."""
    _, tree = parse(lesson)
    constants = {
        str(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    }
    for line, number in numbers_in_text(tree):
        if number not in constants | NAMES:
            pytest.fail(
                f"examples/{lesson}.py:{line}: the text holds {number}, which "
                "is no constant of the code: print the value that the script "
                "computes (f'{value:.3f}')",
                pytrace=False,
            )


@pytest.mark.parametrize(
    "lesson", [one for one in lessons() if "def main(" in parse(one)[0]]
)
def test_help_tells_every_option_and_its_default(
    load_script: Callable[[Path], ModuleType],
    monkeypatch: pytest.MonkeyPatch,
    lesson: str,
) -> None:
    """Options, arguments and commands each have a word of help."""
    module, parsers = load_script(script_path(lesson)), []

    class Noted(module.OneLineParser):  # type: ignore[misc, name-defined]
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            parsers.append(self)

    monkeypatch.setattr(module, "OneLineParser", Noted)
    with pytest.raises(SystemExit):
        module.parse_arguments(["--help"])
    options = [name for parser in parsers for name in unexplained(parser)]
    lacking = ", ".join(dict.fromkeys(options))
    if lacking:
        pytest.fail(
            f"examples/{lesson}.py: parse_arguments: --help lacks a word on, "
            f"or the default of, {lacking}: write help=... for it; the "
            "OneLineParser adds the default",
            pytrace=False,
        )


def unexplained(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield the options, arguments and commands that --help leaves open."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            told = {command.dest for command in action._choices_actions}
            yield from {*action.choices} - told
            continue
        formatter = parser._get_formatter()
        text = formatter._expand_help(action) if action.help else ""
        default = f"default: {action.default}"
        if not action.option_strings or action.default is argparse.SUPPRESS:
            default = ""
        if not text or default not in text:
            yield "/".join(action.option_strings) or action.dest


GLUE = [
    path
    for folder in ("docs/_tools", "tests/recorder")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


@pytest.mark.parametrize("path", GLUE, ids=lambda path: path.stem)
def test_functions_of_the_tools_are_short_too(path: Path) -> None:
    """What holds for a script holds for what builds and records."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in functions(tree):
        length = (function.end_lineno or 0) - function.lineno + 1
        assert length <= LONGEST_FUNCTION, (
            f"{path.relative_to(ROOT)}:{function.lineno}: {function.name} has "
            f"{length} lines: split it (at most {LONGEST_FUNCTION})"
        )
