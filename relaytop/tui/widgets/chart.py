"""The latency chart of the selected target, with its error rate beneath it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from relaytop.tui.draw.plot import LABEL_WIDTH, Plot, canvas_width, load_canvas
from relaytop.tui.draw.sparkline import aligned_bins
from relaytop.tui.draw.text_runs import merged
from relaytop.tui.widgets.view_lines import ViewLines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.monitor.source import Bin
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.plot import BlockCanvas, PlotextCanvas
    from relaytop.tui.draw.text_runs import Line, Role
    from relaytop.tui.palette import Palette
    from relaytop.tui.view import View

PLOT_FROM_HEIGHT = 5


class Chart(ViewLines):
    """Draws in a thread, one drawing at a time, and only when what it shows has changed."""

    def __init__(self, widget_id: str) -> None:
        super().__init__(widget_id)
        self._canvas: PlotextCanvas | BlockCanvas | None = None
        self._drawing = False
        self._wanted_plot: tuple[Plot, str] | None = None
        self._drawn_plot: tuple[Plot, str] | None = None
        self._text: list[str] = []
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
        if not self._text:
            self.show([[(" drawing", "dim")]], view.palette)

    def _plot(self, view: View, selected: str) -> Plot:
        width, height = self.size
        columns = canvas_width(width)
        start, bin_s = aligned_bins(view.now, view.span_s, columns)
        latency = view.source.summary(selected, view.now).latency
        return Plot(
            width=width,
            height=height - 1,
            start=start,
            bin_s=bin_s,
            bins=tuple(view.source.bins(selected, start, bin_s, columns)),
            p50_ms=latency.p50,
            p95_ms=latency.p95,
        )

    async def _draw(self, glyphs: Glyphs) -> None:
        try:
            while self._wanted_plot is not None and self._wanted_plot != self._drawn_plot:
                wanted = self._wanted_plot
                if self._canvas is None:
                    self._canvas = await asyncio.to_thread(load_canvas, glyphs)
                # Two milliseconds: not worth a thread's hand-over once plotext is loaded.
                self._text = self._canvas.draw(wanted[0])
                self._drawn_plot = wanted
        finally:
            self._drawing = False
        self._paint(glyphs)

    def _paint(self, glyphs: Glyphs) -> None:
        if self._drawn_plot is not None and self._palette is not None:
            lines = [coloured(text, glyphs) for text in self._text]
            errors = error_line(self._drawn_plot[0].bins, glyphs)
            self.show([*lines[:-1], errors, *lines[-1:]], self._palette)


def coloured(text: str, glyphs: Glyphs) -> Line:
    """Colour a plot's line by what its characters mean; labels left of the canvas are dim."""
    roles: dict[str, Role] = {
        glyphs.median: "accent",
        glyphs.worst: "warn",
        glyphs.clipped: "warn",
        glyphs.failed: "bad",
        glyphs.p50_line: "good",
        glyphs.p95_line: "warn",
    }
    line: Line = [(text[:LABEL_WIDTH], "dim")]
    run, role = "", None
    for char in text[LABEL_WIDTH:]:
        this: Role = roles.get(char, "accent" if "⠀" <= char <= "⣿" else "dim")
        if char == " ":
            this = role or this
        if this != role and run:
            line.append((run, role or "dim"))
            run = ""
        run += char
        role = this
    line.append((run, role or "dim"))
    return merged(line)


def error_line(bins: Sequence[Bin], glyphs: Glyphs) -> Line:
    """Draw the error rate over time, a bin a cell: the higher the block, the more failed."""
    line: Line = [("err ".rjust(LABEL_WIDTH), "dim")]
    for piece in bins:
        total = piece.ok + piece.failed
        if not total:
            line.append((" ", "dim"))
        elif not piece.failed:
            line.append((glyphs.rule, "rule"))
        else:
            rate = piece.failed / total
            level = min(len(glyphs.levels) - 1, int(rate * len(glyphs.levels)))
            line.append((glyphs.levels[level], "bad"))
    return merged(line)
