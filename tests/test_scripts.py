"""Rules of the scripts that a formatter or a linter does not know."""

import argparse
import ast
import contextlib
import io
import itertools
import re
import shlex
import subprocess
import sys
import tokenize
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import pytest

from docs._tools.lessons import (
    LANGUAGES,
    ROOT,
    lessons,
    page_of,
    script_path,
    scripts,
)
from docs._tools.packages import packages
from docs._tools.parts import has_main
from tests import form
from tests.form import LONGEST_FUNCTION
from tests.page_source import lines_of, pages, read
from tests.test_project import direct_dependencies

# Functions that each script writes for itself.
OWN = {"main", "parse_arguments", "draw", "load_data", "make_model"}
OWN |= {"predict"}  # what an answer is, differs
OWN |= {"shows_error"}  # it catches what its script shows
OWN |= {"load_splits", "augment", "make_mlp", "train"}  # of their own data
FREEZES = "    freeze_statistics(model)\n"
OPTIONS = range(3, 7)  # of a lesson
MOST_WORDS = 8  # of a comment
ALLOWED_IMPORTS = {
    "PIL",  # comes with torchvision
    "matplotlib",
    "numpy",
    "sklearn",
    "threadpoolctl",  # comes with scikit-learn
    "tensorboard",  # what torch.utils.tensorboard writes, read back
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


@pytest.mark.parametrize("lesson", scripts())
def test_docstring_says_what_and_how(lesson: str) -> None:
    """It ends its first line, tells the shapes, the command, the source."""
    _, tree = parse(lesson)
    said = ast.get_docstring(tree) or ""
    assert said.split("\n")[0].endswith("."), (
        f"examples/{lesson}.py:1: begin with one line that ends in a stop"
    )
    command = f"Run: python {lesson.rpartition('/')[2]}.py"
    for part in ("Shapes: ", command, "Source: "):
        assert part in said, f"examples/{lesson}.py: docstring lacks {part!r}"


@pytest.mark.parametrize("lesson", scripts())
def test_docstring_names_what_the_script_needs(lesson: str) -> None:
    """The least torch of pyproject.toml, and the packages of the imports."""
    _, tree = parse(lesson)
    needs = re.search(
        r"^Needs: ((?:.|\n(?!\w+: ))*)", ast.get_docstring(tree) or "", re.M
    )
    told = " ".join(needs[1].split()).rstrip(".").split(", ") if needs else []
    floor = next(
        specifier.version
        for requirement in direct_dependencies()
        if requirement.name == "torch"
        for specifier in requirement.specifier
        if specifier.operator == ">="
    )
    first, *others = packages(lesson)
    wanted = [f"{first} {floor} or newer" if first == "torch" else first]
    wanted += others
    if {*told} - {"numpy"} != {*wanted} - {"numpy"}:  # comes with others
        pytest.fail(
            f"examples/{lesson}.py:1: the docstring says {told}: write "
            f"`Needs: {', '.join(wanted)}`",
            pytrace=False,
        )


@pytest.mark.parametrize("lesson", scripts())
def test_script_stands_alone(lesson: str) -> None:
    """It imports only what a reader has after one install command."""
    _, tree = parse(lesson)
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"examples/{lesson}.py: a relative import"
            names.add(node.module or "")
    foreign = {name.partition(".")[0] for name in names} - ALLOWED_IMPORTS
    assert not foreign, f"examples/{lesson}.py imports {sorted(foreign)}"


@pytest.mark.parametrize("lesson", scripts())
def test_script_is_ascii(lesson: str) -> None:
    """Code is the same for both languages."""
    source, _ = parse(lesson)
    assert source.isascii(), f"examples/{lesson}.py: only ASCII"


@pytest.mark.parametrize("lesson", scripts())
def test_script_is_linear_or_has_a_main(lesson: str) -> None:
    """A concept script has cells; a training script has main and a guard."""
    source, tree = parse(lesson)
    cells = re.findall(r"^# %% (\w+)$", source, flags=re.MULTILINE)
    odd = re.findall(r"^# ?%%(?! \w+$).*", source, flags=re.MULTILINE)
    assert not odd, f"examples/{lesson}.py: write `# %% name`, not {odd}"
    mains = [one for one in tree.body if getattr(one, "name", "") == "main"]
    if mains:
        assert not cells, f"examples/{lesson}.py: main() or cells, not both"
        call = "draw(main())" if "\ndef draw(" in source else "main()"
        guard = f'if __name__ == "__main__":\n    {call}\n'
        assert guard in source, f"examples/{lesson}.py ends without:\n{guard}"
        for flag in ("--seed", "--device"):
            assert f'"{flag}"' in source, (
                f"examples/{lesson}.py: main() needs the option {flag}"
            )
    else:
        assert cells, f"examples/{lesson}.py: neither cells nor main()"


def test_no_script_hides_a_module() -> None:
    """A script called ``profile.py`` breaks whatever imports ``profile``."""
    hidden = {*sys.stdlib_module_names, *ALLOWED_IMPORTS, "test"}
    faults = [
        f"examples/{lesson}.py hides the module of its name from all that "
        "lies beside it: rename the script, its pages and its record"
        for lesson in scripts()
        if lesson.rpartition("/")[2] in hidden
    ]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def test_shared_functions_are_the_same_code() -> None:
    """What several scripts need is equal in each; else it has another name.

    Comments and docstrings may differ, and so may a function with other
    arguments: evaluate() of a script that runs on the CPU only takes no device.
    Where BatchNorm is frozen too, train_epoch() has one line more.
    """
    texts: dict[str, dict[str, list[str]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for lesson in scripts():
        _, tree = parse(lesson)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and node.name not in OWN:
                arguments = ast.unparse(node.args)
                where = f"examples/{lesson}.py:{node.lineno}"
                key = f"{node.name}({arguments})"
                code = code_of(node).replace(FREEZES, "")
                texts[key][code].append(where)
            elif isinstance(node, ast.ClassDef):
                where = f"examples/{lesson}.py:{node.lineno}"
                texts[node.name][code_of(node)].append(where)
    faults = [
        f"{name} differs between {', '.join(itertools.chain(*found.values()))}"
        for name, found in texts.items()
        if len(found) > 1
    ]
    if faults:
        faults.append(
            "Make the code equal, or give the deliberate difference another "
            "name."
        )
        pytest.fail("\n".join(faults), pytrace=False)


def code_of(node: ast.stmt) -> str:
    """Return the code of a function or class without its docstrings."""
    copied = ast.parse(ast.unparse(node))
    for part in ast.walk(copied):
        match part:
            case ast.FunctionDef() | ast.ClassDef() if ast.get_docstring(part):
                part.body = part.body[1:] or [ast.Pass()]
    return ast.unparse(copied)


@pytest.mark.parametrize("lesson", lessons())
def test_script_is_embedded_by_its_own_pages(lesson: str) -> None:
    """A script that no page shows is not a lesson."""
    for language in LANGUAGES:
        text = read(language, f"{page_of(lesson)}.md")
        shown = f'--8<-- "examples/{lesson}.py' in text
        program = lesson.startswith("programs/")  # used, not read
        if not (shown or program):
            pytest.fail(
                f"docs/{language}/{page_of(lesson)}.md shows nothing of its "
                f"script: embed a part of examples/{lesson}.py",
                pytrace=False,
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
        kind = path.is_dir() or path.suffix in (".py", ".toml")
        right = kind and depth == (1 if path.is_dir() else 2)
        if not right or path.name == "__init__.py":
            pytest.fail(
                f"{path.relative_to(ROOT)}: examples/ holds SECTION/NAME.py "
                "and .toml, and nothing else",
                pytrace=False,
            )


def long_comments(source: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of comments of more than eight words."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            outside = re.sub(r"\([^)]*\)", "", token.string)  # of shapes
            if len(re.findall(r"[A-Za-z][\w'.-]*", outside)) > MOST_WORDS:
                yield token.start[0], token.string


@pytest.mark.parametrize(
    "lesson", [x for x in scripts() if form.script(x).kind != "program"]
)
def test_comments_are_short(lesson: str) -> None:
    """A shape, a unit, a trap; reasons stand on the page."""
    faults = [
        f"examples/{lesson}.py:{line}: more than {MOST_WORDS} words: {text}"
        for line, text in long_comments(parse(lesson)[0])
    ]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def test_a_long_comment_is_found() -> None:
    """Shapes and numbers are no words."""
    short = "x = 1  # (N, 1, 2) - (N, 2) -> (N, N, 2), one two three\n"
    assert not [*long_comments(short)]
    long = "# one two three four five six seven eight nine\n"
    assert [*long_comments(short + long)] == [(2, long.strip())]


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


@pytest.mark.parametrize("lesson", scripts())
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


WITH_MAIN = [x for x in scripts() if has_main(parse(x)[0])]


class ParsedError(BaseException):
    """Raised when a script has read its arguments, so that it stops there."""


@contextlib.contextmanager
def stopped_at_arguments() -> Iterator[list[argparse.ArgumentParser]]:
    """Stop the script that is called here at its arguments; give its parser."""
    found: list[argparse.ArgumentParser] = []
    original = argparse.ArgumentParser.parse_known_args

    def stop(
        parser: argparse.ArgumentParser, *given: Any, **more: Any
    ) -> NoReturn:
        found.append(parser)
        patch.undo()
        raise ParsedError(original(parser, *given, **more)[1])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argparse.ArgumentParser, "parse_known_args", stop)
        yield found


@pytest.fixture
def parsers() -> Iterator[list[argparse.ArgumentParser]]:
    """Stop each script at its arguments, and keep its parsers."""
    with stopped_at_arguments() as found:
        yield found


def options_of(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return the options and arguments that --help shows, without itself."""
    return [
        action
        for action in parser._actions
        if action.help != argparse.SUPPRESS and action.dest != "help"
    ]


OF_LESSONS = [x for x in WITH_MAIN if form.script(x).kind == "lesson"]


@pytest.mark.parametrize("lesson", OF_LESSONS)
def test_script_runs_in_a_notebook_cell(
    load_script: Callable[[Path], ModuleType],
    parsers: list[argparse.ArgumentParser],
    monkeypatch: pytest.MonkeyPatch,
    lesson: str,
) -> None:
    """Jupyter's own `-f` is no fault of the reader."""
    main = load_script(script_path(lesson)).main
    argv = ["ipykernel_launcher.py", "-f", "/x/kernel.json"]
    monkeypatch.setattr(sys, "argv", argv)
    with pytest.raises((ParsedError, SystemExit)) as end:
        main()
    if end.type is SystemExit or end.value.args[0]:
        pytest.fail(
            f"examples/{lesson}.py: in a notebook it ends at Jupyter's option "
            '-f: add parser.add_argument("-f", "--f", help=argparse.SUPPRESS)',
            pytrace=False,
        )


@pytest.fixture
def parser(
    load_script: Callable[[Path], ModuleType],
    parsers: list[argparse.ArgumentParser],
    lesson: str,
) -> argparse.ArgumentParser:
    """The parser of a lesson, as its main() makes it."""
    main = load_script(script_path(lesson)).main
    with pytest.raises(ParsedError):
        main([])
    return parsers[0]


@pytest.mark.parametrize("lesson", OF_LESSONS)
def test_a_lesson_has_few_options(
    parser: argparse.ArgumentParser, lesson: str
) -> None:
    """Three to six, read by argparse as it comes."""
    count = len(options_of(parser))
    if count not in OPTIONS:
        pytest.fail(
            f"examples/{lesson}.py: {count} options, not {OPTIONS[0]} to "
            f"{OPTIONS[-1]}: what nobody changes is a constant",
            pytrace=False,
        )


@pytest.mark.parametrize(
    "lesson", [x for x in WITH_MAIN if form.script(x).kind == "program"]
)
def test_help_of_a_program_tells_every_option_and_its_default(
    load_script: Callable[[Path], ModuleType],
    parsers: list[argparse.ArgumentParser],
    monkeypatch: pytest.MonkeyPatch,
    lesson: str,
) -> None:
    """Options, arguments and commands each have a word of help."""
    module = load_script(script_path(lesson))
    made: list[argparse.ArgumentParser] = []
    original = argparse.ArgumentParser.__init__

    def noted(
        parser: argparse.ArgumentParser, *given: Any, **more: Any
    ) -> None:
        made.append(parser)
        original(parser, *given, **more)

    monkeypatch.setattr(argparse.ArgumentParser, "__init__", noted)
    with pytest.raises((ParsedError, SystemExit)):
        module.main(["--help"])
    assert made[0].description, f"examples/{lesson}.py: --help says nothing"
    options = [name for parser in made for name in unexplained(parser)]
    lacking = ", ".join(dict.fromkeys(options))
    if lacking:
        pytest.fail(
            f"examples/{lesson}.py: parse_arguments: --help lacks a word on, "
            f"or the default of, {lacking}: write help=... for it",
            pytrace=False,
        )


# Options whose line has no room, in a script that may have no more lines.
UNTOLD = {
    "models/birds_transfer --rates",
    "models/mlp --checkpoint",
    "models/sunspots --rates",
    "transfer/few_pictures --pictures",
    "transfer/learning_rates --rates",
}


@pytest.mark.parametrize("lesson", OF_LESSONS)
def test_help_of_a_lesson_tells_what_it_does_and_its_defaults(
    parser: argparse.ArgumentParser, lesson: str
) -> None:
    """A word for what has no default; of choices, the first or all are it."""
    untold = {f"{lesson} {name}" for name in untold_defaults(parser)}
    exempt = {name for name in UNTOLD if name.startswith(f"{lesson} ")}
    faults = [
        f"examples/{lesson}.py: --help does not tell the default of "
        f'{name.partition(" ")[2]}: write help="(%(default)s)"'
        for name in sorted(untold - exempt)
    ]
    faults += [
        f"{name} tells its default: take it out of UNTOLD in "
        "tests/test_scripts.py"
        for name in sorted(exempt - untold)
    ]
    if not parser.description:
        faults.append(
            f"examples/{lesson}.py: --help says nothing: write "
            "ArgumentParser(description=__doc__.splitlines()[0])"
        )
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def untold_defaults(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield the options of which --help leaves open what they are without."""
    for action in options_of(parser):
        default = action.default
        several = isinstance(default, list | tuple | dict)
        told = "" if default in (None, False) else str(default)
        if several:
            told = " ".join(map(str, default))
        if action.choices and told in (
            str(next(iter(action.choices))),
            " ".join(map(str, action.choices)),
        ):
            continue
        formatter = parser._get_formatter()
        text = formatter._expand_help(action) if action.help else ""
        for mark in "[](),'":
            text = text.replace(mark, "")
        if not text or told not in text:
            yield action.option_strings[0]


def test_an_untold_default_is_found() -> None:
    """Of choices the first goes without saying; a word must hold the rest."""
    parser = argparse.ArgumentParser()
    add = parser.add_argument
    add("--told", default=8, help="pictures (%(default)s)")
    add("--first", choices=["a", "b"], default="a")
    add("--data", help="a folder")
    add("--rates", nargs="+", default=[0.1, 1], help="(0.1 1)")
    assert not [*untold_defaults(parser)]
    add("--second", choices=["a", "b"], default="b")
    add("--bare", default=8)
    add("--wrong", default=8, help="(9)")
    add("--flag", action="store_true")
    wrong = ["--second", "--bare", "--wrong", "--flag"]
    assert [*untold_defaults(parser)] == wrong


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


def commands_of(lesson: str) -> dict[str, str]:
    """Return each command that starts a script, and where it stands first.

    In the docstring what a bracket says of it is left out.
    """
    name = re.escape(lesson.rpartition("/")[2])
    typed = re.compile(rf"(?:uv run |\$ )?python {name}\.py\b(?P<rest>.*)")
    said = ast.get_docstring(parse(lesson)[1]) or ""
    run = re.search(rf"^Run: python {name}\.py(?P<rest>[^(\n]*)", said, re.M)
    found = {run["rest"]: f"examples/{lesson}.py:1"} if run else {}
    for language, page in itertools.product(LANGUAGES, pages()):
        own = page == f"{page_of(lesson)}.md"
        for line in lines_of(read(language, page)) if own else ():
            if line.fence == "console" and (
                match := typed.match(line.text.strip())
            ):
                where = f"docs/{language}/{page}:{line.number}"
                found.setdefault(match["rest"].partition(" #")[0], where)
    return found


def not_understood(main: Callable[..., object], command: str) -> str:
    """Return what a script's parser says against a command."""
    said = io.StringIO()
    with stopped_at_arguments(), contextlib.redirect_stderr(said):
        try:
            main(shlex.split(command))
        except ParsedError as end:
            left = " ".join(end.args[0])
            return f"unrecognized arguments: {left}" if left else ""
        except SystemExit:
            return said.getvalue().rpartition("error: ")[2].strip()
    return "it reads no arguments"


@pytest.mark.parametrize("lesson", WITH_MAIN)
def test_commands_that_are_told_are_understood(
    load_script: Callable[[Path], ModuleType], lesson: str
) -> None:
    """Each option exists and takes the value that docstring and pages give."""
    main = load_script(script_path(lesson)).main
    faults = [
        f"{where}: `python {lesson.rpartition('/')[2]}.py{command}`: {fault}"
        for command, where in commands_of(lesson).items()
        if (fault := not_understood(main, command))
    ]
    if faults:
        faults.append("Write a command that the script's parser takes.")
        pytest.fail("\n".join(faults), pytrace=False)


LAYER = re.compile(
    r"^ +nn\.(?P<kind>\w+)\((?P<first>\w+)?(?:, (?P<second>\w+))?"
)
KEEPS_SHAPE = re.compile(r"ReLU|Dropout\w*|BatchNorm\dd|Tanh|Sigmoid|GELU")
SHAPE = re.compile(r"\(B((?:, \w+)+)\)\s*$")


SUM = re.compile(r"\(([^()]*)\) [-+*/] \(([^()]*)\) -> \(([^()]*)\)")


def wrong_shapes(source: str) -> Iterator[tuple[int, str]]:
    """Yield the comments on layers that do not fit the layers' own sizes.

    What a comment says goes into the next layer: its channels into a
    convolution, its last number into a linear layer.
    """
    told: list[str] = []  # the last shape, or as far as a layer gives it
    for number, line in enumerate(source.splitlines(), 1):
        code, _, comment = line.partition("#")
        layer = LAYER.match(code)
        if layer is None:
            told = []
            continue
        shape = SHAPE.search(comment)
        said = shape[1].split(", ")[1:] if shape else []
        linear, conv = (layer["kind"].startswith(x) for x in ("Linear", "Conv"))
        sizes = layer["first"], layer["second"]
        at = -1 if linear else 0  # where a shape holds what a layer counts
        if (linear or conv) and told and differ(told[at], sizes[0]):
            yield number, f"takes {sizes[0]}, the shape above says {told[at]}"
        if (linear or conv) and said and differ(said[at], sizes[1]):
            yield number, f"the comment says {said[at]}, it makes {sizes[1]}"
        if said or not KEEPS_SHAPE.fullmatch(layer["kind"]):
            told = said


def differ(first: str | None, second: str | None) -> bool:
    """Say whether two sizes are numbers, and not the same."""
    both = (first or "").isdigit() and (second or "").isdigit()
    return both and first != second


def wrong_sums(source: str) -> Iterator[tuple[int, str]]:
    """Yield comments "(N, 1) - (N,) -> (N,)" that broadcasting refutes."""
    for number, line in enumerate(source.splitlines(), 1):
        for told in SUM.findall(line):
            one, other, result = (
                [*reversed(shape.replace(",", " ").split())] for shape in told
            )
            pairs = zip_longest(one, other, fillvalue="1")
            made = [x if y == "1" else y for x, y in pairs]
            if made != result:
                yield number, f"that gives ({', '.join(reversed(made))})"


@pytest.mark.parametrize("lesson", scripts())
def test_shapes_in_comments_fit_the_layers(lesson: str) -> None:
    """A comment that was true before a layer changed misleads."""
    source, _ = parse(lesson)
    faults = [
        f"examples/{lesson}.py:{line}: {told}: correct the shape in the "
        "comment here or above"
        for line, told in [*wrong_shapes(source), *wrong_sums(source)]
    ]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        ("nn.Flatten(),  # (B, 256)\nnn.Linear(512, 10),", [2]),
        ("nn.Linear(64, 32),  # (B, 64)\nnn.ReLU(),", [1]),
        ("nn.Conv2d(1, 8, 3),\nnn.ReLU(),  # (B, 8, 4, 4)", []),
        ("nn.ReLU(),  # (B, 8, 4, 4)\nnn.Conv2d(16, 8, 3),", [2]),
        ("nn.Flatten(),  # (B, 8, 8) -> (B, 64)\nnn.Linear(64, 10),", []),
    ],
)
def test_wrong_shapes_are_found(lines: str, faults: list[int]) -> None:
    """What goes in, and what comes out."""
    source = "\n".join(f"    {line}" for line in lines.splitlines())
    assert [line for line, _ in wrong_shapes(source)] == faults


def test_wrong_sums_are_found() -> None:
    """Sizes of 1 are stretched, from the last axis on."""
    right = "# (N, 1, 2) - (N, 2) -> (N, N, 2)"
    wrong = right.replace("(N, N, 2)", "(N, 1, 2)")
    assert [*wrong_sums(f"{right}\n{wrong}")] == [(2, "that gives (N, N, 2)")]
