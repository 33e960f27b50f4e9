"""A line of the event log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "status",
    "limit",
    "budget",
    "snapshot",
    "engine",
    "notice",
    "cache",
    "served",
    "busy",
    "note",
    "alert",
    "where",
]
Level = Literal["good", "info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something worth a line in the event log."""

    at: float
    """Unix seconds."""
    kind: Kind
    level: Level
    target: str | None
    text: str
    subject: str = ""
    """Another of the same target and subject soon after is a repeat: it takes this one's place."""
    times: int = 1
    """How often it came."""
    first_at: float | None = None
    """Unix seconds of the first of several."""
    cause: str = ""
    """Others of the same moment, provider, subject and cause go in one line; none where empty."""
    members: tuple[str, ...] = ()
    """The targets of such a line, or of an alert of several, which has no `target` then; not all
    where they are many."""
    detail: str = ""
    """The newest of its members' texts; of an alert that fires, what is added to the line of the
    status that it fires for."""
    status: str | None = None
    """The status that its target had then; None without a target."""
    why: str | None = None
    """Why it was not well, in one word (see `why.py`); None where it was."""
