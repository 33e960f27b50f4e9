"""The money of a job: within today's budget, booked in the ledger."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from relaytop.engine.budget import DailyBudget
from relaytop.ledger.ledger import Entry, Want
from relaytop.pricing.estimate import reserve_usd

if TYPE_CHECKING:
    from relaytop.config.settings import Price, Target
    from relaytop.engine.messages import Budget
    from relaytop.ledger.ledger import Ledger
    from relaytop.probe.sample import Sample

LEDGER_WAIT_S = 5.0
LOOK_S = 0.05
"""How often a probe that waits for money looks whether there is some."""


class Purse:
    """Says whether a probe may be paid for, and books what it cost.

    Args:
        budget_usd: Of a UTC day; 0 sends nothing that costs.
        assumed_price: USD per million tokens, where a model's price is unknown.
        ledger: Where today's spending is kept; None keeps it in memory.
    """

    def __init__(self, budget_usd: float, assumed_price: float, ledger: Ledger | None) -> None:
        self._budget = DailyBudget(budget_usd, time.time())
        self._assumed_price = assumed_price
        self._ledger = ledger
        self.cost_usd = 0.0
        """What is known to have been spent."""
        self.complete = True
        """False where something had no known price."""

    async def open(self, ahead_usd: float, least_usd: float | None = None) -> None:
        """Ask the ledger for what the next seconds may cost, and wait for its answer.

        Args:
            ahead_usd: What would be welcome.
            least_usd: What is needed to do anything at all; None: all of it.
        """
        if self._ledger is None:
            return
        self._ledger.ask(
            Want(self._budget.usd, ahead_usd, ahead_usd if least_usd is None else least_usd)
        )
        await asyncio.to_thread(self._ledger.answered.wait, LEDGER_WAIT_S)
        self._refresh()

    def take(self, target: Target, price: Price | None) -> float | None:
        """Set aside what one probe may cost, in USD; None where there is not enough now."""
        self._refresh()
        usd, _known = reserve_usd(target, price, self._assumed_price)
        if not self._budget.allows(usd, time.time()):
            return None
        self._budget.reserve(usd)
        return usd

    async def wait_for(self, target: Target, price: Price | None) -> float | None:
        """As `take`, but wait while the ledger, or a probe in flight, may still give some."""
        deadline = time.monotonic() + LEDGER_WAIT_S
        while (usd := self.take(target, price)) is None:
            if self._budget.held_back or time.monotonic() > deadline:
                return None
            await asyncio.sleep(LOOK_S)
        return usd

    def book(self, sample: Sample, reserved_usd: float) -> None:
        """Book what came of a probe for which money was set aside."""
        cost = sample.cost_usd
        if sample.failure is not None and cost is None:
            cost = 0.0  # a failed request is not billed
        self._budget.settle(reserved_usd, cost, time.time())
        self.cost_usd += cost or 0.0
        self.complete = self.complete and cost is not None
        if sample.stale or self._ledger is None:
            return
        usage = sample.usage
        self._ledger.record(
            Entry(
                sample.target,
                sample.ended_at,
                sample.failure is not None,
                usage.input_tokens if usage else None,
                usage.output_tokens if usage else None,
                sample.cost_usd,
                reserved_usd if cost is None else 0.0,
            )
        )

    @property
    def budget(self) -> Budget:
        """How today's budget stands."""
        return self._budget.report(time.time())

    @property
    def state(self) -> str:
        """Say how today's budget stands where it has no more."""
        spent = f"${self._budget.spent:.4f} of today's ${self._budget.usd:g}"
        return f"the budget is reached ({spent}), so no more replies are paid for"

    def _refresh(self) -> None:
        if self._ledger is not None:
            self._budget.set_allowance(self._ledger.allowance(time.time()))
