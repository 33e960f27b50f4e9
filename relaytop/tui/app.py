"""The app: one screen on a session, its clock, and a good death."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App

from relaytop.monitor.number_format import format_dollars
from relaytop.protocol.messages import Models
from relaytop.tui.constants import DEATH_S, FIRST_CHART_S, REDRAW_S
from relaytop.tui.draw.glyphs import UNICODE
from relaytop.tui.keys import APP_BINDINGS
from relaytop.tui.palette import THEME, THEMES, Palette
from relaytop.tui.screens.monitor import MonitorScreen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.app import SystemCommand
    from textual.driver import Driver
    from textual.filter import LineFilter
    from textual.screen import Screen

    from relaytop.protocol.messages import Prices
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.screens.model_picker import Choice, ModelPicker
    from relaytop.tui.screens.page import Page
    from relaytop.watch.session import Session

INTERRUPTED = 130
NOTHING = 2
"""The exit code where no provider lists a model."""


class RelaytopApp(App[int]):
    """The monitor.

    Args:
        session: What is watched, with an engine that was already spawned.
        marks: The shapes that the terminal can show.
        driver_class: How to reach the terminal; tests leave it to Textual.
    """

    TITLE = "relaytop"
    CSS_PATH = "relaytop.tcss"
    BINDINGS: ClassVar = APP_BINDINGS
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_DISPLAY = "^p"

    def __init__(
        self, session: Session, marks: Glyphs, driver_class: type[Driver] | None = None
    ) -> None:
        super().__init__(driver_class=driver_class)
        self.register_theme(THEME)
        # Set without its watcher: changing it once the app runs parses every style sheet again.
        self.set_reactive(App.theme, THEME.name)
        self.stylesheet.set_variables(self.get_css_variables())
        self.session = session
        self.marks = marks
        self._filters_of_marks: list[LineFilter] = []
        if marks is not UNICODE:
            from relaytop.tui.ascii_filter import AsciiOnly  # noqa: PLC0415 - only where it is wanted

            self._filters_of_marks.append(AsciiOnly())
        self.monitor_screen = _screen_of(session, marks)
        self.complaint: str | None = None
        """Why there was nothing to choose from, in one sentence."""
        self._dying = False
        self._choosing: ModelPicker | None = None

    def get_default_screen(self) -> MonitorScreen:
        """Open on the monitor itself."""
        return self.monitor_screen

    def on_mount(self) -> None:
        """Take the signals and the first picture; then begin to read the engine."""
        self.theme_changed_signal.subscribe(self, lambda _theme: self._repaint())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, self.die, number)
        loop.add_signal_handler(signal.SIGINT, self.action_interrupt)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        gc.enable()
        self._read_engine()
        self.set_timer(FIRST_CHART_S, self.monitor_screen.draw_charts)
        self._tick()
        if not self.session.settings.targets:
            self.action_add()

    def _repaint(self) -> None:
        self.monitor_screen.palette = Palette(self)
        self.monitor_screen.redraw()

    def _tick(self) -> None:
        """Read the figures, then again after the redraw interval."""
        if self.monitor_screen.frozen is None:
            self.monitor_screen.redraw()
        slow = self.session.fastest_s >= 1.0
        self.set_timer(REDRAW_S if slow else REDRAW_S / 2, self._tick)

    def _read_engine(self) -> None:
        self.run_worker(self._pump(), group="engine", exclusive=True)

    async def _pump(self) -> None:
        await self.session.read_engine(self._take_offer)
        self.monitor_screen.redraw()
        self.monitor_screen.refresh_bindings()

    # ── choosing models ──────────────────────────────────────────────────────

    def action_add(self) -> None:
        """Open the list of models."""
        from relaytop.tui.screens.model_picker import ModelPicker  # noqa: PLC0415 - after first paint

        taken = frozenset(self.session.monitor.targets())
        session = self.session
        self._choosing = ModelPicker(session.settings, session.list_models, taken, self.marks)
        self.push_screen(self._choosing, self._chosen)

    def _take_offer(self, report: Models | Prices) -> None:
        if self._choosing is None:
            return
        if isinstance(report, Models):
            self._choosing.offer(report)
        else:
            self._choosing.price(self.session.settings)

    def _chosen(self, choices: list[Choice] | None) -> None:
        choosing, self._choosing = self._choosing, None
        if choices:
            self.session.add(choices)
            if self.monitor_screen.selected is None:
                self.monitor_screen.selected = "/".join(choices[0])
            self.monitor_screen.redraw()
            # The table has grown by then, and shows the new rows.
            self.call_after_refresh(self.monitor_screen.redraw)
        elif not self.session.monitor.targets():
            self.complaint = choosing.complaint() if choosing is not None else None
            code = 0 if self.complaint is None else NOTHING
            self.exit(code, return_code=code)

    # ── keys that are the app's ──────────────────────────────────────────────

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Take out what the terminal cannot show, at the end of all painting."""
        return [*super().get_line_filters(), *self._filters_of_marks]

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer what the keys do, by name."""
        from relaytop.tui.commands import commands  # noqa: PLC0415 - after first paint

        del screen
        return commands(self)

    def save_picture(self) -> None:
        """Save the screen as a picture beside the snapshots."""
        from relaytop.tui.commands import write_picture  # noqa: PLC0415 - after first paint
        from relaytop.tui.os_errors import in_words  # noqa: PLC0415

        folder = self.session.snapshots
        try:
            path = write_picture(self.export_screenshot(), folder)
        except OSError as error:
            text = f"picture not saved: {in_words(error, folder)}"
            self.notify(text, severity="error", markup=False)
        else:
            self.notify(f"picture saved: {path}", timeout=4, markup=False)

    def action_help(self) -> None:
        """Open the help page."""
        from relaytop.tui.screens.help import HelpScreen  # noqa: PLC0415 - after first paint

        bindings = [active.binding for active in self.monitor_screen.active_bindings.values()]
        self.push_screen(HelpScreen(bindings, self.marks))

    def action_log(self) -> None:
        """Open the whole event log."""
        from relaytop.tui.screens.lists import LogPage  # noqa: PLC0415 - after first paint

        self._open(LogPage(self.monitor_screen))

    def action_errors(self) -> None:
        """Open all failures of the selected target."""
        from relaytop.tui.screens.lists import ErrorsPage  # noqa: PLC0415 - after first paint

        if self.monitor_screen.selected is not None:
            self._open(ErrorsPage(self.monitor_screen, self.monitor_screen.selected))

    def action_compare(self) -> None:
        """Compare the selected target with the same model elsewhere."""
        from relaytop.tui.draw.compare import rivals  # noqa: PLC0415 - after first paint
        from relaytop.tui.screens.compare import ComparePage  # noqa: PLC0415

        selected = self.monitor_screen.selected
        if selected is None:
            return
        targets = self.monitor_screen.source.targets()
        others = rivals(selected, targets, self.session.settings.aliases)
        if others:
            self._open(ComparePage(self.monitor_screen, [selected, *others]))
        else:
            text = f"{selected}: no other provider of this model is watched; a adds one"
            self.notify(text, timeout=4, markup=False)

    def action_theme(self) -> None:
        """Take the next theme."""
        at = THEMES.index(self.theme) + 1 if self.theme in THEMES else 0
        self.theme = THEMES[at % len(THEMES)]
        self.notify(f"theme: {self.theme}", timeout=2)

    def _open(self, page: Page) -> None:
        """Show a full-screen page; the monitor's screen has it read along."""
        self.monitor_screen.page = page
        self.push_screen(page, self._page_closed)

    def _page_closed(self, _nothing: None) -> None:
        self.monitor_screen.page = None
        self.monitor_screen.redraw()

    def action_budget(self) -> None:
        """Raise today's budget, after one confirmation."""
        from relaytop.tui.screens.confirm import ConfirmScreen  # noqa: PLC0415 - after first paint

        budget = self.session.monitor.overview(self.session.clock()).budget
        now = budget.budget_usd if budget else self.session.settings.budget_usd
        raised = now + max(self.session.settings.budget_usd, 1.0)

        def answered(answer: bool | None) -> None:  # noqa: FBT001 - a callback of Textual's
            if answer:
                self.session.set_budget(raised)

        question = f"Raise today's budget from ${format_dollars(now)} to ${format_dollars(raised)}?"
        self.push_screen(ConfirmScreen(question), answered)

    def action_restart(self) -> None:
        """Start the engine again after it died."""
        if self.session.dead is not None:
            self.session.restart_engine()
            self._read_engine()
            self.monitor_screen.refresh_bindings()
            self.monitor_screen.redraw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the restart only while the engine is dead, and no spending where none is ours."""
        del parameters
        if action in {"add", "budget"}:
            return self.session.engine.takes_commands
        return self.session.dead is not None if action == "restart" else True

    # ── the end ──────────────────────────────────────────────────────────────

    async def action_quit(self) -> None:
        """Leave."""
        self.exit(0, return_code=0)

    def action_interrupt(self) -> None:
        """Leave at once, as an interrupted program does."""
        self.exit(INTERRUPTED, return_code=INTERRUPTED)

    def die(self, number: int) -> None:
        """Save a snapshot and leave with 128 + `number`, however stuck the terminal is."""
        if self._dying:
            return
        self._dying = True
        code = 128 + number
        forced = threading.Timer(DEATH_S, self._force, (code,))
        forced.daemon = True
        forced.start()
        try:
            if self.session.player is None:
                self.session.snapshot()
        except OSError:
            # No screen is left to say it on, and dying must not fail.
            self.session.dead = "snapshot not saved"
        self.exit(code, return_code=code)

    def hangup(self) -> None:
        """Answer the driver's finding that the terminal is gone."""
        self.die(signal.SIGHUP)

    def _force(self, code: int) -> None:
        self.session.engine.stop()
        os._exit(code)


def _screen_of(session: Session, marks: Glyphs) -> MonitorScreen:
    if session.player is None:
        return MonitorScreen(session, marks)
    from relaytop.tui.screens.replay import ReplayScreen  # noqa: PLC0415 - only when it is wanted

    return ReplayScreen(session, session.player, marks)
