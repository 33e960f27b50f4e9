"""What each provider's models cost: by the config, else by the list, which is looked at hourly."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from relaytop.config.settings import Price, Provider, Target

PRICES_S = 3600.0


class PriceCatalogue:
    """Keeps the prices of models.

    Args:
        providers: With the prices of the config.
        look_up: Finds list prices: (base URL, model ids) → prices.
        now: Unix seconds.
    """

    def __init__(
        self,
        providers: Iterable[Provider],
        look_up: Callable[[str, Iterable[str]], Awaitable[Mapping[str, Price]]],
        now: float,
    ) -> None:
        self._providers = {provider.name: provider for provider in providers}
        self._look_up = look_up
        self._prices = {name: dict(p.prices) for name, p in self._providers.items()}
        self._listed: dict[str, tuple[str, ...]] = {}
        """Provider → models whose list prices are kept up to date."""
        self._looked_at = now

    def price(self, target: Target) -> Price | None:
        """Return what a target's model costs; None where that is unknown."""
        return self._prices[target.provider].get(target.model)

    def prices(self, provider: str) -> Mapping[str, Price]:
        """Return the prices of a provider's models."""
        return self._prices[provider]

    async def learn(self, provider: str, models: Iterable[str]) -> Mapping[str, Price]:
        """Look up a provider's list prices, for those models that the config has no price of.

        Returns:
            What was found for these and for those that were asked for before.
        """
        known = self._providers[provider]
        wanted = tuple(
            dict.fromkeys((*self._listed.get(provider, ()), *models)) - known.prices.keys()
        )
        self._listed[provider] = wanted
        found = await self._look_up(known.base_url, wanted) if wanted else {}
        if found:
            self._prices[provider] = {**found, **known.prices}
        return found

    def due(self, now: float) -> list[str]:
        """Return the providers whose list is to be looked at again: some prices depend on time."""
        if now - self._looked_at < PRICES_S:
            return []
        self._looked_at = now
        return list(self._listed)
