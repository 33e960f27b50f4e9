"""The one screen that matters: top line, table, detail, log, keys."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

from textual.containers import Horizontal
from textual.geometry import Size

from relaytop.tui.draw.banner import banner
from relaytop.tui.draw.layout import arrange, too_small
from relaytop.tui.draw.log import log_line
from relaytop.tui.draw.panel import panel, title
from relaytop.tui.draw.topline import Badges, topline
from relaytop.tui.freeze import FrozenSource
from relaytop.tui.keys import BINDINGS, footer_line
from relaytop.tui.palette import Palette
from relaytop.tui.screens.listing import Listing
from relaytop.tui.widgets.chart import Chart
from relaytop.tui.widgets.lines import Lines
from relaytop.tui.widgets.table import TargetTable

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widget import Widget

    from relaytop.monitor.source import Overview, Source
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.draw.text_runs import Line
    from relaytop.tui.screens.page import Page
    from relaytop.watch.session import Session

PROBING = ("switch", "interval", "pause")
"""Actions that only an engine of our own obeys."""


class MonitorScreen(Listing):
    """Shows a session; every key acts on the session, and the screen reads it again.

    Args:
        session: What is watched.
        marks: The shapes that the terminal can show.
    """

    BINDINGS: ClassVar = BINDINGS

    def __init__(self, session: Session, marks: Glyphs) -> None:
        super().__init__()
        self.session = session
        self.marks = marks
        self.selected = next(iter(session.monitor.targets()), None)
        self.zoomed = False
        self.frozen: FrozenSource | None = None
        self.palette: Palette | None = None
        self.page: Page | None = None
        """A full-screen page over this one, which is read as often."""
        self._chart = Chart(id="chart")
        self._table = TargetTable(id="table")
        self._detail = Horizontal(id="detail")
        self._lines = {
            name: Lines(id=name) for name in ("top", "banner", "title", "panel", "log", "keys")
        }

    def compose(self) -> ComposeResult:
        """Make the parts, each at its height already: a second layout would delay the first."""
        self.palette = Palette(self.app)
        if self._arrange(self.app.size):
            self._read(self.palette, self.app.size.width)
        lines = self._lines
        yield from (lines["top"], lines["banner"], self._table, lines["title"])
        with self._detail:
            yield from (self._chart, lines["panel"])
        yield from (lines["log"], lines["keys"])

    # ── reading the session ──────────────────────────────────────────────────

    def redraw(self) -> None:
        """Read the figures once and show what changed."""
        palette = self.palette
        if palette is None or not self._lines["keys"].is_attached:
            return
        with self.app.batch_update():
            if self._arrange(self.size):
                self._read(palette, self.size.width)
        if self.page is not None:
            self.page.redraw()

    def _read(self, palette: Palette, width: int) -> None:
        session = self.session
        source = self.source
        now = self.now
        overview = self._overview(source, now)
        listed = self.list_rows()
        self._read_top(overview, now, palette, width)
        told = banner(overview, session.dead, width)
        self._line("banner").show([told] if told else [], palette)
        self._table.read(
            source,
            listed,
            self.rows,
            session.thresholds,
            self.selected,
            span_s=self.span_s,
            now=now,
            marks=self.marks,
            palette=palette,
            reference=session.reference,
            live=session.dead is None or self.frozen is not None,
        )
        self._read_detail(source, now, palette)
        self._read_log(source, palette)
        bindings = [active.binding for active in self.active_bindings.values()]
        keys = footer_line(bindings, width, self.marks)
        self._line("keys").show([keys], palette)

    def _read_top(self, overview: Overview, now: float, palette: Palette, width: int) -> None:
        badges = Badges(
            replay=self._replay,
            agent=self.session.reads_agent,
            frozen=self.frozen is not None,
            paused=self.session.paused,
            filtered=self.filtered,
        )
        self._line("top").show([topline(overview, now, width, self.marks, badges)], palette)

    @property
    def _replay(self) -> str | None:
        """What the top line says of a recording that is played."""
        return None

    def _read_detail(self, source: Source, now: float, palette: Palette) -> None:
        selected = self.selected
        if selected is None or selected not in source.targets():
            for name in ("title", "panel"):
                self._line(name).show([], palette)
            self._chart.show([], palette)
            return
        if not self._line("title").display:
            return
        summary = source.summary(selected, now)
        thresholds = self.session.thresholds[selected]
        width = self._line("title").extent.width
        self._line("title").show(
            [[(" ", "text"), *title(summary, thresholds, now, width - 2, self.marks)]], palette
        )
        side = self._line("panel")
        if side.display:
            errors = source.errors(selected)
            size = side.size
            lines = panel(
                summary,
                errors,
                now,
                size.width - 1,
                size.height,
                self.marks,
                whole=self.zoomed,
            )
            side.show(lines, palette)
        self._chart.read(source, summary, self.span_s, now, self.marks, palette)

    def _read_log(self, source: Source, palette: Palette) -> None:
        log = self._line("log")
        rows = log.extent.height - 1
        if not log.display or rows < 1:
            return
        width = log.extent.width
        rule: Line = [(" events ", "dim"), (self.marks.rule * (width - 9), "rule")]
        newest = list(source.events())[-rows:][::-1]
        log.show([rule, *(log_line(event, width - 1) for event in newest)], palette)

    def _overview(self, source: Source, now: float) -> Overview:
        """All targets together; nothing is sent by an engine that is dead."""
        overview = source.overview(now)
        if self.session.dead is None or self.frozen:
            return overview
        return dataclasses.replace(overview, probes_s=0.0, usd_per_h=0.0)

    def draw_charts(self) -> None:
        """Begin to draw the chart, now that the rest is on the screen."""
        self._chart.may_draw = True
        self.redraw()

    # ── the layout ───────────────────────────────────────────────────────────

    def _arrange(self, size: Size) -> bool:
        """Give each part its height; False where the terminal is too small to show anything."""
        width, height = size
        need = too_small(width, height)
        small = need is not None
        source = self.source
        told = banner(source.overview(self.now), self.session.dead, width)
        self._line("banner").display = not small and told is not None
        areas = arrange(
            width,
            height,
            len(source.targets()),
            banner=self._line("banner").display,
            zoomed=self.zoomed,
        )
        heights: tuple[tuple[Widget, int], ...] = (
            (self._table, areas.table),
            (self._detail, areas.detail - 1),
            (self._line("log"), areas.log),
        )
        for part, rows in heights:
            part.display = rows > 0 and not small
            if rows > 0:
                part.styles.height = rows
        for line in (*self._lines.values(), self._table):
            line.expected = Size(width, 1)
        self._table.expected = Size(width, areas.table)
        self._line("log").expected = Size(width, areas.log)
        self._line("panel").expected = Size(0, 0)
        self._line("title").display = areas.detail > 0 and not small
        self._line("panel").display = areas.side > 0
        self._line("panel").styles.width = areas.side
        self._line("keys").display = not small and not self.typing
        if need is not None and self.palette is not None:
            self._line("top").show([[(need, "warn")]], self.palette)
        return not small

    @property
    def source(self) -> Source:
        """Where all that is shown comes from."""
        return self.frozen or self.session.monitor

    @property
    def now(self) -> float:
        """Unix seconds of what is shown."""
        return self.frozen.now if self.frozen else self.session.clock()

    @property
    def span_s(self) -> float:
        """The time that sparklines and the chart cover."""
        return self.frozen.span_s if self.frozen else self.session.span_s

    def _line(self, name: str) -> Lines:
        return self._lines[name]

    def on_resize(self) -> None:
        """Divide the screen anew; the parts read again once they have their sizes."""
        if self.palette is not None:
            self._arrange(self.size)
        self.call_after_refresh(self.redraw)

    def on_target_table_picked(self, message: TargetTable.Picked) -> None:
        """Select the row that was clicked."""
        self.selected = message.target
        self.redraw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer nothing that an agent, which others rely on, would have to obey."""
        del parameters
        if action == "clear":
            return self.typing or bool(self.rows.words)
        return action not in PROBING or self.session.engine.takes_commands

    # ── keys ─────────────────────────────────────────────────────────────────

    def action_switch(self) -> None:
        """Stop or start probing the selected target."""
        if self.selected in self._listed:  # what a filter hides is left alone
            self.session.toggle(self.selected)
            self.redraw()

    def action_pause(self) -> None:
        """Pause or resume all probing."""
        self.session.toggle_all()
        self.redraw()

    def action_freeze(self) -> None:
        """Hold the picture still, or let it run again."""
        live = self.session.monitor
        self.frozen = (
            None if self.frozen else FrozenSource(live, self.session.clock(), self.session.span_s)
        )
        self.session.read_less_often(frozen=self.frozen is not None)
        self.redraw()

    def action_zoom(self) -> None:
        """Give the selected target the whole screen, and back."""
        self.zoomed = not self.zoomed
        self.redraw()
        self.call_after_refresh(self.redraw)

    def action_window(self) -> None:
        """Take the next window, unless the picture stands still."""
        if self.frozen:
            self.notify("frozen: f lets the picture run, then w changes the window", timeout=4)
            return
        self.session.next_window()
        self.redraw()

    def action_interval(self, steps: int) -> None:
        """Probe more or less often."""
        self.session.change_interval(steps)
        self.redraw()

    def action_snapshot(self) -> None:
        """Save a snapshot."""
        try:
            path = self.session.snapshot()
        except OSError as error:
            from relaytop.tui.os_errors import in_words  # noqa: PLC0415 - after first paint

            why = in_words(error, self.session.snapshots)
            self.notify(f"snapshot not saved: {why}", severity="error", markup=False)
        else:
            self.notify(f"snapshot saved: {path}", timeout=4, markup=False)
        self.redraw()
