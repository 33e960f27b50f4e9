"""The zoomed chart: a drawing of a range of time, its caption and its failures."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from relaytop.monitor.source import Bin
from relaytop.monitor.time_figures import binned, span_figures, values_ms
from relaytop.tui.draw.chart.axes import canvas_width
from relaytop.tui.draw.chart.caption import caption
from relaytop.tui.draw.chart.distribution_plots import BandsPlot, HeatMapPlot, HistogramPlot
from relaytop.tui.draw.chart.failures import failure_lines, failure_marks
from relaytop.tui.draw.chart.picture import Picture
from relaytop.tui.draw.chart.plots import LinePlot
from relaytop.tui.draw.time_axis import TimeAxis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.config.settings import Thresholds
    from relaytop.monitor.points import Figure, Point
    from relaytop.monitor.source import Source
    from relaytop.monitor.summary import Summary
    from relaytop.monitor.time_figures import SpanFigures
    from relaytop.tui.draw.chart.distribution_plots import Plot
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.zoom import Drawing, Known, Zoom

BIN_PROBES: Mapping[Drawing, tuple[int, int]] = {"bands": (20, 12), "heat map": (4, 24)}
"""Drawing → the probes that a bin should hold, and the bins that there should be in any case."""


def zoom_axis(zoom: Zoom, known: Known, width: int, shortest_s: float) -> TimeAxis:
    """Return the time that a zoomed chart of `width` cells covers.

    Args:
        zoom: What is shown.
        known: The time that there is.
        width: The chart's, in cells.
        shortest_s: The least that a bin may be long, in seconds, whatever the cadence.
    """
    (start, end), columns = zoom.range_in(known), canvas_width(width)
    span_s = end - start
    probes, least = BIN_PROBES.get(zoom.drawing, (1, 1))
    shortest_s = max(shortest_s, known.interval_s, min(probes * known.interval_s, span_s / least))
    # One bin more than the range has: it begins and ends within bins, which lie on absolute time.
    n = max(1, min(columns - 1, int(span_s / shortest_s + 1e-9)))
    bin_s = span_s / n
    first = start if known.oldest is None else max(start, min(known.oldest, end))
    return TimeAxis(math.floor(first / bin_s) * bin_s, bin_s, n + 1)


def zoomed_picture(
    source: Source,
    summary: Summary,
    zoom: Zoom,
    known: Known,
    axis: TimeAxis,
    *,
    size: tuple[int, int],
    room: tuple[int, int],
    thresholds: Thresholds,
    glyphs: Glyphs,
) -> Picture:
    """Return the picture of one target.

    Args:
        source: Where its samples are.
        summary: The target.
        zoom: What to show.
        known: The time that there is.
        axis: The time to show.
        size: Width and height, in cells.
        room: Width and height of the failure that is looked at; the caption is as wide.
        thresholds: The target's.
        glyphs: The shapes that the terminal can show.
    """
    width, rows = size[0], size[1] - 1
    start, end = zoom.range_in(known)
    points = [p for p in source.points(summary.target, start, axis.end) if start <= p.at <= end]
    bins = binned(points, axis.start, axis.bin_s, axis.n)
    together = span_figures(points, zoom.figure)
    if summary.latency.approximate:
        together = replace(together, times=replace(together.times, approximate=True))
    figure = zoom.figure
    limit_ms = thresholds.p95_ms if figure == "latency" else thresholds.ttft_ms
    plot: Plot
    match zoom.drawing:
        case "line":
            plot = _line(bins, axis, together, zoom, (width, rows))
        case "bands":
            spans = tuple(span_figures(piece, figure) for piece in bins)
            plot = BandsPlot(width, rows, axis, spans, together.times.p95, limit_ms, zoom.log)
        case "heat map":
            values = tuple(tuple(values_ms(piece, figure)) for piece in bins)
            plot = HeatMapPlot(width, rows, axis, values, together, limit_ms)
        case "histogram":
            values_all = tuple(values_ms(points, figure))
            plot = HistogramPlot(
                width, rows + 1, axis, values_all, together, limit_ms, summary.timeout_ms
            )
    marks = failure_marks(bins, axis, canvas_width(width), glyphs, zoom.failure_at)
    failures = [point for point in points if not point.ok]
    errors = source.errors(summary.target)
    return Picture(
        plot,
        None if zoom.drawing == "histogram" else marks,
        caption(
            zoom,
            plot,
            together,
            known,
            width=room[0],
            threshold_ms=limit_ms,
            timeout_ms=summary.timeout_ms,
            glyphs=glyphs,
            loading=source.is_loading(summary.target),
        ),
        failure_lines(failures, zoom.failure_at, errors, room, glyphs),
    )


def _line(
    bins: Sequence[Sequence[Point]],
    axis: TimeAxis,
    together: SpanFigures,
    zoom: Zoom,
    size: tuple[int, int],
) -> LinePlot:
    pieces = tuple(_bin(piece, zoom.figure) for piece in bins)
    times = together.times
    return LinePlot(*size, axis, pieces, times.p50, times.p95, zoom.log)


def _bin(points: Sequence[Point], figure: Figure) -> Bin:
    values, ok = values_ms(points, figure), sum(point.ok for point in points)
    if not values:
        return Bin(ok, len(points) - ok)
    return Bin(ok, len(points) - ok, median(values), max(values))
