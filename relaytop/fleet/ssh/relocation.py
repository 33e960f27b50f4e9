"""What a host says, as it is here: targets with their place, moments on this machine's clock.

A moment is never later than now, whatever the clocks say.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.config.target_id import join_target, split_target
from relaytop.monitor.handover import MonitorHandover, RingHandover, TargetFacts, TargetHandover
from relaytop.monitor.record import RECORD_BYTES, TICK, TICK_S
from relaytop.protocol.messages import Credit, Finished, Hold, Models, Notice, StatusPage

if TYPE_CHECKING:
    from relaytop.config.settings import Target
    from relaytop.monitor.event import Event
    from relaytop.monitor.status import StatusKeeper
    from relaytop.protocol.messages import Report

SKEW_S = 1.0
"""Clocks that differ by less are taken for the same: what was measured holds the way here too."""


class Relocation:
    """Translates one host's messages.

    Args:
        place: The host's name here.
        ahead_s: Seconds by which its clock is ahead of this machine's.
    """

    def __init__(self, place: str, ahead_s: float = 0.0) -> None:
        self.place = place
        self.ahead_s = ahead_s if abs(ahead_s) >= SKEW_S else 0.0

    def name(self, target: str) -> str:
        """Return the id that a host's target has here."""
        provider, model, _place = split_target(target)
        return join_target(provider, model, self.place)

    def target(self, target: Target) -> Target:
        """Return a host's target as it is here."""
        return dataclasses.replace(target, place=self.place)

    def at(self, moment: float, now: float) -> float:
        """Return a moment of the host's past on this machine's clock."""
        return min(moment - self.ahead_s, now)

    def report(self, report: Report, now: float) -> Report:
        """Return a report as it is here; those of the whole host are left as they are."""
        match report:
            case Finished(sample, running_since):
                late_s = max(0.0, sample.ended_at - self.ahead_s - now) + self.ahead_s
                moved = dataclasses.replace(
                    sample,
                    target=self.name(sample.target),
                    due_at=sample.due_at - late_s,
                    sent_at=sample.sent_at - late_s,
                    ended_at=sample.ended_at - late_s,
                )
                since = None if running_since is None else self.at(running_since, now)
                return dataclasses.replace(report, sample=moved, running_since=since)
            case Hold(target, until):
                return dataclasses.replace(
                    report, target=self.name(target), until=until - self.ahead_s
                )
            case Notice(_, text):
                return dataclasses.replace(report, text=f"{self.place}: {text}")
            case Credit():
                return self._credit(report, now)
            case StatusPage():
                return self.status_page(report, now)
            case Models():
                return report
            case _:
                return report

    def overall(self, known: MonitorHandover, now: float) -> MonitorHandover:
        """Return what a host knows of all its targets, as it is here."""
        return dataclasses.replace(
            known,
            began_at=self.at(known.began_at, now),
            events=tuple(self.event(event, now) for event in known.events),
            status_pages=tuple(self.status_page(page, now) for page in known.status_pages),
        )

    def status_page(self, page: StatusPage, now: float) -> StatusPage:
        """Return what a host knows of an official status page, as it is here."""
        read_at = None if page.read_at is None else self.at(page.read_at, now)
        return dataclasses.replace(page, read_at=read_at)

    def event(self, event: Event, now: float) -> Event:
        """Return a line of a host's event log as it is here."""
        named = event.target is not None or bool(event.members)
        return dataclasses.replace(
            event,
            at=self.at(event.at, now),
            first_at=None if event.first_at is None else self.at(event.first_at, now),
            target=None if event.target is None else self.name(event.target),
            members=tuple(map(self.name, event.members)),
            text=event.text if named else f"{self.place}: {event.text}",
        )

    def handover(self, known: TargetHandover, capacity: int, now: float) -> TargetHandover:
        """Return what a host knows of a target, as it is here.

        Args:
            known: What it knows.
            capacity: The most samples that are kept of it here.
            now: Unix seconds.
        """
        ring = self._ring(known.ring, capacity, now)
        return TargetHandover(self.name(known.target), ring, self._facts(known.facts, now))

    def _ring(self, ring: RingHandover, capacity: int, now: float) -> RingHandover:
        records = ring.records[-capacity * RECORD_BYTES :]
        began_at = ring.began_at - self.ahead_s
        if len(records) >= RECORD_BYTES:
            (tick,) = TICK.unpack_from(records, len(records) - RECORD_BYTES)
            began_at -= max(0.0, began_at + tick * TICK_S - now)
        return RingHandover(began_at, ring.count, records)

    def _facts(self, facts: TargetFacts, now: float) -> TargetFacts:
        def moved(moment: float | None) -> float | None:
            return None if moment is None else self.at(moment, now)

        return dataclasses.replace(
            facts,
            status=self._status(facts.status, now),
            errors=tuple(
                dataclasses.replace(error, at=self.at(error.at, now)) for error in facts.errors
            ),
            error_groups=tuple(
                dataclasses.replace(
                    group,
                    first_at=self.at(group.first_at, now),
                    last_at=self.at(group.last_at, now),
                )
                for group in facts.error_groups
            ),
            last_at=moved(facts.last_at),
            running_since=moved(facts.running_since),
            hold_until=None if facts.hold_until is None else facts.hold_until - self.ahead_s,
            rate_limit_at=moved(facts.rate_limit_at),
            credit=None if facts.credit is None else self._credit(facts.credit, now),
            paced=tuple((self.at(at, now), count) for at, count in facts.paced),
        )

    def _credit(self, credit: Credit, now: float) -> Credit:
        return dataclasses.replace(credit, at=self.at(credit.at, now), place=self.place)

    def _status(self, status: StatusKeeper, now: float) -> StatusKeeper:
        incident = status.incident
        if incident is not None and incident.ended_at is not None:
            incident = dataclasses.replace(incident, ended_at=self.at(incident.ended_at, now))
        last_at = status.last_at
        cusum = dataclasses.replace(status.cusum, alarmed_at=self.at(status.cusum.alarmed_at, now))
        return dataclasses.replace(
            status,
            since=self.at(status.since, now),
            paused_at=self.at(status.paused_at, now),
            last_at=None if last_at is None else self.at(last_at, now),
            incident=incident,
            cusum=cusum,
        )
