"""A terminal that may not be reading: written to without ever waiting for it."""

from __future__ import annotations

import asyncio
import os
import select
import time
from typing import TYPE_CHECKING

from relaytop.tui.terminal.link_meter import LinkMeter

if TYPE_CHECKING:
    from collections.abc import Callable

CLOSED = -1


class Output:
    """Writes to a tty opened anew and non-blocking, so that the shell's own stays as it is.

    Closed and opened again, it goes on. All of it belongs to the event loop's thread.

    Args:
        path: The terminal's device.
        on_ready: Called when a terminal that was behind has taken everything, with the seconds
            for which it was.
        on_gone: Called once when the terminal is gone.
    """

    def __init__(
        self, path: str, on_ready: Callable[[float], None], on_gone: Callable[[], None]
    ) -> None:
        self._path = path
        self._fd = CLOSED
        self._on_ready = on_ready
        self._on_gone = on_gone
        self._rest = b""
        self._waiting: asyncio.AbstractEventLoop | None = None
        self.gone = False
        self.meter = LinkMeter()

    def open(self) -> None:
        """Open the device; where that fails the terminal is gone."""
        if self._fd == CLOSED:
            try:
                flags = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
                self._fd = os.open(self._path, flags)
            except OSError:
                self._lose()

    @property
    def behind(self) -> bool:
        """Whether the terminal has not yet taken all that was written."""
        return bool(self._rest)

    def write(self, data: bytes) -> None:
        """Write what the terminal takes and keep the rest, in order; nothing while closed."""
        if self._fd != CLOSED and not self.gone:
            self._rest += data
            self._push()

    def _push(self) -> None:
        try:
            while self._rest:
                count = os.write(self._fd, self._rest)
                self._rest = self._rest[count:]
                self.meter.sent(count, time.monotonic())
        except BlockingIOError:
            self.meter.stalled(time.monotonic())
            self._wait()
        except OSError:
            self._lose()

    def _wait(self) -> None:
        if self._waiting is None:
            try:
                self._waiting = asyncio.get_running_loop()
            except RuntimeError:
                return  # at the very end there is no loop; `drain` does the rest
            self._waiting.add_writer(self._fd, self._writable)

    def _writable(self) -> None:
        self._push()
        if not self._rest and not self.gone:
            behind_s = self.meter.drained(time.monotonic())
            self._stop_waiting()
            self._on_ready(behind_s)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            if not self._waiting.is_closed():
                self._waiting.remove_writer(self._fd)
            self._waiting = None

    def _lose(self) -> None:
        self._rest = b""
        self._stop_waiting()
        if not self.gone:
            self.gone = True
            self._on_gone()

    def drain(self, timeout_s: float) -> bool:
        """Wait a bounded time for the terminal to take what is left; return whether it has."""
        deadline = time.monotonic() + timeout_s
        while self._rest:
            poll = select.poll()
            poll.register(self._fd, select.POLLOUT)
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                return False
            self._push()
        return True

    def abandon(self) -> None:
        """Give up what the terminal has not taken."""
        self.meter.drained(time.monotonic())
        self._rest = b""

    def close(self) -> None:
        """Close the device."""
        self.abandon()
        self._stop_waiting()
        if self._fd != CLOSED:
            os.close(self._fd)
            self._fd = CLOSED
