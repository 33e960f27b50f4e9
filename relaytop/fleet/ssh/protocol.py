"""What `relaytop agent --stdio` writes for a reader on another machine.

One JSON message a line: `Hello`, `Watched` (what is probed: no key, no address, no prompt), what is
known so far (`MonitorHandover`, a `TargetHandover` for each target), `HistoryEnd`, and from then on
every report as it comes. An empty line says that the writer is still there. The reader may write
commands, one a line, and empty lines that say that it is still there.

Two relaytops talk where `PROTOCOL` is the same, whatever their versions are. A field that a reader
does not know is passed over. Whatever else is odd ends the connection, with a sentence.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from relaytop.config.settings import Price, Target
from relaytop.monitor.handover import MonitorHandover, TargetHandover
from relaytop.protocol.codec import REPORTS
from relaytop.wire.text import clean

PROTOCOL = 1
"""The version of what is written here; another one is not understood."""
HELLO = b'{"":"Hello"'
"""The beginning of the first line."""
KEEP_ALIVE = b"\n"
KEEP_ALIVE_S = 5.0
"""Seconds between two of them, in either direction."""
MAX_TARGETS = 2000
"""Of one host."""
HISTORIES = (1, 1_000_000)
MAX_VERSION = 40

# The annotations are read when a message is decoded.


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """The first message."""

    protocol: int
    relaytop: str
    """The version of the program that writes."""
    pid: int
    """The process that probes: its agent's, where it reads one."""
    now: float
    """The writer's steady clock as it writes this, Unix seconds."""
    clock_offset_s: float
    """That clock's offset: with the pid it tells one run of an agent from another."""
    accepts_commands: bool = False
    """Whether it probes itself and obeys; what an agent probes is only read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is probed there."""

    targets: tuple[Target, ...]
    history: int
    """Samples kept per target."""
    apis: Mapping[str, str] = field(default_factory=dict)
    """Provider → its wire API; `azure` wherever models go by names of the user's own."""
    prices: Mapping[str, Mapping[str, Price]] = field(default_factory=dict)
    """Provider → model → its price."""
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def is_consistent(self) -> bool:
        """Return whether its figures are some that a relaytop could have."""
        lowest, highest = HISTORIES
        return (
            len(self.targets) <= MAX_TARGETS
            and lowest <= self.history <= highest
            and len({target.id for target in self.targets}) == len(self.targets)
            and all(target.place == "" for target in self.targets)
        )


@dataclass(frozen=True, slots=True)
class HistoryEnd:
    """The history is complete; what follows is live."""


MESSAGES: Mapping[str, Any] = {
    kind.__name__: kind for kind in (Hello, Watched, MonitorHandover, TargetHandover, HistoryEnd)
} | REPORTS
"""A line's kind → its class."""


def versions_of(line: bytes) -> tuple[int, str] | None:
    """Return (protocol, relaytop's version) of a first line, of whatever protocol it is.

    None where it tells neither.
    """
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    protocol, version = document.get("protocol"), document.get("relaytop")
    if type(protocol) is not int or not isinstance(version, str):
        return None
    return protocol, clean(version, MAX_VERSION)
