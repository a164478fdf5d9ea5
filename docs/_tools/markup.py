"""What the tools read of Markdown and write into it."""

import re
from pathlib import Path

import jinja2

TITLE = re.compile(r"^# (.+?) \{ ?#[\w-]+ ?\}$", re.M)  # of a page
ABOUT = re.compile(r"^description: (.+)$", re.M)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")  # begins the name of an entry's file
SIGNS = re.compile(r"[^\w .,:;%±–()、。/+=-]|(?<!\w)_|_(?!\w)")
TEMPLATES = Path(__file__).with_name("templates")


def head(page: Path) -> list[str]:
    """Return the title of a page and its description, or its file's name."""
    text = page.read_text(encoding="utf-8")
    found = [pattern.search(text) for pattern in (TITLE, ABOUT)]
    return [match[1] if match else page.stem for match in found]


def literal(text: object) -> str:
    """Return a text that means nothing in Markdown, HTML or a table."""
    return SIGNS.sub(lambda sign: f"&#{ord(sign[0])};", str(text))


ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(TEMPLATES),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters["literal"] = literal
