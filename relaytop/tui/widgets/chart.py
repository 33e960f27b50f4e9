"""The latency chart of the selected target, with its error rate beneath it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from relaytop.tui.draw.chart.axes import LABEL_WIDTH, canvas_width
from relaytop.tui.draw.chart.canvas import Canvas
from relaytop.tui.draw.chart.errors import error_line
from relaytop.tui.draw.chart.plots import LinePlot
from relaytop.tui.draw.time_axis import shown_span_s, time_axis
from relaytop.tui.widgets.view_lines import ViewLines

if TYPE_CHECKING:
    from relaytop.tui.draw.chart.plots import Plot
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line
    from relaytop.tui.palette import Palette
    from relaytop.tui.view import View

PLOT_FROM_HEIGHT = 5
SHORTEST_BIN_S = 2.0
"""Each bin is drawn when it begins: shorter ones cost bytes and show no more."""


class Chart(ViewLines):
    """Draws in a thread, one drawing at a time, and only when what it shows has changed."""

    def __init__(self, widget_id: str) -> None:
        super().__init__(widget_id)
        self._canvas: Canvas | None = None
        self._drawing = False
        self._wanted_plot: tuple[Plot, str] | None = None
        self._drawn_plot: tuple[Plot, str] | None = None
        self._drawn_lines: list[Line] = []
        self._palette: Palette | None = None
        self.may_draw = False
        """Set once the first picture is out: importing plotext would delay it by 100 ms."""

    def show_view(self, view: View) -> None:
        """Show the selected target's window, as soon as it is drawn."""
        width, height = self.size
        if view.selected is None or height < PLOT_FROM_HEIGHT or width < 4 * LABEL_WIDTH:
            self.show([], view.palette)
            return
        self._wanted_plot = (self._plot(view, view.selected), view.selected)
        if self._wanted_plot != self._drawn_plot and self.may_draw and not self._drawing:
            self._drawing = True
            self.run_worker(self._draw(view.glyphs), group="chart", exit_on_error=True)
        elif self._palette is not view.palette:
            self._palette = view.palette
            self._paint(view.glyphs)
        self._palette = view.palette
        if not self._drawn_lines:
            self.show([[(" drawing", "dim")]], view.palette)

    def _plot(self, view: View, selected: str) -> Plot:
        width, height = self.size
        source, now = view.source, view.now
        summary = source.summary(selected, now)
        oldest = source.oldest_at(selected)
        span_s = shown_span_s(now - oldest if oldest is not None else 0.0, view.longest_s)
        shortest_s = max(summary.interval_s, SHORTEST_BIN_S)
        time = time_axis(now, oldest, span_s, canvas_width(width), shortest_s)
        return LinePlot(
            width=width,
            height=height - 1,
            time=time,
            bins=tuple(source.bins(selected, *time)),
            p50_ms=summary.latency.p50,
            p95_ms=summary.latency.p95,
        )

    async def _draw(self, glyphs: Glyphs) -> None:
        try:
            while self._wanted_plot is not None and self._wanted_plot != self._drawn_plot:
                wanted = self._wanted_plot
                if self._canvas is None:
                    self._canvas = await asyncio.to_thread(Canvas, glyphs)
                # Two milliseconds: not worth a thread's hand-over once plotext is loaded.
                self._drawn_lines = self._canvas.draw(wanted[0])
                self._drawn_plot = wanted
        finally:
            self._drawing = False
        self._paint(glyphs)

    def _paint(self, glyphs: Glyphs) -> None:
        if self._drawn_plot is not None and self._palette is not None:
            plot, lines = self._drawn_plot[0], self._drawn_lines
            errors = error_line(plot.bins, canvas_width(plot.width), glyphs)
            self.show([*lines[:-1], errors, *lines[-1:]], self._palette)
