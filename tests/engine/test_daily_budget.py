import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.engine.daily_budget import DailyBudget, next_day, utc_day
from relaytop.ledger.ledger import Allowance

NOON = 86_400 * 20_000 + 43_200.0


def test_it_is_reached_before_a_probe_could_pass_it() -> None:
    budget = DailyBudget(1.00, NOON)
    budget.settle(0.0, 0.95, NOON)
    assert budget.report(NOON).state == "warn"
    assert budget.allows(0.05, NOON)
    assert not budget.allows(0.06, NOON)
    assert budget.report(NOON).state == "reached"


@given(st.lists(st.tuples(st.floats(0.0001, 0.2), st.floats(0, 1)), max_size=100))
def test_whatever_probes_cost_within_their_reserve_it_is_never_passed(
    probes: list[tuple[float, float]],
) -> None:
    budget, in_flight = DailyBudget(1.00, NOON), []
    for reserve, share in probes:
        if budget.allows(reserve, NOON):
            budget.reserve(reserve)
            in_flight.append((reserve, share))
        if len(in_flight) > 3:
            taken, part = in_flight.pop(0)
            budget.settle(taken, taken * part, NOON)
    for taken, part in in_flight:
        budget.settle(taken, taken * part, NOON)
    assert budget.spent_usd <= 1.00 + 1e-9


def test_money_on_its_way_holds_back_without_ending_the_day() -> None:
    budget = DailyBudget(1.00, NOON)
    budget.reserve(0.9)
    assert not budget.allows(0.2, NOON)
    assert budget.report(NOON).state == "ok"
    budget.settle(0.9, 0.0001, NOON)
    assert budget.allows(0.2, NOON)


def test_a_probe_of_unknown_cost_is_booked_at_what_it_is_taken_for() -> None:
    budget = DailyBudget(1.00, NOON)
    budget.reserve(0.1)
    budget.settle(0.1, 0.3, NOON, known=False)
    report = budget.report(NOON)
    assert (report.spent_usd, report.complete) == (0.3, False)


def test_the_utc_day_opens_it_again_at_its_usual_height() -> None:
    budget = DailyBudget(1.00, NOON)
    budget.set_limit(3.00)
    budget.settle(0.0, 2.999, NOON)
    assert not budget.allows(0.01, NOON)
    midnight = next_day(NOON)
    assert utc_day(midnight) == utc_day(NOON) + 1
    assert budget.allows(0.5, midnight)
    report = budget.report(midnight)
    assert (report.spent_usd, report.budget_usd, report.state) == (0.0, 1.00, "ok")


def test_none_sends_what_costs_nothing_and_nothing_else() -> None:
    budget = DailyBudget(0.0, NOON)
    assert budget.allows(0.0, NOON)
    assert not budget.allows(1e-9, NOON)
    assert not budget.allows(0.0, NOON, known=False)
    assert budget.blocked_today
    assert budget.report(NOON).state == "off"


def allowance(others: float, ceiling: float, *, exhausted: bool, days: int = 0) -> Allowance:
    return Allowance(
        utc_day(NOON) + days, others, complete=True, ceiling_usd=ceiling, exhausted=exhausted
    )


def test_what_others_spend_counts() -> None:
    budget = DailyBudget(1.00, NOON)
    budget.set_allowance(allowance(0.9, 0.1, exhausted=True))
    budget.settle(0.0, 0.05, NOON)
    assert round(budget.spent_usd, 6) == 0.95
    budget.set_allowance(allowance(5.0, 5.0, exhausted=True, days=-1))
    assert round(budget.spent_usd, 6) == 0.95
    assert budget.allows(0.05, NOON)
    assert not budget.allows(0.06, NOON)
    assert budget.report(NOON).state == "reached"


def test_a_ledger_that_has_more_to_give_only_delays() -> None:
    budget = DailyBudget(1.00, NOON)
    budget.set_allowance(allowance(0.0, 0.1, exhausted=False))
    assert not budget.allows(0.2, NOON)
    assert budget.report(NOON).state == "ok"
    budget.set_allowance(allowance(0.0, 0.4, exhausted=False))
    assert budget.allows(0.2, NOON)


def test_what_is_spent_ends_it_before_the_ledger_says_so() -> None:
    budget = DailyBudget(1.00, NOON)
    budget.set_allowance(allowance(0.5, 0.1, exhausted=False))
    budget.settle(0.1, 0.6, NOON)
    assert not budget.allows(0.01, NOON)
    assert budget.blocked_today


def test_without_the_ledger_it_goes_on_in_memory() -> None:
    budget = DailyBudget(1.00, NOON)
    budget.set_allowance(allowance(0.3, 0.1, exhausted=False))
    budget.set_allowance(None)
    assert budget.allows(0.7, NOON)
    assert not budget.allows(0.71, NOON)


def test_a_new_day_waits_for_the_ledgers_word() -> None:
    budget = DailyBudget(1.00, NOON)
    budget.set_allowance(allowance(0.0, 0.5, exhausted=False))
    tomorrow = next_day(NOON)
    assert not budget.allows(0.1, tomorrow)
    assert budget.report(tomorrow).state == "ok"
    budget.set_allowance(allowance(0.0, 0.5, exhausted=False, days=1))
    assert budget.allows(0.1, tomorrow)


def test_raising_it_lets_go() -> None:
    budget = DailyBudget(1.00, NOON)
    budget.settle(0.0, 1.0, NOON)
    assert budget.report(NOON).state == "reached"
    budget.set_limit(2.0)
    assert budget.allows(0.5, NOON)
    assert budget.report(NOON).state == "ok"


def test_raising_it_does_not_heed_what_the_ledger_said_of_the_old_one() -> None:
    budget = DailyBudget(1.00, NOON)
    budget.set_allowance(allowance(0.6, 0.4, exhausted=True))
    budget.settle(0.0, 0.4, NOON)
    assert not budget.allows(0.1, NOON)
    budget.set_limit(2.0)
    assert not budget.allows(0.1, NOON)
    assert not budget.blocked_today
    assert budget.report(NOON).state == "ok"


def test_a_clock_set_over_midnight_and_back_gives_no_budget_twice() -> None:
    midnight = next_day(NOON)
    budget, spent = DailyBudget(0.05, NOON), 0.0
    for moment in (NOON, midnight + 60, NOON + 60, midnight + 120, NOON + 120, midnight + 180):
        while budget.allows(0.01, moment):
            budget.settle(0.0, 0.01, moment)
            spent += 0.01
    assert spent == pytest.approx(0.10)


def test_a_day_that_is_over_is_not_opened_again() -> None:
    midnight = next_day(NOON)
    budget = DailyBudget(0.05, NOON)
    assert budget.allows(0.01, midnight)
    budget.settle(0.0, 0.05, midnight)
    assert not budget.allows(0.01, NOON)
    assert budget.allows(0.01, next_day(midnight))


def test_a_clock_that_was_years_ahead_does_not_stop_it_for_years() -> None:
    ahead = NOON + 400 * 86_400
    budget = DailyBudget(0.05, ahead)
    budget.settle(0.0, 0.05, ahead)
    assert not budget.allows(0.01, ahead)
    assert budget.allows(0.01, NOON)
    budget.settle(0.0, 0.05, NOON)
    assert not budget.allows(0.01, ahead)
    assert not budget.allows(0.01, NOON)
