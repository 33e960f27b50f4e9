"""The prices of each provider's models: the config's, else list prices, renewed every hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from relaytop.config.settings import Price, Provider, Target

RENEW_S = 3600.0


class PriceCatalogue:
    """The prices of all providers' models.

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
        """Provider → models whose list prices are renewed."""
        self._renewed_at = now

    def price(self, target: Target) -> Price | None:
        """Return what a target's model costs; None where that is unknown."""
        return self._prices[target.provider].get(target.model)

    def prices(self, provider: str) -> Mapping[str, Price]:
        """Return the prices of a provider's models."""
        return self._prices[provider]

    async def load(self, provider: str, models: Iterable[str]) -> Mapping[str, Price]:
        """Load a provider's list prices of those models that have none in the config.

        Returns:
            Model → price, of these models and of those loaded before.
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

    def providers_due(self, now: float) -> list[str]:
        """Return the providers whose list prices are to be loaded again: some depend on time."""
        if now - self._renewed_at < RENEW_S:
            return []
        self._renewed_at = now
        return list(self._listed)
