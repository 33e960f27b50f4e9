"""Several targets' medians in one chart, each with a letter and a line style of its own."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.tui.draw.chart.axes import (
    canvas_width,
    clock_line,
    labelled_rows,
    linear_scale,
    log_scale,
)
from relaytop.tui.draw.chart.cells import Cells
from relaytop.tui.draw.glyphs import ASCII
from relaytop.tui.draw.time_axis import cells_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relaytop.monitor.source import Bin
    from relaytop.tui.draw.chart.axes import Scale
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line, Role
    from relaytop.tui.draw.time_axis import TimeAxis

LETTERS = string.ascii_uppercase + string.ascii_lowercase
STYLES, ASCII_STYLES = "─╌═┈━╍", "-.=~:+"
STEPS, ASCII_STEPS = "╮╰╯╭│", "++++|"
"""Where a line leaves and enters a row: downwards, then upwards; and what is between the two."""
COLUMNS_PER_BIN = 3
"""So that a step is seen as one, and its style."""
SHORTEST_BIN_S = 2.0
"""Each bin is drawn when it begins: shorter ones cost bytes and are mostly noise."""
ROLES: tuple[Role, ...] = ("accent", "warn", "good", "title", "text")
LETTER_EVERY = 9
"""Columns from one letter on a line to the next."""
LETTER_STEP = 2
"""Columns between the letters of neighbouring series, so that none hides another."""
WIDE_RANGE = 8.0
"""The greatest median over the least, from which the scale is logarithmic."""
SHORTEST_MS = 0.01
LEAST_HEIGHT = 5


@dataclass(frozen=True, slots=True)
class Series:
    """One target's line: its place among all that are compared decides how it looks."""

    index: int
    bins: Sequence[Bin]

    @property
    def letter(self) -> str:
        """Its letter."""
        return letter_of(self.index)

    @property
    def role(self) -> Role:
        """Its colour."""
        return role_of(self.index)


def letter_of(index: int) -> str:
    """Return the letter of the target at a place."""
    return LETTERS[index % len(LETTERS)]


def role_of(index: int) -> Role:
    """Return the role in which the target at a place is drawn."""
    return ROLES[index % len(ROLES)]


def style_of(index: int, glyphs: Glyphs) -> str:
    """Return the character of which the line of the target at a place is made."""
    styles = ASCII_STYLES if glyphs is ASCII else STYLES
    return styles[index % len(styles)]


def overlay_scale(series: Sequence[Series]) -> Scale:
    """Return a scale that holds all medians: logarithmic where they lie far apart."""
    known = [b.p50_ms for each in series for b in each.bins if b.p50_ms is not None]
    medians = [max(median, SHORTEST_MS) for median in known]
    if medians and max(medians) > WIDE_RANGE * min(medians):
        return log_scale(medians)
    return linear_scale(medians, None)


def draw_overlay(
    series: Sequence[Series], axis: TimeAxis, width: int, height: int, glyphs: Glyphs
) -> list[Line]:
    """Draw the medians of all, and where each failed in a row at the top of its own.

    It takes exactly `height` lines of `width` cells, the last of them for the times.

    Args:
        series: Each with the bins of the axis.
        axis: When they are.
        width: The cells there are.
        height: At least `LEAST_HEIGHT`.
        glyphs: The shapes that the terminal can show.
    """
    columns, rows = canvas_width(width), height - 1
    failing = [each for each in series if any(map(_is_down, each.bins[: axis.n]))]
    failing = failing[: max(0, rows - LEAST_HEIGHT)]
    top = len(failing)
    cells, scale = Cells(columns, rows), overlay_scale(series)
    letters: list[tuple[int, int, Series]] = []
    for place, each in reversed([*enumerate(series)]):  # the first over the others
        line = {
            x: top + scale.row(median_ms, rows - top)
            for x, median_ms in _medians(each, axis, columns)
        }
        _draw_line(cells, line, each, glyphs)
        shift = place * LETTER_STEP
        letters += [(x, row, each) for x, row in line.items() if (x - shift) % LETTER_EVERY == 0]
    for row, each in enumerate(failing):
        last = None
        for x in _failing_columns(each, axis, columns):
            cells.put(x, row, glyphs.failed, "bad")
            if last != x - 1 or x % LETTER_EVERY == 0:
                letters.append((x, row, each))
            last = x
    for x, row, each in letters:  # over all lines
        cells.put(x, row, each.letter, each.role)
    labels = {top + row: text for row, text in scale.labels(rows - top, height).items()}
    lines = labelled_rows(cells.lines(), labels)
    return [*lines, clock_line(axis.start, axis.end - axis.start, width)]


def _draw_line(cells: Cells, line: Mapping[int, int], each: Series, glyphs: Glyphs) -> None:
    """Draw a row for each column, joined by steps."""
    style = style_of(each.index, glyphs)
    off, on, up_off, up_on, between = tuple(ASCII_STEPS if glyphs is ASCII else STEPS)
    for x, row in line.items():
        before = line.get(x - 1, row)
        if before == row:
            cells.put(x, row, style, each.role)
            continue
        cells.put(x, before, off if before < row else up_off, each.role)
        cells.put(x, row, on if before < row else up_on, each.role)
        for y in range(min(before, row) + 1, max(before, row)):
            cells.put(x, y, between, each.role)


def _medians(each: Series, axis: TimeAxis, columns: int) -> Iterator[tuple[int, float]]:
    """Yield (column, median in milliseconds) wherever a target has one."""
    for index, piece in enumerate(each.bins[: axis.n]):
        if piece.p50_ms is not None:
            for x in cells_of(index, axis.n, columns):
                yield x, piece.p50_ms


def _is_down(piece: Bin) -> bool:
    """Return whether at least half of a bin's probes failed."""
    return piece.failed > 0 and piece.failed >= piece.ok


def _failing_columns(each: Series, axis: TimeAxis, columns: int) -> Iterator[int]:
    """Yield the columns in which at least half of a target's probes failed."""
    for index, piece in enumerate(each.bins[: axis.n]):
        if _is_down(piece):
            yield from cells_of(index, axis.n, columns)
