"""The engine's process after its first command: the engine between stdin and stdout."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from typing import TYPE_CHECKING

from relaytop.config.steady_clock import STEADY
from relaytop.engine.engine import Engine
from relaytop.engine.outbox import Outbox
from relaytop.ledger.ledger import Ledger
from relaytop.probe.prober import Prober
from relaytop.probe.warmup import warm_up
from relaytop.protocol.codec import BadMessageError, decode_command
from relaytop.protocol.messages import Start

if TYPE_CHECKING:
    from pathlib import Path

    from relaytop.config.settings import Settings

MAX_LINE = 16 * 1024 * 1024


def run(first: bytes, rest: bytes, ledger: Path | None) -> None:
    """Probe until the parent is gone.

    Args:
        first: The first command's line.
        rest: What was read from stdin after it.
        ledger: The ledger's file; None: no ledger.

    Raises:
        BadMessageError: The first command is no `Start`.
    """
    start = decode_command(first)
    if not isinstance(start, Start):
        message = "the first command must be Start"
        raise BadMessageError(message)
    if start.clock_offset_s is not None:
        STEADY.offset_s = start.clock_offset_s
    asyncio.run(_run_engine(start.settings, rest, ledger))


async def _run_engine(settings: Settings, rest: bytes, ledger_path: Path | None) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    await warm_up()
    reader = asyncio.StreamReader(limit=MAX_LINE)
    reader.feed_data(rest)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    outbox = Outbox(sys.stdout.fileno(), stop.set)
    ledger = Ledger(ledger_path) if ledger_path is not None else None
    engine = Engine(
        settings,
        emit=outbox.put,
        make_prober=Prober,
        uniform=random.random,
        ledger=ledger,
        dropped=lambda: outbox.dropped,
    )
    commands = asyncio.ensure_future(_handle_commands(reader, engine, stop))
    try:
        await engine.run(stop)
    finally:
        commands.cancel()
        if ledger is not None:
            ledger.close()


async def _handle_commands(
    reader: asyncio.StreamReader, engine: Engine, stop: asyncio.Event
) -> None:
    while line := await reader.readline():
        engine.handle(decode_command(line))
    stop.set()
