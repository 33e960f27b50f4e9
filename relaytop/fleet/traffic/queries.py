"""The queries of a refresh: one for each kind of figure, whatever the number of exporters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.fleet.traffic import promql
from relaytop.fleet.traffic.exporter import GAUGE_MARK, HISTOGRAMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relaytop.fleet.traffic.discovery import Found

FIGURE_LABEL = "relaytop_figure"
"""The label that says which figure of which exporter a series of an answer is."""
AGGREGATES = {"sum": "sum", "mean": "avg", "min": "min", "max": "max"}


def queries(found: Sequence[Found], place_label: str, window_s: float, matchers: str) -> list[str]:
    """Return at most three queries: histograms, counters, gauges.

    `rate()` drops the metric's name, so that one selector of several metrics would mix them: each
    metric is a term of its own with a label that says which, and `or` puts them into one query.

    Args:
        found: The metrics that exist.
        place_label: The label that is the place.
        window_s: The span over which rates are taken.
        matchers: What `--match` adds to every selector.
    """
    kinds: dict[str, list[str]] = {}
    for each in found:
        kinds.setdefault(_kind(each.figure), []).append(
            _term(each, place_label, window_s, matchers)
        )
    return [" or ".join(terms) for terms in kinds.values()]


def figure_of(labels: Mapping[str, str]) -> tuple[str, str]:
    """Return the exporter and the figure of a series of an answer."""
    exporter, _, figure = labels.get(FIGURE_LABEL, "").partition("/")
    return exporter, figure


def _kind(figure: str) -> str:
    if figure in HISTOGRAMS:
        return "histograms"
    return "gauges" if figure.startswith(GAUGE_MARK) else "counters"


def _term(each: Found, place_label: str, window_s: float, matchers: str) -> str:
    dotted = not promql.is_classic_metric(each.name)
    exclude = {
        name: values
        for name, values in each.exporter.exclude.items()
        if dotted or promql.is_classic_label(name)
    }
    series = promql.selector(each.name, each.metric.where, exclude, matchers)
    gauge = each.figure.startswith(GAUGE_MARK)
    by = ", ".join(promql.label(name) for name in _labels(each, place_label, dotted=dotted))
    inner = series if gauge else f"rate({series}[{max(1, round(window_s))}s])"
    value = f"{AGGREGATES[each.metric.merge]} by ({by}) ({inner})"
    figure = promql.quoted(f"{each.exporter.name}/{each.figure}")
    return f'label_replace({value}, "{FIGURE_LABEL}", {figure}, "", "")'


def _labels(each: Found, place_label: str, *, dotted: bool) -> Iterator[str]:
    """Yield the labels that are kept of a metric's series."""
    names = [*each.exporter.models, place_label]
    if each.name.endswith("_bucket") and each.figure in HISTOGRAMS:
        names.append("le")
    if each.figure in (*HISTOGRAMS, "requests"):
        names += each.exporter.failed
    for name in dict.fromkeys(names):
        if dotted or promql.is_classic_label(name):
            yield name
