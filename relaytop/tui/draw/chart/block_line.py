"""The line chart in plain characters, where plotext does not load or has no use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.draw.chart.axes import canvas_width, clock_line, labelled_rows
from relaytop.tui.draw.chart.cells import Cells
from relaytop.tui.draw.time_axis import cells_of

if TYPE_CHECKING:
    from relaytop.tui.draw.chart.plots import LinePlot
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line


def draw_block_line(plot: LinePlot, glyphs: Glyphs) -> list[Line]:
    """Draw the median of each bin as a step, its worst and its failures as marks."""
    columns, rows = canvas_width(plot.width), plot.height - 1
    cells, scale, n = Cells(columns, rows), plot.scale, len(plot.bins)
    if plot.p95_ms is not None and plot.p95_ms <= scale.high:
        cells.write(0, scale.row(plot.p95_ms, rows), glyphs.p95_line * columns, "warn")
    if plot.p50_ms is not None and plot.p50_ms <= scale.high:
        cells.write(0, scale.row(plot.p50_ms, rows), glyphs.p50_line * columns, "good")
    for index, piece in enumerate(plot.bins):
        place = cells_of(index, n, columns)
        middle = place[len(place) // 2]
        if piece.max_ms is not None:
            mark = glyphs.clipped if piece.max_ms > scale.high else glyphs.worst
            cells.put(middle, scale.row(piece.max_ms, rows), mark, "warn")
        if piece.p50_ms is not None and piece.p50_ms <= scale.high:
            for x in place:
                cells.put(x, scale.row(piece.p50_ms, rows), glyphs.median, "accent")
        if piece.failed:
            cells.put(middle, 0, glyphs.failed, "bad")
    lines = labelled_rows(cells.lines(), scale.labels(rows, plot.height))
    return [*lines, clock_line(plot.time.start, plot.time.end - plot.time.start, plot.width)]
