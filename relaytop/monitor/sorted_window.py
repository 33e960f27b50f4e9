"""The values of a window in order, so that a percentile is a look-up."""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort

from relaytop.monitor.summary import Distribution


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

    def percentile(self, share: float) -> float | None:
        """Return a percentile, linear-interpolated; None of nothing."""
        values = self._values
        if not values:
            return None
        rank = share * (len(values) - 1)
        low = int(rank)
        below = values[low]
        if low + 1 >= len(values):
            return below
        return below + (values[low + 1] - below) * (rank - low)

    def distribution(self, timeouts: int = 0) -> Distribution:
        """Return min, mean, max and percentiles.

        Args:
            timeouts: Probes that a deadline cut off. Where they are more than 1 − p of all, the
                p-th percentile lies above the deadline: it is absent and `censored`.
        """
        n = len(self._values)
        total = n + timeouts
        censored = frozenset(
            name for name, share in SHARES.items() if timeouts and timeouts > (1 - share) * total
        )
        if not n:
            return Distribution(censored=censored)
        found = {
            name: None if name in censored else self.percentile(share)
            for name, share in SHARES.items()
        }
        return Distribution(
            n=n,
            min=self._values[0],
            mean=sum(self._values) / n,
            max=self._values[-1],
            censored=censored,
            **found,
        )


SHARES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
