"""The app: one screen on a session, its clock, and how it ends."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
import time
import traceback
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual.app import App

from relaytop.config.masking import mask_secrets
from relaytop.monitor.number_format import format_age
from relaytop.protocol.messages import Models
from relaytop.tui.alert_notices import AlertNotices
from relaytop.tui.ascii_filter import AsciiOnly
from relaytop.tui.constants import FIRST_CHART_S, FORCED_EXIT_S, REDRAW_S
from relaytop.tui.draw.glyphs import UNICODE
from relaytop.tui.key_order import OrderedKeysApp
from relaytop.tui.keys import APP_BINDINGS, in_order
from relaytop.tui.link import SLOW_REDRAW_S, Link
from relaytop.tui.os_errors import describe_os_error
from relaytop.tui.palette import COLORBLIND_VARIABLE, DEPTH_VARIABLE, FAINT_VARIABLE
from relaytop.tui.screens.monitor import MonitorScreen
from relaytop.tui.screens.past import PastScreen
from relaytop.tui.screens.replay import ReplayScreen
from relaytop.tui.terminal.color_depth import ColorDepth
from relaytop.tui.terminal.color_reduction import Colors
from relaytop.tui.terminal.job_control import has_job_control
from relaytop.tui.themes import COLORBLIND, OWN_THEMES, TERMINAL, THEME, theme_cycle, theme_depth

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.app import SystemCommand
    from textual.await_complete import AwaitComplete
    from textual.driver import Driver
    from textual.filter import LineFilter
    from textual.screen import Screen
    from textual.timer import Timer

    from relaytop.protocol.messages import Prices
    from relaytop.tui.draw.glyphs import Glyphs
    from relaytop.tui.saved_choices import SavedChoices
    from relaytop.tui.screens.model_picker import Choice, ModelPicker
    from relaytop.watch.session import Session

CRASHED = (
    "relaytop's screen crashed. Please report these lines (relaytop --version names the version):"
)
CRASH_FRAMES = 8
"""Calls that the report of a crash shows."""
INTERRUPTED = 130
NOTHING_OFFERED = 2
"""The exit code where no provider lists a model."""
EVERY_SECOND_FROM_S = 1.0
"""The shortest interval of any target from which the redraw interval is the whole one."""
PALETTE_GONE_S = 0.1
"""The command palette has left the screen by then."""


class RelaytopApp(OrderedKeysApp):
    """The monitor.

    Args:
        session: What is watched, with an engine that was already spawned.
        glyphs: The shapes that the terminal can show.
        driver_class: How to reach the terminal; tests leave it to Textual.
        depth: How many colours the terminal shows.
        faint: Whether its faint text can be read.
        slow_link: Whether to send little: seldom, and in coarse steps.
        mouse: Whether to ask for clicks and the wheel.
    """

    TITLE = "relaytop"
    CSS_PATH = "relaytop.tcss"
    BINDINGS: ClassVar = APP_BINDINGS
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_DISPLAY = "^p"

    depth = ColorDepth.TRUECOLOR
    faint = True
    typed_ahead = b""
    """What the user typed before the app began to read, for the driver."""
    shown_colors = Colors()
    """The colours in force, for the driver."""

    def __init__(
        self,
        session: Session,
        glyphs: Glyphs,
        driver_class: type[Driver] | None = None,
        *,
        depth: ColorDepth = ColorDepth.TRUECOLOR,
        faint: bool = True,
        slow_link: bool = False,
        mouse: bool = True,
    ) -> None:
        super().__init__(driver_class=driver_class)
        self.depth = depth
        self.faint = faint
        self.mouse = mouse
        """Whether clicks and the wheel are ours; the driver asks the terminal for them."""
        for theme in OWN_THEMES:
            self.register_theme(theme)
        self._default_theme = (TERMINAL if depth <= ColorDepth.ANSI_16 else THEME).name
        self._set_first_theme(self._default_theme)
        self.session = session
        self.glyphs = glyphs
        self._glyph_filters: list[LineFilter] = [] if glyphs is UNICODE else [AsciiOnly()]
        self.monitor_screen = _screen_of(session, glyphs)
        self.link = self.monitor_screen.link = Link(said_slow=slow_link)
        self.complaint: str | None = None
        """The reason why there was nothing to choose from, in one sentence."""
        self.unsaved: str | None = None
        """The reason why the last snapshot is missing, in one sentence."""
        self.choices: SavedChoices | None = None
        """The keeper of the user's choices; None: they end with the app."""
        self._notices = None
        if not session.is_of_the_past:
            self._notices = AlertNotices(session, glyphs, lambda: self._driver)
        self._terminating = False
        self._suspended_at: float | None = None
        self._next_tick: Timer | None = None
        self._picker: ModelPicker | None = None
        self._chosen: tuple[Choice, ...] = ()
        """What was chosen in the list of models when it was left with esc."""

    def _set_first_theme(self, name: str) -> None:
        """Choose a theme without its watcher: once the app runs that parses all style sheets."""
        self.set_reactive(App.theme, name)
        self.stylesheet.set_variables(self.get_css_variables())

    def open_with_theme(self, name: str | None) -> None:
        """Open with this theme, where it is one and the terminal can show it."""
        has_few = self.depth <= ColorDepth.ANSI_16
        known = theme_cycle(self.depth) if has_few else tuple(self.available_themes)
        if name is not None and name in known:
            self._set_first_theme(name)

    @property
    def chosen_theme(self) -> str | None:
        """The theme, where it is not the one by default."""
        return None if self.theme == self._default_theme else self.theme

    def get_default_screen(self) -> MonitorScreen:
        """Open on the monitor itself."""
        return self.monitor_screen

    def on_load(self) -> None:
        """Handle the signals, before the terminal is switched to what they have to restore."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, self.terminate, number)
        loop.add_signal_handler(signal.SIGINT, self.action_interrupt)

    def on_mount(self) -> None:
        """Draw the first picture; then begin to read the engine."""
        self.app_resume_signal.subscribe(self, lambda _app: self._resumed())
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        gc.enable()
        self._read_engine()
        self.set_timer(FIRST_CHART_S, self.monitor_screen.draw_charts)
        self._tick()
        if not self.session.settings.targets and self.session.engine.accepts_commands:
            self.action_add()

    def _tick(self) -> None:
        """Have the figures read, then again after the redraw interval."""
        self.session.check()
        if self._notices is not None:
            self._notices.update_title()
        self.link.meter = getattr(self._driver, "link_meter", None)
        self.link.look(time.monotonic())
        if self.monitor_screen.frozen is None:
            self.monitor_screen.changed()
        if self.choices is not None:
            self.choices.check(self)
        seldom = self.session.fastest_s >= EVERY_SECOND_FROM_S
        redraw_s = REDRAW_S if seldom else REDRAW_S / 2
        redraw_s = max(redraw_s, SLOW_REDRAW_S if self.link.is_slow else 0)
        self._next_tick = self.set_timer(redraw_s, self._tick)

    def caught_up(self, behind_s: float) -> None:
        """Read the figures at once after a stall, which leaves old ones on the terminal.

        A shorter one than the redraw interval of a slow link is none: there would be no end to it.
        """
        if behind_s >= SLOW_REDRAW_S and self._next_tick is not None:
            self._next_tick.stop()
            self._tick()

    def _read_engine(self) -> None:
        self.run_worker(self._pump(), group="engine", exclusive=True)

    async def _pump(self) -> None:
        await self.session.read_engine(self._update_picker)
        self._engine_changed()

    def _engine_changed(self) -> None:
        self.monitor_screen.changed()
        self.monitor_screen.refresh_bindings()

    def pop_screen(self) -> AwaitComplete:
        """Leave a screen, and forget what it has painted.

        Textual remembers the newest 1024 caches of painted lines, also of screens that are gone:
        60 MB after hundreds of pages. A widget that is to be painted anew empties its own.
        """
        for widget in self.screen.walk_children(with_self=True):
            widget.refresh()
        return super().pop_screen()

    # ── choosing models ──────────────────────────────────────────────────────

    def action_add(self) -> None:
        """Open the list of models."""
        from relaytop.tui.screens.model_picker import ModelPicker  # noqa: PLC0415 - after first paint

        session = self.session
        watched = frozenset(session.monitor.targets())
        self._picker = ModelPicker(
            session.settings, session.list_models, watched, self.glyphs, self._chosen
        )
        self.push_screen(self._picker, self._add)

    def _update_picker(self, report: Models | Prices) -> None:
        if self._picker is None:
            return
        if isinstance(report, Models):
            self._picker.add_models(report)
        else:
            self._picker.update_prices(self.session.settings)

    def _add(self, choices: list[Choice] | None) -> None:
        picker, self._picker = self._picker, None
        self._chosen = picker.chosen if picker is not None and not choices else ()
        if choices:
            self.session.add(choices, picker.modes if picker is not None else None)
            if self.monitor_screen.selected is None:
                self.monitor_screen.selected = "/".join(choices[0])
            self.monitor_screen.changed()
        elif not self.session.monitor.targets():
            self.complaint = picker.complaint() if picker is not None else None
            code = 0 if self.complaint is None else NOTHING_OFFERED
            self.exit(code, return_code=code)

    # ── keys that are the app's ──────────────────────────────────────────────

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Remove what the terminal cannot show, at the end of all painting."""
        # In few colours the driver does what Textual's filters would, and better.
        colors = super().get_line_filters() if self.shown_colors.depth > ColorDepth.ANSI_16 else ()
        return [*colors, *self._glyph_filters]

    def get_css_variables(self) -> dict[str, str]:
        """Return the theme's variables, and how many colours it has to do with."""
        variables = super().get_css_variables()
        depth = theme_depth(self.current_theme, self.depth)
        self.shown_colors = Colors(depth, self.current_theme.dark)
        variables[DEPTH_VARIABLE] = str(int(depth))
        variables[FAINT_VARIABLE] = str(int(self.faint))
        if self.theme == COLORBLIND.name:
            variables[COLORBLIND_VARIABLE] = "1"
        return variables

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer what the keys do, by name, all themes, and a picture."""
        from relaytop.tui import commands  # noqa: PLC0415 - after first paint

        del screen
        monitor = self.monitor_screen
        yield from commands.key_commands(
            monitor.keys_in_force, lambda action: partial(self.run_action, action, monitor)
        )
        save = partial(self.set_timer, PALETTE_GONE_S, self.save_picture)
        yield from commands.other_commands(self.action_change_theme, save, self.session.snapshots)

    def action_command_palette(self) -> None:
        """Open the command palette."""
        from relaytop.tui.screens import command_search  # noqa: PLC0415 - after first paint

        if not isinstance(self.screen, command_search.CommandSearch):
            self.push_screen(command_search.CommandSearch(id=command_search.PALETTE_ID))

    def search_themes(self) -> None:
        """Open the command palette with all themes."""
        from relaytop.tui.screens import command_search  # noqa: PLC0415 - after first paint

        self.push_screen(command_search.theme_search())

    def save_picture(self) -> None:
        """Save the screen as a picture beside the snapshots."""
        from relaytop.tui.commands import write_picture  # noqa: PLC0415 - after first paint

        text, saved = write_picture(self.export_screenshot(), self.session.snapshots)
        self.notify(text, timeout=4, severity="information" if saved else "error", markup=False)

    def action_help(self) -> None:
        """Open the help page."""
        from relaytop.tui.screens.help import HelpScreen  # noqa: PLC0415 - after first paint
        from relaytop.tui.screens.page import Page  # noqa: PLC0415 - after first paint

        here, monitor = self.screen, self.monitor_screen
        keys = in_order(active.binding for active in here.active_bindings.values())
        columns = monitor.table.columns if here is monitor and not monitor.zoomed else []
        place = here.place if isinstance(here, Page | MonitorScreen) else ""
        self.push_screen(HelpScreen(place, keys, columns, self.glyphs))

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text to the user's clipboard, also through tmux and GNU screen."""
        send = getattr(self._driver, "send_sequence", None)
        if send is None:  # a driver of Textual's own
            super().copy_to_clipboard(text)
            return
        from relaytop.tui.terminal import clipboard  # noqa: PLC0415 - after first paint

        self._clipboard = clipboard.bounded(text)
        send(clipboard.copy_sequence(text, os.environ))

    def action_theme(self) -> None:
        """Change to the next theme."""
        themes = theme_cycle(self.depth)
        if not themes:
            self.notify("themes need colours (off: NO_COLOR, --no-color or TERM)", timeout=4)
            return
        at = themes.index(self.theme) + 1 if self.theme in themes else 0
        self.theme = themes[at % len(themes)]
        self.notify(f"theme: {self.theme}", timeout=2)

    def action_mouse(self) -> None:
        """Take clicks and the wheel, or leave them to the terminal, which can select text then."""
        self.mouse = not self.mouse
        change = getattr(self._driver, "set_mouse", None)
        if change is not None:
            change()
        text = "mouse on" if self.mouse else "mouse off: the terminal selects text"
        self.notify(text, timeout=3)

    def action_budget(self) -> None:
        """Change today's budget, up or down, after one confirmation."""
        from relaytop.tui.screens.budget import BudgetScreen  # noqa: PLC0415 - after first paint

        session = self.session
        known = session.monitor.overview(session.clock()).budget
        usd, spent_usd = (
            (session.settings.budget_usd, 0.0)
            if known is None
            else (known.budget_usd, known.spent_usd)
        )

        def answer(chosen: float | None) -> None:
            if chosen is not None:
                session.set_budget(chosen)

        self.push_screen(BudgetScreen(usd, spent_usd), answer)

    def action_restart(self) -> None:
        """Restart the engine after it died or stopped reporting or fell silent."""
        if self.session.trouble() is not None:
            self.session.restart_engine()
            self._read_engine()
            self._engine_changed()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the restart only where the engine is in trouble; what others probe costs them."""
        del parameters
        if action in {"add", "budget"}:
            return self.session.engine.accepts_commands
        return self.session.trouble() is not None if action == "restart" else True

    # ── the end ──────────────────────────────────────────────────────────────

    async def action_quit(self) -> None:
        """Leave."""
        self.session.begin_end()
        self.exit(0, return_code=0)

    def action_interrupt(self) -> None:
        """Leave at once, as an interrupted program does."""
        self.session.begin_end()
        self.exit(INTERRUPTED, return_code=INTERRUPTED)

    def action_suspend_process(self) -> None:
        """Give the terminal back to the shell, where one would continue us."""
        if has_job_control():
            self._suspended_at = self.session.clock()
            super().action_suspend_process()
        else:
            self.notify("cannot suspend: not started by a shell with job control", timeout=4)

    def _resumed(self) -> None:
        """Say for how long nothing was shown, and read again."""
        at, self._suspended_at = self._suspended_at, None
        if at is not None:
            away = format_age(self.session.clock() - at)
            goes_on = "; probing continued" if self.session.player is None else ""
            self.session.note("notice", "info", f"the screen was suspended for {away}{goes_on}")
        self.monitor_screen.changed()

    def terminate(self, number: int) -> None:
        """Save a snapshot and leave with 128 + `number`, however stuck the terminal is."""
        if self._terminating:
            return
        self._terminating = True
        for stop in (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):
            signal.signal(stop, signal.SIG_IGN)  # as a job in the background we would not end
        self.session.begin_end()
        code = 128 + number
        forced = threading.Timer(FORCED_EXIT_S, self._force, (code,))
        forced.daemon = True
        forced.start()
        try:
            if self.session.player is None:
                self.session.apply_unread(self.session.engine)
                self.session.snapshot()
        except OSError as error:
            why = describe_os_error(error, self.session.snapshots)
            self.unsaved = f"snapshot not saved: {why}"
        self.exit(code, return_code=code)

    def _fatal_error(self) -> None:
        """Say that it crashed and where, without variables: keys and passwords are among them."""
        lines = mask_secrets(traceback.format_exc(limit=-CRASH_FRAMES)).splitlines()
        self._exit_renderables.append(Text("\n".join([CRASHED, *lines[1:]])))
        self._close_messages_no_wait()

    def hangup(self) -> None:
        """Answer the driver's finding that the terminal is gone."""
        self.terminate(signal.SIGHUP)

    def _force(self, code: int) -> None:
        try:
            self.session.engine.stop()
        finally:  # whatever the other thread is in the middle of
            os._exit(code)


def _screen_of(session: Session, glyphs: Glyphs) -> MonitorScreen:
    if session.player is not None:
        return ReplayScreen(session, session.player, glyphs)
    if session.past is not None:
        return PastScreen(session, session.past, glyphs)
    return MonitorScreen(session, glyphs)
