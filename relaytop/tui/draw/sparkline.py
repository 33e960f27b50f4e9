"""Latency over the window as one row of blocks, with failures marked in it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.monitor.source import Bin
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line, Role


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


def bin_width_s(window_s: float, columns: int) -> float:
    """Return the width of a bin in seconds such that `columns` of them cover the window."""
    return max(window_s / max(columns, 1), 0.25)


def aligned_bins(now: float, window_s: float, columns: int) -> tuple[float, float]:
    """Return where the first of `columns` bins starts (Unix seconds) and their width in seconds.

    Bins lie on absolute time: a picture shifts once per bin and stands still between.
    """
    bin_s = bin_width_s(window_s, columns)
    return (math.floor(now / bin_s) + 1 - columns) * bin_s, bin_s


def level_of(latency_ms: float, threshold_ms: float) -> int:
    """Return a latency's level: 0 to 5 up to the threshold, 6 up to twice as much, 7 above."""
    if latency_ms <= 0:
        return 0
    doublings = math.ceil(math.log2(latency_ms / threshold_ms) - 1e-9)
    return max(0, min(WITHIN - 1 + doublings, WITHIN + 1))


def sparkline(bins: Sequence[Bin], threshold_ms: float, glyphs: Glyphs) -> Line:
    """Draw one cell per bin: the worst latency in it, against the threshold.

    A level is a doubling; the two highest are for what lies above the threshold, in yellow too. So
    a height means the same in each row and at all times, and needs no colour. A bin in which at
    least half of the probes failed is a cross, one in which fewer did an exclamation mark. A bin
    without a sample is a faint dot between samples and blank before the first.
    """
    line: Line = []
    started = False
    for piece in bins:
        role: Role
        if piece.failed:
            cell = glyphs.failed if piece.failed >= piece.ok else glyphs.some_failed
            role = "bad"
        elif piece.max_ms is not None:
            cell = glyphs.levels[level_of(piece.max_ms, threshold_ms)]
            role = "warn" if piece.max_ms > threshold_ms else "good"
        else:
            cell, role = (glyphs.gap if started else " "), "dim"
        started = started or piece.ok > 0 or piece.failed > 0
        if line and line[-1][1] == role:
            line[-1] = (line[-1][0] + cell, role)
        else:
            line.append((cell, role))
    return line
