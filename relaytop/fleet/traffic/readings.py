"""The answers of a refresh, read: what was found of each row, by exporter."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relaytop.config.target_id import split_target
from relaytop.fleet.prometheus.series import NativeHistogram
from relaytop.fleet.traffic.exporter import GAUGE_MARK, HISTOGRAMS
from relaytop.fleet.traffic.histogram import Histogram
from relaytop.fleet.traffic.queries import FIGURE_LABEL, figure_of

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
    found, series = Readings(), _Series(exporters, matcher, place_label)
    values = [(value, at) for value in answers if (at := series.of(value.labels)) is not None]
    for value, at in values:
        readings = at.readings
        if readings is None:
            readings = at.readings = list(_readings(found, at, tells_places=series.tells_places))
            if not at.rows and at.model:
                found.unmatched.setdefault(at.exporter, set()).add(at.model)
        for reading in readings:
            _add(reading, at, value, window_s)
    return found


@dataclass(slots=True, eq=False)
class _One:
    """A series without `le`: what its buckets have in common."""

    exporter: str
    figure: str
    rows: Sequence[str]
    model: str
    place: str
    failed: bool
    readings: list[Reading] | None = None


class _Series:
    """The series of the answers; a histogram's labels are looked at once for all its buckets."""

    def __init__(
        self, exporters: Mapping[str, Exporter], matcher: Matcher, place_label: str
    ) -> None:
        self._exporters = exporters
        self._matcher = matcher
        self._place_label = place_label
        self._labels = {
            name: (FIGURE_LABEL, place_label, *exporter.models, *exporter.failed)
            for name, exporter in exporters.items()
        }
        self._known: dict[tuple[str, ...], _One] = {}
        self.tells_places: set[str] = set()
        """Exporters that know a place of the rows."""

    def of(self, labels: Mapping[str, str]) -> _One | None:
        """Return the series of these labels; None of an exporter that is not known."""
        name, figure = figure_of(labels)
        kept = self._labels.get(name)
        if kept is None:
            return None
        key = tuple([labels.get(label, "") for label in kept])
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._read(name, figure, labels)
        return known

    def _read(self, name: str, figure: str, labels: Mapping[str, str]) -> _One:
        exporter = self._exporters[name]
        models = [labels.get(label, "") for label in exporter.models]
        place = labels.get(self._place_label, "")
        if place and place in self._matcher.places:
            self.tells_places.add(name)
        return _One(
            exporter=name,
            figure=figure,
            rows=self._matcher.rows(models, exporter.providers),
            model=next(filter(None, models), ""),
            place=place,
            failed=_failed(labels, exporter),
        )


def _readings(found: Readings, at: _One, *, tells_places: set[str]) -> Iterator[Reading]:
    """Yield the readings that a series belongs to.

    The places of an exporter that knows none of the rows' are of another kind: all is of all.
    """
    place = at.place if at.exporter in tells_places else ""
    for row in at.rows:
        if split_target(row).place == place:  # a fleet of one place has none: all is its own
            yield found.own.setdefault((row, at.exporter), Reading())
        elif not place:
            yield found.everywhere.setdefault((row, at.exporter), Reading())


def _add(reading: Reading, at: _One, value: Value, window_s: float) -> None:
    figure = at.figure
    if figure in HISTOGRAMS:
        if at.failed:  # whose time is no latency
            if figure != "latency":
                return
            figure = FAILED
        histogram = reading.histograms.get(figure)
        if histogram is None:
            histogram = reading.histograms[figure] = Histogram()
        if isinstance(value.value, NativeHistogram):
            histogram.add_native(value.value, window_s)
        else:
            histogram.add(at, value.labels.get("le", ""), value.value * window_s)
        return
    if isinstance(value.value, NativeHistogram) or not math.isfinite(value.value):
        return
    if figure.startswith(GAUGE_MARK):
        reading.gauges.setdefault(figure[len(GAUGE_MARK) :], []).append(value.value)
        return
    reading.counters[figure] = reading.counters.get(figure, 0.0) + value.value
    if at.failed:
        reading.counters[FAILED] = reading.counters.get(FAILED, 0.0) + value.value


def _failed(labels: Mapping[str, str], exporter: Exporter) -> bool:
    """Return whether a series is of requests that failed."""
    return any(
        labels.get(name) and (not values or labels[name] in values)
        for name, values in exporter.failed.items()
    )
