"""A watch over many machines that somebody looks at."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.config.list_prices import with_list_prices
from relaytop.config.settings import MODES
from relaytop.config.steady_clock import STEADY
from relaytop.config.target_id import split_target
from relaytop.fleet.ssh.settings import fleet_settings
from relaytop.protocol.messages import Add, Pause
from relaytop.watch.fleet_monitor import FleetMonitor
from relaytop.watch.prometheus_watch import PrometheusWatch
from relaytop.watch.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from relaytop.config.settings import Settings, Target, Window
    from relaytop.fleet.ssh.engine import SshEngine
    from relaytop.fleet.ssh.protocol import Watched
    from relaytop.monitor.event import Level
    from relaytop.monitor.handover import MonitorHandover, TargetHandover
    from relaytop.protocol.messages import Command, Models, Prices

REFUSED = "an agent probes there and obeys its config alone"


class FleetSession(Session):
    """Shows what many hosts find; implements `HostListener`.

    Args:
        settings: The viewer's own: window, alerts, keys, thresholds for the rows of a Prometheus,
            and `[fleet]`, which names that.
        engine: Reads the hosts.
        snapshots: The folder for snapshots.
        clock: Steady Unix seconds, or of a moment of the past; a test passes its own.
    """

    monitor: FleetMonitor

    def __init__(
        self,
        settings: Settings,
        engine: SshEngine,
        *,
        snapshots: Path,
        clock: Callable[[], float] = STEADY,
    ) -> None:
        limits = {target.id: target.thresholds for target in settings.targets}
        # What the config lists is probed by others: here it only has thresholds.
        settings = dataclasses.replace(settings, providers=(), targets=())
        super().__init__(settings, engine, restart=lambda: engine, snapshots=snapshots, clock=clock)
        self.fleet = engine
        self.prometheus: PrometheusWatch | None = None
        self.monitor = FleetMonitor(settings, clock())
        if settings.fleet.prometheus is not None:
            self.prometheus = PrometheusWatch(settings, limits, clock, self._note_prometheus)
            self.monitor = self.prometheus.monitor
        if self.past is not None:
            self.past.on_move = self._ask_anew
        self._base = settings
        self._watched: dict[str, Watched] = {}
        self._capacities: dict[str, int] = {}
        self._added: list[Add] = []
        engine.listener = self

    def _evaluate_alerts(self) -> None:
        """Evaluate the alerts, by where what fails has its cause."""
        self.monitor.judge_where(self.clock())
        super()._evaluate_alerts()

    # ── Prometheus ───────────────────────────────────────────────────────────

    async def read_engine(self, on_offer: Callable[[Models | Prices], None]) -> None:
        """Apply what hosts report, and ask Prometheus meanwhile."""
        polling = None if self.prometheus is None else self.prometheus.start()
        try:
            await super().read_engine(on_offer)
        finally:
            if polling is not None:
                polling.cancel()

    def set_window(self, window: Window) -> None:
        """Change to this window, and ask Prometheus for its figures at once."""
        super().set_window(window)
        self._ask_anew()

    def _ask_anew(self) -> None:
        if self.prometheus is not None:
            self.prometheus.refresh_now()

    def _note_prometheus(self, level: Level, text: str) -> None:
        self.note("engine", level, text)

    # ── what hosts tell beside reports ──────────────────────────────────────

    def watch_place(self, place: str, watched: Watched, capacity: int) -> None:
        """Show the rows of a place."""
        before, self._watched[place] = self._watched.get(place), watched
        self._capacities[place] = capacity
        if before == watched:
            return
        order = [name for name in self.fleet.hosts if name in self._watched]
        settings = fleet_settings(self._base, {name: self._watched[name] for name in order})
        settings = dataclasses.replace(settings, window=self.window)
        for provider in self.settings.providers:  # what became known live
            listed = {m: price for m, price in provider.prices.items() if price.source == "list"}
            settings = with_list_prices(settings, provider.name, listed) if listed else settings
        self.monitor.watch(settings, self._capacities, self.clock())
        for added in self._added:
            for target in added.targets:
                self.monitor.add(target, self.clock())
        self.record_targets()

    def restore(
        self, place: str, known: MonitorHandover | TargetHandover, since: float | None
    ) -> None:
        """Go on from what a host knows."""
        del place
        self.monitor.restore_place(known, self.clock(), since)

    def place_lost(self, place: str) -> None:
        """Show that nothing is heard from a place."""
        self.monitor.set_place(place, self.clock(), unreachable=True)

    def place_live(self, place: str) -> Sequence[Command]:
        """Show that a place is heard; return the commands that hold for it."""
        self.monitor.set_place(place, self.clock(), unreachable=False)
        added = [add for add in self._added if any(t.place == place for t in add.targets)]
        held = [
            command
            for command in self._state_commands()
            if not isinstance(command, Pause)
            or command.target is None
            or split_target(command.target).place == place
        ]
        return [*added, *held]

    def engine_restarted(self, place: str) -> None:
        """Count a place's skips from 0 again."""
        self.monitor.place_engine_lost(place)

    def note_place(self, level: Level, text: str) -> None:
        """Add a line to the event log."""
        self.note("engine", level, text)

    @property
    def places_without_rows(self) -> Sequence[str]:
        """The places that were never heard from and have failed: no row tells of them."""
        return [place for place in self.fleet.unreachable if place not in self._watched]

    # ── what the keys do ─────────────────────────────────────────────────────

    def change_interval(self, step: int) -> None:
        """Probe twice or half as often where hosts obey; the agents keep their intervals."""
        super().change_interval(step)
        self.monitor.keep_intervals({t for t in self.monitor.targets() if not self._obeys(t)})

    def _obeys(self, target: str) -> bool:
        host = self.fleet.hosts.get(split_target(target).place)
        return host is not None and host.obeys

    def toggle(self, target: str) -> None:
        """Stop or start probing one target, where its host obeys."""
        if self._obeys(target):
            super().toggle(target)
        else:
            self.note("notice", "warning", REFUSED, target)

    def toggle_group(self, name: str, targets: Sequence[str]) -> None:
        """Stop or start probing those of these targets whose hosts obey."""
        obeying = [target for target in targets if self._obeys(target)]
        if obeying:
            super().toggle_group(name, obeying)
        else:
            self.note("notice", "warning", f"{name}: {REFUSED}")

    def toggle_all(self) -> None:
        """Pause or resume all probing that this reader's hosts do; the agents go on."""
        super().toggle_all()
        now = self.clock()
        others = [target for target in self.monitor.targets() if not self._obeys(target)]
        for target in others:
            self.monitor.resume(target, now, log=False)
        if others:
            self.note("notice", "warning", f"{len(others)} targets go on: {REFUSED}")

    def add(
        self, names: Sequence[tuple[str, str]], modes: Mapping[tuple[str, str], str] | None = None
    ) -> None:
        """Begin to probe these (provider, model) pairs at every host that has the provider."""
        fresh = [
            dataclasses.replace(
                self._defaults(place),
                provider=provider,
                model=model,
                place=place,
                mode=(modes or {}).get((provider, model), MODES[0]),
            )
            for provider, model in names
            for place, watched in self._watched.items()
            if provider in watched.apis and self.fleet.hosts[place].obeys
        ]
        fresh = [target for target in fresh if target.id not in self.monitor.targets()]
        for target in fresh:
            self.monitor.add(target, self.clock())
        if fresh:
            self.record_targets()
            command = Add(tuple(fresh))
            self._added.append(command)
            self.engine.send(command)

    def _defaults(self, place: str) -> Target:
        """Return the cadence of a place's first target: what is added is probed like that."""
        targets = self._watched[place].targets
        return targets[0] if targets else self.settings.defaults
