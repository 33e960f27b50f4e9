"""The line over a zoomed chart: what it shows, of which time, and its figures."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from relaytop.config.durations import format_duration
from relaytop.monitor import number_format
from relaytop.tui.draw.chart.axes import DAY_S
from relaytop.tui.draw.chart.distribution_plots import BandsPlot, HeatMapPlot
from relaytop.tui.draw.chart.heat_map import most_at_once, shade_of
from relaytop.tui.draw.clock import local_time, time_of_day
from relaytop.tui.draw.priority_line import Part, join_parts, select_parts
from relaytop.tui.draw.table import percentile
from relaytop.tui.draw.text_runs import cropped, line_width
from relaytop.tui.zoom import SCALED

if TYPE_CHECKING:
    from relaytop.monitor.time_figures import SpanFigures
    from relaytop.tui.draw.chart.distribution_plots import Plot
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line, Run
    from relaytop.tui.zoom import Known, Zoom

TITLES = {"latency": "latency", "ttft": "TTFT"}
PERCENTILES = ("p50", "p95", "p99")
SHORT = "p95"


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
    loading: bool = False,
) -> Line:
    """Draw the caption; what has no room is left out: the limit first, then how many probes.

    Args:
        zoom: What is shown.
        plot: The drawing.
        together: The figures of the range.
        known: The time that there is.
        width: The cells that there are.
        threshold_ms: Of what is shown; what lies above it is in yellow.
        timeout_ms: The target's deadline.
        glyphs: The shapes that the terminal can show.
        loading: Whether more of the range is on its way.
    """
    parts = [
        *_range(zoom, known),
        *([Part([(" loading… ", "warn2")], 0, 0)] if loading else []),
        *_counts(together),
        *_percentiles(together, threshold_ms, timeout_ms),
        *_limit(plot, threshold_ms, glyphs),
        *_key(plot, glyphs),
    ]
    chosen = select_parts(parts, width - 1)
    return cropped([(" ", "dim"), *join_parts([each for each in parts if each in chosen])], width)


def _part(rank: int, *line: Run) -> Part:
    return Part([*line], rank, 0, gap=2)


def _range(zoom: Zoom, known: Known) -> list[Part]:
    """Draw what is shown, and of which time."""
    start, end = zoom.range_in(known)
    past = zoom.end_in(known) is not None
    moments = f" PAST {_moment(start, known.now)} to {_moment(end, known.now)} "
    badge = [Part([(moments, "warn2")], 0, 0)] if past else []
    seconds = round(end - start)
    days, rest = divmod(seconds, DAY_S)
    span = f"{days}d" if days > 1 and not rest else format_duration(seconds)
    title: Run = (f"{TITLES[zoom.figure]} {zoom.drawing}", "bold")
    log = ", log scale" if zoom.log and zoom.drawing in SCALED else ""
    return [*badge, _part(0, title, (f", {span if past else f'last {span}'}{log}", "dim"))]


def _moment(at: float, now: float) -> str:
    """Write the time of day, with the date where that is another."""
    local = local_time(at)
    if local[:3] == local_time(now)[:3]:
        return time_of_day(at)
    return time.strftime("%m-%d %H:%M:%S", local)


def _key(plot: Plot, glyphs: Glyphs) -> list[Part]:
    """Draw what the signs of a drawing mean, where its axes do not tell."""
    if isinstance(plot, BandsPlot):
        median: Run = (glyphs.median, "good")
        inner: Run = (glyphs.shades[1], "accent")
        outer: Run = (glyphs.shades[0], "dim")
        names: list[Run] = [(" P50 ", "dim"), (" to P95 ", "dim"), (" to P99", "dim")]
        return [_part(4, median, names[0], inner, names[1], outer, names[2])]
    if isinstance(plot, HeatMapPlot):
        most = most_at_once(plot)
        if most < len(glyphs.shades):
            signs = " ".join(f"{shade_of(n, most, glyphs)}{n}" for n in range(1, most + 1))
            return [_part(4, (signs, "dim"))]
        return [_part(4, (f"1 {glyphs.shades} {most}", "dim"))]
    return []


def _counts(together: SpanFigures) -> list[Part]:
    """Draw how many probes the range has."""
    total = number_format.format_count(together.ok + together.failed)
    parts = [_part(5, (f"{total} probes", "dim"))]
    if together.failed:
        parts.append(_part(1, (f"{number_format.format_count(together.failed)} failed", "bad")))
    return parts


def _percentiles(together: SpanFigures, threshold_ms: float, timeout_ms: float) -> list[Part]:
    """Draw the percentiles of the range; the P95 alone where there is less room."""
    times = together.times
    found: dict[str, Line] = {}
    known = [name for name in PERCENTILES if getattr(times, name) is not None]
    for name in PERCENTILES:
        text, role = percentile(times, name, threshold_ms, timeout_ms)
        if text.strip():
            unit = " ms" if name in known[-1:] else ""
            found[name] = [(f"  {name.upper()} ", "dim"), (text.strip(), role), (unit, "dim")]
    if SHORT not in found:
        return []
    every: Line = [run for line in found.values() for run in line]
    short = [*found[SHORT][:-1], (" ms" if SHORT in known else "", "dim")]
    more = line_width(every) - line_width(short)
    return [Part(short, 2, 0, gap=0, longer=every, longer_rank=3, longer_by=more)]


def _limit(plot: Plot, threshold_ms: float, glyphs: Glyphs) -> list[Part]:
    """Draw the threshold, with the sign of its line where there is one."""
    text = f"limit {number_format.format_ms(threshold_ms).strip()} ms"
    if isinstance(plot, BandsPlot | HeatMapPlot) and threshold_ms <= plot.scale.high:
        return [_part(6, (glyphs.p95_line, "warn"), (f" {text}", "dim"))]
    return [_part(6, (text, "dim"))]
