"""What a shadow run costs at most, before anything is sent."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.pricing.estimate import reserve_usd

if TYPE_CHECKING:
    from relaytop.config.settings import Settings
    from relaytop.jobs.shadow.run import Plan


@dataclasses.dataclass(frozen=True, slots=True)
class Bound:
    """What a run costs at most, in USD."""

    usd: float
    """All of it."""
    once_usd: float
    """The dearest request of each target."""
    unpriced: int
    """Targets whose price was assumed."""


def most_usd(settings: Settings, plan: Plan) -> Bound:
    """Return what a plan costs, every reply at its full length."""
    total, once, unpriced = 0.0, 0.0, 0
    turns, left = divmod(plan.count, len(plan.prompts))
    for target in (target for pair in plan.pairs for target in (pair.a, pair.b)):
        price = settings.provider(target.provider).prices.get(target.model)
        each = [
            reserve_usd(
                dataclasses.replace(target, messages=messages), price, settings.assumed_price
            )[0]
            for messages in plan.prompts[: plan.count]
        ]
        total += turns * sum(each) + sum(each[:left])
        once += max(each)
        unpriced += price is None
    return Bound(total, once, unpriced)
