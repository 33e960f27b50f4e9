"""How late this machine reads what has arrived: whether it is busy."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Literal

from relaytop.monitor.record import LATE

if TYPE_CHECKING:
    from collections.abc import Iterable

SPAN_S = 60.0
MAX_READS = 6000
"""Reads that are looked at, the newest."""
ENOUGH = 10
"""Reads within the span from which on they say something."""
BUSY_MS = 5.0
"""From this P99 on the machine is busy …"""
CALM_MS = 2.5
"""… and below this no longer."""
EVERY_S = 1.0


class Lateness:
    """Keeps the lateness of the last minute's reads, over all targets."""

    def __init__(self) -> None:
        self.busy_ms: float | None = None
        """The P99 of the last minute while the machine is busy; None while it is not."""
        self._reads: deque[tuple[float, float]] = deque(maxlen=MAX_READS)
        self._judged_at: float | None = None

    def record(self, now: float, late_ms: float) -> None:
        """Keep the lateness of one probe's reads, as the ring buffers keep it."""
        self._reads.append((now, LATE.decode(LATE.encode(late_ms))))

    def restore(self, others: Iterable[tuple[float, float]], busy_ms: float | None) -> None:
        """Go on from what another process saw, as (Unix seconds, milliseconds)."""
        self._reads = deque(sorted([*self._reads, *others]), MAX_READS)
        self.busy_ms = busy_ms

    def judge(self, now: float) -> Literal["began", "ended"] | None:
        """Decide whether the machine is busy, at most once a second; return what that changed."""
        if self._judged_at is not None and 0 <= now - self._judged_at < EVERY_S:
            return None
        self._judged_at = now
        while self._reads and self._reads[0][0] < now - SPAN_S:
            self._reads.popleft()
        late = sorted(late_ms for _at, late_ms in self._reads)
        # Not the latest of few: one late read is chance.
        p99 = late[int(0.99 * (len(late) - 1))] if late else 0.0
        before = self.busy_ms is not None
        busy = p99 >= CALM_MS if before else p99 >= BUSY_MS and len(late) >= ENOUGH
        self.busy_ms = p99 if busy else None
        if busy == before:
            return None
        return "began" if busy else "ended"
