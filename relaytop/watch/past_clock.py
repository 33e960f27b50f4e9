"""A clock that stands at a moment of the past, for a source that knows all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class PastClock:
    """Shows a moment until it is moved to another one, at most to now.

    Args:
        at: The moment, Unix seconds.
        live: Steady Unix seconds.
    """

    def __init__(self, at: float, live: Callable[[], float]) -> None:
        self._live = live
        self._at = self._first = min(at, live())
        self.on_move: Callable[[], None] = _ignore
        """Called when it shows another moment: whoever reads the source reads it again."""

    def __call__(self) -> float:
        """Return the Unix seconds that are shown."""
        return self._at

    def move_by(self, seconds: float) -> None:
        """Go forward, or back where `seconds` is negative."""
        self._move(self._at + seconds)

    def move_to_first(self) -> None:
        """Go to the moment at which it began."""
        self._move(self._first)

    def move_to_now(self) -> None:
        """Go to now, and stand there."""
        self._move(self._live())

    def _move(self, at: float) -> None:
        at = max(0.0, min(at, self._live()))
        if at != self._at:
            self._at = at
            self.on_move()


def _ignore() -> None:
    pass
