"""A Textual driver that sends only the cells that differ, and never waits for the terminal."""

from __future__ import annotations

import contextlib
import os
import signal
import termios
import threading
import tty
from typing import TYPE_CHECKING, Any

from textual import events
from textual.drivers.linux_driver import LinuxDriver

from relaytop.tui.terminal.attention import Attention
from relaytop.tui.terminal.color_reduction import Colors
from relaytop.tui.terminal.grid import Grid
from relaytop.tui.terminal.input import read_input
from relaytop.tui.terminal.interpreter import Interpreter
from relaytop.tui.terminal.job_control import has_job_control
from relaytop.tui.terminal.output import Output
from relaytop.tui.terminal.painter import Painter

if TYPE_CHECKING:
    from types import FrameType

    from textual.app import App
    from textual.message import Message

    from relaytop.tui.terminal.link_meter import LinkMeter

CATCH_UP_S = 0.1
DRAIN_S = 0.35
"""Longest wait at the end for a terminal that is behind, and then for one being restored."""
SYNC_FROM = 200
"""Bytes from which a frame is worth bounds of its own."""
RESIZED_S = 0.1
"""Time after a resize in which Textual has painted for the new size, if it is a new one."""
STOPS_AFTER_S = 0.5
"""Time in the background in which a signal that came along is answered.

Who ends a stopped job sends two: that, and one that continues it. Threads get them in any order.
"""
TRUE_COLORS = Colors()
SEQUENCE_OFF = b"\x18\x1b[?2026l"
"""Ends what was cut off in the middle, so that what follows is not swallowed."""
MOUSE_ON = "\x1b[?1000h\x1b[?1006h"
"""Reports clicks and the wheel alone: motion would be a stream of input on every move."""
MOUSE_OFF = "\x1b[?1006l\x1b[?1000l"


class TerminalDriver(LinuxDriver):
    """Textual paints into a grid of wanted cells; the terminal gets the difference.

    The terminal's colours are the app's `shown_colors`, true ones if it has none. Clicks and the
    wheel are asked for where its `mouse` is true, or absent. When the terminal is gone, the app's
    `hangup()` is called on its loop, if it has one; when one that was behind has caught up, its
    `caught_up(seconds)`. What was typed before the app began is its `typed_ahead`.
    """

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        width, height = self._get_terminal_size()
        self._wanted = Grid(width, height)
        self._interpreter = Interpreter(self._wanted)
        self._painter = Painter(Grid(width, height))
        self._output = Output(self._device(), self._caught_up, self._hung_up)
        self.attention = Attention(os.environ)
        self._painting = False
        self._flush_planned = False
        self._thread = threading.get_ident()
        self._wake: tuple[int, int] | None = None
        self._mouse_is_on = False
        self._typed_ahead: bytes = getattr(app, "typed_ahead", b"")

    @property
    def link_meter(self) -> LinkMeter:
        """What goes over the link."""
        return self._output.meter

    def _get_terminal_size(self) -> tuple[int, int]:
        """Ask the terminal itself: COLUMNS and LINES, where exported, know of no resize."""
        try:
            width, height = os.get_terminal_size(self.fileno)
        except OSError:
            return super()._get_terminal_size()
        return width or 80, height or 24

    def _device(self) -> str:
        try:
            return os.ttyname(self.fileno)
        except OSError:
            return "/dev/tty"  # a container may hold a terminal that has no name in it

    # ── writing ──────────────────────────────────────────────────────────────

    def write(self, data: str) -> None:
        """Paint what Textual writes into the grid of wanted cells."""
        if threading.get_ident() != self._thread:
            # The input thread answers what the terminal says of itself.
            self._loop.call_soon_threadsafe(self.write, data)
            return
        self._adopt_size()
        self._interpreter.colors = getattr(self._app, "shown_colors", TRUE_COLORS)
        first_picture = not self._interpreter.painted
        passed, anew = self._interpreter.feed(data)
        if passed:
            self._output.write(passed.encode())
        if anew:
            self.repaint()
        elif self._wanted.dirty:
            self._plan()
        if first_picture:
            self._paint()  # what else the loop has to do takes 8 ms by then

    def send_sequence(self, sequence: str) -> None:
        """Send a sequence that paints nothing as it is; on the event loop's thread."""
        if self._painting:
            self._output.write(sequence.encode())

    def send_attention(self) -> None:
        """Send title, bell and notification, unless the terminal is behind: then afterwards."""
        if self._painting and not self._output.behind:
            self._output.write(self.attention.take().encode(errors="replace"))

    def repaint(self) -> None:
        """Send everything again: nothing is known of what the terminal shows."""
        self._painter.shown.forget()
        self._painter.lose_track()
        self._wanted.dirty = set(range(self._wanted.height))
        self._plan()

    def _plan(self) -> None:
        """Send one frame for all that is painted in this turn of the loop."""
        if self._painting and not self._flush_planned:
            self._flush_planned = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_planned = False
        self._paint()

    def _paint(self) -> None:
        """Send the difference, unless the terminal is still behind: then when it has caught up."""
        if not self._painting or self._output.behind or self._output.gone:
            return
        self.send_attention()
        if not self._interpreter.painted:
            return  # a blank frame would only delay the first picture
        cursor = (self._interpreter.x, self._interpreter.y)
        frame = self._painter.frame(self._wanted, cursor).encode()
        if len(frame) >= SYNC_FROM and self._app._sync_available:  # noqa: SLF001 - Textual's finding
            frame = b"\x1b[?2026h" + frame + b"\x1b[?2026l"
        if frame:
            self._output.write(frame)

    def _caught_up(self, behind_s: float) -> None:
        """Paint what the terminal missed, and let the app know for how long it was behind."""
        self._paint()
        tell = getattr(self._app, "caught_up", None)
        if tell is not None:
            tell(behind_s)

    # ── size ─────────────────────────────────────────────────────────────────

    def _adopt_size(self) -> None:
        """Adopt the size that Textual paints for."""
        width, height = self._app.size
        if (width, height) != (self._wanted.width, self._wanted.height) and width and height:
            self._wanted = self._interpreter.grid = self._wanted.resized(width, height)
            self._painter.shown = Grid(width, height)
            self.repaint()

    def _resized(self) -> None:
        """Repaint even if the size is soon the old one again: the terminal lost cells between."""
        self._loop.call_later(RESIZED_S, self._repaint_if_same, self._wanted)

    def _repaint_if_same(self, wanted: Grid) -> None:
        if self._wanted is wanted:
            self.repaint()

    def _watch_size(self) -> None:
        textual = signal.getsignal(signal.SIGWINCH)

        def resized() -> None:
            if callable(textual):
                textual(signal.SIGWINCH, None)
            self._resized()

        def handle(_number: int, _frame: FrameType | None) -> None:
            # The size is read on the loop: a signal's handler that another interrupts between
            # reading and reporting would report the older size last.
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(resized)

        signal.signal(signal.SIGWINCH, handle)

    # ── beginning and end ────────────────────────────────────────────────────

    def start_application_mode(self) -> None:
        """Enter application mode, the first time or after a suspension.

        In the background it is entered when `fg` continues us.
        """
        if self._in_background():
            os.kill(os.getpid(), signal.SIGTTOU)  # stops us as a job that sets the terminal
            return
        if self._painting:
            # Continued after a stop that could not be caught: someone else had the terminal.
            if not self._in_foreground():
                return
            self.suspend_application_mode()
        self._output.open()
        if self._wake is None:
            self._wake = os.pipe()
        self._painting = True
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's
        self._pass_line_feeds()
        self._watch_size()
        self.repaint()

    def _sigcont_application(self, *_: object) -> None:
        """Enter application mode again, on the loop."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._continued)

    def _continued(self) -> None:
        if self._in_background():
            self._loop.call_later(STOPS_AFTER_S, self._resume)
        else:
            self._resume()

    def _resume(self) -> None:
        if self._auto_restart and not self._app._exit:  # noqa: SLF001 - Textual's
            self.resume_application_mode()

    def _in_background(self) -> bool:
        """Whether another job has the terminal, and a shell that could continue us."""
        return not self._in_foreground(otherwise=True) and has_job_control()

    def _in_foreground(self, *, otherwise: bool = False) -> bool:
        """Whether the terminal is ours; `otherwise` where none tells, as one that hangs up."""
        try:
            return os.tcgetpgrp(self.fileno) == os.getpgrp()
        except OSError:
            return otherwise

    def _pass_line_feeds(self) -> None:
        """Have the tty pass line feeds on as they are; the end restores what it did before."""
        with contextlib.suppress(termios.error):
            attributes = termios.tcgetattr(self.fileno)
            attributes[tty.OFLAG] &= ~termios.OPOST
            termios.tcsetattr(self.fileno, termios.TCSANOW, attributes)

    def stop_application_mode(self) -> None:
        """Restore the terminal, within a bounded time even where it does not read."""
        if not self._painting:
            return  # it is the shell's since a suspension
        self._painting = False
        if not self._output.drain(CATCH_UP_S):
            self._output.abandon()
            self._output.write(SEQUENCE_OFF)
        self._output.write(b"\x1b[m" + self.attention.leave().encode())
        super().stop_application_mode()
        self._output.drain(DRAIN_S)

    def close(self) -> None:
        """Close what was opened here."""
        super().close()
        self._output.close()
        if self._wake is not None:
            for end in self._wake:
                os.close(end)
            self._wake = None

    def disable_input(self) -> None:
        """Stop the input thread at once instead of at its next look."""
        if self._wake is not None:
            os.write(self._wake[1], b"x")
            super().disable_input()
            os.read(self._wake[0], 1)

    def _hung_up(self) -> None:
        """Notify the app, on its loop, that its terminal is gone."""
        hangup = getattr(self._app, "hangup", None)
        if hangup is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(hangup)

    # ── the mouse ────────────────────────────────────────────────────────────

    def set_mouse(self) -> None:
        """Ask for clicks and the wheel as the app now wants them, or leave them to the terminal."""
        if self._painting:
            self._disable_mouse_support()
            self._enable_mouse_support()

    def _enable_mouse_support(self) -> None:
        if self._mouse and getattr(self._app, "mouse", True):
            self._mouse_is_on = True
            self.write(MOUSE_ON)

    def _disable_mouse_support(self) -> None:
        if self._mouse_is_on:
            self._mouse_is_on = False
            self.write(MOUSE_OFF)

    def _enable_mouse_pixels(self) -> None:
        """Ask for no pixels: cells are all that is pointed at."""

    # ── input ────────────────────────────────────────────────────────────────

    def run_input_thread(self) -> None:
        """Pass on what is typed, until the app ends or the terminal is gone."""
        typed_ahead, self._typed_ahead = self._typed_ahead, b""
        if self._wake is not None and not read_input(
            self.fileno, self._wake[0], self.process_message, typed_ahead
        ):
            self._hung_up()

    def process_message(self, message: Message) -> None:
        """Pass a message on to the app; a terminal may report its size by one."""
        if isinstance(message, events.Resize):
            self._loop.call_soon_threadsafe(self._resized)
        super().process_message(message)
