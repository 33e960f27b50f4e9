"""An alert while it fires: who was told of it, and how bad it was at its worst."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from relaytop.alerts.alert import Alert
from relaytop.alerts.incident_record import MAX_TARGETS, IncidentRecord, LeftOpen
from relaytop.alerts.outage import fails_with, is_bad

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from relaytop.alerts.alert import Severity
    from relaytop.monitor.summary import Summary

Kind = Literal["fired", "worse", "reminded", "resolved", "folded"]
RANKS: dict[str, int] = {"degraded": 1, "down": 2}


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to an alert."""

    kind: Kind
    """`reminded`: its snooze has ended and it still fires; `folded`: the provider's alert goes on
    in its place."""
    alert: Alert
    """As it is now."""
    sent: bool
    """Whether those who are elsewhere are told: not what is acknowledged or snoozed, nor the end of
    what they were not told."""
    rings: bool
    """Whether whoever is at the screen is told by a bell: of what is new or worse alone."""
    record: IncidentRecord | None = None
    """The incident so far; None where it is only `reminded`."""


@dataclass(slots=True)
class Firing:
    """An alert that fires."""

    alert: Alert
    affected: set[str] = field(default_factory=set)
    """The ids of all targets that it has been about."""
    good: int = 0
    """Evaluations in a row at which none of them was bad."""
    told: int = 0
    """The rank of the severity that people were told; 0: none."""
    was_sent: bool = False
    """Whether anyone elsewhere was told that it fires."""
    peak_targets: int = 0
    peak_error_rate: float | None = None

    told_apart: dict[str, int] = field(default_factory=dict)
    """Target → the rank that people were told when it had an alert beside its provider's."""

    def update(self, bad: Sequence[Summary], why: str, probed: Sequence[Summary] = ()) -> bool:
        """Adopt what is known of the affected targets; return whether it got worse.

        Args:
            bad: Those that are degraded or down.
            why: Their cause.
            probed: All that are probed, of an outage: those that fail for that cause and are not
                down yet are affected, too.
        """
        failing = [s for s in probed if not is_bad(s) and fails_with(s, why)]
        affected = [*bad, *failing]
        ordered = sorted(affected, key=_worst_first)
        failures = [s.last_error for s in ordered if s.last_error is not None]
        of_this_cause = [error for error in failures if error.error_class == why] or failures
        newest = max(of_this_cause, key=lambda error: error.at, default=None)
        before = RANKS[self.alert.severity]
        severity: Severity = "down" if any(s.status == "down" for s in bad) else "degraded"
        self.alert = dataclasses.replace(
            self.alert,
            targets=tuple(s.target for s in ordered),
            of=max(1, len(probed)),
            severity=severity if RANKS[severity] > before else self.alert.severity,
            why=why,
            message=newest.message if newest is not None else None,
            request_id=newest.request_id if newest is not None else None,
            since=min([self.alert.since, *(s.since for s in bad)]),
        )
        self.affected |= {s.target for s in affected}
        self.peak_targets = max(self.peak_targets, len(affected))
        rates = [s.error_rate for s in bad if s.error_rate is not None]
        self.peak_error_rate = max([*rates, *_known(self.peak_error_rate)], default=None)
        return RANKS[self.alert.severity] > before

    def record(self) -> IncidentRecord:
        """Return the incident up to now."""
        alert = self.alert
        return IncidentRecord(
            key=alert.key,
            provider=alert.provider,
            why=alert.why,
            severity=alert.severity,
            since=alert.since,
            fired_at=alert.fired_at,
            ended_at=alert.resolved_at,
            peak_targets=max(self.peak_targets, 1),
            of=max(alert.of, 1),
            peak_error_rate=self.peak_error_rate,
            folded_into=alert.folded_into,
        )

    def left_open(self, now: float, unsent: Collection[str]) -> IncidentRecord:
        """Return the incident as it is when relaytop ends.

        Args:
            now: Unix seconds.
            unsent: The keys of alerts that could not be sent at the end.
        """
        was_lost = self.alert.key in unsent
        left = LeftOpen(
            at=now,
            targets=tuple(sorted(self.affected or {*self.alert.targets}))[:MAX_TARGETS],
            sent=self.was_sent and not was_lost,
            told=self.told > 0 and not was_lost,
            acknowledged=self.alert.acknowledged,
        )
        return dataclasses.replace(self.record(), left=left)


def resumed(record: IncidentRecord, left: LeftOpen) -> Firing:
    """Return the alert of an incident that went on when the run before this one ended."""
    alert = Alert(
        key=record.key,
        provider=record.provider,
        targets=left.targets,
        of=record.of if record.provider else 0,
        state="firing",
        severity=record.severity,
        why=record.why,
        since=record.since,
        fired_at=record.fired_at,
        acknowledged=left.acknowledged,
    )
    return Firing(
        alert,
        affected={*left.targets},
        told=RANKS[record.severity] if left.told else 0,
        was_sent=left.sent,
        peak_targets=record.peak_targets,
        peak_error_rate=record.peak_error_rate,
    )


def _worst_first(s: Summary) -> tuple[float, float, str]:
    return -RANKS.get(s.status, 0), -(s.error_rate or 0.0), s.target


def _known(value: float | None) -> list[float]:
    return [] if value is None else [value]
