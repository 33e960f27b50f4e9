"""Probes that were due and not sent: how long each would have waited at the most.

As many probes are in flight as may be while a target stalls; what is due beyond that is skipped,
until the stall ends. So the last of a run was due within an interval of that end, the one before it
within two, and so on (coordinated omission, as HdrHistogram corrects it).
"""

from __future__ import annotations

from array import array
from collections import Counter
from itertools import accumulate


class SkippedWaits:
    """The skipped probes of a window, by runs.

    Args:
        interval_ms: The target's cadence, which spaces the probes of a run.
        timeout_ms: The deadline: no probe waits for longer.
    """

    def __init__(self, interval_ms: float, timeout_ms: float) -> None:
        self.interval_ms = interval_ms
        self.timeout_ms = timeout_ms
        self._runs: Counter[int] = Counter()
        """Length of a run that ended with its stall → number of such runs."""
        self.unbounded = 0
        """Probes of runs whose stall outlasted the deadline or goes on: they may have timed out."""
        self._count = 0

    def __len__(self) -> int:
        """Return the number of skipped probes."""
        return self._count

    def change(self, run: int, number: int, *, ended: bool) -> None:
        """Add `number` runs of `run` probes each, or remove them where it is negative."""
        self._count += run * number
        if ended:
            self._runs[run] += number
        else:
            self.unbounded += run * number

    def copy(self) -> SkippedWaits:
        """Return another with the same runs."""
        other = SkippedWaits(self.interval_ms, self.timeout_ms)
        other._runs.update(self._runs)
        other.unbounded, other._count = self.unbounded, self._count
        return other

    def waits_ms(self, usual_ms: float) -> tuple[array[float], array[int]]:
        """Return the waits in ascending order, and how many probes waited at most so long.

        Args:
            usual_ms: The time of an answer once the stall is over.
        """
        longest = max((run for run, number in self._runs.items() if number > 0), default=0)
        waits_ms, probes = array("d"), []
        for place in range(1, longest + 1):
            waits_ms.append(min(place * self.interval_ms + usual_ms, self.timeout_ms))
            probes.append(sum(number for run, number in self._runs.items() if run >= place))
        return waits_ms, array("q", accumulate(probes))
