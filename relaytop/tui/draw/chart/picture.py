"""A chart with what stands around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from relaytop.tui.draw.chart.distribution_plots import Plot
    from relaytop.tui.draw.text_runs import Line


class Picture(NamedTuple):
    """A plot, whose drawing may be kept, and lines that are drawn anew each time."""

    plot: Plot
    marks: Line | None = None
    """Between the canvas and the labels beneath it."""
    caption: Line | None = None
    """Of the zoomed chart, over the whole width of the screen."""
    failure: tuple[Line, ...] = ()
    """The failure that is looked at, likewise; its message has a line where there are two."""

    def lines(self, drawn: list[Line]) -> list[Line]:
        """Return the chart's lines, of the plot as it was drawn."""
        marks = [] if self.marks is None else [self.marks]
        return [*drawn[:-1], *marks, *drawn[-1:]]
