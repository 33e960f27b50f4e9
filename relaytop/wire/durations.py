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
EPOCH_US_FROM = 1e15
EPOCH_NS_FROM = 1e18
_UNITS_S = {
    "ms": 1e-3,
    "millisecond": 1e-3,
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "秒": 1.0,
    "m": 60.0,
    "min": 60.0,
    "minute": 60.0,
    "分": 60.0,
    "分钟": 60.0,
    "h": 3600.0,
    "hr": 3600.0,
    "hour": 3600.0,
    "小时": 3600.0,
    "d": 86400.0,
    "day": 86400.0,
}
"""Units as words and their forms in numerals' company, in the singular."""
_FIGURE = r"\d{1,9}(?:\.\d{1,9})?"
_UNIT = "milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|秒|分钟|分|小时"
_PART = re.compile(rf"({_FIGURE}) ?({_UNIT})(?![a-z])", re.IGNORECASE)
_PART_BEFORE_PART = re.compile(rf"({_FIGURE})({_UNIT})(?=\d)", re.IGNORECASE)
_CUE = re.compile(
    r"(?:try(?: your requests?)?(?: again)?|retry(?:ing)?(?: your requests?)?|wait(?:ing)?"
    r"|resets?(?: time)?|replenished|available(?: again)?|allowed|cool(?:ing)? ?down|back ?off"
    r"|请(?:在|等待)?|将[在于])"
    r"(?:[ :=-]{1,3}(?:in|after|for|at least|less than|about|approximately|another|on|at|is)){0,3}"
    r"[ :=-]{0,3}",
    re.IGNORECASE,
)
"""The words before a wait."""
_BARE_CUE = re.compile("after", re.IGNORECASE)
"""Where a number without a unit is seconds."""
_BARE = re.compile(rf"({_FIGURE})(?=[.,;)]?(?:\s|$))")
_JOINT = re.compile(r",? (?:and )?(?=\d)")
_WORDS_ALONE = re.compile(
    rf"(?:{_FIGURE} ?(?:{_UNIT})(?:,? (?:and )?(?=\d))?)+|\d{{1,3}}:\d\d:\d\d", re.IGNORECASE
)
_ISO = re.compile(rf"P(?:(\d{{1,3}})D)?(?:T(?:({_FIGURE})H)?(?:({_FIGURE})M)?(?:({_FIGURE})S)?)?")
"""A duration as ISO 8601 has it: `PT1M30S`."""
_ISO_S = (86_400.0, 3600.0, 60.0, 1.0)
_FIRST = re.compile(rf"({_FIGURE})(?=[,;])")
"""The first of several values, or one with parameters."""
_QUOTED = re.compile(
    rf"retry[_ -]?(?:delay|after|in)[\"'\\]*\s*[:={{]\s*[\"'\\]*(?:seconds: ?)?({_FIGURE})(ms|s)?"
    r"(?![\w.])",
    re.IGNORECASE,
)
"""A field of another server's body that a message quotes: Gemini's `"retryDelay": "37s"`."""
_BEFORE_CUE = re.compile(rf"({_FIGURE}) ?(秒|分钟|小时)[之以]?后[可将]?[再重自]")
_BEIJING = "将"
"""How the cues begin behind which a moment without a zone is Beijing's."""
_CLOCK = re.compile(r"(\d{1,3}):(\d\d):(\d\d)(?!\d)")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(Z| UTC|[+-]\d\d:?\d\d)?")
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
    text = (text or "").strip().strip("\"'")
    if not text or len(text) > LONGEST_TEXT:
        return None
    bare = number(text)
    if bare is not None:
        return _bare(bare, now)
    duration = _go_duration(text)
    if duration is not None:
        return duration
    moment = _date(text)
    if moment is not None:
        return max(0.0, moment - now)
    iso = _ISO.fullmatch(text.upper())
    if iso is not None:
        return sum(float(part or 0) * unit for part, unit in zip(iso.groups(), _ISO_S, strict=True))
    first = _FIRST.match(text)
    if first is not None:
        return _bare(float(first[1]), now)
    text = text.partition(";")[0].strip()
    return _wait_at(text, 0, now) if _WORDS_ALONE.fullmatch(text) else None


def _bare(value: float, now: float) -> float | None:
    if 0 <= value < SECONDS_BELOW:
        return value
    if EPOCH_S[0] <= value <= EPOCH_S[1]:
        return max(0.0, value - now)
    if value >= EPOCH_MS_FROM:
        unit = 1e9 if value >= EPOCH_NS_FROM else 1e6 if value >= EPOCH_US_FROM else 1e3
        return max(0.0, value / unit - now)
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


def wait_in_words(text: str, now: float) -> float | None:
    """Return the wait that a sentence names: `try again in 1m30.5s`, `retry after 12 seconds`.

    Args:
        text: A server's message.
        now: Unix seconds, for `resets at 2026-09-21T14:13:50Z`.
    """
    for cue in _CUE.finditer(text):
        wait = _wait_at(text, cue.end(), now, "+08:00" if cue[0].startswith(_BEIJING) else "")
        if wait is None and _BARE_CUE.search(cue[0]):
            bare = _BARE.match(text, cue.end())
            wait = float(bare[1]) if bare is not None else None
        if wait is not None and wait <= LONGEST_S:
            return wait
    quoted = _QUOTED.search(text)
    if quoted is not None:
        return float(quoted[1]) * _UNITS_S[quoted[2] or "s"]
    before = _BEFORE_CUE.search(text)
    return float(before[1]) * _UNITS_S[before[2]] if before is not None else None


def _wait_at(text: str, start: int, now: float, zone: str = "") -> float | None:
    moment = _MOMENT.match(text, start)
    if moment is not None:
        return wait_s(moment[0] + (zone if moment[1] is None else ""), now)
    clock = _CLOCK.match(text, start)
    if clock is not None:
        hours, minutes, seconds = (int(part) for part in clock.groups())
        return hours * 3600.0 + minutes * 60.0 + seconds
    total, end = 0.0, start
    while part := _PART_BEFORE_PART.match(text, end) or _PART.match(text, end):
        unit = part[2].lower()
        total += float(part[1]) * _UNITS_S[unit if unit in _UNITS_S else unit.removesuffix("s")]
        end = part.end()
        joint = _JOINT.match(text, end)
        end = joint.end() if joint is not None else end
    return total if end > start else None
