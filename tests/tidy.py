"""End text files in one newline, and refuse TOML and YAML that is none.

Run: python tests/tidy.py FILE ...; it mends what it can and then exits with 1.
"""

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import yaml

PARSERS: dict[str, Callable[[str], object]]
PARSERS = {".toml": tomllib.loads, ".yaml": yaml.compose, ".yml": yaml.compose}
TEXT = {".css", ".html", ".js", ".md", ".py", *PARSERS}


def fault(path: Path) -> str:
    """Mend the end of a file, and return what was or is wrong with it."""
    if path.suffix not in TEXT:
        return ""
    text = path.read_text(encoding="utf-8")
    try:
        PARSERS.get(path.suffix, str)(text)
    except (tomllib.TOMLDecodeError, yaml.YAMLError) as error:
        return f"{path}: {error}"
    ended = text.rstrip("\n") + "\n" if text else text
    if ended == text:
        return ""
    path.write_text(ended, encoding="utf-8", newline="\n")
    return f"{path}: now ends in one newline"


if __name__ == "__main__":
    faults = [line for name in sys.argv[1:] if (line := fault(Path(name)))]
    sys.exit("\n".join(faults) or None)
