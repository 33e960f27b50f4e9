"""Medians of the phases of one target's probes."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaytop.monitor.window import RollingWindow

NEWEST = 1000
"""Samples of a window that are read at most. Few of them may have had to connect."""
STALE_SHARE = 0.01
"""Of those: when so many are new, they are read again. So each sample costs the same."""


class PhaseMedians:
    """Keeps the medians from one reading to the next."""

    def __init__(self) -> None:
        self._medians: dict[str, float] = {}
        self.counts: dict[str, int] = {}
        """Phase → the successes that had it, and `total`: all of them; as of the last reading."""
        self._read_at: tuple[int, int] | None = None

    def read_ms(self, window: RollingWindow) -> dict[str, float]:
        """Return phase → median over the window's successes that had it."""
        first, last = window.span
        stale = round(STALE_SHARE * min(NEWEST, last - first))
        before = self._read_at
        if before is None or max(abs(first - before[0]), abs(last - before[1])) > stale:
            self._read_at = first, last
            self._medians, self.counts = _medians(window)
        return self._medians


def _medians(window: RollingWindow) -> tuple[dict[str, float], dict[str, int]]:
    records = [record for record in window.newest(NEWEST) if record.ok]
    connected = [record for record in records if record.connected]  # few, as connections are kept
    waits = [record.wait_ms for record in records]
    transfers = [record.latency_ms - wait for record, wait in zip(records, waits, strict=True)]
    values = {
        "dns": [record.dns_ms for record in connected],
        "connect": [record.connect_ms for record in connected],
        "tls": [record.tls_ms for record in connected],
        "wait": waits,
        "transfer": transfers,
    }
    found: dict[str, float] = {}
    counts = {"total": len(records)}
    for name, each in values.items():
        if known := [value for value in each if not math.isnan(value)]:
            # The wait is kept in few bits, so the transfer of one piece may come out below 0.
            found[name], counts[name] = max(0.0, median(known)), len(known)
    return found, counts
