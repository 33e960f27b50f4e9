"""List prices for what a job probes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from relaytop.config.list_prices import with_list_prices
from relaytop.engine.list_price_process import list_prices

if TYPE_CHECKING:
    from relaytop.config.settings import Settings


async def add_list_prices(settings: Settings) -> Settings:
    """Return settings with list prices for the targets of which the config has none."""
    unpriced = {
        provider.name: [
            target.model
            for target in settings.targets
            if target.provider == provider.name and target.model not in provider.prices
        ]
        for provider in settings.providers
    }
    found = await asyncio.gather(
        *(list_prices(p.base_url, unpriced[p.name]) for p in settings.providers)
    )
    for provider, prices in zip(settings.providers, found, strict=True):
        if prices:
            settings = with_list_prices(settings, provider.name, prices)
    return settings
