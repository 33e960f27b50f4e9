"""The base of the jobs that send probes and report them: `baseline` and `shadow`."""

from __future__ import annotations

import dataclasses
import random
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from relaytop.config.settings import Window
from relaytop.jobs.cost_bound import cost_bound
from relaytop.jobs.runner import MAX_STALE, Runner
from relaytop.monitor.monitor import Monitor
from relaytop.protocol.messages import Finished, Pulse
from relaytop.store.document import snapshot_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaytop.config.settings import Provider, Settings
    from relaytop.engine.target_state import ProberLike
    from relaytop.jobs.cost_bound import CostBound
    from relaytop.jobs.job_budget import JobBudget
    from relaytop.probe.sample import Sample


@dataclasses.dataclass(frozen=True)
class Plan:
    """The requests of a job."""

    count: int
    """Requests to each target."""

    requests: ClassVar[str] = "probes of"
    """Their name before "each of N targets"."""
    concurrency = 1
    """Requests to one target at a time."""

    @property
    def counted(self) -> str:
        """How many requests, as in `100 probes of`."""
        noun, _, relation = self.requests.partition(" ")
        return f"{self.count} {noun.removesuffix('s') if self.count == 1 else noun} {relation}"

    def cost_bound(self, settings: Settings) -> CostBound:
        """Return the most that it can cost at the settings' targets."""
        return cost_bound(settings, self.count)


P = TypeVar("P", bound=Plan)


class Job(ABC, Generic[P]):
    """A run over targets, all of whose samples one monitor sees.

    Args:
        settings: The targets.
        plan: What to send.
        budget: What may be spent.
        make_prober: Makes a provider's prober.
        clock: Unix seconds.
    """

    kind: ClassVar[str]
    """Of its snapshot."""
    include_text: ClassVar[bool] = False
    """Whether its samples include the replies' text."""

    def __init__(
        self,
        settings: Settings,
        plan: P,
        budget: JobBudget,
        *,
        make_prober: Callable[[Provider], ProberLike],
        clock: Callable[[], float],
    ) -> None:
        most = plan.count * (1 + MAX_STALE)
        whole_run = Window(seconds=None, count=most)
        self.settings = dataclasses.replace(settings, window=whole_run, history=most)
        self.plan = plan
        self.monitor = Monitor(self.settings, clock(), whole_run=True)
        self.latencies_ms: dict[str, list[float]] = {t.id: [] for t in settings.targets}
        """Target → latencies of its successes, in the order in which they came."""
        self._budget = budget
        self._clock = clock
        self._runner = Runner(
            self.settings,
            budget,
            self._record,
            make_prober=make_prober,
            uniform=random.random,
            clock=clock,
        )

    async def run(self) -> None:
        """Send everything; cancelling it keeps what there is."""
        try:
            await self._send()
        finally:
            now = self._clock()
            self.monitor.apply(Pulse(now, 0, skipped=dict(self._runner.skipped)), now)
            self.monitor.apply(self._budget.budget, now)
            await self._runner.aclose()

    @abstractmethod
    async def _send(self) -> None:
        """Send everything by the runner."""

    def _record(self, sample: Sample) -> None:
        """Record a sample as it comes."""
        self.monitor.apply(Finished(sample), self._clock())
        if sample.ok and not sample.from_cache and sample.latency_ms is not None:
            self.latencies_ms[sample.target].append(sample.latency_ms)

    @abstractmethod
    def progress(self) -> dict[str, str]:
        """Return who → how far it is."""

    @property
    def stopped(self) -> str | None:
        """The reason for an early end; None where it did not."""
        return self._runner.stopped

    @property
    def stale(self) -> dict[str, int]:
        """Target → requests that were lost with a connection which the server had closed."""
        return dict(self._runner.stale)

    @property
    def stalled_s(self) -> float:
        """Seconds in which this process did not run."""
        return self._runner.stalled_s

    @property
    def given_up(self) -> dict[str, str]:
        """Target → the error class for which it was left alone after five failures in a row."""
        return self._runner.given_up

    def document(self, now: float, host: str) -> dict[str, Any]:
        """Return the snapshot of the whole run, bounded by neither window nor history."""
        document = snapshot_document(self.kind, self.monitor, self.settings, now, host)
        del document["window_requests"]
        return document

    def save_more(self) -> bool:
        """Save what is kept beside the snapshot, and tell where; False where it could not be."""
        return True
