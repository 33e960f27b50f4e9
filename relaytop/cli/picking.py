"""Finding the healthiest: once or again and again, by probing or from a running agent."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import sys
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import click

from relaytop.cli.estimate import say_cost, with_list_prices
from relaytop.cli.progress import shown_on
from relaytop.config.child_processes import without_keys
from relaytop.config.paths import ledger_path, lock_path
from relaytop.jobs.pick.candidates import candidates, unlisted
from relaytop.watch.agent import discovery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from relaytop.config.settings import Settings
    from relaytop.jobs.job_budget import JobBudget
    from relaytop.jobs.pick.ranking import Candidate
    from relaytop.monitor.summary import Summary


@dataclasses.dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, and how."""

    settings: Settings
    """All that is watched, as the config has it: an agent of the same may run."""
    model: str
    count: int
    """Probes of each candidate a round."""
    fresh: bool
    """Probe though an agent runs."""


async def serving(search: Search) -> Settings:
    """Return settings with the targets that serve the model, and their prices.

    Raises:
        RelaytopError: Nobody serves it.
    """
    asked = unlisted(search.settings, search.model)
    offers: dict[str, Sequence[str]] = {}
    if asked:
        from relaytop.probe.prober import Prober  # noqa: PLC0415 - httpx takes 60 ms

        doing = {"asking": ", ".join(provider.name for provider in asked)}
        async with shown_on(sys.stderr, doing):
            found = await asyncio.gather(*(Prober(provider).list_models() for provider in asked))
        for provider, offer in zip(asked, found, strict=True):
            if isinstance(offer, tuple):
                offers[provider.name] = offer
                continue
            # Without a list it may serve the model all the same: a probe will tell.
            offers[provider.name] = (search.model,)
            text = f"relaytop: {provider.name} does not list its models: {offer.error_class}"
            click.echo(text, err=True)
    return await with_list_prices(candidates(search.settings, search.model, offers))


async def find(search: Search, watched: Settings) -> list[Candidate]:
    """Return the candidates, the healthiest first, by one round."""
    known = _from_agent(search, watched)
    if known is not None:
        return known
    async with _paid(search, watched) as purse:
        doing: dict[str, str] = {"probing": ", ".join(t.id for t in watched.targets)}
        async with shown_on(sys.stderr, doing):
            return await _round(watched, search.count, purse)


async def keep_finding(
    search: Search, watched: Settings, every_s: float, command: str | None
) -> None:
    """Tell each change of the choice as a line of JSON on stdout, and to a command; never ends."""
    from relaytop.jobs.pick.exec_hook import Command  # noqa: PLC0415
    from relaytop.jobs.pick.switching import Choice  # noqa: PLC0415 - start-up time

    keys = [provider.key_from for provider in watched.providers]
    runner = (
        Command(command, without_keys(os.environ, keys), lock_path(f"pick-{search.model}"))
        if command is not None
        else None
    )
    choice, first = Choice(), True
    try:
        async with _paid(search, watched) as purse:
            while True:
                began, before = time.monotonic(), choice.target
                found = _from_agent(search, watched, quiet=not first)
                if found is None:
                    found = await _round(watched, search.count, purse)
                changed = choice.after(found)
                if changed or first:
                    line = {"at": round(time.time(), 3), "target": choice.target}
                    click.echo(json.dumps(line | {"previous": before}))
                if changed and runner is not None:
                    chosen = next((each for each in found if each.target == choice.target), None)
                    runner.tell(facts(watched, chosen) | {"RELAYTOP_PREVIOUS": before or ""})
                first = False
                await asyncio.sleep(max(0.0, every_s - (time.monotonic() - began)))
    finally:
        if runner is not None:
            await runner.finish()


def facts(settings: Settings, chosen: Candidate | None) -> dict[str, str]:
    """Return what a shell or a command is told; a value that is not known is empty.

    None is where nobody is healthy; the address and what is spoken there are not in a recording.
    """
    provider = settings.provider(chosen.provider) if chosen is not None else None
    return {
        "RELAYTOP_TARGET": chosen.target if chosen else "",
        "RELAYTOP_PROVIDER": chosen.provider if chosen else "",
        "RELAYTOP_MODEL": chosen.model if chosen else "",
        "RELAYTOP_BASE_URL": provider.base_url if provider else "",
        "RELAYTOP_API": provider.api if provider and provider.base_url else "",
    }


def _from_agent(
    search: Search, watched: Settings, *, quiet: bool = False
) -> list[Candidate] | None:
    """Return what a running agent knows; None where it does not know every candidate."""
    if search.fresh or not discovery.any_agent_socket():
        return None
    from relaytop.monitor.monitor import Monitor  # noqa: PLC0415 - start-up time

    attached = discovery.connect_agent(search.settings)
    if attached is None:
        return None
    now = time.time()
    monitor = Monitor(search.settings, now)
    attached.restore(monitor, now)
    attached.stop()
    names = [target.id for target in watched.targets]
    if not set(names) <= set(monitor.targets()):
        return None
    summaries = [monitor.summary(name, now) for name in names]
    if not all(summary.requests for summary in summaries):
        return None
    if not quiet:
        text = f"the agent (process {attached.pid}) is read: nothing is probed; --fresh probes"
        click.echo(text, err=True)
    return _ranked(watched, summaries)


@asynccontextmanager
async def _paid(search: Search, watched: Settings) -> AsyncIterator[JobBudget]:
    """Say what a round costs, and keep the account of it."""
    from relaytop.jobs.job_budget import JobBudget  # noqa: PLC0415 - httpx takes 60 ms
    from relaytop.ledger.ledger import Ledger  # noqa: PLC0415

    once = say_cost(watched, search.count)
    ledger = Ledger(ledger_path())
    try:
        purse = JobBudget(watched.budget_usd, watched.assumed_price, ledger)
        await purse.open(once * search.count, once)
        yield purse
    finally:
        await asyncio.to_thread(ledger.close)


async def _round(watched: Settings, count: int, purse: JobBudget) -> list[Candidate]:
    from relaytop.jobs.baseline import Baseline, Plan  # noqa: PLC0415
    from relaytop.probe.prober import Prober  # noqa: PLC0415

    job = Baseline(watched, Plan(count), purse, make_prober=Prober, clock=time.time)
    await job.run()
    if job.stopped is not None:
        click.echo(f"relaytop: {job.stopped}", err=True)
    now = time.time()
    return _ranked(watched, [job.monitor.summary(name, now) for name in job.monitor.targets()])


def _ranked(watched: Settings, summaries: Sequence[Summary]) -> list[Candidate]:
    from relaytop.jobs.pick.ranking import ranked  # noqa: PLC0415

    prices = {
        target.id: price
        for target in watched.targets
        if (price := watched.provider(target.provider).prices.get(target.model)) is not None
    }
    return ranked(summaries, prices)
