"""One model at several providers, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from relaytop.config.durations import format_window
from relaytop.jobs.token_counts import token_remark
from relaytop.tui.draw.compare import (
    NAME_WIDTH,
    columns_that_fit,
    comparison,
    input_tokens_each,
    sparklines,
)
from relaytop.tui.draw.sparkline import per_cell
from relaytop.tui.draw.text_runs import wrapped
from relaytop.tui.draw.time_axis import time_axis
from relaytop.tui.screens.page import Page

if TYPE_CHECKING:
    from relaytop.tui.draw.pages import Item
    from relaytop.tui.draw.text_runs import Line
    from relaytop.tui.view import View

REMARK_LINES = 4


class ComparePage(Page):
    """Targets side by side.

    Args:
        view: What is shown.
        targets: The target to compare with, then the others.
    """

    place: ClassVar = "comparison"

    def __init__(self, view: View, targets: list[str]) -> None:
        super().__init__(view)
        self._targets = targets

    def heading(self, view: View) -> Line:
        """Return what is compared, over which span."""
        model = self._targets[0].partition("/")[2]
        text = f"  {len(self._targets)} providers, over {format_window(view.overview.window)}"
        left = len(self._targets) - columns_that_fit(self.size.width)
        if left > 0:
            text += f"; {left} more in a wider terminal"
        return [(f" {model}", "bold"), (text, "dim")]

    def items(self, view: View, width: int) -> list[Item]:
        """Return the figures and the sparklines."""
        shown = self._targets[: columns_that_fit(width)]
        summaries = [view.source.summary(name, view.now) for name in shown]
        cells = max(1, width - 2 * NAME_WIDTH - 3)
        source, now = view.source, view.now
        axis = time_axis(now, view.oldest, view.span_s, cells)
        rows = [(s, per_cell(source.bins(s.target, *axis), axis, now, cells)) for s in summaries]
        lines: list[Line] = [
            *comparison(summaries, view.thresholds, view.glyphs),
            [("", "text")],
            *sparklines(rows, view.thresholds, view.glyphs),
        ]
        counts = {s.target: each for s in summaries if (each := input_tokens_each(s)) is not None}
        remark = token_remark(counts)
        if remark is not None:
            lines.append([("", "text")])
            lines += [[(f" {part}", "warn")] for part in wrapped(remark, width - 2, REMARK_LINES)]
        return [(number, [line]) for number, line in enumerate(lines)]
