"""Alerts of a watch: evaluated as its figures change, and handed to whoever tells others."""

from __future__ import annotations

import copy
import math
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from relaytop.alerts.credit_alerts import LOW_CREDIT, CreditLevel
from relaytop.alerts.firing import resumed
from relaytop.alerts.formats.sentence import sentence
from relaytop.alerts.keeper import AlertKeeper
from relaytop.alerts.words import describe_change, duration_words, in_short
from relaytop.config.steady_clock import STEADY
from relaytop.monitor.credit_words import (
    credit_thresholds,
    credit_words,
    has_no_limit,
    is_low,
)
from relaytop.monitor.event import Event
from relaytop.monitor.event_join import MAX_MEMBERS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from relaytop.alerts.alert import Alert
    from relaytop.alerts.firing import Change
    from relaytop.alerts.incident_record import IncidentRecord
    from relaytop.config.settings import Settings
    from relaytop.monitor.event import Level
    from relaytop.monitor.monitor import Monitor
    from relaytop.protocol.messages import Credit

BAD = {"degraded", "down"}
RESUME_S = 600.0
"""Seconds between two runs within which an alert goes on, as an incident of a target does."""
RESUME_EARLIEST_S = -60.0
"""The same where the clock was set back meanwhile."""
GAP_S = 0.001
"""Shortest time between two evaluations, for each target that is summed up in them: where hundreds
go down one after the other, the screen must answer all the same."""


class AlertSender(Protocol):
    """Whoever tells others of alerts: a command, a webhook, a messaging service."""

    def send(self, alert: Alert) -> None:
        """Hand on that an alert fired, got worse or resolved, without waiting for anything."""
        ...


class IncidentWriter(Protocol):
    """Whoever keeps incidents."""

    def write(self, record: IncidentRecord) -> None:
        """Keep that an incident began, how it goes or how it went, without waiting for the disk."""
        ...

    def warning(self) -> str | None:
        """Return once why nothing is kept any more; None while all is well."""
        ...


class AlertingState(NamedTuple):
    """The state of a watch's alerts at one moment."""

    keeper: AlertKeeper
    evaluated: tuple[int, float, float, bool]
    """What was evaluated last, and when the next evaluation is due."""


class Alerting:
    """Evaluates the alerts of a watch, logs what happens to them and hands it on.

    Args:
        after: Bad evaluations in a row before an alert fires.
    """

    def __init__(self, after: int) -> None:
        self.keeper = AlertKeeper(after)
        self.senders: list[AlertSender] = []
        """Told of each change that others are to know of."""
        self.incidents: IncidentWriter | None = None
        self.on_change: Callable[[Change], None] = _ignore
        """Called with each change: the screen's bell."""
        self._seen_changes = 0
        self._due = self._not_before = 0.0
        self._looked = False
        self._resumed: list[Alert] = []
        """Alerts of the run before that the log does not tell of yet."""

    @property
    def firing(self) -> tuple[Alert, ...]:
        """The alerts that fire, the oldest first."""
        return self.keeper.firing

    def alerts_of(self, targets: Iterable[str]) -> tuple[Alert, ...]:
        """Return the alerts that are about any of these targets."""
        return self.keeper.alerts_of(targets)

    def forget(self) -> None:
        """Begin anew, as if nothing had been seen; snoozes stay."""
        snoozes = self.keeper.snoozes.all()
        self.keeper = AlertKeeper(self.keeper.after)
        for key, until in snoozes.items():
            self.keeper.snooze(key, until)
        self._seen_changes, self._due, self._not_before = 0, 0.0, 0.0

    def checkpoint(self) -> AlertingState:
        """Return the state, for `restore` to go on from."""
        evaluated = (self._seen_changes, self._due, self._not_before, self._looked)
        return AlertingState(copy.deepcopy(self.keeper), evaluated)

    def restore(self, state: AlertingState) -> None:
        """Go on from a state that there was; snoozes stay as they are now."""
        snoozes = self.keeper.snoozes.all()
        self.keeper = copy.deepcopy(state.keeper)
        for key in self.keeper.snoozes.all():
            self.keeper.snoozes.clear(key)
        for key, until in snoozes.items():
            self.keeper.snooze(key, until)
        self._seen_changes, self._due, self._not_before, self._looked = state.evaluated

    def keep_open_incidents(self) -> None:
        """Keep how bad the incidents have been that go on, before nobody looks any more."""
        if self.incidents is not None:
            for record in self.keeper.open_incidents:
                self.incidents.write(record)

    def leave(self, now: float, unsent: Collection[str]) -> None:
        """Keep the incidents that go on while relaytop ends.

        Args:
            now: Steady Unix seconds.
            unsent: The keys of alerts that could not be sent at the end.
        """
        if self.incidents is not None:
            for record in self.keeper.left_open(now, unsent):
                self.incidents.write(record)

    def resume(self, records: Iterable[IncidentRecord], now: float, watched: Settings) -> None:
        """Go on with the alerts that fired when the run before this one ended.

        Of what is not watched any more nothing is known, so that it stays open.

        Args:
            records: Of incidents that were left open.
            now: Steady Unix seconds.
            watched: The settings in force.
        """
        targets = {target.id for target in watched.targets}
        providers = {target.provider for target in watched.targets}
        for record in records:
            left = record.left
            if left is None or not RESUME_EARLIEST_S <= now - left.at <= RESUME_S:
                continue
            of_credit = record.why == LOW_CREDIT and record.provider in providers
            if record.provider and not of_credit and not targets.intersection(left.targets):
                continue
            firing = resumed(record, left)
            self.keeper.resume(firing)
            self._resumed.append(firing.alert)
            if self.incidents is not None:
                self.incidents.write(firing.record())  # no other run is to go on with it, too

    # ── what a person does ───────────────────────────────────────────────────

    def acknowledge(self, alert: Alert, *, acknowledged: bool = True) -> None:
        """Ring for an alert no more, up to its end; or again."""
        self.keeper.acknowledge(alert.key, acknowledged=acknowledged)

    def snooze(self, key: str, until: float) -> None:
        """Tell nobody of a target or a provider until a moment.

        Args:
            key: A target's id, or the name of a provider.
            until: Steady Unix seconds; infinity: until it resolves.
        """
        self.keeper.snooze(key, until)

    def end_snooze(self, key: str) -> None:
        """Tell people of a target or a provider again; of what fires already, too."""
        self.keeper.snoozes.clear(key)

    @property
    def snoozed(self) -> Mapping[str, float]:
        """Key → steady Unix seconds of its snooze's end."""
        return self.keeper.snoozes.all()

    # ── snoozes, from one run to the next ────────────────────────────────────

    @property
    def snoozes(self) -> dict[str, float]:
        """Key of an alert, or a provider → the end of its snooze, in the system clock's seconds."""
        found = self.keeper.snoozes.all()
        return {key: _whole(STEADY.to_wall(until)) for key, until in found.items()}

    def restore_snoozes(self, snoozes: Mapping[str, float]) -> None:
        """Go on with the snoozes of an earlier run."""
        for key, until in snoozes.items():
            self.keeper.snooze(key, until - STEADY.correction_s)

    # ── evaluation ───────────────────────────────────────────────────────────

    def evaluate(self, monitor: Monitor, now: float, trouble: str | None, *, reads: bool) -> None:
        """Evaluate the alerts where a status has changed, or five seconds have gone by.

        Args:
            monitor: The figures.
            now: Unix seconds, as the monitor's.
            trouble: The reason why nothing is probed; None while all is well.
            reads: Whether another relaytop probes, and tells others: only the bell is ours then.
        """
        if now < self._not_before:
            return
        if monitor.status_changes == self._seen_changes and now < self._due:
            return
        self._seen_changes, self._due = monitor.status_changes, self.keeper.due_after(now)
        quiet, self._looked = reads and not self._looked, True
        while self._resumed:
            _log_resumed(monitor, self._resumed.pop(0), now)
        keeper = self.keeper
        keeper.after = monitor.settings.alerts.after
        credit = credit_levels(monitor, now)
        well = not BAD & monitor.statuses() and not any(each.low for each in credit.values())
        if keeper.idle and trouble is None and well:
            return  # with nothing to see, nothing is summed up
        summaries = [monitor.summary(target, now) for target in monitor.targets()]
        self._not_before = now + len(summaries) * GAP_S
        self._seen_changes = monitor.status_changes  # a summary may find another one
        for change in keeper.evaluate(
            summaries,
            now,
            trouble=trouble,
            quiet=quiet,
            groups=monitor.alert_groups(),
            credit=credit,
        ):
            _log(monitor, change, now)
            self.on_change(change)
            if not reads:
                self._hand_on(change)
        self._warn(monitor, now)

    def _hand_on(self, change: Change) -> None:
        if change.sent:
            for sender in self.senders:
                sender.send(change.alert)
        if change.record is not None and self.incidents is not None:
            self.incidents.write(change.record)

    def _warn(self, monitor: Monitor, now: float) -> None:
        warning = None if self.incidents is None else self.incidents.warning()
        if warning is not None:
            monitor.note(Event(now, "notice", "warning", None, warning))


def credit_levels(monitor: Monitor, now: float) -> dict[str, CreditLevel]:
    """Return provider → what is left there, where that is known; of several places the least."""
    limits = credit_thresholds(monitor.settings)
    found: dict[str, CreditLevel] = {}
    for credit in sorted(monitor.credits(), key=_remaining, reverse=True):
        words = credit_words(credit, now)
        if has_no_limit(credit):
            found[credit.provider] = CreditLevel(low=False, spent=False, words="no limit")
        elif credit.remaining is not None and words:
            low = is_low(credit, limits.get(credit.provider))
            found[credit.provider] = CreditLevel(low, credit.remaining <= 0, words[0])
    return found


def _remaining(credit: Credit) -> float:
    return math.inf if credit.remaining is None else credit.remaining


def _log(monitor: Monitor, change: Change, now: float) -> None:
    alert = change.alert
    level: Level = "error" if alert.severity == "down" else "warning"
    if change.kind in {"resolved", "folded"}:
        level = "good" if change.kind == "resolved" else "info"
    target = alert.key if alert.key in alert.targets else None
    text = describe_change(change, named=target is None)
    cause = "alert resolved" if change.kind == "resolved" else text
    event = Event(now, "alert", level, target, text, cause=cause, detail=in_short(change))
    if target is None and alert.targets:
        members = alert.targets[:MAX_MEMBERS]
        event = replace(event, members=members, status=alert.severity, why=alert.why)
    monitor.note(event)


def _log_resumed(monitor: Monitor, alert: Alert, now: float) -> None:
    level: Level = "error" if alert.severity == "down" else "warning"
    lasts = duration_words(max(0.0, now - alert.since))
    text = f"alert of the last run, {lasts} old: {sentence(alert)}"
    monitor.note(Event(now, "alert", level, None, text))


def _whole(seconds: float) -> float:
    """Return whole seconds: a clock that was set is read anew each time, a little different."""
    return seconds if math.isinf(seconds) else float(round(seconds))


def _ignore(_change: Change) -> None:
    pass
