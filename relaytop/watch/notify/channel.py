"""A channel: one way in which alerts are sent, used by a thread of its own."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.alerts.alert import Alert


class Undelivered(NamedTuple):
    """Why an alert was not delivered; holds no secret."""

    kind: str
    """The same for every failure that the log need not repeat."""
    detail: str = ""
    """More about this one."""


class Closing:
    """The end of all channels: until a moment what waits may be sent, then everything stops."""

    def __init__(self) -> None:
        self._begun = threading.Event()
        self._deadline_s = 0.0

    def begin(self, within_s: float) -> None:
        """Let everything end within some seconds from now; of several calls the earliest end."""
        deadline_s = time.monotonic() + within_s
        if self._begun.is_set():
            deadline_s = min(deadline_s, self._deadline_s)
        self._deadline_s = deadline_s
        self._begun.set()

    @property
    def begun(self) -> bool:
        """Whether the end has begun."""
        return self._begun.is_set()

    @property
    def left_s(self) -> float:
        """Seconds until everything stops; infinite before the end has begun."""
        if not self._begun.is_set():
            return float("inf")
        return max(0.0, self._deadline_s - time.monotonic())

    def wait(self, seconds: float) -> bool:
        """Wait for some seconds, or until the end begins; return whether it has."""
        return self._begun.wait(seconds)


class Channel(Protocol):
    """A command, a webhook or services."""

    @property
    def name(self) -> str:
        """What the log calls it; no secret."""
        ...

    @property
    def refresh_s(self) -> float | None:
        """Seconds between two calls of `refresh`; None: never."""
        ...

    def deliver(self, alert: Alert, closing: Closing) -> Undelivered | None:
        """Send one alert, in a bounded time; return why that failed, None where it did not."""
        ...

    def refresh(self, firing: Sequence[Alert], closing: Closing) -> Undelivered | None:
        """Send again what fires now; return why that failed, None where it did not."""
        ...
