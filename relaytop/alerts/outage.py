"""Whether what is wrong with several targets is one outage of their provider."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from relaytop.monitor.why import ERRORS, why

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from relaytop.alerts.alert import Alert
    from relaytop.monitor.summary import Summary

LEAST_TARGETS = 2
"""Targets of a provider that an outage takes; and at least half of those that are probed."""
OF_THE_KEY = ("auth", "credit")
"""Causes that all targets of a provider share: one failure is enough, as long as no other target
has answered since."""
BAD = ("degraded", "down")
LONGEST_WAIT_S = 30.0
"""Longest wait of a target's alert for the other targets of its provider."""


def is_bad(summary: Summary) -> bool:
    """Return whether a target is degraded or down."""
    return summary.status in BAD


def outage_cause(probed: Sequence[Summary], ready: Collection[str]) -> str | None:
    """Return the cause of a provider's outage; None where there is none.

    A target whose newest probe failed for the same reason counts as affected, though it is not yet
    down: all targets of a provider that is gone go down within one interval, and the first of them
    is not to fire an alert of its own.

    Args:
        probed: The targets of one provider that are not paused.
        ready: The ids of those that have been bad for long enough.
    """
    causes = Counter(cause_of(s) for s in probed if s.target in ready)
    for cause, _count in causes.most_common():
        bad = [s for s in probed if s.target in ready and cause_of(s) == cause]
        suspects = [s for s in probed if s.target not in ready and fails_with(s, cause)]
        count = len(bad) + len(suspects)
        if count >= LEAST_TARGETS and 2 * count >= len(probed):
            return cause
        began_at = min(s.since for s in bad)
        others = [s for s in probed if s not in bad]
        if cause in OF_THE_KEY and others and not any(_answered(s, began_at) for s in others):
            return cause
    return None


def may_be_outage(
    summary: Summary, others: Iterable[Alert], probed: Sequence[Summary], now: float
) -> bool:
    """Return whether a target's alert waits for what becomes of the others of its provider.

    One of them has fired for the same cause less than an interval ago: before all have been probed
    again nobody knows whether it is an outage, and a second bell would tell nothing.

    Args:
        summary: A target that has been bad for long enough.
        others: The alerts of other targets.
        probed: The targets of the provider that are not paused.
        now: Unix seconds.
    """
    wait_s = min(max(s.interval_s for s in probed), LONGEST_WAIT_S)
    if now - summary.since > wait_s:
        return False
    cause = cause_of(summary)
    return any(
        alert.provider == summary.provider and alert.why == cause and now - alert.fired_at <= wait_s
        for alert in others
    )


def common_cause(bad: Iterable[Summary]) -> str | None:
    """Return the cause of most of these targets; None where no cause has most."""
    causes = Counter(map(cause_of, bad))
    if not causes:
        return None
    cause, count = causes.most_common(1)[0]
    return cause if 2 * count > causes.total() else None


def cause_of(summary: Summary) -> str:
    """Return the one word for why a target is bad."""
    return why(summary) or ERRORS


def fails_with(summary: Summary, cause: str) -> bool:
    """Return whether a target's newest probe failed for this reason."""
    error = summary.last_error
    return error is not None and error.error_class == cause and _is_newest(summary, error.at)


def _answered(summary: Summary, since: float) -> bool:
    """Return whether a probe of a target succeeded at or after a moment."""
    error = summary.last_error
    if summary.last_at is None or summary.last_at < since:
        return False
    return error is None or not _is_newest(summary, error.at)


def _is_newest(summary: Summary, at: float) -> bool:
    return summary.last_at is None or at >= summary.last_at
