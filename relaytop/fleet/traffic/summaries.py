"""From readings to the users' figures of each row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.fleet.traffic.exporter import GAUGE_MARK, HISTOGRAMS
from relaytop.fleet.traffic.histogram import Histogram
from relaytop.fleet.traffic.readings import FAILED
from relaytop.monitor.summary import Distribution
from relaytop.monitor.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from relaytop.fleet.traffic.exporter import Exporter, Merge
    from relaytop.fleet.traffic.readings import Reading, Readings

HOUR_S = 3600
MERGES: Mapping[Merge, Callable[[Sequence[float]], float]] = {
    "sum": sum,
    "mean": lambda values: sum(values) / len(values),
    "min": min,
    "max": max,
}


def traffic_of(
    rows: Iterable[str], readings: Readings, exporters: Sequence[Exporter], window_s: float
) -> dict[str, Traffic]:
    """Return row → the figures of its users' requests; a row that has none is not there.

    Args:
        rows: The ids of the rows.
        readings: What the answers tell of them.
        exporters: Those in force; a figure of several is the first one's.
        window_s: The span over which rates were taken.
    """
    found = {}
    for row in rows:
        parts = [
            _traffic(exporter, told[0], window_s, all_places=told[1])
            for exporter in exporters
            if (told := readings.of(row, exporter.name)) is not None
        ]
        if parts:
            found[row] = _merged(parts)
    return found


def _traffic(exporter: Exporter, reading: Reading, window_s: float, *, all_places: bool) -> Traffic:
    scales = {name: metric.scale for name, metric in exporter.metrics.items()}
    latency, ttft = (
        reading.histograms.get(figure, Histogram()).distribution(scales.get(figure, 1.0))
        for figure in HISTOGRAMS
    )
    rates = {
        name: rate * scales.get(name, 1.0) for name, rate in reading.counters.items() if rate >= 0
    }
    requests_s, error_rate = _requests(exporter, reading, rates, latency.n, window_s)
    return Traffic(
        exporter=exporter.name,
        all_places=all_places,
        requests=None if requests_s is None else requests_s * window_s,
        requests_s=requests_s,
        error_rate=error_rate,
        latency=latency,
        ttft=ttft,
        tokens_s=rates.get("tokens"),
        usd_per_h=None if "cost" not in rates else rates["cost"] * HOUR_S,
        gauges={
            name: MERGES[metric.merge](reading.gauges[name]) * metric.scale
            for figure, metric in exporter.metrics.items()
            if (name := figure.removeprefix(GAUGE_MARK)) in reading.gauges
            and figure.startswith(GAUGE_MARK)
        },
    )


def _requests(
    exporter: Exporter, reading: Reading, rates: Mapping[str, float], ok: int, window_s: float
) -> tuple[float | None, float | None]:
    """Return the requests per second and the share of them that failed, as far as it is told.

    A counter of failures has no series before the first, so that an absent one is 0 where the
    exporter has such.
    """
    counts_failures = "failures" in exporter.metrics or bool(exporter.failed)
    failures = rates.get("failures", 0.0) + rates.get("failed", 0.0)
    if "requests" in rates:
        total = rates["requests"]
    elif "successes" in rates or "failures" in rates:
        total = rates.get("successes", 0.0) + failures
        counts_failures = counts_failures and "successes" in exporter.metrics
    elif ok or FAILED in reading.histograms:
        failures = reading.histograms.get(FAILED, Histogram()).distribution(1.0).n / window_s
        total = ok / window_s + failures
        counts_failures = bool(exporter.failed)
    else:
        return None, None
    return total, min(1.0, failures / total) if counts_failures and total > 0 else None


def _merged(parts: Sequence[Traffic]) -> Traffic:
    """Return the figures of several exporters: each the first's that has it."""
    if len(parts) == 1:
        return parts[0]

    def first(figure: Callable[[Traffic], float | None]) -> float | None:
        return next((value for part in parts if (value := figure(part)) is not None), None)

    def times(figure: Callable[[Traffic], Distribution]) -> Distribution:
        return next((value for part in parts if (value := figure(part)).n), Distribution())

    gauges: dict[str, float] = {}
    for part in parts:
        gauges = {**part.gauges, **gauges}
    return Traffic(
        exporter="+".join(part.exporter for part in parts),
        all_places=any(part.all_places for part in parts),
        requests=first(lambda part: part.requests),
        requests_s=first(lambda part: part.requests_s),
        error_rate=first(lambda part: part.error_rate),
        latency=times(lambda part: part.latency),
        ttft=times(lambda part: part.ttft),
        tokens_s=first(lambda part: part.tokens_s),
        usd_per_h=first(lambda part: part.usd_per_h),
        gauges=gauges,
    )
