"""The line chart, drawn by plotext."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from relaytop.tui.draw.chart.axes import LABEL_WIDTH, axis_label, canvas_width, clock_line
from relaytop.tui.draw.glyphs import UNICODE
from relaytop.tui.draw.text_runs import merged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.tui.draw.chart.axes import Scale
    from relaytop.tui.draw.chart.plots import LinePlot
    from relaytop.tui.draw.text_runs import Line, Role

MAX_EMPTY_BINS = 2
"""Between two points that are joined by a line."""
OUTLIER = 1.15
"""Times the median from which a bin's worst probe is drawn too."""
OFF = False
"""For plotext's switches, which it takes by position."""
ROLES: dict[str, Role] = {
    UNICODE.worst: "warn",
    UNICODE.clipped: "warn",
    UNICODE.failed: "bad",
    UNICODE.p50_line: "good",
    UNICODE.p95_line: "warn",
}
"""What each of the chart's signs is painted in; braille is the line of medians."""


class PlotextLine:
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

    def draw(self, plot: LinePlot) -> list[Line]:
        """Draw the line of medians, the worst of each bin and the failures."""
        figure, scale = self._figure, plot.scale
        columns = canvas_width(plot.width)
        figure.clear()
        figure.plot_size(plot.width, plot.height)
        figure.axes(OFF)
        figure.canvas("default")
        figure.legend(OFF)
        for level, mark in ((plot.p95_ms, UNICODE.p95_line), (plot.p50_ms, UNICODE.p50_line)):
            if level is not None and level <= scale.high:
                share = scale.share(level)
                across = figure.signal([0, columns - 1], [share, share], marker=mark)
                figure.draw(across.lines())
        self._points(plot, scale, columns)
        x_axis = figure.ruler("x", "lower")
        x_axis.lim(0, columns - 1)
        x_axis.ticks([0], [" "])  # its row is written here: plotext drops labels that touch
        levels = scale.levels(plot.height)
        y_axis = figure.ruler("y", "left")
        y_axis.lim(0, 1)
        y_axis.ticks(
            [scale.share(level) for level in levels],
            [axis_label(level).rjust(LABEL_WIDTH - 1) + " " for level in levels],
        )
        text = figure.build().string(colorless=True).split("\n")
        lines = [line.ljust(plot.width)[: plot.width] for line in text[: plot.height - 1]]
        clock = clock_line(plot.time.start, plot.time.end - plot.time.start, plot.width)
        return [*map(coloured, lines), clock]

    def _points(self, plot: LinePlot, scale: Scale, columns: int) -> None:
        figure, bins = self._figure, plot.bins
        width = columns / len(bins)
        middles = [(index + 0.5) * width - 0.5 for index in range(len(bins))]
        known = [
            (index, scale.share(b.p50_ms)) for index, b in enumerate(bins) if b.p50_ms is not None
        ]
        for part in contiguous(known):
            line = figure.signal(
                [middles[index] for index, _ in part], [y for _, y in part], marker="braille"
            )
            figure.draw(line.lines() if len(part) > 1 else line)
        worst, clipped, failed = [], [], []
        for x, piece in zip(middles, bins, strict=True):
            if piece.max_ms is not None and piece.max_ms > scale.high:
                clipped.append((x, 1.0))
            elif piece.max_ms is not None and piece.max_ms > (piece.p50_ms or 0.0) * OUTLIER:
                worst.append((x, scale.share(piece.max_ms)))
            if piece.failed:
                failed.append((x, 1.0))
        series = ((UNICODE.worst, worst), (UNICODE.clipped, clipped), (UNICODE.failed, failed))
        for mark, points in series:
            if points:
                figure.draw(
                    figure.signal([x for x, _ in points], [y for _, y in points], marker=mark)
                )


def contiguous(points: Sequence[tuple[int, float]]) -> list[list[tuple[int, float]]]:
    """Split points into stretches without more than two empty bins, to not draw across gaps."""
    parts: list[list[tuple[int, float]]] = []
    for point in points:
        if parts and point[0] - parts[-1][-1][0] <= MAX_EMPTY_BINS + 1:
            parts[-1].append(point)
        else:
            parts.append([point])
    return parts


def coloured(text: str) -> Line:
    """Colour a plot's line by what its characters mean; labels left of the canvas are dim."""
    line: Line = [(text[:LABEL_WIDTH], "dim")]
    run, role = "", None
    for char in text[LABEL_WIDTH:]:
        this: Role = ROLES.get(char, "accent" if "⠀" <= char <= "⣿" else "dim")
        if char == " ":
            this = role or this
        if this != role and run:
            line.append((run, role or "dim"))
            run = ""
        run += char
        role = this
    line.append((run, role or "dim"))
    return merged(line)
