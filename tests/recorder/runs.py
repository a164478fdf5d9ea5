"""The runs of a lesson: which there are, their keys, and what is kept of them.

A run is known by what it computes with and not by the file that holds it: the
script's syntax tree without comments and docstrings, arguments, and seed. So a
changed comment, label, claim or page runs nothing anew.
"""

import ast
import dataclasses
import functools
import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from docs._tools.lessons import ROOT, script_path
from tests.recorder import numerics
from tests.recorder.run import Outcome
from tests.recorder.settings import (
    DATA,
    Settings,
    data_folder,
    load_settings,
    loaded_files,
)

MAIN = "main"
# CPU seconds: a longer main run rests on its seeds, not on other numerics.
VARIED_BELOW = 60
VARIANTS = [name for name in numerics.NUMERICS if name != numerics.PINNED]


@dataclass(frozen=True)
class Run:
    """One execution of a script: the main run, or one seed of a sweep."""

    lesson: str
    name: str = MAIN
    seed: int | None = None
    numerics: str = numerics.PINNED
    arguments: tuple[str, ...] = ()
    data: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the run's name in tests and messages."""
        seed = "" if self.seed is None else f" seed {self.seed}"
        how = "" if self.numerics == numerics.PINNED else f" {self.numerics}"
        return f"{self.lesson} {self.name}{seed}{how}"

    @property
    def full_arguments(self) -> tuple[str, ...]:
        """Return the command line, with real data where they are here."""
        folder = f"{data_folder()}/"
        seed = () if self.seed is None else ("--seed", str(self.seed))
        given = [text.replace(DATA, folder) for text in self.arguments]
        return (*given, *seed)


def code_hash(run: Run, root: Path = ROOT) -> str:
    """Return a digest of what the run computes with, on any machine."""
    source = script_path(run.lesson, root).read_text(encoding="utf-8")
    computed = _computed(source, printed=run.name == MAIN)
    files = loaded_files(run.lesson, root)
    loaded = [sha256(path.read_bytes()) for path in files]
    return digest([computed, run.arguments, run.seed, *loaded])


@functools.cache
def _computed(source: str, *, printed: bool) -> str:
    """Return a script's syntax tree as text, without what computes nothing."""
    tree = _without_drawing(ast.parse(source))
    if not printed:
        tree = _without_progress(tree)
    return _dumped(_Stripped(printed=printed).visit(tree))


def _dumped(tree: ast.AST) -> str:
    """Return a syntax tree as the same text under each Python from 3.11 on.

    3.12 added ``type_params`` to functions and classes; 3.13 leaves out what
    is empty unless told otherwise.
    """
    empty = {"show_empty": True} if sys.version_info >= (3, 13) else {}
    return ast.dump(tree, **empty).replace(", type_params=[]", "")


def _without_drawing(tree: ast.Module) -> ast.Module:
    """Drop a lesson's ``draw``, which no run calls, and what only it names.

    If anything else names what draws, nothing is dropped.
    """
    kept: list[ast.stmt] = []
    dropped: set[str] = set()
    for node in tree.body:
        if names := _drawing_names(node):
            dropped |= names
        elif isinstance(node, ast.If) and "'__main__'" in ast.dump(node.test):
            kept.append(ast.If(node.test, ast.parse("main()").body, []))
        else:
            kept.append(node)
    rest = ast.Module(kept, tree.type_ignores)
    return tree if "draw" not in dropped or dropped & _used(rest) else rest


def _without_progress(tree: ast.Module) -> ast.Module:
    """Drop what only counts on stderr, as "epoch 3" that the next replaces."""
    tree = _Uncounted().visit(tree)
    if "sys" not in _used(tree):
        tree.body = [x for x in tree.body if ast.unparse(x) != "import sys"]
    return tree


def _used(node: ast.AST) -> set[str]:
    """Return the names in a part of a script that are no arguments in it."""
    if isinstance(node, ast.Name):
        return {node.id}
    used = set[str]().union(*map(_used, ast.iter_child_nodes(node)))
    if isinstance(node, ast.FunctionDef | ast.Lambda):
        used -= {x.arg for x in ast.walk(node.args) if isinstance(x, ast.arg)}
    return used


def _drawing_names(node: ast.stmt) -> set[str]:
    """Return what a statement names if it only serves to draw."""
    if isinstance(node, ast.FunctionDef):
        early = [*node.args.defaults, *node.args.kw_defaults]
        early = [x for x in early if x and not isinstance(x, ast.Constant)]
        draws = node.name == "draw" or node.name.startswith("plot_")
        plain = draws and not early and not node.decorator_list
        return {node.name} if plain else set()
    drawn_by = "import matplotlib.pyplot as plt"
    return {"plt"} if ast.unparse(node) == drawn_by else set()


def cache_path(run: Run, root: Path = ROOT) -> Path:
    """Return where this machine keeps the run's outcome."""
    key = digest(
        [code_hash(run, root), environment(), this_machine(), run.numerics]
    )
    return root / ".cache/runs" / f"{key[:32]}.json"


@functools.cache
def environment() -> dict[str, str]:
    """Return the versions that a record names."""
    return {
        "python": platform.python_version(),
        **{name: version(name) for name in ("torch", "torchvision", "numpy")},
    }


def this_machine() -> dict[str, Any]:
    """Return the fingerprint without what ``--numerics`` chooses."""
    told = numerics.fingerprint()
    return {name: told[name] for name in ("machine", "vendor", "torch", "mkl")}


def keep(run: Run, outcome: Outcome, root: Path = ROOT) -> None:
    """Keep an outcome for the recording that asked for it."""
    path = cache_path(run, root)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    kept = dataclasses.asdict(outcome)
    kept["fingerprint"] = numerics.fingerprint()
    draft.write_text(json.dumps(kept), encoding="utf-8")
    draft.replace(path)


def kept(run: Run, root: Path = ROOT) -> dict[str, Any] | None:
    """Return what this machine keeps of a run, or None."""
    path = cache_path(run, root)
    return json.loads(path.read_text("utf-8")) if path.is_file() else None


def main_run(
    lesson: str, settings: Settings, how: str = numerics.PINNED
) -> Run:
    """Return the run whose output and values the pages show."""
    return Run(lesson, numerics=how, arguments=settings.arguments)


def sweep_runs(lesson: str, settings: Settings, name: str) -> list[Run]:
    """Return a sweep's runs, one for each seed."""
    sweep = settings.sweeps[name]
    how = numerics.PINNED, sweep.arguments, sweep.data
    return [Run(lesson, name, seed, *how) for seed in sweep.seeds]


def pinned_runs(
    lesson: str, root: Path = ROOT, *, real: bool = False
) -> Iterator[Run]:
    """Yield the lesson's runs under pinned numerics, the main one first."""
    settings = load_settings(lesson, root)
    yield main_run(lesson, settings)
    for name, sweep in settings.sweeps.items():
        if real or not sweep.data:
            yield from sweep_runs(lesson, settings, name)


class _Uncounted(ast.NodeTransformer):
    """Drop the lines of a count, and the names of loops that only they use."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        """Drop a print that ends with a carriage return, to stderr."""
        text = ast.unparse(node)
        counts = text.startswith("print(") and r"end='\r', file=sys" in text
        return None if counts else node

    def visit_For(self, node: ast.For) -> ast.For:
        """Write ``_`` for what nothing but a count has used."""
        before = set[str]().union(*map(_used, node.body))
        self.generic_visit(node)
        dropped = before.difference(*map(_used, node.body))
        if isinstance(node.target, ast.Name) and node.target.id in dropped:
            node.target.id = "_"
        return node


class _Stripped(ast.NodeTransformer):
    """Drop docstrings, and the words of prints where no output is kept."""

    def __init__(self, *, printed: bool) -> None:
        self.printed = printed

    def visit(self, node: ast.AST) -> Any:
        """Drop the docstring of whatever may have one."""
        if isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef
        ) and ast.get_docstring(node, clean=False):
            node.body = node.body[1:] or [ast.Pass()]
        return super().visit(node)

    def visit_Call(self, node: ast.Call) -> Any:
        """Drop words that only a reader of the terminal sees."""
        self.generic_visit(node)
        if not self.printed and getattr(node.func, "id", "") == "print":
            node.args = [ast.Constant(0)]
        words = ("help", "description", "metavar", "epilog", "formatter_class")
        node.keywords = [k for k in node.keywords if k.arg not in words]
        return node


def digest(parts: Any) -> str:
    """Return a digest of what can be written as JSON."""
    return sha256(json.dumps(parts, sort_keys=True).encode())


def sha256(content: bytes) -> str:
    """Return a digest of what a file holds."""
    return hashlib.sha256(content).hexdigest()
