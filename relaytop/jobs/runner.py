"""Sending a job's probes, one after another or at a rate, within budget and limits."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from typing import TYPE_CHECKING

from relaytop.config.steady_clock import STEADY
from relaytop.engine.backoff import SLOW_CLASSES, Backoff
from relaytop.engine.heartbeat import Heartbeat
from relaytop.engine.rate_limiter import RateLimiter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from relaytop.config.settings import Provider, Settings, Target
    from relaytop.engine.heartbeat import Stall
    from relaytop.engine.target_state import ProberLike
    from relaytop.jobs.job_budget import JobBudget
    from relaytop.probe.sample import Sample

GIVE_UP_AFTER = 5
"""Failures in a row of a class that waiting does not mend, after which a target is left alone."""
MAX_CONCURRENT = 256
"""Probes of a target that may be under way at a rate; one that is due beyond that is skipped."""
MAX_STALE = 1
"""Times that a request is sent again which was not measured: its connection was stale, or this
process was stopped meanwhile."""


def stale_remark(target: str, count: int) -> str:
    """Return the line that tells of a target's stale connections."""
    requests = "1 request was" if count == 1 else f"{count} requests were"
    return (
        f"{target}: {requests} lost on an idle connection that the server had closed, "
        "and resent on a new one; not in the error rate"
    )


class Runner:
    """Probes targets for a job and hands each sample on.

    At most one probe of a target runs on one connection, so each of a target's workers has a slot
    with probers of its own.

    Args:
        settings: The providers, by which a target's is found.
        budget: What may be spent.
        on_sample: Is given each sample as it comes.
        make_prober: Makes a provider's prober.
        uniform: Random floats in [0, 1), for the back-off.
        clock: Steady Unix seconds.
    """

    def __init__(
        self,
        settings: Settings,
        budget: JobBudget,
        on_sample: Callable[[Sample], None],
        *,
        make_prober: Callable[[Provider], ProberLike],
        uniform: Callable[[], float],
        clock: Callable[[], float] = STEADY,
    ) -> None:
        self._settings = settings
        self._budget = budget
        self._on_sample = on_sample
        self._make_prober = make_prober
        self._uniform = uniform
        self._clock = clock
        self._first_probers: dict[str, ProberLike] = {}
        """Provider → the prober of which the other slots' are clones."""
        self._probers: dict[tuple[str, int], ProberLike] = {}
        self._rate_limiters = {p.name: RateLimiter(p.max_rpm) for p in settings.providers}
        self._backoffs: dict[str, Backoff] = {}
        self._held_until: dict[str, float] = {}
        self._permanent_failures: Counter[str] = Counter()
        self.stopped: str | None = None
        """The reason for an early end; None where it did not."""
        self.skipped: Counter[str] = Counter()
        """Target → probes that were due at a rate and could not start."""
        self.stale: Counter[str] = Counter()
        """Target → requests that were lost with a reused connection which the server had closed."""
        self.stalled_s = 0.0
        """Seconds in which this process did not run; requests that spanned them are sent again."""
        self._heartbeat = Heartbeat(self._add_stall, clock)
        self._beating: asyncio.Task[None] | None = None
        self.given_up: dict[str, str] = {}
        """Target → the error class for which it was left alone."""

    async def send_in_sequence(self, requests: Iterator[Target], slot: int = 0) -> None:
        """Probe targets, each once the probe before it has ended.

        Args:
            requests: What to probe; several workers may share one iterator.
            slot: This worker's own connections.
        """
        for target in requests:
            if self.stopped is not None:
                return
            await self._probe(target, slot, self._clock())

    async def send_at_rate(self, requests: Iterable[Target], rate_per_s: float) -> None:
        """Probe a target at fixed times, whatever the replies do.

        Args:
            requests: What to probe, all of one target.
            rate_per_s: Probes a second.
        """
        loop = asyncio.get_running_loop()
        began, tasks = loop.time(), set[asyncio.Task[None]]()
        free = list(range(MAX_CONCURRENT, 0, -1))

        async def probe(target: Target, slot: int, due_at: float) -> None:
            try:
                await self._probe(target, slot, due_at)
            finally:
                free.append(slot)

        try:
            for index, target in enumerate(requests):
                due = began + index / rate_per_s
                await asyncio.sleep(due - loop.time())
                if self.stopped is not None:
                    break
                if not free:
                    self.skipped[target.id] += 1
                    continue
                due_at = self._clock() - (loop.time() - due)
                task = asyncio.ensure_future(probe(target, free.pop(), due_at))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def aclose(self) -> None:
        """Close every connection."""
        if self._beating is not None:
            self._beating.cancel()
        for prober in self._probers.values():
            await prober.aclose()

    async def _probe(self, target: Target, slot: int, due_at: float) -> None:
        """Send a request; where its connection was stale, again on a fresh one."""
        for _ in range(1 + MAX_STALE):
            if self.stopped is not None or target.id in self.given_up:
                return
            sample = await self._send(target, slot, due_at)
            if sample is None or not sample.unmeasured:
                return
            self.stale[target.id] += sample.stale

    async def _send(self, target: Target, slot: int, due_at: float) -> Sample | None:
        """Send a request once, and hand its sample on; None where the budget has no more."""
        await self._wait_for_limits(target)
        price = self._settings.provider(target.provider).prices.get(target.model)
        reserved = await self._budget.reserve(target, price)
        if reserved is None:
            self.stopped = self._budget.exhausted_reason
            return None
        if self._beating is None:
            self._beating = asyncio.ensure_future(self._heartbeat.run())
        began_at = self._clock()
        prober = self._prober(target.provider, slot)
        with self._budget.booked_if_cut(target, reserved):
            sample = await prober.probe(target, due_at)
        if self._heartbeat.has_stalled_since(began_at):
            sample = dataclasses.replace(sample, stalled_here=True)
        self._budget.settle(sample, reserved)
        self._on_sample(sample)
        refused = sample.failure is not None and sample.failure.error_class == "auth"
        if not refused or not await prober.wait_for_key():
            self._apply_backoff(target, sample)
        return sample

    def _add_stall(self, stall: Stall) -> None:
        self.stalled_s += stall.seconds

    def _prober(self, provider: str, slot: int) -> ProberLike:
        first = self._first_probers.get(provider)
        if first is None:
            first = self._first_probers[provider] = self._make_prober(
                self._settings.provider(provider)
            )
            self._probers[provider, slot] = first
        key = (provider, slot)
        if key not in self._probers:
            self._probers[key] = first.clone()
        return self._probers[key]

    async def _wait_for_limits(self, target: Target) -> None:
        """Wait as long as the server asked, and for the provider's `max_rpm`."""
        limiter, loop = self._rate_limiters[target.provider], asyncio.get_running_loop()
        while True:
            now = loop.time()
            held_s = self._held_until.get(target.id, 0.0) - self._clock()
            wait_s = max(held_s, limiter.next_slot(now) - now)
            if wait_s <= 0:
                limiter.record_request(now)
                return
            await asyncio.sleep(wait_s)

    def _apply_backoff(self, target: Target, sample: Sample) -> None:
        if sample.unmeasured:
            return
        backoff = self._backoffs.setdefault(target.id, Backoff(self._uniform))
        wait = backoff.wait_after(sample)
        failure = sample.failure.error_class if sample.failure else ""
        if failure not in SLOW_CLASSES:
            self._permanent_failures[target.id] = 0
            if wait is not None:
                self._held_until[target.id] = self._clock() + wait.seconds
            return
        self._permanent_failures[target.id] += 1
        if self._permanent_failures[target.id] >= GIVE_UP_AFTER:
            self.given_up[target.id] = failure
