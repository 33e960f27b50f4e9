"""A free health check of providers while the budget blocks probes that cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.engine.schedule import Schedule
from relaytop.protocol.messages import Notice
from relaytop.wire.facts import Failure

if TYPE_CHECKING:
    from collections.abc import Collection

    from relaytop.wire.facts import ModelList

INTERVAL_S = 60.0


class FreeCheck:
    """Schedules requests of each provider's free `/models` and reports when the outcome changes."""

    def __init__(self) -> None:
        self._schedule = Schedule()
        self._watched: set[str] = set()
        self._failing: set[str] = set()

    def providers_due(self, paused: Collection[str], now: float) -> list[str]:
        """Return the providers to check now: each within a second of its pause, then every minute.

        Args:
            paused: Providers with targets that the budget blocks.
            now: Seconds of any steady clock.
        """
        for provider in sorted(self._watched.difference(paused)):
            self._schedule.remove(provider)
        for provider in sorted(set(paused) - self._watched):
            self._schedule.add(provider, INTERVAL_S, now)
        self._watched = set(paused)
        self._failing &= self._watched
        return [provider for provider, _due_at, _missed in self._schedule.pop_due(now)]

    def record(self, provider: str, found: ModelList | Failure) -> Notice | None:
        """Record the outcome of a check; return a notice where it has changed."""
        if provider not in self._watched:
            return None
        failing = isinstance(found, Failure)
        if failing == (provider in self._failing):
            return None
        if isinstance(found, Failure):
            self._failing.add(provider)
            text = f"{provider}: /models fails: {found.error_class}"
            return Notice("warning", f"{text} · {found.message}" if found.message else text)
        self._failing.discard(provider)
        return Notice("info", f"{provider}: /models answers again")
