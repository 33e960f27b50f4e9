"""The rows of the table: which targets are listed, and in which order."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.tui.draw.limits import tightest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relaytop.monitor.source import Source
    from relaytop.monitor.summary import Distribution, Summary

WORST_FIRST = ("down", "degraded", "unknown", "paused", "up")


def _censored(figure: Distribution, name: str) -> float | None:
    if name in figure.censored:
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


def _negated(value: float | None) -> float | None:
    return None if value is None else -value


SORT_KEYS: Mapping[str, Callable[[Summary, float], float | None]] = {
    "status": lambda s, _now: -float(WORST_FIRST.index(s.status)),
    "p50": lambda s, _now: _censored(s.latency, "p50"),
    "p95": lambda s, _now: _censored(s.latency, "p95"),
    "p99": lambda s, _now: _censored(s.latency, "p99"),
    "ttft": lambda s, _now: _censored(s.ttft, "p50"),
    "tok_s": lambda s, _now: _negated(s.tok_s_p50),
    "error": lambda s, _now: s.error_rate,
    "age": _age_s,
    "since": lambda s, _now: s.since,
    "limit": lambda s, _now: _negated(_left(s)),
    "cost": lambda s, _now: s.total.cost_usd,
}
"""Column → the figure whose greatest is first: the slow, the failing, the scarce, the dear."""


@dataclass(frozen=True, slots=True)
class RowQuery:
    """The choice of the table's rows: a filter and an order."""

    words: str = ""
    """Only targets with all of these words in their name or status."""
    column: str | None = None
    """The key of the column that they are sorted by; None: as they are configured."""
    reverse: bool = False

    def list_targets(self, source: Source, now: float) -> list[str]:
        """Return the ids of the targets to list, in their order."""
        names = list(source.targets())
        words = self.words.lower().split()
        if words:
            names = [name for name in names if self._matches(source, name, now, words)]
        if self.column == "target":
            return sorted(names, reverse=self.reverse)
        if self.column is None:
            return names[::-1] if self.reverse else names
        sort_key = SORT_KEYS[self.column]
        values = {name: sort_key(source.summary(name, now), now) for name in names}
        known = [name for name in names if values[name] is not None]
        known.sort(key=lambda name: values[name] or 0.0, reverse=not self.reverse)
        return known + [name for name in names if values[name] is None]

    def sorted_by_next(self, columns: Sequence[str]) -> RowQuery:
        """Return the query sorted by the next of these columns; after the last as configured."""
        keys = [key for key in columns if key in SORT_KEYS or key == "target"]
        at = keys.index(self.column) + 1 if self.column in keys else 0
        return RowQuery(self.words, keys[at] if at < len(keys) else None)

    @staticmethod
    def _matches(source: Source, name: str, now: float, words: Sequence[str]) -> bool:
        text = name.lower()
        missing = [word for word in words if word not in text]
        return not missing or all(word in source.summary(name, now).status for word in missing)
