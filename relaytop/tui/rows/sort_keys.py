"""The figure by which each column orders the rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from relaytop.monitor.why import why
from relaytop.tui.draw.limits import tightest
from relaytop.wire.facts import ERROR_CLASSES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relaytop.monitor.summary import Distribution, Summary


def _censored(figure: Distribution, name: str) -> float | None:
    bucket = figure.bucket_of(name)
    if name in figure.censored or (bucket is not None and bucket[1] is None):
        return math.inf
    bounds = figure.range_of(name)
    if bounds is not None:
        return math.inf if bounds[1] is None else bounds[1]
    value: float | None = getattr(figure, name)
    return value


def _age_s(s: Summary, now: float) -> float | None:
    moments = [at for at in (s.last_at, s.running_since) if at is not None]
    return now - min(moments) if moments else None


def _left(s: Summary) -> float | None:
    found = tightest(s)
    if found is None or found.remaining is None:
        return None
    return found.remaining / found.limit if found.limit else float(found.remaining)


def _class(s: Summary, _now: float) -> float | None:
    word = why(s)
    if word is None:
        return None
    return -float(ERROR_CLASSES.index(word)) if word in ERROR_CLASSES else -math.inf


def _negated(value: float | None) -> float | None:
    return None if value is None else -value


SORT_KEYS: Mapping[str, Callable[[Summary, float], float | None]] = {
    "p50": lambda s, _now: _censored(s.latency, "p50"),
    "p95": lambda s, _now: _censored(s.latency, "p95"),
    "users": lambda s, _now: None if s.traffic is None else _censored(s.traffic.latency, "p95"),
    "p99": lambda s, _now: _censored(s.latency, "p99"),
    "ttft": lambda s, _now: _censored(s.ttft, "p50"),
    "tok_s": lambda s, _now: _negated(s.tok_s_p50),
    "error": lambda s, _now: s.error_rate,
    "why": _class,
    "age": _age_s,
    "since": lambda s, _now: s.since,
    "limit": lambda s, _now: _negated(_left(s)),
    "cost": lambda s, _now: s.total.cost_usd,
}
"""Column → the figure whose greatest is first: the slow, the failing, the scarce, the dear.

The columns `status` and `target` order by more than a figure: the worst first, and by name.
"""
SORTABLE = ("status", "target", *SORT_KEYS)
"""The columns by which rows can be sorted."""
