"""The latency chart as text, drawn by plotext, or by blocks where plotext does not load."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relaytop.config.steady_clock import STEADY
from relaytop.tui.draw.clock import local_time
from relaytop.tui.draw.glyphs import UNICODE
from relaytop.tui.draw.sparkline import nice_ceiling

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.monitor.source import Bin
    from relaytop.tui.draw.glyphs import Glyphs

LABEL_WIDTH = 6
FIVE_LABELS_FROM_HEIGHT = 10
MAX_EMPTY_COLUMNS = 2
"""Between two points that are joined by a line."""
SECOND_MS = 1000
WHOLE_FROM_MS = 10
OUTLIER = 1.15
"""Times the median from which a bin's worst probe is drawn too."""
OFF = False
"""For plotext's switches, which it takes by position."""


@dataclass(frozen=True, slots=True)
class Plot:
    """The contents of a chart: one bin per column of the canvas, and the two lines across it."""

    width: int
    height: int
    start: float
    """Unix seconds at the left edge of the first bin."""
    bin_s: float
    bins: tuple[Bin, ...]
    p50_ms: float | None
    p95_ms: float | None


def canvas_width(width: int) -> int:
    """Return how many columns (bins) a chart of `width` cells has beside its labels."""
    return max(1, width - LABEL_WIDTH)


def axis_top_ms(plot: Plot) -> float:
    """Return the top of the axis: all of it in sight, unless one outlier would flatten the rest."""
    worst = [b.max_ms for b in plot.bins if b.max_ms is not None]
    if not worst:
        return float(SECOND_MS)
    top = max(worst)
    usual = max(plot.p95_ms or 0.0, sorted(worst)[len(worst) // 2])
    if usual > 0 and top > 6 * usual:
        top = 3 * usual
    return nice_ceiling(top)


def axis_label(value_ms: float) -> str:
    """Write a tick of the latency axis in at most five characters."""
    if value_ms == 0:
        return "0"
    if value_ms >= SECOND_MS:
        return f"{value_ms / 1000:.3g}s"
    return f"{value_ms:.0f}ms" if value_ms >= WHOLE_FROM_MS else f"{value_ms:.1f}ms"


def axis_levels(top_ms: float, height: int) -> list[float]:
    """Return where the latency axis has a label: at five levels, or three where it is low."""
    steps = 4 if height >= FIVE_LABELS_FROM_HEIGHT else 2
    return [top_ms * i / steps for i in range(steps + 1)]


def clock_ticks(start: float, bin_s: float, columns: int) -> list[tuple[int, str]]:
    """Return (column, `HH:MM:SS`) pairs on round times of the local clock, well apart."""
    span = bin_s * columns
    steps = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
    wanted = max(1, columns // 16)
    step = next((s for s in steps if span / s <= wanted), steps[-1])
    offset = (local_time(start).tm_gmtoff or 0) + STEADY.correction_s
    first = math.ceil((start + offset) / step) * step - offset
    form = "%H:%M:%S" if step % 60 else "%H:%M"
    ticks = []
    at = float(first)
    while at < start + span:
        column = int((at - start) / bin_s)
        label = time.strftime(form, local_time(at))
        if len(label) // 2 <= column <= columns - len(label) // 2 - 1:
            ticks.append((column, label))
        at += step
    return ticks


class PlotextCanvas:
    """Draws with plotext, which has one global figure: one drawing at a time.

    Raises:
        ImportError: plotext or its compiled kernel does not load here.
    """

    def __init__(self) -> None:
        try:
            import plotext  # noqa: PLC0415 - 100 ms and 15 MB, off the loop, after first paint
        except OSError as error:  # the kernel is a shared object; there is none for every libc
            raise ImportError(str(error)) from error
        plotext.terminal.limit(OFF, OFF)  # else `plot_size` is cut to the terminal's
        self._figure: Any = plotext.figure

    def draw(self, plot: Plot) -> list[str]:
        """Return `height` lines of `width` characters, without colours."""
        figure = self._figure
        columns = canvas_width(plot.width)
        top = axis_top_ms(plot)
        figure.clear()
        figure.plot_size(plot.width, plot.height)
        figure.axes(OFF)
        figure.canvas("default")
        figure.legend(OFF)
        for level, mark in ((plot.p95_ms, UNICODE.p95_line), (plot.p50_ms, UNICODE.p50_line)):
            if level is not None and level <= top:
                across = figure.signal([0, columns - 1], [level, level], marker=mark)
                figure.draw(across.lines())
        self._points(plot, top)
        ticks = clock_ticks(plot.start, plot.bin_s, columns)
        x_axis = figure.ruler("x", "lower")
        x_axis.lim(0, columns - 1)
        x_axis.ticks([column for column, _label in ticks], [label for _column, label in ticks])
        levels = axis_levels(top, plot.height)
        y_axis = figure.ruler("y", "left")
        y_axis.lim(0, top)
        y_axis.ticks(levels, [axis_label(level).rjust(LABEL_WIDTH - 1) + " " for level in levels])
        text = figure.build().string(colorless=True)
        return [line.ljust(plot.width)[: plot.width] for line in text.split("\n")[: plot.height]]

    def _points(self, plot: Plot, top: float) -> None:
        figure = self._figure
        middle = [(i, min(b.p50_ms, top)) for i, b in enumerate(plot.bins) if b.p50_ms is not None]
        for part in contiguous(middle):
            line = figure.signal([x for x, _ in part], [y for _, y in part], marker="braille")
            figure.draw(line.lines() if len(part) > 1 else line)
        worst = [
            (i, b.max_ms)
            for i, b in enumerate(plot.bins)
            if b.max_ms is not None and b.p50_ms is not None and b.max_ms > b.p50_ms * OUTLIER
        ]
        series = (
            (UNICODE.worst, [(x, y) for x, y in worst if y <= top]),
            (
                UNICODE.clipped,
                [(i, top) for i, b in enumerate(plot.bins) if (b.max_ms or 0.0) > top],
            ),
            (UNICODE.failed, [(i, top) for i, b in enumerate(plot.bins) if b.failed]),
        )
        for mark, points in series:
            if points:
                figure.draw(
                    figure.signal([x for x, _ in points], [y for _, y in points], marker=mark)
                )


class BlockCanvas:
    """Draws the same chart with plain characters, where plotext does not load or has no use.

    Args:
        glyphs: The shapes that the terminal can show.
    """

    def __init__(self, glyphs: Glyphs) -> None:
        self._glyphs = glyphs

    def draw(self, plot: Plot) -> list[str]:
        """Return `height` lines of `width` characters, without colours."""
        columns = canvas_width(plot.width)
        rows = plot.height - 1
        glyphs = self._glyphs
        top = axis_top_ms(plot)
        grid = [[" "] * columns for _ in range(rows)]

        def row_of(value: float) -> int:
            return min(rows - 1, max(0, round((1 - value / top) * (rows - 1))))

        for level, mark in ((plot.p95_ms, glyphs.p95_line), (plot.p50_ms, glyphs.p50_line)):
            if level is not None and level <= top:
                grid[row_of(level)] = [mark] * columns
        for x, piece in enumerate(plot.bins[:columns]):
            if piece.max_ms is not None:
                clipped = piece.max_ms > top
                grid[row_of(min(piece.max_ms, top))][x] = (
                    glyphs.clipped if clipped else glyphs.worst
                )
            if piece.p50_ms is not None and piece.p50_ms <= top:
                grid[row_of(piece.p50_ms)][x] = glyphs.median
            if piece.failed:
                grid[0][x] = glyphs.failed
        labels = {row_of(level): axis_label(level) for level in axis_levels(top, plot.height)}
        lines = [
            labels.get(y, "").rjust(LABEL_WIDTH - 1) + " " + "".join(cells)
            for y, cells in enumerate(grid)
        ]
        clock = [" "] * plot.width
        for column, label in clock_ticks(plot.start, plot.bin_s, columns):
            at = LABEL_WIDTH + column - len(label) // 2
            clock[at : at + len(label)] = label
        return [*lines, "".join(clock[: plot.width])]


def contiguous(points: Sequence[tuple[int, float]]) -> list[list[tuple[int, float]]]:
    """Split points into stretches without more than two empty columns, to not draw across gaps."""
    parts: list[list[tuple[int, float]]] = []
    for point in points:
        if parts and point[0] - parts[-1][-1][0] <= MAX_EMPTY_COLUMNS + 1:
            parts[-1].append(point)
        else:
            parts.append([point])
    return parts


def load_canvas(glyphs: Glyphs) -> PlotextCanvas | BlockCanvas:
    """Return plotext's canvas; another where it does not load (no musl wheel), or in ASCII."""
    if glyphs is not UNICODE:
        return BlockCanvas(glyphs)
    try:
        return PlotextCanvas()
    except ImportError:
        return BlockCanvas(glyphs)
