"""The rest of a rate limit, and the time until it is reset."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaytop.monitor.summary import Summary
    from relaytop.wire.facts import Limit


def tightest(summary: Summary) -> Limit | None:
    """Return the limit of which the smallest share is left; None where none is known."""
    found = summary.rate_limit.tightest if summary.rate_limit is not None else None
    return None if found is None else found[1]


def tightest_reset_s(summary: Summary, now: float) -> float | None:
    """Return the seconds until the tightest limit is reset; None where that is unknown."""
    found = tightest(summary)
    return None if found is None else reset_in_s(found, summary, now)


def reset_in_s(limit: Limit, summary: Summary, now: float) -> float | None:
    """Return the seconds until this limit is reset, counted down from its reply."""
    if limit.reset_s is None or summary.rate_limit_at is None:
        return None
    left = limit.reset_s - (now - summary.rate_limit_at)
    return left if left > 0 else None
