"""N probes per target, then what they showed."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools

from relaytop.jobs.job import Job, Plan


@dataclasses.dataclass(frozen=True)
class BaselinePlan(Plan):
    """The requests of a baseline."""

    concurrency: int = 1
    rate_per_s: float | None = None
    """Probes of one target a second, at fixed times; None: each when one before it has ended."""


class Baseline(Job[BaselinePlan]):
    """A run over targets that are probed side by side, each by itself."""

    kind = "baseline"

    async def _send(self) -> None:
        runner, plan = self._runner, self.plan
        workers = []
        for target in self.settings.targets:
            requests = itertools.repeat(target, plan.count)
            if plan.rate_per_s is not None:
                workers.append(runner.send_at_rate(requests, plan.rate_per_s))
            else:
                slots = range(plan.concurrency)
                workers += [runner.send_in_sequence(requests, slot) for slot in slots]
        await asyncio.gather(*workers)

    def progress(self) -> dict[str, str]:
        """Return target → how far it is, with the running P50 and failures."""
        found = {}
        for name in self.monitor.targets():
            summary = self.monitor.summary(name, 0.0)
            text = f"{summary.requests + summary.cached}/{self.plan.count}"
            if summary.latency.p50 is not None:
                text += f" P50 {summary.latency.p50:.0f} ms"
            failed = summary.requests - summary.ok
            if summary.cached:
                text += f", {summary.cached} cached"
            found[name] = text + (f", {failed} failed" if failed else "")
        return found
