"""Between which values a figure truly lies: what a histogram hides, and the chance of so few."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

from relaytop.monitor.confidence import DEVIATIONS, SHARES

if TYPE_CHECKING:
    from relaytop.monitor.summary import Distribution

FEWEST = 20
"""Samples that a P95 needs."""
_Z = {name: NormalDist().inv_cdf(share) for name, share in SHARES.items()}


def p95_interval(times: Distribution) -> tuple[float, float] | None:
    """Return the interval in which the P95 lies, in milliseconds; None of too few samples.

    The ranks of the order statistics around it become times by the neighbouring percentiles
    (P50, P99), with the ends of their buckets where they come from a histogram. Between two of
    them the logarithm of the time is taken to grow as a normal quantile does. It is open above
    (infinite) where the rank lies beyond the P99 or the deadline.
    """
    if times.n < FEWEST or times.p50 is None or times.p95 is None or times.p99 is None:
        return None
    share = SHARES["p95"]
    reach = DEVIATIONS * math.sqrt(share * (1 - share) / times.n)
    if "p95" in times.censored:
        return times.p95, math.inf
    lows = {name: _low(times, name) for name in SHARES}
    highs = {name: _high(times, name) for name in SHARES}
    low = _between(share - reach, "p50", "p95", lows)
    high = math.inf
    if share + reach <= SHARES["p99"]:
        high = _between(share + reach, "p95", "p99", highs)
    elif times.max is not None and "p99" not in times.censored:
        high = max(times.max, highs["p99"])
    return min(low, lows["p95"]), max(high, highs["p95"])


def rate_interval(failed: float, n: float) -> tuple[float, float]:
    """Return the interval (Wilson's) in which an error rate lies; n > 0."""
    z2 = DEVIATIONS * DEVIATIONS
    rate = min(1.0, max(0.0, failed / n))
    middle = (rate + z2 / (2 * n)) / (1 + z2 / n)
    reach = DEVIATIONS / (1 + z2 / n) * math.sqrt(rate * (1 - rate) / n + z2 / (4 * n * n))
    return max(0.0, min(rate, middle - reach)), min(1.0, max(rate, middle + reach))


def _between(share: float, below: str, above: str, times: dict[str, float]) -> float:
    """Return the time at a share between two percentiles, of which the first is not above."""
    first, last = times[below], times[above]
    if share >= SHARES[above] or first <= 0 or math.isinf(last) or last <= first:
        return last
    z = NormalDist().inv_cdf(max(share, SHARES[below]))
    part = (z - _Z[below]) / (_Z[above] - _Z[below])
    return first * math.pow(last / first, part)


def _low(times: Distribution, name: str) -> float:
    bounds = times.bounds.get(name)
    low = bounds[0] if bounds is not None else None
    return _value(times, name) if low is None else low


def _high(times: Distribution, name: str) -> float:
    if name in times.censored:
        return math.inf
    bounds = times.bounds.get(name)
    if bounds is None:
        return _value(times, name)
    return math.inf if bounds[1] is None else bounds[1]


def _value(times: Distribution, name: str) -> float:
    found = {"p50": times.p50, "p95": times.p95, "p99": times.p99}[name]
    return found or 0.0
