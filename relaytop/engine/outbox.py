"""The engine's reports to its parent: a non-blocking pipe behind a bounded queue."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from typing import TYPE_CHECKING

from relaytop.protocol.codec import encode
from relaytop.protocol.messages import Finished

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.protocol.messages import Report

MAX_MESSAGES = 4000


class Outbox:
    """Writes reports to a non-blocking file descriptor; drops the oldest samples when it is full.

    Args:
        fd: Where to write.
        on_closed: Called once when no one reads any more.
    """

    def __init__(self, fd: int, on_closed: Callable[[], None]) -> None:
        os.set_blocking(fd, False)
        self._fd = fd
        self._on_closed = on_closed
        self._queue: deque[tuple[bool, bytes]] = deque()
        self._partial = b""
        self._waiting = False
        self._closed = False
        self.dropped = 0

    def put(self, report: Report) -> None:
        """Send a report, at once or when the pipe has room."""
        if self._closed:
            return
        self._queue.append((isinstance(report, Finished), encode(report)))
        if len(self._queue) > MAX_MESSAGES:
            self._drop()
        if not self._waiting:
            self._write()

    def _drop(self) -> None:
        for index, (is_sample, _line) in enumerate(self._queue):
            if is_sample:
                del self._queue[index]
                self.dropped += 1
                return
        self._queue.popleft()
        self.dropped += 1

    def _write(self) -> None:
        while self._partial or self._queue:
            data = self._partial or self._queue.popleft()[1]
            try:
                count = os.write(self._fd, data)
            except BlockingIOError:
                count = 0
            except OSError:
                self._end()
                return
            self._partial = data[count:]
            if self._partial:
                if not self._waiting:
                    self._waiting = True
                    asyncio.get_running_loop().add_writer(self._fd, self._write)
                return
        if self._waiting:
            self._waiting = False
            asyncio.get_running_loop().remove_writer(self._fd)

    def _end(self) -> None:
        self._closed = True
        if self._waiting:
            asyncio.get_running_loop().remove_writer(self._fd)
        self._on_closed()
