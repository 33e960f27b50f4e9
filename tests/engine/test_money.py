"""The engine and its ledger, where money is short."""

import asyncio
import contextlib
import dataclasses
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from relaytop.config.settings import Price, Provider, Settings, Target
from relaytop.engine.engine import Engine
from relaytop.engine.free_check import INTERVAL_S
from relaytop.ledger.ledger import Ledger
from relaytop.probe.prober import Prober
from relaytop.probe.sample import Sample
from relaytop.protocol.messages import Budget, Finished, Hold, Notice, Pulse, Report, SetBudget
from tests.engine.support import FakeLedger, FakeProber, finished, run
from tests.support.samples import sample, settings
from tests.support.server import (
    Response,
    ScriptedServer,
    Seen,
    chat_stream,
    delta,
    error_reply,
    models_reply,
    stream_of,
)

PRICE = Price(3.0, 15.0)
DEAR_USD = 0.05
"""Nearly two hundred times what is thought of a probe at that price."""


def watched(server: ScriptedServer, *models: str, price: Price, budget_usd: float) -> Settings:
    prices = dict.fromkeys(models, price)
    return Settings(
        providers=(Provider(name="p", base_url=server.base_url, prices=prices),),
        targets=tuple(
            Target(provider="p", model=model, interval_s=0.1, timeout_s=0.3) for model in models
        ),
        budget_usd=budget_usd,
    )


@contextlib.asynccontextmanager
async def running(engine: Engine) -> AsyncIterator[Engine]:
    stop = asyncio.Event()
    task = asyncio.ensure_future(engine.run(stop))
    try:
        yield engine
    finally:
        stop.set()
        async with asyncio.timeout(60):
            await task


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 - reports tell of nothing that could be waited for
            await asyncio.sleep(0.01)


def budgets(reports: list[Report]) -> list[Budget]:
    return [report for report in reports if isinstance(report, Budget)]


def dear(target: Target, _due_at: float) -> Sample:
    return sample(target=target.id, cost_usd=DEAR_USD)


async def test_nobody_starves_where_replies_cost_more_than_was_thought(tmp_path: Path) -> None:
    names = [f"p/m{i}" for i in range(20)]
    prices = {name.removeprefix("p/"): PRICE for name in names}
    many = settings(*names, interval_s=1.0, prices=prices, budget_usd=50.0)
    prober = FakeProber(dear, delay_s=0.02)
    ledger, reports = Ledger(tmp_path / "l"), list[Report]()
    engine = Engine(
        many,
        emit=reports.append,
        make_prober=lambda _provider: prober,
        uniform=lambda: 1.0,
        ledger=ledger,
    )
    async with running(engine):
        await until(lambda: len(prober.probes) >= 60)
    ledger.close(10)
    counts = Counter(name for name, _due_at in prober.probes)
    assert counts.keys() == set(names)
    assert max(counts.values()) - min(counts.values()) <= 1
    assert not any(isinstance(report, Hold) for report in reports)
    assert budgets(reports)[-1].state == "ok"


async def test_the_budget_is_passed_by_no_more_than_what_was_under_way(tmp_path: Path) -> None:
    names = [f"p/m{i}" for i in range(5)]
    prices = {name.removeprefix("p/"): PRICE for name in names}
    few = settings(*names, interval_s=0.1, prices=prices, budget_usd=1.0)
    prober = FakeProber(dear, delay_s=0.02)
    reports = list[Report]()
    for _restart in range(2):
        ledger = Ledger(tmp_path / "l")
        engine = Engine(
            few,
            emit=reports.append,
            make_prober=lambda _provider: prober,
            uniform=lambda: 1.0,
            ledger=ledger,
        )
        reports.clear()
        async with running(engine):
            await until(lambda: len([r for r in reports if isinstance(r, Hold)]) == len(names))
        ledger.close(10)
    spent = DEAR_USD * len(prober.probes)
    assert 1.0 - DEAR_USD <= spent <= 1.0 + len(names) * DEAR_USD
    assert budgets(reports)[-1].state == "reached"


async def test_replies_that_begin_and_hang_reach_the_budget_too(tmp_path: Path) -> None:
    def hangs(_seen: Seen) -> Response:
        return stream_of([(0.0, delta(content="x")), (60.0, b"")])

    reports = list[Report]()
    ledger = Ledger(tmp_path / "l")
    with ScriptedServer(hangs) as server:
        costly = watched(server, "m", price=Price(0.0, 1e4), budget_usd=0.4)
        engine = Engine(
            costly, emit=reports.append, make_prober=Prober, uniform=lambda: 1.0, ledger=ledger
        )
        async with running(engine):
            await until(lambda: any(isinstance(report, Hold) for report in reports))
    ledger.close(10)
    assert [found.failure.error_class for found in finished(reports) if found.failure] == [
        "timeout",
        "timeout",
    ]
    last = budgets(reports)[-1]
    assert (last.state, last.complete, round(last.spent_usd, 6)) == ("reached", False, 0.32)


async def test_raising_the_budget_never_says_that_it_is_reached(tmp_path: Path) -> None:
    reports = list[Report]()
    prober, ledger = FakeProber(dear), Ledger(tmp_path / "l")
    narrow = settings("p/m", interval_s=0.02, prices={"m": PRICE}, budget_usd=0.2)
    engine = Engine(
        narrow,
        emit=reports.append,
        make_prober=lambda _provider: prober,
        uniform=lambda: 1.0,
        ledger=ledger,
    )
    async with running(engine):
        await until(lambda: budgets(reports) and budgets(reports)[-1].state == "reached")
        sent = len(prober.probes)
        engine.handle(SetBudget(20.0))
        await until(lambda: len(prober.probes) > sent + 3)
    ledger.close(10)
    raised = [budget for budget in budgets(reports) if budget.budget_usd == 20.0]
    assert {budget.state for budget in raised} == {"ok"}


async def test_nothing_of_unknown_price_is_sent_without_a_budget_whatever_is_assumed() -> None:
    prober = FakeProber(dear)
    free = dataclasses.replace(settings("p/m", interval_s=0.05, budget_usd=0.0), assumed_price=0.0)
    reports = await run(free, prober, 0.5)
    assert prober.probes == []
    holds = [report for report in reports if isinstance(report, Hold)]
    assert [hold.reason for hold in holds] == ["budget"]
    assert budgets(reports)[-1].state == "off"


async def test_while_the_budget_is_reached_the_free_list_is_asked_and_its_failing_told() -> None:
    broken = False

    def relay(seen: Seen) -> Response:
        if seen.method == "GET":
            return error_reply(503, "no upstream") if broken else models_reply(["m", "n"])
        return chat_stream(16)

    reports, later_s = list[Report](), 0.0
    with ScriptedServer(relay) as server:
        engine = Engine(
            watched(server, "m", "n", price=PRICE, budget_usd=0.001),
            emit=reports.append,
            make_prober=Prober,
            uniform=lambda: 1.0,
            clock=lambda: time.time() + later_s,
        )

        def lists() -> int:
            return sum(seen.path.endswith("/models") for seen in server.requests)

        def notices() -> list[Report]:
            found = [report for report in reports if isinstance(report, Notice)]
            return [n for n in found if "was suspended" not in n.text]  # the clock leaps

        async with running(engine):
            await until(lambda: lists() == 1)
            assert budgets(reports)[-1].state == "reached"
            broken, later_s = True, later_s + 2 * INTERVAL_S
            await until(notices)
            broken, later_s = False, later_s + 2 * INTERVAL_S
            await until(lambda: len(notices()) == 2)
        assert lists() <= 4
    assert notices() == [
        Notice("warning", "p: /models fails: overloaded · no upstream"),
        Notice("info", "p: /models answers again"),
    ]
    paid = [report for report in reports if isinstance(report, Finished)]
    assert all(found.sample.ok for found in paid)


@contextlib.asynccontextmanager
async def six_hang() -> AsyncIterator[FakeLedger]:
    """Run an engine whose probes are never answered; yields once six are in flight."""
    watched = settings("p/m", interval_s=0.3, prices={"m": PRICE}, budget_usd=1.0)
    ledger, reports = FakeLedger(), list[Report]()
    ledger.answer(1.0, at=time.time())
    engine = Engine(
        watched,
        emit=reports.append,
        make_prober=lambda _provider: FakeProber(dear, delay_s=60),
        uniform=lambda: 1.0,
        ledger=ledger,
    )
    async with running(engine):
        await until(lambda: [r for r in reports if isinstance(r, Pulse) and r.in_flight == 6])
        yield ledger


async def test_probes_in_flight_at_the_end_are_booked() -> None:
    """They were sent, and their server bills them: the next start must not spend that again."""
    async with six_hang() as ledger:
        pass
    assert [entry.cost_usd for entry in ledger.recorded] == [None] * 6
    assert all(entry.assumed_usd > 0 and not entry.failed for entry in ledger.recorded)


async def test_the_allowance_covers_probes_that_hang_and_the_next_ones_too() -> None:
    """Six of a target in flight hold six reserves: other targets must not wait for their money."""
    async with six_hang() as ledger:
        await until(lambda: ledger.requests[-1].ahead_usd > 6 * ledger.requests[0].minimum_usd)
        await asyncio.sleep(1.2)
    once_usd = ledger.requests[0].minimum_usd
    assert ledger.requests[-1].minimum_usd == once_usd
    assert ledger.requests[-1].ahead_usd == pytest.approx(
        ledger.requests[0].ahead_usd + 6 * once_usd
    )
