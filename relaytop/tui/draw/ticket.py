"""Texts to take along: one target's state for a ticket, all targets' in one line for a chat."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import relaytop
from relaytop.config.durations import format_window
from relaytop.config.steady_clock import STEADY
from relaytop.monitor.number_format import (
    format_age,
    format_censored,
    format_ms,
    format_percent,
)
from relaytop.monitor.why import why
from relaytop.wire.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Window
    from relaytop.monitor.summary import Distribution, Summary

MAX_LINE = 4000
MAX_NAMES = 8
"""Names of targets or providers in the line for all."""


def ticket(s: Summary, window: Window, now: float, host: str) -> str:
    """Return a target's state, its figures, its last error and the request id, a line each.

    Args:
        s: The target.
        window: What its figures cover.
        now: Steady Unix seconds.
        host: The machine that probes.
    """
    state = f"{s.target}: {s.status}"
    if s.status != "unknown":
        state += f" since {_moment(s.since)} ({format_age(now - s.since)})"
    if (cause := why(s)) is not None:
        state += f": {cause}"
    lines = [safe(state, (), MAX_LINE), _figures(s, window)]
    if s.last_error is not None:
        error = s.last_error
        message = f": {safe(error.message, ())}" if error.message else ""
        lines.append(f"last error: {error.error_class} at {_moment(error.at)}{message}")
        if error.request_id:
            lines.append(f"request id: {safe(error.request_id, ())}")
    lines.append(f"relaytop {relaytop.__version__} on {safe(host, ())}, {_moment(now)}")
    return "\n".join(lines)


def _figures(s: Summary, window: Window) -> str:
    figures = [f"{name.upper()} {text}" for name in ("p50", "p95") if (text := _latency(s, name))]
    if s.error_rate is not None:
        failed = s.requests - s.ok
        percent = format_percent(s.error_rate)
        figures.append(f"errors {percent} % ({failed} of {s.requests})")
    covers = f"last {format_window(window)}"
    return f"{', '.join(figures)}, {covers}" if figures else f"no finished probe, {covers}"


def _latency(s: Summary, name: str) -> str | None:
    latency: Distribution = s.latency
    if name in latency.censored:
        return format_censored(s.timeout_ms)
    value: float | None = getattr(latency, name)
    sign = "≈" * latency.approximate
    return None if value is None else f"{sign}{format_ms(value)} ms"


def one_line(summaries: Sequence[Summary]) -> str:
    """Return the state of all: `3 of 8 down since 15:22 UTC: holysheep/* rate_limited, …`."""
    counts = Counter(s.status for s in summaries)
    parts = []
    for status in ("down", "degraded"):
        affected = [s for s in summaries if s.status == status]
        if affected:
            since = _moment(min(s.since for s in affected))[11:16]
            names = _names(affected, summaries)
            parts.append(f"{len(affected)} of {len(summaries)} {status} since {since} UTC: {names}")
    if not parts:
        parts.append(f"{counts['up']} of {len(summaries)} up")
    parts += [f"{counts[each]} {each}" for each in ("paused", "unknown") if counts[each]]
    return safe("; ".join(parts), (), MAX_LINE)


def _names(affected: Sequence[Summary], summaries: Sequence[Summary]) -> str:
    """Return who is affected and why; `provider/*` where all of one are, for one reason."""
    watched = Counter(s.provider for s in summaries)
    members: dict[str, dict[str, str]] = {}
    for s in affected:
        members.setdefault(s.provider, {})[s.target] = why(s) or s.status
    found: list[str] = []
    for provider, reasons in members.items():
        distinct = set(reasons.values())
        if 1 < len(reasons) == watched[provider] and len(distinct) == 1:
            found.append(f"{provider}/* {distinct.pop()}")
        else:
            found += [f"{target} {reason}" for target, reason in reasons.items()]
    more = len(found) - MAX_NAMES
    return ", ".join(found[:MAX_NAMES]) + (f" and {more} more" if more > 0 else "")


def _moment(at: float) -> str:
    """Return steady Unix seconds in UTC, as the system's clock shows them."""
    return f"{datetime.fromtimestamp(STEADY.to_wall(at), UTC):%Y-%m-%d %H:%M:%S} UTC"
