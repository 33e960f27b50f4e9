"""The distribution of latencies, with what failed in bars of its own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from relaytop.monitor.number_format import format_censored
from relaytop.tui.draw.chart.axes import (
    axis_label,
    canvas_width,
    labelled_rows,
    round_values,
    tick_line,
)
from relaytop.tui.draw.chart.cells import Cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.tui.draw.chart.distribution_plots import HistogramPlot
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line, Role

LEAST_BARS = 8
BARS_PER_ROOT = 3
"""Bars per cube root of the number of probes."""
OUTER_WIDTH = 6
"""Cells of each bar of what failed, and the gap before it."""


def draw_histogram(plot: HistogramPlot, glyphs: Glyphs) -> list[Line]:
    """Draw a bar for each span of latencies, all of one ratio, and bars of what failed.

    What lies above the threshold is in yellow; P50, P95, P99 and the threshold are lines.
    """
    columns, rows = canvas_width(plot.width), plot.height - 2
    cells, scale = Cells(columns, rows + 1), plot.scale
    outer = _outer_bars(plot)
    area = max(1, columns - OUTER_WIDTH * len(outer))
    counts = bar_counts(plot, area)
    most = max([*counts, *(count for _label, count in outer), 1])
    limit = scale.share(plot.threshold_ms)
    for index, count in enumerate(counts):
        role: Role = "warn" if index / len(counts) >= limit else "accent"
        for x in range(index * area // len(counts), (index + 1) * area // len(counts)):
            _draw_bar(cells, x, count / most, role, glyphs)
    ticks: list[tuple[int, str]] = []
    for index, (label, count) in enumerate(outer):
        first = area + index * OUTER_WIDTH + 1
        for x in range(first, first + OUTER_WIDTH - 1):
            _draw_bar(cells, x, count / most, "bad", glyphs)
        ticks.append((first + 2, label))
    ticks += [
        (round(scale.share(value) * (area - 1)), axis_label(value))
        for value in round_values(scale.low, scale.high)
    ]
    _draw_marks(cells, plot, area, glyphs)
    labels = {1: str(most), 1 + rows // 2: str(most // 2) if most % 2 == 0 else ""}
    return [*labelled_rows(cells.lines(), labels), tick_line(ticks, plot.width)]


def bar_counts(plot: HistogramPlot, area: int) -> list[int]:
    """Return the probes of each bar, which share `area` columns."""
    scale, values = plot.scale, plot.values
    counts = [0] * max(1, min(area, bars_for(len(values))))
    for value in values:
        counts[min(len(counts) - 1, int(scale.share(value) * len(counts)))] += 1
    return counts


def bars_for(probes: int) -> int:
    """Return into how many spans the latencies of so many probes are divided."""
    return max(LEAST_BARS, round(BARS_PER_ROOT * math.cbrt(probes)))


def _outer_bars(plot: HistogramPlot) -> list[tuple[str, int]]:
    """Return the label and number of what timed out, and of what else failed."""
    timeouts = plot.together.timeouts
    others = plot.together.failed - timeouts
    late = format_censored(plot.timeout_ms).strip()
    return [pair for pair in ((late, timeouts), ("fail", others)) if pair[1]]


def _draw_bar(cells: Cells, x: int, share: float, role: Role, glyphs: Glyphs) -> None:
    """Fill a column from the bottom up to a share of all rows but the first."""
    steps = len(glyphs.levels)
    filled = round(share * (cells.rows - 1) * steps)
    if share > 0:
        filled = max(1, filled)
    for y in range(cells.rows - 1, 0, -1):
        if filled >= steps:
            cells.put(x, y, glyphs.full, role)
        elif filled > 0:
            cells.put(x, y, glyphs.levels[filled - 1], role)
        filled -= steps


def _draw_marks(cells: Cells, plot: HistogramPlot, area: int, glyphs: Glyphs) -> None:
    scale, times = plot.scale, plot.together.times
    found: list[tuple[int, str, Role]] = []
    for name, role in _MARKS:
        value: float | None = getattr(times, name)
        if name in times.censored:
            found.append((area + OUTER_WIDTH // 2, name.upper(), role))
        elif value is not None:
            found.append((round(scale.share(value) * (area - 1)), name.upper(), role))
    if scale.low <= plot.threshold_ms <= scale.high:
        found.append((round(scale.share(plot.threshold_ms) * (area - 1)), "limit", "bad"))
    for x, _label, role in found:
        for y in range(1, cells.rows):
            cells.put_blank(x, y, glyphs.upright, role)
    _write_labels(cells, sorted(found))


_MARKS: Sequence[tuple[str, Role]] = (("p50", "good"), ("p95", "warn"), ("p99", "warn"))


def _write_labels(cells: Cells, marks: Sequence[tuple[int, str, Role]]) -> None:
    """Write labels into the first row, each at its column or right of the one before."""
    free = 0
    for x, label, role in marks:
        at = max(free, min(x - len(label) // 2, cells.columns - len(label)))
        if at + len(label) > cells.columns:
            break
        cells.write(at, 0, label, role)
        free = at + len(label) + 1
