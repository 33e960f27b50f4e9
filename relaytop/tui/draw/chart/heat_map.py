"""The number of probes by time and latency."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from relaytop.tui.draw.chart.axes import canvas_width, clock_line, labelled_rows
from relaytop.tui.draw.chart.cells import Cells
from relaytop.tui.draw.time_axis import cells_of

if TYPE_CHECKING:
    from relaytop.tui.draw.chart.plots import HeatMapPlot
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line


def draw_heat_map(plot: HeatMapPlot, glyphs: Glyphs) -> list[Line]:
    """Draw a shade for the probes of each bin and latency; above the threshold in yellow."""
    columns, rows = canvas_width(plot.width), plot.height - 1
    cells, scale = Cells(columns, rows), plot.scale
    counts = heat_counts(plot, rows)
    most = max((count for column in counts for count in column.values()), default=1)
    limit = scale.row(plot.threshold_ms, rows) if plot.threshold_ms <= scale.high else -1
    for index, column in enumerate(counts):
        for y, count in column.items():
            char = glyphs.shades[math.ceil(count / most * len(glyphs.shades)) - 1]
            for x in cells_of(index, len(counts), columns):
                cells.put(x, y, char, "warn" if y < limit else "accent")
    lines = labelled_rows(cells.lines(), scale.labels(rows, plot.height))
    return [*lines, clock_line(plot.time.start, plot.time.end - plot.time.start, plot.width)]


def heat_counts(plot: HeatMapPlot, rows: int) -> list[dict[int, int]]:
    """Return for each bin the probes by row, 0 at the top."""
    scale = plot.scale
    counts: list[dict[int, int]] = []
    for values in plot.values:
        column: dict[int, int] = {}
        for value in values:
            y = scale.row(value, rows)
            column[y] = column.get(y, 0) + 1
        counts.append(column)
    return counts


def most_at_once(plot: HeatMapPlot, rows: int) -> int:
    """Return the probes of the fullest cell, which the darkest shade stands for."""
    return max((n for column in heat_counts(plot, rows) for n in column.values()), default=0)
