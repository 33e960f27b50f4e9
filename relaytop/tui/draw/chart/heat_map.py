"""The number of probes by time and latency."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from relaytop.tui.draw.chart.axes import canvas_width, clock_line, labelled_rows
from relaytop.tui.draw.chart.cells import Cells
from relaytop.tui.draw.chart.histogram import bars_for
from relaytop.tui.draw.time_axis import cells_of

if TYPE_CHECKING:
    from relaytop.tui.draw.chart.axes import Scale
    from relaytop.tui.draw.chart.distribution_plots import HeatMapPlot
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line


def draw_heat_map(plot: HeatMapPlot, glyphs: Glyphs) -> list[Line]:
    """Draw a shade for the probes of each bin and latency; above the threshold in yellow."""
    columns, rows = canvas_width(plot.width), plot.height - 1
    cells, scale = Cells(columns, rows), plot.scale
    counts, most, levels = heat_counts(plot), most_at_once(plot), level_count(plot)
    limit = scale.row(plot.threshold_ms, rows) if plot.threshold_ms <= scale.high else -1
    for index, column in enumerate(counts):
        for level, count in column.items():
            char = shade_of(count, most, glyphs)
            for from_below in cells_of(level, levels, rows):
                y = rows - 1 - from_below
                for x in cells_of(index, len(counts), columns):
                    cells.put(x, y, char, "warn" if y < limit else "accent")
    cells.rule(limit, glyphs.p95_line, "warn")
    lines = labelled_rows(cells.lines(), scale.labels(rows, plot.height))
    return [*lines, clock_line(plot.time.start, plot.time.end - plot.time.start, plot.width)]


def shade_of(count: int, most: int, glyphs: Glyphs) -> str:
    """Return the shade of so many probes: the lightest of one, the darkest of the most."""
    last = len(glyphs.shades) - 1
    return glyphs.shades[last if most == 1 else round((count - 1) / (most - 1) * last)]


def level_count(plot: HeatMapPlot) -> int:
    """Return into how many spans of latency, all of one ratio, its height is divided."""
    probes = sum(map(len, plot.values))
    return max(1, min(plot.height - 1, bars_for(probes)))


def heat_counts(plot: HeatMapPlot) -> list[dict[int, int]]:
    """Return for each bin the probes by level, 0 the lowest."""
    return _counts(plot.values, plot.scale, level_count(plot))


@lru_cache(maxsize=1)
def _counts(
    values: tuple[tuple[float, ...], ...], scale: Scale, levels: int
) -> list[dict[int, int]]:
    """Count once what both the drawing and its caption ask for."""
    counts: list[dict[int, int]] = []
    for piece in values:
        column: dict[int, int] = {}
        for value in piece:
            level = min(levels - 1, int(scale.share(value) * levels))
            column[level] = column.get(level, 0) + 1
        counts.append(column)
    return counts


def most_at_once(plot: HeatMapPlot) -> int:
    """Return the probes of the fullest cell, which the darkest shade stands for."""
    return max((n for column in heat_counts(plot) for n in column.values()), default=0)
