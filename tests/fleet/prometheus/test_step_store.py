"""Steps of time are asked for once, in few questions, and are bounded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from relaytop.fleet.prometheus.step_store import (
    FRESH,
    MAX_STEPS,
    STEPS_S,
    WANTED_S,
    StepStore,
    step_for,
    step_for_span,
)

NOW = 1_000_000.0
"""At the steps' width of 10 s, step 99,999 is the newest that is over."""
ROW = ("p", "m", "eu")
OTHER = ("p", "m", "us")


def filled(store: StepStore[str], now: float = NOW) -> None:
    for asked in store.missing(now):
        steps = {number: f"{number}" for number in range(asked.first, asked.last + 1)}
        store.put(asked, dict.fromkeys(asked.rows, steps), "")


def test_what_is_drawn_is_asked_for_once() -> None:
    store = StepStore[str](4, 4)
    assert store.want(ROW, 10, 99_990, 99_999, NOW) == {}
    assert store.lacks(ROW, NOW)
    store.want(OTHER, 10, 99_980, 99_995, NOW)
    (asked,) = store.missing(NOW)
    assert set(asked.rows) == {ROW, OTHER}
    assert (asked.step_s, asked.first, asked.last) == (10, 99_980, 99_999)
    filled(store)
    assert store.missing(NOW) == []
    assert store.want(ROW, 10, 99_990, 99_999, NOW)[99_995] == "99995"


def test_what_is_not_over_yet_is_not_asked_for() -> None:
    store = StepStore[str](4, 4)
    store.want(ROW, 10, 99_990, 100_005, NOW)
    (asked,) = store.missing(NOW)
    assert asked.last == 99_999


def test_the_newest_are_asked_for_anew_and_shown_meanwhile() -> None:
    store = StepStore[str](4, 4)
    store.want(ROW, 10, 99_990, 99_999, NOW)
    filled(store)
    store.ask_newest_anew(NOW)
    assert len(store.want(ROW, 10, 99_990, 99_999, NOW)) == 10
    assert not store.lacks(ROW, NOW)
    (asked,) = store.missing(NOW)
    assert (asked.first, asked.last) == (100_000 - FRESH, 99_999)
    filled(store)
    assert store.missing(NOW) == []


def test_what_nobody_draws_is_not_asked_for() -> None:
    store = StepStore[str](4, 4)
    store.want(ROW, 10, 99_990, 99_999, NOW)
    assert store.missing(NOW + WANTED_S + 1) == []


def test_what_has_no_figures_is_not_asked_for_again() -> None:
    store = StepStore[str](4, 4)
    store.want(ROW, 10, 99_990, 99_999, NOW)
    (asked,) = store.missing(NOW)
    store.put(asked, {}, "nothing")
    assert store.missing(NOW) == []
    assert set(store.want(ROW, 10, 99_990, 99_999, NOW).values()) == {"nothing"}


@given(
    st.lists(
        st.tuples(
            st.integers(0, 9), st.sampled_from(STEPS_S), st.integers(0, 10**9), st.integers(1, 9999)
        ),
        max_size=30,
    )
)
def test_it_is_bounded_whatever_is_drawn(draws: list[tuple[int, int, int, int]]) -> None:
    store = StepStore[str](6, 3)
    for row, step_s, first, n in draws:
        now = (first + n) * float(step_s)
        key = ("p", f"{row}", "eu")
        store.want(key, step_s, first, first + n - 1, now)
        for asked in store.missing(now):
            assert len(asked.rows) <= 3
            assert asked.last - asked.first < MAX_STEPS
            store.put(asked, {}, "x")
        assert len(store.want(key, step_s, first, first, now)) <= 4 * MAX_STEPS
    assert len({asked.step_s for asked in store.missing(0.0)}) <= 6


@given(st.floats(0.01, 1e7))
def test_the_width_of_steps(span_s: float) -> None:
    assert step_for(span_s) <= max(span_s, STEPS_S[0])
    assert span_s / step_for_span(span_s) <= MAX_STEPS / 2 or step_for_span(span_s) == STEPS_S[-1]
