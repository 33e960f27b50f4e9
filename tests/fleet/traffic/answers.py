"""Recorded `/metrics` as the answers of a Prometheus in which all of it came within the window."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

from relaytop.fleet.prometheus.series import Value
from relaytop.fleet.traffic.discovery import find_metrics
from relaytop.fleet.traffic.exporter import GAUGE_MARK
from relaytop.fleet.traffic.queries import FIGURE_LABEL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.fleet.traffic.discovery import Found
    from relaytop.fleet.traffic.exporter import Exporter

METRICS = Path(__file__).parent / "metrics"
WINDOW_S = 600.0
AT = 1_795_700_000.0
Series = list[tuple[str, dict[str, str], float]]


def recorded(name: str, **labels: str) -> Series:
    """The series of a file; `labels`: what the scrape adds to each."""
    text = (METRICS / f"{name}.prom").read_text()
    return [
        (sample.name, {**sample.labels, **labels}, sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    ]


def names_of(series: Series) -> list[Value]:
    """The answer to the query for the names that exist."""
    names = [name for name, _, _ in series]
    return [Value({"__name__": name}, float(names.count(name)), AT) for name in set(names)]


def answers_of(
    exporters: Sequence[Exporter], series: Series, place_label: str = "region"
) -> list[Value]:
    """The answers to a refresh's queries."""
    found = find_metrics(exporters, names_of(series))
    return [value for each in found for value in _answer(each, series, place_label)]


def _answer(each: Found, series: Series, place_label: str) -> list[Value]:
    kept = [*each.exporter.models, *each.exporter.failed, place_label, "le"]
    groups: dict[tuple[tuple[str, str], ...], list[float]] = {}
    for name, labels, value in series:
        if name == each.name and _selected(each, labels):
            key = tuple((label, labels[label]) for label in kept if label in labels)
            groups.setdefault(key, []).append(value)
    figure = {FIGURE_LABEL: f"{each.exporter.name}/{each.figure}"}
    gauge = each.figure.startswith(GAUGE_MARK)
    return [
        Value({**dict(key), **figure}, _merged(each, values) / (1 if gauge else WINDOW_S), AT)
        for key, values in groups.items()
    ]


def _merged(each: Found, values: list[float]) -> float:
    if each.metric.merge == "mean":
        return statistics.fmean(values)
    return {"sum": sum(values), "min": min(values), "max": max(values)}[each.metric.merge]


def _selected(each: Found, labels: Mapping[str, str]) -> bool:
    return all(labels.get(name) == value for name, value in each.metric.where.items()) and not any(
        labels.get(name) in values for name, values in each.exporter.exclude.items()
    )
