"""The error rate over time, under a chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.draw.chart.axes import LABEL_WIDTH
from relaytop.tui.draw.text_runs import merged
from relaytop.tui.draw.time_axis import cells_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.monitor.source import Bin
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line


def error_line(bins: Sequence[Bin], columns: int, glyphs: Glyphs) -> Line:
    """Draw the error rate of each bin: the higher the block, the more failed."""
    line: Line = [("err ".rjust(LABEL_WIDTH), "dim")]
    for index, piece in enumerate(bins):
        width = len(cells_of(index, len(bins), columns))
        total = piece.ok + piece.failed
        if not total:
            line.append((" " * width, "dim"))
        elif not piece.failed:
            line.append((glyphs.rule * width, "rule"))
        else:
            rate = piece.failed / total
            level = min(len(glyphs.levels) - 1, int(rate * len(glyphs.levels)))
            line.append((glyphs.levels[level] * width, "bad"))
    return merged(line)
