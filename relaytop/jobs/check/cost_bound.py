"""The most that a check can cost, announced before anything is sent."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

from relaytop.jobs.check.conformance import deep_targets
from relaytop.pricing.estimate import reserve_usd

if TYPE_CHECKING:
    from relaytop.config.settings import Settings

REPLIES = 2
"""Paid replies a target."""


class CheckCost(NamedTuple):
    """The most that a check can cost."""

    known_usd: float
    """At known prices."""
    assumed_usd: float
    """At the assumed price, for targets without a known one."""
    unpriced: int
    """Such targets."""


def check_cost(settings: Settings, *, deep: bool = False) -> CheckCost:
    """Return the most that a check of all targets can cost.

    Args:
        settings: The targets, with prices.
        deep: Whether their features are asked for too.
    """
    known_usd = assumed_usd = 0.0
    unpriced = 0
    for target in settings.targets:
        provider = settings.provider(target.provider)
        requests = [dataclasses.replace(target, max_tokens=1)] * REPLIES
        requests += deep_targets(target, provider.api) if deep else []
        price = provider.prices.get(target.model)
        reserves = [reserve_usd(each, price, settings.assumed_price) for each in requests]
        usd, known = sum(usd for usd, _known in reserves), price is not None
        known_usd += usd if known else 0.0
        assumed_usd += 0.0 if known else usd
        unpriced += not known
    return CheckCost(known_usd, assumed_usd, unpriced)


def announcement(settings: Settings, *, deep: bool = False) -> str:
    """Return the sentence that tells what will be sent that costs; empty without a target.

    Args:
        settings: As for `check_cost`.
        deep: Likewise.
    """
    count = len(settings.targets)
    if not count:
        return ""
    if settings.budget_usd <= 0:
        return "budget = 0: free checks only"
    cost = check_cost(settings, deep=deep)
    targets = "1 target" if count == 1 else f"each of {count} targets"
    costs = [f"at most ${cost.known_usd:.6f}"] if cost.unpriced < count else []
    if cost.unpriced:
        at = f"at ${settings.assumed_price:g} per million tokens"
        costs.append(f"${cost.assumed_usd:.6f} {at} for {cost.unpriced} with an unknown price")
    replies = f"at most {REPLIES} one-token replies"
    if deep:
        most = max(
            len(deep_targets(target, settings.provider(target.provider).api))
            for target in settings.targets
        )
        replies += f" and {most} short ones"
    return f"requesting {replies} from {targets}: {' and '.join(costs)}"
