"""Keeping `max_rpm`: a sliding minute for all models of a provider, and nobody starved in it."""

from __future__ import annotations

from collections import deque

MINUTE_S = 60.0


class RateLimiter:
    """A provider's queue of targets that are due.

    Probes go as they come while half of the minute's requests are left, then evenly spaced; in
    any minute there are never more than allowed. Who waits longest is next. All times are
    seconds of one steady clock.

    Args:
        max_rpm: Requests in any sixty seconds; None: as many as come.
    """

    def __init__(self, max_rpm: int | None) -> None:
        self._max = max_rpm
        self._sent: deque[float] = deque()
        self._queue: dict[str, float] = {}
        """Target → when it was due."""

    def add(self, target: str, due_at: float) -> bool:
        """Queue a target; False where it waits already, from its last due time."""
        if target in self._queue:
            return False
        self._queue[target] = due_at
        return True

    def remove(self, target: str) -> None:
        """Take a target out of the queue."""
        self._queue.pop(target, None)

    def sent(self, now: float) -> None:
        """Count a request."""
        if self._max is not None:
            self._sent.append(now)

    @property
    def waiting(self) -> list[tuple[float, str]]:
        """Who waits, as (since when, target), longest first."""
        return [(due_at, target) for target, due_at in self._queue.items()]

    def free_at(self, now: float) -> float:
        """Return when the next request may go; `now` or before: at once."""
        if self._max is None:
            return now
        while self._sent and self._sent[0] <= now - MINUTE_S:
            self._sent.popleft()
        if len(self._sent) >= self._max:
            return self._sent[0] + MINUTE_S
        if len(self._sent) * 2 < self._max:
            return now
        return self._sent[-1] + MINUTE_S / self._max
