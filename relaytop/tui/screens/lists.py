"""The pages: the event log, and a target's failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.tui.draw.pages import error_items, log_items
from relaytop.tui.draw.panel import title
from relaytop.tui.screens.page import Page

if TYPE_CHECKING:
    from relaytop.tui.draw.pages import Item
    from relaytop.tui.draw.text_runs import Line
    from relaytop.tui.screens.monitor import MonitorScreen


class LogPage(Page):
    """The whole event log."""

    def heading(self) -> Line:
        """Return the page's title."""
        return [
            (" events", "bold"),
            (f"  {len(self.monitor.source.events())}, newest first", "dim"),
        ]

    def items(self, width: int) -> list[Item]:
        """Return all events."""
        return log_items(self.monitor.source.events(), width)


class ErrorsPage(Page):
    """The failures of one target, with all that the server said.

    Args:
        monitor: The monitor's screen.
        target: Whose failures.
    """

    def __init__(self, monitor: MonitorScreen, target: str) -> None:
        super().__init__(monitor)
        self._target = target

    def heading(self) -> Line:
        """Return the target, its status, why and since when."""
        monitor = self.monitor
        summary = monitor.source.summary(self._target, monitor.now)
        thresholds = monitor.session.thresholds[self._target]
        width = max(0, self.size.width - 2)
        return [
            (" ", "text"),
            *title(summary, thresholds, monitor.now, width, monitor.marks, ruled=False),
        ]

    def items(self, width: int) -> list[Item]:
        """Return the failures that are kept."""
        found = error_items(self.monitor.source.errors(self._target), width)
        return found or [(None, [[(" no errors seen", "dim")]])]
