"""The money of a job: within today's budget, booked in the ledger."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from relaytop.engine.engine_budget import POLL_S, EngineBudget

if TYPE_CHECKING:
    from relaytop.config.settings import Price, Target
    from relaytop.engine.engine_budget import Reserve
    from relaytop.ledger.ledger import Ledger
    from relaytop.probe.sample import Sample
    from relaytop.protocol.messages import Budget

LEDGER_WAIT_S = 5.0


class JobBudget:
    """Says whether a probe may be paid for, and books what it cost.

    Args:
        budget_usd: Of a UTC day; 0 sends nothing that costs.
        assumed_price: USD per million tokens, where a model's price is unknown.
        ledger: Where today's spending is kept; None keeps it in memory.
    """

    def __init__(self, budget_usd: float, assumed_price: float, ledger: Ledger | None) -> None:
        self._till = EngineBudget(budget_usd, assumed_price, ledger, time.time())
        self._ahead = self._least = 0.0
        self._needs: dict[str, float] = {}
        """Target → USD set aside for its newest probe."""
        self._queue = asyncio.Lock()
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
        self._ahead, self._least = ahead_usd, ahead_usd if least_usd is None else least_usd
        answered = self._till.request_allowance(self._ahead, self._least)
        if answered is not None:
            await asyncio.to_thread(answered.wait, LEDGER_WAIT_S)

    async def take(self, target: Target, price: Price | None) -> Reserve | None:
        """Set aside what one probe may cost; None where today's budget has no more.

        Waits, in turn, while the ledger or a probe in flight may still give some.
        """
        reserve = self._till.reserve_for(target, price)
        if reserve.usd <= 0:
            return reserve if self._till.allows(reserve, time.time()) else None
        async with self._queue:
            self._needs[target.id] = reserve.usd
            while not self._allows(reserve):
                if self._till.daily.blocked_today:
                    return None
                self._ask_for_more()
                await asyncio.sleep(POLL_S)
                # What it waited for may have shown that its replies cost more than was thought.
                reserve = self._till.reserve_for(target, price)
                self._needs[target.id] = reserve.usd
            self._till.daily.reserve(reserve.usd)
        if self._till.daily.available_usd < self._want()[0] / 2:
            self._ask_for_more()
        return reserve

    def _allows(self, reserve: Reserve) -> bool:
        now = time.time()
        self._till.apply_allowance()
        return self._till.allows(reserve, now)

    def _want(self) -> tuple[float, float]:
        """Return (USD ahead, USD at least): more than at first where replies cost more."""
        least = max(self._least, sum(self._needs.values()))
        return (self._ahead * least / self._least if self._least else least), least

    def _ask_for_more(self) -> None:
        self._till.request_more(*self._want())

    def book(self, sample: Sample, reserve: Reserve) -> None:
        """Book what came of a probe for which money was set aside."""
        self._till.settle(sample, reserve, time.time())
        cost = sample.billed_usd
        self.cost_usd += cost or 0.0
        self.complete = self.complete and cost is not None

    @property
    def budget(self) -> Budget:
        """How today's budget stands."""
        return self._till.daily.report(time.time())

    @property
    def state(self) -> str:
        """Say how today's budget stands where it has no more."""
        budget = self._till.daily
        spent = f"${budget.spent_usd:.4f} of today's ${budget.limit_usd:g}"
        return f"the budget is reached ({spent}), so no more replies are paid for"
