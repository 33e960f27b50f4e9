"""A monitor whose rows are on several machines."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.monitor.event import Event
from relaytop.monitor.event_join import MAX_MEMBERS
from relaytop.monitor.handover import MonitorHandover, TargetHandover
from relaytop.monitor.monitor import Monitor
from relaytop.monitor.target import TargetMonitor
from relaytop.monitor.throughput import COST_S
from relaytop.monitor.where_keeper import WhereKeeper

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from relaytop.config.settings import Settings, Target
    from relaytop.monitor.event import Level
    from relaytop.monitor.source import Overview
    from relaytop.monitor.where import Verdict

JUDGE_S = 1.0
"""Seconds between two judgements where failures are, while no status changes."""
SAME_S = 3.0
"""A host's event and our own about what it reported are of about the same moment."""


class FleetMonitor(Monitor):
    """Keeps the rows of several places.

    Args:
        settings: The viewer's settings; which rows there are is told later.
        now: Unix seconds.
    """

    def __init__(self, settings: Settings, now: float) -> None:
        self._capacities: Mapping[str, int] = {}
        self._where = WhereKeeper()
        self._judged = -1
        """The number of status changes when it was last judged where failures are."""
        self._judge_at = 0.0
        super().__init__(settings, now)

    def capacity(self, target: Target) -> int:
        """Return the most samples that are kept of a target: as many as its host keeps."""
        return self._capacities.get(target.place, self.settings.history)

    def watch(self, settings: Settings, capacities: Mapping[str, int], now: float) -> None:
        """Change to other rows; those that stay keep what is known of them.

        Args:
            settings: With all rows.
            capacities: Place → samples that are kept per target.
            now: Unix seconds.
        """
        self._capacities = capacities
        self.reconfigure(settings, now)

    def watched_pages(self) -> Collection[str]:
        """Return the URLs of the status pages that the hosts ask."""
        return self._official.urls

    def restore_place(
        self, known: MonitorHandover | TargetHandover, now: float, since: float | None
    ) -> None:
        """Go on from what a host knows; nothing is counted twice.

        Args:
            known: What it knows, as it is here.
            now: Unix seconds.
            since: Unix seconds until which it was heard before; None: never.
        """
        if isinstance(known, MonitorHandover):
            if since is None:
                self._counts.skipped += known.counts.skipped
            self._events.merge(self._news(known.events, since))
            self._official.restore(known.status_pages)
            return
        monitored = self._targets.get(known.target)
        if monitored is None:
            return
        capacity = self.capacity(monitored.target)
        if monitored.ring.capacity != capacity:
            monitored = self._anew(monitored, now)
        unreachable, at = monitored.status.unreachable, monitored.status.unreachable_at
        monitored.restore(known, now)
        monitored.status.unreachable, monitored.status.unreachable_at = unreachable, at
        ring, start = monitored.ring, max(now - COST_S, since or 0.0)
        recent = ring.since(ring.first_after(start))
        self._throughput.add([(r.at, r.cost_usd) for r in recent if r.at > start], now)

    def _anew(self, monitored: TargetMonitor, now: float) -> TargetMonitor:
        target = monitored.target
        fresh = TargetMonitor(target, self.window, self.capacity(target), now)
        fresh.set_cadence(monitored.interval_s)
        fresh.asked = monitored.asked
        self._targets[target.id] = fresh
        return fresh

    def _news(self, events: tuple[Event, ...], since: float | None) -> list[Event]:
        """Return the events that are not in the log yet, as far as that can be known."""
        if since is None:
            return list(events)
        logged = {(e.target, e.kind, e.subject): e.at for e in self._events.all()}
        return [
            event
            for event in events
            if event.at > since
            and abs(logged.get((event.target, event.kind, event.subject), 0.0) - event.at) > SAME_S
        ]

    def keep_intervals(self, targets: Collection[str]) -> None:
        """Note that these targets are probed at their own intervals, whatever those of others."""
        for name in targets:
            monitored = self._targets.get(name)
            if monitored is not None:
                monitored.set_cadence(monitored.target.interval_s)

    def set_place(self, place: str, now: float, *, unreachable: bool) -> None:
        """Note whether anything is heard from a place."""
        for monitored in self._targets.values():
            if monitored.target.place == place:
                monitored.set_unreachable(now, unreachable=unreachable)

    def place_engine_lost(self, place: str) -> None:
        """Note that a place's engine counts from 0 again."""
        for monitored in self._targets.values():
            if monitored.target.place == place:
                monitored.engine_lost()

    # ── where failures are ───────────────────────────────────────────────────

    @property
    def where(self) -> tuple[Verdict, ...]:
        """Where the causes of failures are, that of the most rows first."""
        return self._where.verdicts

    def judge_where(self, now: float) -> None:
        """Judge where failures are, and log what began or ended."""
        due = self._where.pending and now >= self._judge_at
        if self._judged == self.status_changes and not due:
            return
        self._judged, self._judge_at = self.status_changes, now + JUDGE_S
        summaries = [self.summary(name, now) for name in self.targets()]
        for change in self._where.evaluate(summaries, now):
            verdict = change.verdict
            text = verdict.text if change.began else f"over: {verdict.what}"
            level: Level = "error" if change.began else "good"
            members = verdict.targets[:MAX_MEMBERS]
            self.note(Event(now, "where", level, None, text, cause=text, members=members))

    def alert_groups(self) -> Mapping[str, str]:
        """Return target → the name of the one alert of what explains it, beside a provider."""
        return {
            target: verdict.name
            for verdict in reversed(self._where.found)
            if verdict.cause != "provider"
            for target in verdict.targets
        }

    def overview(self, now: float) -> Overview:
        """All rows together."""
        return dataclasses.replace(super().overview(now), where=self.where)
