"""A job's money: who waits gets some, in turn, and what ends it."""

import asyncio
import dataclasses
import time
from pathlib import Path

from relaytop.config.settings import Price, Target
from relaytop.jobs.job_budget import JobBudget
from relaytop.ledger.ledger import Ledger
from relaytop.pricing.estimate import reserve_usd
from tests.engine.support import FakeLedger
from tests.support.samples import sample

TARGET = Target(provider="p", model="m")
PRICE = Price(3.0, 15.0)
BOUND_USD = reserve_usd(TARGET, PRICE, 10.0)[0]
DEAR_USD = 0.05


async def paid(budget: JobBudget, cost_usd: float = DEAR_USD, target: Target = TARGET) -> bool:
    """Send one probe; False where there is no money for it."""
    reserve = await budget.reserve(target, PRICE)
    if reserve is not None:
        budget.settle(sample(target=target.id, cost_usd=cost_usd), reserve)
    return reserve is not None


async def test_replies_that_cost_more_than_was_thought_go_on(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l")
    budget = JobBudget(20.0, 10.0, ledger)
    await budget.request_allowance(BOUND_USD * 20, BOUND_USD)
    assert all([await paid(budget) for _ in range(60)])
    ledger.close(10)
    assert round(budget.budget.spent_usd, 6) == 3.0


async def test_more_is_asked_for_in_time_and_as_much_as_replies_cost() -> None:
    ledger = FakeLedger()
    budget = JobBudget(20.0, 10.0, ledger)
    opening = asyncio.ensure_future(budget.request_allowance(BOUND_USD * 20, BOUND_USD))
    await asyncio.sleep(0)
    ledger.answer(BOUND_USD * 20, at=time.time())
    await opening
    for _ in range(9):
        assert await paid(budget, BOUND_USD)
    assert len(ledger.requests) == 1
    assert await paid(budget, BOUND_USD)
    assert await paid(budget, DEAR_USD)
    assert len(ledger.requests) == 2
    waiting = asyncio.ensure_future(paid(budget))
    await asyncio.sleep(0)
    ledger.answer(BOUND_USD * 30, at=time.time())
    await until_asked(ledger, 3)
    assert ledger.requests[-1].minimum_usd == DEAR_USD
    assert round(ledger.requests[-1].ahead_usd / DEAR_USD) == 20
    ledger.answer(2.0, at=time.time())
    assert await waiting


async def test_who_waits_longest_is_next() -> None:
    budget = JobBudget(0.12, 10.0, None)
    assert await paid(budget, DEAR_USD)
    first = await budget.reserve(TARGET, PRICE)
    assert first is not None
    others = [dataclasses.replace(TARGET, max_tokens=4000 + i) for i in range(2)]
    order: list[int] = []

    async def wait(number: int) -> None:
        if await paid(budget, 0.001, others[number]):
            order.append(number)

    tasks = [asyncio.ensure_future(wait(number)) for number in range(2)]
    await asyncio.sleep(0.05)
    assert order == []
    budget.settle(sample(target=TARGET.id, error="auth"), first)
    await asyncio.gather(*tasks)
    assert order == [0, 1]


async def test_a_probe_under_way_ends_no_job_however_long_it_takes() -> None:
    budget = JobBudget(BOUND_USD * 1.5, 10.0, None)
    first = await budget.reserve(TARGET, PRICE)
    assert first is not None
    waiting = asyncio.ensure_future(budget.reserve(TARGET, PRICE))
    done, _pending = await asyncio.wait([waiting], timeout=0.1)
    assert not done
    budget.settle(sample(target=TARGET.id, error="auth"), first)
    assert await waiting == first


async def test_a_failed_reply_that_began_leaves_the_sum_incomplete() -> None:
    budget = JobBudget(1.0, 10.0, None)
    reserve = await budget.reserve(TARGET, PRICE)
    assert reserve is not None
    budget.settle(sample(error="auth"), reserve)
    before = budget.complete
    budget.settle(dataclasses.replace(sample(error="timeout"), http_status=200), reserve)
    assert (before, budget.complete) == (True, False)
    assert round(budget.budget.spent_usd, 9) == round(BOUND_USD, 9)


async def until_asked(ledger: FakeLedger, times: int) -> None:
    async with asyncio.timeout(60):
        while len(ledger.requests) < times:  # noqa: ASYNC110 - a fake tells of nothing
            await asyncio.sleep(0.005)


async def test_a_probe_that_is_cut_is_booked_whole() -> None:
    """Its server may bill it: ^C on a job must not leave more of the day's budget than there is."""
    ledger = FakeLedger()
    ledger.answer(1.0, at=time.time())
    budget = JobBudget(1.0, 10.0, ledger)
    reserve = await budget.reserve(TARGET, PRICE)
    assert reserve is not None

    async def probe() -> None:
        with budget.booked_if_cut(TARGET, reserve):
            await asyncio.sleep(60)

    under_way = asyncio.ensure_future(probe())
    await asyncio.sleep(0)
    under_way.cancel()
    await asyncio.gather(under_way, return_exceptions=True)
    (entry,) = ledger.recorded
    assert (entry.cost_usd, entry.assumed_usd) == (None, reserve.usd)
    assert budget.budget.spent_usd == reserve.usd
