"""The reasons of a target's status, in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.monitor.status_words import rules_that_hold
from relaytop.monitor.why import why
from relaytop.tui.draw.clock import time_of_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Thresholds
    from relaytop.monitor.summary import Summary

HH_MM = 5
"""Characters of a time of day without its seconds."""


def reason(s: Summary, thresholds: Thresholds) -> str:
    """Return why a target has its status, in a few words."""
    return ", ".join(reasons(s, thresholds))


def reasons(s: Summary, thresholds: Thresholds) -> list[str]:
    """Return the reasons of a status, the weightiest first."""
    if s.status == "paused":
        return ["by you" if s.reason == "user" else not_probed(s)]
    if s.reason == "cache":
        return ["only cached replies"]
    if s.reason == "unreachable":
        return [_unreachable(s)]
    if s.status == "unknown":
        return [_unknown(s)]
    if s.recovering_ok is not None:
        return [f"recovering, {s.recovering_ok} ok"]
    if s.status == "down" and (s.last_error is not None or s.errors):
        return [why(s) or s.status]
    return rules_that_hold(s, thresholds) if s.broken else []


def fitting(every: Sequence[str], room: int) -> str:
    """Join as many reasons as have room, one at least, and count the others: `…, +1`."""
    for left_out in range(len(every)):
        shown = every[: len(every) - left_out]
        text = ", ".join([*shown, *([f"+{left_out}"] if left_out else [])])
        if len(text) + 2 <= room or len(shown) == 1:
            return text
    return ""


def not_probed(s: Summary) -> str:
    """Return since when the budget has kept a target from being probed."""
    if s.last_at is None:
        return "not probed, budget reached"
    return f"not probed since {time_of_day(s.last_at)[:HH_MM]}, budget reached"


def _unreachable(s: Summary) -> str:
    if s.last_at is None:
        return "unreachable"
    return f"unreachable since {time_of_day(s.last_at)[:HH_MM]}"


def _unknown(s: Summary) -> str:
    finished = s.total.requests
    if not finished:
        return "no finished probe yet"
    return f"{finished - s.total.ok} of {finished} failed, not yet down"
