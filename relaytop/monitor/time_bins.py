"""One target's samples by spans of time, for sparklines and charts."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from relaytop.monitor.record import UNMEASURED
from relaytop.monitor.source import Bin

if TYPE_CHECKING:
    from relaytop.monitor.ring_buffer import RingBuffer


class TimeBins:
    """Bins of one width, kept from one reading to the next.

    Args:
        ring: Where the samples are.
    """

    def __init__(self, ring: RingBuffer) -> None:
        self._ring = ring
        self._start = 0.0
        self._bins: list[Bin] = []
        self._count = -1
        self._disorder = 0
        self._whole = 0
        """Bins from the first on that no further sample changes."""

    def read(self, start: float, bin_s: float, n: int) -> list[Bin]:
        """Return `n` bins of `bin_s` seconds from `start` (Unix seconds) on, oldest first."""
        if self._count == self._ring.count and self._start == start:
            return self._bins
        shift = round((start - self._start) / bin_s)
        keep: list[Bin] = []
        if self._bins and 0 <= shift < n and self._disorder == self._ring.disorder:
            keep = self._bins[shift : max(shift, self._whole)]
        self._bins = keep + self._counted(start + len(keep) * bin_s, bin_s, n - len(keep))
        self._start, self._count = start, self._ring.count
        self._disorder = self._ring.disorder
        newest_at = self._ring.newest_at
        # What comes ends after the newest sample, whose bin may still fill, as may one at its edge.
        newest = int((newest_at - start) / bin_s) if newest_at is not None else 0
        self._whole = max(0, min(n, newest - 1))
        return self._bins

    def _counted(self, start: float, bin_s: float, n: int) -> list[Bin]:
        values: list[list[float]] = [[] for _ in range(n)]
        failed = [0] * n
        for record in self._ring.since(self._ring.first_after(start)):
            index = int((record.at - start) / bin_s)
            if not 0 <= index < n or record.outcome in UNMEASURED:
                continue
            if record.ok:
                values[index].append(record.latency_ms)
            else:
                failed[index] += 1
        return [
            Bin(len(found), bad, median(found), max(found)) if found else Bin(0, bad)
            for found, bad in zip(values, failed, strict=True)
        ]
