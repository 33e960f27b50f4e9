"""N probes per target, then what they showed."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import random
from typing import TYPE_CHECKING

from relaytop.config.settings import Window
from relaytop.jobs.runner import Runner
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Budget, Finished, Pulse

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.config.settings import Provider, Settings, Target
    from relaytop.engine.target_state import ProberLike
    from relaytop.jobs.job_budget import JobBudget
    from relaytop.probe.sample import Sample

AHEAD = 20
"""Probes a target that the ledger is asked for at a time."""


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What a baseline sends."""

    count: int = 100
    """Probes per target."""
    concurrency: int = 1
    """Probes of one target at a time."""
    rate_s: float | None = None
    """Probes of one target a second, at fixed times; None: each when one before it has ended."""


class Baseline:
    """A run over targets that are probed side by side, each by itself.

    Args:
        settings: The targets.
        plan: How many, and how.
        purse: What may be spent.
        make_prober: Makes a provider's prober.
        clock: Unix seconds.
    """

    def __init__(
        self,
        settings: Settings,
        plan: Plan,
        purse: JobBudget,
        *,
        make_prober: Callable[[Provider], ProberLike],
        clock: Callable[[], float],
    ) -> None:
        whole = Window(seconds=None, count=plan.count)
        self.settings = dataclasses.replace(settings, window=whole, history=plan.count)
        self.plan = plan
        self.purse = purse
        self.monitor = Monitor(self.settings, clock())
        self.latencies_ms: dict[str, list[float]] = {t.id: [] for t in settings.targets}
        """Target → latencies of its successes, in the order in which they came."""
        self._clock = clock
        self._runner = Runner(
            self.settings,
            purse,
            self._take,
            make_prober=make_prober,
            uniform=random.random,
            clock=clock,
        )

    async def run(self) -> None:
        """Send everything; cancelling it keeps what there is."""
        runner, plan = self._runner, self.plan
        try:
            work = []
            for target in self.settings.targets:
                asks = itertools.repeat(target, plan.count)
                if plan.rate_s is not None:
                    work.append(runner.at_rate(asks, plan.rate_s))
                else:
                    work += [runner.one_by_one(asks, slot) for slot in range(plan.concurrency)]
            await asyncio.gather(*work)
        finally:
            now = self._clock()
            self.monitor.apply(Pulse(now, 0, skipped=dict(runner.skipped)), now)
            self.monitor.apply(self.budget, now)
            await runner.aclose()

    @property
    def budget(self) -> Budget:
        """How today's budget stands."""
        return self.purse.budget

    @property
    def stopped(self) -> str | None:
        """Why it ended early; None where it did not."""
        return self._runner.stopped

    @property
    def given_up(self) -> dict[str, str]:
        """Target → the error class for which it was left alone after five failures in a row."""
        return self._runner.given_up

    def _take(self, _target: Target, sample: Sample) -> None:
        self.monitor.apply(Finished(sample), self._clock())
        if sample.ok and sample.latency_ms is not None:
            self.latencies_ms[sample.target].append(sample.latency_ms)
