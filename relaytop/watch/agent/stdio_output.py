"""Lines to a reader at the other end of a pipe that may be slow, or gone."""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_WAITING = 8 * 1024 * 1024
"""Bytes that may wait for a reader; one that is further behind is given up."""
ENOUGH_WAITING = 512 * 1024
"""Bytes from which on a history waits for its reader."""
STEP_S = 0.01
CLOSE_S = 0.5


class StdioOutput:
    """Writes on a thread of its own, so that a pipe that is full stops nothing else.

    Args:
        fd: Where to write; stays open.
        on_end: Called once, on the event loop, when nobody reads any more.
    """

    def __init__(self, fd: int, on_end: Callable[[], None]) -> None:
        self._fd = fd
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._parts: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._waiting = 0
        self._lock = threading.Lock()
        self._ended = False
        # A daemon: a write that never returns must not keep the process.
        self._thread = threading.Thread(target=self._write, name="stdout", daemon=True)
        self._thread.start()

    def put(self, data: bytes) -> None:
        """Write soon; a reader that is too far behind is given up."""
        if self._ended:
            return
        with self._lock:
            self._waiting += len(data)
        if self._waiting > MAX_WAITING:
            self._end()
        else:
            self._parts.put(data)

    async def drained(self) -> None:
        """Wait until the reader has taken most of what was written."""
        while True:
            if self._waiting <= ENOUGH_WAITING or self._ended:
                return
            await asyncio.sleep(STEP_S)

    def close(self) -> None:
        """Write what waits, for half a second at most."""
        self._parts.put(None)
        self._thread.join(CLOSE_S)

    def _write(self) -> None:
        while (data := self._parts.get()) is not None:
            count = len(data)
            try:
                while data:
                    data = data[os.write(self._fd, data) :]
            except OSError:
                self._loop.call_soon_threadsafe(self._end)
                return
            with self._lock:
                self._waiting -= count

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            self._on_end()
