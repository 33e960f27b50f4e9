"""Price lists that come with the package: relays' rates as they advertise them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING

from relaytop.config.settings import Price

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = files("relaytop.pricing") / "data"


@dataclass(frozen=True, slots=True)
class BundledPrices:
    """One price list."""

    name: str
    source: str
    """The origin of the prices, in words."""
    prices: Mapping[str, Price]
    """Model → USD per million tokens; one rate for input and output."""
    latency_ms: Mapping[str, float] = field(default_factory=dict)
    """Model → the latency that is advertised, in milliseconds."""


def bundled_names() -> list[str]:
    """Return the names of the lists, in order."""
    names = (file.name for file in _FOLDER.iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


def read_bundled(name: str) -> BundledPrices:
    """Read a list.

    Raises:
        KeyError: There is none of that name.
    """
    if name not in bundled_names():
        raise KeyError(name)
    document = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    prices = {model: Price(rate, rate) for model, rate in document["prices"].items()}
    return BundledPrices(name, document["source"], prices, document.get("latency_ms", {}))
