"""The page that compares one model at several providers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from relaytop.config.durations import format_window
from relaytop.tui.draw.compare import NAME_WIDTH, columns_that_fit, comparison, sparklines
from relaytop.tui.draw.sparkline import bin_width_s
from relaytop.tui.screens.page import Page

if TYPE_CHECKING:
    from relaytop.tui.draw.pages import Item
    from relaytop.tui.draw.text_runs import Line
    from relaytop.tui.screens.monitor import MonitorScreen


class ComparePage(Page):
    """Shows targets side by side.

    Args:
        monitor: The monitor's screen.
        targets: The one to compare with, then the others.
    """

    def __init__(self, monitor: MonitorScreen, targets: list[str]) -> None:
        super().__init__(monitor)
        self._targets = targets

    def heading(self) -> Line:
        """Return what is compared, over which span."""
        model = self._targets[0].partition("/")[2]
        window = self.monitor.source.overview(self.monitor.now).window
        said = f"  {len(self._targets)} providers, over {format_window(window)}"
        left = len(self._targets) - columns_that_fit(self.size.width)
        if left > 0:
            said += f"; {left} more in a wider terminal"
        return [(f" {model}", "bold"), (said, "dim")]

    def items(self, width: int) -> list[Item]:
        """Return the figures and the sparklines."""
        monitor = self.monitor
        thresholds, now, span_s = monitor.session.thresholds, monitor.now, monitor.span_s
        shown = self._targets[: columns_that_fit(width)]
        summaries = [monitor.source.summary(name, now) for name in shown]
        cells = max(1, width - 2 * NAME_WIDTH - 3)
        bin_s = bin_width_s(span_s, cells)
        start = (math.floor(now / bin_s) + 1 - cells) * bin_s
        rows = [(s, monitor.source.bins(s.target, start, bin_s, cells)) for s in summaries]
        lines: list[Line] = [
            *comparison(summaries, thresholds, monitor.marks),
            [("", "text")],
            *sparklines(rows, thresholds, monitor.marks),
        ]
        return [(number, [line]) for number, line in enumerate(lines)]
