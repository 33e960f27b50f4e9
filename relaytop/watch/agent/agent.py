"""A watch without a screen: an engine's process, started again where it dies, and a monitor."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from typing import TYPE_CHECKING, Any

from relaytop.config.errors import RelaytopError
from relaytop.export.exporter import Exporter
from relaytop.monitor.monitor import Monitor
from relaytop.monitor.source import Event
from relaytop.protocol.messages import Budget
from relaytop.store.document import snapshot_document
from relaytop.store.snapshot import save_snapshot
from relaytop.watch.agent.server import AgentServer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Literal

    from relaytop.config.settings import Settings
    from relaytop.engine.child import EngineChild
    from relaytop.protocol.messages import Report
    from relaytop.store.recorder import Recorder

    Kind = Literal["budget", "snapshot", "engine", "notice"]
    Level = Literal["good", "info", "error"]

TICK_S = 1.0
"""How often samples leave the window and events are told though nothing is reported."""
SILENT_S = 15.0
"""An engine reports every second; after so long without a word it does not work."""
WAIT_S = (1.0, 60.0)
"""How long to wait before a dead engine is started again: at first, and at most."""
STARTING = "the engine is starting"
STEADY_S = 60.0
"""An engine that has worked for so long begins with the short wait again."""


class Agent:
    """Probes, counts and tells until it is stopped.

    Args:
        settings: What to watch.
        spawn: Starts an engine's process.
        load: Reads the settings anew; raises `RelaytopError` where they are bad.
        listening: The socket of `/metrics`.
        snapshots: The folder for snapshots.
        tell: Takes each event once.
        share_at: Settings → the socket on which this machine's readers find the agent.
        snapshot_every_s: Seconds between two snapshots; None saves the last one only.
        recorder: Writes every report to a file; None where nobody asked for it.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        spawn: Callable[[], EngineChild],
        load: Callable[[], Settings],
        listening: socket.socket,
        snapshots: Path,
        tell: Callable[[Event], None],
        share_at: Callable[[Settings], Path],
        snapshot_every_s: float | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        self._settings = settings
        self._spawn = spawn
        self._load = load
        self._snapshots = snapshots
        self._tell = tell
        self._snapshot_every_s = snapshot_every_s
        self._monitor = Monitor(settings, time.time())
        self._exporter = Exporter(listening, self._monitor, self._trouble)
        self._share = AgentServer(self._monitor, self._document)
        self._share_at = share_at
        self._recorder = recorder
        self._told: Event | None = None
        self._asked = asyncio.Event()
        self._changed = asyncio.Event()
        self._estimated = False
        self._why_dead: str | None = STARTING
        self._heard_at = 0.0

    def ask_reload(self) -> None:
        """Read the settings again soon; where they are bad, those in force stay."""
        self._asked.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Probe until `stop` is set, then save a snapshot; the socket is closed at the end."""
        work = [self._probe(), self._reload(), self._tick(), self._save_now_and_then()]
        tasks = [asyncio.ensure_future(part) for part in work]
        tasks.append(asyncio.ensure_future(_until(stop)))
        try:
            await self._exporter.start()
            await self._open_share()
            if self._recorder is not None:
                self._recorder.watch(self._settings)
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # raises where an error of ours ended it
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._save()
            await self._exporter.aclose()
            await self._share.aclose()
            self._flush()

    async def _open_share(self) -> None:
        """Let this machine's readers find the agent; where they cannot, say so and go on."""
        path = self._share_at(self._settings)
        try:
            await self._share.open(path)
        except OSError as error:
            text = f"{path}: no screen and no `pick` can read this agent: {error.strerror or error}"
            self._note("notice", "error", text)

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
            self._why_dead = f"the engine died ({why})"
            self._note("engine", "error", f"engine died ({why}); the next starts in {wait_s:g}s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), wait_s)
            wait_s = min(2 * wait_s, longest)

    async def _one_engine(self) -> str | None:
        """Read one engine until it dies, and say why; None where other settings end it."""
        self._changed.clear()
        try:
            engine = self._spawn()
        except OSError as error:
            return f"it cannot be started: {error.strerror}"
        reading = asyncio.ensure_future(self._read(engine))
        changing = asyncio.ensure_future(self._changed.wait())
        try:
            engine.start(self._settings)
            await asyncio.wait([reading, changing], return_when=asyncio.FIRST_COMPLETED)
            if self._changed.is_set():
                return None
            reading.result()
            return engine.last_words() or f"exit code {engine.returncode}"
        finally:
            self._why_dead = STARTING
            for task in (reading, changing):
                task.cancel()
            await asyncio.gather(reading, changing, return_exceptions=True)
            self._monitor.engine_lost()
            await asyncio.to_thread(engine.stop)

    async def _read(self, engine: EngineChild) -> None:
        async for reports in engine.reports():
            self._heard_at, self._why_dead = asyncio.get_running_loop().time(), None
            self._take(reports)

    def _take(self, reports: Sequence[Report]) -> None:
        now = time.time()
        self._exporter.take(reports)
        if self._recorder is not None:
            self._record(self._recorder, reports)
        for report in reports:
            self._monitor.apply(report, now)
            if isinstance(report, Budget) and not self._estimated:
                self._estimated = True
                self._estimate(now)
        self._share.take(reports)
        self._flush()

    def _record(self, recorder: Recorder, reports: Sequence[Report]) -> None:
        recorder.take(reports)
        complaint = recorder.complaint()
        if complaint is not None:
            self._note("notice", "error", complaint)

    def _trouble(self) -> str | None:
        if self._why_dead is not None:
            return self._why_dead
        silent_s = asyncio.get_running_loop().time() - self._heard_at
        return f"no word from the engine for {silent_s:.0f}s" if silent_s > SILENT_S else None

    # ── other settings ───────────────────────────────────────────────────────

    async def _reload(self) -> None:
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                settings = await asyncio.to_thread(self._load)
            except RelaytopError as error:
                text = f"not reloaded, the settings in force stay: {error}"
                self._note("notice", "error", text)
                continue
            self._settings = settings
            self._monitor.reconfigure(settings, time.time())
            self._estimated = False
            self._changed.set()
            await self._open_share()
            if self._recorder is not None:
                self._recorder.watch(settings)
            self._note("notice", "info", f"reloaded: {_count(settings)}")

    # ── what is told and kept ────────────────────────────────────────────────

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            now = time.time()
            for name in self._monitor.targets():
                self._monitor.summary(name, now)
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
            path = await asyncio.to_thread(save_snapshot, self._document(), self._snapshots)
        except OSError as error:
            text = f"{self._snapshots}: no snapshot saved: {error.strerror}"
            self._note("snapshot", "error", text)
            return
        self._note("snapshot", "good", f"snapshot saved: {os.fspath(path)}")

    def _document(self) -> dict[str, Any]:
        return snapshot_document(
            "live", self._monitor, self._settings, time.time(), socket.gethostname()
        )

    def _estimate(self, now: float) -> None:
        """Tell what the next hour costs at most."""
        overview = self._monitor.overview(now)
        budget = overview.budget.budget_usd if overview.budget else self._settings.budget_usd
        hour = "of unknown cost"
        if overview.projected_usd_per_h is not None:
            hour = f"at most ${overview.projected_usd_per_h:.4f} an hour"
            if not overview.usd_per_h_complete:
                hour += " and what models of unknown price cost"
        targets = _count(self._settings)
        self._note("budget", "info", f"probing {targets}: {hour}, within ${budget:.2f} a day")

    def _note(self, kind: Kind, level: Level, text: str) -> None:
        self._monitor.note(Event(time.time(), kind, level, None, text))
        self._flush()

    def _flush(self) -> None:
        """Tell the events that were not told yet."""
        fresh: list[Event] = []
        for event in reversed(self._monitor.events()):
            if event is self._told:
                break
            fresh.append(event)
        for event in reversed(fresh):
            self._tell(event)
            self._told = event


async def _until(stop: asyncio.Event) -> None:
    await stop.wait()


def _count(settings: Settings) -> str:
    count = len(settings.targets)
    return "1 target" if count == 1 else f"{count} targets"
