"""What the engine keeps of one target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from relaytop.engine.backoff import Backoff

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from relaytop.config.settings import Price, Target
    from relaytop.probe.sample import Sample
    from relaytop.wire.facts import Failure


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

    async def forget(self, target: str) -> None:
        """Close what a target held."""
        ...

    async def aclose(self) -> None:
        """Close everything."""
        ...


class Lane:
    """One target on its way from probe to probe.

    Args:
        target: What is probed.
        prober: Its provider's.
        reserve: USD that one probe may cost.
        uniform: Random floats in [0, 1).
    """

    __slots__ = (
        "backoff",
        "held_until",
        "over_budget",
        "paced",
        "paused",
        "prober",
        "reserve",
        "running_since",
        "skipped",
        "target",
    )

    def __init__(
        self, target: Target, prober: ProberLike, reserve: float, uniform: Callable[[], float]
    ) -> None:
        self.target = target
        self.prober = prober
        self.reserve = reserve
        self.backoff = Backoff(uniform)
        self.held_until = 0.0
        self.paused = False
        self.over_budget = False
        self.running_since: float | None = None
        self.skipped = 0
        self.paced = 0
