"""A watch without a screen: an engine's process, started again where it dies, and a monitor."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError
from relaytop.protocol.messages import Add, Budget
from relaytop.watch.agent.command_state import CommandState
from relaytop.watch.agent.server import AgentServer
from relaytop.watch.core import WatchCore
from relaytop.watch.engine_exit import exit_phrase
from relaytop.watch.engine_silence import silence_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from relaytop.config.settings import Settings
    from relaytop.engine.child import EngineChild
    from relaytop.monitor.event import Event, Kind, Level
    from relaytop.protocol.messages import Command, Report
    from relaytop.watch.core import ReportConsumer

TICK_S = 1.0
"""Seconds after which samples leave the window and events are logged, reports or none."""
WAIT_S = (1.0, 60.0)
"""Seconds before a dead engine is started again: at first, and at most."""
STARTING = "the engine is starting"
STEADY_S = 60.0
"""An engine that has worked for so long begins with the short wait again."""


class Agent(WatchCore):
    """Probes, counts and logs until it is stopped.

    Args:
        settings: What to watch.
        spawn: Starts an engine's process.
        load: Reads the settings anew; raises `RelaytopError` where they are bad.
        snapshots: The folder for snapshots.
        log: Called once with each event.
        socket_path: Settings → the socket on which this machine's readers find the agent; None:
            none do.
        snapshot_every_s: Seconds between two snapshots; None saves the last one only.
        saves: Whether a snapshot is saved at all.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        spawn: Callable[[], EngineChild],
        load: Callable[[], Settings],
        snapshots: Path,
        log: Callable[[Event], None],
        socket_path: Callable[[Settings], Path] | None,
        snapshot_every_s: float | None = None,
        saves: bool = True,
    ) -> None:
        super().__init__(settings, snapshots=snapshots)
        self._spawn = spawn
        self._load = load
        self._log = log
        self._snapshot_every_s = snapshot_every_s
        self._saves = saves
        self._engine: EngineChild | None = None
        self._commands = CommandState()
        self._server = AgentServer(self.monitor, self.document)
        self._consumers.append(self._server)
        self._socket_path = socket_path
        self._logged = 0
        self._reload_asked = asyncio.Event()
        self._changed = asyncio.Event()
        self._estimated = False
        self._why_dead: str | None = STARTING

    def ask_reload(self) -> None:
        """Read the settings again soon; where they are bad, those in force stay."""
        self._reload_asked.set()

    def add_consumer(self, consumer: ReportConsumer) -> None:
        """Hand every report to another consumer too."""
        self._consumers.append(consumer)

    def send(self, command: Command) -> None:
        """Obey a command of whoever reads; the next engine obeys it too."""
        self._commands.record(command)
        if isinstance(command, Add):
            for target in command.targets:
                self.monitor.add(target, self.clock())
        if self._engine is not None:
            self._engine.send(command)

    async def run(self, stop: asyncio.Event) -> None:
        """Probe until `stop` is set, then save a snapshot; the socket is closed at the end."""
        work = [self._probe(), self._reload(), self._tick(), self._save_now_and_then()]
        tasks = [asyncio.ensure_future(part) for part in work]
        tasks.append(asyncio.ensure_future(_until(stop)))
        try:
            if self.exporter is not None:
                await self.exporter.start()
            await self._open_socket()
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # raises where an error of ours ended it
        finally:
            self.begin_end()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._saves:
                await self._save()
            await self.end()
            if self.exporter is not None:
                await self.exporter.aclose()
            await self._server.aclose()
            self._flush()

    async def _open_socket(self) -> None:
        """Let this machine's readers find the agent; where they cannot, say so and go on."""
        if self._socket_path is None:
            return
        path = self._socket_path(self.settings)
        try:
            await self._server.open(path)
        except OSError as error:
            text = f"{path}: the monitor and `pick` cannot attach: {error.strerror or error}"
            self.note("notice", "error", text)

    # ── the engine ───────────────────────────────────────────────────────────

    async def _probe(self) -> None:
        """Run one engine after another."""
        loop = asyncio.get_running_loop()
        shortest, longest = WAIT_S
        wait_s = shortest
        while True:
            began_at = loop.time()
            why = await self._one_engine()
            if why is None:
                continue
            if loop.time() - began_at >= STEADY_S:
                wait_s = shortest
            died = f"engine {exit_phrase(why)}"
            self._why_dead = died
            self.note("engine", "error", f"{died}; restarting in {wait_s:g} s")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._changed.wait()
            wait_s = min(2 * wait_s, longest)

    async def _one_engine(self) -> str | None:
        """Read one engine until it dies, and say why; None where other settings end it."""
        self._changed.clear()
        try:
            engine = self._spawn()
        except OSError as error:
            return f"cannot be started: {error.strerror}"
        reading = asyncio.ensure_future(self.read(engine))
        changing = asyncio.ensure_future(self._changed.wait())
        try:
            engine.start(self.settings)
            self._engine = engine
            for command in self._commands.in_force():
                engine.send(command)
            await asyncio.wait([reading, changing], return_when=asyncio.FIRST_COMPLETED)
            if self._changed.is_set():
                return None
            return reading.result()
        finally:
            self._engine = None
            for task in (reading, changing):
                task.cancel()
            await asyncio.gather(reading, changing, return_exceptions=True)
            await asyncio.to_thread(engine.stop)
            self.apply_unread(engine)
            self._why_dead = STARTING
            self.monitor.engine_lost()

    def apply(self, reports: Sequence[Report]) -> None:
        """Apply a batch of reports, and log what they brought."""
        self._why_dead = None
        super().apply(reports)
        if not self._estimated and any(isinstance(report, Budget) for report in reports):
            self._estimated = True
            self._note_estimate()
        self._flush()

    def _check_engine(self) -> None:
        """Look whether the engine still reports; that a dead one does not is no news."""
        if self._why_dead is None:
            super()._check_engine()

    def trouble(self) -> str | None:
        """Return why nothing is probed; None while all is well."""
        if self._why_dead is not None:
            return self._why_dead
        return None if self.silent_s is None else silence_text(self.silent_s)

    def _evaluate_alerts(self) -> None:
        """Evaluate the alerts; an engine that is only starting is nothing to be told of."""
        if self._why_dead != STARTING:
            super()._evaluate_alerts()

    # ── other settings ───────────────────────────────────────────────────────

    async def _reload(self) -> None:
        while True:
            await self._reload_asked.wait()
            self._reload_asked.clear()
            try:
                settings = await asyncio.to_thread(self._load)
            except RelaytopError as error:
                text = f"reload failed; keeping the current settings: {error}"
                self.note("notice", "error", text)
                continue
            self.monitor.reconfigure(settings, self.clock())
            if self._notifier is not None:
                self._notifier.configure(settings)
            self._estimated = False
            self._changed.set()
            await self._open_socket()
            self.record_targets()
            self.note("notice", "info", f"reloaded: {_count(settings)}")

    # ── events and snapshots ────────────────────────────────────────────────

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            now = self.clock()
            self.check()
            for name in self.monitor.targets():
                self.monitor.summary(name, now)
            self._flush()

    async def _save_now_and_then(self) -> None:
        if self._snapshot_every_s is None:
            await asyncio.Event().wait()
        while True:
            await asyncio.sleep(self._snapshot_every_s or 0.0)
            await self._save()

    async def _save(self) -> None:
        """Save a snapshot; where it cannot be, say so and go on."""
        try:
            path = await asyncio.to_thread(self.save, self.document())
        except OSError as error:
            text = f"{self.snapshots}: snapshot not saved: {error.strerror}"
            self.note("snapshot", "error", text)
            return
        self.note_saved(path)

    def _note_estimate(self) -> None:
        """Log what the next hour costs at most."""
        overview = self.monitor.overview(self.clock())
        budget = overview.budget.budget_usd if overview.budget else self.settings.budget_usd
        hour = "cost unknown"
        if overview.projected_usd_per_h is not None:
            hour = f"at most ${overview.projected_usd_per_h:.4f} per hour"
            if not overview.usd_per_h_complete:
                hour += " plus models with an unknown price"
        targets = _count(self.settings)
        self.note("budget", "info", f"probing {targets}: {hour}, budget ${budget:.2f} per day")

    def note(self, kind: Kind, level: Level, text: str, target: str | None = None) -> None:
        """Add a line to the event log, and log it at once."""
        super().note(kind, level, text, target)
        self._flush()

    def _flush(self) -> None:
        """Log the events that were not logged yet."""
        self._logged, fresh = self.monitor.events_after(self._logged)
        for event in fresh:
            self._log(event)


async def _until(stop: asyncio.Event) -> None:
    await stop.wait()


def _count(settings: Settings) -> str:
    count = len(settings.targets)
    return "1 target" if count == 1 else f"{count} targets"
