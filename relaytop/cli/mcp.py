"""`relaytop mcp`: an MCP server on stdin and stdout."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING, Any

import click

from relaytop.cli.options import common_options
from relaytop.config.load import load_settings
from relaytop.config.steady_clock import STEADY
from relaytop.export.mcp.own_engine import OwnEngine
from relaytop.export.mcp.sdk import require_mcp
from relaytop.export.mcp.source import WatchSource
from relaytop.jobs.list_prices import add_list_prices

if TYPE_CHECKING:
    from relaytop.cli.options import Options
    from relaytop.config.settings import Settings

SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 0, signal.SIGHUP: 0}
"""Signal → the exit code; as of the agent."""


@click.command()
@click.option(
    "--allow-paid",
    is_flag=True,
    help="Probe within the budget if no agent runs, and request replies in `check`.",
)
@common_options
def mcp(options: Options, *, allow_paid: bool) -> None:
    """Serve status, failures, compare, pick, incidents and check to an MCP client on stdio.

    Answers come from the agent on this host that has the same config; without one, and without
    --allow-paid, only what is free is answered. Needs the extra `mcp`.
    """
    require_mcp()
    settings, _complaints = _load(options)
    asyncio.run(_serve(options, settings, allow_paid=allow_paid))


def _load(options: Options) -> tuple[Settings, dict[str, str]]:
    """Return the settings, and provider → why its key could not be had."""
    complaints: dict[str, str] = {}
    settings = load_settings(
        config=options.config, flags=options.flags, environ=os.environ, complaints=complaints
    )
    return settings, complaints


async def _serve(options: Options, settings: Settings, *, allow_paid: bool) -> None:
    """Serve until the client closes our input, or a signal ends it."""
    from relaytop.export.mcp.server import make_server  # noqa: PLC0415 - the SDK may be missing
    from relaytop.export.mcp.tools import Tools  # noqa: PLC0415 - as above

    async def load() -> tuple[Settings, dict[str, str]]:
        loaded, complaints = await asyncio.to_thread(_load, options)
        return await add_list_prices(loaded), complaints

    engine = OwnEngine(lambda: _load(options)[0]) if allow_paid else None
    # An agent is found by the settings as they are in the config: without list prices.
    source = WatchSource(settings, clock=STEADY, engine=engine)
    server = make_server(Tools(source, await add_list_prices(settings), load))
    loop = asyncio.get_running_loop()
    ended_by: asyncio.Future[int] = loop.create_future()
    for number, code in SIGNALS.items():
        loop.add_signal_handler(number, _end, ended_by, code)
    serving = asyncio.ensure_future(server.run_stdio_async())
    try:
        ends: set[asyncio.Future[Any]] = {serving, ended_by}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await source.aclose()
    if ended_by.done():
        # A thread of the SDK's still waits for a line of our input, and would be waited for.
        os._exit(ended_by.result())
    await serving


def _end(ended_by: asyncio.Future[int], code: int) -> None:
    if not ended_by.done():
        ended_by.set_result(code)
