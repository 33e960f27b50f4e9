"""Asks a terminal, once at the start, whether it shows each of our signs in one cell.

LANG says nothing of that: it is this machine's, and the terminal may be another's. What tells is
where the cursor stands behind signs that were written. tmux has its own answer to that; it is asked
whether the terminal around it gets UTF-8 or `_`.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import termios
import time
from typing import TYPE_CHECKING, NamedTuple, Self

from relaytop.tui.terminal.tmux_client import TmuxQuery

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

SIGNS = "●▁✗⡀…"
"""One of each kind. In 8 bits none begins a control string, and they are more cells than five."""
ANSWER_S = 0.2
"""Longest wait for an answer, from the question on; most of it passes while the app is imported."""
MULTIPLEXER_ANSWER_S = 2.0
"""Longest wait for tmux or GNU screen, which answer for sure, but late where the host is busy."""
MULTIPLEXERS = ("TMUX", "STY")
"""Variables that tmux and GNU screen set."""
QUESTION = f"\r{SIGNS}\x1b[6n\r\x1b[K".encode()
"""Erased by the same write: it is not seen."""
MAX_TYPED = 65_536
ENDING = (signal.SIGHUP, signal.SIGTERM)
"""Signals that end us, before which the terminal is restored."""
_ANSWER = re.compile(rb"\x1b\[\d{1,6};(\d{1,6})R")
_WITHOUT_SIGNS = re.compile(r"linux|vt\d|ansi|cons25|sun|wsvt25")
_PYTHONS_OWN = {"C.UTF-8", "C.utf8", "UTF-8"}
_OTHER_CHARSET = re.compile(r"\.(?!utf-?8)", re.IGNORECASE)


class SignAnswer(NamedTuple):
    """What came of the question."""

    shows_signs: bool
    """Whether each sign takes one cell; without an answer, whether that is likely."""
    typed: bytes
    """What the user typed meanwhile."""


class SignQuery:
    """A question that is asked when it is entered; its terminal is restored at the end.

    Args:
        environ: The environment.
        wanted: Whether to ask at all.
        source: The terminal, to read from.
        sink: The same, to write to.
    """

    def __init__(
        self, environ: Mapping[str, str], *, wanted: bool = True, source: int = 0, sink: int = 1
    ) -> None:
        self._environ = environ
        self._is_hopeless = lacks_signs(environ)
        self._wanted = wanted and not self._is_hopeless
        self._source, self._sink = source, sink
        self._before: list[int | list[bytes | int]] | None = None
        self._handled: list[signal.Signals] = []
        self._tmux: TmuxQuery | None = None
        self._deadline_s = 0.0

    def __enter__(self) -> Self:
        """Ask, if the terminal is ours and takes it at once."""
        if self._wanted:
            inside = any(self._environ.get(name) for name in MULTIPLEXERS)
            answer_s = MULTIPLEXER_ANSWER_S if inside else ANSWER_S
            self._deadline_s = time.monotonic() + answer_s
            if self._environ.get("TMUX"):
                self._tmux = TmuxQuery(self._environ)
            # A terminal that hangs up is found by the driver.
            with contextlib.suppress(OSError, termios.error):
                self._ask()
        return self

    def __exit__(self, *_: object) -> None:
        """Restore the terminal."""
        self._restore()
        if self._tmux is not None:
            self._tmux.close()
            self._tmux = None

    def _ask(self) -> None:
        is_ours = os.tcgetpgrp(self._source) == os.getpgrp()
        if not is_ours or not select.select([], [self._sink], [], 0)[1]:
            return
        before = termios.tcgetattr(self._source)
        mode = termios.tcgetattr(self._source)
        mode[0] &= ~(termios.ICRNL | termios.IXON)
        mode[3] &= ~(termios.ECHO | termios.ICANON)
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        self._before = before
        for number in ENDING:
            if signal.getsignal(number) == signal.SIG_DFL:
                self._handled.append(number)
                signal.signal(number, self._die)
        termios.tcsetattr(self._source, termios.TCSANOW, mode)
        os.write(self._sink, QUESTION)

    def _restore(self) -> None:
        if self._before is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._source, termios.TCSANOW, self._before)
        self._before = None
        for number in self._handled:
            signal.signal(number, signal.SIG_DFL)
        self._handled.clear()

    def _die(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal that ends us: the terminal first, which would echo nothing any more."""
        self._restore()
        signal.raise_signal(number)

    def finish(self) -> SignAnswer:
        """Wait for what is left of the time, and return what was found."""
        column, typed = self._read() if self._before is not None else (None, b"")
        self._restore()
        client_takes_utf8 = self._tmux.answer(self._deadline_s) if self._tmux is not None else None
        if client_takes_utf8 is False:
            shows_signs = False
        elif column is not None:
            shows_signs = column == len(SIGNS) + 1
        else:
            shows_signs = not self._is_hopeless and not names_other_charset(self._environ)
        return SignAnswer(shows_signs, typed)

    def _read(self) -> tuple[int | None, bytes]:
        """Return the cursor's column, from 1 on, and what else came."""
        data = b""
        while len(data) < MAX_TYPED:
            if match := _ANSWER.search(data):
                return int(match[1]), data[: match.start()] + data[match.end() :]
            left_s = max(0.0, self._deadline_s - time.monotonic())
            if not select.select([self._source], [], [], left_s)[0]:
                break
            try:
                came = os.read(self._source, 4096)
            except OSError:
                break
            if not came:
                break
            data += came
        return None, data


def lacks_signs(environ: Mapping[str, str]) -> bool:
    """Whether a terminal of this TERM has no shapes for our signs, in how many cells ever.

    The font of the Linux console has 256 or 512 of them, neither braille nor eighths of a block.
    """
    return _WITHOUT_SIGNS.match(environ.get("TERM", "")) is not None


def names_other_charset(environ: Mapping[str, str]) -> bool:
    """Whether the locale names a charset, and another than UTF-8.

    Python itself sets LC_CTYPE where the locale is C or not installed.
    """
    characters = environ.get("LC_CTYPE", "")
    locale = environ.get("LC_ALL") or ("" if characters in _PYTHONS_OWN else characters)
    return _OTHER_CHARSET.search(locale or environ.get("LANG", "")) is not None
