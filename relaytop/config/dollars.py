"""Amounts of US dollars as a user writes them."""

from __future__ import annotations

import math

MOST_USD = 1e6
"""No budget is greater."""


def parse_dollars(text: str) -> float:
    """Return a budget in USD, with or without its sign.

    Raises:
        ValueError: It is not an amount, or none from 0 to a million; the sentence says so.
    """
    number = text.strip().removeprefix("$").strip()
    try:
        usd = float(number)
    except ValueError:
        usd = math.nan
    if math.isnan(usd) or "_" in number or not number.isascii():
        sentence = (
            f"{number[:20]!r} is not an amount: write USD as 2.50"
            if number
            else "an amount is required"
        )
        raise ValueError(sentence)
    if not 0 <= usd <= MOST_USD:
        sentence = f"out of range: from 0 to {MOST_USD:,.0f} USD"
        raise ValueError(sentence)
    return abs(usd)
