"""A target's status and its waits in words, for the event log and the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.engine.backoff import SLOW_S, WAIT_CLASSES
from relaytop.monitor.number_format import format_age, format_limit, format_ms, format_percent

if TYPE_CHECKING:
    from relaytop.config.settings import Thresholds
    from relaytop.monitor.summary import Distribution, Summary
    from relaytop.wire.facts import RateLimit


def describe_status(s: Summary, thresholds: Thresholds) -> str:
    """Return a status and its reason, for the event log."""
    last = s.last_error
    if s.status == "down" and last is not None:
        return f"down: {last.error_class}" + (f" · {last.message}" if last.message else "")
    if s.status == "degraded":
        return f"degraded: {describe_rules(s, thresholds)}"
    if s.status == "unknown":
        return "unknown: only cached replies" if s.reason == "cache" else "unknown: unreachable"
    if s.status == "paused":
        return "paused" if s.reason == "user" else "paused: budget reached"
    return s.status


def describe_rules(s: Summary, thresholds: Thresholds) -> str:
    """Return the rules that hold, with their figures and limits."""
    return ", ".join(rules_that_hold(s, thresholds))


def rules_that_hold(s: Summary, thresholds: Thresholds) -> list[str]:
    """Return a few words for each rule that holds, the weightiest first; at least one."""
    rate, limit = format_percent(s.error_rate or 0), f"{thresholds.error_rate * 100:g}"
    words = {
        "hanging": "hanging",
        "p95": _over("P95", s.latency, "p95", thresholds.p95_ms),
        "ttft": _over("TTFT", s.ttft, "p50", thresholds.ttft_ms),
        "gap": _over("gap", s.gap, "p95", thresholds.gap_ms),
        "error_rate": f"errors {rate} % > {limit} %",
        "recent": f"{s.recent_bad} of the last {s.recent} failed or slow",
        "slower": _slower(s.slower_by),
    }
    return [words[name] for name in s.broken if name in words] or ["recovering"]


def describe_hold(reason: str, wait_s: float, *, asked: bool) -> str:
    """Return why and for how long a target is probed less often.

    Args:
        reason: The error class that caused it.
        wait_s: The time to the next probe.
        asked: Whether the server said so.
    """
    if reason not in WAIT_CLASSES:
        return f"{reason}: retrying every {SLOW_S:g} s; needs a fix (key, credit, model)"
    who = ", as the server asked" if asked else " (backing off)"
    return f"{reason}: next probe in {format_age(wait_s + 0.5)}{who}"


def describe_scarce(limit: RateLimit | None) -> str:
    """Return that a rate limit is nearly used, and how much of the tightest one is left."""
    tightest = limit.tightest if limit is not None else None
    left = ""
    if tightest is not None and tightest[1].remaining is not None:
        left = f" ({format_limit(tightest[1].remaining, tightest[1].limit)})"
    return f"rate limit nearly used{left}: probing slowed"


def _slower(factor: float | None) -> str:
    own = "its last hour"
    return f"slower than in {own}" if factor is None else f"latency {factor:.1f} × {own}'s"


def _over(title: str, figure: Distribution, name: str, limit_ms: float) -> str:
    """Return that a percentile is over its threshold, and its figure where that is so."""
    value: float | None = getattr(figure, name)
    if value is not None and value <= limit_ms:  # the window still has what was before
        return f"{title} recently over {_ms(limit_ms)}"
    return f"{title} {_ms(value)} > {_ms(limit_ms)}"


def _ms(value: float | None) -> str:
    return "above the timeout" if value is None else f"{format_ms(value).strip()} ms"
