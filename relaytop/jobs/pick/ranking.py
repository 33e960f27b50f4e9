"""The ranking of candidates: success first, then P95, then price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.config.settings import Price
    from relaytop.monitor.summary import Summary

MOST_FAILED = 0.5
"""An error rate from which on a target is not healthy, whatever the others are."""
FAR = float("inf")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One target and what it showed."""

    target: str
    provider: str
    model: str
    requests: int
    ok: int
    p95_ms: float | None
    """The slowest of few samples, by interpolation; None where it is unknown."""
    p50_ms: float | None
    price: float | None
    """USD per million tokens, input and output together; None where it is unknown."""
    error: str | None
    """The class of the last failure."""
    down: bool = False
    """Whether the last probes failed, however well it did before."""

    @property
    def error_rate(self) -> float:
        """Failed of all, 0 to 1; 1 of nothing."""
        return 1 - self.ok / self.requests if self.requests else 1.0

    @property
    def healthy(self) -> bool:
        """Whether it may be picked at all."""
        return self.ok > 0 and self.error_rate < MOST_FAILED and not self.down

    @property
    def rank(self) -> tuple[bool, float, float, float]:
        """The key to sort by, the best first."""
        return (
            not self.healthy,
            round(self.error_rate, 3),
            FAR if self.p95_ms is None else self.p95_ms,
            FAR if self.price is None else self.price,
        )


def ranked(summaries: Sequence[Summary], prices: Mapping[str, Price]) -> list[Candidate]:
    """Return the candidates, the healthiest first.

    Args:
        summaries: One per target.
        prices: Target → its price, where it is known.
    """
    found = [_candidate(summary, prices.get(summary.target)) for summary in summaries]
    return sorted(found, key=lambda candidate: candidate.rank)


def _candidate(s: Summary, price: Price | None) -> Candidate:
    return Candidate(
        target=s.target,
        provider=s.provider,
        model=s.model,
        requests=s.requests,
        ok=s.ok,
        p95_ms=s.latency.p95,
        p50_ms=s.latency.p50,
        price=None if price is None else price.input + price.output,
        down=s.status == "down",
        error=s.last_error.error_class if s.last_error is not None and s.ok < s.requests else None,
    )
