"""Price books: named lists of prices that come with the package."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING

from relaytop.config.settings import Price

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Book:
    """One list of prices."""

    name: str
    source: str
    """Where it is from, in words."""
    prices: Mapping[str, Price]
    """Model → USD per million tokens; one rate for input and output."""
    latency_ms: Mapping[str, float] = field(default_factory=dict)
    """Model → the latency that is advertised, in milliseconds."""


def book_names() -> list[str]:
    """Name the books there are."""
    found = (files("relaytop.pricing") / "books").iterdir()
    return sorted(f.name.removesuffix(".toml") for f in found if f.name.endswith(".toml"))


def read_book(name: str) -> Book:
    """Read a book.

    Raises:
        KeyError: There is none of that name.
    """
    if name not in book_names():
        raise KeyError(name)
    text = (files("relaytop.pricing") / "books" / f"{name}.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    prices = {model: Price(rate, rate) for model, rate in document["prices"].items()}
    return Book(name, document["source"], prices, document.get("latency_ms", {}))
