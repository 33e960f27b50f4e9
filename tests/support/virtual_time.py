"""An event loop whose clock leaps: what waits waits no longer than a test needs to count it."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class _LeapingSelector(selectors.DefaultSelector):
    """Tells by how much to leap in place of waiting for the next timer.

    Args:
        leap: Called with seconds.
    """

    def __init__(self, leap: Callable[[float], None]) -> None:
        super().__init__()
        self._leap = leap

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready; without a timer that could be next, wait for it."""
        ready = super().select(None if timeout is None else 0)
        if not ready and timeout is not None and timeout > 0:
            self._leap(timeout)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Begins at 0 s. For what waits for timers alone: a thread or a server would be overtaken."""

    def __init__(self) -> None:
        self._seconds = 0.0
        super().__init__(_LeapingSelector(self._leap))

    def time(self) -> float:
        """Return the seconds that were leapt over."""
        return self._seconds

    def _leap(self, seconds: float) -> None:
        self._seconds += seconds
