"""The lookup of list prices in a child process.

The price library takes 20 MB and 0.2 s, which the engine's loop must not lose while replies come
in and its memory need not keep. Prices are looked up at the start, when models are listed, and
every hour, since some depend on the time of day.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import os
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from relaytop.config.child_processes import FOLDER, child_environment
from relaytop.config.settings import Price

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEADLINE_S = 15.0


def may_be_listed(base_url: str) -> bool:
    """Return whether a host may have list prices: loopback and private networks never do."""
    host = urlsplit(base_url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_private
    except ValueError:
        return host != "localhost" and not host.endswith(".localhost")


async def list_prices(base_url: str, models: Iterable[str]) -> Mapping[str, Price]:
    """Return the list prices of those models that have one; empty where none can be had."""
    wanted = [*models]
    if not wanted or not may_be_listed(base_url):
        return {}
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "relaytop.engine.list_price_child",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=FOLDER,
            env=child_environment(os.environ),
        )
    except OSError:
        return {}  # no process, no memory: prices are unknown then
    request = json.dumps({"base_url": base_url, "models": wanted}).encode()
    try:
        async with asyncio.timeout(DEADLINE_S):
            answer, _stderr = await process.communicate(request)
        found = json.loads(answer)
        return {model: Price(**price) for model, price in found.items()}
    except (TimeoutError, OSError, ValueError, TypeError):
        return {}
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
