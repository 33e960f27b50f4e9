"""The quick rule: 3 of the last 10 probes bad, by what is usual for the target."""

from __future__ import annotations

from dataclasses import dataclass

from relaytop.monitor.usual_latency import ENOUGH, LEAST_SPAN, MOST_LOG, SPAN_S

COUNT = 10
"""Probes that the short window holds."""
FAILED, SLOW, OUTLIER, LATE = 1, 2, 4, 8
"""Marks of a probe: it failed; latency or gap over the threshold; far slower than its own hour;
TTFT over the threshold, which is one for the median."""
BAD = FAILED | SLOW
ALL_MARKS = FAILED | SLOW | OUTLIER | LATE
NEEDED = 3
"""So many bad ones of the last ten are too many …"""
FEW = 0.002
"""… 2, where at most so many of its own hour were bad …"""
MANY = (0.01, 0.006, 0.006)
"""… and 4, where more than so many were; for each of `KINDS`."""
CERTAIN = 300
"""Probes that say that few are over a threshold: failures are rarer in calm, fewer say so."""
KINDS = (FAILED, BAD, OUTLIER)
"""Each kind is compared with how often it is usual."""


# The annotations are read when it is decoded from a message: it is handed over as it is.
@dataclass(slots=True)
class RecentProbes:
    """The marks of the last ten probes, and how often each kind was marked in the hour before."""

    marks: tuple[int, ...] = ()
    """Oldest first, at most ten."""
    logs: tuple[float, ...] = ()
    """The logarithm of each one's latency in milliseconds; negative infinity would be no JSON, so
    0 where it failed."""
    n: int = 0
    """Probes that the rates are of."""
    rates: tuple[float, ...] = (0.0, 0.0, 0.0)
    """Of each of `KINDS` in its own last hour, 0 to 1."""

    def is_consistent(self) -> bool:
        """Return whether its figures can belong together."""
        return (
            len(self.marks) == len(self.logs) <= COUNT
            and all(mark <= ALL_MARKS for mark in self.marks)
            and all(abs(log) <= MOST_LOG for log in self.logs)
            and len(self.rates) == len(KINDS)
            and all(0 <= rate <= 1 for rate in self.rates)
        )

    def record(self, mark: int, log_ms: float) -> tuple[int, float] | None:
        """Add a probe; return the one that leaves for it."""
        left = (self.marks[0], self.logs[0]) if len(self.marks) == COUNT else None
        self.marks = (*self.marks, mark)[-COUNT:]
        self.logs = (*self.logs, log_ms)[-COUNT:]
        return left

    def absorb(self, mark: int, interval_s: float) -> None:
        """Let a probe that has left count for what is usual."""
        self.n += 1
        weight = max(1.0 / self.n, 1.0 / max(LEAST_SPAN, SPAN_S / interval_s))
        self.rates = tuple(
            rate + weight * ((mark & kind > 0) - rate)
            for rate, kind in zip(self.rates, KINDS, strict=True)
        )

    def keep_newest(self, count: int) -> None:
        """Forget all of them but the newest."""
        first = max(0, len(self.marks) - count)
        self.marks, self.logs = self.marks[first:], self.logs[first:]

    def forget_usual(self) -> None:
        """Forget how often each kind was usual."""
        self.n, self.rates = 0, (0.0,) * len(KINDS)

    def count(self, kind: int) -> int:
        """Return how many of them have any of these marks."""
        return sum(mark & kind > 0 for mark in self.marks)

    @property
    def failing(self) -> bool:
        """Whether at least half of them failed."""
        return 2 * self.count(FAILED) >= len(self.marks)

    @property
    def all_late(self) -> bool:
        """Whether all ten had their first token over its threshold."""
        return self.count(LATE) == COUNT

    def too_many(self, kind: int, *, clustered: bool = False, again: bool = False) -> bool:
        """Return whether too many of them are of a kind.

        Args:
            kind: One of `KINDS`, or `SLOW`, which is compared with what is usual of `BAD`.
            clustered: Whether they come in clusters: it takes one more then.
            again: Whether an incident has just ended: where they are not rare, it takes one more.
        """
        place = KINDS.index(BAD if kind == SLOW else kind)
        rate = self.rates[place]
        known = self.n >= ENOUGH
        needed = NEEDED + clustered
        if known and rate <= FEW and (kind in {FAILED, OUTLIER} or self.n >= CERTAIN):
            needed -= 1
        else:
            needed += again + (known and rate > MANY[place])
        return self.count(kind) >= needed
