"""The same requests to two providers, interleaved."""

from __future__ import annotations

import asyncio
import dataclasses
import random
from functools import partial
from typing import TYPE_CHECKING

from relaytop.config.settings import Window
from relaytop.jobs.runner import Runner
from relaytop.jobs.shadow.interleave import Race
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Budget, Finished

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from relaytop.config.settings import Provider, Settings, Target
    from relaytop.engine.target_state import ProberLike
    from relaytop.jobs.job_budget import JobBudget
    from relaytop.jobs.shadow.pairs import Pair
    from relaytop.jobs.shadow.prompts import Messages
    from relaytop.probe.sample import Sample


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What a shadow run sends."""

    pairs: tuple[Pair, ...]
    prompts: Sequence[Messages]
    """In turns; at least one."""
    count: int = 100
    """Requests per provider and model."""
    seed: int = 0
    """Decides the order of the sides, and what is drawn for the intervals."""
    keep_answers: bool = False


class Shadow:
    """A run: every model by itself, its two sides in turns, so that drift hits both alike.

    Args:
        settings: The providers; its targets are those of the plan's pairs.
        plan: What to send.
        purse: What may be spent.
        make_prober: Makes a provider's prober, which keeps the replies' text.
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
        self.races = [
            Race(pair, plan.prompts, plan.count, plan.seed, keep_answers=plan.keep_answers)
            for pair in plan.pairs
        ]
        self._race_of = {
            target.id: race for race in self.races for target in (race.pair.a, race.pair.b)
        }
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
        try:
            await asyncio.gather(
                *(
                    self._runner.one_by_one(race.asks(partial(self._given_up, race)), slot)
                    for slot, race in enumerate(self.races)
                )
            )
        finally:
            self.monitor.apply(self.budget, self._clock())
            await self._runner.aclose()

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

    def _given_up(self, race: Race) -> bool:
        return not self._runner.given_up.keys().isdisjoint(race.lengths)

    def _take(self, _target: Target, sample: Sample) -> None:
        self.monitor.apply(Finished(sample), self._clock())
        self._race_of[sample.target].take(sample)
