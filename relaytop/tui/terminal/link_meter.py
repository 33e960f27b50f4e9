"""What goes over the link to a terminal, and for how long it took nothing."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SPAN_S = 10.0
"""Seconds that the figures are taken over."""


class LinkMeter:
    """Counts the bytes of the last seconds and the time in which the terminal took none.

    Times are seconds of any steady clock.
    """

    def __init__(self) -> None:
        self._sent: deque[tuple[float, int]] = deque()
        self._stalls: deque[tuple[float, float]] = deque()
        self._stalled_at: float | None = None

    def sent(self, count: int, now_s: float) -> None:
        """Count bytes that the terminal took."""
        self._forget(now_s)
        self._sent.append((now_s, count))

    def stalled(self, now_s: float) -> None:
        """Note that the terminal takes nothing more for now."""
        if self._stalled_at is None:
            self._stalled_at = now_s

    def drained(self, now_s: float) -> float:
        """Note that the terminal has taken all; return for how many seconds it was behind."""
        began_s, self._stalled_at = self._stalled_at, None
        if began_s is None:
            return 0.0
        self._stalls.append((began_s, now_s))
        return now_s - began_s

    def bytes_s(self, now_s: float) -> float:
        """Return the bytes per second over the last seconds."""
        self._forget(now_s)
        return sum(count for _at, count in self._sent) / SPAN_S

    def stalled_s(self, now_s: float) -> float:
        """Return for how many of the last seconds the terminal was behind."""
        self._forget(now_s)
        begin_s = now_s - SPAN_S
        return sum(end - max(start, begin_s) for start, end in self._every_stall(now_s))

    def _every_stall(self, now_s: float) -> Iterator[tuple[float, float]]:
        yield from self._stalls
        if self._stalled_at is not None:
            yield self._stalled_at, now_s

    def _forget(self, now_s: float) -> None:
        while self._sent and self._sent[0][0] <= now_s - SPAN_S:
            self._sent.popleft()
        while self._stalls and self._stalls[0][1] <= now_s - SPAN_S:
            self._stalls.popleft()
