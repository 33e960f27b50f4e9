"""Parsers of amounts, shares and costs: `50M`, `gpt-4.1=0.3,…`, `0.25`."""

from __future__ import annotations

import re
from decimal import Decimal

_UNITS = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
_AMOUNT = re.compile(r"(\d{1,15}(?:\.\d{1,12})?)\s*([kmb]?)", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{0,12})?|\.\d{1,12}", re.ASCII)
_SHOWN = 60
"""The most characters of the user's text in a message."""
TOLERANCE = Decimal("0.001")


def parse_tokens(text: str) -> list[int]:
    """Read one or several amounts of tokens, as in `50M` or `1M,10M,100M`.

    Raises:
        ValueError: It is none; the message says what would be one.
    """
    found = []
    for part in text.split(","):
        match = _AMOUNT.fullmatch(part.strip())
        amount = Decimal(match[1]) * _UNITS[match[2].lower()] if match else Decimal(0)
        if amount < 1 or amount % 1:
            message = (
                f"{part.strip()[:_SHOWN]!r} is not an amount of tokens: write 800k, 50M or 1.5B"
            )
            raise ValueError(message)
        found.append(int(amount))
    return found


def parse_mix(text: str) -> dict[str, Decimal]:
    """Read the shares of models, as in `gpt-4.1=0.7,gemini-2.5-flash=0.3`.

    Raises:
        ValueError: A share is no number above 0, a model is named twice, or they do not add up
            to 1.
    """
    shares: dict[str, Decimal] = {}
    for part in text.split(","):
        name, _, share = part.rpartition("=")
        model = name.strip()
        if not model:
            message = f"{part.strip()[:_SHOWN]!r} is not a share: write MODEL=0.3"
            raise ValueError(message)
        if model in shares:
            message = f"{model[:_SHOWN]!r} is given twice: give each model one share"
            raise ValueError(message)
        shares[model] = _share(model, share.strip())
    total = sum(shares.values(), Decimal(0))
    if abs(total - 1) > TOLERANCE:
        message = f"the shares add up to {total:f}, not to 1"
        raise ValueError(message)
    return shares


def parse_share(text: str) -> Decimal:
    """Read a share of 0 to 1.

    Raises:
        ValueError: It is none.
    """
    share = parse_number(text)
    if share is None or share > 1:
        message = f"{text[:20]!r} is not a share: write a number from 0 to 1, such as 0.25"
        raise ValueError(message)
    return share


def parse_cost(text: str) -> Decimal:
    """Read an amount of USD above 0.

    Raises:
        ValueError: It is none.
    """
    cost = parse_number(text)
    if not cost:
        message = f"{text[:20]!r} is not a cost: write USD above 0, such as 5000"
        raise ValueError(message)
    return cost


def parse_number(text: str) -> Decimal | None:
    """Read a number of at most twelve digits on either side of the point; None where it is none.

    It has no sign, no exponent and no separators: what is written is what is meant.
    """
    text = text.strip()
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _share(model: str, text: str) -> Decimal:
    share = parse_number(text)
    if share is None or not 0 < share <= 1:
        given = f"the share of {model[:_SHOWN]!r} is {text[:_SHOWN]!r}"
        message = f"{given}: it must be above 0, at most 1"
        raise ValueError(message)
    return share
