"""What the engine keeps of one target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

from relaytop.engine.backoff import Backoff, Wait
from relaytop.engine.headroom import scarce_s
from relaytop.protocol.messages import Pulse

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from relaytop.config.settings import Price, Target
    from relaytop.probe.sample import Sample
    from relaytop.wire.facts import Failure

LONG_S = 0.5
"""A probe that runs for longer is named in the pulse."""


class ProberLike(Protocol):
    """What the engine needs of `relaytop.probe.prober.Prober`."""

    async def probe(self, target: Target, due_at: float) -> Sample:
        """Probe once; never raises."""
        ...

    async def models(self) -> tuple[str, ...] | Failure:
        """Ask what is on offer."""
        ...

    def set_prices(self, prices: Mapping[str, Price]) -> None:
        """Take the prices of models."""
        ...

    def twin(self) -> Self:
        """Return another with connections of its own, which shares what targets have taught."""
        ...

    async def aclose(self) -> None:
        """Close everything."""
        ...


class TargetState:
    """One target on its way from probe to probe.

    Args:
        target: What is probed.
        prober: Its provider's.
        uniform: Random floats in [0, 1).
    """

    __slots__ = (
        "backoff",
        "broke_until",
        "held_until",
        "paced",
        "paused",
        "prober",
        "running_since",
        "skipped",
        "target",
        "waits_for_money",
    )

    def __init__(self, target: Target, prober: ProberLike, uniform: Callable[[], float]) -> None:
        self.target = target
        self.prober = prober
        self.backoff = Backoff(uniform)
        self.held_until = 0.0
        self.paused = False
        self.broke_until = 0.0
        """Until when the budget has nothing for it, Unix seconds."""
        self.waits_for_money = False
        """Whether it is queued for what the ledger, or a probe in flight, may still give."""
        self.running_since: float | None = None
        self.skipped = 0
        self.paced = 0

    def wait_after(self, sample: Sample) -> Wait | None:
        """Return how long to hold off after a sample; None to go on with the cadence."""
        wait = self.backoff.after(sample)
        scarce = scarce_s(sample.rate_limit)
        if wait is None and scarce is not None:
            return Wait(scarce, "scarce", asked=False)
        return wait


def pulse_of(lanes: Collection[TargetState], in_flight: int, now: float, dropped: int) -> Pulse:
    """Return how the lanes stand.

    Args:
        lanes: All there are.
        in_flight: Probes under way, of lanes that were removed too.
        now: Unix seconds.
        dropped: Reports that the parent did not take.
    """
    running = {
        lane.target.id: lane.running_since
        for lane in lanes
        if lane.running_since is not None and now - lane.running_since > LONG_S
    }
    skipped = {lane.target.id: lane.skipped for lane in lanes if lane.skipped}
    paced = {lane.target.id: lane.paced for lane in lanes if lane.paced}
    return Pulse(now, in_flight, running, skipped, dropped, paced)
