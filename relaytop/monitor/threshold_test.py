"""The window's thresholds, by a binomial test: chance alone breaks none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.monitor.binomial import critical_count
from relaytop.monitor.record import OK, UNMEASURED
from relaytop.monitor.window import TIMEOUTS

if TYPE_CHECKING:
    from collections.abc import Collection

    from relaytop.config.settings import Thresholds
    from relaytop.monitor.record import Record
    from relaytop.monitor.ring_buffer import RingBuffer

LEVEL = 0.01
"""A threshold is broken where so many beyond it were less likely than this at the threshold."""
LEVEL_AGAIN = 0.001
"""As `LEVEL`, soon after an incident."""
DEAD_BAND = 0.8
"""It is kept again from this part of the share that may lie beyond it."""
P95_NEEDS = 20
"""Samples that carry a P95."""
ENOUGH = 5
"""Samples that carry an error rate or a median."""


@dataclass(slots=True)
class _Share:
    """Samples beyond a limit, of how many."""

    n: int = 0
    beyond: int = 0

    def count(self, sign: int, *, beyond: bool) -> None:
        self.n += sign
        self.beyond += sign * beyond

    def with_timeouts(self, timeouts: int) -> _Share:
        """Return it with what was cut off; itself where there is nothing else."""
        return _Share(self.n + timeouts, self.beyond + timeouts) if self.n else self

    def broken(self, share: float, needs: int, level: float, *, before: bool) -> bool:
        """Return whether more than `share` lie beyond; `before`: whether that was so before."""
        if before and self.beyond > DEAD_BAND * share * self.n:
            return True
        if self.n < needs or self.beyond <= share * self.n:
            return False
        return self.beyond >= critical_count(self.n, share, level)


class ThresholdTest:
    """The probes beyond each threshold, from one sample of a ring on.

    Args:
        ring: Where the samples are.
        limits: The thresholds.
        first: The serial number of the oldest sample that counts.
    """

    def __init__(self, ring: RingBuffer, limits: Thresholds, first: int) -> None:
        self._ring = ring
        self.limits = limits
        self.first = first
        self._latency, self._ttft, self._gap, self._errors = (_Share() for _ in range(4))
        self._timeouts = 0
        """They are beyond any limit of a latency; of a TTFT too, where any is known."""
        for record in ring.since(first):
            self._count(record, 1)

    def add(self, record: Record) -> None:
        """Count the sample that was just appended to the ring."""
        self._count(record, 1)

    def drop_before(self, first: int) -> None:
        """Leave out the samples before a serial number; the ring must still have them."""
        while self.first < first:
            self._count(self._ring.get(self.first), -1)
            self.first += 1

    def _count(self, record: Record, sign: int) -> None:
        outcome = record.outcome
        if outcome in UNMEASURED:
            return
        limits, timeout = self.limits, outcome in TIMEOUTS
        self._timeouts += sign * timeout
        self._errors.count(sign, beyond=outcome != OK)
        if outcome != OK:
            return
        self._latency.count(sign, beyond=record.latency_ms > limits.p95_ms)
        if record.ttft_ms >= 0:  # not of NaN
            self._ttft.count(sign, beyond=record.ttft_ms > limits.ttft_ms)
        if record.gap_ms >= 0:
            self._gap.count(sign, beyond=record.gap_ms > limits.gap_ms)

    def broken(self, before: Collection[str], *, again: bool = False) -> dict[str, float]:
        """Return the thresholds that are broken, each with the share that lies beyond it.

        Args:
            before: Those that were: they are kept again only with the dead band.
            again: Whether an incident has just ended.
        """
        level = LEVEL_AGAIN if again else LEVEL
        rate = self.limits.error_rate
        tests = (
            ("p95", self._latency.with_timeouts(self._timeouts), 0.05, P95_NEEDS),
            ("ttft", self._ttft.with_timeouts(self._timeouts), 0.5, ENOUGH),
            ("error_rate", self._errors, rate, ENOUGH),
            ("gap", self._gap, 0.05, P95_NEEDS),
        )
        return {
            name: share.beyond / share.n
            for name, share, rate, needs in tests
            if share.broken(rate, needs, level, before=name in before)
        }
