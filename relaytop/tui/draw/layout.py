"""The division of the screen at each size."""

from __future__ import annotations

from typing import NamedTuple

MIN_WIDTH = 60
MIN_HEIGHT = 15
SIDE_FROM_WIDTH = 76
"""From this width on the detail has a panel beside its chart."""
MAX_SIDE = 100
DETAIL_FROM_ROWS = 8
WHOLE_FAILURE_FROM_HEIGHT = 20
"""From this height on a zoomed chart's failure has a line for its message."""
LOG_ROWS = ((48, 9), (32, 6), (20, 4))
"""The log's rows, its title included, from a height of the screen on; below the least none."""


class Areas(NamedTuple):
    """Heights in rows; 0 hides the part. `side` is the width of the panel beside the chart."""

    table: int
    detail: int
    """With its title; the zoomed chart's caption and failure are beside it."""
    log: int
    side: int
    caption: int = 0
    failure: int = 0


def too_small(width: int, height: int) -> str | None:
    """Return a sentence on the size that is needed; None where the terminal has it."""
    if width >= MIN_WIDTH and height >= MIN_HEIGHT:
        return None
    return f" relaytop needs {MIN_WIDTH}×{MIN_HEIGHT}; this terminal has {width}×{height}"


def arrange(width: int, height: int, targets: int, *, banner: bool, zoomed: bool) -> Areas:
    """Divide a screen of `width` × `height` cells among table, detail and log.

    The top line, the footer and, where there is one, the banner take a row each; the banner's is
    the log's, so that no target moves.
    """
    rows = height - 2 - banner
    side = 0 if width < SIDE_FROM_WIDTH else min(MAX_SIDE, max(32, width // 3, width - 110))
    if zoomed:
        side = min(side, max(32, width // 3))
        failure = 2 if height >= WHOLE_FAILURE_FROM_HEIGHT else 1
        return Areas(
            table=0, detail=rows - 1 - failure, log=0, side=side, caption=1, failure=failure
        )
    log = next((rows for from_height, rows in LOG_ROWS if height >= from_height), 0)
    log -= banner and log > 1
    rows -= log
    wanted = targets + 1
    table = min(wanted, max(rows - 24, rows * 3 // 5))
    if rows - table < DETAIL_FROM_ROWS:
        # A half-shown table and no room for the chart would be the worst of both.
        table = min(wanted, rows) if log else rows
        return Areas(table=table, detail=0, log=log + rows - table if log else 0, side=0)
    return Areas(table=table, detail=rows - table, log=log, side=side)
