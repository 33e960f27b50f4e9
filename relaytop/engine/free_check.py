"""While the budget lets nothing be sent that costs: whether a provider still answers at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.engine.schedule import Schedule
from relaytop.protocol.messages import Notice
from relaytop.wire.facts import Failure

if TYPE_CHECKING:
    from collections.abc import Collection

INTERVAL_S = 60.0


class FreeCheck:
    """Says when which provider is to be asked for its free `/models`, and what is news of it."""

    def __init__(self) -> None:
        self._schedule = Schedule()
        self._watched: set[str] = set()
        self._failing: set[str] = set()

    def due(self, paused: Collection[str], now: float) -> list[str]:
        """Return the providers to ask now, each soon after it was paused and then once a minute.

        Args:
            paused: Those of whose targets the budget holds some back.
            now: Seconds of any steady clock.
        """
        for provider in sorted(self._watched.difference(paused)):
            self._schedule.remove(provider)
        for provider in sorted(set(paused) - self._watched):
            self._schedule.add(provider, INTERVAL_S, now)
        self._watched = set(paused)
        self._failing &= self._watched
        return [provider for provider, _due_at, _missed in self._schedule.due(now)]

    def heard(self, provider: str, found: tuple[str, ...] | Failure) -> Notice | None:
        """Take an answer; return what the user should know if it is news."""
        if provider not in self._watched:
            return None
        failing = isinstance(found, Failure)
        if failing == (provider in self._failing):
            return None
        if isinstance(found, Failure):
            self._failing.add(provider)
            words = f"{provider}: /models fails: {found.error_class}"
            return Notice("warning", f"{words} · {found.message}" if found.message else words)
        self._failing.discard(provider)
        return Notice("info", f"{provider}: /models answers again")
