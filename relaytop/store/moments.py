"""Moments of a recording as a person writes them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from relaytop.config.errors import RelaytopError

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_SHOWN = "%Y-%m-%d %H:%M:%S"


def parse_moment(text: str, began_at: float, ended_at: float) -> float:
    """Return the Unix seconds of a local time of day, or of a date with one.

    A time of day is the first such moment of the recording.

    Args:
        text: `14:30`, `14:30:05` or `2026-11-23 14:30`.
        began_at: Where the recording begins, Unix seconds.
        ended_at: Where it ends, Unix seconds.

    Raises:
        RelaytopError: It is no time, or outside the recording.
    """
    began, ended = (datetime.fromtimestamp(at).astimezone() for at in (began_at, ended_at))
    found = _read(text.strip(), began)
    if not began.replace(microsecond=0) <= found <= ended:
        span = f"from {began:{_SHOWN}} to {ended:{_SHOWN}}"
        sentence = f"--from {text[:40]}: outside the recording, which runs {span}"
        raise RelaytopError(sentence)
    return max(began_at, found.timestamp())


def _read(text: str, began: datetime) -> datetime:
    clock = _CLOCK.fullmatch(text)
    try:
        if clock is None:
            return datetime.fromisoformat(text).astimezone()
        hour, minute, second = (int(part or 0) for part in clock.groups())
        day = began.replace(tzinfo=None, microsecond=0)
        found = day.replace(hour=hour, minute=minute, second=second)
    except (ValueError, OverflowError):
        sentence = f"--from {text[:40]!r} is not a time; write 14:30, 14:30:05 or 2026-11-23T14:30"
        raise RelaytopError(sentence) from None
    return (found if found >= day else found + timedelta(days=1)).astimezone()
