"""Which of the known metrics a Prometheus has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.fleet.traffic import promql
from relaytop.fleet.traffic.exporter import HISTOGRAMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relaytop.fleet.prometheus.series import Value
    from relaytop.fleet.traffic.exporter import Exporter, Metric


@dataclass(frozen=True, slots=True)
class Found:
    """A metric that exists."""

    exporter: Exporter
    figure: str
    metric: Metric
    name: str
    """The name of its series: a classic histogram's with `_bucket`."""


def query(exporters: Sequence[Exporter], matchers: str) -> str:
    """Return the query for the names that exist, of all exporters at once."""
    names = dict.fromkeys(name for exporter in exporters for name in exporter.names())
    inner = f"__name__=~{promql.one_of(names)}"
    return f"count by (__name__) ({{{inner}{',' + matchers if matchers else ''}}})"


def find_metrics(exporters: Sequence[Exporter], answer: Sequence[Value]) -> Sequence[Found]:
    """Return what exists of the exporters' metrics."""
    counts = {
        value.labels.get("__name__", ""): value.value
        for value in answer
        if isinstance(value.value, float | int)
    }
    return [found for exporter in exporters for found in _of(exporter, counts)]


def _of(exporter: Exporter, counts: Mapping[str, float]) -> Iterator[Found]:
    for figure, metric in exporter.metrics.items():
        for name in metric.names:
            series = _series(name, counts) if figure in HISTOGRAMS else name
            if series in counts:
                yield Found(exporter, figure, metric, series)
                break


def _series(name: str, counts: Mapping[str, float]) -> str:
    """Return the histogram's native series where all have such, else its classic ones."""
    native, classic = counts.get(name, 0.0), counts.get(f"{name}_count", 0.0)
    return name if native and native >= classic else f"{name}_bucket"
