"""A histogram of several series together: its percentiles with the ends of their buckets."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import TYPE_CHECKING

from relaytop.fleet.prometheus.quantile import classic_quantile, native_quantile
from relaytop.fleet.prometheus.queries import QUANTILES
from relaytop.fleet.prometheus.series import NativeHistogram
from relaytop.monitor.summary import Distribution

if TYPE_CHECKING:
    from collections.abc import Hashable

    from relaytop.fleet.prometheus.quantile import Quantile
    from relaytop.fleet.prometheus.series import NativeBucket


class Histogram:
    """Requests by bucket; those of a classic histogram are cumulative and come one by one."""

    def __init__(self) -> None:
        self._classic: dict[Hashable, dict[float, float]] = {}
        self._native: list[NativeBucket] = []
        self._factor = 1.0

    def add(self, series: Hashable, le: str, count: float) -> None:
        """Add a classic bucket.

        Args:
            series: The series without `le`: buckets of several are not mixed.
            le: Its upper end as the label has it.
            count: Requests up to it; not a number where the series has none.
        """
        try:
            end = float(le)
        except ValueError:
            return
        if end > 0 and math.isfinite(count):
            self._classic.setdefault(series, {})[end] = count

    def add_native(self, histogram: NativeHistogram, factor: float) -> None:
        """Add a native histogram; `factor`: what makes its counts requests, the same of all."""
        self._factor = factor
        self._native += histogram.buckets

    def distribution(self, scale: float) -> Distribution:
        """Return its percentiles; `scale`: what makes its times milliseconds."""
        merged = self._merged() if self._classic else {}
        found: dict[str, Quantile] = {}
        for name, share in QUANTILES.items():
            quantile = (
                classic_quantile(share, merged)
                if self._classic
                else native_quantile(share, NativeHistogram(0.0, 0.0, self._native))
            )
            if quantile is None:
                return Distribution()
            found[name] = quantile
        total = max(merged.values()) if merged else self._native_count() * self._factor
        return Distribution(
            n=round(total),
            p50=found["p50"].value * scale,
            p95=found["p95"].value * scale,
            p99=found["p99"].value * scale,
            bounds={
                name: (each.low * scale, None if math.isinf(each.high) else each.high * scale)
                for name, each in found.items()
            },
            approximate=True,
        )

    def _native_count(self) -> float:
        return sum(bucket.count for bucket in self._native if bucket.count > 0)

    def _merged(self) -> dict[float, float]:
        """Return the cumulative counts of all series together, at the ends that any has.

        Of one that lacks an end, what it has counted up to its own end below is taken.
        """
        series = [dict(each) for each in self._classic.values()]
        if self._native:
            series.append(self._native_as_classic())
        if len(series) == 1:
            return series[0]
        ends = sorted({end for each in series for end in each})
        merged = dict.fromkeys(ends, 0.0)
        for each in series:
            own = sorted(each)
            for end in ends:
                at = bisect_right(own, end)
                merged[end] += each[own[at - 1]] if at else 0.0
        return merged

    def _native_as_classic(self) -> dict[float, float]:
        counted: dict[float, float] = {}
        below = 0.0
        for bucket in sorted(self._native, key=lambda bucket: bucket.high):
            below += max(0.0, bucket.count) * self._factor
            counted[bucket.high] = below
        return counted
