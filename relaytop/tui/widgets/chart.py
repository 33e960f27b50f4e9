"""The chart of the selected target: its latency over the window, or what the zoom asks for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from relaytop.tui.draw.chart.axes import LABEL_WIDTH, canvas_width
from relaytop.tui.draw.chart.errors import error_line
from relaytop.tui.draw.chart.picture import Picture
from relaytop.tui.draw.chart.plots import LinePlot
from relaytop.tui.draw.time_axis import shown_span_s, time_axis
from relaytop.tui.widgets.view_lines import ViewLines

if TYPE_CHECKING:
    from relaytop.monitor.summary import Summary
    from relaytop.tui.draw.chart.canvas import Canvas
    from relaytop.tui.draw.chart.distribution_plots import Plot
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line
    from relaytop.tui.view import View
    from relaytop.tui.widgets.lines import Lines

PLOT_FROM_HEIGHT = 5
SHORTEST_BIN_S = 2.0
"""Each bin is drawn when it begins: shorter ones cost bytes and show no more."""

PICTURES_PER_RANGE = 600
"""While a zoomed range goes by it is read so often: a long one has thousands of samples."""


class Chart(ViewLines):
    """Draws in a thread, one drawing at a time, and only when what it shows has changed.

    Args:
        widget_id: The widget's id.
        caption: The line over it while it is zoomed.
        failure: The lines under it then.
    """

    def __init__(self, widget_id: str, caption: Lines, failure: Lines) -> None:
        super().__init__(widget_id)
        self._caption, self._failure = caption, failure
        self._canvas: Canvas | None = None
        self._drawing = False
        self._picture: Picture | None = None
        self._read_for: tuple[object, ...] | None = None
        self._finished: tuple[object, ...] = ()
        self._read_at = 0.0
        self._drawn_plot: Plot | None = None
        self._drawn_lines: list[Line] = []
        self._kept: tuple[tuple[object, ...], float] | None = None
        """What a slow link's chart was drawn for, and when (Unix seconds)."""
        self.may_draw = False
        """Set once the first picture is out: importing plotext would delay it by 100 ms."""

    def show_view(self, view: View) -> None:
        """Show the selected target's window, as soon as it is drawn."""
        width, height = self.size
        if view.selected is None or height < PLOT_FROM_HEIGHT or width < 4 * LABEL_WIDTH:
            self._picture = self._read_for = None
            for part in (self, self._caption, self._failure):
                part.show([], view.palette)
            return
        if self._is_kept(view):
            return
        summary = view.source.summary(view.selected, view.now)
        self._picture = self._read(view, summary)
        if self._picture.caption is not None:
            self._caption.show([self._picture.caption], view.palette)
            self._failure.show(self._picture.failure, view.palette)
        if self._picture.plot == self._drawn_plot:
            self._paint(self._picture)
        elif self.may_draw and not self._drawing:
            self._drawing = True
            self.run_worker(self._draw(view.glyphs), group="chart", exit_on_error=True)
        if not self._drawn_lines:
            self.show([[(" drawing", "dim")]], view.palette)

    def _is_kept(self, view: View) -> bool:
        """Whether the chart that is shown is new enough for a slow link."""
        what = view.source, view.selected, view.longest_s, view.zoomed, view.zoom
        shown = (*what, self.size, view.palette)
        if self._kept is not None and self._drawn_lines:
            kept, at = self._kept
            if shown == kept and view.link.keeps_chart(view.now - at):
                return True
        self._kept = shown, view.now
        return False

    def _read(self, view: View, summary: Summary) -> Picture:
        """Return the picture to show; a zoomed one is read anew only where it may have changed."""
        if not view.zoomed:
            self._read_for = None
            return self._plain(view, summary)
        from relaytop.tui.draw.chart.zoomed import (  # noqa: PLC0415 - after first paint
            zoom_axis,
            zoomed_picture,
        )

        zoom, source = view.zoom, view.source
        known = view.known(summary.target)
        axis = zoom_axis(zoom, known, self.size.width, SHORTEST_BIN_S)
        room = self._failure.extent
        loading = source.is_loading(summary.target)
        read_for = (source, summary.target, zoom, axis, self.size, room, loading)
        finished = summary.total.requests, summary.last_at, len(source.errors(summary.target))
        due = known.now - self._read_at >= zoom.span_s(known) / PICTURES_PER_RANGE
        is_new = read_for != self._read_for or (due and finished != self._finished)
        if self._picture is None or is_new:
            self._read_for, self._finished, self._read_at = read_for, finished, known.now
            return zoomed_picture(
                source,
                summary,
                zoom,
                known,
                axis,
                size=self.size,
                room=room,
                thresholds=view.thresholds[summary.target],
                glyphs=view.glyphs,
            )
        return self._picture

    def _plain(self, view: View, summary: Summary) -> Picture:
        width, height = self.size
        source, now = view.source, view.now
        columns = canvas_width(width)
        oldest = source.oldest_at(summary.target)
        span_s = shown_span_s(now - oldest if oldest is not None else 0.0, view.longest_s)
        shortest_s = view.link.shortest_bin_s(max(summary.interval_s, SHORTEST_BIN_S), span_s)
        axis = time_axis(now, oldest, span_s, columns, shortest_s)
        bins = tuple(source.bins(summary.target, *axis))
        latency = summary.latency
        return Picture(
            LinePlot(width, height - 1, axis, bins, latency.p50, latency.p95),
            marks=error_line(bins, columns, view.glyphs),
        )

    async def _draw(self, glyphs: Glyphs) -> None:
        from relaytop.tui.draw.chart.canvas import Canvas  # noqa: PLC0415 - after first paint

        try:
            while (wanted := self._picture) is not None and wanted.plot != self._drawn_plot:
                if self._canvas is None:
                    self._canvas = await asyncio.to_thread(Canvas, glyphs)
                # Two milliseconds: not worth a thread's hand-over once plotext is loaded.
                self._drawn_lines = self._canvas.draw(wanted.plot)
                self._drawn_plot = wanted.plot
        finally:
            self._drawing = False
        if wanted is not None:
            self._paint(wanted)

    def _paint(self, picture: Picture) -> None:
        if self._view is not None:
            self.show(picture.lines(self._drawn_lines), self._view.palette)
