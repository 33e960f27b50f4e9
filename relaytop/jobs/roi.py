"""Input of the ROI arithmetic: two price lists, and tokens from the ledger."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from relaytop.config.errors import RelaytopError
from relaytop.config.paths import ledger_path
from relaytop.config.suggestions import suggestion
from relaytop.ledger.tables import DAY_S
from relaytop.ledger.usage import read_usage
from relaytop.pricing.bundled_prices import bundled_names, read_bundled
from relaytop.pricing.list_price import list_price, official_price
from relaytop.pricing.roi import ModelTokens

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from relaytop.config.settings import Price, Provider

MARKET = "market"
USAGE_DAYS = 30


class PriceList(NamedTuple):
    """Prices of models, and their origin."""

    prices: dict[str, Price]
    """Model → USD per million tokens."""
    source: str
    """Origin of the prices, as a line for the report."""


def price_list(
    flag: str, name: str, providers: Sequence[Provider], models: Iterable[str]
) -> PriceList:
    """Return the prices of models in the price list of that name.

    A model's price is the config's, else the book's, else the list price: at the provider's URL,
    or, for the market, at the model's maker.

    Args:
        flag: The flag that named the list, for sentences.
        name: Of a provider of the config or a price book, or `MARKET`.
        providers: The config's.
        models: Those that a price is needed of.

    Raises:
        RelaytopError: There is no such list, or it has no price for a model.
    """
    own = next((provider for provider in providers if provider.name == name), None)
    known = _known_prices(flag, name, own, providers)
    found: dict[str, Price] = {}
    sources: dict[str, None] = {}
    now = time.time()
    for model in models:
        priced = known.get(model) or known.get(model.rpartition("/")[2])
        if priced is None and (own or name == MARKET):
            listed = list_price(own.base_url, model, now) if own else official_price(model, now)
            priced = (listed, "today's list prices") if listed else None
        if priced is None:
            sentence = f"{flag} {name}: no price for {model!r}; {_remedy(name, model, known)}"
            raise RelaytopError(sentence)
        found[model], source = priced
        sources[source] = None
    fees = {f"${price.request:g} a request" for price in found.values() if price.request}
    beside = f"; {', '.join(sorted(fees))} is added to the tokens" if fees else ""
    return PriceList(found, f"{name}: {'; '.join(sources)}{beside}")


def recent_usage(relay: str) -> tuple[dict[str, ModelTokens], str]:
    """Return each model's tokens of the ledger's last thirty days, and the owner in words.

    Args:
        relay: Its own targets are counted where it has any; else all are.

    Raises:
        RelaytopError: The ledger holds no tokens of these days, or cannot be read.
    """
    rows = [
        row
        for row in read_usage(ledger_path(), (), time.time() - USAGE_DAYS * DAY_S)
        if row.input_tokens + row.output_tokens
    ]
    if not rows:
        sentence = f"--from-usage: the ledger has no tokens for the last {USAGE_DAYS} days; "
        sentence += "give --tokens and --mix instead"
        raise RelaytopError(sentence)
    of_relay = [row for row in rows if row.target.startswith(f"{relay}/")]
    found: dict[str, ModelTokens] = {}
    for row in of_relay or rows:
        model = row.target.partition("/")[2]
        before = found.get(model, ModelTokens(Decimal(0), Decimal(0)))
        found[model] = ModelTokens(
            before.input + row.input_tokens, before.output + row.output_tokens
        )
    owner = f"{relay}'s" if of_relay else "all targets'"
    return found, f"{owner} last {USAGE_DAYS} days"


def _known_prices(
    flag: str, name: str, own: Provider | None, providers: Sequence[Provider]
) -> dict[str, tuple[Price, str]]:
    """Return model → price and its source, of the config and the book of that name."""
    books = bundled_names()
    if own is None and name not in (MARKET, *books):
        names = [*(provider.name for provider in providers), *books, MARKET]
        sentence = f"{flag} {name}: no such price list; {suggestion(name, names)}"
        raise RelaytopError(sentence)
    known: dict[str, tuple[Price, str]] = {}
    if name in books:
        book = read_bundled(name)
        known |= {model: (price, book.source) for model, price in book.prices.items()}
    if own is not None:
        known |= {model: (price, "the config's prices") for model, price in own.prices.items()}
    return known


def _remedy(name: str, model: str, known: Collection[str]) -> str:
    if name == MARKET:
        otherwise = f'name a provider of the config that has: [providers.X.prices."{model}"]'
    else:
        otherwise = f'set it in the config: [providers.{name}.prices."{model}"]'
        if known:
            otherwise = f"known: {', '.join(known)}; or {otherwise}"
    return suggestion(model, known, otherwise)
