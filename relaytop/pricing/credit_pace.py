"""The pace at which an account's credit goes, from readings of it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY_S = 86_400.0
SPAN_S = 7 * DAY_S
"""Readings that are older count no more."""
RECENT_S = DAY_S
"""The pace is that of the last day, where readings reach so far back."""
LEAST_S = 1200.0
"""Seconds between the first and the last reading, at least: two of every ten minutes apart."""
GAP_S = 7200.0
"""Seconds between two readings over which much may have been spent of what was added meanwhile."""


class Reading(NamedTuple):
    """What was left at one moment."""

    at: float
    """Unix seconds."""
    remaining: float


def per_day(readings: Sequence[Reading]) -> float | None:
    """Return what is spent a day, in the readings' unit; None where that cannot be told yet.

    Credit that was added is no negative spending: each rise is left out, and with it the time that
    it took where that is long: what was spent meanwhile is unknown.

    Args:
        readings: Of one account in one unit, the oldest first.
    """
    if not readings:
        return None
    newest = readings[-1].at
    recent = [each for each in readings if newest - each.at <= RECENT_S]
    before = [each for each in readings if RECENT_S < newest - each.at <= SPAN_S]
    # One from before the last day closes the gap that a night without relaytop leaves.
    used = [*before[-1:], *recent] if len(recent) < len(readings) else recent
    steps = [
        (later.at - earlier.at, earlier.remaining - later.remaining)
        for earlier, later in pairwise(used)
    ]
    known = [(seconds, fall) for seconds, fall in steps if fall >= 0 or seconds <= GAP_S]
    span_s = sum(seconds for seconds, _fall in known)
    if span_s < LEAST_S:
        return None
    return sum(max(0.0, fall) for _seconds, fall in known) / span_s * DAY_S


def lasts_s(remaining: float | None, spent_per_day: float | None) -> float | None:
    """Return for how many seconds the credit lasts; None where it is unknown, or none is spent."""
    if remaining is None or not spent_per_day:
        return None
    return max(0.0, remaining) / spent_per_day * DAY_S
