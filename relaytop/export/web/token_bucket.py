"""A token bucket: so many at once, then one each interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class TokenBucket:
    """Allows what comes seldom enough.

    Args:
        interval_s: Seconds after which one more is allowed; above 0.
        burst: How many are allowed at once.
        clock: Seconds that only grow.
    """

    def __init__(self, interval_s: float, burst: int, clock: Callable[[], float]) -> None:
        self._interval_s = interval_s
        self._burst = burst
        self._clock = clock
        self._left = float(burst)
        self._at = clock()

    def take(self) -> bool:
        """Take a token; return whether there was one."""
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._at) / self._interval_s)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
