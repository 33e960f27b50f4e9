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
    from relaytop.watch.agent.client import AgentClient

FIRST_S = 15.0
"""Longest wait for the first probe of each target."""
IDLE_S = 60.0
"""An agent is read on for so long after a question: its history is long, and the next one soon."""
OWN_IDLE_S = 600.0
"""An engine of our own ends so long after the last question: a client may stay for days."""
NOT_ALLOWED = (
    "no agent with this config runs on this host, and probing costs money: start `relaytop agent`, "
    "or start this server with --allow-paid; if the config has changed, restart this server"
)


class WatchSource:
    """The monitor to read.

    Args:
        settings: What is watched, as the config says: an agent is found by it.
        allow_paid: Whether an engine may be started where no agent runs; it keeps to the budget.
        clock: Steady Unix seconds.
        load: Reads the config and the keys of now for such an engine; may take long.
        own_idle_s: Seconds without a question after which it ends.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        allow_paid: bool,
        clock: Callable[[], float],
        load: Callable[[], Settings],
        own_idle_s: float = OWN_IDLE_S,
    ) -> None:
        self.settings = settings
        self._load = load
        self._own_idle_s = own_idle_s
        self.allow_paid = allow_paid
        self.clock = clock
        self._read: _ReadAgent | None = None
        self._own: Agent | None = None
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._used_at = 0.0
        self._starting = asyncio.Lock()

    async def monitor(self) -> Monitor:
        """Return what is known now.

        Raises:
            RelaytopError: Nothing is probed here, and may not be; or the engine does not start.
        """
        if self._own is None:
            async with self._starting:
                if not self.reads_agent:
                    self._read = await self._read_agent()
                if self._read is not None:
                    return self._read.use()
        if not self.allow_paid:
            raise RelaytopError(NOT_ALLOWED)
        return await self._own_monitor()

    @property
    def reads_agent(self) -> bool:
        """Whether an agent is connected to, and read on."""
        return self._read is not None and self._read.is_live

    async def _read_agent(self) -> _ReadAgent | None:
        """Return the agent that watches the same, its history read; None where there is none."""
        try:
            return await asyncio.to_thread(_ReadAgent.connect, self.settings, self.clock)
        except AgentError as error:
            raise RelaytopError(str(error)) from None

    async def _own_monitor(self) -> Monitor:
        self._used_at = asyncio.get_running_loop().time()
        async with self._starting:
            if self._own is None:
                settings = await asyncio.to_thread(self._load)
                self._own = Agent(
                    settings,
                    spawn=lambda: EngineChild.spawn(os.environ, ledger=ledger_path()),
                    load=self._load,
                    snapshots=snapshots_folder(),
                    log=_ignore,
                    socket_path=None,
                    saves=False,
                )
                first = _FirstProbes({target.id for target in settings.targets})
                self._own.add_consumer(first)
                self._stop.clear()
                self._running = asyncio.ensure_future(self._own.run(self._stop))
                self._ending = asyncio.ensure_future(self._end_idle())
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(FIRST_S):
                        await first.all_ended.wait()
            if self._running is not None and self._running.done():
                self._running.result()
            return self._own.monitor

    async def _end_idle(self) -> None:
        """End our own engine once nobody has asked for long."""
        loop = asyncio.get_running_loop()
        while True:
            left_s = self._used_at + self._own_idle_s - loop.time()
            if left_s <= 0:
                break
            await asyncio.sleep(left_s)
        async with self._starting:
            await self._end_own()

    async def _end_own(self) -> None:
        self._stop.set()
        if self._running is not None:
            await asyncio.gather(self._running, return_exceptions=True)
        self._own = None

    async def aclose(self) -> None:
        """End the engine, or the reading of the agent, if there is one."""
        if self._read is not None:
            await self._read.aclose()
        if self._ending is not None:
            self._ending.cancel()
        await self._end_own()


class _ReadAgent:
    """An agent whose history was read and that is read on, until nobody asks any more.

    Args:
        agent: The connection.
        monitor: What it knew.
        clock: Steady Unix seconds.
    """

    def __init__(self, agent: AgentClient, monitor: Monitor, clock: Callable[[], float]) -> None:
        self._agent = agent
        self._monitor = monitor
        self._clock = clock
        self._used_at = 0.0
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def connect(cls, settings: Settings, clock: Callable[[], float]) -> _ReadAgent | None:
        """Connect to the agent that watches the same; None where there is none.

        Raises:
            AgentError: There is one, and what it says cannot be used.
        """
        agent = connect_agent(settings)
        if agent is None:
            return None
        now = clock()
        monitor = Monitor(settings, now)
        agent.restore(monitor, now)
        return cls(agent, monitor, clock)

    @property
    def is_live(self) -> bool:
        """Whether the agent is still read."""
        return self._task is not None and not self._task.done()

    def use(self) -> Monitor:
        """Return what it knows, and read on."""
        self._used_at = asyncio.get_running_loop().time()
        if self._task is None:
            self._task = asyncio.ensure_future(self._read_on())
        return self._monitor

    async def _read_on(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async for reports in self._agent.reports():
                for report in reports:
                    self._monitor.apply(report, self._clock())
                if loop.time() > self._used_at + IDLE_S:
                    break
        finally:
            self._agent.stop()

    async def aclose(self) -> None:
        """Hang up; the agent goes on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


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
