"""relaytop's engine without a screen, on targets of a test's own."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from relaytop.config.settings import Provider, Settings, Target
from relaytop.engine.child import EngineChild
from relaytop.probe.sample import Sample
from relaytop.protocol.messages import Add, Finished, Ready, Report

LONGEST_S = 60.0
Kind = TypeVar("Kind")


@asynccontextmanager
async def engine(providers: Sequence[Provider]) -> AsyncIterator[EngineChild]:
    """An engine that is ready, and probes what is added to it."""
    child = EngineChild.spawn(os.environ, ledger=None)
    try:
        child.start(Settings(providers=tuple(providers), budget_usd=100.0))
        await until(child, lambda found: bool(of(found, Ready)))
        yield child
    finally:
        child.stop()


async def until(child: EngineChild, enough: Callable[[list[Report]], bool]) -> list[Report]:
    """Collect reports until there are enough."""
    found: list[Report] = []
    async with asyncio.timeout(LONGEST_S):
        async for batch in child.reports():
            found += batch
            if enough(found):
                break
    return found


def of(found: Sequence[Report], kind: type[Kind]) -> list[Kind]:
    return [report for report in found if isinstance(report, kind)]


def class_of(sample: Sample) -> str | None:
    return sample.failure.error_class if sample.failure else None


async def probed(providers: Sequence[Provider], targets: Sequence[Target]) -> dict[str, Sample]:
    """Probe each target; return its first sample by its id."""

    def samples(found: list[Report]) -> list[Sample]:
        return [report.sample for report in reversed(of(found, Finished))]

    async with engine(providers) as child:
        child.send(Add(tuple(targets)))
        found = await until(
            child, lambda found: len({sample.target for sample in samples(found)}) == len(targets)
        )
    return {sample.target: sample for sample in samples(found)}
