"""The event log as JSON lines on a file descriptor that may not be read."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from relaytop.config.steady_clock import STEADY

if TYPE_CHECKING:
    from relaytop.monitor.event import Event

MAX_WAITING = 1000
"""Lines that may wait for a reader; newer ones are lost until it takes them."""
CLOSE_S = 0.5


def line_of(event: Event) -> bytes:
    """Return an event as one line of JSON, its moment in RFC 3339."""
    at = datetime.fromtimestamp(STEADY.to_wall(event.at), UTC).isoformat(timespec="milliseconds")
    document = {
        "at": at.replace("+00:00", "Z"),
        "kind": event.kind,
        "level": event.level,
        "target": event.target,
        "status": event.status,
        "class": event.why,
        "text": event.text,
    }
    return json.dumps(document).encode() + b"\n"


class EventLog:
    """Writes events on a thread of its own, so that a pipe that is full stops nothing else.

    Args:
        fd: Where to write; stays open.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._lines: queue.Queue[bytes | None] = queue.Queue(MAX_WAITING)
        # A daemon: a write that never returns must not keep the process.
        self._thread = threading.Thread(target=self._write, name="events", daemon=True)
        self._thread.start()

    def put(self, event: Event) -> None:
        """Write an event soon."""
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(line_of(event))

    def close(self) -> None:
        """Write what waits, for half a second at most."""
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(None)
        self._thread.join(CLOSE_S)

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                while line:
                    line = line[os.write(self._fd, line) :]
            except OSError:
                return  # no one reads any more
