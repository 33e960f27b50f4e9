"""The percentiles of each bin as bands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.draw.chart.axes import canvas_width, clock_line, labelled_rows
from relaytop.tui.draw.chart.cells import Cells
from relaytop.tui.draw.time_axis import cells_of

if TYPE_CHECKING:
    from relaytop.monitor.summary import Distribution
    from relaytop.tui.draw.chart.axes import Scale
    from relaytop.tui.draw.chart.distribution_plots import BandsPlot
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line, Role


def draw_bands(plot: BandsPlot, glyphs: Glyphs) -> list[Line]:
    """Draw the median of each bin, the way up to its P95 and on to its P99.

    What lies above the threshold is in yellow.
    """
    columns, rows = canvas_width(plot.width), plot.height - 1
    cells, scale = Cells(columns, rows), plot.scale
    limit = scale.row(plot.threshold_ms, rows) if plot.threshold_ms <= scale.high else -1
    for index, piece in enumerate(plot.bins):
        place = cells_of(index, len(plot.bins), columns)
        levels = [_row(piece.times, name, scale, rows) for name in ("p50", "p95", "p99")]
        for x in place:
            _draw_column(cells, x, levels, limit, glyphs)
        if _is_beyond(piece.times, scale):
            cells.put(place[len(place) // 2], 0, glyphs.clipped, "warn")
    cells.rule(limit, glyphs.p95_line, "warn")
    lines = labelled_rows(cells.lines(), scale.labels(rows, plot.height))
    return [*lines, clock_line(plot.time.start, plot.time.end - plot.time.start, plot.width)]


def _draw_column(
    cells: Cells, x: int, levels: list[int | None], limit: int, glyphs: Glyphs
) -> None:
    p50, p95, p99 = levels

    def role(y: int, within: Role) -> Role:
        return "warn" if y < limit else within

    if p99 is not None and p95 is not None:
        for y in range(p99, p95):
            cells.put(x, y, glyphs.shades[0], role(y, "dim"))
    if p95 is not None and p50 is not None:
        for y in range(p95, p50):
            cells.put(x, y, glyphs.shades[1], role(y, "accent"))
    if p50 is not None:
        cells.put(x, p50, glyphs.median, role(p50, "good"))


def _row(times: Distribution, name: str, scale: Scale, rows: int) -> int | None:
    """Return the row of a percentile: the top where it lies beyond; None of nothing."""
    if name in times.censored:
        return 0
    value: float | None = getattr(times, name)
    return None if value is None else scale.row(value, rows)


def _is_beyond(times: Distribution, scale: Scale) -> bool:
    return bool(times.censored) or (times.p99 or 0.0) > scale.high
