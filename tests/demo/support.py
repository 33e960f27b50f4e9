"""A relay in its own process, at the moment of the script that a test is about."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from relaytop.config.settings import Settings
from relaytop.demo.child import DemoRelay
from relaytop.demo.incident import SCRIPT, Incident
from relaytop.demo.settings import demo_settings
from relaytop.probe.prober import Prober
from relaytop.probe.sample import Sample


def incident(kind: str, provider: str) -> Incident:
    """Return the script's first incident of a kind at a provider."""
    return next(each for each in SCRIPT if (each.kind, each.provider) == (kind, provider))


@contextmanager
def relay_at(at_s: float) -> Iterator[Settings]:
    """Run the relay from that second of the script on; gives the settings to watch it with."""
    relay = DemoRelay.spawn(1, at_s=at_s)
    try:
        yield demo_settings(relay.ports())
    finally:
        relay.stop()


def probe(settings: Settings, target_id: str) -> Sample:
    """Probe one target once."""

    async def run() -> Sample:
        target = next(t for t in settings.targets if t.id == target_id)
        prober = Prober(settings.provider(target.provider))
        try:
            return await prober.probe(target, 0.0)
        finally:
            await prober.aclose()

    return asyncio.run(run())
