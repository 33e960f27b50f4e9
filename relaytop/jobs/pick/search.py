"""The search for the healthiest provider of a model: once, or again and again."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from relaytop.config.steady_clock import STEADY
from relaytop.jobs.baseline import Baseline, BaselinePlan
from relaytop.jobs.cost_bound import announcement
from relaytop.jobs.job_budget import open_job_budget
from relaytop.jobs.list_prices import add_list_prices
from relaytop.jobs.model_lists import model_lists
from relaytop.jobs.pick.candidates import candidates, unlisted
from relaytop.jobs.pick.exec_hook import choice_variables
from relaytop.jobs.pick.ranking import ranked
from relaytop.jobs.pick.switching import Switcher
from relaytop.jobs.runner import stale_remark
from relaytop.jobs.stderr import notice, progress_line
from relaytop.probe.key_source import KeySource
from relaytop.probe.prober import Prober
from relaytop.wire.facts import Failure
from relaytop.wire.nonce import NonceSequence

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from relaytop.config.settings import Provider, Settings
    from relaytop.jobs.job_budget import JobBudget
    from relaytop.jobs.pick.exec_hook import ExecHook
    from relaytop.jobs.pick.ranking import Candidate
    from relaytop.monitor.summary import Summary

    ReadAgent = Callable[[Sequence[str], float], tuple[int, Sequence[Summary]] | None]
    """Targets and Unix seconds → the process id of a running agent and its summaries of them; None
    where no agent has any."""


async def serving_targets(settings: Settings, model: str) -> Settings:
    """Return settings with the targets that serve a model, and their prices.

    Providers for which the config names no models are asked for their lists.

    Raises:
        RelaytopError: No provider serves it.
    """
    asked = unlisted(settings, model)
    offers: dict[str, Sequence[str]] = {}
    modes: dict[str, str] = {}
    if asked:
        names = ", ".join(provider.name for provider in asked)
        with progress_line(lambda: f"asking: {names}"):
            lists = await model_lists(asked)
        for name, answer in lists.items():
            if not isinstance(answer, Failure):
                offers[name] = answer.ids
                modes |= {f"{name}/{each}": mode for each, mode in answer.modes.items()}
                continue
            # Without a list it may serve the model all the same: a probe will tell.
            offers[name] = (model,)
            notice(f"relaytop: {name} does not list its models: {answer.error_class}")
    return await add_list_prices(candidates(settings, model, offers, modes))


class Search:
    """The search among the targets that serve a model.

    Args:
        settings: Those targets, with their prices.
        count: Probes of each a round.
        read_agent: Reads a running agent instead of probing; None: probe in any case.
    """

    def __init__(self, settings: Settings, count: int, read_agent: ReadAgent | None) -> None:
        self._settings = settings
        self._plan = BaselinePlan(count)
        self._read_agent = read_agent
        self._stale_announced: set[str] = set()
        """Targets whose stale connections were announced: once a search is enough."""
        self._nonces = NonceSequence()
        self._keys = {provider.name: KeySource(provider) for provider in settings.providers}
        """Provider → its key, which a round may have renewed for the next."""

    async def once(self) -> list[Candidate]:
        """Return the candidates, the healthiest first."""
        known = self._from_agent(tell=True)
        if known is not None:
            return known
        try:
            async with self._open_budget() as budget:
                names = ", ".join(target.id for target in self._settings.targets)
                with progress_line(lambda: f"probing: {names}"):
                    return await self._probe(budget)
        finally:
            await self._end_key_commands()

    async def repeat(self, every_s: float, hook: ExecHook | None) -> None:
        """Write each change of the choice as a line of JSON to stdout; never ends.

        Args:
            every_s: Seconds from the beginning of a round to that of the next.
            hook: Runs at each change.
        """
        switcher, first = Switcher(), True
        try:
            async with self._open_budget() as budget:
                while True:
                    began, previous = time.monotonic(), switcher.target
                    found = self._from_agent(tell=first) or await self._probe(budget)
                    changed = switcher.update(found)
                    if changed or first:
                        _write_choice(switcher.target, previous)
                    if changed and hook is not None:
                        chosen = next((c for c in found if c.target == switcher.target), None)
                        variables = choice_variables(self._settings, chosen)
                        hook.schedule(variables | {"RELAYTOP_PREVIOUS": previous or ""})
                    first = False
                    await asyncio.sleep(max(0.0, every_s - (time.monotonic() - began)))
        finally:
            await self._end_key_commands()
            if hook is not None:
                await hook.finish()

    def _from_agent(self, *, tell: bool) -> list[Candidate] | None:
        names = [target.id for target in self._settings.targets]
        found = self._read_agent(names, STEADY()) if self._read_agent is not None else None
        if found is None:
            return None
        pid, summaries = found
        if tell:
            notice(
                f"an agent (pid {pid}) probes this config: showing its data; "
                "--fresh probes separately"
            )
        return self._ranked(summaries)

    @asynccontextmanager
    async def _open_budget(self) -> AsyncIterator[JobBudget]:
        """Announce what a round can cost, and open a budget for one."""
        bound = self._plan.cost_bound(self._settings)
        notice(announcement(self._plan.counted, self._settings, bound))
        async with open_job_budget(self._settings, bound.total_usd, bound.once_usd) as budget:
            yield budget

    async def _probe(self, budget: JobBudget) -> list[Candidate]:
        """Return the candidates by one round of probes."""
        job = Baseline(
            self._settings, self._plan, budget, make_prober=self._make_prober, clock=STEADY
        )
        await job.run()
        if job.stopped is not None:
            notice(f"relaytop: {job.stopped}")
        for target, count in job.stale.items():
            if target not in self._stale_announced:
                self._stale_announced.add(target)
                notice(f"relaytop: {stale_remark(target, count)}")
        now = STEADY()
        return self._ranked([job.monitor.summary(name, now) for name in job.monitor.targets()])

    def _make_prober(self, provider: Provider) -> Prober:
        return Prober(provider, nonces=self._nonces, keys=self._keys[provider.name])

    async def _end_key_commands(self) -> None:
        await asyncio.gather(*(keys.aclose() for keys in self._keys.values()))

    def _ranked(self, summaries: Sequence[Summary]) -> list[Candidate]:
        prices = {
            target.id: price
            for target in self._settings.targets
            if (price := self._settings.provider(target.provider).prices.get(target.model))
        }
        return ranked(summaries, prices)


def _write_choice(target: str | None, previous: str | None) -> None:
    line = {"at": round(time.time(), 3), "target": target, "previous": previous}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
