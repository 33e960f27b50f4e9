"""Latency over the window as one row of blocks, with failures marked in it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.monitor.source import Bin
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line, Role


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


def sparkline(
    bins: Sequence[Bin], threshold_ms: float, glyphs: Glyphs, *, ceiling_ms: float | None = None
) -> Line:
    """Draw one cell per bin: the worst latency in it, against the row's own ceiling or this one.

    A bin in which at least half of the probes failed is a cross, one in which fewer did an
    exclamation mark: failures have a shape of their own, for there may be no colours. Above
    the threshold a block is yellow. A bin without a sample is a faint dot between samples and
    blank before the first.
    """
    worst = max((b.max_ms for b in bins if b.max_ms is not None), default=0.0)
    ceiling = ceiling_ms or nice_ceiling(worst)
    levels = glyphs.levels
    line: Line = []
    started = False
    for piece in bins:
        role: Role
        if piece.failed:
            cell = glyphs.failed if piece.failed >= piece.ok else glyphs.some_failed
            role = "bad"
        elif piece.max_ms is not None:
            level = min(len(levels) - 1, int(piece.max_ms / ceiling * len(levels)))
            cell, role = levels[level], "warn" if piece.max_ms > threshold_ms else "good"
        else:
            cell, role = (glyphs.gap if started else " "), "dim"
        started = started or piece.ok > 0 or piece.failed > 0
        if line and line[-1][1] == role:
            line[-1] = (line[-1][0] + cell, role)
        else:
            line.append((cell, role))
    return line
