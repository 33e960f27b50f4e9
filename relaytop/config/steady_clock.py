"""A clock for windows, ages and waits: it never steps, and counts the time of a suspended machine.

It shows Unix seconds as they were when the watch began. All processes of a watch share its offset,
so that a moment means the same in each. The system's own clock, which may be set back or forth at
any time, is for calendars and for showing alone.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

JUMP_S = 2.0
"""The system clock differs by less through slewing; by more it was set."""


def elapsed_s() -> float:
    """Return seconds since the machine started, those of a suspension included where it can be."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SteadyClock:
    """Returns steady Unix seconds when it is called.

    Args:
        wall: The system's clock, Unix seconds.
        elapsed: Seconds that never step.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = elapsed_s,
    ) -> None:
        self._wall = wall
        self._elapsed = elapsed
        self.offset_s = wall() - elapsed()
        """Unix seconds when `elapsed` was 0; setting it adopts another process's clock."""

    def __call__(self) -> float:
        """Return the moment now."""
        return self._elapsed() + self.offset_s

    @property
    def correction_s(self) -> float:
        """Seconds by which the system's clock was set since; 0 where it was not."""
        ahead_s = self._wall() - self()
        return ahead_s if abs(ahead_s) >= JUMP_S else 0.0

    def to_wall(self, at: float) -> float:
        """Return a moment as the system's clock would show it now, Unix seconds."""
        return at + self.correction_s


STEADY = SteadyClock()
"""The clock of this process."""
