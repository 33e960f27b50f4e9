"""All targets together: applies the engine's reports, answers what the screen asks."""

from __future__ import annotations

import dataclasses
import math
import re
from collections import Counter
from typing import TYPE_CHECKING

from relaytop.config.durations import scaled_s
from relaytop.config.list_prices import with_list_prices
from relaytop.config.status_pages import status_pages
from relaytop.monitor import number_format
from relaytop.monitor.common_error import common_error
from relaytop.monitor.event import Event
from relaytop.monitor.event_history import EventHistory
from relaytop.monitor.handover import EngineCounts, MonitorHandover, TargetHandover
from relaytop.monitor.lateness import SPAN_S as LATE_S
from relaytop.monitor.lateness import Lateness
from relaytop.monitor.official_status import OfficialStatusKeeper
from relaytop.monitor.origin import observe_origin
from relaytop.monitor.points import read_points
from relaytop.monitor.probe_costs import ProbeCosts
from relaytop.monitor.projected_cost import projected_cost
from relaytop.monitor.source import Overview
from relaytop.monitor.status_words import describe_hold, describe_scarce, describe_status
from relaytop.monitor.target import TargetMonitor
from relaytop.monitor.throughput import COST_S, Throughput
from relaytop.monitor.why import why
from relaytop.protocol.messages import (
    Budget,
    Credit,
    Finished,
    Hold,
    Note,
    Notice,
    Prices,
    Pulse,
    Ready,
    StatusPage,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from relaytop.config.settings import Settings, Target, Window
    from relaytop.monitor.confidence import Confidence
    from relaytop.monitor.error_groups import ErrorGroup
    from relaytop.monitor.event import Level
    from relaytop.monitor.points import Point
    from relaytop.monitor.ring_buffer import RingBuffer
    from relaytop.monitor.source import Bin
    from relaytop.monitor.summary import LastError, Status, Summary
    from relaytop.probe.sample import Sample
    from relaytop.protocol.messages import Report

FIGURES = re.compile(r"[\d.,]+")
LEVELS: dict[str, Level] = {"up": "good", "degraded": "warning", "down": "error"}


class Monitor:
    """Keeps a `TargetMonitor` per target; implements `Source`.

    Args:
        settings: Targets, window, history and prices.
        now: Unix seconds.
        whole_run: Whether the status judges all that is in the window, and not the end of it: no
            incident is over then while the window says otherwise.
    """

    def __init__(self, settings: Settings, now: float, *, whole_run: bool = False) -> None:
        self._whole_run = whole_run
        self.settings = settings
        """The settings, with the targets and list prices that came since."""
        self.window = settings.window
        self._targets: dict[str, TargetMonitor] = {}
        self._events = EventHistory()
        self._throughput = Throughput(now)
        self._lateness = Lateness()
        self._probe_costs = ProbeCosts()
        self._official = OfficialStatusKeeper()
        self._counts = EngineCounts()
        self.factor = 1.0
        """The factor of every target's own interval."""
        self.status_changes = 0
        """How often the status of any target has changed."""
        # Until the engine has read the ledger: nothing is known to be spent, so it is a bound.
        state = "ok" if settings.budget_usd > 0 else "off"
        self._budget = Budget(0.0, settings.budget_usd, state, complete=False)
        for target in settings.targets:
            self.add(target, now)

    # ── what happens ─────────────────────────────────────────────────────────

    def apply(self, report: Report, now: float) -> None:
        """Apply one report of the engine."""
        match report:
            case Ready():  # another engine counts from 0 again
                self.engine_lost()
            case Finished(sample):
                self._record(report, sample, now)
            case Pulse():
                self._apply_pulse(report, now)
                self._judge_lateness(now)
            case Hold(name, until, reason, asked):
                self._apply_hold(name, until, reason, now, asked=asked)
            case Prices(provider, prices):
                self.settings = with_list_prices(self.settings, provider, prices)
            case Budget():
                self._apply_budget(report, now)
            case Credit(provider):
                self._apply_credit(report, provider)
            case Notice() | Note() | StatusPage():
                self._log_report(report, now)
            case _:
                return

    def _log_report(self, report: Notice | Note | StatusPage, now: float) -> None:
        """Log a report that changes no target."""
        match report:
            case Notice(level, text):
                kind: Level = "error" if level == "error" else "warning"
                kind = kind if level != "info" else "info"
                # What differs in its figures alone says the same again.
                self.note(Event(now, "notice", kind, None, text, FIGURES.sub("", text)))
            case Note(_, text):
                self.note(Event(now, "note", "info", None, f"note: {text}"))
            case StatusPage():
                for event in self._official.apply(report, now):
                    self.note(event)

    def _record(self, report: Finished, sample: Sample, now: float) -> None:
        monitored = self._targets.get(sample.target)
        if monitored is None:
            return
        self._throughput.record(now, sample.cost_usd)
        if sample.late_ms is not None:
            self._lateness.record(now, sample.late_ms)
            self._judge_lateness(now)
        if monitored.status.reason == "budget":
            monitored.status.resume()
        if report.counted_usd is not None:
            monitored.count_cost(report.counted_usd)
        changed = monitored.record(sample, now, report.running_since)
        origin = list(observe_origin(monitored.facts, monitored.asked, sample))
        if changed:
            self._log_status(monitored, now)
        for kind, level, text in origin:
            self.note(Event(now, kind, level, monitored.target.id, text, cause=text))

    def _judge_lateness(self, now: float) -> None:
        change = self._lateness.judge(now)
        if change == "began":
            late = number_format.format_ms(self._lateness.busy_ms or 0.0).strip()
            text = f"this host is busy: replies are read up to {late} ms late (P99 over 1 min)"
            text += "; kernel timestamps exclude that from latencies"
            self.note(Event(now, "busy", "warning", None, text))
        elif change == "ended":
            self.note(Event(now, "busy", "good", None, "this host is no longer busy"))

    def _apply_pulse(self, pulse: Pulse, now: float) -> None:
        self._counts.in_flight, self._counts.dropped = pulse.in_flight, pulse.dropped
        for name, monitored in self._targets.items():
            monitored.set_running(pulse.running.get(name))
            self._counts.skipped += monitored.set_skips(pulse.skipped.get(name, 0))
            monitored.set_paced(pulse.paced.get(name, 0), pulse.at)
            self._judge_hanging(monitored, now)

    def _judge_hanging(self, monitored: TargetMonitor, now: float) -> None:
        if monitored.judge_hanging(now):
            self._log_status(monitored, now)

    def _apply_hold(self, name: str, until: float, reason: str, now: float, *, asked: bool) -> None:
        monitored = self._targets.get(name)
        if monitored is None:
            return
        monitored.invalidate()
        if reason == "budget":
            if monitored.status.pause(now, "budget"):
                self._log_status(monitored, now)
            return
        monitored.facts.hold_until, monitored.facts.hold_reason = until, reason
        holds, limit = monitored.facts.holds, monitored.facts.rate_limit
        if reason == "scarce":
            if holds.is_scarce_news():
                self._log_hold(name, "scarce", describe_scarce(limit), now)
        elif holds.is_news(reason, until - now, asked=asked):
            text = describe_hold(reason, until - now, asked=asked)
            self._log_hold(name, f"hold:{reason}", text, now)

    def _log_hold(self, name: str, subject: str, text: str, now: float) -> None:
        self.note(Event(now, "limit", "warning", name, text, subject, cause=subject))

    def _apply_credit(self, credit: Credit, provider: str) -> None:
        for monitored in self._targets.values():
            if monitored.target.provider == provider and monitored.target.place == credit.place:
                monitored.facts.credit = credit
                monitored.invalidate()

    def _apply_budget(self, budget: Budget, now: float) -> None:
        before = self._budget.state
        self._budget = budget
        if budget.state == before:
            return
        limit = number_format.format_dollars(budget.budget_usd)
        spent = number_format.format_dollars(budget.spent_usd, 4)
        spent = f"${spent} of ${limit} spent today (UTC)"
        if budget.state == "reached":
            self.note(Event(now, "budget", "error", None, f"budget reached: {spent}"))
        elif budget.state == "warn":
            self.note(Event(now, "budget", "warning", None, f"budget nearly spent: {spent}"))
        elif before in {"reached", "warn"}:
            self.note(Event(now, "budget", "good", None, f"budget available again: {spent}"))

    def _log_status(self, monitored: TargetMonitor, now: float) -> None:
        self.status_changes += 1
        summary = monitored.summary()
        status = summary.status
        text, cause = describe_status(summary, monitored.target.thresholds), why(summary) or status
        level = LEVELS.get(status, "info")
        name = monitored.target.id
        self.note(Event(now, "status", level, name, text, subject=status, cause=cause))

    def note(self, event: Event) -> None:
        """Add a line to the event log, with the status that its target has now."""
        monitored = self._targets.get(event.target) if event.target is not None else None
        if monitored is not None and event.status is None:
            summary = monitored.summary()
            event = dataclasses.replace(event, status=summary.status, why=why(summary))
        self._events.note(event)

    def add(self, target: Target, now: float) -> None:
        """Begin to keep a target."""
        if target.id not in self._targets:
            self._throughput.change(now)
            monitored = TargetMonitor(target, self.window, self.capacity(target), now)
            monitored.set_cadence(scaled_s(target.interval_s, self.factor))
            monitored.asked = self._asked(target)
            monitored.forgives = not self._whole_run
            self._targets[target.id] = monitored
            if target not in self.settings.targets:
                of_it = (target.provider, target.place)
                known = (c for c in self.credits() if (c.provider, c.place) == of_it)
                monitored.facts.credit = next(known, None)
                targets = (*self.settings.targets, target)
                self.settings = dataclasses.replace(self.settings, targets=targets)

    def capacity(self, target: Target) -> int:
        """Return the most samples that are kept of a target."""
        del target
        return self.settings.history

    def _asked(self, target: Target) -> str | None:
        """Return the model that a target's replies should name; None where that cannot be known."""
        providers = self.settings.providers
        known = next((each for each in providers if each.name == target.provider), None)
        return None if known is not None and known.has_deployments else target.model

    def reconfigure(self, settings: Settings, now: float) -> None:
        """Change to other settings: targets that stay keep what is known of them, the rest go."""
        self.settings = settings
        before, self._targets = self._targets, {}
        for target in settings.targets:
            monitored = before.get(target.id)
            if monitored is None:
                self.add(target, now)
                continue
            self._targets[target.id] = monitored
            changed, monitored.target = monitored.target != target, target
            asked = self._asked(target)
            if asked != monitored.asked:
                monitored.asked = asked
                monitored.invalidate()
            if changed:  # its thresholds judge the window anew, which takes milliseconds
                monitored.set_cadence(scaled_s(target.interval_s, self.factor))
                monitored.change_window(settings.window, now)
        if settings.window != self.window:
            self.set_window(settings.window, now)
        self._official.keep(self.watched_pages())

    def watched_pages(self) -> Collection[str]:
        """Return the URLs of the status pages that these settings ask."""
        return status_pages(self.settings)

    def pause(self, target: str, now: float, reason: str, *, log: bool = True) -> None:
        """Note that a target is paused; `log`: in the event log too."""
        monitored = self._targets[target]
        monitored.invalidate()
        self._throughput.change(now)
        if monitored.status.pause(now, reason) and log:
            self._log_status(monitored, now)

    def resume(self, target: str, now: float, *, log: bool = True) -> None:
        """Note that a target is probed again; `log`: in the event log too."""
        monitored = self._targets[target]
        monitored.invalidate()
        self._throughput.change(now)
        if monitored.status.resume() and log:
            self.note(
                Event(now, "status", "info", target, "probing resumed", "resumed", cause="resumed")
            )

    def set_window(self, window: Window, now: float) -> None:
        """Change to another window."""
        self.window = window
        for monitored in self._targets.values():
            monitored.change_window(window, now)

    def scale(self, factor: float) -> None:
        """Note that every target is probed each `factor` × its own interval now."""
        self._throughput.change()
        self.factor = factor
        for monitored in self._targets.values():
            monitored.set_cadence(scaled_s(monitored.target.interval_s, factor))

    def interval_s(self, target: str) -> float:
        """Return the cadence of a target in seconds."""
        return self._targets[target].interval_s

    # ── from one process to another ──────────────────────────────────────────

    def rings(self) -> Mapping[str, RingBuffer]:
        """Return target → where its samples are."""
        return {name: monitored.ring for name, monitored in self._targets.items()}

    def handover(self) -> MonitorHandover:
        """Return what is known of all targets together."""
        return MonitorHandover(
            began_at=self._throughput.began_at,
            steady_since=self._throughput.steady_since,
            counts=dataclasses.replace(self._counts),
            busy_ms=self._lateness.busy_ms,
            events=self._events.for_handover(),
            status_pages=self._official.pages,
        )

    def target_handover(self, target: str) -> TargetHandover:
        """Return what is known of one target."""
        return self._targets[target].handover()

    def restore(self, known: MonitorHandover | TargetHandover, now: float) -> None:
        """Go on from what another monitor of the same settings knew.

        Raises:
            ValueError: It is no monitor's handover.
        """
        if isinstance(known, MonitorHandover):
            self._throughput.began_at = known.began_at
            self._throughput.steady_since = known.steady_since
            self._counts = known.counts
            self._lateness.restore((), known.busy_ms)
            self._events.extend(known.events)
            self._official.restore(known.status_pages)
            return
        monitored = self._targets.get(known.target)
        if monitored is None:
            return
        monitored.restore(known, now)
        ring = monitored.ring
        recent = ring.since(ring.first_after(now - COST_S))
        self._throughput.add([(record.at, record.cost_usd) for record in recent], now)
        lately = ring.since(ring.first_after(now - LATE_S))
        reads = [(r.at, r.late_ms) for r in lately if not math.isnan(r.late_ms)]
        self._lateness.restore(reads, self._lateness.busy_ms)

    def engine_lost(self) -> None:
        """Note that nothing is probed any more."""
        self._counts.in_flight = 0
        self._throughput.stop()
        for monitored in self._targets.values():
            monitored.engine_lost()

    def forget_statuses(self, now: float) -> None:
        """Note that nobody knows what happened of late: every status begins as unknown."""
        for monitored in self._targets.values():
            monitored.forget_status(now)

    # ── Source ───────────────────────────────────────────────────────────────

    def targets(self) -> Sequence[str]:
        """The target ids in the order of the configuration."""
        return tuple(self._targets)

    def statuses(self) -> set[Status]:
        """The statuses that any target has."""
        return {monitored.status.status for monitored in self._targets.values()}

    def summary(self, target: str, now: float) -> Summary:
        """One target over the window that ends at `now`."""
        monitored = self._targets[target]
        monitored.expire(now)
        self._judge_hanging(monitored, now)
        return monitored.summary()

    def credits(self) -> list[Credit]:
        """What is left at the providers that tell it, once for each place that asked."""
        found = (monitored.facts.credit for monitored in self._targets.values())
        return list({(c.provider, c.place): c for c in found if c is not None}.values())

    def bins(self, target: str, start: float, bin_s: float, n: int) -> list[Bin]:
        """`n` bins of `bin_s` seconds from `start` on, oldest first."""
        return self._targets[target].bins(start, bin_s, n)

    def points(self, target: str, start: float, end: float) -> list[Point]:
        """The samples that ended from `start` to before `end`, oldest first."""
        return read_points(self._targets[target].ring, start, end)

    def oldest_at(self, target: str) -> float | None:
        """The end of the oldest sample that is kept of a target."""
        return self._targets[target].ring.oldest_at

    def alert_groups(self) -> Mapping[str, str]:
        """Return target → the name of the alert that one cause of several has; else by provider."""
        return {}

    def is_loading(self, target: str) -> bool:
        """False: all that is kept is here."""
        del target
        return False

    def confidence(self, target: str) -> Confidence:
        """How sure the window's figures are, for a comparison."""
        return self._targets[target].confidence()

    def errors(self, target: str) -> Sequence[LastError]:
        """The newest failures, newest first."""
        return self._targets[target].facts.errors

    def error_groups(self, target: str) -> Sequence[ErrorGroup]:
        """All failures by class and message, the group that failed last first."""
        return self._targets[target].facts.error_groups

    def events(self) -> Sequence[Event]:
        """The event log, oldest first."""
        return self._events.all()

    def notes(self) -> Sequence[Event]:
        """The user's newest notes, oldest first."""
        return self._events.notes()

    def events_after(self, number: int) -> tuple[int, list[Event]]:
        """Return the number of the newest event, and those after the one with `number`."""
        return self._events.noted, self._events.after(number)

    def overview(self, now: float) -> Overview:
        """All targets together."""
        for monitored in self._targets.values():
            self._judge_hanging(monitored, now)
        projected = projected_cost(self._targets.values(), self.settings, self._probe_costs)
        counts = Counter(m.status.status for m in self._targets.values())
        return Overview(
            counts={str(status): count for status, count in counts.items()},
            probes_s=self._throughput.probes_s(now),
            in_flight=self._counts.in_flight,
            skipped=self._counts.skipped,
            dropped=self._counts.dropped,
            budget=self._budget,
            paced=sum(m.paced for m in self._targets.values()),
            usd_per_h=self._throughput.usd_per_h(now, projected.usd_per_h),
            projected_usd_per_h=projected.usd_per_h,
            usd_per_h_complete=projected.complete,
            common_error=common_error(self._targets.values()),
            window=self.window,
            reserved_usd_per_h=projected.reserved_usd_per_h,
            busy_ms=self._lateness.busy_ms,
            status_pages=self._official.pages,
        )
