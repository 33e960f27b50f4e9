"""The rate limiter for `max_rpm`: a sliding window over all models of a provider."""

from __future__ import annotations

from collections import deque

MINUTE_S = 60.0


class RateLimiter:
    """A provider's queue of due targets.

    Probes start at once while half of the minute's requests are left, then evenly spaced; no
    minute ever holds more than allowed. The target that waits longest is next. All times are
    seconds of one steady clock.

    Args:
        max_rpm: Requests in any sixty seconds; None: unlimited.
    """

    def __init__(self, max_rpm: int | None) -> None:
        self._max = max_rpm
        self._sent: deque[float] = deque()
        self._queue: dict[str, float] = {}
        """Target → when it was due."""

    def add(self, target: str, due_at: float) -> bool:
        """Queue a target; False if it is queued already."""
        if target in self._queue:
            return False
        self._queue[target] = due_at
        return True

    def remove(self, target: str) -> None:
        """Remove a target from the queue."""
        self._queue.pop(target, None)

    def record_request(self, now: float) -> None:
        """Record that a request was sent."""
        if self._max is not None:
            self._sent.append(now)

    @property
    def queued(self) -> list[tuple[float, str]]:
        """The queued targets as (when it was due, target), in order of arrival."""
        return [(due_at, target) for target, due_at in self._queue.items()]

    def next_slot(self, now: float) -> float:
        """Return when the next request may be sent; `now` or before: at once."""
        if self._max is None:
            return now
        while self._sent and self._sent[0] <= now - MINUTE_S:
            self._sent.popleft()
        if len(self._sent) >= self._max:
            return self._sent[0] + MINUTE_S
        if len(self._sent) * 2 < self._max:
            return now
        return self._sent[-1] + MINUTE_S / self._max
