"""Events of one moment and cause at several targets of a provider, in one line."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.config.target_id import split_target

if TYPE_CHECKING:
    from relaytop.monitor.event import Event

    Key = tuple[str, str, str, str]
    """Kind, provider, subject and cause."""

JOIN_S = 2.0
"""An event joins a line whose newest one is no older."""
LONGEST_S = 15.0
"""From a line's first event to its last."""
MAX_MEMBERS = 64
"""Targets that a line names."""


def join_key(event: Event) -> Key | None:
    """Return what events that belong together have in common; None of one that stands alone."""
    if event.target is None or not event.cause:
        return None
    return event.kind, split_target(event.target).provider, event.subject, event.cause


class JoinedLine:
    """A line that further events may join.

    Args:
        event: The first.
        number: The number of its line.
        before: The number of an earlier joined line of the same key, which this one may repeat.
    """

    def __init__(self, event: Event, number: int, before: int | None) -> None:
        self.number = number
        self.before = before
        """That of the line that it repeats, as long as that stands in the log."""
        self.repeats = before
        """That of the newest joined line, which the next one repeats."""
        self.counted_from: Event | None = None
        """The line that it repeats, once it has taken its place."""
        self._began_at = event.at
        self._newest = event
        self._members: dict[str, None] = {event.target or "": None}
        self._count = 1
        self._alerts: dict[str, str] = {}
        """Target → what its alert of the same moment says in short."""
        self._shared_alert: Event | None = None
        """The alert of several targets that fired at the same moment."""
        self.line = event
        """As it is in the log, but for the alerts."""

    def takes(self, event: Event) -> bool:
        """Return whether an event of the same key belongs in this line."""
        near = event.at - self._newest.at <= JOIN_S and event.at - self._began_at <= LONGEST_S
        return near and event.target not in self._members

    def add(self, event: Event) -> None:
        """Add one more."""
        self._newest = event
        self._count += 1
        if len(self._members) < MAX_MEMBERS:
            self._members[event.target or ""] = None

    def targets_of(self, alert: Event) -> int:
        """Return how many of an alert's targets are in this line; 0 where it does not belong here.

        It does where it fired at the same moment and status, for one of the line's targets or all.
        """
        newest = self._newest
        near = abs(alert.at - newest.at) <= JOIN_S and alert.status == newest.status
        if not (near and alert.detail):
            return 0
        if len({split_target(member).provider for member in alert.members}) > 1:
            return 0  # no line is of several providers
        if alert.target is not None:
            return int(alert.target in self._members and alert.target not in self._alerts)
        common = len(self._members.keys() & set(alert.members))
        # Neither names more of its targets than a line has room for.
        return common if len(alert.members) == MAX_MEMBERS or common == len(self._members) else 0

    def add_alert(self, event: Event) -> None:
        """Add that the status of a target, or of several together, fired an alert."""
        if event.target is None:
            self._shared_alert = event
        else:
            self._alerts[event.target] = event.detail

    @property
    def has_alert(self) -> bool:
        """Whether it tells of an alert."""
        return self._shared_alert is not None or bool(self._alerts)

    def with_alerts(self) -> Event:
        """Return the line with the alerts that its targets' status fired."""
        words = self._alert_words()
        if not words:
            return self.line
        text, why = self.line.text, self._newest.why
        if why and why not in text:
            text += f" ({why})"
        return dataclasses.replace(self.line, text=f"{text}; {words}")

    def _alert_words(self) -> str:
        shared = self._shared_alert
        if shared is not None:
            provider, targets = split_target(shared.members[0]).provider, len(shared.members)
            all_here = targets <= self._count or targets == MAX_MEMBERS
            return shared.detail + ("" if all_here else f" ({provider}, {targets} targets)")
        if not self._alerts:
            return ""
        words = next(reversed(self._alerts.values()))
        return (
            words if len(self._alerts) == self._count else f"{len(self._alerts)} of them: {words}"
        )

    def event(self) -> Event:
        """Return the line as an event of no single target."""
        newest = self._newest
        provider = split_target(newest.target or "").provider
        return dataclasses.replace(
            newest,
            target=None,
            text=f"{provider}: {_text(newest, self._count)}",
            members=tuple(self._members),
            detail=newest.text,
        )


def _text(newest: Event, count: int) -> str:
    if newest.kind == "alert":
        return f"{count} targets, {newest.cause}"
    if newest.kind != "status":
        return f"{count} targets, {newest.text}"
    subject = "probing resumed" if newest.subject == "resumed" else newest.subject
    return f"{count} {subject}" + ("" if newest.cause == newest.subject else f", {newest.cause}")
