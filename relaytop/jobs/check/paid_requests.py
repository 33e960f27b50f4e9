"""Requests of a check that cost: within the budget and `max_rpm`, sent again where that helps."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from relaytop.config.steady_clock import STEADY
from relaytop.jobs.runner import MAX_STALE

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.config.settings import Provider, Target
    from relaytop.engine.rate_limiter import RateLimiter
    from relaytop.jobs.job_budget import JobBudget
    from relaytop.probe.prober import Prober
    from relaytop.probe.sample import Sample
    from relaytop.wire.raw_reply import RawReply

MAX_ADAPTATIONS = 2
"""Refusals to adapt to: a model may want a newer parameter, then more tokens."""


class Outcome(NamedTuple):
    """What became of a request."""

    sample: Sample | None
    """The last one's; None where the budget has no more."""
    raw: RawReply | None
    """Its reply, as far as it can be read."""
    stale: int
    """Requests that were lost with a kept-alive connection which the server had closed."""
    over_budget: bool


@dataclass(frozen=True, slots=True)
class PaidRequests:
    """Sends requests to the targets of one provider."""

    provider: Provider
    """With its prices."""
    prober: Prober
    budget: JobBudget
    limiter: RateLimiter
    """Keeps the provider's `max_rpm`."""
    on_step: Callable[[str], None]
    """Called with each step before it is taken."""

    async def send(self, target: Target, step: str) -> Outcome:
        """Send a request, and again where a refusal says how.

        Args:
            target: What is sent, and to which model.
            step: What it is for, in words.
        """
        price = self.provider.prices.get(target.model)
        sample: Sample | None = None
        raw: RawReply | None = None
        adaptations = stale = 0
        while adaptations <= MAX_ADAPTATIONS and stale <= MAX_STALE:
            await self._wait_for_rate_limit(step)
            reserved = await self.budget.reserve(target, price)
            if reserved is None:
                return Outcome(sample, raw, stale, over_budget=True)
            before = self.prober.adaptations_of(target)
            with self.budget.booked_if_cut(target, reserved):
                sample, raw = await self.prober.probe_with_reply(target, STEADY())
            self.budget.settle(sample, reserved)
            if sample.stale:
                stale += 1
            elif self.prober.adaptations_of(target) != before:
                adaptations += 1
            else:
                break
        return Outcome(sample, raw, stale, over_budget=False)

    async def _wait_for_rate_limit(self, step: str) -> None:
        """Wait for the provider's `max_rpm`, and report the wait."""
        loop = asyncio.get_running_loop()
        while (wait_s := self.limiter.next_slot(now := loop.time()) - now) > 0:
            self.on_step(f"{step}, waiting for max_rpm")
            await asyncio.sleep(wait_s)
        self.limiter.record_request(now)
        self.on_step(step)
