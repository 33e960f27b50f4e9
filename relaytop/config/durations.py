"""Durations and windows as people write them: `500ms`, `5s`, `2m`, `1h`, `100 requests`."""

from __future__ import annotations

import re

from relaytop.config.settings import Window

_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h)\s*\Z")
_COUNT = re.compile(r"\s*(\d+)\s*requests?\s*\Z")
_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_LONGEST = 32
_ROUNDING = 1e-9
SHORTEST_S = 0.1
LONGEST_S = 86_400.0
"""Bounds of an interval and a deadline."""
VALID_DURATION = "write it as 500ms, 5s, 2m or 1h"
VALID_WINDOW = 'write it as 10m or "100 requests"'


def parse_duration_s(text: str) -> float:
    """Return a duration in seconds.

    Raises:
        ValueError: It is not written as `500ms`, `5s`, `2m` or `1h`.
    """
    match = _DURATION.match(text) if len(text) <= _LONGEST else None
    if match is None:
        message = f"{text[:_LONGEST]!r} is not a valid duration; {VALID_DURATION}"
        raise ValueError(message)
    return round(float(match[1]) * _UNITS_S[match[2]], 6)


def format_duration(seconds: float) -> str:
    """Write a duration in its largest unit of which it is a whole number."""
    for unit, size in (("h", 3600.0), ("m", 60.0), ("s", 1.0)):
        count = seconds / size
        if count >= 1 and abs(count - round(count)) < _ROUNDING:
            return f"{round(count)}{unit}"
    if seconds >= 1:
        return f"{seconds:g}s"
    return f"{seconds * 1000:g}ms"


def scaled_s(interval_s: float, factor: float) -> float:
    """Return an interval times a factor, within bounds; a factor of 1 changes nothing.

    A factor above 1 never makes an interval shorter, one below 1 never longer.
    """
    wanted = interval_s * factor
    if factor >= 1:
        return max(interval_s, min(wanted, LONGEST_S))
    return min(interval_s, max(wanted, SHORTEST_S))


def parse_window(text: str) -> Window:
    """Return a window: a time or a count of requests.

    Raises:
        ValueError: It is neither.
    """
    match = _COUNT.match(text) if len(text) <= _LONGEST else None
    if match is not None and int(match[1]) > 0:
        return Window(seconds=None, count=int(match[1]))
    try:
        seconds = parse_duration_s(text)
    except ValueError:
        seconds = 0.0
    if not seconds:
        message = f"{text[:_LONGEST]!r} is not a valid window; {VALID_WINDOW}"
        raise ValueError(message)
    return Window(seconds=seconds)


def format_window(window: Window) -> str:
    """Write a window as `parse_window` reads it."""
    if window.seconds is not None:
        return format_duration(window.seconds)
    return f"{window.count} requests"
