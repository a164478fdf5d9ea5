"""The project's own files: pins, licences, READMEs, CI, what git holds."""

import functools
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests import tidy
from tests.recorder import numerics

ROOT = Path(__file__).resolve().parent.parent
READMES = {"en": ROOT / "README.md", "ja": ROOT / "README.ja.md"}
GUIDES = [
    "README.md",
    "README.ja.md",
    "CONTRIBUTING.md",
    "docs/ja/contributing.md",
    "docs/en/contributing.md",
]
MOST_BEFORE = 1200  # characters before the commands and the example have ended
WIDEST = 480  # pixels of the picture above them
PYTHONS = ["3.11", "3.12", "3.13"]
UPDATE_PINS = (
    "Either install the pins: `uv sync`. Or take newer versions: empty "
    "[tool.uv] constraint-dependencies in pyproject.toml, `uv lock --upgrade`, "
    "put the lines of `uv export --no-hashes --no-annotate --no-header "
    "--all-groups` there, `uv sync`, and record all lessons again: "
    "`uv run pytest --record`."
)
FENCE = re.compile(r"^(?:`{3}\w.*?^`{3}|`{4}\w.*?^`{4})$", re.M | re.S)
# Joined here, so that this file does not hold what it forbids.
REGISTRY_HOSTS = {"py" + "pi.org", "python" + "hosted.org"}
MACHINE_PATH = re.compile(rb"(?<![\w.:~-])/(?:work|root|home|Users)/\w")


@functools.cache
def pyproject() -> dict[str, Any]:
    """Read pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def pins() -> list[Requirement]:
    """List the exact versions that uv installs."""
    lines = pyproject()["tool"]["uv"]["constraint-dependencies"]
    return [Requirement(line) for line in lines]


def direct_dependencies() -> list[Requirement]:
    """List what the project itself and its groups ask for."""
    own = map(Requirement, pyproject()["project"]["dependencies"])
    return [*own, *group("dev"), *group("site")]


def group(name: str) -> list[Requirement]:
    """List what a dependency group names itself."""
    lines = pyproject()["dependency-groups"][name]
    return [Requirement(line) for line in lines if isinstance(line, str)]


def applies(
    pin: Requirement, environment: dict[str, str] | None = None
) -> bool:
    """Say whether a pin is for this, or the given, environment."""
    return pin.marker is None or pin.marker.evaluate(environment)


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run git here; skip the test where there is no clone."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git clone")
    return subprocess.run(
        ["git", "-c", "core.quotePath=false", *arguments],
        cwd=ROOT,
        text=True,
        encoding="utf-8",
        capture_output=True,
        check=False,
    )


def project_files() -> Iterator[tuple[str, bytes]]:
    """Yield what git tracks, or would track after `git add .`."""
    listing = git(
        "ls-files", "--cached", "--others", "--exclude-standard", "-z"
    )
    assert listing.returncode == 0, listing.stderr
    for name in filter(None, listing.stdout.split("\0")):
        path = ROOT / name
        if path.is_file():
            yield name, path.read_bytes()


def registry_hosts() -> set[str]:
    """Return the known registries, and those that a uv.lock here names."""
    lock = ROOT / "uv.lock"
    text = lock.read_text("utf-8") if lock.exists() else ""
    urls = re.findall(r'registry = "https?://([^/"]+)', text)
    return REGISTRY_HOSTS | set(urls)


def fences(markdown: str) -> list[str]:
    """List the fenced blocks."""
    return FENCE.findall(markdown)


def prose(markdown: str) -> str:
    """Return the text without its fenced blocks."""
    return FENCE.sub("", markdown)


def links(markdown: str) -> list[str]:
    """List the targets of the links, and the pictures."""
    text = prose(markdown)
    inline = re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", text)
    other = re.findall(r'<(https?://[^>]+)>|src="([^"]+)"', text)
    return inline + ["".join(one) for one in other]


def readme_commands() -> list[str]:
    """Return the lines that read the site and run the tests."""
    lines = [
        line
        for fence in fences(READMES["en"].read_text("utf-8"))
        for line in fence.splitlines()
    ]
    return [line for line in lines if re.match(r".*\buv\b", line)][:3]


def workflow(name: str) -> dict[str, Any]:
    """Return the jobs of a workflow of the hosted CI."""
    path = ROOT / ".github" / "workflows" / f"{name}.yml"
    jobs: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))["jobs"]
    return jobs


def commands(job: dict[str, Any]) -> str:
    """Return what a job types."""
    return "\n".join(step.get("run", "") for step in job["steps"])


def test_pins_equal_the_installed_versions() -> None:
    """A pin and the installed version that differ fail, both named."""
    wrong = []
    for pin in filter(applies, pins()):
        try:
            installed = metadata.version(pin.name)
        except metadata.PackageNotFoundError:
            installed = "nothing"
        if installed == "nothing" or not pin.specifier.contains(
            installed, prereleases=True
        ):
            wrong.append(
                f"{pin.name}: pinned {pin.specifier}, installed {installed}"
            )
    assert not wrong, "\n".join([*wrong, UPDATE_PINS])


def test_pins_are_exact() -> None:
    """A pin leaves no choice."""
    for pin in pins():
        operators = [specifier.operator for specifier in pin.specifier]
        assert operators == ["=="], f"{pin}: a pin is name==version ; marker"


@pytest.mark.parametrize("python", PYTHONS)
def test_each_dependency_has_one_pin(python: str) -> None:
    """On each Python, each dependency has one pin."""
    environment = {
        "python_version": python,
        "python_full_version": f"{python}.9",
    }
    pinned = [
        canonicalize_name(pin.name)
        for pin in pins()
        if applies(pin, environment)
    ]
    for requirement in direct_dependencies():
        count = pinned.count(canonicalize_name(requirement.name))
        assert count == 1, f"{requirement.name} has {count} pins. {UPDATE_PINS}"


def test_versions_the_project_promises() -> None:
    """The ranges hold the versions that the project promises."""
    python = SpecifierSet(pyproject()["project"]["requires-python"])
    within = [
        x
        for x in ["3.10.9", *(f"{p}.0" for p in PYTHONS), "3.14.0"]
        if x in python
    ]
    assert within == [f"{p}.0" for p in PYTHONS]
    ranges = {x.name: x.specifier for x in direct_dependencies()}
    assert {"2.11.0", "2.15.0"} == set(
        ranges["torch"].filter(["2.11.0", "2.15.0"])
    )
    assert {"0.26.0", "0.29.2"} == set(
        ranges["torchvision"].filter(["0.26.0", "0.29.2"])
    )
    assert pyproject()["tool"]["uv"]["package"] is False


def test_uv_lock_is_ignored_by_git() -> None:
    """uv.lock never gets into a commit."""
    assert git("check-ignore", "-q", "uv.lock").returncode == 0, (
        "uv.lock holds addresses of a package registry: keep it in .gitignore"
    )
    assert not git("ls-files", "uv.lock").stdout, "uv.lock is tracked by git"


def test_git_changes_no_byte_of_a_file_that_is_no_text() -> None:
    """What holds a zero byte is named as binary: a record holds its hash."""
    kinds = {
        Path(name).suffix
        for name, content in project_files()
        if b"\0" in content
    }
    for kind in sorted(kinds):
        told = git("check-attr", "text", f"x{kind}").stdout
        assert told.endswith(": unset\n"), (
            f".gitattributes: add the line `*{kind} binary`"
        )


def test_no_file_names_a_package_registry_or_a_machine() -> None:
    """No file holds a registry's host or a path of one machine."""
    hosts = [host.encode() for host in registry_hosts()]
    found = []
    for name, content in project_files():
        found += [
            f"{name}: {host.decode()}" for host in hosts if host in content
        ]
        found += [
            f"{name}: a path of one machine, {match.group().decode()}"
            for match in MACHINE_PATH.finditer(content)
        ]
    assert not found, "\n".join(found)


def test_readmes_have_the_same_structure() -> None:
    """Headings, tables and commands agree."""
    texts = {lang: path.read_text("utf-8") for lang, path in READMES.items()}
    levels = {
        lang: re.findall(r"^#+(?= )", prose(text), re.MULTILINE)
        for lang, text in texts.items()
    }
    rows = {
        lang: len(re.findall(r"^\|", prose(text), re.MULTILINE))
        for lang, text in texts.items()
    }
    same = "README.md and README.ja.md have the same"
    assert levels["en"] == levels["ja"], f"{same} headings"
    assert rows["en"] == rows["ja"], f"{same} rows of tables"
    assert fences(texts["en"]) == fences(texts["ja"]), f"{same} commands"


def test_readmes_have_the_same_links() -> None:
    """Both link to the same, each in its language."""
    targets = {
        lang: sorted(links(path.read_text("utf-8")))
        for lang, path in READMES.items()
    }
    home = "http://127.0.0.1:8000/"
    swap = {
        "README.ja.md": "README.md",
        home: f"{home}en/",
        "docs/assets/readme/ja.webp": "docs/assets/readme/en.webp",
    }
    expected = sorted(
        swap.get(target, target.replace("docs/ja/", "docs/en/"))
        for target in targets["ja"]
    )
    english = sorted(swap.get(target, target) for target in targets["en"])
    odd = sorted({*english} ^ {*expected})
    assert english == expected, f"in one README only, or more often: {odd}"


@pytest.mark.parametrize("name", GUIDES)
def test_paths_that_a_guide_names_exist(name: str) -> None:
    """A path that a reader follows is there."""
    text = (ROOT / name).read_text("utf-8")
    named = re.findall(
        r"`((?:examples|snippets|docs|tests)/[^`\s]*)`", prose(text)
    )
    if "/" not in name:  # the links of pages have a test of their own
        named += [x for x in links(text) if not x.startswith("http")]
    missing = [x for x in named if not (ROOT / x).exists()]
    assert not missing, f"{name} names paths that do not exist: {missing}"


@pytest.mark.parametrize("name", GUIDES[-2:])
def test_contributing_explains_each_test_file(name: str) -> None:
    """A new test file comes with a line on what its failure means."""
    text = (ROOT / name).read_text("utf-8")
    lines = re.findall(r"^- `(tests/test_\w+\.py)`", text, re.MULTILINE)
    twice = sorted({one for one in lines if lines.count(one) > 1})
    assert not twice, f"{name}: one line each, not two: {twice}"
    named = {*lines}
    files = (ROOT / "tests").glob("test_*.py")
    odd = named ^ {path.relative_to(ROOT).as_posix() for path in files}
    assert not odd, f"{name}: add a line on, or remove that on: {sorted(odd)}"


@pytest.mark.parametrize("path", READMES.values(), ids=READMES)
def test_readme_shows_what_it_is_in_the_first_screen(path: Path) -> None:
    """A small picture, the commands and an example; the rest stands below."""
    beginning = path.read_text("utf-8").split("\n## ")[:4]
    length = len("".join(map(prose, beginning)))
    assert length < MOST_BEFORE, f"{path.name}: {length} characters come first"
    commands = [len(fences(part)) for part in beginning]
    assert commands == [0, 1, 1, 1], (
        f"{path.name}: read, test, copy: {commands}"
    )
    width = re.search(r'<img src="[^"]+" width="(\d+)" alt="\w', beginning[0])
    assert width, f"{path.name}: a picture with a width and words for it"
    assert int(width[1]) <= WIDEST, f"{path.name}: the picture is too wide"


def test_readme_has_two_commands() -> None:
    """One reads the site without torch, one runs the tests, after uv."""
    assert readme_commands() == [
        "python -m pip install uv",
        "uv run --only-group site mkdocs serve",
        "uv run pytest",
    ]


@pytest.mark.parametrize("name", GUIDES)
def test_no_command_is_chained(name: str) -> None:
    """PowerShell 5.1 knows no `&&`: two commands are two lines."""
    text = (ROOT / name).read_text("utf-8")
    chained = [fence for fence in fences(text) if "&&" in fence]
    assert not chained, f"{name}: write these as lines of their own: {chained}"


def test_ci_runs_the_readmes_test_command() -> None:
    """CI ends in the README's test command."""
    script = ROOT / ".ci" / "run"
    install, _, test = readme_commands()
    assert script.read_text("utf-8").splitlines()[-1] == f"{install} && {test}"
    assert os.name != "posix" or os.access(script, os.X_OK), "chmod +x .ci/run"


def test_workflows_lint_test_build_and_run_in_full() -> None:
    """Both ends of what is supported are tried before a deployment."""
    site = workflow("site")
    for command in ("ruff check", "ruff format --check", "mypy"):
        assert f"uv run {command}" in commands(site["lint"])
    matrix = site["tests"]["strategy"]["matrix"]
    assert matrix == {
        "python": [PYTHONS[0], PYTHONS[-1]],
        "torch": ["newest", "oldest"],
    }
    assert site["tests"]["env"] == {"UV_PYTHON": "${{ matrix.python }}"}
    assert "uv run pytest\n" in commands(site["tests"])
    lowest = {
        requirement.name: re.findall(r">=([\d.]+)", str(requirement))[0]
        for requirement in direct_dependencies()
        if requirement.name in ("torch", "torchvision")
    }
    for name, version in lowest.items():
        assert f'"{name}=={version}.*"' in commands(site["tests"])
    build = "uv run --only-group site mkdocs build --strict"
    assert build in commands(site["site"])
    assert site["deploy"]["needs"] == ["lint", "tests", "site"]
    weekly = workflow("weekly")
    assert "uv run pytest --full" in commands(weekly["full"])
    others = weekly["numerics"]["strategy"]["matrix"]["name"]
    assert {*others, numerics.PINNED} == {*numerics.NUMERICS}
    assert ".ci/numerics ${{ matrix.name }}" in commands(weekly["numerics"])


def test_workflows_pin_the_major_version_of_each_action() -> None:
    """Each action is an official one with a major version."""
    steps = [
        step
        for name in ("site", "weekly")
        for job in workflow(name).values()
        for step in job["steps"]
    ]
    actions = [step["uses"] for step in steps if "uses" in step]
    for action in actions:
        assert re.fullmatch(r"actions/[\w-]+@v\d+", action), action


@pytest.mark.parametrize("name", ["site", "weekly"])
def test_workflows_may_only_read(name: str) -> None:
    """Only the job that deploys may write, and only to the pages."""
    path = ROOT / ".github" / "workflows" / f"{name}.yml"
    content = yaml.safe_load(path.read_text("utf-8"))
    assert content["permissions"] == {"contents": "read"}
    for job, steps in content["jobs"].items():
        assert job == "deploy" or "permissions" not in steps, job


@pytest.mark.parametrize("language", ["ja", "en"])
def test_repository_is_a_plain_link_where_it_is_configured(
    language: str,
) -> None:
    """Without an address there is no link; Material's own asks for stars."""
    partial = ROOT / "docs/_tools/theme/partials/copyright.html"
    templates = jinja2.Environment()
    templates.filters["url"] = str
    template = templates.from_string(partial.read_text("utf-8"))
    theme = {"language": language}
    words = tomllib.loads((ROOT / "docs/terms.toml").read_text("utf-8"))
    for address in ("", "https://example.org/notes"):
        config = {"extra": {"repository": address}, "theme": theme}
        shown = template.render(config=config, **words)
        assert len(re.findall(r"https?:", shown)) == bool(address)
        assert address in shown
    assert "repo_url" not in (ROOT / "mkdocs.yml").read_text("utf-8")


def test_pre_commit_hooks_are_local() -> None:
    """A commit fetches no foreign hook."""
    path = ROOT / ".pre-commit-config.yaml"
    repos = yaml.safe_load(path.read_text("utf-8"))["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]


def test_text_files_are_tidy(tmp_path: Path) -> None:
    """The hook mends an end, refuses broken TOML, and has nothing to do."""
    for name, text, mended in (
        ("a.py", "x = 1", "x = 1\n"),
        ("b.md", "x\n\n\n", "x\n"),
        ("c.toml", "x = \n", "x = \n"),
        ("d.yml", "x: 1\n", "x: 1\n"),
    ):
        path = tmp_path / name
        path.write_text(text)
        assert bool(tidy.fault(path)) == (name != "d.yml")
        assert path.read_text() == mended
    for name, content in project_files():
        if Path(name).suffix in tidy.TEXT and not name.startswith("snippets/"):
            text = content.decode()
            tidy.PARSERS.get(Path(name).suffix, str)(text)
            assert text == text.rstrip("\n") + "\n" * bool(text), (
                f"{name} does not end in one newline: "
                f"`python tests/tidy.py {name}` mends it"
            )


def test_license_names_both_licences() -> None:
    """LICENSE and pyproject.toml name both licences."""
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "MIT License" in text
    assert "CC BY 4.0" in text
    assert "https://creativecommons.org/licenses/by/4.0/legalcode" in text
    assert pyproject()["project"]["license"] == "MIT AND CC-BY-4.0"
