"""What a reader installs before a script runs: read from its imports."""

import ast
import functools
import sys
from pathlib import Path

from docs._tools.lessons import ROOT, script_path

# Modules that are named otherwise than the package that brings them.
NAMES = {
    "PIL": "pillow",
    "sklearn": "scikit-learn",
    "threadpoolctl": "scikit-learn",  # which needs it
}
# pip installs numpy with each of these; torch alone warns that it is missing.
WITH_NUMPY = {"matplotlib", "scikit-learn", "torchvision"}


def packages(*lessons: str, root: Path = ROOT) -> list[str]:
    """List what `pip install` needs for the lessons' scripts, torch first.

    Raises:
        SyntaxError: a script is no Python; names its file and line.
    """
    imported = set[str]()
    for lesson in lessons:
        path = script_path(lesson, root)
        imported |= modules(path.read_text(encoding="utf-8"), str(path))
    names = {NAMES.get(module, module) for module in imported}
    if "torchvision" in names:
        names.discard("pillow")  # it brings that
    if names & WITH_NUMPY:
        names.discard("numpy")
    elif "torch" in names:
        names.add("numpy")
    return sorted(names, key=lambda name: (not name.startswith("torch"), name))


@functools.cache
def modules(source: str, filename: str) -> frozenset[str]:
    """Return the top-level modules that a script imports beside Python's."""
    imported = set[str]()
    for node in ast.walk(ast.parse(source, filename)):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            imported.add(node.module or "")
    tops = {name.partition(".")[0] for name in imported}
    return frozenset(tops - set(sys.stdlib_module_names))
