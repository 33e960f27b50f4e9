"""The answers of a refresh, read: what was found of each row, by exporter."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relaytop.config.target_id import split_target
from relaytop.fleet.prometheus.series import NativeHistogram
from relaytop.fleet.traffic.exporter import GAUGE_MARK, HISTOGRAMS
from relaytop.fleet.traffic.histogram import Histogram
from relaytop.fleet.traffic.queries import figure_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from relaytop.fleet.prometheus.series import Value
    from relaytop.fleet.traffic.exporter import Exporter
    from relaytop.fleet.traffic.matching import Matcher

FAILED = "failed"
"""The figure of requests that failed: a histogram where they are in that of the latencies."""


@dataclass(slots=True)
class Reading:
    """What one exporter tells of one row."""

    histograms: dict[str, Histogram] = field(default_factory=dict)
    counters: dict[str, float] = field(default_factory=dict)
    """Per second; `failed`: those of `requests` that failed."""
    gauges: dict[str, list[float]] = field(default_factory=dict)
    """Name → its values, each of a series."""


@dataclass(slots=True)
class Readings:
    """What was found of all rows."""

    own: dict[tuple[str, str], Reading] = field(default_factory=dict)
    """(Row, exporter) → what is told of its place."""
    everywhere: dict[tuple[str, str], Reading] = field(default_factory=dict)
    """(Row, exporter) → what is told of its model without a place."""
    unmatched: dict[str, set[str]] = field(default_factory=dict)
    """Exporter → models that no row probes."""

    def of(self, row: str, exporter: str) -> tuple[Reading, bool] | None:
        """Return what an exporter tells of a row, and whether that is of all places together."""
        if (found := self.own.get((row, exporter))) is not None:
            return found, False
        found = self.everywhere.get((row, exporter))
        return None if found is None else (found, True)


def read(
    answers: Iterable[Value],
    exporters: Mapping[str, Exporter],
    matcher: Matcher,
    place_label: str,
    window_s: float,
) -> Readings:
    """Return what the answers tell of the rows.

    Args:
        answers: Of `queries.queries`, all together.
        exporters: Name → those in force.
        matcher: Finds the rows of a model.
        place_label: The label that is the place.
        window_s: The span over which rates were taken.
    """
    values = [value for value in answers if figure_of(value.labels)[0] in exporters]
    place_known = {
        figure_of(value.labels)[0]
        for value in values
        if value.labels.get(place_label) and value.labels[place_label] in matcher.places
    }
    found = Readings()
    for value in values:
        name, figure = figure_of(value.labels)
        exporter = exporters[name]
        models = [value.labels.get(label, "") for label in exporter.models]
        rows = matcher.rows(models, exporter.providers)
        if not rows and (model := next(filter(None, models), "")):
            found.unmatched.setdefault(name, set()).add(model)
        place = value.labels.get(place_label, "") if name in place_known else ""
        for reading in _readings(found, rows, name, place):
            _add(reading, figure, value, exporter, window_s)
    return found


def _readings(found: Readings, rows: Sequence[str], exporter: str, place: str) -> Iterator[Reading]:
    """Yield the readings that a series of some rows belongs to."""
    for row in rows:
        own = split_target(row).place
        if own == place:  # a fleet of one place has none: all is its own
            yield found.own.setdefault((row, exporter), Reading())
        elif not place:
            yield found.everywhere.setdefault((row, exporter), Reading())


def _add(reading: Reading, figure: str, value: Value, exporter: Exporter, window_s: float) -> None:
    failed = _failed(value.labels, exporter)
    if figure in HISTOGRAMS:
        if failed:  # whose time is no latency
            if figure != "latency":
                return
            figure = FAILED
        histogram = reading.histograms.setdefault(figure, Histogram())
        if isinstance(value.value, NativeHistogram):
            histogram.add_native(value.value, window_s)
        else:
            labels = value.labels
            series = "\0".join(f"{name}\0{labels[name]}" for name in sorted(labels) if name != "le")
            histogram.add(series, labels.get("le", ""), value.value * window_s)
        return
    if isinstance(value.value, NativeHistogram) or not math.isfinite(value.value):
        return
    if figure.startswith(GAUGE_MARK):
        reading.gauges.setdefault(figure[len(GAUGE_MARK) :], []).append(value.value)
        return
    reading.counters[figure] = reading.counters.get(figure, 0.0) + value.value
    if failed:
        reading.counters[FAILED] = reading.counters.get(FAILED, 0.0) + value.value


def _failed(labels: Mapping[str, str], exporter: Exporter) -> bool:
    """Return whether a series is of requests that failed."""
    return any(
        labels.get(name) and (not values or labels[name] in values)
        for name, values in exporter.failed.items()
    )
