"""Bounds between which a window's percentiles truly lie, whatever the shape of the times.

They are order statistics: the values at ranks n·p ± 1.82·√(n·p·(1 − p)·VIF), so nothing is assumed
of the distribution. VIF, the variance inflation, counts neighbours that resemble each other (slow
spells, errors in bursts) as fewer than they are; it comes from autocorrelations at lag 1, as for an
autoregressive series. The intervals of two windows without a difference are apart in about one of
a hundred comparisons: 1.82 on each side is 2.58 for the difference.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

DEVIATIONS = 1.82
SHARES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Shares of the values below the levels at which spells are looked for."""
SIGNIFICANT = 2.0
"""Standard errors beyond which a level's autocorrelation is none of chance."""
STRONGEST = 0.98
"""The greatest autocorrelation that is believed: the variance is 99-fold then."""
FEWEST = 3
"""Values that an autocorrelation needs."""

Interval = tuple[float | None, float | None]
"""Milliseconds; None: open on that side, for want of samples or beyond the deadline."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """What a comparison with another window needs beside the figures."""

    latency: Mapping[str, Interval] = field(default_factory=dict)
    """Percentile (`p50`, `p95`, `p99`) → the interval that it lies in."""
    ttft: Mapping[str, Interval] = field(default_factory=dict)
    error_vif: float = 1.0
    """The variance inflation of the error rate."""


def intervals(times_ms: Sequence[float | None], timeout_ms: float) -> dict[str, Interval]:
    """Return the interval of each percentile.

    Args:
        times_ms: In the order of time; None: cut off by the deadline, above all others.
        timeout_ms: The deadline.
    """
    n = len(times_ms)
    if not n:
        return {}
    inflation = variance_inflation([math.inf if ms is None else ms for ms in times_ms])
    ordered = sorted(ms for ms in times_ms if ms is not None)

    def at(rank: int) -> float | None:
        """Return what is at a rank from 1 on; the deadline for one that was cut off."""
        return ordered[rank - 1] if rank <= len(ordered) else timeout_ms

    found: dict[str, Interval] = {}
    for name, share in SHARES.items():
        middle = n * share
        reach = DEVIATIONS * math.sqrt(n * share * (1 - share) * inflation)
        low, high = math.floor(middle - reach), math.ceil(middle + reach)
        open_above = high > len(ordered)  # beyond the deadline, or beyond what was sampled
        found[name] = (at(low) if low >= 1 else None, None if open_above else at(high))
    return found


def variance_inflation(values: Sequence[float]) -> float:
    """Return by how much neighbours' resemblance inflates the variance of a share, 1 to 99.

    Args:
        values: In the order of time.
    """
    n = len(values)
    if n < FEWEST:
        return 1.0
    ranks = _ranks(values)
    found = _autocorrelation(ranks)
    for share in LEVELS:
        # A slow spell shows in what is above a level, and hides among the ranks.
        above = _autocorrelation([float(rank > share * (n - 1)) for rank in ranks])
        if above > SIGNIFICANT / math.sqrt(n):
            found = max(found, above)
    found = min(max(found, 0.0), STRONGEST)
    return (1 + found) / (1 - found)


def _autocorrelation(values: Sequence[float]) -> float:
    """Return the autocorrelation at lag 1, without the bias of a short series; 0 of a constant."""
    n = len(values)
    mean = sum(values) / n
    deviations = [value - mean for value in values]
    variance = sum(deviation * deviation for deviation in deviations)
    if not variance:
        return 0.0
    found = sum(a * b for a, b in pairwise(deviations)) / variance
    return found + (1 + 4 * found) / n


def _ranks(values: Sequence[float]) -> list[float]:
    """Return ranks from 0 on; equal values share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    first = 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and values[order[last + 1]] == values[order[first]]:
            last += 1
        for place in order[first : last + 1]:
            ranks[place] = (first + last) / 2
        first = last + 1
    return ranks


def error_inflation(failures: Iterable[bool]) -> float:
    """Return the variance inflation of an error rate; `failures` in the order of time."""
    return variance_inflation([float(failed) for failed in failures])
