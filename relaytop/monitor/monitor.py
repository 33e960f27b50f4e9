"""All targets together: takes the engine's reports, answers what the screen asks."""

from __future__ import annotations

import dataclasses
from collections import Counter, deque
from typing import TYPE_CHECKING

from relaytop.config.durations import scaled_s
from relaytop.config.list_prices import with_list_prices
from relaytop.engine.headroom import is_scarce
from relaytop.monitor import number_format
from relaytop.monitor.handover import MonitorHandover, TargetHandover
from relaytop.monitor.source import Event, Overview
from relaytop.monitor.target import TargetMonitor
from relaytop.monitor.throughput import COST_S, Throughput
from relaytop.pricing.estimate import estimate_usd_per_h
from relaytop.protocol.messages import Budget, Finished, Hold, Notice, Prices, Pulse, Ready

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from relaytop.config.settings import Settings, Target, Window
    from relaytop.monitor.source import Bin
    from relaytop.monitor.summary import LastError, Summary
    from relaytop.probe.sample import Sample
    from relaytop.protocol.messages import Report

    Level = Literal["good", "info", "warning", "error"]

EVENTS_KEPT = 500
LEVELS: dict[str, Level] = {"up": "good", "degraded": "warning", "down": "error"}


class Monitor:
    """Keeps a `TargetMonitor` per target; implements `Source`.

    Args:
        settings: Targets, window, history and prices.
        now: Unix seconds.
    """

    def __init__(self, settings: Settings, now: float) -> None:
        self.settings = settings
        """What is watched, with the targets and list prices that came since."""
        self.window = settings.window
        self._targets: dict[str, TargetMonitor] = {}
        self._events: deque[Event] = deque(maxlen=EVENTS_KEPT)
        self._pace = Throughput(now)
        self._in_flight = 0
        self._skipped = 0
        self._dropped = 0
        self.factor = 1.0
        """What every target's own interval is multiplied by."""
        self._scarce: set[str] = set()
        """Targets of whose rate limit little is left, as the event log has told."""
        # Until the engine has read the ledger: nothing is known to be spent, so it is a bound.
        state = "ok" if settings.budget_usd > 0 else "off"
        self._budget = Budget(0.0, settings.budget_usd, state, complete=False)
        for target in settings.targets:
            self.add(target, now)

    # ── what happens ─────────────────────────────────────────────────────────

    def apply(self, report: Report, now: float) -> None:
        """Take one report of the engine."""
        match report:
            case Ready():  # another engine counts from 0 again
                self.engine_lost()
            case Finished(sample):
                self._take_sample(sample, now)
            case Pulse():
                self._pulse(report)
            case Hold(name, until, reason, asked):
                self._hold(name, until, reason, now, asked=asked)
            case Prices(provider, prices):
                self.settings = with_list_prices(self.settings, provider, prices)
            case Budget():
                self._take_budget(report, now)
            case Notice(level, text):
                kind: Level = "error" if level == "error" else "warning"
                self.note(Event(now, "notice", kind if level != "info" else "info", None, text))
            case _:
                return

    def _take_sample(self, sample: Sample, now: float) -> None:
        monitored = self._targets.get(sample.target)
        if monitored is None:
            return
        self._pace.take(now, sample.cost_usd)
        if not is_scarce(sample.rate_limit):
            self._scarce.discard(sample.target)
        if monitored.status.reason == "budget":
            monitored.status.resume(now)
        if monitored.take(sample, now):
            self._tell_status(monitored, now)

    def _pulse(self, pulse: Pulse) -> None:
        self._in_flight = pulse.in_flight
        self._dropped = pulse.dropped
        for name, monitored in self._targets.items():
            running = pulse.running.get(name)
            if running != monitored.running_since:
                monitored.running_since = running
                monitored.touch()
            self._skipped += monitored.skipped(pulse.skipped.get(name, 0))
            monitored.set_paced(pulse.paced.get(name, 0), pulse.at)

    def _hold(self, name: str, until: float, reason: str, now: float, *, asked: bool) -> None:
        monitored = self._targets.get(name)
        if monitored is None:
            return
        monitored.touch()
        if reason == "budget":
            if monitored.status.pause(now, "budget"):
                self._tell_status(monitored, now)
            return
        monitored.hold_until, monitored.hold_reason = until, reason
        if reason == "scarce":
            self._tell_scarce(monitored, now)
            return
        wait = number_format.format_age(until - now + 0.5)
        who = "as the server asks" if asked else "by our own back-off"
        if reason not in {"rate_limited", "overloaded"}:
            who = "slowed down: waiting does not mend it"
        self.note(Event(now, "limit", "warning", name, f"{reason}: next probe in {wait}, {who}"))

    def _tell_scarce(self, monitored: TargetMonitor, now: float) -> None:
        """Say once that a limit is nearly used up, until there is enough of it again."""
        name = monitored.target.id
        if name not in self._scarce:
            self._scarce.add(name)
            text = "little of the rate limit is left: slowed down, production comes first"
            self.note(Event(now, "limit", "warning", name, text))

    def _take_budget(self, budget: Budget, now: float) -> None:
        before = self._budget.state
        self._budget = budget
        if budget.state == before:
            return
        whole = number_format.format_dollars(budget.budget_usd)
        spent = (
            f"${number_format.format_dollars(budget.spent_usd, 4)} of ${whole} spent today (UTC)"
        )
        if budget.state == "reached":
            self.note(Event(now, "budget", "error", None, f"budget reached: {spent}"))
        elif budget.state == "warn":
            self.note(Event(now, "budget", "warning", None, f"budget nearly spent: {spent}"))
        elif before in {"reached", "warn"}:
            self.note(Event(now, "budget", "good", None, f"budget is open again: {spent}"))

    def _tell_status(self, monitored: TargetMonitor, now: float) -> None:
        status = monitored.status.status
        text: str = status
        last = monitored.errors[0] if monitored.errors else None
        if status == "down" and last is not None:
            text = f"down: {last.error_class}" + (f" · {last.message}" if last.message else "")
        elif status == "degraded":
            text = f"degraded: {', '.join(monitored.broken)} over threshold"
        elif status == "paused":
            text = "paused" if monitored.status.reason == "user" else "paused: budget reached"
        self.note(Event(now, "status", LEVELS.get(status, "info"), monitored.target.id, text))

    def note(self, event: Event) -> None:
        """Add a line to the event log."""
        self._events.append(event)

    def add(self, target: Target, now: float) -> None:
        """Begin to keep a target."""
        if target.id not in self._targets:
            self._pace.change(now)
            monitored = TargetMonitor(target, self.window, self.settings.history, now)
            monitored.interval_s = scaled_s(target.interval_s, self.factor)
            self._targets[target.id] = monitored
            if target not in self.settings.targets:
                targets = (*self.settings.targets, target)
                self.settings = dataclasses.replace(self.settings, targets=targets)

    def reconfigure(self, settings: Settings, now: float) -> None:
        """Take other settings: targets that stay keep what is known of them, the rest go."""
        self.settings = settings
        kept, self._targets = self._targets, {}
        for target in settings.targets:
            monitored = kept.get(target.id)
            if monitored is None:
                self.add(target, now)
                continue
            self._targets[target.id] = monitored
            monitored.target = target
            monitored.interval_s = scaled_s(target.interval_s, self.factor)
            monitored.touch()
        self._scarce &= self._targets.keys()
        self.set_window(settings.window, now)

    def pause(self, target: str, now: float, reason: str, *, told: bool = True) -> None:
        """Note that a target is paused; `told`: in the event log too."""
        monitored = self._targets[target]
        monitored.touch()
        self._pace.change(now)
        if monitored.status.pause(now, reason) and told:
            self._tell_status(monitored, now)

    def resume(self, target: str, now: float, *, told: bool = True) -> None:
        """Note that a target is probed again; `told`: in the event log too."""
        monitored = self._targets[target]
        monitored.touch()
        self._pace.change(now)
        if monitored.status.resume(now) and told:
            self.note(Event(now, "status", "info", target, "probed again"))

    def set_window(self, window: Window, now: float) -> None:
        """Take another window."""
        self.window = window
        for monitored in self._targets.values():
            monitored.change_window(window, now)

    def scale(self, factor: float) -> None:
        """Note that every target is probed each `factor` × its own interval now."""
        self._pace.change()
        self.factor = factor
        for monitored in self._targets.values():
            monitored.interval_s = scaled_s(monitored.target.interval_s, factor)
            monitored.touch()

    def interval_s(self, target: str) -> float:
        """Return the cadence of a target in seconds."""
        return self._targets[target].interval_s

    # ── from one process to another ──────────────────────────────────────────

    def past(self) -> MonitorHandover:
        """Return what is known of all targets together."""
        return MonitorHandover(
            began_at=self._pace.began_at,
            steady_since=self._pace.steady_since,
            skipped=self._skipped,
            in_flight=self._in_flight,
            dropped=self._dropped,
            events=tuple(self._events),
        )

    def past_of(self, target: str) -> TargetHandover:
        """Return what is known of one target."""
        return self._targets[target].past()

    def restore(self, past: MonitorHandover | TargetHandover, now: float) -> None:
        """Go on from what another monitor of the same settings knew.

        Raises:
            ValueError: It is no monitor's past.
        """
        if isinstance(past, MonitorHandover):
            self._pace.began_at, self._pace.steady_since = past.began_at, past.steady_since
            self._skipped = past.skipped
            self._in_flight, self._dropped = past.in_flight, past.dropped
            self._events.extend(past.events)
            return
        monitored = self._targets.get(past.target)
        if monitored is None:
            return
        monitored.restore(past, now)
        ring = monitored.ring
        recent = ring.since(ring.first_after(now - COST_S))
        self._pace.restore([(record.at, record.cost_usd) for record in recent], now)

    def engine_lost(self) -> None:
        """Note that nothing is probed any more."""
        self._in_flight = 0
        self._pace.stop()
        for monitored in self._targets.values():
            monitored.engine_lost()

    # ── Source ───────────────────────────────────────────────────────────────

    def targets(self) -> Sequence[str]:
        """The target ids in the order of the configuration."""
        return tuple(self._targets)

    def summary(self, target: str, now: float) -> Summary:
        """One target over the window that ends at `now`."""
        monitored = self._targets[target]
        if monitored.expire(now):
            self._tell_status(monitored, now)
        return monitored.summary()

    def bins(self, target: str, start: float, bin_s: float, n: int) -> list[Bin]:
        """`n` bins of `bin_s` seconds from `start` on, oldest first."""
        return self._targets[target].bins(start, bin_s, n)

    def errors(self, target: str) -> Sequence[LastError]:
        """The newest failures, newest first."""
        return tuple(self._targets[target].errors)

    def events(self) -> Sequence[Event]:
        """The event log, oldest first."""
        return tuple(self._events)

    def overview(self, now: float) -> Overview:
        """All targets together."""
        projected, complete, reserved = self._projected()
        counts = Counter(m.status.status for m in self._targets.values())
        return Overview(
            counts={str(status): count for status, count in counts.items()},
            probes_s=self._pace.probes_s(now),
            in_flight=self._in_flight,
            skipped=self._skipped,
            dropped=self._dropped,
            budget=self._budget,
            paced=sum(m.paced for m in self._targets.values()),
            usd_per_h=self._pace.usd_per_h(now, projected),
            projected_usd_per_h=projected,
            usd_per_h_complete=complete,
            alike=self._alike(),
            window=self.window,
            reserved_usd_per_h=reserved,
        )

    def _projected(self) -> tuple[float | None, bool, float]:
        """Return the next hour's USD, whether every price in it is known, and what it reserves."""
        active = [m for m in self._targets.values() if m.status.status != "paused"]
        providers = {p.name: p for p in self.settings.providers}
        estimates = [
            estimate_usd_per_h(
                dataclasses.replace(m.target, interval_s=m.interval_s),
                providers[m.target.provider],
                self.settings.assumed_price,
            )
            for m in active
        ]
        complete = all(
            estimate.known or m.summary().cost_usd is not None
            for m, estimate in zip(active, estimates, strict=True)
        )
        known = [e.usd_per_h for e in estimates if e.known]
        reserved = sum(e.usd_per_h for e in estimates)
        return (sum(known) if known or not estimates else None), complete, reserved

    def _alike(self) -> str | None:
        """Return the class with which every target of at least two providers fails now."""
        classes: set[str] = set()
        providers: set[str] = set()
        for monitored in self._targets.values():
            status = monitored.status.status
            if status in {"paused", "unknown"}:
                continue
            if status != "down" or not monitored.errors:
                return None
            providers.add(monitored.target.provider)
            classes.add(monitored.errors[0].error_class)
        if len(classes) == 1 and len(providers) > 1:
            return classes.pop()
        return None
