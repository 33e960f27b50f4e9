"""Prices that become known while one watches."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.config.settings import Price, Settings


def with_list_prices(settings: Settings, name: str, prices: Mapping[str, Price]) -> Settings:
    """Return settings in which a provider's models have these prices, unless the config has others.

    Args:
        settings: What is watched.
        name: The provider's.
        prices: Model → price.
    """
    providers = tuple(
        dataclasses.replace(
            provider,
            prices={
                **prices,
                **{m: price for m, price in provider.prices.items() if price.source == "config"},
            },
        )
        if provider.name == name
        else provider
        for provider in settings.providers
    )
    return dataclasses.replace(settings, providers=providers)
