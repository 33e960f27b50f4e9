"""The open-loop schedule of probes: a fixed cadence per target, phases spread evenly."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass

FIRST_ROUND_S = 1.0
"""The first probes are spread over at most this, so that figures come soon."""
GOLDEN = (math.sqrt(5) - 1) / 2
"""Multiples of it, modulo 1, keep the largest gap small for any number of targets."""


@dataclass(slots=True)
class _Entry:
    interval_s: float
    phase: float
    """Share of the interval at which this target's ticks lie."""
    due_at: float
    queued: int = 0
    """The serial number of its valid entry in the heap; earlier ones are stale."""


class Schedule:
    """Keeps every target's next due time; pure, in seconds of any steady clock.

    The first round is spread over a second, then each target keeps its own phase: the k-th
    target's ticks lie at k × the golden ratio of its interval.
    """

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._queue: list[tuple[float, int, str]] = []
        self._count = 0
        self._serial = 0

    def add(self, target: str, interval_s: float, now: float) -> None:
        """Begin a target's cadence; its first probe is due within a second."""
        phase = (self._count * GOLDEN) % 1.0
        self._count += 1
        entry = _Entry(interval_s, phase, now + phase * min(interval_s, FIRST_ROUND_S))
        self._entries[target] = entry
        self._push(target, entry)

    def remove(self, target: str) -> None:
        """End a target's cadence."""
        self._entries.pop(target, None)

    def set_interval(self, target: str, interval_s: float, now: float) -> None:
        """Change a target's cadence; its next probe keeps the new phase."""
        entry = self._entries[target]
        entry.interval_s = interval_s
        entry.due_at = self._tick_after(entry, now)
        self._push(target, entry)

    def next_due(self) -> float | None:
        """Return when the next target is due; None without targets."""
        while self._queue:
            due_at, serial, target = self._queue[0]
            entry = self._entries.get(target)
            if entry is not None and entry.queued == serial:
                return due_at
            heapq.heappop(self._queue)
        return None

    def pop_due(self, now: float) -> list[tuple[str, float, int]]:
        """Return the due targets as (target, due time, ticks missed before it), and advance them.

        After a stall of the whole machine a target is due once, at its newest tick; the ticks
        before it were missed.
        """
        found: list[tuple[str, float, int]] = []
        while (at := self.next_due()) is not None and at <= now:
            _at, _serial, target = heapq.heappop(self._queue)
            entry = self._entries[target]
            missed = 0
            due_at = entry.due_at
            late = math.floor((now - due_at) / entry.interval_s)
            if late > 0:
                missed = late
                due_at += late * entry.interval_s
            found.append((target, due_at, missed))
            entry.due_at = self._tick_after(entry, due_at)
            self._push(target, entry)
        return found

    def _tick_after(self, entry: _Entry, at: float) -> float:
        """Return the first tick of the entry's grid at least half an interval after `at`."""
        interval, offset = entry.interval_s, entry.phase * entry.interval_s
        earliest = at + interval / 2
        return math.ceil((earliest - offset) / interval) * interval + offset

    def _push(self, target: str, entry: _Entry) -> None:
        self._serial += 1
        entry.queued = self._serial
        heapq.heappush(self._queue, (entry.due_at, self._serial, target))
