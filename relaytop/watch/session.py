"""A watch in progress: settings, monitor and engine together; it knows nothing of widgets."""

from __future__ import annotations

import dataclasses
import os
import socket
import time
from typing import TYPE_CHECKING, Protocol

from relaytop.config.durations import format_duration, parse_window, scaled_s
from relaytop.config.list_prices import with_list_prices
from relaytop.engine.child import GATHER_FROZEN_S, GATHER_S
from relaytop.monitor.monitor import Monitor
from relaytop.monitor.number_format import format_dollars
from relaytop.monitor.source import Event
from relaytop.protocol.messages import (
    Add,
    ListModels,
    Models,
    Pause,
    Prices,
    Resume,
    Scale,
    SetBudget,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from relaytop.config.settings import Settings, Target, Thresholds, Window
    from relaytop.export.exporter import Exporter
    from relaytop.protocol.messages import Command, Report
    from relaytop.store.recorder import Recorder
    from relaytop.watch.player import Player
    from relaytop.watch.reference import Reference

WINDOWS = ("1m", "2m", "5m", "10m", "30m", "1h", "100 requests")
"""What the window key goes through."""

DAY_S = 86_400

FACTORS = tuple(2.0**power for power in range(-5, 7))
"""What the interval keys multiply every target's own interval by."""


class Engine(Protocol):
    """What a session needs of an engine: a process, an agent, or a recording that is played."""

    gather_s: float

    @property
    def obeys(self) -> bool:
        """Whether it takes commands: what others run, or what is past, is only looked at."""
        ...

    @property
    def returncode(self) -> int | None:
        """The exit code; None while it runs."""
        ...

    def start(self, settings: Settings) -> None:
        """Begin to probe."""
        ...

    def send(self, command: Command) -> bool:
        """Send a command; False where no engine takes it."""
        ...

    def reports(self) -> AsyncIterator[list[Report]]:
        """Yield what the engine says; ends when it dies."""
        ...

    def last_words(self) -> str:
        """Return why it died; empty where it did not say."""
        ...

    def stop(self) -> None:
        """End it."""
        ...


class Session:
    """What the keys act on.

    Args:
        settings: What to watch.
        engine: The engine's process, already spawned.
        restart: Makes another one, after this one died.
        snapshots: The folder for snapshots.
        clock: Unix seconds; a test passes its own.
    """

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        *,
        restart: Callable[[], Engine],
        snapshots: Path,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self.engine = engine
        self.clock = clock
        self.monitor = Monitor(settings, clock())
        self.paused = False
        self.reference: Reference | None = None
        """A snapshot that the figures are compared with."""
        self.dead: str | None = None
        """Why the engine is gone; None while it runs."""
        self.exporter: Exporter | None = None
        """Shows the same to Prometheus; None where nobody asked for it."""
        self.recorder: Recorder | None = None
        """Writes the same to a file; None where nobody asked for it."""
        self.player: Player | None = None
        """The recording that is played; None where the engine probes."""
        self._restart = restart
        self.snapshots = snapshots
        self._targets: dict[str, Target] = {target.id: target for target in settings.targets}
        self._off: set[str] = set()
        self._factor = 1.0
        self._raised: tuple[int, float] | None = None
        """(UTC day, USD): a budget that holds for that day alone."""
        self._away = False

    # ── the engine ───────────────────────────────────────────────────────────

    async def pump(self, on_offer: Callable[[Models | Prices], None]) -> None:
        """Read the engine's reports into the monitor until it dies."""
        if self.exporter is not None:
            await self.exporter.start()
        async for reports in self.engine.reports():
            self.take(reports, on_offer)
        self.dead = self.engine.last_words() or f"exit code {self.engine.returncode}"
        self.monitor.engine_lost()
        self._note("engine", "error", f"engine died ({self.dead}); r starts it again")

    def take(self, reports: Sequence[Report], on_offer: Callable[[Models | Prices], None]) -> None:
        """Apply a batch of reports; what providers offer, and at which price, is handed on."""
        now = self.clock()
        if self.exporter is not None:
            self.exporter.take(reports)
        if self.recorder is not None:
            self._record(self.recorder, reports)
        for report in reports:
            if isinstance(report, Prices):
                self.settings = with_list_prices(self.settings, report.provider, report.prices)
            if isinstance(report, Models | Prices):
                on_offer(report)
            self.monitor.apply(report, now)

    def _record(self, recorder: Recorder, reports: Sequence[Report]) -> None:
        recorder.take(reports)
        complaint = recorder.complaint()
        if complaint is not None:
            self._note("notice", "error", complaint)

    @property
    def reads_agent(self) -> bool:
        """Whether another relaytop probes, and this one only shows what it finds."""
        return self.player is None and not self.engine.obeys

    def look_away(self, *, away: bool) -> None:
        """Read the engine less often while the picture is frozen."""
        self._away = away
        self.engine.gather_s = GATHER_FROZEN_S if away else GATHER_S

    def restart_engine(self) -> None:
        """Start another engine with the same targets, paused as they were."""
        self.engine.stop()
        self.engine = self._restart()
        self.look_away(away=self._away)
        self.engine.start(self._watched)
        for command in self._orders():
            self.engine.send(command)
        self.dead = None
        self._note("engine", "good", "engine started again")

    def _orders(self) -> list[Command]:
        """Return what an engine must be told that begins anew."""
        orders: list[Command] = []
        if self._factor != 1.0:
            orders.append(Scale(self._factor))
        if self._raised is not None and self._raised[0] == self._utc_day:
            orders.append(SetBudget(self._raised[1]))
        orders += [Pause(target) for target in self._off]
        if self.paused:
            orders.append(Pause())
        return orders

    @property
    def _utc_day(self) -> int:
        return int(self.clock() // DAY_S)

    @property
    def _watched(self) -> Settings:
        """The settings with every target that was added since."""
        return dataclasses.replace(self.settings, targets=tuple(self._targets.values()))

    # ── what the keys do ─────────────────────────────────────────────────────

    @property
    def thresholds(self) -> dict[str, Thresholds]:
        """Target id → its thresholds."""
        return {name: target.thresholds for name, target in self._targets.items()}

    @property
    def window(self) -> Window:
        """The window in force."""
        return self.monitor.window

    @property
    def span_s(self) -> float:
        """The time that sparklines and the chart cover."""
        if self.window.seconds is not None:
            return self.window.seconds
        slowest = max((self.interval_s(name) for name in self._targets), default=5.0)
        return (self.window.count or 1) * slowest

    def interval_s(self, target: str) -> float:
        """Return the cadence of a target in seconds."""
        return scaled_s(self._targets[target].interval_s, self._factor)

    @property
    def fastest_s(self) -> float:
        """Return the shortest interval of any target."""
        return min((self.interval_s(name) for name in self._targets), default=5.0)

    def toggle(self, target: str) -> None:
        """Stop or start probing one target."""
        now = self.clock()
        if target in self._off:
            self._off.discard(target)
            if self.paused:  # it stays so with all the others
                self._note("status", "info", "switched on, and probed when all go on (p)", target)
            else:
                self.monitor.resume(target, now)
            self.engine.send(Resume(target))
        else:
            if self.paused:
                self._note("status", "info", "switched off", target)
            self._off.add(target)
            self.monitor.pause(target, now, "user")
            self.engine.send(Pause(target))

    def toggle_all(self) -> None:
        """Pause or resume all probing; targets switched off one by one stay off."""
        self.paused = not self.paused
        now = self.clock()
        for target in self._targets:
            if target in self._off:
                continue
            if self.paused:
                self.monitor.pause(target, now, "user", told=False)
            else:
                self.monitor.resume(target, now, told=False)
        self.engine.send(Pause() if self.paused else Resume())
        self._note("status", "info", "all probing paused" if self.paused else "probing goes on")

    def change_interval(self, step: int) -> None:
        """Probe every target twice as often (`step` < 0) or half as often as now."""
        chosen = FACTORS[max(0, min(len(FACTORS) - 1, FACTORS.index(self._factor) + step))]
        own = [target.interval_s for target in self._targets.values()]
        if all(scaled_s(s, chosen) == scaled_s(s, self._factor) for s in own):
            bound = "fast" if step < 0 else "slow"
            self._note("notice", "info", f"probing is as {bound} as it can be")
            return
        self._factor = chosen
        self.monitor.scale(chosen)
        self.engine.send(Scale(chosen))
        factor = f"{chosen:g}" if chosen >= 1 else f"1/{1 / chosen:g}"
        fastest = f"the fastest target is probed every {format_duration(self.fastest_s)}"
        self._note("notice", "info", f"interval ×{factor}: {fastest}")

    def next_window(self) -> None:
        """Take the next window of the list."""
        windows = [parse_window(text) for text in WINDOWS]
        current = windows.index(self.window) if self.window in windows else -1
        self.monitor.set_window(windows[(current + 1) % len(windows)], self.clock())

    def set_budget(self, usd: float) -> None:
        """Raise today's budget."""
        self._raised = (self._utc_day, usd)
        self.engine.send(SetBudget(usd))
        self._note("budget", "info", f"today's budget is now ${format_dollars(usd)}")

    def list_models(self, provider: str) -> None:
        """Ask the engine what a provider offers; answered through `pump`'s callback."""
        self.engine.send(ListModels(provider))

    def add(self, names: Sequence[tuple[str, str]]) -> None:
        """Begin to probe these (provider, model) pairs."""
        fresh = []
        for provider, model in names:
            target = dataclasses.replace(self.settings.defaults, provider=provider, model=model)
            if target.id not in self._targets:
                self._targets[target.id] = target
                self.monitor.add(target, self.clock())
                if self.paused:
                    self.monitor.pause(target.id, self.clock(), "user", told=False)
                fresh.append(target)
        if fresh:
            if self.recorder is not None:
                self.recorder.watch(self._watched)
            self.engine.send(Add(tuple(fresh)))

    # ── what is kept ─────────────────────────────────────────────────────────

    @property
    def host(self) -> str:
        """The machine that probes."""
        return socket.gethostname()

    def snapshot(self) -> Path:
        """Save a snapshot and return its path.

        Raises:
            OSError: It could not be written.
        """
        from relaytop.store.document import snapshot_document  # noqa: PLC0415 - after first paint
        from relaytop.store.snapshot import save_snapshot  # noqa: PLC0415

        document = snapshot_document("live", self.monitor, self.settings, self.clock(), self.host)
        path = save_snapshot(document, self.snapshots)
        self._note("snapshot", "good", f"snapshot saved: {os.fspath(path)}")
        return path

    def _note(self, kind: str, level: str, text: str, target: str | None = None) -> None:
        self.monitor.note(
            Event(self.clock(), kind, level, target, text)  # type: ignore[arg-type]
        )
