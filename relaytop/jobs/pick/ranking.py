"""The ranking of candidates: success first, then P95, then price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.config.settings import Price
    from relaytop.monitor.summary import Summary

MAX_ERROR_RATE = 0.5
"""An error rate from which on a target is not healthy, whatever the others are."""
UNKNOWN_LAST = float("inf")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One target: what it showed, and its price."""

    summary: Summary
    usd_per_mtok: float | None = None
    """Input and output together; None where it is unknown."""

    @property
    def target(self) -> str:
        """The target's name."""
        return self.summary.target

    @property
    def error_rate(self) -> float:
        """Failed of all, 0 to 1; 1 of nothing."""
        return 1 - self.summary.ok / self.summary.requests if self.summary.requests else 1.0

    @property
    def last_error(self) -> str | None:
        """The class of the last failure; None without one."""
        last, failed = self.summary.last_error, self.summary.requests - self.summary.ok
        return last.error_class if last is not None and failed else None

    @property
    def healthy(self) -> bool:
        """Whether it may be picked at all: not one whose last probes failed."""
        failing = self.summary.status == "down" or self.error_rate >= MAX_ERROR_RATE
        return self.summary.ok > 0 and not failing

    @property
    def rank(self) -> tuple[bool, float, float, float]:
        """The key to sort by, the best first."""
        p95_ms, price = self.summary.latency.p95, self.usd_per_mtok
        return (
            not self.healthy,
            round(self.error_rate, 3),
            UNKNOWN_LAST if p95_ms is None else p95_ms,
            UNKNOWN_LAST if price is None else price,
        )


def ranked(summaries: Sequence[Summary], prices: Mapping[str, Price]) -> list[Candidate]:
    """Return the candidates, the healthiest first.

    Args:
        summaries: One per target.
        prices: Target → its price, where it is known.
    """
    found = [
        Candidate(summary, price.input + price.output if price else None)
        for summary in summaries
        for price in (prices.get(summary.target),)
    ]
    return sorted(found, key=lambda candidate: candidate.rank)
