"""Where a lesson's script, record and pages stand.

One lesson, one path: ``basics/tensors`` is ``examples/basics/tensors.py``,
``snippets/basics/tensors/`` and ``docs/{ja,en}/basics/tensors.md``. A program
stands in ``examples/programs/``, its page in the section that it belongs to.
A script below ``examples/diary/`` is evidence: entries of the diary embed it,
and it has no page of its own.
"""

import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("ja", "en")
PAGES = {"programs/own_pictures": "transfer/own_pictures"}
LESSONS = {page: lesson for lesson, page in PAGES.items()}
EVIDENCE = "diary/"


class SiteError(ValueError):
    """A fault of the sources, told in one line, that ends the build."""


def lessons(root: Path = ROOT) -> list[str]:
    """List the scripts that have a page, by path below ``examples/``."""
    return [one for one in scripts(root) if not one.startswith(EVIDENCE)]


def scripts(root: Path = ROOT) -> list[str]:
    """List lessons and evidence by path below ``examples/``, sorted."""
    folder = root / "examples"
    return sorted(
        script.relative_to(folder).with_suffix("").as_posix()
        for script in folder.rglob("*.py")
    )


def script_path(lesson: str, root: Path = ROOT) -> Path:
    """Return the script of a lesson."""
    return root / "examples" / f"{lesson}.py"


def page_of(lesson: str) -> str:
    """Return the page of a lesson, by its path below a language's folder."""
    return PAGES.get(lesson, lesson)


def lesson_of(page: str) -> str:
    """Return the lesson that a page would be of."""
    return LESSONS.get(page, page)


def record_folder(lesson: str, root: Path = ROOT) -> Path:
    """Return the folder that holds what a run of the lesson left."""
    return root / "snippets" / lesson


def data_files(lesson: str, root: Path = ROOT) -> list[str]:
    """List what a script saves or reads beside it, by path below snippets/.

    Its sidecar names them: ``saves`` its own, ``loads`` those of others.
    """
    path = script_path(lesson, root).with_suffix(".toml")
    asked = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
    saved = [f"{lesson}/{name}" for name in asked.get("saves", [])]
    return [*saved, *asked.get("loads", [])]


def last_runs(root: Path = ROOT) -> dict[str, str]:
    """Return the day of each lesson's record, as far as git knows it."""
    log = "log --format=:%cs --name-only -- snippets/**/record.json"
    command = ["git", "-C", str(root), *log.split()]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    days: dict[str, str] = {}
    for commit in told.stdout.split(":")[1:]:
        day, *files = commit.split()
        for file in files:
            lesson = file.removeprefix("snippets/").rpartition("/")[0]
            days.setdefault(lesson, day)
    return days
