"""What models cost at relays, beside what they cost at their makers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from relaytop.config.settings import Price


@dataclass(frozen=True, slots=True)
class Compared:
    """One model's prices and latencies; what is unknown is None."""

    target: str
    relay: Price | None
    official: Price | None
    p50_ms: float | None = None
    """As the newest snapshot has it."""
    advertised_ms: float | None = None
    """What the relay promises."""

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
