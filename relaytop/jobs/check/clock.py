"""Whether this machine's clock and the server's agree."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

from relaytop.jobs.check.findings import GOOD, WARN, Finding
from relaytop.monitor.number_format import format_age

WARN_S = 60.0


def clock_finding(provider: str, date: str | None, now: float) -> Finding | None:
    """Compare a server's `Date` header with our own clock; a warning over a minute.

    Args:
        provider: Its name.
        date: The header; None where there was none.
        now: When it came, Unix seconds.
    """
    try:
        told = parsedate_to_datetime(date or "")
        told = told if told.tzinfo is not None else told.replace(tzinfo=UTC)
        ahead_s = now - told.timestamp()
    except (ValueError, OverflowError):
        return None
    if abs(ahead_s) <= WARN_S:
        return Finding(provider, None, "clock", GOOD, f"within {WARN_S:g} s of the server's")
    side = "ahead of" if ahead_s > 0 else "behind"
    words = f"this machine's clock is {format_age(abs(ahead_s))} {side} the server's"
    remedy = "set it (NTP): waits, quotas by the day and certificates depend on it"
    return Finding(provider, None, "clock", WARN, words, remedy)
