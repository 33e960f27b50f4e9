"""Commands from a reader at the other end of a pipe, until it is gone."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING

from relaytop.protocol.codec import COMMANDS, BadMessageError
from relaytop.protocol.lines import LineBuffer
from relaytop.protocol.messages import Start
from relaytop.protocol.validate import read_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.protocol.messages import Command

READ_BYTES = 65536
SILENT_S = 60.0
"""Seconds without a sign after which a reader that gave some is gone: a connection may be cut
without an end that anybody is told of."""
OBEYED = {name: kind for name, kind in COMMANDS.items() if kind is not Start}


class StdioInput:
    """Reads commands on a thread of its own.

    Args:
        fd: Where to read.
        on_command: Called on the event loop with each command.
        on_mistake: Called there with a sentence about each line that is none.
        on_end: Called there once, at the end of the input or of the reader's signs.
    """

    def __init__(
        self,
        fd: int,
        *,
        on_command: Callable[[Command], None],
        on_mistake: Callable[[str], None],
        on_end: Callable[[], None],
    ) -> None:
        self._fd = fd
        self._on_command = on_command
        self._on_mistake = on_mistake
        self._on_end = on_end
        self._lines = LineBuffer()
        self._loop = asyncio.get_running_loop()
        self._alarm: asyncio.TimerHandle | None = None
        threading.Thread(target=self._read, name="stdin", daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._fd, READ_BYTES)
            except OSError:
                data = b""
            try:
                self._loop.call_soon_threadsafe(self._take, data)
            except RuntimeError:  # the loop is closed: the process is about to end
                return
            if not data:
                return

    def _take(self, data: bytes) -> None:
        if not data:
            self._on_end()
            return
        try:
            lines = self._lines.feed(data)
        except BadMessageError as error:
            self._on_mistake(str(error))
            self._lines = LineBuffer()
            return
        for line in lines:
            if line.strip():
                self._obey(line)
            else:
                self._watch_for_signs()
        if self._alarm is not None:
            self._watch_for_signs()

    def _watch_for_signs(self) -> None:
        """Take the reader for gone once it has given no sign for too long."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._loop.call_later(SILENT_S, self._on_end)

    def _obey(self, line: bytes) -> None:
        try:
            self._on_command(read_message(line, OBEYED))
        except BadMessageError as error:
            self._on_mistake(str(error))
