"""The latency chart of the selected target, with its error rate beneath it."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

from relaytop.tui.draw.plot import (
    LABEL_WIDTH,
    Plot,
    canvas_width,
    load_canvas,
)
from relaytop.tui.draw.sparkline import bin_width_s
from relaytop.tui.draw.text_runs import merged
from relaytop.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.monitor.source import Bin, Source
    from relaytop.monitor.summary import Summary
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.plot import BlockCanvas, PlotextCanvas
    from relaytop.tui.draw.text_runs import Line, Role
    from relaytop.tui.palette import Palette

PLOT_FROM_HEIGHT = 5


class Chart(Lines):
    """Draws in a thread, one drawing at a time, and only when what it shows has changed."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._canvas: PlotextCanvas | BlockCanvas | None = None
        self._drawing = False
        self._wanted: tuple[Plot, str] | None = None
        self._drawn: tuple[Plot, str] | None = None
        self._text: list[str] = []
        self.may_draw = False
        """Set once the first picture is out: importing plotext would delay it by 100 ms."""

    def read(
        self,
        source: Source,
        summary: Summary,
        span_s: float,
        now: float,
        marks: Glyphs,
        palette: Palette,
    ) -> None:
        """Read one target's window from the source and draw it."""
        width, height = self.size
        if height < PLOT_FROM_HEIGHT or width < 4 * LABEL_WIDTH:
            self.show([], palette)
            return
        columns = canvas_width(width)
        bin_s = bin_width_s(span_s, columns)
        # A whole bin at a time: the picture shifts once per bin and stands still between.
        start = (math.floor(now / bin_s) + 1 - columns) * bin_s
        bins = tuple(source.bins(summary.target, start, bin_s, columns))
        plot = Plot(
            width=width,
            height=height - 1,
            start=start,
            bin_s=bin_s,
            bins=bins,
            p50_ms=summary.latency.p50,
            p95_ms=summary.latency.p95,
        )
        self._wanted = (plot, summary.target)
        if self._wanted != self._drawn and self.may_draw and not self._drawing:
            self._drawing = True
            self.run_worker(self._draw(marks, palette), group="chart", exit_on_error=True)
        elif self._key is not None and palette is not self._key[0]:
            self._paint(marks, palette)
        if not self._text:
            self.show([[(" drawing", "dim")]], palette)

    async def _draw(self, marks: Glyphs, palette: Palette) -> None:
        try:
            while self._wanted is not None and self._wanted != self._drawn:
                wanted = self._wanted
                if self._canvas is None:
                    self._canvas = await asyncio.to_thread(load_canvas, marks)
                # Two milliseconds: not worth a thread's hand-over once plotext is loaded.
                self._text = self._canvas.draw(wanted[0])
                self._drawn = wanted
        finally:
            self._drawing = False
        self._paint(marks, palette)

    def _paint(self, marks: Glyphs, palette: Palette) -> None:
        if self._drawn is not None:
            lines = [coloured(text, marks) for text in self._text]
            errors = error_line(self._drawn[0].bins, marks)
            self.show([*lines[:-1], errors, *lines[-1:]], palette)


def coloured(text: str, marks: Glyphs) -> Line:
    """Colour a plot's line by what its characters mean; labels left of the canvas are dim."""
    roles: dict[str, Role] = {
        marks.median: "accent",
        marks.worst: "warn",
        marks.clipped: "warn",
        marks.failed: "bad",
        marks.p50_line: "good",
        marks.p95_line: "warn",
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


def error_line(bins: Sequence[Bin], marks: Glyphs) -> Line:
    """Draw the error rate over time, a bin a cell: the higher the block, the more failed."""
    line: Line = [("err ".rjust(LABEL_WIDTH), "dim")]
    for piece in bins:
        total = piece.ok + piece.failed
        if not total:
            line.append((" ", "dim"))
        elif not piece.failed:
            line.append((marks.rule, "rule"))
        else:
            rate = piece.failed / total
            level = min(len(marks.levels) - 1, int(rate * len(marks.levels)))
            line.append((marks.levels[level], "bad"))
    return merged(line)
