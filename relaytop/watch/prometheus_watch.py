"""A Prometheus that is asked while somebody looks: its client, its rows and its news."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from relaytop.config.fleet_checks import GROUPS
from relaytop.config.label_matchers import parse_matchers
from relaytop.fleet.prometheus.client import PrometheusClient
from relaytop.fleet.prometheus.source import PrometheusSource
from relaytop.fleet.traffic.reader import TrafficReader
from relaytop.watch.past_clock import PastClock
from relaytop.watch.prometheus_monitor import PrometheusMonitor
from relaytop.watch.prometheus_poller import PrometheusPoller

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from relaytop.config.settings import FleetSettings, Settings, Thresholds
    from relaytop.fleet.traffic.exporter import Exporter
    from relaytop.monitor.event import Level


class PrometheusWatch:
    """Asks the Prometheus of `[fleet]`, and lets a monitor show its rows.

    Args:
        settings: The window, the thresholds and `[fleet]`.
        limits: `provider/model` → its thresholds, where they are its own.
        clock: Steady Unix seconds, or a clock that stands in the past.
        note: Adds a line to the event log.
    """

    def __init__(
        self,
        settings: Settings,
        limits: Mapping[str, Thresholds],
        clock: Callable[[], float],
        note: Callable[[Level, str], None],
    ) -> None:
        given = settings.fleet
        past = clock if isinstance(clock, PastClock) else None
        monitor = self.monitor = PrometheusMonitor(settings, clock(), limits)
        client = PrometheusClient(
            given.prometheus or "",
            token=given.token,
            headers=given.headers,
            ca_file=given.ca_file,
        )
        match = parse_matchers(given.match or "")

        def moment() -> float | None:
            return None if past is None else past()

        self.source = PrometheusSource(
            client,
            match=match,
            label=None if given.by in GROUPS else given.by,
            window_s=lambda: monitor.window_s,
            limits=monitor.limits_of,
            clock=clock,
            moment=moment,
            traffic=TrafficReader(
                lambda: _exporters(given),
                lambda expr: client.query(expr, moment()),
                matchers=",".join(map(str, match)),
                aliases=settings.aliases,
            ),
        )
        monitor.read_from(self.source)
        self._poller = PrometheusPoller(self.source, self._answered)
        self._clock = clock
        self._note = note
        self._problem: str | None = None

    def start(self) -> asyncio.Task[None]:
        """Begin to ask; the task goes on until it is cancelled."""
        return asyncio.create_task(self._poller.run())

    def refresh_now(self) -> None:
        """Ask for all figures at once: another window or moment is shown."""
        self._poller.refresh_now()

    def _answered(self) -> None:
        """Show what was answered, and log that Prometheus fails or answers again."""
        self.monitor.update(self._clock())
        for event in self.source.take_events():
            self.monitor.note(event)
        before, self._problem = self._problem, self.source.state.problem
        if self._problem == before:
            return
        if self._problem is not None:
            self._note("warning", f"Prometheus: {self._problem}")
        else:
            self._note("good", "Prometheus answers again")


def _exporters(settings: FleetSettings) -> Sequence[Exporter]:
    from relaytop.fleet.traffic.catalogue import load_exporters  # noqa: PLC0415 - pydantic

    return load_exporters(settings.traffic)
