"""The monitor's screen: top line, table, detail, log, keys."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal
from textual.geometry import Size
from textual.reactive import var

from relaytop.tui.draw.fleet_parts import Places, places_of
from relaytop.tui.draw.layout import arrange, too_small
from relaytop.tui.draw.topline import Badges
from relaytop.tui.entered import EnteredModes
from relaytop.tui.freeze import FrozenSource
from relaytop.tui.keys import BINDINGS, ZOOM_BINDINGS, in_order
from relaytop.tui.link import Link
from relaytop.tui.os_errors import describe_os_error
from relaytop.tui.palette import Palette
from relaytop.tui.rows.folding import MANY_TARGETS
from relaytop.tui.rows.summaries import KeptState, Summaries
from relaytop.tui.screens.alerts import AlertScreen
from relaytop.tui.screens.zoom import ACTION
from relaytop.tui.view import View, oldest_sample, sparkline_span_s
from relaytop.tui.widgets.chart import Chart
from relaytop.tui.widgets.lines import Lines
from relaytop.tui.widgets.monitor_lines import (
    Banner,
    DetailPanel,
    DetailTitle,
    EventLog,
    Footer,
    TopLine,
    draw_banner,
)

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import Binding
    from textual.widget import Widget

    from relaytop.monitor.source import Overview, Source
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.screens.page import Page
    from relaytop.tui.widgets.view_lines import ViewLines
    from relaytop.watch.session import Session

ENGINE_ACTIONS = ("toggle_target", "interval", "pause")
"""Actions that only an engine of our own obeys."""


class MonitorScreen(AlertScreen):
    """Shows a session; every key acts on the session, and the screen reads it again.

    Args:
        session: What is watched.
        glyphs: The shapes that the terminal can show.
    """

    BINDINGS: ClassVar = [*ZOOM_BINDINGS, *BINDINGS]

    frozen: var[FrozenSource | None] = var(None, init=False)
    """The picture that is held still, if one is."""

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__()
        self.session = session
        self.glyphs = glyphs
        self.set_reactive(MonitorScreen.selected, next(iter(session.monitor.targets()), None))
        self._palette: Palette | None = None
        self._modes = EnteredModes()
        self._kept_groups: dict[str, KeptState] = {}
        self._places = Places()
        self._page: Page | None = None
        """A full-screen page over this one, which shows the same view."""
        self.link = Link()
        """How much the link to the terminal is spared; the app's, once there is one."""
        self.top = TopLine("top")
        self._banner = Banner("banner")
        self._title = DetailTitle("title")
        self._caption = Lines("caption")
        self._failure = Lines("failure")
        self._chart = Chart("chart", self._caption, self._failure)
        self._panel = DetailPanel("panel")
        self._detail = Horizontal(self._chart, self._panel, id="detail")
        self._log = EventLog("log")
        self._keys = Footer("keys")

    def compose(self) -> ComposeResult:
        """Make the parts, each at its height already: a second layout would delay the first."""
        self._palette = Palette(self.app.theme_variables)
        self.read()
        yield from (self.top, self._banner, self.table, self._title, self._caption)
        yield from (self._detail, self._failure, self._log, self._keys)

    def on_mount(self) -> None:
        """Repaint in the colours of each theme that is chosen."""
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._change_palette())

    def _change_palette(self) -> None:
        self._palette = Palette(self.app.get_css_variables())
        self.changed()

    # ── reading the session ──────────────────────────────────────────────────

    def on_filter_screen_changed(self) -> None:
        """Read the session once, however much of it has changed."""
        self.read()

    def read(self) -> None:
        """Read the figures as they are now, or were when the picture was frozen, and show them."""
        if self._palette is not None:
            self.view = self._read(self._palette)

    def _read(self, palette: Palette) -> View:
        session, source, now = self.session, self.source, self.now
        summaries = self.relist()
        longest_s = self.frozen.span_s if self.frozen else session.span_s
        oldest = oldest_sample(source)
        return View(
            source=source,
            now=now,
            oldest=oldest,
            longest_s=longest_s,
            span_s=sparkline_span_s(oldest, now, longest_s),
            overview=self._overview(),
            thresholds=session.thresholds,
            aliases=session.settings.aliases,
            listed=self.listed,
            rows=self.rows,
            groups=tuple(self.listing.groups),
            folded=self.folded,
            summaries=summaries,
            order=self.row_query.order(all_fit=self.all_fit),
            row_query=self.row_query,
            filter_hint=self.filter_hint(),
            chosen_columns=self.chosen_columns,
            selected=self.selected if self.selected in self.listed else None,
            group=self.group_selected(summaries),
            zoomed=self.zoomed,
            zoom=self.zoom,
            alerts=self.alerts,
            badges=self.badges(),
            link=self.link,
            dead=session.dead,
            silent_s=session.silent_s,
            live=session.trouble() is None or self.frozen is not None,
            reference=session.reference,
            keys=self.keys_in_force,
            glyphs=self.glyphs,
            palette=palette,
        )

    def relist(self) -> Summaries:
        """List the rows of the figures as they are now."""
        thresholds = self.session.thresholds
        summaries = Summaries(self.source, self.now, thresholds, self._kept_groups)
        room, rows = self._room()
        self.all_fit = rows <= room
        self.list_targets(
            summaries,
            self.source.targets(),
            self.session.settings.aliases,
            room=room,
            still=self.frozen is not None,
        )
        heard = map(summaries.of, self.source.targets())
        self._places = places_of(heard, self.session.places_without_rows)
        return summaries

    def _room(self) -> tuple[int, int]:
        """Return how many rows have room, and how many there are, nothing folded or filtered."""
        targets = self.source.targets()
        groups = self.row_query.groups(targets, self.session.settings.aliases)
        rows = len(targets) + len(groups)
        width, height = self.size or self.app.size
        return arrange(width, height, rows, banner=False, zoomed=False).table - 1, rows

    def _overview(self) -> Overview:
        """Return all targets together; an engine that is dead or stopped sends nothing."""
        overview = self.source.overview(self.now)
        if self.session.trouble() is None or self.frozen:
            return overview
        return dataclasses.replace(overview, probes_s=0.0, usd_per_h=0.0)

    def badges(self) -> Badges:
        """Return what holds for the whole picture."""
        return Badges(
            agent=self.session.reads_agent and not self._places.count,
            frozen=self.frozen is not None,
            paused=self.session.paused,
            also_probed_by=self.session.also_probed_by,
            filtered=self.filter_badge(self.source),
            slow_link=self.link.is_slow,
            link_bytes_s=self.link.bytes_s if self.link.shows_rate else None,
            alerts=self.alerts.firing,
            places=self._places,
        )

    @property
    def place(self) -> str:
        """Its name on the help page."""
        return "zoomed target" if self.zoomed else "monitor"

    @property
    def keys_in_force(self) -> list[Binding]:
        """The keys that do something now."""
        active = self.active_bindings.values()
        return in_order(self.labelled(each.binding) for each in active)

    @property
    def source(self) -> Source:
        """The source of all that is shown."""
        return self.frozen or self.session.monitor

    @property
    def now(self) -> float:
        """Unix seconds of what is shown."""
        return self.frozen.now if self.frozen else self.session.clock()

    def watch_view(self, view: View) -> None:
        """Show what changed."""
        if self._page is not None:
            self._page.view = view
            return
        with self.app.batch_update():
            self._arrange(view, self.size or self.app.size)
            parts: list[ViewLines] = [self.top, self._banner, self.table, self._log, self._keys]
            if self._detail.display:
                parts += [self._title, self._chart, self._panel]
            for part in parts:
                part.update(view)

    def watch_row_query(self) -> None:
        """List the rows anew, and note whether a filter is in force."""
        self._modes.set("filter", active=bool(self.row_query.words))
        super().watch_row_query()

    def watch_zoomed(self) -> None:
        """Note whether it is entered, and divide the screen anew."""
        self._modes.set("zoom", active=self.zoomed)
        super().watch_zoomed()

    def watch_frozen(self) -> None:
        """Show the other source."""
        self.hold_alerts(held=self.frozen is not None)
        self.changed()

    def draw_charts(self) -> None:
        """Begin to draw the chart, now that the rest is on the screen."""
        self._chart.may_draw = True
        self.changed()

    # ── the layout ───────────────────────────────────────────────────────────

    def _arrange(self, view: View, size: Size) -> None:
        """Give each part its height; only a warning where the terminal is too small for them."""
        width, height = size
        self.top.warning = too_small(width, height)
        fits = self.top.warning is None
        self._banner.display = fits and draw_banner(view, width) is not None
        areas = arrange(
            width,
            height,
            self._row_count(view),
            banner=self._banner.display,
            zoomed=view.zoomed,
        )
        grouped = view.group is not None
        around = 0 if grouped else areas.caption + areas.failure
        heights: tuple[tuple[Widget, int], ...] = (
            (self.table, areas.table),
            (self._caption, areas.caption if around else 0),
            (self._detail, areas.detail + areas.caption + areas.failure - around - 1),
            (self._failure, areas.failure if around else 0),
            (self._log, areas.log),
        )
        for part, rows in heights:
            part.display = rows > 0 and fits
            if rows > 0:
                part.styles.height = rows
        for line in (self.top, self._banner, self._title, self._keys):
            line.expected = Size(width, 1)
        self._caption.expected = Size(width, areas.caption)
        self._failure.expected = Size(width, areas.failure)
        self.table.expected = Size(width, areas.table)
        self._log.expected = Size(width, areas.log)
        self._title.display = areas.detail > 0 and fits
        self._chart.display = not grouped
        self._panel.display = areas.side > 0 or grouped
        self._panel.styles.width = "1fr" if grouped else areas.side
        self._keys.display = fits

    @staticmethod
    def _row_count(view: View) -> int:
        """Return how many rows there are without a filter: the table's height keeps still.

        Of many targets it is as high as it can be, also while their groups are folded.
        """
        targets = len(view.source.targets())
        if targets >= MANY_TARGETS:
            return targets + len(view.groups)
        folded = sum(len(g.targets) for g in view.groups if g.key in view.folded)
        return targets + len(view.groups) - folded

    def on_resize(self) -> None:
        """Divide the screen anew; the parts draw themselves again once they have their sizes."""
        if self.view is not None:
            self._arrange(self.view, self.size)
            self.top.update(self.view)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer nothing that an agent, which others rely on, would have to obey."""
        del parameters
        if action == "fold":
            return bool(self.listing.groups) and not self.zoomed
        if action == "clear":
            return self.typing or self._modes.last is not None
        if action in {"note", "snooze"}:
            return not self.session.is_of_the_past
        if action == "acknowledge":
            return not self.session.is_of_the_past and bool(self.session.alerting.firing)
        if action.startswith(ACTION):
            return self.offers_zoom(action)
        return action not in ENGINE_ACTIONS or self.session.engine.accepts_commands

    # ── keys ─────────────────────────────────────────────────────────────────

    def action_toggle_target(self) -> None:
        """Stop or start probing the selected target."""
        if self.selected not in self.listed:  # what a filter hides is left alone
            return
        listed = set(self.listed)
        group = self.view.group if self.view is not None else None
        if group is not None and group.group.key == self.selected_group:
            shown = [target for target in group.group.targets if target in listed]
            self.session.toggle_group(group.group.name, shown)
        else:
            self.session.toggle(self.selected)
        self.changed()

    def action_pause(self) -> None:
        """Pause or resume all probing."""
        self.session.toggle_all()
        self.changed()

    def action_freeze(self) -> None:
        """Freeze the screen, or let it run again."""
        session = self.session
        self.frozen = (
            None if self.frozen else FrozenSource(session.monitor, session.clock(), session.span_s)
        )
        session.read_less_often(frozen=self.frozen is not None)

    def action_clear(self) -> None:
        """Leave what was entered last: the filter, or the zoom."""
        if self._modes.last == "zoom" and not self.typing:
            self.zoomed = False
        else:
            super().action_clear()

    def action_note(self) -> None:
        """Take words for the event log and the recording."""
        from relaytop.tui.screens.note import NoteScreen  # noqa: PLC0415 - after first paint

        self.app.push_screen(NoteScreen(), self._write_note)

    def _write_note(self, words: str | None) -> None:
        if words:
            self.session.write_note(words)
            self.changed()

    def action_zoom(self) -> None:
        """Zoom in on the selected target, or back to the table; fold or unfold a group."""
        if self.selected_group is not None and not self.zoomed:
            self.toggle_fold()
            return
        self.zoomed = not self.zoomed

    def action_link_rate(self) -> None:
        """Show bytes per second sent to the terminal, or hide them."""
        self.link.shows_rate = not self.link.shows_rate
        self.changed()

    def action_window(self) -> None:
        """Change to the next window, unless the picture stands still."""
        if self.frozen:
            self.notify("frozen: press f to unfreeze before changing the window", timeout=4)
            return
        self.session.next_window()
        self.changed()

    def action_interval(self, steps: int) -> None:
        """Probe more or less often."""
        self.session.change_interval(steps)
        self.changed()

    def action_snapshot(self) -> None:
        """Save a snapshot."""
        try:
            path = self.session.snapshot()
        except OSError as error:
            text = f"snapshot not saved: {describe_os_error(error, self.session.snapshots)}"
            self.session.note("snapshot", "error", text)
            self.notify(text, severity="error", markup=False)
        else:
            self.notify(f"snapshot saved: {path}", timeout=4, markup=False)
        self.changed()

    def action_copy(self, what: str) -> None:
        """Copy the selected target's state (`target`), or one line for all (`all`)."""
        from relaytop.tui import copying  # noqa: PLC0415 - after first paint

        view = self.view
        if view is None:
            return
        is_all = what == "all"
        text = (
            copying.overview_text(view) if is_all else copying.ticket_text(view, self.session.host)
        )
        if text is not None:
            self.app.copy_to_clipboard(text)
            self.notify(copying.copied_notice(text), timeout=4, markup=False)

    def action_open(self, name: str) -> None:
        """Open a page over the monitor: the log, the failures or the comparison."""
        from relaytop.tui.screens.pages import make_page  # noqa: PLC0415 - after first paint

        view = self.view
        if view is None or (name != "log" and view.selected is None):
            return
        self._page = make_page(name, view)
        if self._page is not None:
            self.app.push_screen(self._page, self._page_closed)
        else:
            text = f"{view.selected}: no other provider of this model"
            if self.session.engine.accepts_commands:
                text += "; press a to add one"
            self.notify(text, timeout=4, markup=False)

    def _page_closed(self, _nothing: None) -> None:
        """Show what the monitor missed, before it is seen again."""
        self._page = None
        self.read()
