"""The most that a job can cost, announced before it sends anything."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from relaytop.pricing.estimate import reserve_usd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaytop.config.settings import Settings
    from relaytop.jobs.shadow.prompts import Messages


@dataclasses.dataclass(frozen=True, slots=True)
class CostBound:
    """The most that a job's requests can cost, every reply at its full length."""

    total_usd: float
    once_usd: float
    """One request to each target, the dearest."""
    unpriced: int
    """Targets whose price was assumed."""


def cost_bound(settings: Settings, count: int, prompts: Sequence[Messages] = ((),)) -> CostBound:
    """Return the most that `count` requests to each target cost.

    Args:
        settings: The targets, their prices and the assumed one.
        count: Requests to each target.
        prompts: What they ask, in turn; () for a target's own prompt.
    """
    total, once, unpriced = 0.0, 0.0, 0
    cycles, rest = divmod(count, len(prompts))
    for target in settings.targets:
        price = settings.provider(target.provider).prices.get(target.model)
        each = [
            reserve_usd(
                dataclasses.replace(target, messages=messages), price, settings.assumed_price
            )[0]
            for messages in prompts[:count]
        ]
        total += cycles * sum(each) + sum(each[:rest])
        once += max(each)
        unpriced += price is None
    return CostBound(total, once, unpriced)


def announcement(requests: str, settings: Settings, bound: CostBound) -> str:
    """Return the line that tells the bound.

    Args:
        requests: How many of what, as in `100 probes of`.
        settings: The targets.
        bound: Theirs.
    """
    number = len(settings.targets)
    targets = "1 target" if number == 1 else f"each of {number} targets"
    text = f"{requests} {targets}: at most ${bound.total_usd:.4f}"
    if bound.unpriced:
        assumed = f"the assumed ${settings.assumed_price:g} per million tokens"
        text += f", {bound.unpriced} of them at {assumed}"
    return text
