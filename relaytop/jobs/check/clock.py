"""Comparison of this machine's clock with the server's."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from relaytop.monitor.number_format import format_age

if TYPE_CHECKING:
    from relaytop.jobs.check.findings import Finding, Subject

MAX_OFFSET_S = 60.0


def clock_finding(subject: Subject, date: str | None, now: float) -> Finding | None:
    """Compare a server's `Date` header with this machine's clock; a warning over a minute.

    Args:
        subject: The provider.
        date: The header; None where there was none.
        now: When it arrived, Unix seconds.

    Returns:
        None where the header holds no date.
    """
    try:
        server = parsedate_to_datetime(date or "")
        server = server if server.tzinfo is not None else server.replace(tzinfo=UTC)
        ahead_s = now - server.timestamp()
    except (ValueError, OverflowError):
        return None
    if abs(ahead_s) <= MAX_OFFSET_S:
        return subject.good("clock", f"within {MAX_OFFSET_S:g} s of the server's")
    side = "ahead of" if ahead_s > 0 else "behind"
    return subject.warn(
        "clock",
        f"this host's clock is {format_age(abs(ahead_s))} {side} the server's",
        "synchronise it (NTP): waits, daily quotas and certificates depend on it",
    )
