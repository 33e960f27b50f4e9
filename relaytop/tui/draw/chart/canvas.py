"""Draws a plot: the line by plotext where that loads, all else by cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.draw.chart.axes import canvas_width, clock_line, labelled_rows
from relaytop.tui.draw.chart.block_line import draw_block_line
from relaytop.tui.draw.chart.cells import Cells
from relaytop.tui.draw.chart.plotext_line import PlotextLine
from relaytop.tui.draw.chart.plots import LinePlot
from relaytop.tui.draw.glyphs import UNICODE

if TYPE_CHECKING:
    from relaytop.tui.draw.chart.distribution_plots import Plot
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line


class Canvas:
    """Draws plots, one at a time; loading plotext takes 100 ms.

    Args:
        glyphs: The shapes that the terminal can show.
        plotext: Whether the line may be drawn by plotext, which is not for ASCII.
    """

    def __init__(self, glyphs: Glyphs, *, plotext: bool = True) -> None:
        self._glyphs = glyphs
        self._plotext: PlotextLine | None = None
        if plotext and glyphs is UNICODE:
            try:
                self._plotext = PlotextLine()
            except ImportError:  # no wheel for musl
                self._plotext = None

    def draw(self, plot: Plot) -> list[Line]:
        """Return the plot's lines: as many as its height, none wider than its width."""
        nothing = plot.nothing
        if nothing is not None:
            return draw_empty(plot, nothing)
        if not isinstance(plot, LinePlot):
            from relaytop.tui.draw.chart.distributions import (  # noqa: PLC0415 - when zoomed
                draw_distribution,
            )

            return draw_distribution(plot, self._glyphs)
        if self._plotext is not None:
            return self._plotext.draw(plot)
        return draw_block_line(plot, self._glyphs)


def draw_empty(plot: Plot, why: str) -> list[Line]:
    """Draw the axis of time alone, and why there is nothing else."""
    cells = Cells(canvas_width(plot.width), plot.height - 1)
    cells.write_centred(why, "dim")
    time = plot.time
    return [
        *labelled_rows(cells.lines(), {}),
        clock_line(time.start, time.end - time.start, plot.width),
    ]
