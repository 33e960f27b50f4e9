"""The protocol of an agent's socket.

A reader writes a line. To `{"ask": "snapshot"}` the snapshot's document as JSON is the answer, and
the end. To `{"ask": "watch"}` it is one JSON message a line: `Hello`, what is known so far
(`MonitorHandover`, a `TargetHandover` for each target), `HistoryEnd`, and from then on every
report as it comes.

What the agent writes is checked before it is believed. A field that its reader does not know is
passed over. Whatever else is odd (a message of another kind, a missing field, one of another type
or out of bounds, a line without end) ends the connection, with a line in the reader's event log.
Texts are made safe to show.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relaytop.monitor.handover import MonitorHandover, TargetHandover
from relaytop.protocol.codec import REPORTS

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Hello:
    """The first line to a reader that watches."""

    relaytop: str
    """The agent's version: another one may know other messages."""
    pid: int
    clock_offset_s: float
    """The offset of its steady clock, which its readers adopt."""


@dataclass(frozen=True, slots=True)
class HistoryEnd:
    """The history is complete; what follows is live."""


MESSAGES: Mapping[str, Any] = {
    kind.__name__: kind for kind in (Hello, MonitorHandover, TargetHandover, HistoryEnd)
} | REPORTS
"""A line's kind → its class."""
SNAPSHOT, WATCH = "snapshot", "watch"


def request_line(ask: str) -> bytes:
    """Return the one line that a reader sends."""
    return json.dumps({"ask": ask}).encode() + b"\n"


def parse_request(line: bytes) -> str | None:
    """Return what a reader's line asks for; None where it asks for nothing that there is."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    ask = document.get("ask") if isinstance(document, dict) else None
    return ask if ask in {SNAPSHOT, WATCH} else None
