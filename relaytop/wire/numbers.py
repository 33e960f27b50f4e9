"""Numbers from servers, checked for type and range."""

from __future__ import annotations

import math

MAX_TOKENS = 100_000_000
MAX_USD = 10_000.0
MAX_COUNT = 1e15
"""Beyond any real limit."""
MAX_DIGITS = 40


def number(value: object) -> float | None:
    """Return a finite float from a number or numeric text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and len(value) > MAX_DIGITS:
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def token_count(value: object) -> int | None:
    """Return a count of tokens; missing, negative, fractional, textual or absurd ones are None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    result = number(value)
    if result is None or result < 0 or result > MAX_TOKENS or result != int(result):
        return None
    return int(result)


def usd(value: object) -> float | None:
    """Return an amount of US dollars; negative or absurd ones are None."""
    result = number(value)
    return result if result is not None and 0 <= result <= MAX_USD else None


def count(value: object) -> int | None:
    """Return a number from 0 on, from a header or a body, rounded down; None otherwise."""
    result = number(value)
    return int(result) if result is not None and 0 <= result <= MAX_COUNT else None
