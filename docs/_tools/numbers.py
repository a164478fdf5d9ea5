"""Give a measured number the digits that its spread allows.

A spread keeps one or two digits by the rule of the Particle Data Group, and the
number ends where its spread does: 0.9683 with 0.0061 is 96.8 ± 0.6 %.
"""

import math
import re
from decimal import Decimal

from uncertainties.formatting import PDG_precision

from docs._tools.lessons import SiteError

SIX_DIGITS = 6  # as many as a record keeps
OWN_DIGITS = re.compile(r"[+,]*%?")
MOST_POINTS = 0.10  # of a share
MOST_OF_VALUE = 0.20  # of any other number


class DigitsError(SiteError):
    """A format that does not fit a number, or asks for too many digits."""


def render(value: float, spread: float | None, spec: str = "") -> str:
    """Format a number as far as its spread allows.

    Args:
        value: the number; a whole one (int) has no decimals to limit.
        spread: its standard deviation or half-range; None of a single number
            that nothing contradicts.
        spec: Python's format specification. Without digits of its own
            (``""``, ``"%"``, ``"+%"``) the number gets those it deserves.

    Raises:
        DigitsError: the format asks for more, or a single decimal number has
            none (its digits would be those that the run happened to leave).
    """
    text = formatted(value, spec)
    unit = "%" if spec.endswith("%") else ""
    if isinstance(value, int) or not math.isfinite(value):
        return text
    if OWN_DIGITS.fullmatch(spec):
        if spread is None and not unit:
            raise DigitsError("a decimal number needs a format, such as :.3f")
        return _rounded(value, decimals_of(value, spread, 3), spec)
    longest = _rounded(value, decimals_of(value, spread, SIX_DIGITS), unit)
    if _decimals(text) > _decimals(longest):
        raise DigitsError(
            f"{text} has more digits than its spread allows; allowed is "
            f":.{_decimals(longest)}{unit or 'f'} or, for the digits to come "
            f"by themselves, {':%' if unit else 'no format'}"
        )
    return text


def formatted(value: object, spec: str) -> str:
    """Format an exact value as Python does.

    Raises:
        DigitsError: the format does not fit the value.
    """
    try:
        return format(value, spec)
    except (ValueError, TypeError) as error:
        raise DigitsError(str(error)) from None


def render_spread(mean: float, spread: float, spec: str = "") -> str:
    """Format a mean with its spread, as in ``96.8 ± 0.6 %``.

    Raises:
        DigitsError: the format asks for more digits than the spread allows.
    """
    unsigned = spec.replace("+", "")
    if OWN_DIGITS.fullmatch(spec):
        around = _rounded(spread, decimals_of(mean, spread, 3), unsigned)
    else:
        around = format(spread, unsigned)
    unit = " %" if spec.endswith("%") else ""
    shown = render(float(mean), spread, spec), around
    return " ± ".join(one.rstrip("%") for one in shown) + unit


def render_range(low: float, high: float, spec: str = "") -> str:
    """Format from where to where a number varies, as in ``41-78 %``."""
    whole = isinstance(low, int) and isinstance(high, int)
    decimals = 0 if whole else decimals_of(high, (high - low) / 2, 2)
    unit = "%" if spec.endswith("%") else ""
    shown = (_rounded(one, min(decimals, 2), unit) for one in (low, high))
    return "–".join(one.rstrip("%") for one in shown) + unit.replace("%", " %")


def varies_too_much(value: float, spread: float, spec: str = "") -> bool:
    """Say whether a number is none: over 10 points of a share, or 20 %."""
    if spec.endswith("%"):
        return spread > MOST_POINTS
    return spread > MOST_OF_VALUE * abs(value)


def decimals_of(value: float, spread: float | None, digits: int) -> int:
    """Return how many decimals a number may show.

    Args:
        value: the number.
        spread: how far it varies; 0 or None if it is exact.
        digits: the most significant digits of an exact number.
    """
    most = digits - 1 - _power(value)
    if not spread:
        return min(most, 0) if value == round(value) and digits < 6 else most
    kept, rounded = PDG_precision(spread)
    allowed: int = kept - 1 - _power(rounded)
    return min(allowed, SIX_DIGITS - 1 - _power(value))


def _power(value: float) -> int:
    return math.floor(math.log10(abs(value))) if value else 0


def _rounded(value: float, decimals: int, spec: str) -> str:
    if spec.endswith("%"):
        decimals -= 2
        value = round(value, decimals + 2)
        return format(value, f"{spec[:-1]}.{max(decimals, 0)}%")
    return format(round(value, decimals), f"{spec}.{max(decimals, 0)}f")


def _decimals(text: str) -> int:
    return -int(Decimal(re.sub("[,%]", "", text)).as_tuple().exponent)
