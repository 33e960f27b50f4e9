"""The values of a window in order, so that a percentile is a look-up."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right, insort
from typing import TYPE_CHECKING

from relaytop.monitor.summary import Distribution

if TYPE_CHECKING:
    from relaytop.monitor.skipped import SkippedWaits

SHARES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


class SortedWindow:
    """Values in ascending order, as float32.

    What goes in must be the rounded value that the ring kept: eviction looks a value up again.
    """

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values = array("f")

    def __len__(self) -> int:
        """Return the number of values."""
        return len(self._values)

    def add(self, value: float) -> None:
        """Insert a value."""
        insort(self._values, value)

    def remove(self, value: float) -> None:
        """Remove a value that is in it."""
        del self._values[bisect_left(self._values, value)]

    def count_above(self, value: float) -> int:
        """Return how many values are greater."""
        return len(self._values) - bisect_right(self._values, value)

    def percentile(self, share: float, timeouts: int = 0) -> float | None:
        """Return a percentile, linear-interpolated; None of nothing, or above the deadline.

        Args:
            share: 0 to 1.
            timeouts: Probes that were cut off, which rank above all values.
        """
        n = len(self._values)
        total = n + timeouts
        if not n or is_censored(share, n, timeouts):
            return None
        return self._interpolated(share * (total - 1))

    def _interpolated(self, rank: float) -> float:
        """Return what lies at a rank from 0 on; the last value where the next is cut off."""
        values = self._values
        low = min(max(0, int(rank)), len(values) - 1)
        below = values[low]
        if low + 1 >= len(values) or rank <= 0:
            return below
        return below + (values[low + 1] - below) * (rank - low)

    def distribution(self, timeouts: int = 0, skipped: SkippedWaits | None = None) -> Distribution:
        """Return min, mean, max and percentiles.

        Args:
            timeouts: Probes that were cut off, which rank above all values. Where they are more
                than 1 − p of all, the p-th percentile lies above the deadline: it is absent and
                `censored`.
            skipped: Probes that were due and not sent; None: none were.
        """
        n = len(self._values)
        censored = frozenset(s for s, share in SHARES.items() if is_censored(share, n, timeouts))
        if not n:
            return Distribution(censored=censored)
        p50, p95, p99 = (self.percentile(share, timeouts) for share in SHARES.values())
        return Distribution(
            n=n,
            min=self._values[0],
            mean=sum(self._values) / n,
            p50=p50,
            p95=p95,
            p99=p99,
            max=self._values[-1],
            censored=censored,
            bounds={} if skipped is None else self._bounds(timeouts, skipped),
        )

    def _bounds(
        self, timeouts: int, skipped: SkippedWaits
    ) -> dict[str, tuple[float | None, float | None]]:
        """Return between which values each percentile lies, whatever was skipped.

        At the least, each skipped probe would have been as fast as the fastest; at the most, it
        would have waited for the stall to end.
        """
        n, bounds = len(self._values), {}
        waits_ms = skipped.waits_ms(self.percentile(0.5) or 0.0)
        cut = timeouts + skipped.unbounded
        total = n + timeouts + len(skipped)
        for name, share in SHARES.items():
            low = high = None
            if not is_censored(share, n + len(skipped), timeouts):
                low = self._interpolated(share * (total - 1) - len(skipped))
            if not is_censored(share, total - cut, cut):
                high = self._merged_at(int(share * (total - 1)), waits_ms)
            bounds[name] = (low, high)
        return bounds

    def _merged_at(self, rank: int, weighted: tuple[array[float], array[int]]) -> float:
        """Return the value at a whole rank among the values and waits of so many probes each.

        Args:
            rank: From 0 on.
            weighted: Waits in ascending order, and how many probes waited at most so long.
        """
        values, (waits_ms, counts) = self._values, weighted

        def at_most(value: float) -> int:
            waiting = bisect_right(waits_ms, value)
            return bisect_right(values, value) + (counts[waiting - 1] if waiting else 0)

        candidates = []
        for sequence in (values, waits_ms):
            place = bisect_right(sequence, rank, key=at_most)
            if place < len(sequence):
                candidates.append(sequence[place])
        return min(candidates, default=values[-1])


def is_censored(share: float, n: int, timeouts: int) -> bool:
    """Return whether a percentile of `n` values and so many above them lies above the deadline."""
    total = n + timeouts
    if not timeouts:
        return False
    return timeouts > (1 - share) * total or int(share * (total - 1)) >= n
