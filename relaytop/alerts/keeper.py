"""Alerts of all targets: fires, holds and resolves them as evaluations follow one another."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from relaytop.alerts.changes import Changes
from relaytop.alerts.condition import EVALUATE_S, STATUS_EVALUATIONS, Condition
from relaytop.alerts.credit_alerts import LOW_CREDIT, CreditAlerts
from relaytop.alerts.engine_alert import EngineAlert
from relaytop.alerts.firing import RANKS
from relaytop.alerts.outage import cause_of, common_cause, is_bad, may_be_outage, outage_cause
from relaytop.monitor.why import ERRORS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from relaytop.alerts.alert import Alert
    from relaytop.alerts.credit_alerts import CreditLevel
    from relaytop.alerts.firing import Change, Firing
    from relaytop.alerts.incident_record import IncidentRecord
    from relaytop.alerts.snoozes import Snoozes
    from relaytop.monitor.summary import Summary


class AlertKeeper:
    """Evaluates summaries, every five seconds and whenever a status has changed.

    A target that is paused or unknown holds: nothing fires, and what fires does not resolve.

    Args:
        after: Bad evaluations in a row before an alert fires; twice as many good ones end it.
    """

    def __init__(self, after: int) -> None:
        self.after = after
        self._log = Changes()
        self._conditions: dict[str, Condition] = {}
        self._own: dict[str, Firing] = {}
        """Target → its own alert."""
        self._outages: dict[str, Firing] = {}
        """Provider, or what explains the failures of several places → the alert of its outage."""
        self._engine = EngineAlert()
        self._credit = CreditAlerts()
        self._due = -math.inf

    # ── what is read ─────────────────────────────────────────────────────────

    @property
    def firing(self) -> tuple[Alert, ...]:
        """The alerts that fire, the oldest first."""
        return tuple(self._log.shown(firing.alert) for firing in self._all())

    @property
    def open_incidents(self) -> list[IncidentRecord]:
        """The incidents that go on, as bad as they have been so far."""
        return [firing.record() for firing in self._all()]

    def left_open(self, now: float, unsent: Collection[str]) -> list[IncidentRecord]:
        """Return the incidents that go on, for the next run to go on with.

        Args:
            now: Unix seconds.
            unsent: The keys of alerts that could not be sent at the end.
        """
        return [firing.left_open(now, unsent) for firing in self._all()]

    @property
    def snoozes(self) -> Snoozes:
        """The targets and providers that are snoozed."""
        return self._log.snoozes

    @property
    def idle(self) -> bool:
        """Whether nothing fires or is snoozed, and nothing was bad at the last evaluation."""
        conditions = [self._engine.condition, *self._conditions.values()]
        quiet = self._credit.idle and not any(c.bad for c in conditions)
        return quiet and not self._all() and not self.snoozes

    def due_after(self, now: float) -> float:
        """Return when the evaluation after one at `now` is due, Unix seconds."""
        return self._due if self._due > now else now + EVALUATE_S

    def alerts_of(self, targets: Iterable[str]) -> tuple[Alert, ...]:
        """Return the alerts that are about any of these targets now."""
        wanted = {*targets}
        return tuple(alert for alert in self.firing if alert.is_about(wanted))

    def _all(self) -> list[Firing]:
        found = [*self._own.values(), *self._outages.values()]
        found += [*self._engine.all(), *self._credit.all()]
        return sorted(found, key=lambda firing: (firing.alert.fired_at, firing.alert.key))

    # ── what a person does ───────────────────────────────────────────────────

    def acknowledge(self, key: str, *, acknowledged: bool = True) -> None:
        """Tell nobody of an alert any more, up to its end; or let people be told again."""
        for firing in self._all():
            if firing.alert.key == key:
                firing.alert = dataclasses.replace(firing.alert, acknowledged=acknowledged)

    def snooze(self, key: str, until: float) -> None:
        """Tell nobody of a target or a provider until a moment; infinity: until it resolves.

        Where it fires still at that moment, people are told again.
        """
        self.snoozes.set(key, until)
        for firing in self._all():
            if key in {firing.alert.key, firing.alert.provider}:
                firing.told = 0

    # ── from one run to the next ─────────────────────────────────────────────

    def resume(self, firing: Firing) -> None:
        """Go on with an alert of the run before, as if it had not ended."""
        key, provider = firing.alert.key, firing.alert.provider
        if not provider:
            self._engine.resume(firing)
        elif firing.alert.why == LOW_CREDIT:
            self._credit.resume(firing)
        elif key == provider:
            self._outages[provider] = firing
        else:
            self._own[key] = firing

    # ── evaluation ───────────────────────────────────────────────────────────

    def evaluate(
        self,
        summaries: Sequence[Summary],
        now: float,
        *,
        trouble: str | None = None,
        quiet: bool = False,
        groups: Mapping[str, str] | None = None,
        credit: Mapping[str, CreditLevel] | None = None,
    ) -> list[Change]:
        """Evaluate all targets, and return what happened.

        Args:
            summaries: All that are watched; others' alerts end.
            now: Unix seconds. What comes within five seconds of the last evaluation counts for
                changes of a status alone.
            trouble: The reason why nothing is probed; the targets hold then.
            quiet: Whether what is bad already is no news: the first look at another's watch.
            groups: Target → what explains its failure, where several places tell; those that one
                cause explains are one alert. Others go by their provider.
            credit: Provider → what is left there, where that is known.
        """
        counted = now >= self._due
        if counted:
            on_time = now < self._due + EVALUATE_S
            self._due = (self._due if on_time else now) + EVALUATE_S
        self._log.begin(now, quiet=quiet)
        self._engine.judge(trouble, self._log, self.after, counted=counted)
        self._credit.judge(credit or {}, self._log, self.after, counted=counted)
        if trouble is None:
            self._drop_others({s.target for s in summaries})
            for s in summaries:
                self._record(s, counted=counted, quiet=quiet)
            for provider, members in self._grouped(summaries, groups or {}).items():
                self._judge_provider(provider, members, counted=counted)
        for firing in self._all():
            self._log.tell(firing, "reminded")
        return self._log.all()

    def _grouped(
        self, summaries: Sequence[Summary], groups: Mapping[str, str]
    ) -> dict[str, list[Summary]]:
        """Return the name of an outage's alert → the targets that it may be about.

        What is part of one stays there until it has ended, whatever explains it meanwhile.
        """
        parts = {t: name for name, outage in self._outages.items() for t in outage.affected}
        found: dict[str, list[Summary]] = {}
        for s in summaries:
            name = parts.get(s.target) or groups.get(s.target) or s.provider
            found.setdefault(name, []).append(s)
        return found

    def _record(self, s: Summary, *, counted: bool, quiet: bool) -> None:
        condition = self._conditions.setdefault(s.target, Condition())
        unknown = s.status in {"paused", "unknown"}
        condition.record(bad=None if unknown else is_bad(s), counted=counted)
        if quiet and condition.bad:
            condition.bad = max(condition.bad, self.after)

    def _judge_provider(
        self, provider: str, summaries: Sequence[Summary], *, counted: bool
    ) -> None:
        probed = [s for s in summaries if s.status != "paused"]
        ready = [s for s in probed if self._conditions[s.target].bad >= self.after]
        outage = self._outages.get(provider)
        covered: set[str] = set()
        if outage is not None:
            covered = self._judge_outage(outage, ready, probed, counted=counted)
        elif (cause := outage_cause(probed, {s.target for s in ready})) is not None:
            outage = self._log.new(provider, provider, "degraded", cause)
            self._outages[provider] = outage
            bad = [s for s in ready if cause_of(s) in {cause, ERRORS}]
            covered = self._fire_outage(outage, bad, probed)
        apart = {s.target for s in ready if s.target not in covered}
        for s in summaries:
            others = [own.alert for own in self._own.values() if own.alert.key != s.target]
            fires = s.target in apart and not may_be_outage(s, others, probed, self._log.now)
            self._judge_target(s, bad=fires, outage=outage)
        self._forget_snoozes(provider, summaries)

    def _fire_outage(
        self, outage: Firing, bad: Sequence[Summary], probed: Sequence[Summary]
    ) -> set[str]:
        """Fire an outage's alert; it rings no bell where those that it replaces have rung."""
        outage.update(bad, outage.alert.why, probed)
        folded = self._own_of(bad)
        rang = max((firing.told for firing in folded), default=0)
        self._log.tell(outage, "fired", rings=RANKS[outage.alert.severity] > rang)
        self._fold(folded, outage)
        return {s.target for s in bad}

    def _judge_outage(
        self, outage: Firing, ready: Sequence[Summary], probed: Sequence[Summary], *, counted: bool
    ) -> set[str]:
        """Let an outage go on with the targets that are bad for its cause, or end it.

        Returns:
            The ids of those targets.
        """
        why = common_cause(s for s in ready if s.target not in self._own) or outage.alert.why
        bad = [s for s in ready if self._belongs(s, why, counted=counted)]
        if bad:
            outage.good = 0
            if outage.update(bad, why, probed):
                self._log.tell(outage, "worse")
            self._fold(self._own_of(bad), outage)
        elif counted and any(s.status == "up" and s.target in outage.affected for s in probed):
            outage.good += 1
            if outage.good >= 2 * self.after:
                del self._outages[outage.alert.key]
                self._log.resolve(outage)
        return {s.target for s in bad}

    def _own_of(self, summaries: Iterable[Summary]) -> list[Firing]:
        return [self._own[s.target] for s in summaries if s.target in self._own]

    def _fold(self, folded: Iterable[Firing], outage: Firing) -> None:
        for firing in folded:
            target = firing.alert.key
            del self._own[target]
            outage.told_apart[target] = firing.told
            self._log.fold(firing, outage.alert.key)

    def _belongs(self, s: Summary, why: str, *, counted: bool) -> bool:
        """Return whether a bad target is part of its provider's outage.

        One that fails for another reason is, too, until that has lasted: an outage changes its face
        as it goes on.
        """
        condition = self._conditions[s.target]
        if cause_of(s) in {why, ERRORS}:
            condition.differing = 0
            return True
        if s.target in self._own:
            return False
        condition.differing += counted
        return condition.differing <= max(self.after, STATUS_EVALUATIONS)

    def _judge_target(self, s: Summary, *, bad: bool, outage: Firing | None) -> None:
        """Fire, hold or resolve a target's own alert."""
        own = self._own.get(s.target)
        if bad and own is None:
            own = self._own[s.target] = self._log.new(s.target, s.provider, "degraded", "")
            own.update([s], cause_of(s))
            own.told = outage.told_apart.get(s.target, 0) if outage is not None else 0
            self._log.tell(own, "fired")
        elif own is not None and is_bad(s):
            if own.update([s], cause_of(s)):
                self._log.tell(own, "worse")
        elif own is not None and self._conditions[s.target].good >= 2 * self.after:
            del self._own[s.target]
            self._log.resolve(own)

    def _drop_others(self, targets: set[str]) -> None:
        """End the alerts of targets that are no longer watched."""
        for target in [target for target in self._conditions if target not in targets]:
            del self._conditions[target]
            if target in self._own:
                self._log.resolve(self._own.pop(target))
        for provider, outage in [*self._outages.items()]:
            if not outage.affected & targets:
                self._log.resolve(self._outages.pop(provider))

    def _forget_snoozes(self, provider: str, summaries: Sequence[Summary]) -> None:
        """Forget snoozes that last until an alert resolves, where there is none to resolve."""
        if not self.snoozes:
            return
        endless = {key for key, until in self.snoozes.all().items() if math.isinf(until)}
        well = {s.target for s in summaries if self._conditions[s.target].good >= 2 * self.after}
        for target in endless & well - self._own.keys():
            self.snoozes.clear(target)
        is_well = provider not in self._outages and len(well) == len(summaries)
        is_well = is_well and not self._credit.fires(provider)
        if provider in endless and is_well and not well & self._own.keys():
            self.snoozes.clear(provider)
