"""The pace of an account from readings: what is added is no negative spending."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.pricing.credit_pace import DAY_S, Reading, lasts_s, per_day

HOUR_S = 3600.0


def every(seconds: float, *amounts: float, start: float = 0.0) -> list[Reading]:
    return [Reading(start + at * seconds, amount) for at, amount in enumerate(amounts)]


def test_a_steady_pace() -> None:
    assert per_day(every(600.0, *(20 - 0.1 * n for n in range(7)))) == pytest.approx(0.1 * 144)


def test_what_is_added_is_left_out() -> None:
    assert per_day(every(HOUR_S, 3, 2, 102, 101, 100)) == pytest.approx(3 / 4 * 24)


def test_two_readings_within_twenty_minutes_tell_nothing() -> None:
    assert per_day([]) is None
    assert per_day(every(600.0, 10, 9)) is None
    assert per_day(every(600.0, 10, 9, 8)) is not None


def test_the_last_day_counts_and_a_night_without_readings_is_bridged() -> None:
    yesterday = every(HOUR_S, 100, 90, start=-40 * HOUR_S)
    today = every(HOUR_S, 76, 75, 74)
    # From the last reading before the day, 39 h earlier: 90 to 74.
    assert per_day([*yesterday, *today]) == pytest.approx(16 / 41 * 24)


def test_a_gap_in_which_credit_was_added_tells_nothing() -> None:
    before = every(HOUR_S, 4, 3, start=-20 * HOUR_S)
    topped_up = [Reading(0.0, 98.0)]
    assert per_day([*every(HOUR_S, 3, start=-40 * HOUR_S), *topped_up]) is None
    later = every(600.0, 98, 97.9, 97.8, 97.7)
    assert per_day([*every(HOUR_S, 3, start=-40 * HOUR_S), *later]) == pytest.approx(14.4)
    # One in an hour, three tenths in half an hour.
    assert per_day([*before, *later]) == pytest.approx(1.3 / 1.5 * 24)


def test_nothing_spent_is_zero_and_lasts_for_ever() -> None:
    assert per_day(every(HOUR_S, 5, 5)) == 0
    assert lasts_s(5.0, 0.0) is None
    assert lasts_s(None, 1.0) is None
    assert lasts_s(6.0, 2.0) == 3 * DAY_S
    assert lasts_s(-1.0, 2.0) == 0


@given(st.lists(st.floats(-1e9, 1e9), max_size=30), st.floats(1, 1e5))
def test_it_is_never_negative(amounts: list[float], seconds: float) -> None:
    found = per_day(every(seconds, *amounts))
    assert found is None or found >= 0
