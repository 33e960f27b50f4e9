"""The cost that a probe may have and had, and the moments when the ledger is believed."""

import dataclasses
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from relaytop.config.settings import Price, Target
from relaytop.engine.daily_budget import next_day
from relaytop.engine.engine_budget import RECENT_COST_DECAY, EngineBudget, Reserve
from relaytop.ledger.ledger import AllowanceRequest, Ledger
from relaytop.pricing.estimate import least_usd, reserve_usd
from relaytop.wire.facts import Usage
from tests.engine.support import FakeLedger
from tests.support.samples import T0, sample

TARGET = Target(provider="p", model="m")
PRICE = Price(3.0, 15.0)
BOUND_USD = reserve_usd(TARGET, PRICE, 10.0)[0]


def probed(budget: EngineBudget, price: Price | None = PRICE, **fields: Any) -> float:
    """Book one probe; return what the budget takes it for."""
    before = budget.daily.spent_usd
    reserve = budget.reserve_for(TARGET, price)
    budget.daily.reserve(reserve.usd)
    found = dataclasses.replace(sample(target=TARGET.id), **fields)
    budget.settle(found, reserve, T0)
    return budget.daily.spent_usd - before


def stands(budget: EngineBudget, reserve: Reserve) -> str:
    if budget.allows(reserve, T0):
        return "allowed"
    return "held back" if budget.daily.blocked_today else "waits"


def test_what_is_set_aside_follows_what_replies_cost_and_never_less_than_the_bound() -> None:
    budget = EngineBudget(1.0, 10.0, None, T0)
    assert budget.reserve_for(TARGET, PRICE)[:2] == (BOUND_USD, True)
    probed(budget, cost_usd=0.05)
    assert budget.reserve_for(TARGET, PRICE).usd == 0.05
    probed(budget, cost_usd=0.0001)
    assert budget.reserve_for(TARGET, PRICE).usd == pytest.approx(0.05 * RECENT_COST_DECAY)
    for _ in range(100):
        probed(budget, cost_usd=0.0001)
    assert budget.reserve_for(TARGET, PRICE).usd == BOUND_USD
    assert budget.reserve_for(dataclasses.replace(TARGET, model="n"), PRICE).usd == BOUND_USD


def test_what_is_set_aside_follows_a_bound_that_the_server_insists_on() -> None:
    budget = EngineBudget(1.0, 10.0, None, T0)
    refused = sample(error="bad_request").failure
    assert probed(budget, failure=refused, http_status=400, least_tokens=64) == 0.0
    longer = dataclasses.replace(TARGET, max_tokens=64)
    assert budget.reserve_for(TARGET, PRICE).usd == reserve_usd(longer, PRICE, 10.0)[0]
    longest = dataclasses.replace(TARGET, max_tokens=100)
    assert budget.reserve_for(longest, PRICE).usd == reserve_usd(longest, PRICE, 10.0)[0]


@pytest.mark.parametrize("error", ["timeout", "truncated", "protocol", "too_large"])
def test_a_reply_that_began_and_failed_counts_at_its_reserve_and_is_unknown(error: str) -> None:
    ledger = FakeLedger()
    budget = EngineBudget(1.0, 10.0, ledger, T0)
    failure = sample(error=error).failure
    assert probed(budget, failure=failure, http_status=200) == pytest.approx(BOUND_USD)
    assert not budget.daily.report(T0).complete
    (entry,) = ledger.recorded
    assert (entry.cost_usd, entry.assumed_usd) == (None, BOUND_USD)


@pytest.mark.parametrize("status", [None, 302, 401, 429, 500])
def test_a_refusal_is_free(status: int | None) -> None:
    ledger = FakeLedger()
    budget = EngineBudget(1.0, 10.0, ledger, T0)
    assert probed(budget, failure=sample(error="auth").failure, http_status=status) == 0.0
    assert budget.daily.report(T0).complete
    assert (ledger.recorded[0].cost_usd, ledger.recorded[0].assumed_usd) == (0.0, 0.0)


def test_an_unpriced_reply_counts_by_the_tokens_that_it_told() -> None:
    ledger = FakeLedger()
    budget = EngineBudget(1.0, 10.0, ledger, T0)
    long = sample(tokens=(1000, 10)).usage
    assert probed(budget, None, usage=long) == pytest.approx(1010 * 10.0 / 1e6)
    assert budget.reserve_for(TARGET, None).usd == pytest.approx(0.0101)
    assert not budget.reserve_for(TARGET, None).known
    assert ledger.recorded[0].cost_usd is None
    assert ledger.recorded[0].assumed_usd == pytest.approx(0.0101)
    short = sample(tokens=(1, 1)).usage
    bound = budget.reserve_for(TARGET, None).usd
    assert probed(budget, None, usage=short) == pytest.approx(bound)
    assert not budget.daily.report(T0).complete


def test_a_model_whose_price_is_zero_costs_nothing_whatever_it_tells() -> None:
    budget = EngineBudget(0.0, 10.0, None, T0)
    free = Price(0.0, 0.0)
    assert budget.allows(budget.reserve_for(TARGET, free), T0)
    assert probed(budget, free) == 0.0
    assert budget.daily.report(T0).complete


def test_without_a_budget_nothing_of_unknown_price_is_sent_whatever_is_assumed() -> None:
    budget = EngineBudget(0.0, 0.0, None, T0)
    assert not budget.allows(budget.reserve_for(TARGET, None), T0)
    assert budget.daily.blocked_today


def test_the_ledger_is_asked_again_only_for_something_new_and_once_at_a_time() -> None:
    ledger = FakeLedger()
    budget = EngineBudget(1.0, 10.0, ledger, T0)
    assert budget.request_allowance(0.2, 0.1) is ledger.answered
    assert budget.request_allowance(0.2, 0.1) is None
    budget.request_more(0.3, 0.1)
    assert len(ledger.requests) == 1
    ledger.answer(0.2)
    budget.request_more(0.2, 0.1)
    assert len(ledger.requests) == 1
    probed(budget, cost_usd=0.05)
    budget.request_more(0.2, 0.1)
    budget.request_more(0.2, 0.1)
    assert ledger.requests == [AllowanceRequest(1.0, 0.2, 0.1)] * 2


def test_that_the_ledger_had_no_more_is_not_believed_of_what_it_is_asked_now() -> None:
    ledger = FakeLedger()
    budget = EngineBudget(1.0, 10.0, ledger, T0)
    budget.request_allowance(0.2, 0.1)
    ledger.answer(0.0, exhausted=True)
    budget.apply_allowance()
    reserve = budget.reserve_for(TARGET, PRICE)
    assert stands(budget, reserve) == "held back"
    budget.request_allowance(0.3, 0.1)
    budget.apply_allowance()
    assert stands(budget, reserve) == "waits"
    ledger.answer(0.3)
    budget.apply_allowance()
    assert stands(budget, reserve) == "allowed"


def test_a_new_day_waits_for_the_ledgers_word_of_it() -> None:
    ledger = FakeLedger()
    budget = EngineBudget(1.0, 10.0, ledger, T0)
    budget.request_allowance(0.2, 0.1)
    ledger.answer(0.2)
    budget.apply_allowance()
    tomorrow = next_day(T0)
    reserve = budget.reserve_for(TARGET, PRICE)
    assert not budget.allows(reserve, tomorrow)
    budget.apply_allowance()
    assert not budget.allows(reserve, tomorrow)
    assert not budget.daily.blocked_today
    ledger.answer(0.2, at=tomorrow)
    budget.apply_allowance()
    assert budget.allows(reserve, tomorrow)


def test_it_is_booked_as_it_was_told(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l")
    budget = EngineBudget(1.0, 10.0, ledger, T0)
    for _ in range(4):
        probed(budget, cost_usd=0.05)
    ledger.close(10)
    with closing(sqlite3.connect(tmp_path / "l")) as connection:
        assert connection.execute("SELECT cost_usd FROM usage").fetchall() == [(0.2,)]


@pytest.mark.parametrize(
    "said",
    [
        {"cost_usd": 0.0, "price_source": "reply"},
        {"cost_usd": 0.0, "usage": Usage(0, 0)},
        {"cost_usd": 0.0, "cached": "x-cache: HIT"},
        {"cost_usd": 1e-9},
        {"cost_usd": None},
    ],
)
def test_what_a_server_says_lowers_what_is_shown_and_not_what_is_counted(
    said: dict[str, Any],
) -> None:
    budget = EngineBudget(1.0, 10.0, None, T0)
    counted = probed(budget, **said)
    assert counted >= least_usd(TARGET, PRICE) > 0
    assert probed(budget, price=None, **said) >= reserve_usd(TARGET, None, 10.0)[0]


def test_a_refusal_and_a_free_model_cost_nothing_all_the_same() -> None:
    budget = EngineBudget(1.0, 10.0, None, T0)
    refused = sample(error="auth").failure
    assert probed(budget, failure=refused, http_status=401) == 0.0
    assert probed(budget, price=Price(0.0, 0.0), cost_usd=0.0) == 0.0
    assert probed(budget, cost_usd=0.05) == pytest.approx(0.05)


def test_the_budget_ends_though_every_reply_says_that_it_was_free() -> None:
    dear = Price(1000.0, 1000.0)
    budget = EngineBudget(0.10, 10.0, None, T0)
    sent = 0
    while budget.allows(budget.reserve_for(TARGET, dear), T0) and sent < 100:
        probed(budget, price=dear, cost_usd=0.0)
        sent += 1
    assert 2 <= sent <= 10


def test_what_others_replies_cost_is_reserved_from_the_first_probe_on() -> None:
    ledger = FakeLedger()
    ledger.answer(1.0)
    assert ledger.current is not None
    ledger.current = ledger.current._replace(recent_usd={TARGET.id: 0.03})
    budget = EngineBudget(1.0, 10.0, ledger, T0)
    assert budget.reserve_for(TARGET, PRICE).usd == 0.03
