"""What an MCP server answers from: the agent of this host, else an engine of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError
from relaytop.config.paths import ledger_path, snapshots_folder
from relaytop.engine.child import EngineChild
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Finished, Hold
from relaytop.watch.agent.agent import Agent
from relaytop.watch.agent.agent_error import AgentError
from relaytop.watch.agent.discovery import connect_agent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relaytop.config.settings import Settings
    from relaytop.monitor.event import Event
    from relaytop.protocol.messages import Report

FIRST_S = 15.0
"""Longest wait for the first probe of each target."""
NOT_ALLOWED = (
    "no agent with this config runs on this host, and probing costs money: start `relaytop agent`, "
    "or start this server with --allow-paid"
)


class WatchSource:
    """The monitor to read.

    Args:
        settings: What is watched.
        allow_paid: Whether an engine may be started where no agent runs; it keeps to the budget.
        clock: Steady Unix seconds.
    """

    def __init__(self, settings: Settings, *, allow_paid: bool, clock: Callable[[], float]) -> None:
        self.settings = settings
        self.allow_paid = allow_paid
        self.clock = clock
        self._own: Agent | None = None
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    async def monitor(self) -> Monitor:
        """Return what is known now.

        Raises:
            RelaytopError: Nothing is probed here, and may not be; or the engine does not start.
        """
        if self._own is None:
            read = await asyncio.to_thread(self._read_agent)
            if read is not None:
                return read
        if not self.allow_paid:
            raise RelaytopError(NOT_ALLOWED)
        return await self._own_monitor()

    def _read_agent(self) -> Monitor | None:
        """Return what the agent knows that watches the same; None where there is none."""
        try:
            agent = connect_agent(self.settings)
        except AgentError as error:
            raise RelaytopError(str(error)) from None
        if agent is None:
            return None
        now = self.clock()
        monitor = Monitor(self.settings, now)
        try:
            agent.restore(monitor, now)
        finally:
            agent.stop()
        return monitor

    async def _own_monitor(self) -> Monitor:
        async with self._starting:
            if self._own is None:
                self._own = Agent(
                    self.settings,
                    spawn=lambda: EngineChild.spawn(os.environ, ledger=ledger_path()),
                    load=lambda: self.settings,
                    snapshots=snapshots_folder(),
                    log=_ignore,
                    socket_path=None,
                    saves=False,
                )
                first = _FirstProbes({target.id for target in self.settings.targets})
                self._own.add_consumer(first)
                self._running = asyncio.ensure_future(self._own.run(self._stop))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(FIRST_S):
                        await first.all_ended.wait()
        if self._running is not None and self._running.done():
            self._running.result()
        return self._own.monitor

    async def aclose(self) -> None:
        """End the engine, if there is one."""
        self._stop.set()
        if self._running is not None:
            await asyncio.gather(self._running, return_exceptions=True)


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
