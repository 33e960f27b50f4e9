"""Latency over the window as one row of blocks, with failures marked in it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from relaytop.tui.draw.time_axis import cells_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.monitor.source import Bin
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line, Role
    from relaytop.tui.draw.time_axis import TimeAxis


WITHIN = 6
"""Levels for latencies within the threshold."""
ROUND = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)


def nice_ceiling(value: float) -> float:
    """Return the next round number at or above `value`, so that a scale stays put."""
    if value <= 0:
        return 1.0
    magnitude = 10.0 ** math.floor(math.log10(value))
    for step in ROUND:
        if value <= step * magnitude:
            return step * magnitude
    return 10.0 * magnitude


def level_of(latency_ms: float, threshold_ms: float) -> int:
    """Return a latency's level: 0 to 5 up to the threshold, 6 up to twice as much, 7 above."""
    if latency_ms <= 0:
        return 0
    doublings = math.ceil(math.log2(latency_ms / threshold_ms) - 1e-9)
    return max(0, min(WITHIN - 1 + doublings, WITHIN + 1))


def per_cell(bins: Sequence[Bin], axis: TimeAxis, now: float, cells: int) -> list[Bin | None]:
    """Return the bin of each of `cells` cells; None where no sample of it has come yet.

    Args:
        bins: Those of the axis, oldest first.
        axis: When they are.
        now: Unix seconds.
        cells: The cells that they share.
    """
    running = int((now - axis.start) / axis.bin_s)
    return [
        piece if index < running or piece.ok or piece.failed else None
        for index, piece in enumerate(bins)
        for _cell in cells_of(index, axis.n, cells)
    ]


def sparkline(bins: Sequence[Bin | None], threshold_ms: float, glyphs: Glyphs) -> Line:
    """Draw one cell per bin: the worst latency in it, against the threshold.

    A level is a doubling; the two highest are for what lies above the threshold, in yellow too. So
    a height means the same in each row and at all times, and needs no colour. A bin in which at
    least half of the probes failed is a cross, one in which fewer did an exclamation mark. A bin
    without a sample is a faint dot, and blank before the first sample or where it is yet to come.
    """
    line: Line = []
    started = False
    for piece in bins:
        role: Role
        if piece is None:
            cell, role = " ", "dim"
        elif piece.failed:
            cell = glyphs.failed if piece.failed >= piece.ok else glyphs.some_failed
            role = "bad"
        elif piece.max_ms is not None:
            cell = glyphs.levels[level_of(piece.max_ms, threshold_ms)]
            role = "warn" if piece.max_ms > threshold_ms else "good"
        else:
            cell, role = (glyphs.gap if started else " "), "dim"
        started = started or (piece is not None and piece.ok + piece.failed > 0)
        if line and line[-1][1] == role:
            line[-1] = (line[-1][0] + cell, role)
        else:
            line.append((cell, role))
    return line
