r"""Formulas as MathML, which a browser draws without a script.

In a line ``#!math -\log p_y`` in backticks, and by itself in a ``math`` fence::

    ```math
    L = -\log p_y
    ```
"""

import functools
import re
from typing import Any

from latex2mathml.converter import convert

from docs._tools.lessons import SiteError

UNKNOWN = re.compile(r"<m\w+>(\\\w+)</m\w+>")
NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'


def inline(latex: str, *_: Any, display: str = "inline", **__: Any) -> str:
    """Return LaTeX as a MathML element: inlinehilite's formatter of ``math``.

    Raises:
        SiteError: it is no LaTeX, or the converter does not know a command.
    """
    braces = re.sub(r"\\.", "", latex)
    if not latex.strip() or braces.count("{") != braces.count("}"):
        raise SiteError(f"formula {latex.strip()!r}: empty, or a brace is open")
    try:
        markup: str = convert(latex.strip(), display=display)
    except Exception as error:  # it has a dozen classes and no common one
        raise SiteError(
            f"formula {latex.strip()!r}: {type(error).__name__} {error}".strip()
        ) from None
    if unknown := UNKNOWN.search(markup):
        raise SiteError(f"formula {latex.strip()!r}: no command {unknown[1]}")
    return markup.replace(NAMESPACE, "")


# A formula by itself: superfences' formatter of ``math``.
block = functools.partial(inline, display="block")
