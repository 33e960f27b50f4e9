"""The zoomed chart: a drawing of a range of time, its caption and its failures."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from relaytop.monitor.source import Bin
from relaytop.monitor.time_figures import binned, span_figures, values_ms
from relaytop.tui.draw.chart.axes import canvas_width
from relaytop.tui.draw.chart.caption import caption
from relaytop.tui.draw.chart.failures import failure_line, failure_marks
from relaytop.tui.draw.chart.picture import Picture
from relaytop.tui.draw.chart.plots import BandsPlot, HeatMapPlot, HistogramPlot, LinePlot
from relaytop.tui.draw.time_axis import time_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Thresholds
    from relaytop.monitor.points import Figure, Point
    from relaytop.monitor.source import Source
    from relaytop.monitor.summary import Summary
    from relaytop.monitor.time_figures import SpanFigures
    from relaytop.tui.draw.chart.plots import Plot
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.time_axis import TimeAxis
    from relaytop.tui.zoom import Known, Zoom

LINES_AROUND = 3
"""The caption, the marks and the failure that is looked at."""


def zoom_axis(zoom: Zoom, known: Known, width: int, shortest_s: float) -> TimeAxis:
    """Return the time that a zoomed chart of `width` cells covers."""
    end, span_s = zoom.end_in(known), zoom.span_s(known)
    oldest = known.oldest if end is None else None
    moment = known.now if end is None else end
    return time_axis(moment, oldest, span_s, canvas_width(width), shortest_s)


def zoomed_picture(
    source: Source,
    summary: Summary,
    zoom: Zoom,
    known: Known,
    axis: TimeAxis,
    *,
    size: tuple[int, int],
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
        thresholds: The target's.
        glyphs: The shapes that the terminal can show.
    """
    width, height = size
    points = source.points(summary.target, axis.start, axis.end)
    bins = binned(points, axis.start, axis.bin_s, axis.n)
    together = span_figures(points, zoom.figure)
    figure = zoom.figure
    limit_ms = thresholds.p95_ms if figure == "latency" else thresholds.ttft_ms
    plot: Plot
    rows = height - LINES_AROUND
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
        caption(zoom, plot, together, known, summary.timeout_ms, glyphs),
        None if zoom.drawing == "histogram" else marks,
        failure_line(failures, zoom.failure_at, errors, width, glyphs),
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
