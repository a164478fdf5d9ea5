"""Measure what building the site and running the tests costs.

    uv run python tests/benchmarks/site.py            the build and a rebuild
    uv run python tests/benchmarks/site.py --pytest   the everyday tests too
    uv run python tests/benchmarks/site.py --no-build --no-rebuild --pytest

Prints a table and keeps the figures in site.json beside this file. It is a
benchmark and not a test: a figure over its limit is shown, nothing fails. CPU
seconds are user and system time of a process and its children; they vary less
than wall time, but a busy machine still adds to them. The build and the rebuild
work on a copy of the project, so that nothing here is touched.
"""

import argparse
import datetime
import json
import os
import platform
import queue
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FIGURES = Path(__file__).with_suffix(".json")
PACKAGES = ("mkdocs", "mkdocs-material", "torch")
SERVING = "Serving on"  # from here on the server sees changes
REBUILT = "Reloading browsers"  # MkDocs drops its other line if it repeats
WAIT_SECONDS = 120

# The rebuild: a change of this line of this script shows on this page.
SCRIPT = "examples/workflow/nine_steps.py"
LINE = "optimizer.zero_grad()"
PAGE = "workflow/train_and_validate/"


def copy_project(target: Path) -> None:
    """Copy all that git tracks, or would track, into ``target``."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listing.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)


def mkdocs_command(*arguments: str) -> list[str]:
    """Return the command for MkDocs in this environment."""
    return [sys.executable, "-m", "mkdocs", *arguments]


def quiet_environment() -> dict[str, str]:
    """Return the environment without the banner at each build."""
    return {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONUTF8": "1"}


def children_cpu_seconds() -> float:
    """Return the CPU seconds of all ended child processes."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def build(project: Path, repeat: int) -> Iterator[float]:
    """Yield the CPU seconds of strict builds of both languages."""
    for _ in range(repeat):
        before = children_cpu_seconds()
        done = subprocess.run(
            mkdocs_command("build", "--strict", "--clean"),
            cwd=project,
            env=quiet_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"the strict build fails:\n{done.stdout}")
        yield children_cpu_seconds() - before


def process_cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of a running process and its ended children."""
    stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    times = stat.rpartition(")")[2].split()[11:15]
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def server(
    project: Path, port: int
) -> Iterator[tuple[int, Callable[[str], None]]]:
    """Serve the project; give the process id and a wait for what it says."""
    process = subprocess.Popen(
        mkdocs_command("serve", "--dev-addr", f"127.0.0.1:{port}"),
        cwd=project,
        env={**quiet_environment(), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    lines: queue.Queue[str | None] = queue.Queue()
    said: list[str] = []

    def read() -> None:
        for line in process.stdout or []:
            said.append(line)
            lines.put(line)
        lines.put(None)

    def wait_for(text: str) -> None:
        end = time.monotonic() + WAIT_SECONDS
        try:
            while line := lines.get(timeout=max(0, end - time.monotonic())):
                if text in line:
                    return
            reason = "ended"
        except queue.Empty:
            reason = f"did not say {text!r} within {WAIT_SECONDS} s"
        raise SystemExit(f"mkdocs serve {reason}:\n{''.join(said)}")

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        yield process.pid, wait_for
    finally:
        process.terminate()
        process.wait()
        reader.join()


def fetch(url: str) -> str:
    """Return a page of the server."""
    with urllib.request.urlopen(url, timeout=30) as response:
        text: str = response.read().decode("utf-8")
        return text


def rebuild(project: Path, repeat: int) -> Iterator[float]:
    """Yield the CPU seconds of a rebuild after a change of one script."""
    script = project / SCRIPT
    source = script.read_text("utf-8")
    if LINE not in source:
        raise SystemExit(f"{SCRIPT} has no {LINE!r}: choose another line")
    port = free_port()
    with server(project, port) as (pid, wait_for):
        wait_for(SERVING)
        for number in range(1, repeat + 1):
            mark = f"touched {number}"
            time.sleep(2)  # the server is idle again
            before = process_cpu_seconds(pid)
            script.write_text(
                source.replace(LINE, f"{LINE}  # {mark}"), "utf-8"
            )
            wait_for(REBUILT)
            while mark not in fetch(f"http://127.0.0.1:{port}/{PAGE}"):
                wait_for(REBUILT)  # what it said was of the build before
            yield process_cpu_seconds(pid) - before


def everyday_tests() -> Iterator[float]:
    """Yield the wall seconds of one run of the everyday tests."""
    start = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q"]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise SystemExit("the everyday tests fail")
    yield time.monotonic() - start


def figure(limit: float, values: Iterator[float]) -> dict[str, Any]:
    """Measure; return the figures with what they were measured on."""
    measured = [round(value, 2) for value in values]
    return {
        "limit": limit,
        "median": statistics.median(measured),
        "values": measured,
        "date": datetime.date.today().isoformat(),
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in PACKAGES},
        "cpus": os.cpu_count(),
    }


def measure(arguments: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Measure what was asked for, in a copy where that is possible."""
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        copy_project(project)
        if arguments.build:
            figures["strict build, CPU seconds"] = figure(
                6.0, build(project, arguments.repeat)
            )
        if arguments.rebuild and sys.platform == "linux":
            figures["rebuild of one script, CPU seconds"] = figure(
                1.5, rebuild(project, arguments.repeat)
            )
        elif arguments.rebuild:
            print("rebuild: not measured, it needs Linux's /proc")
    if arguments.pytest:
        figures["everyday tests, wall seconds"] = figure(
            120.0, everyday_tests()
        )
    return figures


def print_table(figures: dict[str, dict[str, Any]]) -> None:
    """Print a line a figure."""
    print(f"{'what':36}{'median':>8}{'limit':>8}  {'':6}values")
    for name, one in figures.items():
        verdict = "ok" if one["median"] <= one["limit"] else "OVER"
        values = " ".join(f"{value:.2f}" for value in one["values"])
        numbers = f"{one['median']:8.2f}{one['limit']:8.1f}"
        print(f"{name:36}{numbers}  {verdict:6}{values}")


def main() -> None:
    """Measure, keep the figures and print them."""
    parser = argparse.ArgumentParser(
        description="Measure what the site and the tests cost."
    )
    on_or_off = argparse.BooleanOptionalAction
    parser.add_argument("--build", action=on_or_off, default=True)
    parser.add_argument("--rebuild", action=on_or_off, default=True)
    parser.add_argument("--pytest", action=on_or_off, default=False)
    parser.add_argument("--repeat", type=int, default=3)
    figures = measure(parser.parse_args())
    kept = json.loads(FIGURES.read_text("utf-8")) if FIGURES.exists() else {}
    FIGURES.write_text(
        json.dumps({**kept, **figures}, indent=2) + "\n", "utf-8"
    )
    print_table(figures)


if __name__ == "__main__":
    main()
