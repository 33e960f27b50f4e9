"""A chart with what stands around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from relaytop.tui.draw.chart.plots import Plot
    from relaytop.tui.draw.text_runs import Line


class Picture(NamedTuple):
    """A plot, whose drawing may be kept, and lines that are drawn anew each time."""

    plot: Plot
    above: Line | None = None
    marks: Line | None = None
    """Between the canvas and the labels beneath it."""
    below: Line | None = None

    def lines(self, drawn: list[Line]) -> list[Line]:
        """Return all lines, of the plot as it was drawn."""
        around = (self.above, *drawn[:-1], self.marks, *drawn[-1:], self.below)
        return [line for line in around if line is not None]
