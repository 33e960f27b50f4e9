"""Two engines at once, one ledger: together they stay within the day's budget."""

import asyncio
import os
import signal
from pathlib import Path

from relaytop.config.settings import Price, Provider, Settings, Target
from relaytop.engine.child import EngineChild
from relaytop.protocol.messages import Budget, Finished, Report
from tests.engine.support import collect
from tests.support.server import STOP, ScriptedServer, Seen, chat_stream, delta, stream_of, usage

CENTS = 100
BUDGET_USD = 0.40
TARGETS = 3


def settings(server: ScriptedServer, *, priced: bool = True) -> Settings:
    """Every probe costs a cent: sixteen tokens out."""
    price = Price(0.0, 1e6 / CENTS / 16)
    models = [f"m{i}" for i in range(TARGETS)]
    provider = Provider(
        name="p", base_url=server.base_url, prices=dict.fromkeys(models, price) if priced else {}
    )
    return Settings(
        providers=(provider,),
        targets=tuple(Target(provider="p", model=model, interval_s=0.1) for model in models),
        budget_usd=BUDGET_USD,
        assumed_price=1e6 / CENTS / 28,  # twelve tokens in, sixteen out
    )


def reached(reports: list[Report]) -> bool:
    return any(isinstance(report, Budget) and report.state == "reached" for report in reports)


def paid(server: ScriptedServer) -> list[Seen]:
    """Return what costs: the free list of models is asked where the budget is reached."""
    return [seen for seen in server.requests if seen.method == "POST"]


def some(reports: list[Report]) -> bool:
    return sum(isinstance(report, Finished) for report in reports) > TARGETS


async def test_two_at_once_and_one_that_was_killed_never_pass_it(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.sqlite"
    with ScriptedServer(lambda _seen: chat_stream(16)) as server:
        watched = settings(server)
        doomed, other = (EngineChild.spawn(os.environ, ledger=ledger) for _ in range(2))
        try:
            for child in (doomed, other):
                child.start(watched)
            await collect(doomed, some)
            os.kill(doomed.pid, signal.SIGKILL)
            await collect(other, reached)
        finally:
            doomed.stop()
            other.stop()
        after = EngineChild.spawn(os.environ, ledger=ledger)
        try:
            after.start(watched)
            reports = await collect(after, reached)
        finally:
            after.stop()
        sent = len(paid(server))
    # What the killed one had set aside is not given again; all else is used.
    assert BUDGET_USD * CENTS * 0.5 < sent <= BUDGET_USD * CENTS
    told = [report for report in reports if isinstance(report, Budget)]
    assert told[-1].spent_usd <= BUDGET_USD


async def test_what_has_no_price_is_counted_at_the_assumed_one_across_restarts(
    tmp_path: Path,
) -> None:
    ledger = tmp_path / "ledger.sqlite"
    with ScriptedServer(lambda _seen: chat_stream(16)) as server:
        for _ in range(2):
            child = EngineChild.spawn(os.environ, ledger=ledger)
            try:
                child.start(settings(server, priced=False))
                reports = await collect(child, reached)
            finally:
                child.stop()
        sent = len(paid(server))
    assert BUDGET_USD * CENTS - TARGETS <= sent <= BUDGET_USD * CENTS
    told = [report for report in reports if isinstance(report, Budget)]
    assert told[-1].spent_usd > BUDGET_USD * 0.9
    assert not told[-1].complete


async def test_replies_that_cost_more_than_was_thought_pass_it_by_what_is_under_way_at_most(
    tmp_path: Path,
) -> None:
    dear_usd = 0.03
    dear = stream_of([(0.0, delta(content="x")), (0.0, STOP), (0.0, usage(cost=dear_usd))])
    ledger = tmp_path / "ledger.sqlite"
    with ScriptedServer(lambda _seen: dear) as server:
        children = [EngineChild.spawn(os.environ, ledger=ledger) for _ in range(2)]
        try:
            for child in children:
                child.start(settings(server))
            await asyncio.gather(*(collect(child, reached) for child in children))
        finally:
            for child in children:
                child.stop()
        spent_usd = dear_usd * len(paid(server))
        asked = {seen.json["model"] for seen in paid(server)}
    assert len(asked) == TARGETS
    assert BUDGET_USD / 2 < spent_usd <= BUDGET_USD + 2 * TARGETS * dear_usd
