"""The interval of a percentile in a snapshot, also of one that holds none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from relaytop.monitor.confidence import DEVIATIONS, SHARES
from relaytop.store.document import finite_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.monitor.confidence import Interval

OLD_VIF = 9.0
"""Assumed of the times in an older snapshot: the inflation of an autocorrelation of 0.8."""
OLD_ERROR_VIF = 4.0
"""Assumed of the error rate in an older snapshot: failures that come in fours, say."""


def interval_of(figure: Mapping[str, Any], key: str) -> Interval:
    """Return between which milliseconds a percentile lies.

    Probes that were skipped widen it, and so does the bucket of a histogram; a snapshot without
    intervals has wide ones.

    Args:
        figure: A table such as `latency_ms`.
        key: `p50`, `p95` or `p99`.
    """
    tables = figure.get("confidence")
    low: float | None = None
    high: float | None = None
    if not isinstance(tables, dict):
        low, high = _old_interval(figure, key)
    elif isinstance(table := tables.get(key), dict):
        low, high = finite_number(table.get("low")), finite_number(table.get("high"))
    for name in ("skip_bounds", "bucket_bounds"):
        bounds = figure.get(name)
        wider = bounds.get(key) if isinstance(bounds, dict) else None
        if isinstance(wider, dict):
            least, most = finite_number(wider.get("low")), finite_number(wider.get("high"))
            low = None if low is None or least is None else min(low, least)
            high = None if high is None or most is None else max(high, most)
    return low, high


def _old_interval(figure: Mapping[str, Any], key: str) -> Interval:
    """Return the nearest figures that enclose the interval: percentiles, min or max."""
    n = finite_number(figure.get("n"))
    if n is None or n < 1:
        return None, None
    share = SHARES[key]
    reach = DEVIATIONS * math.sqrt(share * (1 - share) * OLD_VIF / n)
    marks = {"min": 1 / n, **SHARES, "max": 1.0}
    below = [name for name, place in marks.items() if place <= share - reach]
    above = [name for name, place in marks.items() if place >= share + reach]
    low = finite_number(figure.get(below[-1])) if below else None
    high = finite_number(figure.get(above[0])) if above else None
    # A maximum of those that succeeded is none of those that were cut off.
    return low, None if figure.get("censored") is True else high
