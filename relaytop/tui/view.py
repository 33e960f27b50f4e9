"""The data that one picture is drawn from: read once, handed to every widget, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.tui.draw.time_axis import shown_span_s
from relaytop.tui.zoom import Known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.binding import Binding

    from relaytop.config.settings import Thresholds
    from relaytop.monitor.group import Group, GroupSummary
    from relaytop.monitor.source import Overview, Source
    from relaytop.tui.draw.alert_marks import ShownAlerts
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Run
    from relaytop.tui.draw.topline import Badges
    from relaytop.tui.link import Link
    from relaytop.tui.palette import Palette
    from relaytop.tui.rows.blocks import Row
    from relaytop.tui.rows.query import RowQuery
    from relaytop.tui.rows.summaries import Summaries
    from relaytop.tui.zoom import Zoom
    from relaytop.watch.reference import Reference

LEAST_SPAN_S = 120.0
"""The shortest time that sparklines cover: all of them step to the next span at once."""


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """The figures as of one moment, and how to show them."""

    source: Source
    """The figures; frozen ones while the picture is held still."""
    now: float
    """Unix seconds of the moment."""
    oldest: float | None
    """Unix seconds of the oldest sample of any target; None without one."""
    longest_s: float
    """The longest time that sparklines and the chart cover, in seconds."""
    span_s: float
    """The time that sparklines cover now: it grows with what there is."""
    overview: Overview
    thresholds: Mapping[str, Thresholds]
    """Target id → its thresholds."""
    aliases: Mapping[str, Sequence[str]]
    """Name of a model → its target ids at each provider."""
    listed: Sequence[str]
    """The target ids that the filter lets through, in the order of the rows."""
    rows: Sequence[Row]
    """The rows of the table: targets, and the groups above them."""
    groups: tuple[Group, ...]
    """The groups that have a row."""
    folded: frozenset[str]
    """The keys of the groups whose targets have no rows."""
    summaries: Summaries
    """The figures of this moment by target and by group, each read once."""
    order: str
    """The key of the order in force: of a column, or `config`."""
    row_query: RowQuery
    """By what they are filtered, grouped and sorted."""
    filter_hint: Run | None
    """A line to show under the filter while it is typed."""
    chosen_columns: Sequence[str] | None
    """The keys of the columns that the user chose; None: all."""
    selected: str | None
    """The target id that the detail shows; None where the filter hides all."""
    group: GroupSummary | None
    """The group that the detail shows in its place; `selected` is the worst of its targets then."""
    zoomed: bool
    """Whether the detail has the whole screen."""
    zoom: Zoom
    """What its chart shows then."""
    alerts: ShownAlerts
    """The alerts that fire, and what is snoozed."""
    badges: Badges
    link: Link
    """How much the link to the terminal is spared."""
    dead: str | None
    """The reason why the engine has died; None while it runs."""
    silent_s: float | None
    """Seconds since its last report, where that is too long; None: it reports."""
    live: bool
    """Whether something probes; if not, all that is known is of the past, and dim."""
    reference: Reference | None
    """A snapshot that the figures are compared with."""
    keys: Sequence[Binding]
    """The keys in force."""
    glyphs: Glyphs
    palette: Palette

    def known(self, target: str) -> Known:
        """Return the time that there is of a target."""
        interval_s = self.source.summary(target, self.now).interval_s
        return Known(self.now, self.source.oldest_at(target), self.longest_s, interval_s)


def oldest_sample(source: Source) -> float | None:
    """Return the Unix seconds of the oldest sample of any target; None without one."""
    known = (source.oldest_at(target) for target in source.targets())
    return min((at for at in known if at is not None), default=None)


def sparkline_span_s(oldest: float | None, now: float, longest_s: float) -> float:
    """Return the time that sparklines cover, in seconds."""
    return shown_span_s(now - oldest if oldest is not None else 0.0, longest_s, LEAST_SPAN_S)
