"""The agent of this host, whose history is read once and that is read on while somebody asks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from relaytop.monitor.monitor import Monitor
from relaytop.watch.agent.discovery import connect_agent

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.config.settings import Settings
    from relaytop.watch.agent.client import AgentClient

IDLE_S = 60.0
"""It is read on for so long after a question: its history is long, and the next one soon."""


class AgentReader:
    """A connection to the agent, and what it knows.

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
    def connect(cls, settings: Settings, clock: Callable[[], float]) -> AgentReader | None:
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
