"""Probing a scripted server in one line."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from relaytop.config.settings import Price, Provider, Secret, Target
from relaytop.probe.prober import Prober
from relaytop.probe.sample import Sample
from tests.support.server import Response, ScriptedServer, Seen

KEY = "sk-test-abcdefghijklmnop"


async def probe(
    response: Response | Callable[[Seen], Response],
    *,
    count: int = 1,
    tls: bool = False,
    pause_s: float = 0.0,
    idle_close_s: float | None = None,
    stream: bool = True,
    timeout_s: float = 2.0,
    ca_file: str | None = None,
    prices: dict[str, Price] | None = None,
) -> list[Sample]:
    """Probe a server that always answers so; return the samples."""
    handler = response if callable(response) else lambda _seen: response
    with ScriptedServer(handler, tls=tls, idle_close_s=idle_close_s) as server:
        provider = Provider(
            name="p",
            base_url=server.base_url.replace("127.0.0.1", "localhost"),
            key=Secret(KEY),
            ca_file=ca_file,
            prices=prices or {},
        )
        prober = Prober(provider)
        target = Target(provider="p", model="m", stream=stream, timeout_s=timeout_s)
        found = []
        for _ in range(count):
            found.append(await prober.probe(target, time.time()))
            await asyncio.sleep(pause_s)
        await prober.aclose()
    return found


async def one(response: Response | Callable[[Seen], Response], **options: Any) -> Sample:
    (sample,) = await probe(response, **options)
    return sample


def class_of(sample: Sample) -> str | None:
    return sample.failure.error_class if sample.failure else None
