"""One word for why a target is not well: a column, an alert and a line of JSON say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaytop.monitor.summary import Summary

SLOW, HANGING, ERRORS, UNREACHABLE = "slow", "hanging", "errors", "unreachable"


def why(s: Summary) -> str | None:
    """Return why a target is not well; None where it is, or where nothing is known.

    An error class where failures are the reason; else `hanging`, `slow`, `errors` (of several
    classes), or of a target that is not probed or proves nothing: `paused`, `budget`, `cache`,
    `unreachable`.
    """
    if s.status == "paused":
        return "budget" if s.reason == "budget" else "paused"
    if s.reason in {"cache", UNREACHABLE}:
        return s.reason
    if s.status == "up" or (s.status == "unknown" and s.last_error is None):
        return None
    if s.status == "degraded":
        if "hanging" in s.broken:
            return HANGING
        failing = "error_rate" in s.broken or ("recent" in s.broken and bool(s.errors))
        if not failing and s.broken != ("recovering",):
            return SLOW
    return _error_class(s)


def _error_class(s: Summary) -> str:
    """Return the class of most failures in the window, or of the last one where it is down."""
    if s.status != "degraded" and s.last_error is not None:
        return s.last_error.error_class
    if s.errors:
        name, count = max(s.errors.items(), key=lambda item: item[1])
        return name if 2 * count > sum(s.errors.values()) else ERRORS
    if s.last_error is not None:
        return s.last_error.error_class
    return ERRORS if s.status == "down" else SLOW
