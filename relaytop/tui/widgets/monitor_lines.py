"""The monitor's parts that are lines and nothing else."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from relaytop.tui.draw.alert_marks import group_keys
from relaytop.tui.draw.banner import banner
from relaytop.tui.draw.group_panel import group_panel, group_title
from relaytop.tui.draw.log import log_line, newest_first
from relaytop.tui.draw.official_status import official_lines
from relaytop.tui.draw.panel import panel, title
from relaytop.tui.draw.text_runs import cropped, dimmed
from relaytop.tui.draw.topline import topline
from relaytop.tui.draw.where import where_lines
from relaytop.tui.keys import footer_line
from relaytop.tui.rows.labels import names_in
from relaytop.tui.widgets.view_lines import ViewLines

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from textual.geometry import Size

    from relaytop.monitor.group import GroupSummary
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
    return banner(view.overview, view.dead, view.silent_s, view.now, width)


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
        selected, width = view.selected, extent.width - 2
        if view.group is not None:
            group = view.group.group
            alert = view.alerts.clause(group.targets, *group_keys(group))
            line = group_title(view.group, view.now, width, view.glyphs, alert)
            return [[(" ", "text"), *(line if view.live else dimmed(line))]]
        if selected is None:
            words = view.row_query.words.strip()
            said = f" nothing matches /{words}; esc lists all" if words else ""
            return [cropped([(said, "warn")], extent.width)]
        summary = view.source.summary(selected, view.now)
        thresholds = view.thresholds[selected]
        alert = view.alerts.clause([selected], selected, summary.provider)
        drawn = title(summary, thresholds, view.now, width, view.glyphs, alert=alert)
        return [[(" ", "text"), *(drawn if view.live else dimmed(drawn))]]


class DetailPanel(ViewLines):
    """The selected target: why it fails, where the time goes, the rest of its limits."""

    def draw(self, view: View, extent: Size) -> Sequence[Line]:
        """Return the panel of the selected target."""
        if view.selected is None:
            return []
        if view.group is not None:
            return self._group(view, view.group, extent)
        width, height = extent.width - 1, extent.height
        summary = view.source.summary(view.selected, view.now)
        where = self._above(view, [view.selected], [summary.provider], width, height)
        lines = panel(
            summary,
            view.source.errors(view.selected),
            view.thresholds[view.selected],
            view.now,
            width,
            height - len(where),
            view.glyphs,
            uncut=view.zoomed,
        )
        lines = [*where, *lines]
        return lines if view.live else [dimmed(line) for line in lines]

    def _group(self, view: View, group: GroupSummary, extent: Size) -> Sequence[Line]:
        width, height = extent.width - 1, extent.height
        providers = {member.provider for member in group.members}
        where = self._above(view, group.group.targets, providers, width, height)
        lines = group_panel(
            group,
            names_in(group.group),
            view.thresholds,
            view.now,
            width,
            height - len(where),
            view.glyphs,
            listed=set(view.listed),
        )
        lines = [*where, *lines]
        return lines if view.live else [dimmed(line) for line in lines]

    @staticmethod
    def _above(
        view: View, targets: Collection[str], providers: Collection[str], width: int, height: int
    ) -> list[Line]:
        """Return the lines above the panel: where a cause is, and what status pages say."""
        where = where_lines(view.overview.where, targets, width, height)
        pages = view.overview.status_pages
        return [*where, *official_lines(pages, providers, view.now, width, height - len(where))]


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
        """Return as many keys as have room, or what is to say of the filter that is typed."""
        if view.filter_hint is not None:
            text, role = view.filter_hint
            return [cropped([(f" {text}", role)], extent.width)]
        return [footer_line(view.keys, extent.width, view.glyphs)]
