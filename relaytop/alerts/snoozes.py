"""Snoozes: of whom nobody is told for a while."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_SNOOZES = 1000


class Snoozes:
    """Keys of alerts, or names of providers, and until when they are snoozed."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def set(self, key: str, until: float) -> None:
        """Snooze a target or a provider until a moment; infinity: until its alert resolves."""
        if key in self._until or len(self._until) < MAX_SNOOZES:
            self._until[key] = until

    def clear(self, key: str) -> None:
        """End a snooze, if there is one."""
        self._until.pop(key, None)

    def until(self, key: str, provider: str, now: float) -> float | None:
        """Return until when an alert is snoozed, by its key or its provider; None: it is not."""
        found = (self._until.get(key, -math.inf), self._until.get(provider, -math.inf))
        latest = max(found)
        return latest if latest > now else None

    def expire(self, now: float) -> None:
        """Forget those that are over."""
        self._until = {key: until for key, until in self._until.items() if until > now}

    def all(self) -> Mapping[str, float]:
        """Return key → Unix seconds of its end."""
        return dict(self._until)

    def __bool__(self) -> bool:
        """Return whether anything is snoozed."""
        return bool(self._until)
