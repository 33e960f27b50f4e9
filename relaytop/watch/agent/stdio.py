"""An agent's words for one reader at the other end of its pipes: `relaytop agent --stdio`.

Where an agent of the same config runs on this machine, its words are passed on; else this process
probes. See `relaytop.fleet.ssh.protocol` for what is written.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

import relaytop
from relaytop.config.steady_clock import STEADY
from relaytop.fleet.ssh.protocol import (
    KEEP_ALIVE,
    KEEP_ALIVE_S,
    PROTOCOL,
    Hello,
    HistoryEnd,
    Watched,
)
from relaytop.monitor.event import Event
from relaytop.protocol.codec import encode
from relaytop.protocol.messages import Notice
from relaytop.store.recording_header import without_prompt
from relaytop.watch.agent.stdio_commands import checked_command

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from relaytop.config.settings import Settings
    from relaytop.monitor.monitor import Monitor
    from relaytop.protocol.messages import Command, Report
    from relaytop.watch.agent.agent import Agent
    from relaytop.watch.agent.client import AgentClient
    from relaytop.watch.agent.stdio_output import StdioOutput

LOOK_S = 5.0
"""Seconds between two looks whether an agent runs on this machine meanwhile."""
AGENT_GONE = 1


class StdioStream:
    """Writes what a reader is told.

    Args:
        output: Where to.
        log: Writes an event to stderr.
    """

    def __init__(self, output: StdioOutput, log: Callable[[Event], None]) -> None:
        self._output = output
        self._log = log

    async def send_history(self, monitor: Monitor, pid: int, *, obeys: bool) -> None:
        """Write what is known so far, target after target.

        Args:
            monitor: What knows it.
            pid: The process that probes.
            obeys: Whether commands are obeyed.
        """
        hello = Hello(
            protocol=PROTOCOL,
            relaytop=relaytop.__version__,
            pid=pid,
            now=STEADY(),
            clock_offset_s=STEADY.offset_s,
            accepts_commands=obeys,
        )
        self._output.put(encode(hello) + encode(watched(monitor.settings)))
        self._output.put(encode(monitor.handover()))
        for name in monitor.targets():
            self._output.put(encode(monitor.target_handover(name)))
            await self._output.drained()
        self._output.put(encode(HistoryEnd()))

    def consume(self, reports: Sequence[Report]) -> None:
        """Write reports as they come."""
        self._output.put(b"".join(map(encode, reports)))

    def note(self, event: Event) -> None:
        """Write an event to stderr; what becomes of the engine, to the reader too."""
        self._log(event)
        if event.kind == "engine":
            self._output.put(encode(Notice(event.level, event.text)))

    async def keep_alive(self) -> None:
        """Write now and then that this process is there; goes on until it is cancelled."""
        while True:
            await asyncio.sleep(KEEP_ALIVE_S)
            self._output.put(KEEP_ALIVE)


def watched(settings: Settings) -> Watched:
    """Return what a reader is told of the settings: no key, no address, no prompt."""
    return Watched(
        targets=tuple(map(without_prompt, settings.targets)),
        history=settings.history,
        apis={p.name: "azure" if p.has_deployments else p.api for p in settings.providers},
        prices={p.name: p.prices for p in settings.providers if p.prices},
        aliases=settings.aliases,
    )


async def relay_agent(
    client: AgentClient, monitor: Monitor, stream: StdioStream, stop: asyncio.Event
) -> int:
    """Pass an agent's words on until it ends or `stop` is set; return the exit code.

    Args:
        client: The agent, with its history.
        monitor: Of the same settings.
        stream: Where to.
        stop: Set when nobody reads any more.
    """
    client.restore(monitor, STEADY())
    await stream.send_history(monitor, client.pid, obeys=False)

    async def pass_on() -> None:
        async for batch in client.reports():
            stream.consume(batch)

    try:
        await _first_of(pass_on(), stop.wait(), stream.keep_alive())
    finally:
        client.stop()
    if stop.is_set():
        return 0
    stream.note(Event(STEADY(), "engine", "error", None, client.exit_reason()))
    return AGENT_GONE


async def probe(
    agent: Agent, stream: StdioStream, stop: asyncio.Event, agent_runs: Callable[[], bool]
) -> None:
    """Probe until `stop` is set, or an agent of the same config runs that can be read instead.

    Args:
        agent: Probes, and is found by nobody.
        stream: Where its words go.
        stop: Set when nobody reads any more.
        agent_runs: Returns whether another one runs now.
    """
    await stream.send_history(agent.monitor, os.getpid(), obeys=True)
    agent.add_consumer(stream)

    async def look() -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            if agent_runs():
                break
        text = "an agent of this config runs on this host now: it is read instead"
        stream.note(Event(STEADY(), "notice", "info", None, text))
        stop.set()

    helpers = [asyncio.ensure_future(part) for part in (look(), stream.keep_alive())]
    try:
        await agent.run(stop)
    finally:
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)


def obey(command: Command, agent: Agent) -> None:
    """Give a reader's command to the engine of an agent.

    Raises:
        ValueError: It asks for what cannot be.
    """
    agent.send(checked_command(command, agent.settings))


async def _first_of(*parts: Coroutine[Any, Any, object]) -> None:
    """Run until one of several ends; the others are cancelled."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    for task in done:
        task.result()
