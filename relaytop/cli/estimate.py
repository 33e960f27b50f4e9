"""What a job will cost, said before it sends anything."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from relaytop.config.list_prices import with_list_prices as merged
from relaytop.engine.list_price_process import list_prices
from relaytop.pricing.estimate import reserve_usd

if TYPE_CHECKING:
    from relaytop.config.settings import Settings


async def with_list_prices(settings: Settings) -> Settings:
    """Return settings with list prices for the targets of which the config has none."""
    wanted = {
        provider.name: [
            t.model
            for t in settings.targets
            if t.provider == provider.name and t.model not in provider.prices
        ]
        for provider in settings.providers
    }
    found = await asyncio.gather(
        *(list_prices(p.base_url, wanted[p.name]) for p in settings.providers)
    )
    for provider, prices in zip(settings.providers, found, strict=True):
        if prices:
            settings = merged(settings, provider.name, prices)
    return settings


def say_cost(settings: Settings, count: int) -> float:
    """Say on stderr what `count` probes of each target cost at most; return USD for one of each."""
    once, unpriced = 0.0, 0
    for target in settings.targets:
        price = settings.provider(target.provider).prices.get(target.model)
        usd, known = reserve_usd(target, price, settings.assumed_price)
        once += usd
        unpriced += not known
    number = len(settings.targets)
    of = "1 target" if number == 1 else f"each of {number} targets"
    text = f"{count} probes of {of}: at most ${once * count:.4f}"
    if unpriced:
        text += (
            f", {unpriced} of them at the assumed ${settings.assumed_price:g} per million tokens"
        )
    click.echo(text, err=True)
    return once
