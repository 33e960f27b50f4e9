"""The clock of a replay: it runs at any speed, stands, jumps, and never passes the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class ReplayClock:
    """A clock that shows the recording's time: how far its reports have been applied.

    It plays on meanwhile. What is beyond the shown moment is not known yet: by a clock that showed
    the playing time, a probe whose reply is about to be read would seem to hang.

    Args:
        at: Where it begins, Unix seconds.
        end: Where it stops, Unix seconds.
        speed: Seconds of the recording per second.
        wall: Seconds of a clock that never goes back.
    """

    def __init__(self, at: float, end: float, speed: float, wall: Callable[[], float]) -> None:
        self.speed = speed
        self._end = end
        self._wall = wall
        self._base = at
        self._since: float | None = wall()
        self._held: float | None = None

    def __call__(self) -> float:
        """Return the Unix seconds that are shown now."""
        return self.now if self._held is None else self._held

    @property
    def now(self) -> float:
        """The moment that playing has reached, Unix seconds; also while the clock is held."""
        ran_s = 0.0 if self._since is None else (self._wall() - self._since) * self.speed
        return min(self._end, self._base + ran_s)

    @property
    def paused(self) -> bool:
        """Whether it is paused."""
        return self._since is None

    def pause(self) -> None:
        """Stand at the moment that is shown."""
        self._base, self._since = self(), None

    def resume(self) -> None:
        """Resume."""
        self._base, self._since = self.now, self._wall()

    def jump(self, at: float) -> None:
        """Go to another moment, running or standing as before, and show it."""
        self._held = None
        self._base = min(self._end, at)
        self._since = None if self.paused else self._wall()

    def hold(self, at: float) -> None:
        """Show a moment, that of what is being applied or of what has been, until another one."""
        self._held = at
