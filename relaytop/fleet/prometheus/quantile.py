"""Quantiles of histograms, and the ends of the bucket that each lies in.

The value is interpolated as Prometheus' `histogram_quantile` does; what is certain is the bucket.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.fleet.prometheus.series import NativeHistogram


class Quantile(NamedTuple):
    """A quantile of a histogram, in the histogram's unit."""

    value: float
    low: float
    """Where its bucket begins."""
    high: float
    """Where its bucket ends; infinity: in the last one."""


def classic_quantile(q: float, buckets: Mapping[float, float]) -> Quantile | None:
    """Return a quantile of a classic histogram; None where it holds nothing.

    Args:
        q: From 0 to 1.
        buckets: Upper end (`le`) → the cumulative count up to it.
    """
    ends = sorted(end for end, count in buckets.items() if not math.isnan(count))
    if not ends:
        return None
    total = max(buckets[end] for end in ends)
    if total <= 0 or math.isinf(total):
        return None
    rank, low, below = q * total, 0.0, 0.0
    for end in ends:
        # Buckets that are scraped one after the other may seem to shrink by a little.
        count = max(below, buckets[end])
        if count >= rank and count > below:
            return _within(low, end, (rank - below) / (count - below))
        if count > below or end > low:
            low, below = max(low, end), count
    return None


def native_quantile(q: float, histogram: NativeHistogram) -> Quantile | None:
    """Return a quantile of a native histogram; None where it holds nothing."""
    buckets = sorted(histogram.buckets, key=lambda bucket: bucket.high)
    total = sum(bucket.count for bucket in buckets)
    if total <= 0 or math.isinf(total) or math.isnan(total):
        return None
    rank, below = q * total, 0.0
    for bucket in buckets:
        if bucket.count > 0 and below + bucket.count >= rank * (1 - 1e-12):
            share = min(1.0, max(0.0, (rank - below) / bucket.count))
            return _within(max(0.0, bucket.low), bucket.high, share, exponential=True)
        below += bucket.count
    return None


def _within(low: float, high: float, share: float, *, exponential: bool = False) -> Quantile:
    if math.isinf(high):
        return Quantile(low, low, high)
    if exponential and low > 0:  # native buckets grow by a factor: so is it interpolated
        return Quantile(low * (high / low) ** share, low, high)
    return Quantile(low + (high - low) * share, low, high)


def bucket_of(value: float, ends: Sequence[float]) -> tuple[float, float]:
    """Return the ends of the bucket in which an interpolated quantile lies.

    Args:
        value: As `histogram_quantile` gives it; the last finite end where it lies above it.
        ends: The upper ends of all buckets, ascending, infinity among them or not.
    """
    low = 0.0
    finite = [end for end in ends if not math.isinf(end)]
    for end in finite:
        if value <= end:
            above = end == finite[-1] and value == end
            return low, math.inf if above else end
        low = end
    return low, math.inf
