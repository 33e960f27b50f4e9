"""The event log: a bounded number of lines, repeats and what happens to several at once in one."""

from __future__ import annotations

import dataclasses
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING

from relaytop.monitor.event_join import JoinedLine, join_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from relaytop.monitor.event import Event
    from relaytop.monitor.event_join import Key

MAX_EVENTS = 2000
MAX_NOTES = 200
REPEATS_S = 600.0
"""What comes again so soon is a repeat."""
HANDOVER_CHARACTERS = 250_000
"""Of the events that another process goes on from: all of them, unless servers' words are long."""
_ORDINALS = {1: "st", 2: "nd", 3: "rd"}
_TEENS = range(11, 14)


class EventHistory:
    """Keeps the newest events: one by one for machines, and as the lines that a person reads."""

    def __init__(self) -> None:
        self.noted = 0
        """Events that were ever noted."""
        self._single: deque[tuple[Event, Event]] = deque(maxlen=MAX_EVENTS)
        """(Event as it was noted, the same with how often it came), oldest first."""
        self._notes: deque[Event] = deque(maxlen=MAX_NOTES)
        self._lines: dict[int, Event] = {}
        self._last_line = 0
        self._newest: dict[tuple[str | None, str], int] = {}
        """(Target, subject) → its newest line."""
        self._joined: dict[Key, JoinedLine] = {}
        self._status_lines: dict[str, JoinedLine] = {}
        """Target → the line that its newest status is in."""
        self._with_alert: set[int] = set()
        """The lines that tell of an alert: no repeat of their status takes their place."""
        self._repeated: dict[tuple[str | None, str], Event] = {}
        """(Target, subject) → the newest event, with how often it came."""
        self._all: tuple[Event, ...] | None = None

    def note(self, event: Event) -> None:
        """Add an event; it may join a line of the same moment, or take an earlier one's place."""
        single = self._counted(event, self._repeated.get((event.target, event.subject)))
        if event.subject:
            self._repeated[event.target, event.subject] = single
            if len(self._repeated) > MAX_EVENTS:
                del self._repeated[next(iter(self._repeated))]
        self.noted += 1
        self._single.append((event, single))
        if event.kind == "note":
            self._notes.append(event)
        self._add_line(event, single)

    def _add_line(self, event: Event, single: Event) -> None:
        if event.kind == "alert" and self._add_to_status(event):
            return
        key = join_key(event)
        if key is None:
            self._replace_line(single)
            return
        open_line = self._joined.get(key)
        if open_line is None or not open_line.takes(event):
            before = None if open_line is None else open_line.repeats
            open_line = JoinedLine(event, self._replace_line(single), before)
            self._joined[key] = open_line
            if len(self._joined) > MAX_EVENTS:
                del self._joined[next(iter(self._joined))]
            open_line.line = single
        else:
            open_line.add(event)
            self._drop(open_line.number)
            open_line.line = self._counted(open_line.event(), self._take_before(open_line))
            open_line.repeats = open_line.number = self._append(open_line.with_alerts())
            if open_line.has_alert:
                self._with_alert.add(open_line.number)
        if event.kind == "status" and event.target is not None:
            self._status_lines[event.target] = open_line
            if len(self._status_lines) > MAX_EVENTS:
                del self._status_lines[next(iter(self._status_lines))]

    def _add_to_status(self, event: Event) -> bool:
        """Add an alert to the line of its targets' status, if that is of the same moment."""
        line = self._status_line(event)
        if line is None:
            return False
        line.add_alert(event)
        self._lines[line.number] = line.with_alerts()
        self._with_alert.add(line.number)
        self._all = None
        return True

    def _status_line(self, alert: Event) -> JoinedLine | None:
        """Return the line that an alert joins: of several, that with most of its targets."""
        targets = alert.members if alert.target is None else (alert.target,)
        found = {id(line): line for line in map(self._status_lines.get, targets) if line}
        logged = [line for line in found.values() if line.number in self._lines]
        best = max(logged, key=lambda line: line.targets_of(alert), default=None)
        return best if best is not None and best.targets_of(alert) else None

    def _take_before(self, open_line: JoinedLine) -> Event | None:
        """Return the joined line that this one repeats, out of the log."""
        if open_line.before is None:
            return open_line.counted_from
        found = self._lines.get(open_line.before)
        self._drop_repeated(open_line.before)
        open_line.before = None
        open_line.counted_from = found
        return found

    def _replace_line(self, event: Event) -> int:
        """Add a line in the place of the recent one with the same subject and target."""
        if event.subject and event.times > 1:
            number = self._newest.get((event.target, event.subject))
            if number is not None:
                self._drop_repeated(number)
        return self._append(event)

    def _append(self, event: Event) -> int:
        self._last_line += 1
        self._lines[self._last_line] = event
        if event.subject and not event.members:
            self._newest[event.target, event.subject] = self._last_line
        if len(self._lines) > MAX_EVENTS:
            self._drop(next(iter(self._lines)))
        self._all = None
        return self._last_line

    def _drop_repeated(self, number: int) -> None:
        if number not in self._with_alert:
            self._drop(number)

    def _drop(self, number: int) -> None:
        event = self._lines.pop(number, None)
        self._with_alert.discard(number)
        if event is not None:
            key = event.target, event.subject
            if self._newest.get(key) == number:
                del self._newest[key]
        self._all = None

    @staticmethod
    def _counted(event: Event, before: Event | None) -> Event:
        """Return an event with how often it came, where the one before it is recent."""
        if not event.subject or before is None or event.at - before.at > REPEATS_S:
            return event
        first_at = before.at if before.first_at is None else before.first_at
        times = before.times + 1
        minutes = max(1, round((event.at - first_at) / 60))
        text = f"{event.text} ({_ordinal(times)} time in {minutes} min)"
        return dataclasses.replace(event, text=text, times=times, first_at=first_at)

    def extend(self, events: Iterable[Event]) -> None:
        """Add what another history hands over; lines are joined and repeats counted anew."""
        for event in events:
            self.note(event)

    def merge(self, events: Iterable[Event]) -> None:
        """Add what another history hands over at its place in time."""
        added = list(events)
        known = [event for event, _single in self._single]
        if not added:
            return
        noted = self.noted + len(added)
        merged = EventHistory()
        merged.extend(sorted([*known, *added], key=lambda event: event.at))
        vars(self).update(vars(merged))
        self.noted = noted

    def all(self) -> tuple[Event, ...]:
        """Return the lines, oldest first; the same tuple until one is added."""
        if self._all is None:
            self._all = tuple(self._lines.values())
        return self._all

    def notes(self) -> tuple[Event, ...]:
        """Return the user's newest notes, oldest first; they outlast the lines beside them."""
        return tuple(self._notes)

    def for_handover(self) -> tuple[Event, ...]:
        """Return the newest single events that one message holds, oldest first."""
        left = HANDOVER_CHARACTERS
        found: list[Event] = []
        for event, _single in reversed(self._single):
            left -= len(event.text)
            if left < 0:
                break
            found.append(event)
        return tuple(found[::-1])

    def after(self, number: int) -> list[Event]:
        """Return the single events that were noted after the one with a number, oldest first."""
        count = min(self.noted - number, len(self._single))
        newest = islice(reversed(self._single), max(0, count))
        return [single for _event, single in newest][::-1]


def _ordinal(number: int) -> str:
    suffix = "th" if number % 100 in _TEENS else _ORDINALS.get(number % 10, "th")
    return f"{number}{suffix}"
