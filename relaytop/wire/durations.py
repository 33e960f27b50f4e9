"""Waits as servers write them (seconds, Go durations, HTTP dates, epochs), read as seconds left."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from relaytop.wire.numbers import number

_GO_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)")
_GO_UNITS_S = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86400.0,
}
SECONDS_BELOW = 1e6
EPOCH_S = (1e9, 1e11)
EPOCH_MS_FROM = 1e12
LONGEST_TEXT = 64
LONGEST_S = 366 * 86_400.0
"""No real limit resets later."""


def wait_s(text: str | None, now: float) -> float | None:
    """Return the seconds from `now` (Unix seconds) until the time in `text`.

    A bare number under 1e6 is seconds, 1e9–1e11 epoch seconds, from 1e12 epoch milliseconds.
    A moment in the past is 0. A negative, unreadable or absurd value is None.
    """
    wait = _wait_s(text, now)
    return wait if wait is not None and wait <= LONGEST_S else None


def _wait_s(text: str | None, now: float) -> float | None:
    text = (text or "").strip()
    if not text or len(text) > LONGEST_TEXT:
        return None
    bare = number(text)
    if bare is not None:
        return _bare(bare, now)
    duration = _go_duration(text)
    if duration is not None:
        return duration
    moment = _date(text)
    return None if moment is None else max(0.0, moment - now)


def _bare(value: float, now: float) -> float | None:
    if 0 <= value < SECONDS_BELOW:
        return value
    if EPOCH_S[0] <= value <= EPOCH_S[1]:
        return max(0.0, value - now)
    if value >= EPOCH_MS_FROM:
        return max(0.0, value / 1000 - now)
    return None


def _go_duration(text: str) -> float | None:
    total, end = 0.0, 0
    for part in _GO_PART.finditer(text):
        if part.start() != end:
            return None
        total += float(part[1]) * _GO_UNITS_S[part[2]]
        end = part.end()
    return total if end == len(text) and end else None


def _date(text: str) -> float | None:
    text = text.removesuffix(" UTC")  # LiteLLM's dates: ISO's, but with mail's name of the zone
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = parse(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        try:
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    return None
