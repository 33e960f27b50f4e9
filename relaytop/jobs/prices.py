"""Prices of models at relays beside those of their makers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError
from relaytop.config.paths import snapshots_folder
from relaytop.pricing.bundled_prices import bundled_names, read_bundled
from relaytop.pricing.list_price import list_price, official_price
from relaytop.store.snapshot import load_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from relaytop.config.settings import Price, Settings

MAX_SNAPSHOTS = 20
"""Newest snapshots that are searched for a P50."""


@dataclass(frozen=True, slots=True)
class PriceComparison:
    """One model's prices and latencies; what is unknown is None."""

    target: str
    relay: Price | None
    official: Price | None
    p50_ms: float | None = None
    """As the newest snapshot has it."""
    advertised_ms: float | None = None
    """Latency that the relay advertises."""

    def saved_share(self, output_share: float) -> float | None:
        """Return what is saved at the relay, as a share of the official cost; negative: it is more.

        Args:
            output_share: Share of the tokens that are output, 0 to 1.
        """
        if self.relay is None or self.official is None:
            return None
        official = blended(self.official, output_share)
        return 1 - blended(self.relay, output_share) / official if official > 0 else None


def blended(price: Price, output_share: float) -> float:
    """Return USD per million tokens of which `output_share` are output."""
    return price.input * (1 - output_share) + price.output * output_share


def compare_configured(settings: Settings) -> list[PriceComparison]:
    """Compare the models that a config names, at its price, else the provider's list price."""
    p50s_ms, now, books = newest_p50s_ms(_newest_snapshots()), time.time(), bundled_names()
    found = []
    for provider in settings.providers:
        advertised_ms = read_bundled(provider.name).latency_ms if provider.name in books else {}
        for model in dict.fromkeys((*provider.models, *provider.prices)):
            target = f"{provider.name}/{model}"
            found.append(
                PriceComparison(
                    target,
                    provider.prices.get(model) or list_price(provider.base_url, model, now),
                    official_price(model, now),
                    p50s_ms.get(target),
                    advertised_ms.get(model),
                )
            )
    return found


def compare_bundled() -> list[PriceComparison]:
    """Compare the models of every price book that is a relay's."""
    now = time.time()
    return [
        PriceComparison(
            f"{book.name}/{model}",
            price,
            official_price(model, now),
            advertised_ms=book.latency_ms.get(model),
        )
        for book in map(read_bundled, bundled_names())
        if book.latency_ms
        for model, price in book.prices.items()
    ]


def newest_p50s_ms(documents: Iterable[Mapping[str, object]]) -> dict[str, float]:
    """Return target → P50 of the newest snapshot that has one.

    Args:
        documents: Snapshots, the newest first.
    """
    found: dict[str, float] = {}
    for document in documents:
        targets = document.get("targets")
        for target in targets if isinstance(targets, list) else ():
            value = target.get("latency_ms", {}).get("p50")
            if isinstance(value, int | float):
                found.setdefault(str(target.get("target")), float(value))
    return found


def _newest_snapshots() -> Iterator[dict[str, Any]]:
    paths = sorted(snapshots_folder().glob("*-*Z.toml"), key=lambda p: p.name.partition("-")[2])
    for path in islice(reversed(paths), MAX_SNAPSHOTS):
        try:
            yield load_snapshot(path)
        except RelaytopError:
            continue  # one that cannot be read has no P50
