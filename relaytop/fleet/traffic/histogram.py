"""A histogram of several series together: its percentiles with the ends of their buckets."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from relaytop.monitor.summary import Distribution

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from relaytop.fleet.prometheus.series import NativeHistogram

SHARES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


class Histogram:
    """Requests by bucket; the buckets of a classic histogram are cumulative and come one by one."""

    def __init__(self) -> None:
        self._cumulative: dict[str, dict[float, float]] = {}
        self._counts: dict[tuple[float, float], float] = {}

    def add(self, series: str, le: str, count: float) -> None:
        """Add a classic bucket: how many are at most `le`.

        Args:
            series: The series without `le`: buckets of several are not mixed.
            le: Its upper end as the label has it.
            count: Of requests; not a number where the series has none.
        """
        try:
            end = float(le)
        except ValueError:
            return
        if not math.isnan(end) and math.isfinite(count):
            self._cumulative.setdefault(series, {})[end] = count

    def add_native(self, histogram: NativeHistogram, factor: float) -> None:
        """Add a native histogram; `factor`: what makes its counts requests."""
        for bucket in histogram.buckets:
            if bucket.count > 0 and bucket.high > 0:
                ends = max(0.0, bucket.low), bucket.high
                self._counts[ends] = self._counts.get(ends, 0.0) + bucket.count * factor

    def distribution(self, scale: float) -> Distribution:
        """Return its percentiles; `scale`: what makes its times milliseconds."""
        counts = dict(self._counts)
        for series in self._cumulative.values():
            for ends, count in _buckets(series):
                counts[ends] = counts.get(ends, 0.0) + count
        ordered = sorted(counts.items(), key=lambda item: (item[0][1], item[0][0]))
        total = sum(counts.values())
        if total <= 0:
            return Distribution()
        found = {name: _quantile(ordered, total * share) for name, share in SHARES.items()}
        return Distribution(
            n=round(total),
            p50=found["p50"][0] * scale,
            p95=found["p95"][0] * scale,
            p99=found["p99"][0] * scale,
            bounds={
                name: (low * scale, None if math.isinf(high) else high * scale)
                for name, (_, low, high) in found.items()
            },
            approximate=True,
        )


def _buckets(cumulative: Mapping[float, float]) -> Iterable[tuple[tuple[float, float], float]]:
    """Yield a series' buckets with their own counts; what falls from one to the next is none."""
    ends = sorted(cumulative)
    low, reached = 0.0, 0.0
    for end in ends:
        count = max(0.0, cumulative[end] - reached)
        if count and end > low:
            yield (low, end), count
        low, reached = max(low, end), reached + count


def _quantile(
    ordered: list[tuple[tuple[float, float], float]], rank: float
) -> tuple[float, float, float]:
    """Return a quantile, and the ends of its bucket: interpolated as `histogram_quantile` does.

    In the last bucket, which has no end, it is its beginning.
    """
    below = 0.0
    for (low, high), count in ordered:
        if below + count >= rank:
            if math.isinf(high):
                return low, low, high
            return low + (high - low) * (rank - below) / count, low, high
        below += count
    (low, high), _ = ordered[-1]  # rounding left the rank a trifle above all
    return (low if math.isinf(high) else high), low, high
