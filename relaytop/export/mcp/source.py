"""What an MCP server answers from: the agent of this host, else an engine of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from relaytop.config.errors import RelaytopError
from relaytop.export.mcp.agent_reader import AgentReader
from relaytop.watch.agent.agent_error import AgentError

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.config.settings import Settings
    from relaytop.export.mcp.own_engine import OwnEngine
    from relaytop.monitor.monitor import Monitor

NOT_ALLOWED = (
    "no agent with this config runs on this host, and probing costs money: start `relaytop agent`, "
    "or start this server with --allow-paid; if the config has changed, restart this server"
)


class WatchSource:
    """The monitor to read.

    Args:
        settings: What is watched, as the config says: an agent is found by it.
        clock: Steady Unix seconds.
        engine: Probes where no agent runs, within the budget; None: it may not.
    """

    def __init__(
        self, settings: Settings, *, clock: Callable[[], float], engine: OwnEngine | None = None
    ) -> None:
        self.settings = settings
        self.clock = clock
        self._engine = engine
        self._reader: AgentReader | None = None
        self._connecting = asyncio.Lock()

    @property
    def may_spend(self) -> bool:
        """Whether requests that cost may be sent."""
        return self._engine is not None

    async def monitor(self) -> Monitor:
        """Return what is known now.

        Raises:
            RelaytopError: Nothing is probed here, and may not be; or the engine does not start.
        """
        if self._engine is None or not self._engine.is_running:
            async with self._connecting:
                if not self.reads_agent:
                    self._reader = await self._connect()
                if self._reader is not None:
                    return self._reader.use()
        if self._engine is None:
            raise RelaytopError(NOT_ALLOWED)
        return await self._engine.use()

    @property
    def reads_agent(self) -> bool:
        """Whether an agent is connected to, and read on."""
        return self._reader is not None and self._reader.is_live

    async def _connect(self) -> AgentReader | None:
        """Return the agent that watches the same, its history read; None where there is none."""
        try:
            return await asyncio.to_thread(AgentReader.connect, self.settings, self.clock)
        except AgentError as error:
            raise RelaytopError(str(error)) from None

    async def aclose(self) -> None:
        """End the engine, or the reading of the agent, if there is one."""
        if self._reader is not None:
            await self._reader.aclose()
        if self._engine is not None:
            await self._engine.aclose()
