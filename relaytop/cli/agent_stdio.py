"""`relaytop agent --stdio`: the end at the other machine of `relaytop fleet --ssh`."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

from relaytop.cli.errors import INTERRUPTED
from relaytop.config.errors import RelaytopError
from relaytop.config.paths import ledger_path, runtime_folder, snapshots_folder
from relaytop.config.steady_clock import STEADY
from relaytop.engine.child import EngineChild
from relaytop.monitor.event import Event
from relaytop.monitor.monitor import Monitor
from relaytop.watch.agent import discovery, stdio
from relaytop.watch.agent.agent import Agent
from relaytop.watch.agent.agent_error import AgentError
from relaytop.watch.agent.event_log import EventLog
from relaytop.watch.agent.stdio_input import StdioInput
from relaytop.watch.agent.stdio_output import StdioOutput
from relaytop.watch.peers import Peers

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.config.settings import Settings
    from relaytop.protocol.messages import Command
    from relaytop.watch.agent.client import AgentClient

STDIN, STDOUT, STDERR = 0, 1, 2
REFUSED = "an agent runs on this host and obeys its config alone"


def serve_stdio(settings: Settings, load: Callable[[], Settings]) -> int:
    """Write what this machine's agent knows, or probe, until the reader is gone.

    Args:
        settings: What to watch.
        load: Reads them anew.
    """
    return asyncio.run(_serve(settings, load))


async def _serve(settings: Settings, load: Callable[[], Settings]) -> int:
    stop = asyncio.Event()
    codes = _answer_signals(stop)
    log = EventLog(STDERR)
    output = StdioOutput(STDOUT, stop.set)
    stream = stdio.StdioStream(output, log.put)
    attached, unread = _attached(settings)
    if unread is not None:
        log.put(Event(STEADY(), "engine", "warning", None, f"{unread}; probing here instead"))
    try:
        if attached is not None:
            _read_input(stop, log, _refuse)
            monitor = Monitor(settings, STEADY())
            code = await stdio.relay_agent(attached, monitor, stream, stop)
        else:
            code = await _probe(settings, load, stream, log, stop)
    finally:
        output.close()
        log.close()
    return codes[0] if codes else code


async def _probe(
    settings: Settings,
    load: Callable[[], Settings],
    stream: stdio.StdioStream,
    log: EventLog,
    stop: asyncio.Event,
) -> int:
    agent = Agent(
        settings,
        spawn=lambda: EngineChild.spawn(os.environ, ledger=ledger_path()),
        load=load,
        snapshots=snapshots_folder(),
        log=stream.note,
        socket_path=None,
        saves=False,
    )
    agent.peers = Peers(runtime_folder(), os.getpid())
    _read_input(stop, log, lambda command: stdio.obey(command, agent))
    try:
        await stdio.probe(agent, stream, stop, lambda: discovery.agent_runs(settings))
    finally:
        agent.peers.close()
    return 0


def _attached(settings: Settings) -> tuple[AgentClient | None, str | None]:
    """Return the agent that watches the same, or why there is one that cannot be read."""
    if not discovery.any_agent_socket():
        return None, None
    try:
        return discovery.connect_agent(settings), None
    except AgentError as error:
        return None, str(error)


def _read_input(stop: asyncio.Event, log: EventLog, give: Callable[[Command], None]) -> None:
    """Read commands from stdin, and stop at its end."""

    def refuse(why: str) -> None:
        log.put(Event(STEADY(), "notice", "warning", None, f"command refused: {why}"))

    def take(command: Command) -> None:
        try:
            give(command)
        except ValueError as error:
            refuse(str(error))

    StdioInput(STDIN, on_command=take, on_mistake=refuse, on_end=stop.set)


def _refuse(_command: Command) -> None:
    raise ValueError(REFUSED)


def _answer_signals(stop: asyncio.Event) -> list[int]:
    """End at a signal from now on; the first puts the exit code first."""
    loop = asyncio.get_running_loop()
    codes: list[int] = []

    def end(code: int) -> None:
        codes.append(code)
        stop.set()

    for number, code in ((signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGINT, INTERRUPTED)):
        loop.add_signal_handler(number, end, code)
    return codes


def refuse_with_stdio(**given: object) -> None:
    """Refuse flags of an agent that others find, or that keeps files.

    Raises:
        RelaytopError: One was given.
    """
    for flag, value in given.items():
        if value is not None:
            name = "--" + flag.replace("_", "-")
            sentence = f"{name} cannot be used with --stdio, which opens no port and keeps no file"
            raise RelaytopError(sentence)
