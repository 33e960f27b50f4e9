"""What a probe costs the engine: CPU of its process per streamed reply."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING

import psutil

from relaytop.config.settings import Provider, Settings, Target
from relaytop.engine.child import EngineChild
from relaytop.protocol.messages import Finished
from tests.bench.scene import Figure, Server, server

if TYPE_CHECKING:
    from collections.abc import Iterator

WARM_S = 4.0
SECONDS = 20.0


async def spent(
    running: Server, targets: int, interval_s: float, tokens: int
) -> tuple[float, float]:
    """Return (CPU seconds per probe, share of a core) of an engine once it has settled."""
    provider = Provider(name="p", base_url=running.base_url)
    watched = Settings(
        providers=(provider,),
        targets=tuple(
            Target(provider="p", model=f"t{i}", interval_s=interval_s, max_tokens=tokens)
            for i in range(targets)
        ),
        budget_usd=1e6,
    )
    child = EngineChild.spawn(os.environ, ledger=None)
    process = psutil.Process(child.pid)
    count, before, began = 0, 0.0, time.monotonic()
    try:
        child.start(watched)
        async for batch in child.reports():
            passed = time.monotonic() - began
            if passed < WARM_S:
                before = sum(process.cpu_times()[:2])
                continue
            count += sum(isinstance(report, Finished) and report.sample.ok for report in batch)
            if passed > WARM_S + SECONDS:
                break
        used = sum(process.cpu_times()[:2]) - before
    finally:
        child.stop()
    return used / max(1, count), used / SECONDS


def run() -> Iterator[Figure]:
    with server() as running:
        few, _share = asyncio.run(spent(running, 20, 1.0, 16))
        many, _share = asyncio.run(spent(running, 10, 1.0, 200))
        _each, share = asyncio.run(spent(running, 50, 0.5, 16))
    yield Figure("CPU: a reply of 5 tokens", few * 1000, "ms", 4)
    yield Figure("CPU: a reply of 200 tokens", many * 1000, "ms", 25)
    yield Figure("CPU: 100 streamed probes/s", share * 100, "% of a core", 50)
