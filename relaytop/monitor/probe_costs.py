"""The estimated cost of a probe of each target, kept until its target or its price changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaytop.pricing.estimate import HOUR_S, Estimate, reserve_usd

if TYPE_CHECKING:
    from relaytop.config.settings import Price, Target


class ProbeCosts:
    """Estimates the cost of an hour of a target; a picture asks it for all of them."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Target, Price | None, float, tuple[float, bool]]] = {}

    def per_hour(
        self, target: Target, interval_s: float, price: Price | None, assumed_price: float
    ) -> Estimate:
        """Estimate the cost of an hour at `interval_s`, every reply at its full length.

        Args:
            target: Its messages, and its bound on the reply.
            interval_s: Seconds between two probes.
            price: The model's; None where it is unknown.
            assumed_price: USD per million tokens, for that case.
        """
        known = self._known.get(target.id)
        if (
            known is None
            or known[0] is not target
            or known[1] is not price
            or known[2] != assumed_price
        ):
            once = reserve_usd(target, price, assumed_price)
            known = self._known[target.id] = (target, price, assumed_price, once)
        usd, is_known = known[3]
        return Estimate(usd * HOUR_S / interval_s, is_known)
