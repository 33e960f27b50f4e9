"""An engine that an MCP server runs itself, while somebody asks."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING

from relaytop.config.paths import ledger_path, snapshots_folder
from relaytop.engine.child import EngineChild
from relaytop.protocol.messages import Finished, Hold
from relaytop.watch.agent.agent import Agent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relaytop.config.settings import Settings
    from relaytop.monitor.event import Event
    from relaytop.monitor.monitor import Monitor
    from relaytop.protocol.messages import Report

FIRST_S = 15.0
"""Longest wait for the first probe of each target."""
IDLE_S = 600.0
"""It ends so long after the last question: a client may stay for days."""


class OwnEngine:
    """Starts it at a question, and ends it once nobody has asked for long.

    Args:
        load: Reads the config and the keys of now; may take long.
        idle_s: Seconds without a question after which it ends.
    """

    def __init__(self, load: Callable[[], Settings], idle_s: float = IDLE_S) -> None:
        self._load = load
        self._idle_s = idle_s
        self._agent: Agent | None = None
        self._stop = asyncio.Event()
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self._used_at = 0.0
        self._changing = asyncio.Lock()

    @property
    def is_running(self) -> bool:
        """Whether it runs."""
        return self._agent is not None

    async def use(self) -> Monitor:
        """Return what it measures; where it is started for that, after each target's first probe.

        Raises:
            RelaytopError: The config cannot be read.
        """
        self._used_at = asyncio.get_running_loop().time()
        async with self._changing:
            agent = self._agent = self._agent or await self._start()
            running, _ending = self._tasks
            if running.done():
                await self.aclose()
                running.result()  # raises the error of ours that ended it
            return agent.monitor

    async def _start(self) -> Agent:
        settings = await asyncio.to_thread(self._load)
        agent = Agent(
            settings,
            spawn=lambda: EngineChild.spawn(os.environ, ledger=ledger_path()),
            load=self._load,
            snapshots=snapshots_folder(),
            log=_ignore,
            socket_path=None,
            saves=False,
        )
        first = _FirstProbes({target.id for target in settings.targets})
        agent.add_consumer(first)
        self._stop.clear()
        running = asyncio.ensure_future(agent.run(self._stop))
        self._tasks = running, asyncio.ensure_future(self._end_idle(running))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_S):
                await first.all_ended.wait()
        return agent

    async def _end_idle(self, running: asyncio.Task[None]) -> None:
        """End it once nobody has asked for long."""
        loop = asyncio.get_running_loop()
        while True:
            left_s = self._used_at + self._idle_s - loop.time()
            if left_s <= 0:
                break
            await asyncio.sleep(left_s)
        async with self._changing:
            self._stop.set()
            await asyncio.wait([running])
            self._agent = None

    async def aclose(self) -> None:
        """End it, if it runs."""
        self._stop.set()
        for ending in self._tasks[1:]:
            ending.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._agent = None


class _FirstProbes:
    """Waits until each target's first probe has ended, or cannot be paid for."""

    def __init__(self, targets: set[str]) -> None:
        self._left = targets
        self.all_ended = asyncio.Event()

    def consume(self, reports: Sequence[Report]) -> None:
        """Note whose probes have ended."""
        for report in reports:
            if isinstance(report, Finished):
                self._left.discard(report.sample.target)
            elif isinstance(report, Hold):
                self._left.discard(report.target)
        if not self._left:
            self.all_ended.set()


def _ignore(_event: Event) -> None:
    """Log nothing: what happens is asked for."""
