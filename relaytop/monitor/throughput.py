"""Probes per second and cost per hour, over the last minutes."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

PACE_S = 10.0
"""The span over which probes per second are counted."""
COST_S = 120.0
"""The span over which the cost per hour is measured."""
ENOUGH_S = 15.0
"""Before this much of it has passed, the cost per hour is the estimate."""
HOUR_S = 3600.0


class Throughput:
    """Counts probes of all targets as they end.

    Args:
        now: Unix seconds.
    """

    def __init__(self, now: float) -> None:
        self.began_at = now
        """Unix seconds since when it counts."""
        self._finished: deque[float] = deque()
        self._costs: deque[tuple[float, float]] = deque()
        self.steady_since: float | None = now
        """Unix seconds since when the number of probes has not been changed."""

    def change(self, now: float | None = None) -> None:
        """Note that another number of probes is made: what was paid says nothing of what will be.

        Args:
            now: Unix seconds since when; None: since the next probe that ends.
        """
        self._costs.clear()
        self.steady_since = now

    def stop(self) -> None:
        """Note that nothing is probed any more."""
        self._finished.clear()
        self.change()

    def record(self, now: float, cost_usd: float | None) -> None:
        """Count a finished probe; what is older than the spans is dropped, whoever reads it."""
        self._finished.append(now)
        if self.steady_since is None:
            self.steady_since = now
        elif cost_usd:
            self._costs.append((now, cost_usd))
        self._forget(now)

    def add(self, others: Iterable[tuple[float, float]], now: float) -> None:
        """Count what another process saw too, as (Unix seconds, USD or NaN)."""
        found = list(others)
        self._finished = deque(sorted([*self._finished, *(at for at, _cost_usd in found)]))
        self._costs = deque(sorted([*self._costs, *(pair for pair in found if pair[1] > 0)]))
        self._forget(now)

    def probes_s(self, now: float) -> float:
        """Probes that ended a second."""
        self._forget(now)
        return len(self._finished) / max(1.0, min(PACE_S, now - self.began_at))

    def usd_per_h(self, now: float, projected: float | None) -> float | None:
        """Measure what probing costs; `projected` until enough has passed."""
        self._forget(now)
        began_at = now if self.steady_since is None else self.steady_since
        span_s = min(COST_S, now - began_at)
        if span_s >= ENOUGH_S and self._costs:
            return sum(cost_usd for _at, cost_usd in self._costs) / span_s * HOUR_S
        return projected

    def _forget(self, now: float) -> None:
        while self._finished and self._finished[0] < now - PACE_S:
            self._finished.popleft()
        while self._costs and self._costs[0][0] < now - COST_S:
            self._costs.popleft()
