"""The engine's state of one target."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol, Self

from relaytop.engine.backoff import Backoff, Wait
from relaytop.engine.headroom import scarce_s
from relaytop.protocol.messages import Pulse

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from relaytop.config.settings import Price, Target
    from relaytop.probe.credit_request import CreditAnswer
    from relaytop.probe.key_source import KeyNotice
    from relaytop.probe.sample import Sample
    from relaytop.wire.credit_systems import CreditSystem
    from relaytop.wire.facts import Failure, ModelList

MAX_IN_FLIGHT = 6
"""Probes of one target at once, while they overrun."""
ENDING_S = 0.1
"""A probe that is so near to its deadline has as good as ended."""
LONG_S = 0.5
"""A probe that runs for longer is named in the pulse."""


class ProberLike(Protocol):
    """The part of `relaytop.probe.prober.Prober` that the engine uses."""

    async def probe(self, target: Target, due_at: float) -> Sample:
        """Probe once, on a connection that no other probe uses meanwhile; never raises."""
        ...

    async def list_models(self) -> ModelList | Failure:
        """List the provider's models."""
        ...

    async def request_credit(self, systems: Sequence[CreditSystem]) -> CreditAnswer:
        """Ask what is left at the provider, as one of these systems; costs nothing."""
        ...

    def renew_key_if_due(self) -> None:
        """Ask for another key, without waiting, where this one was refused or is to expire."""
        ...

    async def wait_for_key(self) -> bool:
        """Wait for the key that is asked for meanwhile; return whether one is."""
        ...

    def drain_key_notices(self) -> list[KeyNotice]:
        """Return what became of the provider's key since the last call."""
        ...

    def set_prices(self, prices: Mapping[str, Price]) -> None:
        """Set the prices of models."""
        ...

    def clone(self) -> Self:
        """Return another with connections of its own, which shares the targets' adaptations."""
        ...

    async def aclose(self) -> None:
        """Close everything."""
        ...


class TargetState:
    """One target's schedule state.

    Args:
        target: The target to probe.
        prober: Its provider's.
        uniform: Random floats in [0, 1).
    """

    __slots__ = (
        "awaits_funds",
        "backoff",
        "held_until",
        "over_budget_until",
        "paced",
        "paused",
        "prober",
        "running",
        "skipped",
        "target",
    )

    def __init__(self, target: Target, prober: ProberLike, uniform: Callable[[], float]) -> None:
        self.target = target
        self.prober = prober
        self.backoff = Backoff(uniform)
        self.held_until = 0.0
        self.paused = False
        self.over_budget_until = 0.0
        """The moment when the budget allows it again, Unix seconds; in the past: now."""
        self.awaits_funds = False
        """Whether it is queued until the ledger or a probe in flight frees money."""
        self.running: list[float] = []
        """The beginning of each probe in flight, Unix seconds, oldest first."""
        self.skipped = 0
        self.paced = 0

    @property
    def running_since(self) -> float | None:
        """The beginning of the oldest probe in flight, Unix seconds; None without one."""
        return self.running[0] if self.running else None

    def long_running_since(self, now: float) -> float | None:
        """Return `running_since` where that is longer ago than `LONG_S`; `now`: Unix seconds."""
        since = self.running_since
        return since if since is not None and now - since > LONG_S else None

    def is_full(self, interval_s: float, now: float) -> bool:
        """Return whether as many probes are in flight as may be.

        That many are due until a probe's deadline, so that a stall hides none of them, up to a
        bound.

        Args:
            interval_s: The cadence now, in seconds.
            now: Unix seconds.
        """
        timeout_s = self.target.timeout_s
        most = max(1, min(MAX_IN_FLIGHT, math.ceil(timeout_s / interval_s)))
        return sum(now - since < timeout_s - ENDING_S for since in self.running) >= most

    def wait_after(self, sample: Sample) -> Wait | None:
        """Return how long to wait after a sample; None to keep the cadence."""
        wait = self.backoff.wait_after(sample)
        scarce = scarce_s(sample.rate_limit)
        if wait is None and scarce is not None:
            return Wait(scarce, "scarce", asked=False)
        return wait


def pulse_of(states: Collection[TargetState], in_flight: int, now: float, dropped: int) -> Pulse:
    """Summarize the targets' states for the parent.

    Args:
        states: Of all targets.
        in_flight: Probes under way.
        now: Unix seconds.
        dropped: Reports dropped because the parent did not read.
    """
    running = {
        state.target.id: since
        for state in states
        if (since := state.long_running_since(now)) is not None
    }
    skipped = {state.target.id: state.skipped for state in states if state.skipped}
    paced = {state.target.id: state.paced for state in states if state.paced}
    return Pulse(now, in_flight, running, skipped, dropped, paced)
