"""The line over a zoomed chart: what it shows, of which time, and its figures."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from relaytop.config.durations import format_duration
from relaytop.monitor import number_format
from relaytop.tui.draw.chart.heat_map import most_at_once, shade_of
from relaytop.tui.draw.chart.plots import HeatMapPlot
from relaytop.tui.draw.clock import local_time, time_of_day
from relaytop.tui.draw.table import percentile
from relaytop.tui.draw.text_runs import cropped

if TYPE_CHECKING:
    from relaytop.monitor.time_figures import SpanFigures
    from relaytop.tui.draw.chart.plots import Plot
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line
    from relaytop.tui.zoom import Known, Zoom

TITLES = {"latency": "latency", "ttft": "TTFT"}


def caption(
    zoom: Zoom,
    plot: Plot,
    together: SpanFigures,
    known: Known,
    *,
    width: int,
    threshold_ms: float,
    timeout_ms: float,
    glyphs: Glyphs,
) -> Line:
    """Draw the caption.

    Args:
        zoom: What is shown.
        plot: The drawing.
        together: The figures of the range.
        known: The time that there is.
        width: The cells that there are.
        threshold_ms: Of what is shown; what lies above it is in yellow.
        timeout_ms: The target's deadline.
        glyphs: The shapes that the terminal can show.
    """
    line: Line = [(" ", "dim")]
    start, end = zoom.range_in(known)
    past = zoom.end_in(known) is not None
    if past:
        line += [
            (f" PAST {_moment(start, known.now)} to {_moment(end, known.now)} ", "warn2"),
            (" ", "dim"),
        ]
    line.append((f"{TITLES[zoom.figure]} {zoom.drawing}", "bold"))
    span = format_duration(round(end - start))
    line.append((f", {span if past else f'last {span}'}", "dim"))
    if zoom.log and zoom.drawing in {"line", "bands"}:
        line.append((", log scale", "dim"))
    line += _counts(together)
    line += _percentiles(together, threshold_ms, timeout_ms)
    line.append((f"  limit {number_format.format_ms(threshold_ms).strip()} ms", "dim"))
    line += _key(zoom, plot, glyphs)
    return cropped(line, width)


def _moment(at: float, now: float) -> str:
    """Write the time of day, with the date where that is another."""
    local = local_time(at)
    if local.tm_yday == local_time(now).tm_yday:
        return time_of_day(at)
    return time.strftime("%m-%d %H:%M:%S", local)


def _key(zoom: Zoom, plot: Plot, glyphs: Glyphs) -> Line:
    """Draw what the signs of a drawing mean, where its axes do not tell."""
    if zoom.drawing == "bands":
        return [
            (f"  {glyphs.median}", "good"),
            (" P50  ", "dim"),
            (glyphs.shades[1], "accent"),
            (" to P95  ", "dim"),
            (glyphs.shades[0], "dim"),
            (" to P99", "dim"),
        ]
    if isinstance(plot, HeatMapPlot):
        most = most_at_once(plot)
        if most < len(glyphs.shades):
            signs = "  ".join(f"{shade_of(n, most, glyphs)} {n}" for n in range(1, most + 1))
            return [(f"  {signs}", "dim")]
        return [(f"  1 {glyphs.shades} {most} probes", "dim")]
    return []


def _counts(together: SpanFigures) -> Line:
    """Draw how many probes the range has."""
    total = number_format.format_count(together.ok + together.failed)
    line: Line = [(f"  {total} probes", "dim")]
    if together.failed:
        line.append((f", {number_format.format_count(together.failed)} failed", "bad"))
    return line


def _percentiles(together: SpanFigures, threshold_ms: float, timeout_ms: float) -> Line:
    """Draw the percentiles of the range."""
    line: Line = []
    times = together.times
    for name in ("p50", "p95", "p99"):
        text, role = percentile(times, name, threshold_ms, timeout_ms)
        if text.strip():
            unit = "" if name in times.censored else " ms"
            line += [(f"  {name.upper()} ", "dim"), (text.strip() + unit, role)]
    return line
