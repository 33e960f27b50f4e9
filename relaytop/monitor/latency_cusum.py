"""The CUSUM of log latency: notices that a target is slower than its own last hour."""

from __future__ import annotations

import math
from dataclasses import dataclass

from relaytop.monitor.usual_latency import MOST_SIGMAS, UsualLatency

ALLOWANCE = 1.0
"""Sigmas by which a sample may be slow without counting: k."""
LIMIT = 4.4
"""The sum that is an alarm, for samples without memory: h."""
MEMORY_EXPONENT = 0.78
"""Growth of the limit with the variance that memory adds to a sum (measured at lag 1
of 0, 0.3, 0.5 and 0.8)."""
SPAN = 8.0
"""From the greatest sum that is kept to the one at which an alarm ends."""
SPAN_ABOVE = 0.35
"""The part of that span that lies above the limit."""

MOST_SUM = 1000.0
"""No sum comes near it, whatever the memory."""


# The annotations are read when it is decoded from a message: it is handed over as it is.
@dataclass(slots=True)
class LatencyCusum:
    """A one-sided sum of deviations (Page, 1954), k 1 and h 4.4 or more."""

    value: float = 0.0
    alarmed: bool = False
    shifted: bool = False
    """Whether the sum was as great as it can be: the level has moved, not the tail alone."""
    rising: bool = False
    """Whether it is alarmed, and the newest sample did not lower the sum to half of its limit."""
    alarmed_at: float = 0.0
    """Unix seconds of the alarm."""

    def is_consistent(self) -> bool:
        """Return whether its sum is one that it can reach."""
        return 0 <= self.value <= MOST_SUM

    def record(self, log_ms: float, usual: UsualLatency, now: float) -> None:
        """Add a successful probe's latency.

        Args:
            log_ms: The logarithm of its milliseconds.
            usual: What it is compared with.
            now: Unix seconds.
        """
        if not usual.known:
            return
        inflation = usual.inflation
        limit = LIMIT * inflation**MEMORY_EXPONENT
        span = SPAN * math.sqrt(inflation)
        most = limit + SPAN_ABOVE * span
        sigmas = max(-MOST_SIGMAS, min(MOST_SIGMAS, usual.deviation(log_ms)))
        self.value = max(0.0, min(most, self.value + sigmas - ALLOWANCE))
        if self.value >= limit and not self.alarmed:
            self.alarmed, self.alarmed_at = True, now
        elif self.value <= max(0.0, most - span):
            self.alarmed = self.shifted = False
        self.shifted = self.shifted or self.value >= most
        self.rising = self.alarmed and self.value > most - span / 2

    def reset(self) -> None:
        """Begin anew."""
        self.value, self.alarmed, self.shifted, self.rising = 0.0, False, False, False
