"""Changes of alerts in one evaluation, and whether anybody is told of them."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from relaytop.alerts.alert import Alert
from relaytop.alerts.firing import RANKS, Change, Firing
from relaytop.alerts.snoozes import Snoozes

if TYPE_CHECKING:
    from relaytop.alerts.alert import Severity
    from relaytop.alerts.firing import Kind


class Changes:
    """The changes of one evaluation after another."""

    def __init__(self) -> None:
        self.snoozes = Snoozes()
        self._changes: list[Change] = []
        self.now = -math.inf
        """Unix seconds of this evaluation."""
        self._quiet = False

    def begin(self, now: float, *, quiet: bool) -> None:
        """Begin another evaluation; `quiet`: what fires at it is no news."""
        self._changes, self.now, self._quiet = [], now, quiet
        self.snoozes.expire(now)

    def all(self) -> list[Change]:
        """Return the changes of this evaluation."""
        return self._changes

    def shown(self, alert: Alert) -> Alert:
        """Return an alert with the end of its snooze."""
        until = self.snoozes.until(alert.key, alert.provider, self.now)
        return alert if until is None else dataclasses.replace(alert, snoozed_until=until)

    def new(
        self, key: str, provider: str, severity: Severity, why: str, message: str | None = None
    ) -> Firing:
        """Return an alert that begins to fire now; nobody is told yet."""
        alert = Alert(
            key=key,
            provider=provider,
            targets=(),
            of=1 if provider else 0,
            state="firing",
            severity=severity,
            why=why,
            message=message,
            since=self.now,
            fired_at=self.now,
        )
        return Firing(alert)

    def tell(self, firing: Firing, kind: Kind, *, rings: bool = True) -> None:
        """Note that an alert fires or is worse; people are told unless they do not want to be."""
        alert, rank = self.shown(firing.alert), RANKS[firing.alert.severity]
        muted = alert.acknowledged or alert.snoozed_until is not None
        news = rank > firing.told
        if news and (self._quiet or not muted):
            firing.told = rank
        sent = news and not muted and not self._quiet
        firing.was_sent = firing.was_sent or sent
        if sent or kind != "reminded":
            record = None if kind == "reminded" else firing.record()
            self._changes.append(Change(kind, alert, sent, sent and rings, record))

    def resolve(self, firing: Firing) -> None:
        """End an alert, and a snooze that was to last as long."""
        self._end(firing, "resolved")
        if self.snoozes.until(firing.alert.key, "", self.now) == math.inf:
            self.snoozes.clear(firing.alert.key)

    def fold(self, firing: Firing, into: str) -> None:
        """End an alert that goes on as the one of its provider."""
        self._end(firing, "folded", folded_into=into)

    def _end(self, firing: Firing, kind: Kind, folded_into: str | None = None) -> None:
        alert = firing.alert
        targets = (*alert.targets, *sorted(firing.affected - {*alert.targets}))
        firing.alert = dataclasses.replace(
            alert,
            targets=targets,
            of=max(alert.of, len(targets)),
            state="resolved",
            resolved_at=self.now,
            folded_into=folded_into,
        )
        alert, record = self.shown(firing.alert), firing.record()
        self._changes.append(Change(kind, alert, firing.was_sent, rings=False, record=record))
