"""The event log: a bounded number of lines, repeats in one of them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relaytop.monitor.source import Event

MAX_EVENTS = 500
REPEATS_S = 600.0
"""What comes again so soon is a repeat."""
_ORDINALS = {1: "st", 2: "nd", 3: "rd"}
_TEENS = range(11, 14)


class EventHistory:
    """Keeps the newest events, each with a running number."""

    def __init__(self) -> None:
        self._events: dict[int, Event] = {}
        self.noted = 0
        """Events that were ever noted."""

    def note(self, event: Event) -> None:
        """Add a line; one with the same subject and target that is recent gives way to it."""
        if event.subject:
            event = self._with_repeats(event)
        self._append(event)

    def _append(self, event: Event) -> None:
        self.noted += 1
        self._events[self.noted] = event
        if len(self._events) > MAX_EVENTS:
            del self._events[next(iter(self._events))]

    def _with_repeats(self, event: Event) -> Event:
        for number, before in reversed(self._events.items()):
            if event.at - before.at > REPEATS_S:
                break
            if (before.target, before.subject) != (event.target, event.subject):
                continue
            del self._events[number]
            first_at = before.at if before.first_at is None else before.first_at
            times = before.times + 1
            minutes = max(1, round((event.at - first_at) / 60))
            text = f"{event.text} ({_ordinal(times)} time in {minutes} min)"
            return dataclasses.replace(event, text=text, times=times, first_at=first_at)
        return event

    def extend(self, events: Iterable[Event]) -> None:
        """Add what another history held."""
        for event in events:
            self._append(event)

    def all(self) -> tuple[Event, ...]:
        """Return the events, oldest first."""
        return tuple(self._events.values())

    def after(self, number: int) -> list[Event]:
        """Return those that were noted after the one with a number, oldest first."""
        found = []
        for noted, event in reversed(self._events.items()):
            if noted <= number:
                break
            found.append(event)
        return found[::-1]


def _ordinal(number: int) -> str:
    suffix = "th" if number % 100 in _TEENS else _ORDINALS.get(number % 10, "th")
    return f"{number}{suffix}"
