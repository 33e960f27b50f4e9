"""What holds of users and probes that differ, so that a sentence does not come and go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaytop.monitor.event import Event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaytop.fleet.traffic.difference import Difference, Rule

EVALUATIONS = 3
"""Evaluations in a row after which a difference holds, and after which it no longer does."""
ENDS: Mapping[Rule, str] = {
    "probes_fail": "probes fail no more than users",
    "users_fail": "users fail no more than probes",
    "users_wait": "users wait no longer than probes",
    "probes_wait": "probes wait no longer than users",
}


@dataclass(slots=True)
class _State:
    holds: Difference | None = None
    seen: Rule | None = None
    """The rule of the last evaluation, where another than the one that holds."""
    times: int = 0
    """Evaluations in a row that said so."""


class DifferenceLog:
    """Differences by row."""

    def __init__(self) -> None:
        self._states: dict[str, _State] = {}
        self._events: list[Event] = []

    def record(self, row: str, found: Difference | None, at: float) -> str | None:
        """Record an evaluation of a row; return the sentence that holds.

        Args:
            row: Its id.
            found: What the evaluation found.
            at: Unix seconds, of the line in the event log.
        """
        state = self._states.setdefault(row, _State())
        rule = None if found is None else found.rule
        if rule == (None if state.holds is None else state.holds.rule):
            state.times, state.holds = 0, found  # the same, with the figures of now
        else:
            state.times = state.times + 1 if rule == state.seen else 1
            if state.times >= EVALUATIONS:
                self._tell(row, state.holds, found, at)
                state.times, state.holds = 0, found
        state.seen = rule
        return None if state.holds is None else state.holds.sentence

    def forget(self, rows: set[str]) -> None:
        """Forget the rows that are none of these."""
        for row in self._states.keys() - rows:
            del self._states[row]

    def take_events(self) -> list[Event]:
        """Return what began and ended since the last call."""
        events, self._events = self._events, []
        return events

    def _tell(self, row: str, before: Difference | None, now: Difference | None, at: float) -> None:
        if now is not None:
            self._events.append(Event(at, "notice", "warning", row, now.sentence, subject="users"))
        elif before is not None:
            self._events.append(
                Event(at, "notice", "info", row, ENDS[before.rule], subject="users end")
            )
