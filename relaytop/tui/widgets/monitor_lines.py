"""The monitor's parts that are lines and nothing else."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from relaytop.tui.draw.banner import banner
from relaytop.tui.draw.log import log_line, newest_first
from relaytop.tui.draw.panel import panel, title
from relaytop.tui.draw.text_runs import dimmed
from relaytop.tui.draw.topline import topline
from relaytop.tui.keys import footer_line
from relaytop.tui.widgets.view_lines import ViewLines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.geometry import Size

    from relaytop.tui.draw.text_runs import Line
    from relaytop.tui.view import View

LOG_TITLE = " events "


class TopLine(ViewLines):
    """The first line: all targets together."""

    warning: str | None = None
    """A sentence to show in its place."""

    def draw(self, view: View, extent: Size) -> Sequence[Line]:
        """Return the top line, or the warning."""
        if self.warning is not None:
            return [[(self.warning, "warn")]]
        return [
            topline(view.overview, view.now, extent.width, view.glyphs, view.badges, live=view.live)
        ]


def draw_banner(view: View, width: int) -> Line | None:
    """Draw the banner of a view; None where all is well."""
    return banner(view.overview, view.dead, view.silent_s, width)


class Banner(ViewLines):
    """The line that says what stops everything, where something does."""

    def draw(self, view: View, extent: Size) -> Sequence[Line]:
        """Return the banner, if there is one."""
        line = draw_banner(view, extent.width)
        return [line] if line else []


class DetailTitle(ViewLines):
    """The selected target, its status, why and since when."""

    def draw(self, view: View, extent: Size) -> Sequence[Line]:
        """Return the title of the selected target."""
        selected = view.selected
        if selected is None:
            return []
        summary = view.source.summary(selected, view.now)
        thresholds = view.thresholds[selected]
        drawn = title(summary, thresholds, view.now, extent.width - 2, view.glyphs)
        return [[(" ", "text"), *(drawn if view.live else dimmed(drawn))]]


class DetailPanel(ViewLines):
    """The selected target: why it fails, where the time goes, the rest of its limits."""

    def draw(self, view: View, extent: Size) -> Sequence[Line]:
        """Return the panel of the selected target."""
        if view.selected is None:
            return []
        lines = panel(
            view.source.summary(view.selected, view.now),
            view.source.errors(view.selected),
            view.now,
            extent.width - 1,
            extent.height,
            view.glyphs,
            uncut=view.zoomed,
        )
        return lines if view.live else [dimmed(line) for line in lines]


class EventLog(ViewLines):
    """The newest events."""

    def draw(self, view: View, extent: Size) -> Sequence[Line]:
        """Return the events that have room, the newest first."""
        rows = extent.height - 1
        if rows < 1:
            return []
        rule = view.glyphs.rule * (extent.width - len(LOG_TITLE) - 1)
        newest = islice(newest_first(view.source.events()), rows)
        lines = [log_line(event, extent.width - 1) for event in newest]
        return [[(LOG_TITLE, "dim"), (rule, "rule")], *lines]


class Footer(ViewLines):
    """The keys in force."""

    def draw(self, view: View, extent: Size) -> Sequence[Line]:
        """Return as many keys as have room."""
        return [footer_line(view.keys, extent.width, view.glyphs)]
