"""A moment of a recording as a person writes it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaytop.config.errors import RelaytopError
from relaytop.store.moments import parse_moment


@pytest.fixture(autouse=True)
def _berlin(zone: Callable[[str], None]) -> None:
    zone("Europe/Berlin")


def at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


BEGAN, ENDED = "2026-11-23 14:10:30.250", "2026-11-24 02:15:00"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("14:30", "2026-11-23 14:30"),
        (" 14:30:05 ", "2026-11-23 14:30:05"),
        ("1:05", "2026-11-24 01:05"),
        ("14:10:30", BEGAN),
        ("14:10:31", "2026-11-23 14:10:31"),
        ("02:15", ENDED),
        ("2026-11-23T14:30", "2026-11-23 14:30"),
        ("2026-11-24 01:00:00", "2026-11-24 01:00"),
        ("2026-11-23T13:30:00Z", "2026-11-23 14:30"),
    ],
)
def test_it_is_the_first_such_moment_in_local_time(text: str, found: str) -> None:
    assert parse_moment(text, at(BEGAN), at(ENDED)) == at(found)


@pytest.mark.parametrize("text", ["14:10", "14:10:29", "03:00", "2026-11-22T14:30", "2999-12-31"])
def test_what_the_recording_does_not_hold_is_told_with_what_it_holds(text: str) -> None:
    with pytest.raises(RelaytopError) as told:
        parse_moment(text, at(BEGAN), at(ENDED))
    assert "from 2026-11-23 14:10:30 to 2026-11-24 02:15:00" in str(told.value)


@pytest.mark.parametrize(
    "text", ["", "noon", "25:00", "14:60", "14", "2026-13-01", "-1:00", "9" * 99]
)
def test_what_is_no_time_is_told_with_what_would_be(text: str) -> None:
    with pytest.raises(RelaytopError, match="is not a time; write 14:30"):
        parse_moment(text, at(BEGAN), at(ENDED))


def test_the_hour_that_comes_twice_is_the_first_of_them() -> None:
    began, ended = at("2026-10-25 01:30"), at("2026-10-25 05:00")
    assert parse_moment("02:30", began, ended) == began + 3600
    assert parse_moment("03:30", began, ended) == began + 3 * 3600


@given(st.text(max_size=30), st.floats(-60_000, 1e11), st.floats(0, 1e6))
def test_it_is_a_parse_moment_or_our_error(text: str, began_at: float, span_s: float) -> None:
    try:
        found = parse_moment(text, began_at, began_at + span_s)
    except RelaytopError:
        return
    assert began_at <= found <= began_at + span_s


@given(st.times(), st.floats(0, 2e9), st.floats(0, 200_000))
def test_a_time_of_day_is_found_or_told(wanted: object, began_at: float, span_s: float) -> None:
    try:
        found = parse_moment(f"{wanted:%H:%M:%S}", began_at, began_at + span_s)
    except RelaytopError:
        return
    assert began_at <= found <= began_at + span_s
