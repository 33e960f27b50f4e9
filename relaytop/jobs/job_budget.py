"""The money of a job: within today's budget, recorded in the ledger."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from relaytop.config.paths import ledger_path
from relaytop.engine.engine_budget import POLL_S, EngineBudget
from relaytop.jobs.stderr import notice
from relaytop.ledger.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from relaytop.config.settings import Price, Settings, Target
    from relaytop.engine.engine_budget import Reserve
    from relaytop.probe.sample import Sample
    from relaytop.protocol.messages import Budget

LEDGER_WAIT_S = 5.0


class JobBudget:
    """Decides whether a probe may be paid for, and settles what it cost.

    Args:
        budget_usd: Of a UTC day; 0 sends nothing that costs.
        assumed_price: USD per million tokens, where a model's price is unknown.
        ledger: Where today's spending is kept; None keeps it in memory.
    """

    def __init__(self, budget_usd: float, assumed_price: float, ledger: Ledger | None) -> None:
        self._engine_budget = EngineBudget(budget_usd, assumed_price, ledger, time.time())
        self._ahead_usd = self._minimum_usd = 0.0
        self._newest_usd: dict[str, float] = {}
        """Target → USD reserved for its newest probe."""
        self._queue = asyncio.Lock()
        self.cost_usd = 0.0
        """The sum of the known costs."""
        self.complete = True
        """False where something had no known price."""

    async def request_allowance(self, ahead_usd: float, minimum_usd: float | None = None) -> None:
        """Ask the ledger for what the next seconds may cost, and wait for its answer.

        Args:
            ahead_usd: What would be welcome.
            minimum_usd: What is needed to do anything at all; None: all of it.
        """
        self._ahead_usd = ahead_usd
        self._minimum_usd = ahead_usd if minimum_usd is None else minimum_usd
        answered = self._engine_budget.request_allowance(self._ahead_usd, self._minimum_usd)
        if answered is not None:
            await asyncio.to_thread(answered.wait, LEDGER_WAIT_S)

    async def reserve(self, target: Target, price: Price | None) -> Reserve | None:
        """Reserve what one probe may cost; None where today's budget has no more.

        Waits, in turn, while the ledger or a probe in flight may still free some.
        """
        reserve = self._engine_budget.reserve_for(target, price)
        if reserve.usd <= 0:
            return reserve if self._engine_budget.allows(reserve, time.time()) else None
        async with self._queue:
            self._newest_usd[target.id] = reserve.usd
            while not self._allows(reserve):
                if self._engine_budget.daily.blocked_today:
                    return None
                self._request_more()
                await asyncio.sleep(POLL_S)
                # What it waited for may have shown that its replies cost more than was thought.
                reserve = self._engine_budget.reserve_for(target, price)
                self._newest_usd[target.id] = reserve.usd
            self._engine_budget.daily.reserve(reserve.usd)
        if self._engine_budget.daily.available_usd < self._wanted_usd()[0] / 2:
            self._request_more()
        return reserve

    def _allows(self, reserve: Reserve) -> bool:
        now = time.time()
        self._engine_budget.apply_allowance()
        return self._engine_budget.allows(reserve, now)

    def _wanted_usd(self) -> tuple[float, float]:
        """Return (USD ahead, USD at least): more than at first where replies cost more."""
        minimum = max(self._minimum_usd, sum(self._newest_usd.values()))
        ahead = self._ahead_usd * minimum / self._minimum_usd if self._minimum_usd else minimum
        return ahead, minimum

    def _request_more(self) -> None:
        self._engine_budget.request_more(*self._wanted_usd())

    @contextlib.contextmanager
    def booked_if_cut(self, target: Target, reserve: Reserve) -> Iterator[None]:
        """Book the whole reserve of a probe that ends inside without a sample: it may be billed."""
        with self._engine_budget.booked_if_cut(target, reserve, time.time):
            yield

    def settle(self, sample: Sample, reserve: Reserve) -> None:
        """Record what a probe cost for which money was reserved."""
        self._engine_budget.settle(sample, reserve, time.time())
        cost = sample.billed_usd
        self.cost_usd += cost or 0.0
        self.complete = self.complete and cost is not None

    @property
    def budget(self) -> Budget:
        """Today's budget and spending."""
        return self._engine_budget.daily.report(time.time())

    @property
    def exhausted_reason(self) -> str:
        """The reason why nothing more is paid for, where today's budget has no more."""
        budget = self._engine_budget.daily
        spent = f"${budget.spent_usd:.4f} of today's ${budget.limit_usd:g}"
        return f"budget reached ({spent}): no more paid requests"


@contextlib.asynccontextmanager
async def open_job_budget(
    settings: Settings, ahead_usd: float, minimum_usd: float | None = None
) -> AsyncIterator[JobBudget]:
    """Open the ledger and a job's budget on it; at the end close it, and tell what it complains of.

    Args:
        settings: The day's budget and the assumed price.
        ahead_usd: As `JobBudget.request_allowance`.
        minimum_usd: Likewise.
    """
    ledger = Ledger(ledger_path())
    try:
        budget = JobBudget(settings.budget_usd, settings.assumed_price, ledger)
        await budget.request_allowance(ahead_usd, minimum_usd)
        yield budget
    finally:
        await asyncio.to_thread(ledger.close)
        for complaint in ledger.drain_warnings():
            notice(f"relaytop: {complaint}")
