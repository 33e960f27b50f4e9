"""A monitor with the rows of a Prometheus, beside those of hosts that report their probes."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING

from relaytop.config.settings import Provider, Target
from relaytop.fleet.prometheus.source import REFRESH_S
from relaytop.monitor.confidence import Confidence
from relaytop.monitor.event import Event
from relaytop.monitor.monitor import LEVELS
from relaytop.monitor.status_words import describe_status
from relaytop.monitor.why import why
from relaytop.watch.fleet_monitor import FleetMonitor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relaytop.config.settings import Settings, Thresholds
    from relaytop.fleet.prometheus.figures import Key
    from relaytop.fleet.prometheus.source import PrometheusSource
    from relaytop.monitor.error_groups import ErrorGroup
    from relaytop.monitor.points import Point
    from relaytop.monitor.source import Bin, Overview
    from relaytop.monitor.summary import LastError, Status, Summary

WINDOW_S = 600.0
"""The range of queries where the window is a number of requests."""
HOUR_S = 3600.0


class PrometheusMonitor(FleetMonitor):
    """All rows of a fleet together.

    Args:
        settings: The targets of hosts that report their probes; the thresholds of all rows.
        now: Unix seconds.
        limits: `provider/model` → its thresholds, where they are its own.
    """

    def __init__(self, settings: Settings, now: float, limits: Mapping[str, Thresholds]) -> None:
        super().__init__(settings, now)
        self._limits = limits
        self._source: PrometheusSource | None = None
        self._health: dict[str, Status] = {}

    def read_from(self, source: PrometheusSource) -> None:
        """Show the rows of a Prometheus too."""
        self._source = source

    @property
    def window_s(self) -> float:
        """The window in force, in seconds."""
        return self.window.seconds or WINDOW_S

    def limits_of(self, key: Key) -> Thresholds:
        """Return the thresholds of a row: those of the config for its target, or for all."""
        provider, model, _place = key
        return self._limits.get(f"{provider}/{model}", self.settings.defaults.thresholds)

    def update(self, now: float) -> None:
        """Take over what Prometheus has answered: new rows, and log what changed its status."""
        if self._source is None:
            return
        self._know_rows(self._source)
        health: dict[str, Status] = {}
        first = not self._health
        for name in self._source.targets():
            summary = self._source.summary(name, now)
            health[name] = summary.status
            if not first and self._health.get(name) != summary.status:
                self._note_status(summary, now)
        self.status_changes += health != self._health
        self._health = health

    def _note_status(self, summary: Summary, now: float) -> None:
        limits = self.limits_of((summary.provider, summary.model, summary.place))
        if summary.status == "unknown" and summary.reason is None:
            return
        text, cause = describe_status(summary, limits), why(summary) or summary.status
        level = LEVELS.get(summary.status, "warning")
        event = Event(now, "status", level, summary.target, text, summary.status, cause=cause)
        self.note(dataclasses.replace(event, status=summary.status, why=why(summary)))

    def _know_rows(self, source: PrometheusSource) -> None:
        """Let the settings name the rows there are."""
        own = [target for target in self.settings.targets if target.id in self._targets]
        rows = source.targets()
        known = {target.id: target for target in self.settings.targets}
        if [target.id for target in self.settings.targets] == [t.id for t in own] + list(rows):
            return
        found = [known.get(name) or self._target(source.key(name)) for name in rows]
        targets = (*own, *(target for target in found if target is not None))
        providers = {provider.name: provider for provider in self.settings.providers}
        for target in targets:
            providers.setdefault(target.provider, Provider(name=target.provider, base_url=""))
        self.settings = dataclasses.replace(
            self.settings, targets=targets, providers=tuple(providers.values())
        )

    def _target(self, key: Key | None) -> Target | None:
        if key is None:
            return None
        provider, model, place = key
        return dataclasses.replace(
            self.settings.defaults,
            provider=provider,
            model=model,
            place=place,
            thresholds=self.limits_of(key),
        )

    def watch(self, settings: Settings, capacities: Mapping[str, int], now: float) -> None:
        """Change to other rows of hosts; those of Prometheus stay."""
        super().watch(settings, capacities, now)
        if self._source is not None:
            self._know_rows(self._source)

    def pause(self, target: str, now: float, reason: str, *, log: bool = True) -> None:
        """Note that a target is paused; one of Prometheus' is not."""
        if target in self._targets:
            super().pause(target, now, reason, log=log)

    def resume(self, target: str, now: float, *, log: bool = True) -> None:
        """Note that a target is probed again."""
        if target in self._targets:
            super().resume(target, now, log=log)

    def _of_source(self, target: str) -> PrometheusSource | None:
        """Return where a row comes from; None where a host reports it."""
        return None if target in self._targets else self._source

    # ── Source ───────────────────────────────────────────────────────────────

    def targets(self) -> Sequence[str]:
        """The ids of all rows."""
        rows = self._source.targets() if self._source is not None else ()
        return (*super().targets(), *rows)

    def interval_s(self, target: str) -> float:
        """Return the cadence of a row's probes in seconds, as far as it is known."""
        source = self._of_source(target)
        return super().interval_s(target) if source is None else REFRESH_S

    def statuses(self) -> set[Status]:
        """The statuses that any row has."""
        return super().statuses() | set(self._health.values())

    def summary(self, target: str, now: float) -> Summary:
        """One row over the window that ends at `now`."""
        source = self._of_source(target)
        return super().summary(target, now) if source is None else source.summary(target, now)

    def bins(self, target: str, start: float, bin_s: float, n: int) -> list[Bin]:
        """`n` bins of `bin_s` seconds from `start` on, oldest first."""
        source = self._of_source(target)
        reader = super().bins if source is None else source.bins
        return reader(target, start, bin_s, n)

    def points(self, target: str, start: float, end: float) -> list[Point]:
        """The samples from `start` to before `end`, or points that stand for them."""
        source = self._of_source(target)
        reader = super().points if source is None else source.points
        return reader(target, start, end)

    def oldest_at(self, target: str) -> float | None:
        """The moment of the oldest sample that can be shown."""
        source = self._of_source(target)
        return super().oldest_at(target) if source is None else source.oldest_at(target)

    def is_loading(self, target: str) -> bool:
        """Whether more of a row's history is on its way."""
        source = self._of_source(target)
        return source is not None and source.is_loading(target)

    def confidence(self, target: str) -> Confidence:
        """How sure the window's figures are: of a histogram, its buckets' ends."""
        source = self._of_source(target)
        if source is None:
            return super().confidence(target)
        summary = source.summary(target, 0.0)
        return Confidence(dict(summary.latency.bounds), dict(summary.ttft.bounds))

    def errors(self, target: str) -> Sequence[LastError]:
        """The newest failures; Prometheus knows none one by one."""
        source = self._of_source(target)
        if source is None:
            return super().errors(target)
        error = source.summary(target, 0.0).last_error
        return () if error is None else (error,)

    def error_groups(self, target: str) -> Sequence[ErrorGroup]:
        """All failures by class; Prometheus knows no messages."""
        return super().error_groups(target) if self._of_source(target) is None else ()

    def overview(self, now: float) -> Overview:
        """All rows together."""
        found = super().overview(now)
        if self._source is None:
            return found
        rows = [self._source.summary(name, now) for name in self._source.targets()]
        counts = Counter(found.counts)
        counts.update(str(row.status) for row in rows)
        costs = [row.cost_usd for row in rows if row.cost_usd is not None]
        per_h = sum(costs) * HOUR_S / self.window_s if costs else None
        return dataclasses.replace(
            found,
            counts=dict(counts),
            probes_s=found.probes_s + sum(row.requests for row in rows) / self.window_s,
            skipped=found.skipped + sum(row.skipped for row in rows),
            budget=found.budget if self._targets else None,
            usd_per_h=(found.usd_per_h or 0.0) + per_h if per_h is not None else found.usd_per_h,
            projected_usd_per_h=found.projected_usd_per_h if self._targets else None,
            usd_per_h_complete=found.usd_per_h_complete and len(costs) == len(rows),
            prometheus=self._source.state,
        )
