"""Text that means nothing in Markdown, HTML or a table."""

import re

SIGNS = re.compile(r"[^\w .,:;%±–()、。/+=-]|(?<!\w)_|_(?!\w)")


def literal(text: object) -> str:
    """Return a text with each sign that has a meaning as an entity."""
    return SIGNS.sub(lambda sign: f"&#{ord(sign[0])};", str(text))
