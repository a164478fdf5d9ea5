"""What the tools read of Markdown and write into it."""

import re

TITLE = re.compile(r"^# (.+?) \{ ?#[\w-]+ ?\}$", re.M)  # of a page
ABOUT = re.compile(r"^description: (.+)$", re.M)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")  # begins the name of an entry's file
SIGNS = re.compile(r"[^\w .,:;%±–()、。/+=-]|(?<!\w)_|_(?!\w)")


def literal(text: object) -> str:
    """Return a text that means nothing in Markdown, HTML or a table."""
    return SIGNS.sub(lambda sign: f"&#{ord(sign[0])};", str(text))
